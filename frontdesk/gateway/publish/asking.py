"""The page of one published time: what the address names, and what was typed into its form."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import uuid4

from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

from frontdesk.clinic.models import Site, VisitType
from frontdesk.gateway.publish.ids import read_slot_id
from frontdesk.gateway.publish.words import LANGUAGES
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import clean, one_line
from frontdesk.partners.actions.asked_times import FROM, MOST, AskedTime
from frontdesk.partners.queries.published import published_types
from frontdesk.people.engine.birth_dates import NotADate, read_birth_date
from frontdesk.people.phones import read_phone
from frontdesk.triage.actions.intake import Sender

_NOT_A_HANDLE = re.compile(r"[^\w.~:@+-]", re.ASCII)
_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True)
class Typed:
    """What stands in the form. `errors` names a sentence of words.py for each field that is wrong."""

    name: str = ""
    birth_date: str = ""
    phone: str = ""
    about: str = ""
    key: str = field(default_factory=lambda: uuid4().hex)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def once(self) -> str:
        """The same for the same form with the same words: whoever goes back and writes something else is heard anew."""
        whole = "\0".join((self.key, self.name, self.birth_date, self.phone, self.about))
        return hashlib.sha256(whole.encode()).hexdigest()[:40]

    @property
    def sender(self) -> Sender:
        return Sender(name=self.name, birth_date=self.birth_date, phone=self.phone)


def asked_time(slot: str, query: QueryDict) -> AskedTime | None:
    """The published time that the address names; None where there is none, or it is not anybody's to see.

    `source` and `booking-referral` are handles of letters and digits, cut to what is kept of them.
    """
    if (read := read_slot_id(slot)) is None:
        return None
    visit_type: VisitType | None = published_types().filter(pk=read.visit_type).first()
    site = Site.objects.filter(pk=read.site).first()
    if visit_type is None or site is None:
        return None
    source, referral = handle(query.get("source", "")), handle(query.get("booking-referral", ""))
    return AskedTime(visit_type, site, read.start, source, referral)


def handle(text: str) -> str:
    """A handle that another system gave, without what no handle holds."""
    return _NOT_A_HANDLE.sub("", text)[:FROM]


def carried(asked: AskedTime, language: str) -> str:
    """The query that the page's own links and form carry on."""
    named = {"source": asked.source, "booking-referral": asked.referral, "lang": language}
    return urlencode({name: value for name, value in named.items() if value})


def language_of(request: HttpRequest) -> str:
    """As the address says, else as the browser asks: English or Spanish."""
    if (said := request.GET.get("lang", "")) in LANGUAGES:
        return said
    first = request.headers.get("Accept-Language", "").partition(",")[0].strip().lower()
    return "es" if first.startswith("es") else "en"


def read(sent: QueryDict, *, today: date) -> Typed:
    """What was typed, kept as typed, with what is wrong in it."""
    key = sent.get("key", "")
    typed = Typed(
        name=one_line(sent.get("name", ""), limit=170),
        birth_date=one_line(sent.get("birth_date", ""), limit=40),
        phone=one_line(sent.get("phone", ""), limit=40),
        about=clean(sent.get("about", ""), limit=MOST * 2),
        key=key if _KEY.fullmatch(key) else uuid4().hex,
    )
    return Typed(
        typed.name, typed.birth_date, typed.phone, typed.about, typed.key, dict(_wrong(typed, today))
    )


def _wrong(typed: Typed, today: date) -> list[tuple[str, str]]:
    found = [
        ("name", "" if typed.name else "name_missing"),
        ("birth_date", _birth_date_wrong(typed.birth_date, today)),
        ("phone", _phone_wrong(typed.phone)),
        ("about", "about_missing" if not typed.about else "about_long" if len(typed.about) > MOST else ""),
    ]
    return [(name, sentence) for name, sentence in found if sentence]


def _birth_date_wrong(text: str, today: date) -> str:
    try:
        read_birth_date(text, today=today)
    except NotADate:
        return "birth_date_wrong"
    return ""


def _phone_wrong(text: str) -> str:
    try:
        read_phone(text)
    except BadValue:
        return "phone_wrong"
    return ""


def has_passed(asked: AskedTime, now: datetime) -> bool:
    return asked.start < now
