"""Settings that tests draft and approve: one guide, proposals as forms make them, and short cuts for whole drafts."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

from frontdesk.clinic.actions import drafts, guide_drafts
from frontdesk.clinic.choices import Audience
from frontdesk.clinic.engine.guide import Content, shape
from frontdesk.clinic.engine.guide_change import change_rule
from frontdesk.clinic.models import Draft, Guide, SlotClass, Specialty, VisitType
from frontdesk.clinic.queries.settings import as_it_is
from tests.universe import NOW, TODAY, Universe

YES_NO = [{"code": "yes", "words": "Yes", "words_es": "Sí"}, {"code": "no", "words": "No", "words_es": "No"}]
_GUIDE: dict[str, Any] = {
    "questions": [
        {
            "code": "worse",
            "words": "Is it new, or worse since yesterday?",
            "words_es": "¿Es nuevo, o está peor desde ayer?",
            "answers": YES_NO,
        },
        {
            "code": "touch",
            "words": "Must somebody examine you?",
            "words_es": "¿Hace falta un examen?",
            "answers": [*YES_NO, {"code": "unsure", "words": "Not sure", "words_es": "No sé"}],
        },
    ],
    "rules": [
        {
            "needs": {"worse": ["yes"]},
            "visit_type": "same-day",
            "because": "What is new or worse is seen today.",
        },
        {
            "needs": {"touch": ["no"]},
            "visit_type": "phone-call",
            "because": "Nothing has to be examined, so nobody has to come.",
        },
        {
            "needs": {"touch": ["unsure"]},
            "visit_type": "",
            "because": "A nurse decides who must be examined.",
        },
        {"needs": {}, "visit_type": "follow-up", "because": "It is known, stable, and has to be looked at."},
    ],
}


def guide_content() -> dict[str, Any]:
    """A guide of three visit types for primary care, which a test may change as it likes."""
    return copy.deepcopy(_GUIDE)


def guide(cast: Universe) -> Guide:
    """That guide, drafted by Dan and approved by Carol."""
    proposal = {"specialty": "primary", "content": guide_content()}
    put_in_force(cast, "guide", None, proposal)
    return Guide.objects.get(specialty__code="primary")


def guide_proposal(*, because: str) -> dict[str, Any]:
    """That guide with another reason in its first rule."""
    content = guide_content()
    content["rules"][0]["because"] = because
    return {"specialty": "primary", "content": content}


def in_writing(cast: Universe, *, because: str = "") -> Draft:
    """A draft of the guide of primary care that Dan is writing, with another reason in its first rule if wished."""
    made = guide_drafts.begin(specialty=Specialty.objects.get(code="primary"), by=cast.dan, now=NOW)
    if because:
        written(
            cast, made, lambda content: change_rule(content, 1, replace(content.rules[0], because=because))
        )
    return made


def written(cast: Universe, draft: Draft, change: Callable[[Content], Content]) -> Content:
    """One change of Dan's to a draft that he writes; answers what it is now."""
    draft.refresh_from_db()
    mark = shape(draft.proposal["content"], unfinished=True).mark
    content = guide_drafts.write(
        draft=draft, mark=mark, change=change, what="A change.", by=cast.dan, now=NOW
    )
    draft.refresh_from_db()
    return content


def proposal_of(visit_type: VisitType, **changes: Any) -> dict[str, Any]:
    """The whole visit type as it is, with `changes`."""
    return {**as_it_is("visit_type", visit_type.pk), **changes}


def slot_class_proposal(**changes: Any) -> dict[str, Any]:
    """Time kept for same-day visits, open to all at noon the day before."""
    return {
        "code": "same-day",
        "name": "Same-day urgent",
        "visit_types": ["same-day"],
        "audience": "any",
        "modalities": [],
        "by_direction": True,
        "release_days": 1,
        "release_at": "12:00",
        "released_by": "manager",
        "active": True,
        **changes,
    }


def slot_class(code: str, name: str, *visit_types: VisitType, **fields: Any) -> SlotClass:
    """Written straight into its table, for tests that only read it."""
    defaults = {"release_days": 1, "release_at": time(12), "audience": Audience.ANYBODY}
    made = SlotClass.objects.create(code=code, name=name, **{**defaults, **fields})
    made.visit_types.set(visit_types)
    return made


def drafted(
    cast: Universe,
    kind: str,
    subject: int | None,
    proposal: dict[str, Any],
    *,
    holds_from: date = TODAY,
) -> Draft:
    """A draft of Dan's."""
    return drafts.draft(
        kind=kind,
        subject=subject,
        proposal=proposal,
        because="It takes longer than we thought.",
        holds_from=holds_from,
        by=cast.dan,
        now=NOW,
    )


def put_in_force(cast: Universe, kind: str, subject: int | None, proposal: dict[str, Any]) -> Draft:
    """A draft of Dan's that Carol has approved, and that holds from today."""
    return drafts.approve(draft=drafted(cast, kind, subject, proposal), by=cast.carol, now=NOW)
