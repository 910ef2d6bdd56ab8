from frontdesk.outreach.models.message import ABOUT_VISIT, Message, MessageState, about_change
from frontdesk.outreach.models.template import Channel, ContentLevel, MessageTemplate

__all__ = [
    "ABOUT_VISIT",
    "Channel",
    "ContentLevel",
    "Message",
    "MessageState",
    "MessageTemplate",
    "about_change",
]
