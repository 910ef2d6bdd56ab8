"""What is read and written past the ORM is what the ORM reads and writes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Model
from django.db.transaction import TransactionManagementError

from frontdesk.book.models import Appointment, ChainLink, Claim, Hold, ResourceDay
from frontdesk.clinic.models import Room
from frontdesk.kit import rows
from frontdesk.kit.transactions import joined
from frontdesk.outreach.models import Message
from frontdesk.people.models import Patient
from frontdesk.triage.models import Request, Screening, Utterance
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db


def columns(row: Model) -> dict[str, Any]:
    """Every column but the number, bytes as bytes."""
    found = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    found.pop("id")
    return {name: bytes(one) if isinstance(one, memoryview) else one for name, one in found.items()}


@pytest.mark.parametrize(
    "model", [Appointment, ChainLink, Claim, Hold, Message, Patient, Request, ResourceDay]
)
def test_a_row_is_read_as_the_orm_reads_it(universe: Universe, model: type[Model]) -> None:
    universe.book(at(11))
    theirs = model._default_manager.order_by("pk")
    ours = rows.read(model, "ORDER BY id")
    assert [columns(one) for one in ours] == [columns(one) for one in theirs]
    assert ours and not ours[0]._state.adding


@pytest.mark.parametrize("model", [Request, Utterance, Screening, Message, Hold])
def test_a_row_is_written_as_the_orm_writes_it(universe: Universe, model: type[Model]) -> None:
    universe.book(at(11))
    old = model._default_manager.order_by("pk")[0]
    new = model(**columns(old))
    for unique in ("idempotency_key", "to"):
        if hasattr(new, unique):
            setattr(new, unique, "another")
    rows.insert(new)
    assert new.pk > old.pk
    assert columns(model._default_manager.get(pk=new.pk)) == columns(new)


def test_what_follows_is_done_with_the_number_of_the_row(universe: Universe) -> None:
    request = universe.ready()
    new = Utterance(request=request, text="And a cough.", heard_at=NOW, heard_by=universe.alice)
    rows.insert(new, then="set_config('frontdesk.told', made.own::text, true)")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('frontdesk.told')")
        assert cursor.fetchone() == (str(new.pk),)
    assert Utterance.objects.get(pk=new.pk).text == "And a cough."


def test_many_rows_are_written_in_their_order(universe: Universe) -> None:
    visit = universe.book(at(11))
    kept = [columns(one) for one in visit.chain.order_by("pk")]
    visit.chain.all().delete()
    rows.insert_many([ChainLink(**one) for one in kept])
    assert [columns(one) for one in visit.chain.order_by("pk")] == kept


@pytest.mark.parametrize("model", [Utterance, Screening, Claim])
def test_many_are_written_as_the_orm_writes_them(universe: Universe, model: type[Model]) -> None:
    universe.book(at(11))
    old = model._default_manager.order_by("pk")[0]
    again = model(**columns(old))
    if isinstance(again, Claim):
        again.unit, again.released_at = 2, NOW
    rows.insert_many([again])
    assert columns(model._default_manager.order_by("pk").last() or old) == columns(again)


def test_a_row_is_written_with_those_that_refer_to_it(universe: Universe) -> None:
    old = universe.book(at(11))
    links = [columns(one) for one in old.chain.order_by("pk")]
    old.chain.all().delete()
    claims = [columns(one) for one in Claim.objects.filter(appointment=old).order_by("pk")]
    Claim.objects.filter(appointment=old).delete()
    visit = Appointment(**columns(old) | {"idempotency_key": "another", "status": "cancelled"})
    made = rows.insert_with(visit, [Claim(**one) for one in claims], [ChainLink(**one) for one in links])
    assert made is visit and visit.pk > old.pk and not visit._state.adding
    assert columns(Appointment.objects.get(pk=visit.pk)) == columns(visit)
    own = {"appointment_id": visit.pk}
    assert [columns(one) for one in visit.chain.order_by("pk")] == [one | own for one in links]
    assert [columns(one) for one in Claim.objects.filter(appointment=visit).order_by("pk")] == [
        one | own for one in claims
    ]


def test_a_part_of_one_row_gets_its_number(universe: Universe) -> None:
    old = universe.ready()
    request = Request(**columns(old))
    words = Utterance(
        request=request, text="It aches — “a little” \\ {x}\n¿no?", heard_at=NOW, heard_by=universe.alice
    )
    rows.insert_with(request, [words])
    stored = Utterance.objects.get(pk=words.pk)
    assert (stored.request_id, words.request_id, stored.text) == (request.pk, request.pk, words.text)


def test_a_part_without_rows_is_refused(universe: Universe) -> None:
    with pytest.raises(TypeError):
        rows.insert_with(Request(**columns(universe.ready())), [])


def test_half_a_character_is_the_databases_to_refuse(universe: Universe) -> None:
    request = universe.ready()
    with pytest.raises(DataError), transaction.atomic():
        rows.insert_many([Utterance(request=request, text="\ud83d", heard_at=NOW, heard_by=universe.alice)])


def test_no_rows_are_no_fault() -> None:
    rows.insert_many([])  # it raises nothing: there is no first row to ask for its model


def test_what_is_too_long_is_refused_and_not_cut(universe: Universe) -> None:
    visit = universe.book(at(11))
    with pytest.raises(DataError), transaction.atomic():
        rows.insert_many([ChainLink(appointment=visit, link="x" * 21, checked_at=NOW)])


def test_only_the_named_columns_are_changed(universe: Universe) -> None:
    request = universe.ready()
    Request.objects.filter(pk=request.pk).update(callback="212-555-0199")
    request.callback, request.closed_at, request.closed_by = "none", NOW, universe.alice
    rows.update(request, "closed_at", "closed_by")
    stored = Request.objects.get(pk=request.pk)
    assert (stored.callback, stored.closed_at, stored.closed_by) == ("212-555-0199", NOW, universe.alice)


def test_errors_are_those_of_the_orm(universe: Universe) -> None:
    with pytest.raises(IntegrityError, match="people_patient_mrn_key"), transaction.atomic():
        rows.insert(Patient(**columns(universe.ben)))
    assert Patient.objects.filter(pk=universe.ben.pk).exists()


def test_nothing_is_run_in_a_transaction_that_is_to_be_rolled_back() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            rows.run("SELECT 1")
        transaction.set_rollback(False)


def test_a_model_that_extends_another_is_refused() -> None:
    with pytest.raises(TypeError, match="Room extends another model"):
        rows.read(Room, "")


def test_a_number_has_one_type_whatever_its_size() -> None:
    assert rows.run("SELECT pg_typeof(%s)::text, pg_typeof(%s)::text", [1, 2**40]) == [("bigint", "bigint")]


def test_ids_are_written_as_an_array() -> None:
    assert rows.run("SELECT %s::bigint[]", [rows.ids([3, None, 5])]) == [([3, None, 5],)]
    assert rows.run("SELECT %s::bigint[]", [rows.ids([])]) == [([],)]


@pytest.mark.django_db(transaction=True)
def test_a_part_of_an_action_joins_its_transaction_or_makes_one() -> None:
    inside = joined(lambda: (connection.in_atomic_block, len(connection.savepoint_ids)))
    assert inside() == (True, 0)
    with transaction.atomic():
        assert inside() == (True, 0)
