"""Tokens: a client proves with its key who it is and is given a permission of five minutes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from frontdesk.daybook.record import Actor
from frontdesk.kit.errors import Refused
from frontdesk.partners import limiter
from frontdesk.partners.engine import scopes as smart
from frontdesk.partners.engine.assertion import Claimed, Proof, Unproved, claimed, proved
from frontdesk.partners.key_sets import key_of
from frontdesk.partners.models import Assertion, Client, Token
from frontdesk.partners.queries.tokens import Bearer, check, digest_of

__all__ = [
    "Bearer",
    "Door",
    "Granted",
    "NoScope",
    "NotProved",
    "TriedTooOften",
    "check",
    "exchange",
    "issue",
    "sweep",
]

HOLDS = timedelta(seconds=300)


class NotProved(Refused):
    """Who it is was not proved. The sentence is the same whatever was wrong."""

    code = "invalid_client"

    def __init__(self) -> None:
        super().__init__("The client could not be authenticated.")


class NoScope(Refused):
    """Nothing of what was asked is registered for this client."""

    code = "invalid_scope"


class TriedTooOften(Refused):
    """Too many failed tries in this minute; `seconds` until the next one is heard."""

    code = "invalid_client"

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many tries have failed. Wait a moment.")
        self.seconds = seconds


@dataclass(frozen=True)
class Door:
    """Where the proof was shown: the door's own address (its audience), and the network address of the caller."""

    address: str
    caller: str


@dataclass(frozen=True)
class Granted:
    """A token as it is given out, once. `scopes` as the answer names them."""

    token: str
    scopes: str
    seconds: int


def exchange(*, assertion: str, asked: str, door: Door, by: Actor, now: datetime) -> Granted:  # noqa: ARG001
    """A token for a proof (JWT); `asked` are scopes with spaces between.

    Nobody is logged in here: `by` is the door. Raises NotProved, TriedTooOften, and NoScope where nothing of what was
    asked is registered.
    """
    proved_client, proof = _prove(assertion, door, now)
    with transaction.atomic():
        client = _as_it_is(proved_client)
        scopes = smart.meet(asked, client.scopes)
        if not scopes:
            raise NoScope("None of these scopes is registered for this client.")
        _use_up(client, proof)
        token = issue(client=client, scopes=scopes, by=client.user, now=now)
    return Granted(token, smart.answer(asked, scopes), int(HOLDS.total_seconds()))


def issue(*, client: Client, scopes: Iterable[str], by: Actor, now: datetime) -> str:  # noqa: ARG001
    """Give out a token of 256 bits that holds five minutes; only its SHA-256 is kept. `by` is the client's user."""
    raw = secrets.token_urlsafe(32)
    kept = smart.written(smart.held(scopes))
    Token.objects.create(
        client=client, digest=digest_of(raw), scopes=list(kept), issued_at=now, expires_at=now + HOLDS
    )
    return raw


@transaction.atomic
def sweep(*, by: Actor, now: datetime) -> int:  # noqa: ARG001
    """Delete what has run out; answers how many rows. The last token of each client stays: it shows when it was here."""
    last = Token.objects.values("client").annotate(last=Max("pk")).values("last")
    tokens, _ = Token.objects.filter(expires_at__lte=now).exclude(pk__in=last).delete()
    proofs, _ = Assertion.objects.filter(expires_at__lte=now).delete()
    return tokens + proofs


def _prove(assertion: str, door: Door, now: datetime) -> tuple[Client, Proof]:
    """Whose proof it is. What fails is counted by client and caller, so that nobody keeps us busy with guessing."""
    client, says = _claimant(assertion)
    who = hashlib.sha256(f"{client.pk if client else '?'} {door.caller}".encode()).hexdigest()
    if seconds := limiter.failed_too_often(who, now):
        raise TriedTooOften(seconds)
    try:
        key = key_of(client, kid=says.kid, algorithm=says.algorithm, now=now) if client and says else None
        if client is None or key is None:
            raise Unproved("no such client or key")
        return client, proved(assertion, key, client_id=client.client_id, audience=door.address, now=now)
    except Unproved as error:
        limiter.note_failure(who, now)
        raise NotProved from error


def _claimant(assertion: str) -> tuple[Client | None, Claimed | None]:
    """Who says so, where that is a registered client."""
    try:
        says = claimed(assertion)
    except Unproved:
        return None, None
    clients = Client.objects.registered().select_related("user")
    return clients.filter(client_id=says.client_id).first(), says


def _as_it_is(client: Client) -> Client:
    """The client under lock: one that is being changed or ended at this moment gets no more than it may then."""
    rows = Client.objects.registered().select_related("user").select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=client.pk).first()
    if found is None:
        raise NotProved
    return found


def _use_up(client: Client, proof: Proof) -> None:
    """A proof is good once, however many processes are shown it at the same moment: the database sees to that."""
    digest = hashlib.sha256(proof.jti.encode("utf-8", "surrogatepass")).hexdigest()
    try:
        with transaction.atomic():
            Assertion.objects.create(client=client, digest=digest, expires_at=proof.ends)
    except IntegrityError:
        raise NotProved from None
