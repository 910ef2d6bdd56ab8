"""What the settings show of clients."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from frontdesk.daybook.models import Look
from frontdesk.partners.models import Client, Token

LOOKED_BACK = timedelta(days=30)


def known() -> QuerySet[Client]:
    """Every client, ended ones too, with what the settings show beside it."""
    return Client.objects.select_related("user", "registered_by", "ended_by").prefetch_related("sites")


def last_tokens() -> dict[int, datetime]:
    """When each client (by pk) was last given a token; clients that never were are left out."""
    rows = Token.objects.order_by().values_list("client_id").annotate(last=Max("issued_at"))
    return dict(rows)


def last_token(client: Client) -> datetime | None:
    """When this client was last given a token."""
    last: datetime | None = client.tokens.aggregate(last=Max("issued_at"))["last"]
    return last


def reads(client: Client, *, now: datetime) -> int:
    """How many reads of patients by this client are in the access log of the last 30 days."""
    return Look.objects.filter(user=client.user_id, kind="patient", at__gte=now - LOOKED_BACK).count()
