"""Signing a packet: the claim, the decision, the outbox and the audit, in one transaction."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from agent.desk import audit, packets
from agent.desk.models import OPEN_STATUSES, Case, Decision, Packet, canonical
from agent.desk.outbox import instruction
from agent.desk.requests import ENDING, Outcome, Request
from agent.desk.store import Desk
from policies.guard import Verdict
from tools.errors import BadInput, Refused


def sign(
    desk: Desk,
    session: Session,
    request: Request,
    found: Packet,
    before: list[Decision],
    verdict: Verdict,
) -> Outcome:
    """Claim the packet and write what follows from it, all in the caller's transaction.

    Raises:
        Refused: somebody else claimed it first, or the second signature is on something else.
    """
    needed = verdict.count if request.decision == "approve" else 1
    row = _row(desk, session, request, found, verdict, len(before) + 1)
    row.final = row.slot >= needed
    if before and request.decision == "approve":
        _same_as_first(before[0], row)
    _claim(session, request, found, row)
    session.add(row)
    _flush(session, found)
    if row.final and request.decision == "approve":
        _hand_on(session, row, found)
    if row.final:
        session.execute(
            update(Case)
            .where(Case.case_id == found.case_id, Case.status != "closed")
            .values(status="decided" if request.decision in ("approve", "reject") else "open")
        )
    _flush(session, found)
    audit.append(desk, session, decided_event(request, found, verdict, row))
    status = ENDING[request.decision] if row.final else found.status
    says = f"{found.packet_id} is {status.replace('_', ' ')}."
    if not row.final:
        says = f"{row.slot} of {needed} signed on {found.packet_id}; it waits for another person."
    return Outcome(found.packet_id, status, row.decision_id, row.final, row.slot, needed, says)


def _claim(session: Session, request: Request, found: Packet, row: Decision) -> None:
    """Compare and set: of several transactions one finds the packet as it was shown."""
    values: dict[str, Any] = {"signed": row.slot}
    if row.final:
        values["status"] = ENDING[request.decision]
    claimed = session.execute(
        update(Packet)
        .where(
            Packet.packet_id == found.packet_id,
            Packet.status.in_(OPEN_STATUSES),
            Packet.fingerprint == request.shown_fingerprint,
            Packet.signed == row.slot - 1,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused(f"somebody else decided on {found.packet_id} at the same moment")


def _row(
    desk: Desk, session: Session, request: Request, found: Packet, verdict: Verdict, slot: int
) -> Decision:
    used = request.person.roles & {*verdict.roles, "executive"}
    try:
        digest = hashlib.sha256(canonical(dict(request.parameters))).hexdigest()
    except TypeError as error:
        raise BadInput(f"the parameters are not plain JSON: {error}") from error
    return Decision(
        decision_id=f"D-{found.packet_id}.{slot}",
        packet_id=found.packet_id,
        slot=slot,
        user_id=request.person.user_id,
        person_id=request.person.person_id,
        site_id=request.person.site_id,
        roles=sorted(used),
        decision=request.decision,
        action=request.action if request.decision == "approve" else "",
        parameters=dict(request.parameters),
        parameters_hash=digest,
        reason_code=request.reason_code,
        reason=request.reason,
        fingerprint=found.fingerprint,
        policy_version=found.policy_version,
        rules=list(verdict.rules),
        final=True,
        decided_at=desk.now(session),
    )


def _same_as_first(first: Decision, row: Decision) -> None:
    if (first.action, first.parameters_hash) != (row.action, row.parameters_hash):
        raise Refused(
            f"{first.user_id} signed {first.action.replace('_', ' ')} with other parameters; the "
            "second signature has to be on the same, or the packet is rejected"
        )


def _hand_on(session: Session, row: Decision, found: Packet) -> None:
    if (made := instruction(row, found)) is not None:
        session.add(made)


def _flush(session: Session, found: Packet) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused(f"{found.packet_id} was decided on at the same moment") from error


def decided_event(
    request: Request, found: Packet, verdict: Verdict, row: Decision | None
) -> audit.Event:
    """The audit event of a decision; a reason is named by its hash, so that it can be erased."""
    return packets.event_of(
        f"decision.{request.decision}",
        found,
        actor=request.person.user_id,
        actor_kind="human",
        verdict="allow",
        rules=verdict.rules,
        body={
            "action": request.action,
            "decision_id": row.decision_id if row else "",
            "final": bool(row and row.final),
            "slot": row.slot if row else 0,
            "person_id": request.person.person_id,
            "parameters_hash": row.parameters_hash if row else "",
            "reason_code": request.reason_code,
            "reason_hash": hashlib.sha256(request.reason.encode()).hexdigest(),
        },
    )


def denied_event(request: Request, found: Packet, verdict: Verdict) -> audit.Event:
    """The audit event of an attempt that the guard denied."""
    return packets.event_of(
        "decision.denied",
        found,
        actor=request.person.user_id,
        actor_kind="human",
        verdict="deny",
        rules=verdict.rules,
        body={
            "decision": request.decision,
            "action": request.action,
            "person_id": request.person.person_id,
            "shown": request.shown_fingerprint,
        },
    )
