"""`frontdesk seed-clinic`: drafts to begin with, which hold nothing."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from frontdesk.outreach.models import MessageTemplate
from frontdesk.triage.actions import protocol_approval, protocols
from frontdesk.triage.models import Protocol
from frontdesk.triage.models.in_force import in_force
from tests.factories.protocol import no_protocol_holds
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db


def seed() -> str:
    out = io.StringIO()
    call_command("seed-clinic", stdout=out)
    return out.getvalue()


def test_everything_is_a_draft_that_somebody_signs(universe: Universe) -> None:
    no_protocol_holds()
    MessageTemplate.objects.all().delete()
    told = seed()
    draft = Protocol.objects.get(name="Telephone red flags, general")
    assert (draft.approved_at, draft.drafted_by) == (None, None)
    assert MessageTemplate.objects.filter(approved_at=None).count() == MessageTemplate.objects.count() > 0
    assert "A draft was made: Telephone red flags, general, version 1." in told
    assert in_force(now=NOW) is None
    draft = protocols.hand_in(draft=draft, because="To begin with", by=universe.dan, now=NOW)
    protocol_approval.approve(draft=draft, in_force_from=None, by=universe.carol, now=NOW)
    found = in_force(now=NOW)
    assert found is not None and found.row == draft


def test_running_it_again_changes_nothing(universe: Universe) -> None:
    seed()
    before = Protocol.objects.count(), MessageTemplate.objects.count()
    assert "nothing was changed" in seed()
    assert (Protocol.objects.count(), MessageTemplate.objects.count()) == before
