"""Replies of the system that carries out: accepted only signed, fresh, and once.

The signature covers id, time and body (Standard Webhooks). The company is that of the instruction
which the reply names, so that one company's system cannot answer for another's. A reply to what
has ended is kept and changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook as Signer

from agent.desk import audit, deliveries, outbox
from agent.desk.outbox_models import Outbox, Reply
from agent.desk.store import Desk, database_clock
from tools.errors import BadInput, Denied, NotFound, Refused

TOLERANCE = timedelta(minutes=5)
"""A reply older, or further ahead, is not fresh."""
MOST_BYTES = 20_000
STATUSES = ("accepted", "done", "refused")
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
MOST_DIGITS = 11
"""Of the seconds since 1970: more are no time that is near."""
MOST_SIGNATURES = 10

Secrets = Callable[[str], Sequence[bytes]]
"""The secrets with which a company's replies are signed; none: it sends no replies."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a reply."""

    outbox_id: str
    status: str
    applied: bool
    """False where the instruction had ended before."""


def receive(desk: Desk, headers: Mapping[str, str], payload: bytes, secrets: Secrets) -> Received:
    """Accept a reply.

    Args:
        desk: the store; its database's clock says what is fresh.
        headers: webhook-id, webhook-timestamp and webhook-signature, in any case.
        payload: the body as it came: `{"idempotency_key", "status", "reference", "message"}`.
        secrets: the secrets by company.

    Raises:
        BadInput: it is no reply, or names no instruction.
        Denied: it is not signed with the company's secret.
        Refused: it is not fresh, or was accepted before.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        at = _time(given)
        body = _body(payload)
        with desk.read() as session:
            row = _instruction(session, body)
            now = database_clock(session)
        if not _signed(given, at, payload, secrets(row.company_id)):
            raise Denied("the reply is not signed with a secret of the company", ("signature",))
        if abs(now - at) > TOLERANCE:
            raise Refused("the reply is not fresh: its time is more than five minutes away")
        return _accept(desk, given[ID], row.outbox_id, body)
    except (BadInput, Refused) as error:
        _note(desk, given.get(ID, ""), error)
        raise


def _time(given: Mapping[str, str]) -> datetime:
    missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if not given.get(name)]
    if missing:
        raise BadInput(f"the reply has no {' and no '.join(missing)}")
    text = given[TIMESTAMP]
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise BadInput("webhook-timestamp is no time in whole seconds since 1970")
    return datetime.fromtimestamp(int(text), UTC)


def _body(payload: bytes) -> dict[str, Any]:
    if len(payload) > MOST_BYTES:
        raise BadInput(f"the reply is longer than {MOST_BYTES:,} bytes")
    try:
        body = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise BadInput("the reply is no JSON") from error
    if not isinstance(body, dict) or body.get("status") not in STATUSES:
        raise BadInput(f"the reply names no status: use {', '.join(STATUSES)}")
    texts = ("idempotency_key", "reference", "message")
    if any(not isinstance(body.get(name, ""), str) for name in texts):
        raise BadInput(f"the reply's {', '.join(texts)} are texts")
    return body


def _instruction(session: Session, body: Mapping[str, Any]) -> Outbox:
    statement = select(Outbox).where(Outbox.idempotency_key == body.get("idempotency_key", ""))
    found = session.scalars(statement).first()
    if found is None:
        raise NotFound("the reply names no instruction of this desk (idempotency_key)")
    return found


def _signed(
    given: Mapping[str, str], at: datetime, payload: bytes, secrets: Sequence[bytes]
) -> bool:
    """Whether one of the signatures is that of one of the secrets, compared in constant time."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return False
    wanted = [_bytes(Signer(one).sign(given[ID], at, text)) for one in secrets]
    offered = [_bytes(one) for one in given[SIGNATURE].split(" ")[:MOST_SIGNATURES]]
    matches = [hmac.compare_digest(a, b) for a in wanted for b in offered if a and b]
    return any(matches)


def _bytes(signature: str) -> bytes:
    version, _, text = signature.partition(",")
    if version != "v1":
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _accept(desk: Desk, message_id: str, outbox_id: str, body: dict[str, Any]) -> Received:
    status, reference = str(body["status"]), str(body.get("reference", ""))[:200]
    with desk.write() as session:
        if session.get(Reply, message_id) is not None:
            raise Refused(f"the reply {message_id} was accepted before")
        row = outbox.one(session, outbox_id)
        moved = _move(desk, session, row, status, reference, str(body.get("message", ""))[:200])
        reply = Reply(
            message_id=message_id,
            outbox_id=outbox_id,
            received_at=database_clock(session),
            status=status,
            body=body if not _has_floats(body) else {"status": status, "reference": reference},
            applied=moved,
        )
        session.add(reply)
        try:
            session.flush()
        except IntegrityError as error:
            raise Refused(f"the reply {message_id} was accepted before") from error
        told = {"message_id": message_id, "reply": status, "applied": moved}
        event = outbox.event_of("handoff.reply", session, row, body=told, erp_reply=reference)
        audit.append(desk, session, event)
        return Received(outbox_id, row.status, moved)


def _move(
    desk: Desk, session: Session, row: Outbox, status: str, reference: str, message: str
) -> bool:
    if status == "accepted":
        return deliveries.arrived(desk, session, row, reference)
    return deliveries.end(
        desk, session, row, ("claimed", "unknown", "sent"), status,
        message if status == "refused" else "", reference=reference,
    )  # fmt: skip


def _has_floats(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_floats(part) for part in value.values())
    if isinstance(value, list):
        return any(_has_floats(part) for part in value)
    return isinstance(value, float)


def _note(desk: Desk, message_id: str, error: Exception) -> None:
    """Leave a trace of a reply that was not accepted; what it said is not repeated."""
    body = {"message_id": message_id[:100], "why": str(error)[:200]}
    with desk.write() as session:
        audit.append(desk, session, audit.Event("handoff.reply_refused", body=body))
