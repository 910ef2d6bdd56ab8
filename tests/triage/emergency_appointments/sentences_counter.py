"""What the lines under `then` mean: people at the counter, offers, the call log, time that is kept."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from frontdesk.book.models import Hold
from frontdesk.daybook.models import Entry
from frontdesk.triage.models import LateArrival, TierChange, WalkIn
from tests.triage.emergency_appointments.forms import Page
from tests.triage.emergency_appointments.story import Story, sentence
from tests.universe import ZONE


@sentence(r"(\d+) minutes later (.+) walks in: (.+)")
def another_walk_in(story: Story, minutes: str, name: str, words: str) -> None:
    first = story.request
    story.later(minutes=int(minutes))
    home = story.look("Alice", reverse("desk:walk-ins"))
    answer = story.send("Alice", home, reverse("desk:walk-in-new"), holds="csrfmiddlewaretoken")
    story.speak_of(int(answer["Location"].strip("/").split("/")[-1]))
    caller = story.callers[name]
    story.type_in("Alice", said_name=caller.name, said_birth_date=f"{caller.birth_date:%m/%d/%Y}")
    story.type_in("Alice", callback="212-555-0143", kind="Symptom")
    story.send("Alice", story.page(), story.url("request-words"), words=words)
    story.speak_of(first.pk)


@sentence(r"The order at the counter is: (.+)")
def order(story: Story, names: str) -> None:
    page = story.look("Bob", reverse("desk:walk-ins"))
    wanted = names.split(", ")
    places = [page.text.index(_sorted(name)) for name in wanted]
    assert places == sorted(places), page.text


def _sorted(name: str) -> str:
    given, family = name.split(" ", 1)
    return f"{family}, {given}"


@sentence(r"Alice cannot set a tier, by the page or past it")
def no_tier(story: Story) -> None:
    for walk_in in WalkIn.objects.waiting():
        url = reverse("desk:walk-in-tier", args=[walk_in.pk])
        assert not list(story.look("Alice", reverse("desk:walk-ins")).forms_to(url))
        assert story.forge("Alice", url, tier="1", reason="They are loud").status_code == 403
    assert not TierChange.objects.exists()


@sentence(r"(\w+) sets the tier of (.+) to (\d): (.+)")
def set_tier(story: Story, who: str, name: str, tier: str, why: str) -> None:
    walk_in = WalkIn.objects.get(request__patient=story.callers[name])
    page = story.look(who, reverse("desk:walk-ins"))
    story.send(who, page, reverse("desk:walk-in-tier", args=[walk_in.pk]), tier=tier, reason=why)
    walk_in.refresh_from_db()
    assert (walk_in.tier, walk_in.tier_by) == (int(tier), story.person(who))


@sentence(r"Each change of the order is kept with who made it and why")
def reorders(story: Story) -> None:
    entries = Entry.objects.filter(kind="WalkInTierSet").order_by("pk")
    assert [one.reason for one in entries] == ["high sugar, looks unwell", "cannot stand on it"]
    assert all(one.facts["before"] != one.facts["after"] for one in entries)


@sentence(r"She comes (\d+) minutes after its time, and Alice writes it down")
def comes_late(story: Story, minutes: str) -> None:
    assert story.visit is not None
    came = story.visit.start + timedelta(minutes=int(minutes))
    story.go_to(came)
    page = story.look("Alice", reverse("desk:visit-late", args=[story.visit.pk]))
    action = reverse("desk:late-arrived", args=[story.visit.pk])
    story.send("Alice", page, action, arrived=f"{came.astimezone(ZONE):%H:%M}")
    late = LateArrival.objects.get(appointment=story.visit)
    assert (late.arrived_at, late.minutes_late) == (came, int(minutes))


@sentence(r"Alice cannot settle it as “(.+)” yet")
def not_settled(story: Story, how: str) -> None:
    _settle(story, how)
    assert LateArrival.objects.get(appointment=story.visit).settled_at is None


@sentence(r"Alice settles it as “(.+)”")
def settled(story: Story, how: str) -> None:
    _settle(story, how)
    late = LateArrival.objects.get(appointment=story.visit)
    assert late.get_disposition_display() == how
    assert late.settled_at == story.moment


def _settle(story: Story, how: str) -> None:
    late = LateArrival.objects.get(appointment=story.visit)
    story.send(
        "Alice", _late_page(story, "Alice"), reverse("desk:late-settle", args=[late.pk]), disposition=how
    )


@sentence(r"(\w+) answers that it can be done")
def feasible(story: Story, who: str) -> None:
    late = LateArrival.objects.get(appointment=story.visit)
    action = reverse("desk:late-answer", args=[late.pk])
    form = _late_page(story, who).form(action).filled(answer="Yes, after this one")
    story.browser(story.person(who)).post(action, {**form, "feasible": "yes"})
    late.refresh_from_db()
    assert (late.feasible, late.answered_by) == (True, story.person(who))


@sentence(r"(\w+) approves it, because (.+)")
def approved(story: Story, who: str, why: str) -> None:
    late = LateArrival.objects.get(appointment=story.visit)
    story.send(who, _late_page(story, who), reverse("desk:late-approve", args=[late.pk]), because=why)
    late.refresh_from_db()
    assert (late.approved_by, late.approved_because) == (story.person(who), why)


def _late_page(story: Story, who: str) -> Page:
    assert story.visit is not None
    return story.look(who, reverse("desk:visit-late", args=[story.visit.pk]))


@sentence(r"“(.+)” is offered, and (taken|not taken)")
def offered(story: Story, words: str, taken: str) -> None:
    more = {"taken": "yes"} if taken == "taken" else {}
    story.send("Alice", story.page(), story.url("request-offer"), offer=words, **more)
    kept = story.request.alternatives.get(words=words)
    assert kept.taken == (taken == "taken")


@sentence(r"(\w+) logs a call: (.+); (.+); (.+)")
def logged(story: Story, who: str, how: str, end: str, words: str) -> None:
    story.send(who, story.page(who), story.url("request-contact"), how=how, end=end, said=words)
    kept = story.request.contacts.get(said=words)
    assert (kept.get_how_display(), kept.get_end_display(), kept.by) == (how, end, story.person(who))


@sentence(r"The page says how limits are said kindly")
def kindly(story: Story) -> None:
    assert "Limits, said kindly" in story.page().text


def _standing(story: Story) -> Hold:
    return Hold.objects.standing(story.moment).get(asked_for=story.request.pk)


@sentence(r"Alice cannot keep the time for longer")
def cannot_keep(story: Story) -> None:
    hold, url = _standing(story), reverse("desk:hold-keep", args=[_standing(story).pk])
    page = story.look("Alice", story.url("find"))
    assert not list(page.forms_to(url))
    assert "A nurse or a manager approves it" in page.text
    assert story.forge("Alice", url, hours="24", because="They asked").status_code == 403
    assert _standing(story).expires_at == hold.expires_at


@sentence(r"(\w+) keeps the time for (\d+) hours, because (.+)")
def keep(story: Story, who: str, hours: str, why: str) -> None:
    hold = _standing(story)
    page = story.look(who, story.url("find"))
    story.send(who, page, reverse("desk:hold-keep", args=[hold.pk]), hours=hours, because=why)
    hold.refresh_from_db()
    wanted = min(story.moment + timedelta(hours=int(hours)), hold.start)
    assert (hold.expires_at, hold.kept_by, hold.kept_because) == (wanted, story.person(who), why)
    assert why in story.look(who, story.url("find")).text


@sentence(r"The time is still held after (\d+) hours, and free after (\d+)")
def runs_out(story: Story, held: str, free: str) -> None:
    hold = _standing(story)
    assert hold.stands(min(story.moment + timedelta(hours=int(held)), hold.expires_at - timedelta(minutes=1)))
    assert not hold.stands(story.moment + timedelta(hours=int(free)))
