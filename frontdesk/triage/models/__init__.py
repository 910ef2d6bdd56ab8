from frontdesk.triage.models.arrival import (
    Disposition,
    LateArrival,
    TierChange,
    WalkIn,
    WalkInEnd,
)
from frontdesk.triage.models.contact import Alternative, Contact, ContactEnd, ContactHow
from frontdesk.triage.models.handoff import Direction, EscalationStep, Handoff, StepEnd
from frontdesk.triage.models.protocol import Acknowledgement, Backtest, Hours, Protocol
from frontdesk.triage.models.request import Channel, Kind, Outcome, Request, SafeToTalk, ToldHow
from frontdesk.triage.models.screening import LaneChange, Screening
from frontdesk.triage.models.script import StepDone
from frontdesk.triage.models.words import Utterance

__all__ = [
    "Acknowledgement",
    "Alternative",
    "Backtest",
    "Channel",
    "Contact",
    "ContactEnd",
    "ContactHow",
    "Direction",
    "Disposition",
    "EscalationStep",
    "Handoff",
    "Hours",
    "Kind",
    "LaneChange",
    "LateArrival",
    "Outcome",
    "Protocol",
    "Request",
    "SafeToTalk",
    "Screening",
    "StepDone",
    "StepEnd",
    "TierChange",
    "ToldHow",
    "Utterance",
    "WalkIn",
    "WalkInEnd",
]
