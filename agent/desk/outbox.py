"""The outbox: what a person approved becomes an instruction, in the transaction of the approval.

An instruction leaves by a claim: one transaction in which the company's switch, the date of the
approval and the status are looked at together, so that of several workers one sends it and none
does after a stop. The result is recorded afterwards; a worker that falls silent leaves it in
doubt, and what is in doubt is asked about before anything is sent again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.orm import Session

from agent.desk import audit
from agent.desk.models import Decision, Packet, Utc, canonical
from agent.desk.outbox_models import Delivery, EffectApproval, EffectSwitch, Outbox
from agent.desk.store import Desk, database_clock
from tools.errors import NotFound

MESSAGES = frozenset({"notify_customer", "correct_message"})
"""Instructions that tell a customer something."""
DESK_ONLY = frozenset({"waive_finding"})
"""Approvals that the desk itself keeps: no other system has to do anything."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right of one worker to make one attempt, until a moment."""

    outbox_id: str
    attempt: int
    worker: str
    until: datetime


def instruction(row: Decision, found: Packet) -> Outbox | None:
    """The instruction of an approval, to be added in its transaction; None where none is needed."""
    if row.action in DESK_ONLY:
        return None
    body = {
        "order_id": found.order_id,
        "packet_id": found.packet_id,
        "action": row.action,
        "parameters": row.parameters,
        "fingerprint": row.fingerprint,
        "policy_version": row.policy_version,
    }
    if row.action == "notify_customer":
        body["message"] = message_of(found)
    key = hashlib.sha256(canonical(body)).hexdigest()
    told = {"decision_id": row.decision_id, "approved_at": row.decided_at.isoformat()}
    return _made(f"O-{row.decision_id}", found, body | told, key, row.decided_at, found.expires_at,
                 decision_id=row.decision_id)  # fmt: skip


def effect_instruction(row: EffectApproval, found: Packet, at: datetime) -> Outbox:
    """The instruction of an approved message or reversal."""
    body = {
        "order_id": row.order_id,
        "packet_id": row.packet_id,
        "action": row.action,
        "parameters": row.parameters,
        "reverses": row.reverses or "",
        "fingerprint": row.fingerprint,
        "policy_version": row.policy_version,
        "effect_id": row.effect_id,
    }
    key = hashlib.sha256(canonical(body)).hexdigest()
    told = {"approved_at": at.isoformat()}
    return _made(f"O-{row.effect_id}", found, body | told, key, at, row.expires_at,
                 effect_id=row.effect_id)  # fmt: skip


def _made(
    outbox_id: str, found: Packet, body: dict[str, Any], key: str, at: datetime, until: datetime,
    **approved: str,
) -> Outbox:  # fmt: skip
    company = str(found.facts.get("company_id", ""))
    return Outbox(
        outbox_id=outbox_id,
        company_id=company,
        order_id=found.order_id,
        packet_id=found.packet_id,
        kind=str(body["action"]),
        body=body | {"instruction": outbox_id, "company_id": company},
        idempotency_key=key,
        status="pending",
        channel="",
        attempts=0,
        claimed_by="",
        next_at=at,
        why="",
        reference="",
        created_at=at,
        expires_at=until,
        **approved,
    )


def message_of(found: Packet) -> dict[str, Any]:
    """The customer message of a packet as one text, with its language and its hash."""
    drafted = found.body.get("customer_message", {})
    text = "\n".join(str(one["text"]) for one in drafted.get("sentences", []))
    return {
        "language": str(drafted.get("language", "en")),
        "text": text,
        "text_hash": hashlib.sha256(text.encode()).hexdigest(),
    }


def one(session: Session, outbox_id: str) -> Outbox:
    """An instruction by id.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Outbox, outbox_id)
    if found is None:
        raise NotFound(
            f"there is no instruction {outbox_id}; holddesk handoff list shows what there is"
        )
    return found


def all_of(session: Session, order_id: str | None = None) -> list[Outbox]:
    """Every instruction, newest last; of one order where it is named."""
    statement = select(Outbox).order_by(Outbox.created_at, Outbox.outbox_id)
    if order_id is not None:
        statement = statement.where(func.upper(Outbox.order_id) == order_id.upper())
    return list(session.scalars(statement))


def due(desk: Desk, status: str) -> list[str]:
    """Ids of the instructions of a status whose time has come and whose company may send."""
    with desk.read() as session:
        off = select(EffectSwitch.company_id).where(EffectSwitch.stopped.is_(True))
        statement = select(Outbox.outbox_id).where(
            Outbox.status == status,
            Outbox.next_at <= _due_by(desk, session),
            Outbox.company_id.not_in(off),
        )
        return list(session.scalars(statement.order_by(Outbox.next_at, Outbox.outbox_id)))


def _due_by(desk: Desk, session: Session) -> datetime:
    """The later of the desk's clock and the database's: a pinned clock does not stop a retry."""
    return max(desk.now(session), database_clock(session))


def claim(
    desk: Desk, outbox_id: str, worker: str, channel: str, target: str, lease: timedelta
) -> Claim | None:
    """Claim a pending instruction for one attempt; None where it may not leave, or another has it.

    The switch, the date of the approval and the status are looked at in this one transaction.
    """
    with desk.write() as session:
        row = one(session, outbox_id)
        if stopped(session, row.company_id, lock=True):
            return None
        if desk.now(session) >= row.expires_at:
            return None
        now = database_clock(session)
        claimed = session.execute(
            update(Outbox)
            .where(
                Outbox.outbox_id == outbox_id,
                Outbox.status == "pending",
                Outbox.next_at <= _due_by(desk, session),
                Outbox.channel.in_(("", channel)),
            )
            .values(
                status="claimed",
                channel=channel,
                claimed_by=worker,
                claim_until=now + lease,
                attempts=Outbox.attempts + 1,
            )
            .execution_options(synchronize_session=False)
        )
        if claimed.rowcount != 1:  # type: ignore[attr-defined]
            return None
        session.refresh(row)
        made = Claim(outbox_id, row.attempts, worker, now + lease)
        session.add(
            Delivery(
                delivery_id=f"{outbox_id}.{row.attempts}",
                outbox_id=outbox_id,
                attempt=row.attempts,
                worker=worker,
                channel=channel,
                began_at=now,
                result="begun",
                detail=target,
            )
        )
        return made


def stopped(session: Session, company_id: str, *, lock: bool = False) -> bool:
    """Whether the company's switch is off; with `lock` a change waits for this transaction."""
    statement = select(EffectSwitch.stopped).where(EffectSwitch.company_id == company_id)
    if lock:
        make_switch(session, company_id)
        statement = statement.with_for_update(read=True)
    return bool(session.execute(statement).scalar())


def make_switch(session: Session, company_id: str) -> None:
    """Give a company its switch, on, where it has none: only a row can be locked."""
    session.execute(
        text(
            "INSERT INTO effect_switches (company_id, stopped, reason, changed_by, changed_at) "
            "VALUES (:company, FALSE, '', '', :at) ON CONFLICT DO NOTHING"
        ).bindparams(bindparam("at", type_=Utc)),
        {"company": company_id, "at": database_clock(session)},
    )


def event_of(name: str, session: Session, row: Outbox, **more: Any) -> audit.Event:
    """An audit event about an instruction."""
    found = session.get(Packet, row.packet_id)
    body = {
        "action": row.kind,
        "channel": row.channel,
        "attempt": row.attempts,
        "effect_id": row.effect_id or "",
        **more.pop("body", {}),
    }
    return audit.Event(
        name,
        case_id=found.case_id if found else "",
        packet_id=row.packet_id,
        order_id=row.order_id,
        fingerprint=str(row.body.get("fingerprint", "")),
        policy_version=str(row.body.get("policy_version", "")),
        company_id=row.company_id,
        packet_version=str(found.version) if found else "",
        decision_id=row.decision_id or "",
        idempotency_key=row.idempotency_key,
        outbox_id=row.outbox_id,
        communication=row.status if row.kind in MESSAGES else "",
        body=body,
        **more,
    )
