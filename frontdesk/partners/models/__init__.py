from frontdesk.partners.models.client import Assertion, Client, OutsideNumber, Token
from frontdesk.partners.models.feed import Feed, FeedKind
from frontdesk.partners.models.meter import Meter
from frontdesk.partners.models.subscription import (
    Content,
    Notice,
    NoticeState,
    Subscription,
    SubscriptionState,
    Topic,
)

__all__ = [
    "Assertion", "Client", "Content", "Feed", "FeedKind", "Meter", "Notice", "NoticeState", "OutsideNumber", "Subscription",
    "SubscriptionState", "Token", "Topic",
]  # fmt: skip
