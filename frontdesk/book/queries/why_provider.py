"""One provider's day in words: when they work, why they are away, what takes their time, what keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from frontdesk.book.engine import bits
from frontdesk.book.engine.kept import NEVER, Kept, Moment, released
from frontdesk.book.models import Block, Claim, ResourceDay, Session
from frontdesk.book.queries.gated import Gated
from frontdesk.book.queries.wish import Wish, classes_of
from frontdesk.clinic.models import Closure, Site, SlotClass
from frontdesk.kit.clock import day_span


@dataclass(frozen=True)
class OfProvider:
    """What is on record of a provider's local day at a site; claims are on the first unit, blocks instants."""

    site: Site
    day: date
    midnight: datetime
    open: int
    kept_time: tuple[Kept, ...]
    claims: tuple[tuple[datetime, datetime], ...]
    blocks: tuple[Block, ...]
    sessions: tuple[Session, ...]
    elsewhere: tuple[str, ...]
    closed: str

    def in_session(self, tick: int) -> str:
        """For a tick that is open: "In clinic from 08:30 to 12:00."."""
        for start, count in bits.stretches(self.open):
            if start <= tick < start + count:
                return f"In clinic from {self._clock(start)} to {self._clock(start + count)}."
        return "In clinic then."

    def away(self, start: datetime) -> str:
        """Why there is no session at the instant."""
        if self.closed:
            return f"{self.site.name} is closed that day: {self.closed}."
        for block in self.blocks:
            if block.start <= start < block.end and block.slot_class_id is None:
                return f"Away: {block.get_kind_display().lower()}, until {self._local(block.end)}."
        for session in self.sessions:
            if session.block and session.starts <= start.time() < session.ends:
                return f"Away: {session.get_block_display().lower()}, until {session.ends:%H:%M}."
        return self._hours()

    def taken(self, start: datetime) -> str:
        """What takes the time in which the instant lies."""
        for begins, ends in self.claims:
            if begins <= start < ends:
                return f"Already booked from {self._local(begins)} to {self._local(ends)}."
        for session in self.sessions:
            if session.capacity is not None and session.starts <= start.time() < session.ends:
                most = "1 visit is" if session.capacity == 1 else f"{session.capacity} visits are"
                return f"This session is full: {most} its most."
        return "Not free then."

    def next_after(self, moment: datetime) -> str:
        """What ends the free time at the instant."""
        for begins, ends in self.claims:
            if begins <= moment < ends:
                return f"The next visit begins at {self._local(begins)}."
        return f"The session ends at {self._local(moment)}."

    def kept(self, span: int, wish: Wish, now: datetime) -> str:
        """For whom the ticks are kept, and until when."""
        moment = Moment.of(now.astimezone(self.site.zone))
        mine = classes_of(wish)
        for one in self.kept_time:
            if one.mask & span and one.slot_class not in mine and not released(one, self.day, moment):
                return f"{_for_whom(one)} {self._until(one)}"
        if wish.only:
            return "A visit for this request is booked only in the time that was directed for it."
        return f"{wish.visit_type.name} is booked only in time that is kept for it."

    def _hours(self) -> str:
        stretches = [
            f"{self._clock(start)} to {self._clock(start + count)}"
            for start, count in bits.stretches(self.open)
        ]
        if stretches:
            return f"Not in clinic then. In clinic from {' and '.join(stretches)}."
        there = f" In clinic at {' and '.join(self.elsewhere)}." if self.elsewhere else ""
        return f"Not in clinic at {self.site.name} that day.{there}"

    def _until(self, one: Kept) -> str:
        if one.release_days == NEVER:
            return "It opens by hand only."
        opens = self.day - timedelta(days=one.release_days)
        hour, minute = divmod(one.release_minute, 60)
        return f"It opens to everybody on {opens:%a} {opens.day} {opens:%b}, {hour:02}:{minute:02}."

    def _clock(self, tick: int) -> str:
        return self._local(self.midnight + timedelta(minutes=bits.TICK_MINUTES * tick))

    def _local(self, moment: datetime) -> str:
        local = moment.astimezone(self.site.zone)
        return (
            f"{local:%H:%M}"
            if local.date() == self.day
            else f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
        )


def read_day(one: Gated) -> OfProvider:
    """What is on record of the day."""
    start, end = day_span(one.day, one.site.time_zone)
    row = ResourceDay.objects.filter(resource=one.provider, day=one.day, site=one.site).first()
    claims = Claim.objects.live().between(start, end).filter(resource=one.provider, unit=1).order_by("start")
    blocks = Block.objects.standing().between(start, end).filter(resource=one.provider).order_by("start")
    held = [
        session
        for session in Session.objects.on(one.day).filter(resource=one.provider).select_related("site")
        if session.held_on(one.day)
    ]
    others = {session.site.name for session in held if session.site_id != one.site.pk and not session.block}
    closed = Closure.objects.filter(site=one.site, day=one.day).values_list("name", flat=True).first()
    return OfProvider(
        site=one.site,
        day=one.day,
        midnight=one.midnight,
        open=one.lead.open,
        kept_time=tuple(row.kept_for) if row else (),
        claims=tuple(claims.values_list("start", "end")),
        blocks=tuple(blocks),
        sessions=tuple(session for session in held if session.site_id == one.site.pk),
        elsewhere=tuple(sorted(others)),
        closed=closed or "",
    )


def _for_whom(one: Kept) -> str:
    found = SlotClass.objects.filter(pk=one.slot_class).first()
    if found is None:
        return "Blocked, and not released yet."
    direction = ", by a clinician’s direction" if found.by_direction else ""
    return f"Kept for: {found.name}{direction}."
