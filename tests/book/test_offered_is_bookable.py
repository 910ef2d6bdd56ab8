"""What find-a-time offers can be booked, and what it does not offer cannot be held: on clinics drawn at random."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, islice

import pytest
from django.db import transaction

from frontdesk.book.actions import appointments, holds
from frontdesk.book.actions.wanted import Wanted, wanted_from, wanted_with
from frontdesk.book.engine import bits
from frontdesk.book.models import Appointment, Hold, ResourceDay
from frontdesk.book.queries.find import Option, Wish, open_times
from frontdesk.book.queries.new_patients import is_new_patient
from frontdesk.book.queries.wish import Taking, providers_for, takings
from frontdesk.clinic.models import Site, VisitType
from frontdesk.kit.clock import local_midnight
from frontdesk.kit.errors import Refused
from frontdesk.triage.models import Request
from tests.factories.random_clinic import Drawn, draw
from tests.factories.soundness import faults
from tests.universe import LAST_OPEN, NOW, TODAY, Universe

pytestmark = pytest.mark.django_db

SEEDS = range(16 if os.environ.get("FRONTDESK_FULL_PROOFS") else 5)
SAMPLE = 5  # options that are booked, and other times that are refused, of each wish
EXPIRED = NOW - timedelta(minutes=20)
REFUSALS = ("TIME_TAKEN", "KEPT_TIME", "DOES_NOT_FIT", "LEAD_TIME", "OFF_GRID")
_keys = count(1)


class _Undone(Exception):
    """Raised to roll a savepoint back."""


@dataclass
class Play:
    """Somebody who books in a drawn clinic, each visit for another caller."""

    drawn: Drawn
    used: Iterator[Request] = field(init=False)

    def __post_init__(self) -> None:
        self.used = iter(self.drawn.requests)

    def wish(
        self,
        kind: VisitType,
        request: Request,
        *,
        modality: str = "",
        always: bool = False,
        now: datetime = NOW,
    ) -> Wish:
        patient = request.patient
        assert patient is not None
        return Wish(
            visit_type=kind,
            sites=self.drawn.sites,
            providers=providers_for(kind, self.drawn.sites),
            earliest=now,
            until=LAST_OPEN,
            language=patient.language,
            interpreter=patient.needs_interpreter,
            new_patient=is_new_patient(patient, kind.specialty_id, now=now),
            modality=modality,
            always=always and patient.needs_interpreter,
        )

    def hold(self, request: Request, wanted: Wanted, *, now: datetime = NOW) -> Hold:
        assert request.patient is not None
        return holds.place(
            wanted=wanted, patient=request.patient, request_id=request.pk, key=f"offered-{next(_keys)}",
            by=self.drawn.universe.alice, now=now,
        )  # fmt: skip

    def book(self, hold: Hold, *, now: datetime = NOW) -> Appointment:
        return appointments.book(hold=hold, by=self.drawn.universe.alice, now=now)

    def fill(self, number: int) -> None:
        """Random bookings, holds that stand and holds that have expired."""
        chance = self.drawn.chance
        for request in islice(self.used, number):
            kind = chance.choice(self.drawn.kinds)
            now = chance.choice([EXPIRED, NOW])
            options = list(islice(open_times(self.wish(kind, request, now=now), now=now), 150))
            if options:
                hold = self.hold(request, wanted_from(chance.choice(options), kind), now=now)
                if chance.random() < 0.6:
                    self.book(hold, now=now)

    def others(self, wish: Wish, offered: list[Option]) -> list[Wanted]:
        """Times that were not offered, each with random resources of the right kinds."""
        known = {(one.provider, one.site.pk, one.start) for one in offered}
        grid = [
            (taking, provider, site, start)
            for taking in takings(wish)
            for provider in taking.pools.parts[0]
            for site in wish.sites
            for start in _grid(wish, taking, provider, site)
            if (provider, site.pk, start) not in known
        ]
        chosen = self.drawn.chance.sample(grid, min(SAMPLE, len(grid)))
        return [self._other(wish, *one) for one in chosen]

    def _other(self, wish: Wish, taking: Taking, provider: int, site: Site, start: datetime) -> Wanted:
        rest = [self.drawn.chance.choice(pool) for pool in taking.pools.parts[1:]]
        return wanted_with(
            wish.visit_type, site, start, resources=[provider, *rest], parts=taking.parts, by=wish.by
        )


def _grid(wish: Wish, taking: Taking, provider: int, site: Site) -> Iterator[datetime]:
    """The instants at which a visit might be tried: all of them where a session has a grid, else those of the search.

    What its type says of notice is left out, so that the book has to know it; only time to prepare is kept.
    """
    rows = ResourceDay.objects.filter(resource=provider, site=site, day__range=(TODAY, LAST_OPEN))
    first = NOW + timedelta(hours=wish.visit_type.prep_hours)
    for row in rows:
        midnight = local_midnight(row.day, site.time_zone)
        own = bits.aligned(taking.need.step) if row.start_bits is None else bits.FULL
        for tick in bits.ticks(own & bits.span(7 * 12, 11 * 12)):
            start = midnight + timedelta(minutes=5 * tick)
            if start >= first:
                yield start


@pytest.fixture
def play(request: pytest.FixtureRequest, universe: Universe) -> Iterator[Play]:
    made = Play(draw(universe, request.param))
    made.fill(30)
    assert faults(now=NOW) == []
    yield made


def _wishes(play: Play) -> Iterator[tuple[Wish, Request]]:
    for kind in play.drawn.kinds:
        for modality in ("", *kind.converts_to):
            for number, request in enumerate(islice(play.used, 2)):
                yield play.wish(kind, request, modality=modality, always=bool(number)), request


@pytest.mark.parametrize("play", SEEDS, indirect=True)
def test_every_offer_can_be_held_and_booked_and_nothing_else_can(play: Play) -> None:
    for wish, request in _wishes(play):
        offered = list(open_times(wish, now=NOW))
        for option in play.drawn.chance.sample(offered, min(SAMPLE, len(offered))):
            with pytest.raises(_Undone), transaction.atomic():
                hold = play.hold(request, wanted_from(option, wish.visit_type))
                assert (hold.start, hold.end, hold.provider_id) == (option.start, option.end, option.provider)
                assert play.book(hold).status == "booked"
                raise _Undone
        for wanted in play.others(wish, offered):
            with pytest.raises(Refused) as refused, transaction.atomic():
                play.hold(request, wanted)
                pytest.fail(f"{wanted} was not offered and could be held")
            assert refused.value.code in REFUSALS, refused.value
