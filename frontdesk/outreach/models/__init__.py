from frontdesk.outreach.models.message import Message, MessageState
from frontdesk.outreach.models.template import Channel, ContentLevel, MessageTemplate

__all__ = ["Channel", "ContentLevel", "Message", "MessageState", "MessageTemplate"]
