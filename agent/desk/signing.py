"""Signing a packet: the claim, the decision, the outbox and the audit, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from agent.desk import audit, packets, turns
from agent.desk.cases import ends_case
from agent.desk.local_time import local
from agent.desk.models import OPEN_STATUSES, Case, Decision, Packet, canonical
from agent.desk.notices import tell
from agent.desk.outbox import instruction
from agent.desk.parameters import digest, worded
from agent.desk.requests import ENDING, Act, Outcome, Request
from policies.guard import Verdict
from tools.errors import Refused

OPEN = "pending"


def sign(act: Act) -> Outcome:
    """Claim the packet and write what follows from it, all in the caller's transaction.

    Raises:
        Refused: somebody else decided first, or the second signature is on something else.
    """
    request, found, session = act.request, act.found, act.session
    needed = act.verdict.count if request.decision == "approve" else 1
    row = _row(act, len(act.before) + 1)
    row.final = row.slot >= needed
    if act.before and request.decision == "approve":
        _same_as_first(act.before[0], row)
    _claim(session, request, found, row)
    session.add(row)
    _flush(session, found)
    if row.final and request.decision == "approve":
        _hand_on(session, row, found)
    if row.final:
        session.execute(
            update(Case)
            .where(Case.case_id == found.case_id, Case.status != "closed")
            .values(status="decided" if ends_case(request.decision, row.action) else "open")
        )
    _flush(session, found)
    audit.append(act.desk, session, decided_event(request, found, act.verdict, row))
    return _final(row, found, needed) if row.final else _first_of(act, row, needed)


def _final(row: Decision, found: Packet, needed: int) -> Outcome:
    status = ENDING[row.decision]
    details = worded(row.parameters) if row.decision == "approve" else ""
    what = f": {row.action.replace('_', ' ')}" if row.action else ""
    says = (
        f"{found.packet_id} is {status.replace('_', ' ')}{what}{' ' if details else ''}{details}."
    )
    return Outcome(found.packet_id, status, row.decision_id, True, row.slot, needed, says)


def _first_of(act: Act, row: Decision, needed: int) -> Outcome:
    """One of several signatures stands: whoever is next is told."""
    found, rest = act.found, turns.after(act.facts, row)
    roles = turns.next_roles(act.guard, row.action, rest)
    people = turns.next_people(act.guard, row.action, rest, act.now.staff() if act.now else ())
    says = f"{row.slot} of {needed} signed on {found.packet_id}; it waits for another person."
    told = tell(act.desk, act.session, found, "your_turn", says, roles=roles, user_ids=people)
    whom = ", ".join(role.replace("_", " ") for role in roles)
    nobody = " (nobody on the staff table has the right and the authority now)"
    named = f" ({', '.join(people)})" if people else nobody if act.now else ""
    says = f"{says} Next: {whom}{named}, told at {local(found, told.told_at)}."
    return Outcome(found.packet_id, OPEN, row.decision_id, False, row.slot, needed, says, roles,
                   people)  # fmt: skip


def _claim(session: Session, request: Request, found: Packet, row: Decision) -> None:
    """Compare and set: of several transactions one finds the packet as it was shown."""
    values: dict[str, Any] = {
        "signed": row.slot, "claimed_by": None, "claimed_person": None, "claimed_at": None,
        "claimed_until": None, "status": ENDING[request.decision] if row.final else OPEN,
    }  # fmt: skip
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


def _row(act: Act, slot: int) -> Decision:
    request, found = act.request, act.found
    return Decision(
        decision_id=f"D-{found.packet_id}.{slot}",
        packet_id=found.packet_id,
        slot=slot,
        user_id=request.person.user_id,
        person_id=request.person.person_id,
        site_id=request.person.site_id,
        roles=sorted(request.person.roles & {*act.verdict.roles, "executive"}),
        decision=request.decision,
        action=request.action if request.decision == "approve" else "",
        parameters=dict(request.parameters),
        parameters_hash=digest(request.parameters),
        text_hash=text_hash(found.body),
        reason_code=request.reason_code,
        reason=request.reason,
        fingerprint=found.fingerprint,
        policy_version=found.policy_version,
        rules=list(act.verdict.rules),
        final=True,
        decided_at=act.desk.now(act.session),
    )


def text_hash(body: Mapping[str, Any]) -> str:
    """SHA-256 of the texts of a packet that people write and send: the note and the message."""
    texts = [body.get("internal_note", {}), body.get("customer_message", {})]
    said = [[sentence["text"] for sentence in one.get("sentences", [])] for one in texts]
    return hashlib.sha256(canonical(said)).hexdigest()


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
        **audit.by(request.person),
        decision=request.decision,
        verdict="allow",
        rules=verdict.rules,
        body={
            "action": request.action,
            "decision_id": row.decision_id if row else "",
            "final": bool(row and row.final),
            "slot": row.slot if row else 0,
            "person_id": request.person.person_id,
            "parameters_hash": row.parameters_hash if row else "",
            "text_hash": row.text_hash if row else "",
            "key": request.key,
            "reason_code": request.reason_code,
            "reason_hash": hashlib.sha256(request.reason.encode()).hexdigest(),
        },
    )
