"""A message as other programs hand it in to be screened: what of it is known about the patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from frontdesk.triage.engine.shapes import Context

MONTHS_OF_A_NEWBORN = 3


class BadMessage(ValueError):
    """A message that cannot be read; its text is one sentence for whoever sent it."""


def context_of(message: Mapping[str, object]) -> Context:
    """What the rules may know beside the words, from `age` (years) and `context`.

    Of the context are read: conditions and medications (lists of text), pregnant_weeks, postpartum_days, post_op_days,
    discharge_days and age_months (whole numbers). Raises BadMessage for a value of another kind.
    """
    more = message.get("context") or {}
    if not isinstance(more, Mapping):
        raise BadMessage("“context” must be an object.")
    months = _number(more, "age_months")
    flags = {*_texts(more, "conditions"), *_texts(more, "medications")}
    flags |= {"postpartum"} if _number(more, "postpartum_days") is not None else set()
    flags |= {"discharged"} if _number(more, "discharge_days") is not None else set()
    flags |= {"under 3 months"} if months is not None and months < MONTHS_OF_A_NEWBORN else set()
    age = _number(message, "age")
    return Context(
        age=months // 12 if age is None and months is not None else age,
        pregnant=_number(more, "pregnant_weeks") is not None,
        days_since_procedure=_number(more, "post_op_days"),
        flags=frozenset(flags),
    )


def _number(source: Mapping[str, object], key: str) -> int | None:
    value = source.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 50_000:
        raise BadMessage(f"“{key}” must be a number that is not negative.")
    return int(value)


def _texts(source: Mapping[str, object], key: str) -> list[str]:
    value = source.get(key) or []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Sequence) or not all(isinstance(one, str) for one in value):
        raise BadMessage(f"“{key}” must be a list of texts.")
    return [str(one) for one in value]
