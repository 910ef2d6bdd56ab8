"""What the clinic has written down beside its book: guides, cards, a rule for extra visits, drafts that wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from frontdesk.accounts.models import User
from frontdesk.book.actions import overbooking, templates
from frontdesk.book.engine.template import Row
from frontdesk.book.queries.templates import rows_on
from frontdesk.clinic.actions import cards, drafts
from frontdesk.clinic.engine import guide as engine
from frontdesk.clinic.models import DraftKind, Guide, Organization, Provider, Specialty, VisitType
from frontdesk.clinic.queries.settings import as_it_is
from frontdesk.config.demo.accounts import ANNELIESE, PRIYA, SAMUEL
from frontdesk.config.demo.cards import CARDS
from frontdesk.config.demo.catalog import ORGANIZATION
from frontdesk.config.demo.guides import GUIDES
from frontdesk.config.demo.kept import BY_VIDEO

RULE_HOLDS = timedelta(days=90)
WRITTEN_BEFORE = timedelta(days=200)


def add_papers(*, users: Mapping[str, int], today: date, now: datetime) -> None:
    """Write everything as the clinic manager at the instant `now`; `users` has ids by user name."""
    manager = User.objects.get(pk=users[PRIYA])
    Organization.objects.create(pk=1, name=ORGANIZATION)
    _guides()
    _cards(by=manager, today=today, now=now)
    for username in (ANNELIESE, SAMUEL):
        _overbooking(User.objects.get(pk=users[username]), manager=manager, today=today, now=now)
    _template_draft(by=manager, today=today, now=now)
    _visit_type_draft(by=manager, today=today, now=now)


def _guides() -> None:
    for specialty in Specialty.objects.filter(code__in=GUIDES):
        codes = set(specialty.visit_types.values_list("code", flat=True))
        content = engine.as_json(engine.read(GUIDES[specialty.code], visit_types=codes))
        Guide.objects.create(specialty=specialty, content=content)


def _cards(*, by: User, today: date, now: datetime) -> None:
    offered = set(VisitType.objects.values_list("code", flat=True))
    for card in CARDS:
        cards.write_card(
            card=None,
            title=card.title,
            body=card.body,
            payers=card.payers,
            visit_types=[code for code in card.visit_types if code in offered],
            review_on=today + timedelta(days=card.review_in),
            by=by,
            now=now - WRITTEN_BEFORE,
        )


def _overbooking(who: User, *, manager: User, today: date, now: datetime) -> None:
    """One more follow-up in a morning: proposed by the manager, signed by the provider."""
    provider = Provider.objects.get(user=who)
    follow_ups = VisitType.objects.filter(specialty=provider.specialty_id, code__endswith="-follow-up")
    rule = overbooking.draft(
        rule=overbooking.RuleDraft(
            provider=provider,
            starts=time(10),
            ends=time(12),
            cap=1,
            valid_from=today,
            valid_until=today + RULE_HOLDS,
            because="Short follow-ups: one more in the late morning is seen between two others.",
            weekdays=(0, 1),
            visit_types=list(follow_ups),
        ),
        by=manager,
        now=now,
    )
    overbooking.sign(rule=rule, by=who, now=now)


def _template_draft(*, by: User, today: date, now: datetime) -> None:
    """An hour by video on Tuesdays, and a later end of it on Mondays: it waits for a second signature."""
    provider = Provider.objects.filter(family="Thorvaldsen").select_related("site").order_by("pk").first()
    if provider is None:
        return
    holds_from = today + timedelta(days=30)
    rows = [_longer_video(row) for row in rows_on(provider, provider.site, holds_from)]
    templates.draft(
        resource=provider,
        site=provider.site,
        rows=[*rows, Row(1, time(8), time(9), slot_class=BY_VIDEO)],
        because="More people ask for video on weekday mornings than find a time.",
        holds_from=holds_from,
        by=by,
        now=now,
    )


def _longer_video(row: Row) -> Row:
    return replace(row, ends=time(9, 40)) if row.slot_class == BY_VIDEO else row


def _visit_type_draft(*, by: User, today: date, now: datetime) -> None:
    """A longer follow-up, with the figures for it in the reason."""
    kind = VisitType.objects.filter(code="fm-follow-up").first()
    if kind is None:
        return
    drafts.draft(
        kind=DraftKind.VISIT_TYPE,
        subject=kind.pk,
        proposal={**as_it_is(DraftKind.VISIT_TYPE, kind.pk), "minutes": 25, "buffer_after": 5},
        because="Every second follow-up in family medicine ends late: 25 minutes and 5 for the notes.",
        holds_from=today + timedelta(days=21),
        by=by,
        now=now,
    )
