"""Topics, their canonical addresses, and the filters of each as the wire writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from frontdesk.clinic.models import VisitType
from frontdesk.gateway.fhir import codes
from frontdesk.gateway.fhir.door import Call, Problem
from frontdesk.gateway.fhir.references import number, provider_of, site_of, split, visit_type_of, visit_types
from frontdesk.gateway.fhir.search import token
from frontdesk.partners.engine.filters import MOST, By
from frontdesk.partners.models import Topic

PATH = "/SubscriptionTopic/"
ABOUT = {Topic.VISITS: "Appointment", Topic.FREED: "Slot"}
"""The type of what a topic tells of."""
LONGEST = 2_000  # characters of a filter
_STATUS = {word: ours.value for ours, word in codes.STATUS.items()}


def canonical(base: str, topic: Topic) -> str:
    """The address by which a topic is named, below that of this door."""
    return f"{base}{PATH}{topic.value}"


def topic_of(text: object, call: Call) -> Topic:
    """The topic of that address. Raises Problem (422) for any other."""
    for topic in Topic:
        if text == canonical(call.base, topic):
            return topic
    names = " or ".join(canonical(call.base, topic) for topic in Topic)
    raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not-supported", f"The criteria name a topic: {names}.")


def read_filters(texts: Sequence[str], topic: Topic, call: Call) -> list[dict[str, Any]]:
    """Filters such as "Appointment?location=Location/3,Location/4&status=booked". Raises Problem (422)."""
    found: list[dict[str, Any]] = []
    for text in texts[: MOST + 1]:  # one more than may be: it is refused with the rest of the subscription
        kind, mark, query = text.strip().rpartition("?")
        if mark and kind not in ("", ABOUT[topic]):
            raise _bad(f"This topic tells of {ABOUT[topic]}: filters begin with “{ABOUT[topic]}?”.")
        pairs = parse_qsl(query[:LONGEST], keep_blank_values=True)
        if not pairs or len(query) > LONGEST:
            raise _bad(
                "A filter is written as “Appointment?location=Location/3”, and is not longer than 2,000 characters."
            )
        found += [_read(name, value, call) for name, value in pairs]
    return found


def write_filters(filters: Sequence[dict[str, Any]], topic: Topic, base: str) -> list[str]:
    """The filters as text again, one for each."""
    return [f"{ABOUT[topic]}?{one['by']}={','.join(_write(one, base))}" for one in filters]


def _read(name: str, value: str, call: Call) -> dict[str, Any]:
    if name not in set(By):
        raise _bad(f"“{name[:40]}” is no filter here. There are: {', '.join(By)}.")
    by = By(name)
    values = [_READERS[by](one.strip(), call) for one in value.split(",") if one.strip()]
    return {"by": by.value, "of": list(dict.fromkeys(values))}


def _location(text: str, call: Call) -> str:
    return _known(site_of(text, call), "Location", text)


def _practitioner(text: str, call: Call) -> str:
    return _known(provider_of(text, call), "Practitioner", text)


def _service_type(text: str, call: Call) -> str:
    """A visit type by its code, or by its HealthcareService."""
    if text.startswith("HealthcareService/"):
        return _known(visit_type_of(text, call), "HealthcareService", text)
    asked = token(text)
    fits = asked.system in (None, call.base + codes.VISIT_TYPES)
    return _known(visit_types(call).filter(code=asked.code).first() if fits else None, "service type", text)


def _patient(text: str, call: Call) -> str:
    """Whether there is such a patient is not said here: the client may not be one that sees patients."""
    named = split(text, call.base, kind="Patient")
    pk = number(named[1]) if named is not None and named[0] == "Patient" else None
    if pk is None:
        raise _bad("A patient is named as “Patient/12”.")
    return str(pk)


def _status(text: str, call: Call) -> str:  # noqa: ARG001  all readers are called alike
    if text not in _STATUS:
        raise _bad(f"“{text[:40]}” is no status that is told of. There are: {', '.join(_STATUS)}.")
    return _STATUS[text]


_READERS: dict[By, Callable[[str, Call], str]] = {
    By.LOCATION: _location,
    By.PRACTITIONER: _practitioner,
    By.SERVICE_TYPE: _service_type,
    By.PATIENT: _patient,
    By.STATUS: _status,
}


def _write(one: dict[str, Any], base: str) -> list[str]:
    by, values = By(one["by"]), [str(value) for value in one["of"]]
    if by is By.STATUS:
        return [word for word, ours in _STATUS.items() if ours in values]
    if by is By.SERVICE_TYPE:
        kinds = VisitType.objects.filter(pk__in=values).order_by("pk").values_list("code", flat=True)
        return [f"{base}{codes.VISIT_TYPES}|{code}" for code in kinds]
    return [f"{by.value.title()}/{value}" for value in values]


def _known(row: Any, kind: str, text: str) -> str:
    if row is None:
        raise _bad(f"There is no {kind} “{text[:60]}”.")
    return str(row.pk)


def _bad(sentence: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "value", sentence)
