"""Drafts of protocols, and scoped protocols beside the small one, made through the actions alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from frontdesk.accounts.models import User
from frontdesk.triage.actions import protocol_approval, protocols
from frontdesk.triage.engine.change import put_part, put_rule
from frontdesk.triage.models import Protocol
from frontdesk.triage.models.scope import Scope, draft_mark
from tests.universe import NOW, Universe

RASH = "She has a rash on her arms"  # no rule of the small protocol: routine
RASH_RULE: dict[str, Any] = {
    "code": "S1", "title": "Rash", "lane": "urgent", "when": ["rash"], "script": "urgent", "target": "nurse",
    "clock_minutes": 20, "documentation": ["onset"],
}  # fmt: skip
RASH_CONCEPT = {"title": "Rash", "en": ["rash"], "es": ["sarpullido"]}


def with_rash(content: dict[str, Any], **rule: Any) -> dict[str, Any]:
    """The content with one more concept and a rule of it."""
    made, _ = put_part(content, "concepts", "rash", RASH_CONCEPT)
    return put_rule(made, "S1", {**RASH_RULE, **rule})


def changed(
    draft: Protocol, change: Any, *, by: User, what: str = "Changed", now: datetime = NOW
) -> Protocol:
    """One change of a draft, with the mark that it has."""
    draft.refresh_from_db()
    return protocols.write(draft=draft, mark=draft_mark(draft), change=change, what=what, by=by, now=now)


def in_writing(cast: Universe, *, by: User | None = None) -> Protocol:
    """The next version of the small protocol, begun by Dan, with a rash in it."""
    by = by or cast.dan
    return changed(protocols.begin(version=cast.protocol, by=by, now=NOW), with_rash, by=by, what="Rule S1")


def handed_in(cast: Universe) -> Protocol:
    return protocols.hand_in(draft=in_writing(cast), because="Rashes were missed.", by=cast.dan, now=NOW)


def scoped_draft(cast: Universe, scope: Scope, *, name: str = "Rashes", **rule: Any) -> Protocol:
    """A scoped protocol that Dan writes, with one rule: a rash is urgent."""
    made = protocols.begin_scoped(name=name, scope=scope, by=cast.dan, now=NOW)
    return changed(made, lambda content: with_rash(content, **rule), by=cast.dan)


def scoped(
    cast: Universe, scope: Scope, *, name: str = "Rashes", begins: datetime | None = None, **rule: Any
) -> Protocol:
    """The same, handed in and approved by Carol."""
    made = scoped_draft(cast, scope, name=name, **rule)
    made = protocols.hand_in(draft=made, because="For rashes.", by=cast.dan, now=NOW)
    return protocol_approval.approve(draft=made, in_force_from=begins, by=cast.carol, now=NOW)
