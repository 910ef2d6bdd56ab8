"""The kept and closed time of one local day at a site, and who may open it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from frontdesk.accounts.models import User
from frontdesk.book.engine.kept import Kept, Moment, released
from frontdesk.book.engine.template import release_words
from frontdesk.book.models import Block, Release, Session
from frontdesk.book.rules_time import can_release, releaser
from frontdesk.clinic.models import Site
from frontdesk.kit.clock import day_span


@dataclass(frozen=True)
class KeptTime:
    """One stretch: whose, when, for what; `opens` says when by itself, `released` by whom it was opened."""

    kept: Session | Block
    start: datetime
    end: datetime
    what: str
    opens: str
    is_open: bool
    released: Release | None
    who_may: str
    may: bool

    @property
    def is_session(self) -> bool:
        return isinstance(self.kept, Session)


def kept_on(day: date, site: Site, *, by: User, now: datetime) -> list[KeptTime]:
    """Everything at the site that is kept or closed on a local day, in the order of names and hours."""
    start, end = day_span(day, site.time_zone)
    held = Session.objects.on(day).filter(site=site).select_related("slot_class", "resource")
    sessions = [one for one in held if (one.block or one.slot_class_id) and one.held_on(day)]
    standing = Block.objects.standing().between(start, end)
    # An absence of a whole day or longer is no kept time: it is lifted, not released.
    there = standing.filter(resource__sessions__site=site).distinct().select_related("slot_class", "resource")
    blocks = [one for one in there if one.slot_class_id or one.release_days is not None]
    done = _released(day, sessions, blocks)
    moment = Moment.of(now.astimezone(site.zone))
    found = [
        *(_of(one, *_hours(one, day, site), day, moment, done, by) for one in sessions),
        *(_of(one, max(one.start, start), min(one.end, end), day, moment, done, by) for one in blocks),
    ]
    return sorted(found, key=lambda one: (one.kept.resource.name, one.start, one.is_session, one.kept.pk))


def _released(day: date, sessions: list[Session], blocks: list[Block]) -> dict[tuple[str, int], Release]:
    rows = Release.objects.filter(day=day).select_related("released_by")
    return {
        **{("Session", one.session_id or 0): one for one in rows.filter(session__in=sessions)},
        **{("Block", one.block_id or 0): one for one in rows.filter(block__in=blocks)},
    }


def _hours(one: Session, day: date, site: Site) -> tuple[datetime, datetime]:
    return datetime.combine(day, one.starts, site.zone), datetime.combine(day, one.ends, site.zone)


def _of(
    one: Session | Block,
    start: datetime,
    end: datetime,
    day: date,
    moment: Moment,
    done: dict[tuple[str, int], Release],
    by: User,
) -> KeptTime:
    days, at = _rule(one)
    by_clock = days is not None and at is not None
    minute = at.hour * 60 + at.minute if at is not None else 0
    is_open = by_clock and released(Kept(0, days or 0, minute, 0), day, moment)
    role = releaser(one)
    return KeptTime(
        kept=one,
        start=start,
        end=end,
        what=_what(one),
        opens=release_words(days, at) if days is not None and at is not None else "By hand only",
        is_open=is_open,
        released=done.get((type(one).__name__, one.pk)),
        who_may=role or "manager",
        may=can_release(one, by=by),
    )


def _rule(one: Session | Block) -> tuple[int | None, time | None]:
    """Its own release, else that of its slot class."""
    if one.release_days is None and one.slot_class is not None:
        return one.slot_class.release_days, one.slot_class.release_at
    return one.release_days, one.release_at


def _what(one: Session | Block) -> str:
    if one.slot_class is not None:
        return f"Kept for {one.slot_class.name}"
    label = one.get_block_display() if isinstance(one, Session) else one.get_kind_display()
    return f"Closed: {label.lower()}"
