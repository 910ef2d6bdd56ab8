from frontdesk.triage.models.handoff import Direction, Handoff
from frontdesk.triage.models.protocol import Protocol
from frontdesk.triage.models.request import Channel, Kind, Outcome, Request, SafeToTalk
from frontdesk.triage.models.screening import LaneChange, Screening
from frontdesk.triage.models.script import StepDone
from frontdesk.triage.models.words import Utterance

__all__ = [
    "Channel",
    "Direction",
    "Handoff",
    "Kind",
    "LaneChange",
    "Outcome",
    "Protocol",
    "Request",
    "SafeToTalk",
    "Screening",
    "StepDone",
    "Utterance",
]
