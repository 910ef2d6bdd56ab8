"""What only a clinician decides stays as a clinician left it, whichever door anybody else knocks at.

Every door that takes a form is sent everything at once: its own fields, and whatever a forger might add. A lane is not
lowered, a flag not cleared, a tier not set, nothing accepted in a clinician's stead, directed or approved.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

import frontdesk.triage.actions
from frontdesk.accounts.models import User
from frontdesk.kit.errors import NotAllowed
from frontdesk.people.models import RiskFlag
from frontdesk.triage.actions import handoffs, lanes, late_arrivals, protocol_approval, walk_ins
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.models import Handoff, LateArrival, Protocol, Request, TierChange, Utterance, WalkIn
from tests.desk.doors import CHANGES
from tests.desk.doors_table import TABLE
from tests.desk.support import Desk, Scene, rows, undone
from tests.factories.protocol import CHEST_PAIN, SELF_HARM
from tests.universe import NOW, TODAY, Universe

pytestmark = pytest.mark.django_db
OTHERS = (
    "alice",
    "charlie",
    "dan",
    "erin",
    "pat",
)  # every role that is no clinician, and somebody of another site
DOORS = sorted(name for name, door in TABLE.items() if door.method == CHANGES or door.takes)
KEEP_OUT = {"login", "logout"}


def forged(cast: Universe) -> dict[str, str]:
    """What no page has beside its own fields, and what a clinician's pages have."""
    bob = str(cast.bob.pk)
    return {
        "lane": "routine", "to": "routine", "reason": "They sound fine", "rule_code": "", "restricted": "",
        "direction": "same_day", "visit_type": "follow-up", "visit_by": TODAY.isoformat(), "slot_class": "",
        "modality": "", "note": "Said the nurse", "tier": "5", "feasible": "yes", "answer": "Yes", "because": "Said so",
        "disposition": "squeezed_in", "by": bob, "user": bob, "accepted_by": bob, "directed_by": bob, "tier_by": bob,
        "approved_by": str(cast.carol.pk), "approved_at": NOW.isoformat(), "in_force_from": "", "risk_flags": "",
        "ended_at": NOW.isoformat(), "approve": "yes", "do": "approve", "hours": "24", "draft_words": "I feel fine",
    }  # fmt: skip


def clinical() -> dict[str, set[tuple[object, ...]]]:
    """Everything that a clinician alone decides and has decided so far."""
    directed = ("pk", "direction", "direct_visit_type", "direct_by", "direct_slot_class", "directed_by")
    accepted = Handoff.objects.filter(accepted_by_other="", accepted_by__isnull=False)
    signed = ("pk", "approved_by", "approved_at", "in_force_from", "ended_at", "ended_by")
    return {
        "directions": set(Handoff.objects.exclude(direction="").values_list(*directed)),
        "accepted by name": set(accepted.values_list("pk", "accepted_by")),
        "tiers": set(WalkIn.objects.exclude(tier=None).values_list("pk", "tier", "tier_by")),
        "tier changes": set(TierChange.objects.values_list("pk", "became")),
        "flags": set(RiskFlag.objects.values_list("pk", "code", "ended_at")),
        "protocols": set(Protocol.objects.exclude(approved_at=None).values_list(*signed)),
        "late": set(LateArrival.objects.exclude(feasible=None).values_list("pk", "feasible", "answered_by")),
    }


def restricted() -> set[int]:
    return set(Request.objects.filter(restricted=True).values_list("pk", flat=True))


def words() -> set[tuple[int, str]]:
    return set(Utterance.objects.values_list("pk", "text"))


def ranks() -> dict[int, int]:
    return {pk: RANK[Lane(lane)] for pk, lane in Request.objects.values_list("pk", "lane")}


@pytest.fixture
def grave(things: Scene, desk: Desk) -> list[Request]:
    """Requests in which there is something to lose: urgent, emergency, and a crisis."""
    cast = desk.universe
    cast.use_starter()
    RiskFlag.objects.create(patient=cast.ben, code="diabetes", label="Diabetes", since=TODAY)
    return [
        things.urgent,
        things.accepted.request,
        cast.ready(cast.ben, said=CHEST_PAIN),
        cast.ready(cast.ana, said=SELF_HARM),
    ]


def test_a_request_that_nobody_else_may_open_cannot_be_had_by_its_number(
    desk: Desk, things: Scene, grave: list[Request]
) -> None:
    for who in ("charlie", "erin", "pat"):
        for request in grave:
            answer = desk.post(getattr(desk.universe, who), "desk:request-lane", request.pk, lane="routine")
            assert answer.status_code == 404


@pytest.mark.parametrize("who", OTHERS)
def test_no_door_gives_what_a_clinician_decides(
    who: str, desk: Desk, things: Scene, grave: list[Request]
) -> None:
    cast = desk.universe
    user, wrong = getattr(cast, who), []
    desk.browser(user)
    before, ranked, hidden, said = clinical(), ranks(), restricted(), words()
    for name in DOORS:
        if name in KEEP_OUT:
            continue
        for args in _numbers(name, things, cast, grave):
            with undone():
                data = {**forged(cast), **TABLE[name].data(things, cast), **_kept(name)}
                desk.browser(user).post(reverse(name, args=args), data)
                lost = [f"lane of {pk}" for pk, rank in ranks().items() if rank < ranked.get(pk, 0)]
                lost += [key for key, decided in clinical().items() if decided != before[key]]
                lost += ["restricted"] * (not hidden <= restricted()) + ["words"] * (not said <= words())
            wrong += [f"{name} {args}: {one}" for one in lost]
    assert not wrong


def _kept(name: str) -> dict[str, str]:
    """Where the door's own form has a lane to raise to, it is forged to a lower one."""
    return {"lane": "routine"} if name == "desk:request-lane" else {}


def _numbers(name: str, things: Scene, cast: Universe, grave: list[Request]) -> list[tuple[int | str, ...]]:
    """What the door is asked for: the scene's thing; for a request's doors each grave request too."""
    own = TABLE[name].args(things, cast)
    if re.match(r"desk:(request-|hold|find|plan-several)", name) and own and isinstance(own[0], int):
        chosen = grave if os.environ.get("FRONTDESK_FULL_PROOFS") else grave[2:3]
        return [own, *((one.pk,) for one in chosen)]
    if name.startswith("desk:handoff-"):
        return [(things.offered.pk,), (things.accepted.pk,)]
    return [own]


# The actions, called by whoever should not


Call = Callable[[User, Scene], object]
ACTIONS: dict[str, Call] = {
    "lanes.lower_lane": lambda by, things: lanes.lower_lane(
        request=things.urgent, to="routine", reason="Fine", by=by, now=NOW
    ),
    "lanes.raise_lane": lambda by, things: lanes.raise_lane(
        request=things.urgent, to="routine", reason="Fine", by=by, now=NOW
    ),
    "handoffs.accept": lambda by, things: handoffs.accept(handoff=things.offered, by=by, now=NOW),
    "handoffs.direct": lambda by, things: handoffs.direct(
        handoff=things.accepted, direction="no_visit", by=by, now=NOW
    ),
    "walk_ins.set_tier": lambda by, things: walk_ins.set_tier(
        walk_in=things.counter.walk_in, tier=1, reason="Loud", by=by, now=NOW
    ),
    "late_arrivals.answer": lambda by, things: late_arrivals.answer(
        late=things.counter.asked, feasible=True, words="Yes", by=by, now=NOW
    ),
    "protocol_approval.approve": lambda by, things: protocol_approval.approve(
        draft=things.protocols.waiting, in_force_from=NOW + timedelta(hours=1), by=by, now=NOW
    ),
    "protocol_approval.end": lambda by, things: protocol_approval.end(
        protocol=things.protocols.scoped, because="Old", by=by, now=NOW
    ),
}

# They ask for a clinician too, but not for one alone: the desk does them as well, or a manager.
FOR_OTHERS_TOO = {
    "alternatives.offer", "contacts.log", "handoffs.note_outcome", "late_arrivals.settle", "scripts.stamp",
    "walk_ins.leave", "late_arrivals.approve", "conditional_holds.keep",
}  # fmt: skip
CLINICIANS = re.compile(
    r"Permission\.(LOWER_LANE|ACCEPT_HANDOFFS|APPROVE_PROTOCOLS|APPROVE_MOVES)|check_can_lower"
)


def test_every_action_that_asks_for_a_clinician_is_here() -> None:
    found = set()
    for file in sorted(Path(frontdesk.triage.actions.__path__[0]).glob("[a-z]*.py")):
        module = import_module(f"frontdesk.triage.actions.{file.stem}")
        for name, act in inspect.getmembers(module, inspect.isfunction):
            here = act.__module__ == module.__name__ and not name.startswith("_")
            takes = {"by", "now"} <= set(inspect.signature(act).parameters)
            if here and takes and CLINICIANS.search(inspect.getsource(act)):
                found.add(f"{file.stem}.{name}")
    assert found - set(ACTIONS) == FOR_OTHERS_TOO | {"protocols.withdraw"} & found


@pytest.mark.parametrize("who", OTHERS)
def test_no_action_lets_anybody_else(who: str, desk: Desk, things: Scene) -> None:
    user: Any = getattr(desk.universe, who)
    before = rows()
    for name, call in ACTIONS.items():
        with pytest.raises(NotAllowed):
            call(user, things)
        assert rows() == before, name
