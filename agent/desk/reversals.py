"""Taking back: an instruction that has not left is withdrawn, one that has is reversed.

A reversal never changes what was approved: it is another approval, by another person, and leaves
as an instruction of its own.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from agent.desk import audit, deliveries, effects, outbox, packets
from agent.desk.effects import GUARDED, Acting
from agent.desk.models import Packet
from agent.desk.outbox_models import VOID, EffectApproval, OrderOutcome, Outbox
from agent.desk.store import Desk
from agent.desk.undoing import correction, undo_of
from tools.errors import Denied, Refused


def prepare_reversal(desk: Desk, of: Outbox, reason: str, acting: Acting) -> EffectApproval:
    """Ask for the reversal of an instruction that arrived; somebody else approves it.

    Raises:
        Denied: the person may not ask.
        Refused: it is asked for already, or the desk knows no way to undo it.
    """
    with desk.read() as session:
        found = packets.packet(session, of.packet_id)
        shipped = session.get(OrderOutcome, of.packet_id)
        before = _standing_request(session, of.outbox_id, desk.now(session))
    if before is not None:
        raise Refused(f"the reversal of {of.outbox_id} is {before.status}: {before.effect_id}")
    how = undo_of(of.kind, shipped is not None and shipped.outcome.startswith("shipped"))
    if how is None:
        raise Refused(f"{of.kind.replace('_', ' ')} has no reversal; correct it in the ERP")
    row = effects.draft(
        desk, "reversal", found, how.action, _parameters(of, found), acting,
        final=how.how == "final", reverses=of.outbox_id, reason=reason,
    )  # fmt: skip
    with desk.write() as session:
        verdict = acting.guard.may(
            acting.person, "request_approval", effects.facts(desk, session, row, found, acting)
        )
        if verdict.allowed:
            effects.add(session, row)
            audit.append(
                desk, session, effects.event_of("prepared", row, found, acting.person, verdict)
            )
            return row
        audit.append(desk, session, effects.event_of("denied", row, found, acting.person, verdict))
    raise Denied(verdict.reason, verdict.rules)


def decide_reversal(
    desk: Desk, effect_id: str, approve: bool, confirm: str, acting: Acting
) -> Outbox | None:
    """Approve or reject a prepared reversal; the instruction of an approved one.

    Raises:
        BadInput: it cannot be undone, and the code that confirms it is missing or wrong.
        Denied: the guard says no; the attempt is audited.
        Refused: it is decided already, or has expired.
    """
    with desk.read() as session:
        row = effects.effect(session, effect_id)
        found = packets.packet(session, row.packet_id)
    if row.status != "waiting":
        raise Refused(f"{effect_id} is {row.status} already, by {row.decided_by or 'the clock'}")
    if approve and row.final:
        effects.confirmed(row, confirm)
    if approve:
        return effects.decide(desk, row, found, acting, new=False)
    _reject(desk, row, found, acting)
    return None


def withdraw(desk: Desk, of: Outbox, reason: str, acting: Acting) -> None:
    """Take back an instruction that has not left; its order waits for a new decision.

    Raises:
        Denied: the guard says no; the attempt is audited.
        Refused: it left in the meantime.
    """
    with desk.read() as session:
        found = packets.packet(session, of.packet_id)
    row = effects.draft(
        desk, "reversal", found, "withdraw_instruction", {}, acting, reverses=of.outbox_id
    )
    with desk.write() as session:
        asked = effects.facts(desk, session, row, found, acting)
        verdict = acting.guard.may(acting.person, "withdraw_instruction", asked)
        if verdict.allowed:
            current = outbox.one(session, of.outbox_id)
            if not deliveries.withdraw(desk, session, current, reason, acting.person, verdict):
                raise Refused(
                    f"{of.outbox_id} is {current.status}: it has left; run holddesk rollback again"
                )
            return
        audit.append(desk, session, effects.event_of("denied", row, found, acting.person, verdict))
    raise Denied(verdict.reason, verdict.rules)


def _parameters(of: Outbox, found: Packet) -> dict[str, Any]:
    if of.kind == "notify_customer":
        message = of.body.get("message") or of.body.get("parameters", {})
        ref = str(found.body.get("order", {}).get("customer_ref") or found.order_id)
        text = correction(message, ref)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return {"language": message.get("language", "en"), "text": text, "text_hash": digest}
    return {"undoes": of.kind, "of": of.body.get("parameters", {}), "reference": of.reference}


def _standing_request(session: Session, outbox_id: str, at: datetime) -> EffectApproval | None:
    """The reversal of an instruction that waits still, or was approved and is not void."""
    statement = (
        select(EffectApproval)
        .outerjoin(Outbox, Outbox.effect_id == EffectApproval.effect_id)
        .where(
            EffectApproval.reverses == outbox_id,
            or_(
                and_(EffectApproval.status == "waiting", EffectApproval.expires_at > at),
                and_(EffectApproval.status == "approved", Outbox.status.not_in(VOID)),
            ),
        )
    )
    return session.scalars(statement).first()


def _reject(desk: Desk, row: EffectApproval, found: Packet, acting: Acting) -> None:
    person = acting.person
    with desk.write() as session:
        asked = effects.facts(desk, session, row, found, acting)
        verdict = acting.guard.may(person, GUARDED[row.kind], asked)
        own = person.person_id == row.preparer_id
        if verdict.allowed or own:
            values = {
                "status": "rejected",
                "decided_by": person.user_id,
                "decider_id": person.person_id,
                "decided_at": desk.now(session),
            }
            effects.claim(session, row, values)
            audit.append(desk, session, effects.event_of("rejected", row, found, person, verdict))
            return
        audit.append(desk, session, effects.event_of("denied", row, found, person, verdict))
    raise Denied(verdict.reason, verdict.rules)
