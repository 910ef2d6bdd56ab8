"""One of each setting that an address can name, and the forms that change them, as a browser sends them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from frontdesk.clinic.actions import cards, duties
from frontdesk.clinic.actions.organization import add_department
from frontdesk.clinic.engine.guide import shape
from frontdesk.clinic.models import (
    Department,
    Draft,
    Duty,
    Guide,
    KnowledgeCard,
    SlotClass,
    VisitType,
)
from tests.factories.settings import drafted, guide, guide_proposal, in_writing, proposal_of, slot_class
from tests.universe import NOW, TODAY, Universe, at


@dataclass(frozen=True)
class SettingsScene:
    """Dan's drafts wait, and one more he is writing; the rest is in force."""

    draft: Draft
    guide_draft: Draft
    writing: Draft
    guide: Guide
    slot_class: SlotClass
    card: KnowledgeCard
    duty: Duty
    department: Department


def settings_scene(cast: Universe) -> SettingsScene:
    card = cards.write_card(
        card=None, title="Northwind HMO: referrals", body="A referral is needed for the skin clinic.",
        payers=["Northwind HMO"], visit_types=["skin-check"], review_on=TODAY + timedelta(days=90), by=cast.dan,
        now=NOW,
    )  # fmt: skip
    duty = duties.add_duty(
        site=cast.main, target="nurse", who=cast.bob, rank=1, starts=at(8), ends=at(17), by=cast.dan, now=NOW
    )
    standing = guide(cast)
    return SettingsScene(
        draft=drafted(cast, "visit_type", cast.follow_up.pk, proposal_of(cast.follow_up, minutes=40)),
        guide_draft=drafted(cast, "guide", standing.pk, guide_proposal(because="Seen today.")),
        writing=in_writing(cast, because="What is worse is seen today."),
        guide=standing,
        slot_class=slot_class("urgent", "Same-day urgent", cast.same_day, by_direction=True),
        card=card,
        duty=duty,
        department=add_department(site=cast.main, name="Family Medicine", by=cast.dan, now=NOW),
    )


SIGNED = {"because": "It takes longer than we thought.", "holds_from": TODAY.isoformat()}


def visit_type_form(one: VisitType, **changes: str) -> dict[str, str]:
    """The form of a visit type in person with nothing special about it."""
    return {
        "code": one.code, "name": one.name, "name_es": one.name_es, "specialty": one.specialty.code,
        "modality": one.modality, "room_type": one.room_type, "audience": one.audience, "places": str(one.places),
        "minutes": "40", "arrive_before": "15", "buffer_before": "0", "buffer_after": "0", "turnover": "0",
        "lead_least": "0", "lead_most": "", "moves": one.moves, "moves_because": "", "prep_hours": "0",
        "prep_text": "", "prep_text_es": "", "active": "on", **SIGNED, **changes,
    }  # fmt: skip


def slot_class_form(**changes: str) -> dict[str, str]:
    return {
        "code": "video", "name": "Video", "audience": "any", "released_by": "manager", "release_days": "1",
        "release_at": "12:00", "active": "on", "visit_types": "phone-call", **SIGNED, **changes,
    }  # fmt: skip


def grid_form(_cast: Universe, **changes: str) -> dict[str, str]:
    """Every row as it is, but the skin clinic's, which is never moved any more."""
    rows = {
        f"{one.code}-{part}": value
        for one in VisitType.objects.filter(active=True)
        for part, value in (("moves", one.moves), ("moves_because", one.moves_because))
    }
    never = {"skin-check-moves": "never", "skin-check-moves_because": "They wait months for it."}
    return {**rows, **never, "skin-check-converts_to": "video", **SIGNED, **changes}


def mark(draft: Draft) -> str:
    """What stands for the content of the draft as it is now."""
    draft.refresh_from_db()
    return shape(draft.proposal["content"], unfinished=True).mark


def question_form(draft: Draft, **changes: str) -> dict[str, str]:
    """A new question with two answers."""
    return {
        "mark": mark(draft), "words": "Is it a refill?", "words_es": "¿Es una receta?", "answer-0-words": "Yes",
        "answer-0-words_es": "Sí", "answer-1-words": "No", "answer-1-words_es": "No", "do": "save", **changes,
    }  # fmt: skip


def rule_form(draft: Draft, **changes: str) -> dict[str, str]:
    """A new rule, tried before the last one."""
    return {
        "mark": mark(draft), "need-worse": "no", "need-touch": "yes", "visit_type": "follow-up",
        "because": "It has to be looked at.", "before": "4", **changes,
    }  # fmt: skip


def arrangement(draft: Draft, **changes: str) -> dict[str, str]:
    return {"mark": mark(draft), "what": "question:touch", "do": "up", **changes}


def card_form(**changes: str) -> dict[str, str]:
    review = (TODAY + timedelta(days=30)).isoformat()
    return {
        "title": "Parking", "body": "Behind the house.", "payers": "", "visit_types": "follow-up", "review_on": review,
        **changes,
    }  # fmt: skip


def duty_form(cast: Universe, **changes: str) -> dict[str, str]:
    day = TODAY.isoformat()
    return {
        "site": "main", "week": day, "target": "provider", "who": str(cast.carol.pk), "rank": "1", "first": day,
        "starts": "08:00", "last": day, "ends": "17:00", **changes,
    }  # fmt: skip
