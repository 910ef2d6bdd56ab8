"""What every change of a booked visit begins with: the visit under lock, and not changed since it was shown."""

from __future__ import annotations

from datetime import datetime

from frontdesk.book.actions.time import Days, keys_of, release
from frontdesk.book.engine.why import Why, why
from frontdesk.book.models import Appointment, Claim
from frontdesk.book.rules_changes import Ended
from frontdesk.daybook.models import Entry, EntrySubject
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.people.models import Patient

_WORDS = {
    "AppointmentMoved": "moved",
    "AppointmentCancelled": "cancelled",
    "AppointmentRestored": "restored",
    "AppointmentMissed": "marked as not kept",
    "MovabilitySet": "given another rule for moving",
}


__all__ = ["Ended", "Stale", "check_version", "describe", "live_claims", "lock", "reason", "release_time"]


class Stale(Refused):
    """Somebody changed the visit after it was shown."""

    code = "STALE"


def lock(visit: Appointment, version: int | None = None) -> Appointment:
    """The visit, locked after its patient as docs/locking.md says. Raises Stale with what changed.

    An action that is done once for a key locks without a version, looks for the key, and then checks the version:
    a double click that waited for the lock is not stale.
    """
    Patient.objects.select_for_update(no_key=True).get(pk=visit.patient_id)
    rows = Appointment.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related(
        "patient", "visit_type", "site", "provider", "room", "interpreter", "gathering"
    ).get(pk=visit.pk)
    if version is not None:
        check_version(found, version)
    return found


def check_version(visit: Appointment, version: int) -> None:
    """Is the locked visit still as it was shown? Raises Stale with what changed."""
    if version != visit.version:
        raise Stale(f"This visit was {_what_changed(visit)} after you opened it. Look at it again.")


def reason(code: str, among: tuple[Why, ...]) -> Why:
    """The reason of the code. Raises BadValue for any other text."""
    found = why(code, among)
    if found is None:
        raise BadValue("Choose the reason.", field="why")
    return found


def live_claims(visit: Appointment) -> list[Claim]:
    return list(Claim.objects.live().filter(appointment=visit).order_by("resource_id"))


def release_time(*, visit: Appointment, now: datetime) -> None:
    """Give back what the visit has claimed, under the locks of its days, in the caller's transaction."""
    own = live_claims(visit)
    days = Days({key for key, _ in keys_of(own, visit.site).values()})
    release(own, visit.site, days=days, now=now)
    days.save()


def describe(visit: Appointment) -> dict[str, str]:
    """Where a visit stands, in words and instants, as the daybook keeps it."""
    return {
        "start": visit.start.isoformat(),
        "end": visit.end.isoformat(),
        "provider": visit.provider.name,
        "site": visit.site.name,
        "room": visit.room.name if visit.room else "",
        "interpreter": visit.interpreter.name if visit.interpreter else "",
        "visit_type": visit.visit_type.name,
        "modality": visit.get_modality_display(),
    }


def _what_changed(visit: Appointment) -> str:
    about = EntrySubject.objects.filter(kind="appointment", ref=visit.pk).values("entry")
    last = Entry.objects.filter(pk__in=about, kind__in=_WORDS).order_by("-pk").first()
    if last is None:
        return "changed"
    local = last.at.astimezone(visit.site.zone)
    return f"{_WORDS[last.kind]} by {last.actor_name} at {local:%H:%M}"
