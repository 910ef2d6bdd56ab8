"""What the lines under `then` mean: visits that are booked already, absences, rooms, tasks, interpreters."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from frontdesk.book.models import Appointment, AppointmentStatus, Conflict, Hold
from frontdesk.work.models import Task
from tests.triage.emergency_appointments.forms import Page
from tests.triage.emergency_appointments.sentences_booking import find_page, offers
from tests.triage.emergency_appointments.story import Story, sentence
from tests.universe import at


@sentence(r"(.+) has a visit with Dr\. Calden at (\d\d):00")
def given_a_visit(story: Story, name: str, hour: str) -> None:
    clinic = story.universe
    request = clinic.ready(story.callers[name], by=clinic.dan)
    story.old_visit = clinic.book(at(int(hour)), request=request)
    request.refresh_from_db()


@sentence(r"Dan records that Dr\. Calden is away today")
def absent(story: Story) -> None:
    page = story.look("Dan", reverse("desk:absences"))
    typed = {"who": story.universe.dr_carol.name, "kind": "Sick", "from_day": story.day("today")}
    form = page.form(reverse("desk:absences"), holds="who").filled(**typed, because="Called in sick")
    answer = story.browser(story.universe.dan).post(reverse("desk:absences"), {**form, "do": "record"})
    assert answer.status_code == 302, Page(answer.content.decode()).text[:1500]


@sentence(r"No time of Dr\. Calden’s is offered today for (.+)")
def none_today(story: Story, name: str) -> None:
    today = story.date("today")
    assert not [1 for start, words in offers(story, name) if start.date() == today and "Calden" in words]


@sentence(r"The visit of (.+) is still booked, and is work in the queue “(.+)”")
def still_booked(story: Story, name: str, queue: str) -> None:
    assert story.old_visit is not None
    story.old_visit.refresh_from_db()
    assert story.old_visit.status == AppointmentStatus.BOOKED
    tasks = Task.objects.open().filter(patient=story.callers[name])
    assert queue in {one.get_queue_display() for one in tasks}


@sentence(r"(\w+) takes the task in the queue “(.+)”")
def take_task(story: Story, who: str, queue: str) -> None:
    tasks = Task.objects.open().filter(about_kind="request", about_ref=story.request.pk)
    task = next(one for one in tasks if one.get_queue_display() == queue)
    action = reverse("desk:task-claim", args=[task.pk])
    form = next(one for one in story.look(who, reverse("desk:queues")).forms if one.action.startswith(action))
    story.browser(story.person(who)).post(form.action, form.filled())
    task.refresh_from_db()
    assert task.owner == story.person(who)


@sentence(r"Alice reports that (.+) is taken from (\d\d:\d\d) to (\d\d:\d\d): (.+)")
def report_conflict(story: Story, room: str, starts: str, ends: str, why: str) -> None:
    page = story.look("Alice", reverse("desk:conflict-new"))
    form = next(one for one in page.forms if "resource" in one.controls)
    day = {"day": story.day("today"), "starts": starts, "ends": ends}
    url = reverse("desk:conflict-new")
    answer = story.browser(story.universe.alice).post(url, form.filled(resource=room, cause=why, **day))
    assert answer.status_code == 302, Page(answer.content.decode()).text[:1500]


@sentence(r"(.+) is proposed for (.+), and Dan accepts")
def accept_proposal(story: Story, room: str, name: str) -> None:
    conflict = Conflict.objects.latest("pk")
    page = story.look("Dan", reverse("desk:conflict", args=[conflict.pk]))
    assert f"{room} is free at the same time" in page.text and name in page.text
    story.send("Dan", page, reverse("desk:conflict-accept", args=[conflict.pk]), holds="instead")


@sentence(r"The visit of (.+) lies in (.+) at (\d\d):00")
def lies_in(story: Story, _name: str, room: str, hour: str) -> None:
    assert story.old_visit is not None
    visit = Appointment.objects.select_related("room").get(pk=story.old_visit.pk)
    assert visit.room is not None
    assert (visit.room.name, visit.start) == (room, at(int(hour)))


@sentence(r"The conflict keeps what caused it and how it was resolved")
def conflict_kept(story: Story) -> None:
    conflict = Conflict.objects.latest("pk")
    page = story.look("Dan", reverse("desk:conflict", args=[conflict.pk]))
    if list(page.forms_to(reverse("desk:conflict-resolve", args=[conflict.pk]))):
        action = reverse("desk:conflict-resolve", args=[conflict.pk])
        story.send("Dan", page, action, words="The visit has another room")
    conflict.refresh_from_db()
    assert conflict.cause == "Water on the floor"
    assert conflict.resolution and conflict.resolved_by == story.universe.dan


@sentence(r"It is 11:20, and Alice writes down that (.+) did not come")
def missed(story: Story, _name: str) -> None:
    visit = story.old_visit
    assert visit is not None
    story.go_to(visit.start + timedelta(minutes=20))
    page = calendar_page(story, visit, "miss")
    form = page.form(reverse("desk:visit-missed", args=[visit.pk]))
    why = next(value for value in form.controls["why"].options if value)
    story.browser(story.universe.alice).post(form.action, {**form.filled(), "why": why})
    visit.refresh_from_db()
    assert visit.status == AppointmentStatus.NO_SHOW


@sentence(r"Nobody has been given that time")
def not_given(story: Story) -> None:
    assert story.old_visit is not None
    same = {"provider": story.old_visit.provider_id, "start": story.old_visit.start}
    assert not Hold.objects.filter(**same, ended_at=None).exists()
    assert Appointment.objects.filter(**same).count() == 1


@sentence(r"Nobody else was moved")
def nobody_moved(story: Story) -> None:
    assert story.old_visit is not None
    before, now = story.old_visit.start, Appointment.objects.get(pk=story.old_visit.pk)
    assert (now.start, now.status) == (before, AppointmentStatus.BOOKED)


@sentence(r"The old visit stood until now; Alice cancels it")
def cancel_old(story: Story) -> None:
    """The right one is in the daybook before the old one is given up."""
    old = story.old_visit
    assert old is not None and story.visit is not None
    old.refresh_from_db()
    assert old.status == AppointmentStatus.BOOKED
    page = calendar_page(story, old, "cancel")
    form = page.form(reverse("desk:visit-cancel", args=[old.pk]))
    why = next(value for value in form.controls["why"].options if value)
    story.browser(story.universe.alice).post(form.action, {**form.filled(), "why": why})
    old.refresh_from_db()
    story.visit.refresh_from_db()
    assert (old.status, story.visit.status) == (AppointmentStatus.CANCELLED, AppointmentStatus.BOOKED)


@sentence(r"Alice holds a time with the interpreter still to be arranged")
def without_interpreter(story: Story) -> None:
    page = find_page(story, interpreter="To be arranged")
    form = next(page.forms_to(story.url("hold")))
    story.browser(story.universe.alice).post(story.url("hold"), form.filled())
    assert Hold.objects.standing(story.moment).get(asked_for=story.request.pk).interpreter is None


@sentence(r"Alice is refused who books it: (.+)")
def not_booked(story: Story, link: str) -> None:
    hold = Hold.objects.standing(story.moment).get(asked_for=story.request.pk)
    assert link in story.look("Alice", story.url("find")).text
    answer = story.forge("Alice", reverse("desk:book", args=[hold.pk]))
    assert answer.status_code == 409
    assert not Appointment.objects.filter(asked_for=story.request.pk).exists()


@sentence(r"Alice lets it go")
def let_go(story: Story) -> None:
    hold = Hold.objects.standing(story.moment).get(asked_for=story.request.pk)
    page = story.look("Alice", story.url("find"))
    story.send("Alice", page, reverse("desk:let-go", args=[hold.pk]), holds="asked")
    assert not Hold.objects.standing(story.moment).filter(asked_for=story.request.pk).exists()


@sentence(r"The visit has the interpreter (.+)")
def has_interpreter(story: Story, name: str) -> None:
    assert story.visit is not None and story.visit.interpreter is not None
    assert story.visit.interpreter.name == name


def calendar_page(story: Story, visit: Appointment, act: str) -> Page:
    """The calendar with this visit and the form of an act open beside it, as its links lead there."""
    alice, here = story.browser(story.universe.alice), reverse("desk:calendar")
    opened = alice.get(here, {"visit": str(visit.pk)}, follow=True)
    links = Page(opened.content.decode()).links
    link = next(one for one in links if f"act={act}" in one)
    answer = alice.get(here + link if link.startswith("?") else link)
    assert answer.status_code == 200
    return Page(answer.content.decode())
