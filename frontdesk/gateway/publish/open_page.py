"""The page of one published time, as its template shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from frontdesk.book.queries.open_starts import is_open_at
from frontdesk.clinic.choices import Modality
from frontdesk.gateway.publish.asking import Typed, carried, has_passed
from frontdesk.gateway.publish.words import when, words
from frontdesk.partners.actions.asked_times import AskedTime
from frontdesk.partners.queries.asked_words import Heard, heard_in, heard_of
from frontdesk.people.phones import show_phone
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.models import Request
from frontdesk.work.models import Task

SPOKEN = ("say", "ask")  # what a script does at the desk is not the patient's


@dataclass(frozen=True)
class Line:
    """A field of the form as it is shown."""

    name: str
    label: str
    value: str
    hint: str
    error: str
    kind: str = "text"
    autocomplete: str = "off"


@dataclass(frozen=True)
class Answered:
    """What is said once it was sent. `lane` is empty where nothing in the words asks for more than a call."""

    lane: str
    title: str
    sentences: tuple[str, ...]
    script: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenPage:
    """All that the page shows. `state` is free, taken or passed; `answered` what became of what was sent.

    `alarm` is what is said at once to words that could not be taken in yet.
    """

    language: str
    words: Mapping[str, str]
    title: str
    specialty: str
    when: str
    start: datetime
    place: str
    address: str
    phone: str
    dial: str
    length: str
    how: str
    for_whom: str
    state: str
    query: str
    other_query: str
    fields: tuple[Line, ...]
    key: str
    trouble: str = ""
    answered: Answered | None = None
    alarm: Answered | None = None

    @property
    def card(self) -> Answered | None:
        """What stands above everything else."""
        return self.answered or self.alarm

    @property
    def says(self) -> str:
        return self.words[self.state]

    @property
    def other_language(self) -> str:
        return "en" if self.language == "es" else "es"


def open_page(
    asked: AskedTime,
    typed: Typed,
    *,
    language: str,
    now: datetime,
    trouble: str = "",
    request: Request | None = None,
) -> OpenPage:
    """The page in one language. `trouble` names a sentence of words.toml; `request` is what came of the form."""
    site, kind, said = asked.site, asked.visit_type, _filled(asked, language)
    local = asked.start.astimezone(site.zone)
    found = is_open_at(kind, site, asked.start, now=now)
    minutes = (found.end - found.start).total_seconds() / 60 if found else kind.minutes
    other = "en" if language == "es" else "es"
    return OpenPage(
        language=language,
        words=said,
        title=kind.name_es if language == "es" else kind.name,
        specialty=kind.specialty.name,
        when=f"{when(local, language)} ({local:%Z})",
        start=local,
        place=site.name,
        address=site.address if kind.modality == Modality.IN_PERSON else "",
        phone=show_phone(site.phone),
        dial=site.phone,
        length=said["minutes"].replace("{minutes}", f"{minutes:.0f}"),
        how=said[kind.modality],
        for_whom=said.get(kind.audience, ""),
        state="passed" if has_passed(asked, now) else "free" if found else "taken",
        query=carried(asked, language),
        other_query=carried(asked, other),
        fields=_fields(typed, said),
        key=typed.key,
        trouble=said[trouble] if trouble else said["fix"] if typed.errors else "",
        answered=_answered(request, typed, said, language, now) if request else None,
        alarm=None if request else _alarm(typed, said, language, now),
    )


def _filled(asked: AskedTime, language: str) -> dict[str, str]:
    values = {"{clinic}": asked.site.name, "{phone}": show_phone(asked.site.phone)}
    found = dict(words(language))
    for name, text in found.items():
        for key, value in values.items():
            text = text.replace(key, value)  # noqa: PLW2901  one after the other
        found[name] = text
    return found


def _fields(typed: Typed, said: Mapping[str, str]) -> tuple[Line, ...]:
    def line(name: str, label: str, value: str, *, hint: str = "", **more: str) -> Line:
        error = typed.errors.get(name, "")
        return Line(
            name, said[label], value, said[hint] if hint else "", said[error] if error else "", **more
        )

    return (
        line("name", "name", typed.name, autocomplete="name"),
        line("birth_date", "birth_date", typed.birth_date, hint="birth_date_hint", autocomplete="bday"),
        line("phone", "your_phone", typed.phone, kind="tel", autocomplete="tel"),
        line("about", "about", typed.about, hint="about_hint", kind="area"),
    )


def _answered(
    request: Request, typed: Typed, said: Mapping[str, str], language: str, now: datetime
) -> Answered:
    """The clinic's own words where the lane is clinical; else when and how somebody answers."""
    if (heard := heard_of(request, now=now)) is not None:
        return _clinical(heard, said, language, said["passed_on"])
    to = show_phone(typed.phone)
    due = Task.objects.open().filter(about_kind="request", about_ref=request.pk).order_by("due_at").first()
    sentence = said["answered_by" if due else "answered"].replace("{to}", to)
    if due:
        sentence = sentence.replace("{when}", when(due.due_at.astimezone(request.site.zone), language))
    return Answered("", said["thanks"], (sentence, said["nothing_held"], said["sooner"], said["worse"]))


def _alarm(typed: Typed, said: Mapping[str, str], language: str, now: datetime) -> Answered | None:
    """Words that were not taken in, since something else is wrong with the form, are held against the protocol too."""
    heard = heard_in(typed.about, now=now)
    return _clinical(heard, said, language, said["not_sent"]) if heard else None


def _clinical(heard: Heard, said: Mapping[str, str], language: str, became: str) -> Answered:
    steps = [one for one in heard.script.steps if one.kind in SPOKEN] if heard.script else []
    lines = tuple(one.say_es if language == "es" else one.say_en for one in steps)
    if heard.lane is Lane.EMERGENCY:
        sentences = (said["emergency_why"], said["crisis"], became)
        return Answered("emergency", said["emergency"], sentences, lines)
    return Answered("urgent", said["urgent"], (said["urgent_why"], became), lines)
