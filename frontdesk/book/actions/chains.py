"""Keeping what was found of a visit's chain, and waiving a link later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.facts import LinkWaived
from frontdesk.book.models import Appointment, ChainLink
from frontdesk.book.ports import Finding, Verdict
from frontdesk.daybook.record import record
from frontdesk.kit import rows
from frontdesk.kit.errors import BadValue, Refused


def keep_chain(*, appointment: Appointment, found: Sequence[Finding], by: User, now: datetime) -> None:
    """Keep the findings as the visit's chain, in the place of earlier ones. Part of moving it."""
    ChainLink.objects.filter(appointment=appointment).delete()
    rows.insert_many(links_of(found=found, by=by, now=now, appointment=appointment))


def links_of(
    *, found: Sequence[Finding], by: User, now: datetime, appointment: Appointment | None = None
) -> list[ChainLink]:
    """The findings as links that are not written yet, the last of each link; of a visit that may not be either."""
    by_link = {one.link: one for one in found}
    return [
        ChainLink(
            appointment=appointment,
            link=one.link,
            verdict=one.verdict,
            sentence=one.sentence[:300],
            code=one.code,
            checked_at=now,
            waived_at=now if one.verdict is Verdict.WAIVED else None,
            waived_by=by if one.verdict is Verdict.WAIVED else None,
            waived_because=one.waived_because,
        )
        for one in by_link.values()
    ]


@transaction.atomic
def waive(*, link: ChainLink, because: str, by: User, now: datetime) -> ChainLink:
    """Waive a link that fails or warns, by somebody who may, with a reason.

    Raises NotAllowed, BadValue without a reason, or Refused for a link that stands in nobody's way.
    """
    by.check_may(Permission.WAIVE_CHECKS)
    if len(because.strip()) < 3:
        raise BadValue("Say why it is waived.", field="because")
    link = ChainLink.objects.select_for_update().select_related("appointment").get(pk=link.pk)
    if link.verdict not in (Verdict.FAIL, Verdict.WARN, Verdict.NOT_CHECKED):
        raise Refused("This link stands in nobody’s way.", code="NOTHING_TO_WAIVE")
    link.verdict, link.waived_at, link.waived_by = Verdict.WAIVED, now, by
    link.waived_because = because.strip()[:200]
    link.save(update_fields=["verdict", "waived_at", "waived_by", "waived_because"])
    visit = link.appointment
    fact = LinkWaived(
        appointment_id=visit.pk, patient_id=visit.patient_id, link=link.link, sentence=link.sentence
    )
    record(fact, by=by, now=now, because=link.waived_because)
    return link
