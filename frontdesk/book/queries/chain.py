"""The links of a visit's chain that the book itself can check; those of rooms not built yet say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from frontdesk.book.models import Claim
from frontdesk.book.ports import Ask, Finding, Link, Verdict
from frontdesk.book.queries.wish import segments_of
from frontdesk.clinic.choices import InterpreterMode, Modality, ResourceKind
from frontdesk.clinic.models import Equipment, Interpreter, Provider, Room, Site, VisitType
from frontdesk.people.models import Patient
from frontdesk.people.queries import card

PRECAUTIONS = "infection-precautions"  # the risk flag that asks for an isolation room

NOT_BUILT = {
    Link.REFERRAL: "Frontdesk does not keep referrals yet: check by hand.",
    Link.AUTHORIZATION: "Frontdesk does not keep authorizations yet: check by hand.",
    Link.COVERAGE: "Frontdesk does not check coverage yet: check by hand.",
}


class Known(Protocol):
    """What is known of others when the links are judged."""

    def any_room(self, resources: Sequence[int]) -> bool:
        """Is a room among them?"""
        ...

    def equipment(self, resources: Sequence[int]) -> list[str]:
        """The names of the equipment among them."""
        ...

    def last_end(self, room: Room, start: datetime, moving: int | None) -> datetime | None:
        """When the last visit in the room before `start` ends, but for the one that is `moving`."""
        ...

    def has_precautions(self, patient: Patient) -> bool: ...

    def has_email(self, patient: Patient) -> bool:
        """May a message be sent to the patient?"""
        ...


class Stored:
    """What the tables know; each is read when its link is judged."""

    def any_room(self, resources: Sequence[int]) -> bool:
        return bool(resources) and Room.objects.filter(pk__in=resources).exists()

    def equipment(self, resources: Sequence[int]) -> list[str]:
        return list(Equipment.objects.filter(pk__in=resources).values_list("name", flat=True))

    def last_end(self, room: Room, start: datetime, moving: int | None) -> datetime | None:
        before = Claim.objects.live().filter(resource=room.pk, end__lte=start)
        others = before.exclude(appointment=moving) if moving else before
        return others.order_by("-end").values_list("end", flat=True).first()

    def has_precautions(self, patient: Patient) -> bool:
        return PRECAUTIONS in card(patient).flags

    def has_email(self, patient: Patient) -> bool:
        return card(patient).email is not None


def chain(ask: Ask, known: Known | None = None) -> list[Finding]:
    """Every link but the request, for an ask that names a time. It reads and answers, and never writes."""
    if ask.visit_type is None or ask.provider is None or ask.start is None or ask.site is None:
        return []
    return list(_links(ask, ask.visit_type, ask.provider, ask.start, ask.site, known or Stored()))


def _links(
    ask: Ask, kind: VisitType, provider: Provider, start: datetime, site: Site, known: Known
) -> Iterator[Finding]:
    yield _provider(kind, provider)
    yield _room(kind, ask, known)
    yield _equipment(kind, ask, known)
    yield _interpreter(ask, provider)
    yield _preparation(kind, start, ask.now)
    yield _turnover(kind, ask, start, known)
    for link, sentence in NOT_BUILT.items():
        needed = " This visit type needs it." if link.value.lower() in kind.needs_checks else ""
        yield Finding(link, Verdict.NOT_CHECKED, f"{sentence}{needed}")
    yield _infection(ask, known)
    yield _provider_told(provider, start, site, ask.now)
    yield _patient_told(ask.patient, known)


def _provider(kind: VisitType, provider: Provider) -> Finding:
    if provider.specialty_id != kind.specialty_id:
        sentence = f"{provider.name} does not see patients for {kind.name}."
        return Finding(Link.PROVIDER, Verdict.FAIL, sentence, "WRONG_PROVIDER")
    if not provider.active:
        return Finding(Link.PROVIDER, Verdict.FAIL, f"{provider.name} no longer works here.", "PROVIDER_GONE")
    return Finding(Link.PROVIDER, Verdict.PASS, f"{provider.name} is in session then.")


def _room(kind: VisitType, ask: Ask, known: Known) -> Finding:
    if ask.room is not None:
        return Finding(Link.ROOM, Verdict.PASS, f"{ask.room.name} is free then.")
    if (
        (ask.modality or kind.modality) == Modality.IN_PERSON
        and _takes_room(kind)
        and not known.any_room(ask.resources)
    ):
        return Finding(Link.ROOM, Verdict.FAIL, "This visit needs a room, and none is taken.", "NO_ROOM")
    return Finding(Link.ROOM, Verdict.PASS, "None needed.")


def _takes_room(kind: VisitType) -> bool:
    segments = segments_of(kind)
    return any(part.kind == ResourceKind.ROOM for part in segments) if segments else bool(kind.room_type)


def _equipment(kind: VisitType, ask: Ask, known: Known) -> Finding:
    wanted = [part.of for part in segments_of(kind) if part.kind == ResourceKind.EQUIPMENT]
    if not wanted or (ask.modality or kind.modality) != Modality.IN_PERSON:
        return Finding(Link.EQUIPMENT, Verdict.PASS, "None needed.")
    names = known.equipment(ask.resources)
    if len(names) < len(wanted):
        sentence = f"This visit needs: {', '.join(wanted)}."
        return Finding(Link.EQUIPMENT, Verdict.FAIL, sentence, "NO_EQUIPMENT")
    return Finding(Link.EQUIPMENT, Verdict.PASS, f"{', '.join(names)}, free then.")


def _interpreter(ask: Ask, provider: Provider) -> Finding:
    patient, helper = ask.patient, ask.interpreter
    if patient is None or not patient.needs_interpreter:
        return Finding(Link.INTERPRETER, Verdict.PASS, "Not needed.")
    language = patient.get_language_display()
    if helper is None and patient.language in provider.languages:
        return Finding(Link.INTERPRETER, Verdict.PASS, f"{provider.name} speaks {language}: none needed.")
    if helper is None:
        sentence = f"{language} is needed, and no interpreter is arranged."
        return Finding(Link.INTERPRETER, Verdict.FAIL, sentence, "NO_INTERPRETER", waivable=True)
    if patient.language not in helper.languages:
        sentence = f"{helper.name} does not speak {language}."
        return Finding(Link.INTERPRETER, Verdict.FAIL, sentence, "WRONG_LANGUAGE")
    return Finding(Link.INTERPRETER, Verdict.PASS, f"{helper.name}, {_how(helper)}.")


def _how(helper: Interpreter) -> str:
    return InterpreterMode(helper.mode).label.lower()


def _preparation(kind: VisitType, start: datetime, now: datetime) -> Finding:
    if not kind.prep_hours:
        return Finding(Link.PREPARATION, Verdict.PASS, kind.prep_text or "Nothing to prepare.")
    if start - now < timedelta(hours=kind.prep_hours):
        sentence = f"The patient needs {kind.prep_hours} hours to prepare. {kind.prep_text}".strip()
        return Finding(Link.PREPARATION, Verdict.FAIL, sentence, "NO_TIME_TO_PREPARE", waivable=True)
    return Finding(Link.PREPARATION, Verdict.PASS, f"Time enough. {kind.prep_text}".strip())


def _turnover(kind: VisitType, ask: Ask, start: datetime, known: Known) -> Finding:
    room = ask.room
    if room is None or not kind.turnover:
        return Finding(Link.TURNOVER, Verdict.PASS, "No time needed between visits.")
    last = known.last_end(room, start, ask.moving)
    gap = start - last if last else None
    if gap is not None and gap < timedelta(minutes=kind.turnover):
        minutes = int(gap.total_seconds() // 60)
        sentence = f"{room.name} has {minutes} min since the visit before; {kind.turnover} are wanted."
        return Finding(Link.TURNOVER, Verdict.WARN, sentence, "TURNOVER")
    return Finding(Link.TURNOVER, Verdict.PASS, f"{room.name} has time to be made ready.")


def _infection(ask: Ask, known: Known) -> Finding:
    if ask.patient is None or not known.has_precautions(ask.patient):
        return Finding(Link.INFECTION, Verdict.PASS, "No precautions on record.")
    if ask.room is not None and not ask.room.isolation:
        sentence = f"The patient needs infection precautions, and {ask.room.name} is not fit for them."
        return Finding(Link.INFECTION, Verdict.FAIL, sentence, "NO_ISOLATION", waivable=True)
    return Finding(Link.INFECTION, Verdict.PASS, "Precautions: the room is fit for them.")


def _provider_told(provider: Provider, start: datetime, site: Site, now: datetime) -> Finding:
    if start.astimezone(site.zone).date() == now.astimezone(site.zone).date():
        sentence = f"The visit is today: tell {provider.name}."
        return Finding(Link.PROVIDER_TOLD, Verdict.WARN, sentence, "TELL_PROVIDER")
    return Finding(Link.PROVIDER_TOLD, Verdict.PASS, "The day’s schedule shows it before the day begins.")


def _patient_told(patient: Patient | None, known: Known) -> Finding:
    if patient is not None and known.has_email(patient):
        return Finding(Link.PATIENT_TOLD, Verdict.PASS, "A message goes out with the change.")
    sentence = "No message can be sent: tell the patient by telephone."
    return Finding(Link.PATIENT_TOLD, Verdict.WARN, sentence, "TELL_PATIENT")
