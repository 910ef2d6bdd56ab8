"""Offered times as signed text, so that what comes back is what was offered to this person for this request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core import signing

from frontdesk.accounts.models import User
from frontdesk.book.actions.plans import PlanVisit
from frontdesk.book.actions.wanted import wanted_with
from frontdesk.book.engine.plans import Gap
from frontdesk.book.queries.find import Option
from frontdesk.book.queries.wish import parts_for
from frontdesk.clinic.models import Site, VisitType
from frontdesk.triage.models import Request

SALT = "visits offered together"
MAX_AGE = 3600


class OldOffer(Exception):
    """What came back was not offered here, or too long ago."""


@dataclass(frozen=True)
class Item:
    """One visit of an offer: its option, its type, and the request it is for."""

    option: Option
    visit_type: VisitType
    request: Request


@dataclass(frozen=True)
class Offered:
    """What was offered and came back."""

    visits: list[PlanVisit]
    gaps: list[Gap]


def sign(kind: str, request: Request, items: Sequence[Item], gaps: Sequence[Gap] = ()) -> str:
    """An offer of one or several visits, as text for a form."""
    plain = {
        "kind": kind,
        "request": request.pk,
        "gaps": [asdict(gap) for gap in gaps],
        "items": [_plain(item) for item in items],
    }
    return signing.dumps(plain, salt=SALT, compress=True)


def read(text: str, kind: str, request: Request, user: User) -> Offered:
    """What was signed. Raises OldOffer for anything else, or what was offered for another request."""
    try:
        signed = signing.loads(text, salt=SALT, max_age=MAX_AGE)
        if signed["kind"] != kind or signed["request"] != request.pk:
            raise OldOffer
        return Offered([_visit(one, user) for one in signed["items"]], [Gap(**one) for one in signed["gaps"]])
    except (signing.BadSignature, LookupError) as error:
        raise OldOffer from error


def _plain(item: Item) -> dict[str, Any]:
    option = item.option
    return {
        "v": item.visit_type.pk,
        "s": option.site.pk,
        "r": option.resources,
        "m": option.modality,
        "t": option.start.isoformat(),
        "q": item.request.pk,
    }


def _visit(one: Mapping[str, Any], user: User) -> PlanVisit:
    request = Request.objects.visible_to(user).select_related("patient").filter(pk=one["q"]).first()
    kind, site = VisitType.objects.filter(pk=one["v"]).first(), Site.objects.filter(pk=one["s"]).first()
    if request is None or request.patient is None or kind is None or site is None:
        raise OldOffer
    language = request.patient.language if request.patient.needs_interpreter else ""
    parts = parts_for(kind, provider=one["r"][0], modality=one["m"], language=language)
    parts = parts[: len(one["r"])]  # the interpreter is the last, and not there where the provider needs none
    start = datetime.fromisoformat(one["t"])
    wanted = wanted_with(kind, site, start, resources=one["r"], parts=parts, by=one["m"])
    return PlanVisit(wanted, request.patient, request.pk)
