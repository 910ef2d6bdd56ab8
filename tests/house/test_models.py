"""Walks all models. What is listed here are the exceptions, so that a new model is covered on the day it is born."""

from __future__ import annotations

import pytest
from django.db import models

from tests.house.house import floors, our_models, room_of

MODELS = our_models()

# Pairs that need no person: times that are planned or counted, and times that a machine writes.
AT_WITHOUT_BY = {
    "clinic.Draft.applied_at": "its approver, or the settings clerk on its day; who is in the daybook",
    "daybook.Entry.at": "the actor, who may be a process, stands beside it",
    "book.ChainLink.checked_at": "the checks check; who booked or moved the visit is in the daybook",
    "book.Conflict.found_at": "often found by a process; who is in the daybook",
    "book.Once.done_at": "`user` did it",
    "book.Hold.expires_at": "a deadline",
    "book.Hold.ended_at": "`ended_how` says it: booked, let go or expired; who is in the daybook",
    "book.Claim.released_at": "a claim is released by its hold or its visit, which say who",
    "book.PastVisit.booked_at": "another system's booking",
    "work.Task.opened_at": "often opened by a process; who is in the daybook",
    "work.Task.due_at": "a clock",
    "outreach.Message.settled_at": "the mail server settles it",
    "triage.Handoff.due_at": "a clock",
    "triage.Screening.screened_at": "the screener screens",
    "work.Task.escalated_at": "the escalation escalates",
    "triage.Request.contact_at": "when the patient called or wrote",
    "triage.Request.told_at": "derived from what was written down; who is in the daybook",
    "triage.WalkIn.arrived_at": "the patient arrived; who wrote it down opened the request",
    "triage.LateArrival.arrived_at": "the patient arrived; `recorded_by` wrote it down",
    "triage.Contact.began_at": "`by` spoke",
    "triage.Contact.ended_at": "`by` spoke",
    "triage.Handoff.last_resort_at": "the escalation goes through its tree",
    "triage.EscalationStep.began_at": "the escalation goes through its tree",
    "triage.EscalationStep.due_at": "a clock",
    "triage.EscalationStep.ended_at": "`end` says it; who accepted stands in the handoff",
    "triage.Protocol.written_at": "its author, who alone may write it",
    "triage.Protocol.handed_in_at": "its author, who alone may hand it in",
    "triage.Acknowledgement.at": "`user` did it",
    "triage.Backtest.done_at": "ends by itself",
    "gateway.ImportRun.finished_at": "ends by itself",
    "partners.Token.issued_at": "the token door, to the client that proved who it is",
    "partners.Token.expires_at": "a deadline",
    "partners.Assertion.expires_at": "a deadline",
    "partners.Subscription.asked_at": "its client asked",
    "partners.Notice.happened_at": "who did it is in the daybook",
}

# Models with a patient that are reached through something that is `visible_to` already.
REACHED_THROUGH_ANOTHER = {
    "people.ContactPoint": "the patient",
    "people.PatientIdentifier": "the patient",
    "people.RiskFlag": "the patient",
    "book.Hold": "the request that asked for it",
}


def _label(model: type[models.Model]) -> str:
    return f"{room_of(model)}.{model.__name__}"


def _named(suffix: str) -> list[str]:
    return [
        f"{_label(model)}.{field.name}"
        for model in MODELS
        for field in model._meta.local_fields
        if field.name.endswith(suffix) and isinstance(field, models.DateTimeField)
    ]


@pytest.mark.parametrize("model", MODELS, ids=_label)
def test_foreign_keys_point_down(model: type[models.Model]) -> None:
    """Names in strings hide from import tools; the tables do not."""
    for field in model._meta.get_fields():
        target = getattr(field, "related_model", None)
        if (
            field.auto_created
            or not isinstance(target, type)
            or not target.__module__.startswith("frontdesk.")
        ):
            continue
        own, other = room_of(model), room_of(target)
        assert own == other or floors()[other] < floors()[own], (
            f"{_label(model)}.{field.name} points up to {other}."
        )


@pytest.mark.parametrize("name", _named("_at"))
def test_each_at_has_its_by(name: str) -> None:
    label, field = name.rsplit(".", 1)
    model = next(one for one in MODELS if _label(one) == label)
    has_by = any(one.name == field.removesuffix("_at") + "_by" for one in model._meta.local_fields)
    assert has_by or name in AT_WITHOUT_BY, f"{name}: who did it? Add a field, or say here why nobody."


def test_the_exceptions_are_still_there() -> None:
    assert {name for name in AT_WITHOUT_BY if not name.endswith(".at")} <= set(_named("_at"))
    assert set(REACHED_THROUGH_ANOTHER) <= {_label(model) for model in MODELS}


@pytest.mark.parametrize("name", _named("_at"))
def test_half_a_pair_is_refused_by_the_database(name: str) -> None:
    """Where both may be empty, a constraint keeps them together; where `_at` must be there, so must `_by` or a process."""
    label, field = name.rsplit(".", 1)
    model = next(one for one in MODELS if _label(one) == label)
    by = next(
        (one for one in model._meta.local_fields if one.name == field.removesuffix("_at") + "_by"), None
    )
    if by is None or not model._meta.get_field(field).null:
        return
    stem = field.removesuffix("_at")
    names = [one.name for one in model._meta.constraints]
    assert any(one.endswith(f"_{stem}_at_has_by") for one in names), f"{label} lacks paired({stem!r})."


@pytest.mark.parametrize("model", MODELS, ids=_label)
def test_what_is_about_a_patient_says_who_may_see_it(model: type[models.Model]) -> None:
    about = any(
        field.is_relation and getattr(field.related_model, "__name__", "") == "Patient"
        for field in model._meta.local_fields
    )
    if about and _label(model) not in REACHED_THROUGH_ANOTHER:
        assert hasattr(model._default_manager, "visible_to"), f"{_label(model)} lacks visible_to(user)."
