"""What the lines under `then` mean: which times are offered, held and booked, and which are refused."""

from __future__ import annotations

import re
from datetime import datetime

from django.urls import reverse

from frontdesk.book.models import Appointment, Hold
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import SlotClass, VisitType
from tests.triage.emergency_appointments.forms import Page
from tests.triage.emergency_appointments.story import Answer, Story, sentence
from tests.universe import ZONE


@sentence(r"No door books; each refuses with (\w+)")
def no_door(story: Story, code: str) -> None:
    """The page of times, a time by hand, the first that is free, and several visits at once."""
    before = (Hold.objects.count(), Appointment.objects.count())
    alice = story.universe.alice
    asked = {"asked": "visit_type=follow-up", "key": "forged"}
    answers = {
        "find": story.browser(alice).get(story.url("find"), {"visit_type": "follow-up"}),
        "hold": story.forge("Alice", story.url("hold"), option="forged", **asked),
        "hold-first": story.forge("Alice", story.url("hold-first"), **asked),
        "plan-several": story.browser(alice).get(story.url("plan-several")),
    }
    found = {door: (one.status_code, one.headers.get("X-Refused")) for door, one in answers.items()}
    assert found == dict.fromkeys(answers, (409, code))
    assert (Hold.objects.count(), Appointment.objects.count()) == before


@sentence(r"The page offers no time and no calendar")
def no_calendar(story: Story) -> None:
    main = Page(story.page().html.partition("<main")[2])
    assert not [one for one in main.links if "/find/" in one or "/calendar/" in one]


@sentence(r"Only (.+) can be looked for")
def only_this_type(story: Story, name: str) -> None:
    offered = find_page(story).form("", holds="visit_type").controls["visit_type"].options
    assert {words.rsplit(",", 1)[0] for value, words in offered.items() if value} == {name}


@sentence(r"(.+) cannot be held past the page either")
def other_type_refused(story: Story, name: str) -> None:
    kind = VisitType.objects.get(name=name)
    story.forge("Alice", story.url("hold-first"), asked=f"visit_type={kind.code}", key="other")
    assert not Hold.objects.filter(asked_for=story.request.pk, visit_type=kind).exists()


@sentence(r"Every time offered(?: for (.+?))? lies (.+)")
def all_times_lie(story: Story, name: str | None, where: str) -> None:
    """“today”, “in time kept for Same-day urgent”, “outside time kept for …”, “by 10 Mar”."""
    starts = [start for start, _ in offers(story, name)]
    assert starts, "no time is offered at all"
    for start in starts:
        assert _lies(story, start, where), f"{start} does not lie {where}"


@sentence(r"No time is offered for (.+)")
def no_time(story: Story, name: str) -> None:
    assert not offers(story, name)


@sentence(r"Every time offered has an interpreter(?: for (.+))?")
def with_interpreter(story: Story, name: str | None) -> None:
    found = offers(story, name)
    assert found and all("nterpreter" in words for _, words in found), found


@sentence(r"Alice holds the first time(?: for ([^,]+))?(?:, (.+) or later)?")
def hold_first(story: Story, name: str | None, day: str | None) -> None:
    page = find_page(story, name, **({"from": story.day(day)} if day else {}))
    form = next(page.forms_to(story.url("hold")))
    story.browser(story.universe.alice).post(story.url("hold"), form.filled())
    assert Hold.objects.standing(story.moment).filter(asked_for=story.request.pk).count() == 1


@sentence(r"Alice books it")
def book(story: Story) -> None:
    hold = Hold.objects.standing(story.moment).get(asked_for=story.request.pk)
    answer = _book(story, hold)
    story.visit = Appointment.objects.filter(asked_for=story.request.pk).last()
    assert answer.status_code == 302 and story.visit is not None


@sentence(r"The visit lies (.+)")
def visit_lies(story: Story, where: str) -> None:
    assert story.visit is not None and _lies(story, story.visit.start.astimezone(ZONE), where)


@sentence(r"The visit is by video")
def by_video(story: Story) -> None:
    assert story.visit is not None and story.visit.modality == Modality.VIDEO


def _book(story: Story, hold: Hold) -> Answer:
    page = story.look("Alice", story.url("find"))
    return story.send("Alice", page, reverse("desk:book", args=[hold.pk]), holds="csrfmiddlewaretoken")


def find_page(story: Story, name: str | None = None, **typed: str) -> Page:
    """The page of times, for a visit type chosen there by name; for the only one where none is named."""
    page = story.look("Alice", story.url("find"))
    form = page.form("", holds="visit_type")
    options = form.controls["visit_type"].options
    wanted = name or next(words for value, words in options.items() if value)
    answer = story.browser(story.universe.alice).get(
        story.url("find"), form.filled(visit_type=wanted, **typed)
    )
    assert answer.status_code == 200
    return Page(answer.content.decode())


def offers(story: Story, name: str | None = None) -> list[tuple[datetime, str]]:
    """Each time that the page offers, with what stands beside it."""
    found = []
    for part in find_page(story, name).html.split('<li class="option')[1:]:
        start = datetime.fromisoformat(re.search(r'datetime="([^"]+)"', part)[1])  # type: ignore[index]
        found.append((start.astimezone(ZONE), re.sub(r"<[^>]+>", " ", part)))
    return found


def _lies(story: Story, start: datetime, where: str) -> bool:
    if where.startswith(("in time kept for ", "outside time kept for ")):
        kept = SlotClass.objects.get(name=where.split(" kept for ")[1])
        sessions = kept.sessions.filter(weekday=start.weekday())
        inside = any(one.starts <= start.time() < one.ends for one in sessions)
        return inside == where.startswith("in ")
    today = story.moment.astimezone(ZONE).date()
    if where == "today":
        return start.date() == today
    if where == "after today":
        return start.date() > today
    return start.date() <= story.date(where.removeprefix("on or before "))
