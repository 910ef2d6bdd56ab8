"""The clinic's protocols with their versions, and one version with what may be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby

from django.db.models import Count
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.protocol import ProtocolPage, content_page
from frontdesk.triage.actions.protocol_parts import may_draft, others_may_approve
from frontdesk.triage.engine.shapes import Protocol as Rules
from frontdesk.triage.models import Protocol
from frontdesk.triage.models.in_force import by_id, in_force, is_scoped
from frontdesk.triage.models.scope import Scope, draft_mark
from frontdesk.triage.queries.protocol_versions import (
    Standing,
    beside,
    in_force_ids,
    rules_of,
    standing,
    versions,
)

CHIPS = {
    Standing.WRITING: ("", "edit"), Standing.WAITING: ("warn", "waiting"), Standing.TO_COME: ("", "clock"),
    Standing.IN_FORCE: ("pass", "pass"), Standing.REPLACED: ("", "history"), Standing.ENDED: ("", "close"),
    Standing.WITHDRAWN: ("", "close"),
}  # fmt: skip
GONE = (Standing.REPLACED, Standing.ENDED, Standing.WITHDRAWN)
SOON = timedelta(days=1)


@dataclass(frozen=True)
class VersionRow:
    """One version in the list. `chip` and `icon` are how its standing looks; `readers` have said that they read it."""

    row: Protocol
    standing: Standing
    readers: int

    @property
    def chip(self) -> str:
        return CHIPS[self.standing][0]

    @property
    def icon(self) -> str:
        return CHIPS[self.standing][1]

    @property
    def words(self) -> str:
        return self.standing.value


@dataclass(frozen=True)
class NameRows:
    """One protocol: its versions, those that hold or wait first, and those that are past."""

    name: str
    scope: str
    general: bool
    now: Sequence[VersionRow]
    past: Sequence[VersionRow]


class ProtocolList:
    """Every protocol of the clinic."""

    def __init__(self, user: User, now: datetime) -> None:
        self.user, self.now = user, now
        self.may_draft = may_draft(user)

    @cached_property
    def names(self) -> list[NameRows]:
        """The general ones first, then by name."""
        read = in_force_ids(self.now)
        counted = versions().annotate(readers=Count("acknowledgements"))
        rows = [VersionRow(one, standing(one, self.now, read), one.readers) for one in counted]
        found = [_named(name, list(group)) for name, group in groupby(rows, key=lambda one: one.row.name)]
        return sorted(found, key=lambda one: (not one.now, not one.general, one.name))

    @property
    def in_force(self) -> bool:
        return in_force(now=self.now) is not None

    @property
    def has_starter(self) -> bool:
        return bool(self.names)


def _named(name: str, rows: list[VersionRow]) -> NameRows:
    first = next((one for one in rows if one.standing is Standing.IN_FORCE), rows[0])
    scope = Scope.of(first.row)
    past = [one for one in rows if one.standing in GONE]
    return NameRows(name, scope.words, scope.is_general, [one for one in rows if one not in past], past)


class Its:
    """One version, as somebody sees it who may or may not change or approve it."""

    def __init__(self, row: Protocol, user: User, now: datetime) -> None:
        self.row, self.user, self.now = row, user, now
        self.standing = standing(row, now, in_force_ids(now))
        self.chip, self.icon = CHIPS[self.standing]

    @property
    def pk(self) -> int:
        return self.row.pk

    @property
    def url(self) -> str:
        return reverse("desk:protocol-version", args=[self.row.pk])

    @property
    def words(self) -> str:
        return self.standing.value

    @cached_property
    def mark(self) -> str:
        return draft_mark(self.row)

    @cached_property
    def rules(self) -> Rules:
        return rules_of(self.row)

    @cached_property
    def page(self) -> ProtocolPage:
        return content_page(self.row, self.rules)

    @cached_property
    def scope(self) -> Scope:
        return Scope.of(self.row)

    @property
    def is_scoped(self) -> bool:
        return is_scoped(self.row)

    @property
    def is_writing(self) -> bool:
        return self.standing is Standing.WRITING

    @property
    def is_waiting(self) -> bool:
        return self.standing is Standing.WAITING

    @property
    def is_draft(self) -> bool:
        return self.is_writing or self.is_waiting

    @property
    def may_draft(self) -> bool:
        return may_draft(self.user)

    @property
    def is_mine(self) -> bool:
        return self.row.drafted_by_id in (None, self.user.pk)

    @property
    def may_write(self) -> bool:
        """An author alone writes a draft; one that Frontdesk made belongs to whoever changes it first."""
        return self.is_writing and self.may_draft and self.is_mine

    @property
    def may_take_back(self) -> bool:
        return self.is_waiting and self.may_draft and self.is_mine

    @property
    def may_withdraw(self) -> bool:
        return self.is_draft and self.may_draft and (self.is_mine or self.may_sign)

    @property
    def may_sign(self) -> bool:
        return self.user.may(Permission.APPROVE_PROTOCOLS)

    @property
    def may_approve(self) -> bool:
        return self.is_waiting and self.may_sign and not self.why_not

    @cached_property
    def why_not(self) -> str:
        """Why somebody who approves protocols may not approve this one."""
        if (
            self.is_waiting
            and self.may_sign
            and self.row.drafted_by_id == self.user.pk
            and others_may_approve(self.user)
        ):
            return "Somebody else must approve what you have drafted."
        return ""

    @property
    def may_begin(self) -> bool:
        """Whether a next version may be begun from this one."""
        return self.may_draft and not self.is_draft

    @property
    def may_end(self) -> bool:
        ends = self.standing is Standing.TO_COME or (self.standing is Standing.IN_FORCE and self.is_scoped)
        return self.may_sign and ends

    @property
    def may_prove(self) -> bool:
        """Whether past requests may be read with it: for that, callers' words are read."""
        return self.may_draft and self.user.may(Permission.SEE_REASON)

    @cached_property
    def holds(self) -> Protocol | None:
        """What holds now in its place."""
        return beside(self.row, self.now)

    @cached_property
    def siblings(self) -> list[Protocol]:
        """Every version of the same name that was not withdrawn, the newest first."""
        rows = versions().filter(name=self.row.name, withdrawn_at=None)
        return list(rows.order_by("-version"))

    @property
    def before(self) -> Protocol | None:
        """What this version is held against: what holds now; for one that holds itself, or did, the one before."""
        approved = [one for one in self.siblings if one.approved_at and one.version < self.row.version]
        if self.is_draft or self.standing is Standing.TO_COME:
            return self.holds
        return approved[0] if approved else None

    @cached_property
    def holding(self) -> Rules | None:
        return by_id(self.holds.pk).rules if self.holds is not None else None

    @cached_property
    def general(self) -> Rules | None:
        """The general protocol in force, for a scoped one; None for a general one."""
        found = in_force(now=self.now) if self.is_scoped else None
        return found.rules if found is not None else None

    @cached_property
    def takeable(self) -> list[tuple[str, str]]:
        """The concepts of the general protocol that a scoped draft does not have yet."""
        if self.general is None:
            return []
        own = self.rules.concepts
        found = [(key, one.title) for key, one in self.general.concepts.items() if key not in own]
        return sorted(found, key=lambda one: one[1].lower())

    @cached_property
    def was_read(self) -> bool:
        return self.row.acknowledgements.filter(user=self.user).exists()

    @cached_property
    def readers(self) -> int:
        return self.row.acknowledgements.count()
