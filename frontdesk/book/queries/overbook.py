"""Extra visits inside a provider's signed rule: which second places are open, and how many are left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from django.db.models import Q

from frontdesk.book.engine import bits
from frontdesk.book.engine.extra import Rule, extra_ticks, holds_on
from frontdesk.book.engine.find import Free, Need, SiteDay, search
from frontdesk.book.engine.gates import Gate
from frontdesk.book.models import Claim, OverbookRule
from frontdesk.book.queries.derive import tick_at
from frontdesk.book.queries.find import Option, earliest
from frontdesk.book.queries.gated import Gated, gated, last_day
from frontdesk.book.queries.open_time import mask_of
from frontdesk.book.queries.wish import Wish

DAYS = 14  # looked at, at most
OF_THE_WISH = (Gate.NOTICE, Gate.HORIZON, Gate.DUE, Gate.WEEKDAY, Gate.HOURS, Gate.PATIENT, Gate.GRID)


@dataclass(frozen=True)
class Extra:
    """A time at which a signed rule opens a second place; `left` of the rule's `cap` are free on that local day."""

    option: Option
    rule: OverbookRule
    left: int


def extra_times(wish: Wish, *, now: datetime, limit: int = 3) -> list[Extra]:
    """The first `limit` times that only a signed rule opens, earliest first; two at most of one day."""
    found = sorted(_extra_times(wish, now), key=lambda one: (one.option.start, one.option.provider))
    seen: Counter[tuple[int, date]] = Counter()
    varied = []
    for one in found:
        key = (one.option.provider, one.option.local_start.date())
        seen[key] += 1
        if seen[key] <= min(one.left, 2):
            varied.append(one)
    return list(islice(varied, limit))


def rules_for(wish: Wish, first: date, last: date) -> list[OverbookRule]:
    """The signed rules of the wish's providers that hold at some time between the local days, for its visit type."""
    signed = OverbookRule.objects.filter(provider__in=wish.providers, signed_at__isnull=False, ended_at=None)
    held = signed.filter(valid_from__lte=last, valid_until__gte=first)
    mine = held.filter(Q(visit_types=None) | Q(visit_types=wish.visit_type)).distinct()
    return list(mine.select_related("provider").order_by("pk"))


def _extra_times(wish: Wish, now: datetime) -> Iterator[Extra]:
    if not wish.sites or wish.kept_only or wish.open_only:
        return
    first = earliest(wish, now).astimezone(wish.sites[0].zone).date()
    last = min(first + timedelta(days=DAYS), wish.until, last_day(wish, now))
    rules: dict[int, list[OverbookRule]] = {}
    for rule in rules_for(wish, first, last):
        rules.setdefault(rule.provider_id, []).append(rule)
    if not rules or last < first:
        return
    taken = _taken(list(rules), first, last)
    for one in gated(replace(wish, providers=list(rules)), first, last, now=now, in_session=True):
        for rule in rules[one.provider]:
            yield from _of_day(one, rule, taken, wish)


def _taken(
    providers: Sequence[int], first: date, last: date
) -> Mapping[int, Sequence[tuple[datetime, datetime]]]:
    """The extra places that are taken already, by provider."""
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    claims = Claim.objects.live().filter(resource__in=providers, unit__gt=1)
    near = claims.filter(
        start__date__gte=first - timedelta(days=1), start__date__lte=last + timedelta(days=1)
    )
    for provider, start, end in near.values_list("resource_id", "start", "end"):
        found.setdefault(provider, []).append((start, end))
    return found


def _of_day(
    one: Gated, rule: OverbookRule, taken: Mapping[int, Sequence[tuple[datetime, datetime]]], wish: Wish
) -> Iterator[Extra]:
    plain = Rule(tuple(rule.weekdays), rule.valid_from, rule.valid_until)
    here = [
        mask_of(start, end, one.site)
        for start, end in taken.get(one.provider, ())
        if mask_of(start, end, one.site)[0] == one.day
    ]
    left = rule.cap - len(here)
    if left <= 0 or not holds_on(plain, one.day):
        return
    among = bits.FULL
    for gate in OF_THE_WISH:
        among &= one.gates[gate]
    opened = extra_ticks(one.lead, one.need, bits.union(mask for _, mask in here), _hours(rule, one))
    yield from (Extra(option, rule, left) for option in _options(one, opened, among, wish))


def _hours(rule: OverbookRule, one: Gated) -> int:
    """The ticks of the rule's local hours on the day."""
    start, end = (
        tick_at(datetime.combine(one.day, moment, one.site.zone), one.midnight)
        for moment in (rule.starts, rule.ends)
    )
    return bits.span(start, end - start)


def _options(one: Gated, opened: int, among: int, wish: Wish) -> Iterator[Option]:
    """Times at which the provider's second place and everything else are free."""
    pools = [[Free(one.provider, one.lead.open)], *one.there.pools[1:]]
    need = Need(one.need.parts, one.need.step, among & opened)
    length = timedelta(minutes=max(part.end for part in one.parts))
    for found in search(SiteDay([list(pool) for pool in pools]), need):
        start = one.midnight + timedelta(minutes=bits.TICK_MINUTES * found.tick)
        yield Option(one.site, found.resources, one.parts, start, start + length, wish.by, spoken=one.spoken)
