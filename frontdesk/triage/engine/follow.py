"""What follows from a rule, read from a protocol's content: the limits of what may be booked, and who is asked.

limits = { directions = ["same_day", "call_back"], modalities = ["video"], slot_classes = ["urgent"],
           within_days = 14, counted_from = "discharge_date", conditional_hold = true }
[trees.nurse]
title = "Triage nurse", queue = "nurse", last_resort = "SCRIPT"
steps = [{ duty = "nurse", rank = 1, minutes = 5 }, { duty = "provider", minutes = 5 }]
after_hours = [{ duty = "on_call", minutes = 10 }], after_hours_last_resort = "SCRIPT"
"""

from frontdesk.triage.engine import reading
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.engine.reading import Table
from frontdesk.triage.engine.shapes import Limits, Protocol, ProtocolError, Tree, TreeStep

DIRECTIONS = ("same_day", "within_days", "call_back", "sent_to_emergency", "no_visit")
MODALITIES = ("in_person", "video", "phone")
QUEUES = (
    "nurse", "provider", "crisis", "obstetrics", "results", "callback", "contact", "messages", "referrals",
    "authorizations", "language", "desk",
)  # fmt: skip
_TREE = {"title", "queue", "steps", "after_hours", "last_resort", "after_hours_last_resort"}
_LIMITS = {"directions", "modalities", "slot_classes", "within_days", "counted_from", "conditional_hold"}
MOST_STEPS = 9
ANYBODY = "anybody"  # the duty that everybody at the site has who may accept a handoff
A_DAY = 1_440  # minutes: a step without a clock of its own, so that the rule's holds

# Where a target waits in a protocol without trees. What is not named waits for the triage nurse.
WITHOUT_A_TREE = {
    "provider": "provider", "provider_team": "provider",
    "crisis": "crisis", "crisis_clinician": "crisis", "behavioural_health": "crisis",
    "front_desk_lead": "desk", "manager": "desk", "authorizations": "desk", "language_services": "desk",
    "referrals": "desk",
}  # fmt: skip


def plain_tree(target: str) -> Tree:
    """What holds where the protocol has no tree for a target: everybody who may accept is asked at once."""
    return Tree(
        target=target,
        title=target.replace("_", " ").capitalize(),
        queue=WITHOUT_A_TREE.get(target, "nurse"),
        steps=(TreeStep(ANYBODY, A_DAY),),
        last_resort="",
    )


def limits(value: object, where: str) -> Limits:
    """Return what a rule allows to follow from it. Raises ProtocolError."""
    source = reading.table(value, f"What may follow from {where}")
    reading.no_strangers(source, _LIMITS, f"What may follow from {where}")
    hold = source.get("conditional_hold", False)
    if not isinstance(hold, bool):
        raise ProtocolError(f"{where} needs “conditional_hold” as true or false.")
    days = reading.whole(source, "within_days", where, least=0, most=365) if "within_days" in source else None
    return Limits(
        directions=_of(source, "directions", DIRECTIONS, where),
        modalities=_of(source, "modalities", MODALITIES, where),
        slot_classes=reading.texts(source.get("slot_classes", ()), f"“slot_classes” of {where}"),
        within_days=days,
        counted_from=reading.text(source, "counted_from", where, default=""),
        conditional_hold=hold,
    )


def _of(source: Table, key: str, known: tuple[str, ...], where: str) -> tuple[str, ...]:
    found = reading.texts(source.get(key, ()), f"“{key}” of {where}")
    if stranger := next((one for one in found if one not in known), None):
        raise ProtocolError(f"{where} names “{stranger}” in “{key}”; it may name {', '.join(known)}.")
    return found


def tree(target: str, part: Table) -> Tree:
    """Return who is asked for one target. Raises ProtocolError."""
    where = f"The escalation tree “{target}”"
    reading.no_strangers(part, _TREE, where)
    queue = reading.text(part, "queue", where)
    if queue not in QUEUES:
        raise ProtocolError(f"{where} has the queue “{queue}”; it must be one of {', '.join(QUEUES)}.")
    steps = _steps(part.get("steps", ()), where)
    if not steps:
        raise ProtocolError(f"{where} has no steps, so nobody would ever be asked.")
    return Tree(
        target=target,
        title=reading.text(part, "title", where),
        queue=queue,
        steps=steps,
        after_hours=_steps(part.get("after_hours", ()), where),
        last_resort=reading.text(part, "last_resort", where),
        after_hours_last_resort=reading.text(part, "after_hours_last_resort", where, default=""),
    )


def _steps(value: object, where: str) -> tuple[TreeStep, ...]:
    found = tuple(_step(one, where) for one in reading.tables(value, f"the steps of {where}"))
    if len(found) > MOST_STEPS:
        raise ProtocolError(f"{where} has {len(found)} steps; {MOST_STEPS} are the most.")
    return found


def _step(part: Table, where: str) -> TreeStep:
    reading.no_strangers(part, {"duty", "minutes", "rank"}, f"A step of {where}")
    rank = reading.whole(part, "rank", f"A step of {where}", least=0, most=9) if "rank" in part else 0
    minutes = reading.whole(part, "minutes", f"A step of {where}", least=1, most=1_440)
    return TreeStep(reading.text(part, "duty", f"A step of {where}"), minutes, rank)


def check_trees(protocol: Protocol) -> None:
    """Where there are trees, every target has one, and every last resort is a script that is there."""
    for one in protocol.trees.values():
        for script in filter(None, (one.last_resort, one.after_hours_last_resort)):
            if script not in protocol.scripts:
                raise ProtocolError(
                    f"The escalation tree “{one.target}” ends with the script “{script}”, which is not there."
                )
    for rule in protocol.rules if protocol.trees else ():
        if rule.target not in protocol.trees:
            lane = "an emergency" if rule.lane is Lane.EMERGENCY else "a request"
            raise ProtocolError(
                f"Rule {rule.code} sends {lane} to “{rule.target}”, which has no escalation tree."
            )
