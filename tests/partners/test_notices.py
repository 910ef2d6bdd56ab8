"""Who is told of what, and who of nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from frontdesk.book.actions import cancels, holds, kept_holds, moves
from frontdesk.book.models import Appointment, Hold
from frontdesk.clinic.models import VisitType
from frontdesk.partners.actions import clients, subscriptions
from frontdesk.partners.models import Client, Notice, Topic
from frontdesk.partners.queries.freed import bookable
from frontdesk.partners.queries.listening import listeners
from frontdesk.partners.rules_subscriptions import Asked
from tests.factories.partners import Registered, register
from tests.factories.receiver import Receiver, receiving
from tests.factories.told import TELLER, tell, told
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def client(universe: Universe) -> Registered:
    return register(universe)


def cancel(cast: Universe, visit: Appointment) -> Appointment:
    visit.refresh_from_db()
    return cancels.cancel(
        visit=visit, why="patient-asked", note="", version=visit.version, key=f"c{visit.pk}-{visit.version}",
        by=cast.alice, now=NOW,
    )  # fmt: skip


def move(cast: Universe, visit: Appointment, **to: Any) -> Appointment:
    visit.refresh_from_db()
    wanted = replace(moves.wanted_of(visit), **to)
    return moves.move(
        visit=visit, to=wanted, move=moves.Move("patient-asked", approved_by=cast.dan), version=visit.version,
        key=f"m{visit.pk}-{visit.version}", by=cast.alice, now=NOW,
    )  # fmt: skip


def fill(cast: Universe, start: datetime, end: datetime) -> None:
    """Book all of Dr. Carol's time from `start` to `end`, each half hour with somebody else."""
    for count in range((end - start) // timedelta(minutes=30)):
        patient = cast.newcomer("Eva", f"Nolte{'abcdefghijklmnop'[count] * 4}", born=date(1950, 1, count + 1))
        cast.book(start + count * timedelta(minutes=30), request=cast.ready(patient))


def noted() -> list[tuple[str, int | None]]:
    return list(Notice.objects.order_by("pk").values_list("what", "appointment"))


def test_every_change_of_a_visit_is_noted_in_its_transaction(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    told(client, receiver.url)
    visit = universe.book(at(11))
    move(universe, visit, start=at(14))
    cancel(universe, visit)
    visit.refresh_from_db()
    cancels.undo(visit=visit, version=visit.version, by=universe.alice, now=NOW)
    visit.refresh_from_db()
    cancels.miss(visit=visit, why="no-word", note="", version=visit.version, by=universe.alice, now=at(15))
    assert noted() == [(what, visit.pk) for what in ("booked", "moved", "cancelled", "restored", "missed")]


def test_nothing_is_noted_and_one_statement_asked_where_nobody_listens(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    universe.book(at(11))
    asked = Asked(topic=Topic.VISITS, endpoint=receiver.url)
    subscriptions.ask(client=client.client, asked=asked, by=client.user, now=NOW)
    assert listeners() == [], "a subscription whose handshake was never answered is told nothing"
    universe.book(at(12), request=universe.ready(universe.dora))
    assert noted() == []


def test_a_listener_is_read_with_what_its_client_may_see(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url, filters=[{"by": "status", "of": ["booked"]}])
    (found,) = listeners()
    assert (found.pk, found.sites, found.sees_sensitive) == (made.pk, frozenset({universe.main.pk}), False)
    assert found.filters == [{"by": "status", "of": ["booked"]}]


@pytest.mark.parametrize(
    ("by", "fits"),
    [("location", "main"), ("practitioner", "dr_carol"), ("service-type", "follow_up"), ("patient", "ben")],
)
def test_filters_are_all_to_fit(
    universe: Universe, client: Registered, receiver: Receiver, by: str, fits: str
) -> None:
    own = {"by": by, "of": [str(getattr(universe, fits).pk)]}
    yes = told(client, receiver.url, filters=[own, {"by": "status", "of": ["booked", "no_show"]}])
    told(client, receiver.url, filters=[{"by": by, "of": ["99999"]}])
    told(client, receiver.url, filters=[own, {"by": "status", "of": ["cancelled"]}])
    universe.book(at(11))
    assert list(Notice.objects.values_list("subscription", flat=True)) == [yes.pk]


def test_no_notice_of_another_site_nor_of_a_sensitive_visit(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    elsewhere = register(universe, sites=[universe.harbor])
    sees = register(universe, sees_sensitive=True)
    told(client, receiver.url)
    told(elsewhere, receiver.url)
    may = told(sees, receiver.url)
    VisitType.objects.filter(pk=universe.follow_up.pk).update(sensitive=True)
    visit = universe.book(at(11))
    cancel(universe, visit)
    assert set(Notice.objects.values_list("subscription", flat=True)) == {may.pk}


def test_no_notice_without_the_scope_nor_for_an_ended_client(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    other = register(universe)
    told(client, receiver.url)
    told(other, receiver.url)
    Client.objects.filter(pk=client.client.pk).update(scopes=["system/Slot.rs", "system/Subscription.cruds"])
    clients.end(client=other.client, by=universe.dan, now=NOW)
    universe.book(at(11))
    assert noted() == []


def test_a_visit_that_leaves_what_the_client_sees_is_told_as_gone(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url)
    visit = universe.book(at(11))
    VisitType.objects.filter(pk=universe.same_day.pk).update(sensitive=True)
    universe.same_day.refresh_from_db()
    move(universe, visit, visit_type=universe.same_day)
    move(universe, visit, start=at(15))
    assert noted() == [("booked", visit.pk), ("gone", visit.pk)]
    tell(made)
    assert len(receiver.received) == 2, "the booking cannot be seen any more when it is told"
    assert receiver.received[1].events[0]["focus"] == f"http://testserver/fhir/Appointment/{visit.pk}"


def test_who_follows_a_provider_hears_that_a_visit_went_to_another(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    told(client, receiver.url, filters=[{"by": "practitioner", "of": [str(universe.dr_carol.pk)]}])
    visit = universe.book(at(11))
    move(universe, visit, provider=universe.dr_yusuf)
    move(universe, visit, start=at(15))
    assert noted() == [("booked", visit.pk), ("moved", visit.pk)]


def test_rights_that_were_cut_meanwhile_leave_no_gap_in_the_numbers(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url)
    universe.book(at(11))
    VisitType.objects.filter(pk=universe.follow_up.pk).update(sensitive=True)
    second = replace(universe.wanted(at(12)), visit_type=universe.phone_call, room=None)
    universe.book(at(12), request=universe.ready(universe.dora), wanted=second)
    tell(made)
    assert receiver.numbers == [1]


# Freed time -----------------------------------------------------------------------------------------------------


def test_a_cancelled_visit_frees_time_that_names_no_visit(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url, Topic.FREED)
    visit = universe.book(at(11))
    assert noted() == []
    cancel(universe, visit)
    (notice,) = Notice.objects.all()
    assert (notice.what, notice.appointment_id, notice.site) == ("freed", None, universe.main)
    assert set(notice.freed) == {"provider", "start", "end"}
    times = bookable(notice, made, now=NOW)
    assert {one.visit_type for one in times} >= {universe.follow_up.pk, universe.same_day.pk}
    assert all(one.start < at(11, 30) and one.end > at(11) for one in times)


def test_freed_slots_can_be_booked_then(universe: Universe, client: Registered, receiver: Receiver) -> None:
    own = [{"by": "service-type", "of": [str(universe.follow_up.pk)]}]
    made = told(client, receiver.url, Topic.FREED, filters=own)
    fill(universe, at(10), at(12))
    visit = Appointment.objects.get(start=at(11))
    cancel(universe, visit)
    tell(made)
    (event,) = receiver.received[-1].events
    assert event["focus"].endswith(
        f"/Slot/{universe.dr_carol.pk}-{universe.main.pk}-{universe.follow_up.pk}-20260303T1600Z"
    )
    universe.book(at(11), request=universe.ready(universe.dora))


def test_time_that_is_taken_again_before_it_is_told_is_not_told(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url, Topic.FREED)
    fill(universe, at(10), at(12))
    visit = Appointment.objects.get(start=at(11))
    cancel(universe, visit)
    assert Notice.objects.count() == 1
    universe.book(at(11), request=universe.ready(universe.dora))
    assert tell(made) == []
    assert Notice.objects.count() == 0


def test_a_move_frees_the_old_time(universe: Universe, client: Registered, receiver: Receiver) -> None:
    told(client, receiver.url, Topic.FREED)
    visit = universe.book(at(11))
    move(universe, visit, start=at(15))
    (notice,) = Notice.objects.all()
    assert notice.freed["start"] == at(11).astimezone(visit.start.tzinfo).isoformat()


def test_only_a_hold_that_stood_for_hours_frees_time_that_is_told(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    told(client, receiver.url, Topic.FREED)
    short = universe.hold(at(11))
    holds.let_go(hold=short, by=universe.alice, now=NOW)
    assert noted() == []
    long = universe.hold(at(13), request=universe.ready(universe.dora))
    kept_holds.keep_longer(hold=long, hours=2, because="waits for a ride", by=universe.dan, now=NOW)
    holds.sweep(by=TELLER, now=NOW + timedelta(hours=2, minutes=1))
    assert Hold.objects.get(pk=long.pk).ended_how == "expired"
    assert noted() == [("freed", None)]


def test_who_follows_another_provider_or_site_hears_nothing_of_freed_time(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    told(
        client, receiver.url, Topic.FREED, filters=[{"by": "practitioner", "of": [str(universe.dr_yusuf.pk)]}]
    )
    told(register(universe, sites=[universe.harbor]), receiver.url, Topic.FREED)
    told(
        client,
        receiver.url,
        Topic.FREED,
        filters=[{"by": "service-type", "of": [str(universe.skin_check.pk)]}],
    )
    cancel(universe, universe.book(at(11)))
    assert noted() == []
