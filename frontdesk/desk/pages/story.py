"""The story of a request or a visit, as a page shows it and as a PDF prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.triage.models import Request
from frontdesk.triage.queries.prose import span
from frontdesk.triage.queries.story import Beat, Kept, Story, story_of, story_of_visit

TERMS = {
    "Red-flag words, as said": "red_flag",
    "Reviewer": "handoff",
    "Action": "direction",
    "Slot used": "slot",
    "Made way for it": "displaced",
}


@dataclass(frozen=True)
class Where:
    """A link from one story to another, or to the thing itself."""

    words: str
    url: str


@dataclass(frozen=True)
class ShownBeat:
    beat: Beat
    links: Sequence[Where] = ()


@dataclass(frozen=True)
class ShownKept:
    words: str
    value: str
    links: Sequence[Where] = ()

    @property
    def term(self) -> str:
        """The key of the word in the glossary; "" where it needs no explaining."""
        return TERMS.get(self.words, "")


@dataclass(frozen=True)
class Figure:
    """One span on top: its words, its value in words, and what it means."""

    words: str
    value: str
    means: str


@dataclass(frozen=True)
class StoryPage:
    """`title` names the thing; `about` says of whom, where and how it stands."""

    title: str
    about: str
    beats: Sequence[ShownBeat]
    read_at: datetime
    zone: str
    figures: Sequence[Figure] = ()
    kept: Sequence[ShownKept] = ()
    request: Request | None = None
    links: Sequence[Where] = ()


def request_story(request: Request, *, user: User, now: datetime) -> StoryPage:
    """The story of a request for somebody who may see it; links lead only where they may go."""
    story = story_of(request)
    return StoryPage(
        title=f"Story of request {request.pk}",
        about=_about(request),
        beats=_beats(story, user, here=("request", request.pk)),
        read_at=now,
        zone=request.site.name,
        figures=[_figure(one.words, one.seconds, one.means) for one in story.times],
        kept=[_kept(one, user) for one in story.record],
        request=request,
    )


def visit_story(visit: Appointment, *, user: User, now: datetime) -> StoryPage:
    """Why a visit stands where it stands: who booked, moved, cancelled it, who approved, and what was said."""
    start = visit.start.astimezone(visit.site.zone)
    when = f"{start:%a} {start.day} {start:%b %Y, %H:%M}"
    links = [Where("In the calendar", f"{reverse('desk:calendar')}?day={start:%Y-%m-%d}&visit={visit.pk}")]
    asked_for = _request_link(visit.asked_for, user)
    return StoryPage(
        title=f"Story of visit {visit.pk}",
        about=f"{visit.patient.name}, {visit.visit_type.name}, {when}, {visit.provider.name}, "
        f"{visit.get_status_display().lower()}",
        beats=_beats(story_of_visit(visit), user, here=("visit", visit.pk)),
        read_at=now,
        zone=visit.site.name,
        links=[*links, *asked_for],
    )


def _about(request: Request) -> str:
    who = f"{request.patient.name}, record {request.patient.mrn}, " if request.patient else ""
    outcome = f", {request.get_outcome_display().lower()}" if request.outcome else ", still open"
    return f"{who}{request.site.name}, {request.lane} lane{outcome}"


def _figure(words: str, seconds: int | None, means: str) -> Figure:
    return Figure(words, "none" if seconds is None else span(seconds), means)


def _kept(one: Kept, user: User) -> ShownKept:
    return ShownKept(one.words, one.value, [link for pk in one.visits for link in _visit_link(pk, user)])


def _beats(story: Story, user: User, *, here: tuple[str, int]) -> list[ShownBeat]:
    return [ShownBeat(one, _links(one, user, here)) for one in story.beats]


def _links(beat: Beat, user: User, here: tuple[str, int]) -> list[Where]:
    visit = beat.visit if ("visit", beat.visit) != here else None
    request = beat.request if ("request", beat.request) != here else None
    return [*_visit_link(visit, user), *_request_link(request, user)]


def _visit_link(pk: int | None, user: User) -> list[Where]:
    if not pk or not Appointment.objects.visible_to(user).filter(pk=pk).exists():
        return []
    return [Where(f"Story of visit {pk}", reverse("desk:visit-story", args=[pk]))]


def _request_link(pk: int | None, user: User) -> list[Where]:
    if not pk or not Request.objects.visible_to(user).filter(pk=pk).exists():
        return []
    return [Where(f"Story of request {pk}", reverse("desk:story", args=[pk]))]
