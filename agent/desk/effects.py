"""Effects that need an approval of their own: a message to the customer, and a reversal.

Both are bound to their text or parameters by a digest, decided once by compare-and-set, and leave
as an instruction written in the same transaction. A reversal never changes what was approved: it
is another approval, by another person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from agent.desk import audit, deliveries, outbox, packets
from agent.desk.history import decisions, facts_of
from agent.desk.models import Decision, Packet, canonical
from agent.desk.outbox_models import EffectApproval, OrderOutcome, Outbox
from agent.desk.requests import Current, Request
from agent.desk.store import Desk
from agent.desk.undoing import correction, undo_of
from policies.guard import Guard, PacketFacts, Person, Verdict
from tools.errors import BadInput, Denied, NotFound, Refused

GOOD_FOR = timedelta(hours=24)
"""How long a prepared reversal may wait for its approval."""
CODE_LENGTH = 8
"""Letters of the digest that a person types to confirm what cannot be undone."""
GUARDED = {"message": "notify_customer", "reversal": "reverse_action"}


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts, by which rights, and how the order stands now."""

    person: Person
    guard: Guard
    policy_now: str
    current: Current


def code_of(digest: str) -> str:
    """What a person types to confirm."""
    return digest[:CODE_LENGTH]


def digest_of(action: str, parameters: Mapping[str, Any], reverses: str | None = None) -> str:
    """SHA-256 of an action with its parameters, in canonical form."""
    body = {"action": action, "parameters": dict(parameters), "reverses": reverses or ""}
    return hashlib.sha256(canonical(body)).hexdigest()


def effect(session: Session, effect_id: str) -> EffectApproval:
    """A prepared effect by id.

    Raises:
        NotFound: there is none.
    """
    found = session.get(EffectApproval, effect_id)
    if found is None:
        raise NotFound(f"there is no request {effect_id}; holddesk handoff waiting lists them")
    return found


def waiting(session: Session) -> list[EffectApproval]:
    """What waits for an approval, oldest first."""
    statement = select(EffectApproval).where(EffectApproval.status == "waiting")
    return list(session.scalars(statement.order_by(EffectApproval.prepared_at)))


def send_message(desk: Desk, packet_id: str, confirm: str, acting: Acting) -> Outbox:
    """Approve the packet's customer message, whose code the person read, and hand it on.

    Raises:
        BadInput: the code is not that of the text as it stands.
        Denied: the guard says no; the attempt is audited.
        Refused: the evidence changed, or the message is on its way already.
    """
    with desk.read() as session:
        found = packets.packet(session, packet_id)
    message = outbox.message_of(found)
    if not message["text"]:
        raise Refused(f"{packet_id} holds no message: its sentences were withheld")
    if acting.current.fingerprint != found.fingerprint:
        raise Refused(
            f"the evidence of {packet_id} changed after the message was drafted: nothing was "
            f"sent; draft it again: holddesk work {found.order_id}"
        )
    row = _new(desk, "message", found, "notify_customer", message, acting, final=True)
    _confirmed(row, confirm)
    return _decide(desk, row, found, acting, new=True)


def prepare_reversal(desk: Desk, of: Outbox, reason: str, acting: Acting) -> EffectApproval:
    """Ask for the reversal of an instruction that arrived; somebody else approves it.

    Raises:
        Denied: the person may not ask.
        Refused: it is asked for already, or the desk knows no way to undo it.
    """
    with desk.read() as session:
        found = packets.packet(session, of.packet_id)
        shipped = session.get(OrderOutcome, of.packet_id)
        asked = select(EffectApproval).where(
            EffectApproval.reverses == of.outbox_id,
            EffectApproval.status.in_(("waiting", "approved")),
        )
        before = session.scalars(asked).first()
    if before is not None:
        raise Refused(f"the reversal of {of.outbox_id} is {before.status}: {before.effect_id}")
    how = undo_of(of.kind, shipped is not None and shipped.outcome.startswith("shipped"))
    if how is None:
        raise Refused(f"{of.kind.replace('_', ' ')} has no reversal; correct it in the ERP")
    row = _new(
        desk, "reversal", found, how.action, _parameters(of, found), acting,
        final=how.how == "final", reverses=of.outbox_id, reason=reason,
    )  # fmt: skip
    with desk.write() as session:
        verdict = acting.guard.may(
            acting.person, "request_approval", facts(desk, session, row, found, acting)
        )
        if verdict.allowed:
            session.add(row)
            session.flush()
            audit.append(desk, session, _event("prepared", row, found, acting.person, verdict))
            return row
        audit.append(desk, session, _event("denied", row, found, acting.person, verdict))
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
        row = effect(session, effect_id)
        found = packets.packet(session, row.packet_id)
    if row.status != "waiting":
        raise Refused(f"{effect_id} is {row.status} already, by {row.decided_by or 'the clock'}")
    if approve and row.final:
        _confirmed(row, confirm)
    if approve:
        return _decide(desk, row, found, acting, new=False)
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
    row = _new(desk, "reversal", found, "withdraw_instruction", {}, acting, reverses=of.outbox_id)
    with desk.write() as session:
        asked = facts(desk, session, row, found, acting)
        verdict = acting.guard.may(acting.person, "withdraw_instruction", asked)
        if verdict.allowed:
            current = outbox.one(session, of.outbox_id)
            if not deliveries.withdraw(desk, session, current, reason, acting.person, verdict):
                raise Refused(
                    f"{of.outbox_id} is {current.status}: it has left; run holddesk rollback again"
                )
            return
        audit.append(desk, session, _event("denied", row, found, acting.person, verdict))
    raise Denied(verdict.reason, verdict.rules)


def facts(
    desk: Desk, session: Session, row: EffectApproval, found: Packet, acting: Acting
) -> PacketFacts:
    """What the guard is told: the order as it is, the effect as it waits, and who approved."""
    request = Request(found.packet_id, acting.person, "approve", row.fingerprint, row.action)
    told = facts_of(desk, session, request, found, [], acting.policy_now, acting.current)
    people, roles = set[str](), set[str]()
    if row.reverses is not None:
        people, roles = signed_by(session, outbox.one(session, row.reverses))
    others = {one.person_id for one in decisions(session, found.packet_id)
              if one.decision == "approve"}  # fmt: skip
    lock = replace(told.order.lock, approved_roles=frozenset(roles))
    asked = {row.preparer_id} if row.kind == "reversal" and row.preparer_id else frozenset()
    order = replace(told.order, lock=lock, requesters=told.order.requesters | asked)
    return replace(
        told,
        order=order,
        pending=True,
        fingerprint=row.fingerprint,
        policy_version=row.policy_version,
        expires_at=int(row.expires_at.timestamp()),
        approvers=told.approvers | others if row.kind == "message" else frozenset(people),
    )


def signed_by(session: Session, of: Outbox) -> tuple[set[str], set[str]]:
    """Persons and roles that approved what an instruction carries."""
    if of.effect_id is not None:
        before = effect(session, of.effect_id)
        return {before.decider_id}, set(before.roles)
    statement = select(Decision).where(
        Decision.packet_id == of.packet_id, Decision.decision == "approve"
    )
    signed = list(session.scalars(statement))
    return {one.person_id for one in signed}, {role for one in signed for role in one.roles}


def _parameters(of: Outbox, found: Packet) -> dict[str, Any]:
    if of.kind == "notify_customer":
        message = of.body.get("message") or of.body.get("parameters", {})
        ref = str(found.body.get("order", {}).get("customer_ref") or found.order_id)
        text = correction(message, ref)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return {"language": message.get("language", "en"), "text": text, "text_hash": digest}
    return {"undoes": of.kind, "of": of.body.get("parameters", {}), "reference": of.reference}


def _new(
    desk: Desk,
    kind: str,
    found: Packet,
    action: str,
    parameters: Mapping[str, Any],
    acting: Acting,
    *,
    final: bool = False,
    reverses: str | None = None,
    reason: str = "",
) -> EffectApproval:
    digest = digest_of(action, parameters, reverses)
    with desk.read() as session:
        now = desk.now(session)
        number = session.execute(
            select(func.count()).where(EffectApproval.packet_id == found.packet_id)
        ).scalar_one()
    by_agent = kind == "message"
    return EffectApproval(
        effect_id=f"E-{found.packet_id}.{number + 1}",
        kind=kind,
        packet_id=found.packet_id,
        order_id=found.order_id,
        company_id=str(found.facts.get("company_id", "")),
        action=action,
        reverses=reverses,
        parameters=dict(parameters),
        digest=digest,
        final=final,
        reason=reason,
        fingerprint=found.fingerprint,
        policy_version=found.policy_version if by_agent else acting.policy_now,
        prepared_by="agent" if by_agent else acting.person.user_id,
        preparer_id="" if by_agent else acting.person.person_id,
        prepared_at=now,
        expires_at=found.expires_at if by_agent else now + GOOD_FOR,
        status="waiting",
        decided_by="",
        decider_id="",
        roles=[],
        decided_at=None,
    )


def _confirmed(row: EffectApproval, confirm: str) -> None:
    if len(confirm) < CODE_LENGTH or not row.digest.startswith(confirm.lower()):
        what = "a message" if row.kind == "message" else row.action.replace("_", " ")
        raise BadInput(
            f"{what} cannot be undone: read it, then repeat the command with "
            f"--confirm {code_of(row.digest)}"
        )


def _decide(desk: Desk, row: EffectApproval, found: Packet, acting: Acting, *, new: bool) -> Outbox:
    """One transaction: the guard, the claim, the instruction, the audit."""
    person, verdict = acting.person, None
    with desk.write() as session:
        asked = facts(desk, session, row, found, acting)
        verdict = acting.guard.may(person, GUARDED[row.kind], asked)
        if verdict.allowed:
            now = desk.now(session)
            values = {
                "status": "approved",
                "decided_by": person.user_id,
                "decider_id": person.person_id,
                "roles": sorted(person.roles & {*verdict.roles, *_signing(row), "executive"}),
                "decided_at": now,
            }
            row = _insert(session, row, values) if new else _claim(session, row, values)
            made = outbox.effect_instruction(row, found, now)
            _unsent(session, made)
            session.add(made)
            session.flush()
            audit.append(desk, session, _event("approved", row, found, person, verdict))
            return made
        audit.append(desk, session, _event("denied", row, found, person, verdict))
    raise Denied(verdict.reason, verdict.rules)


def _signing(row: EffectApproval) -> set[str]:
    return {"customer_service"} if row.kind == "message" else set()


def _insert(session: Session, row: EffectApproval, values: Mapping[str, Any]) -> EffectApproval:
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    return row


def _claim(session: Session, row: EffectApproval, values: Mapping[str, Any]) -> EffectApproval:
    claimed = session.execute(
        update(EffectApproval)
        .where(EffectApproval.effect_id == row.effect_id, EffectApproval.status == "waiting")
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused(f"somebody else decided on {row.effect_id} at the same moment")
    return session.get_one(EffectApproval, row.effect_id)


def _unsent(session: Session, made: Outbox) -> None:
    """Refuse the same message twice."""
    same = select(Outbox).where(
        Outbox.packet_id == made.packet_id,
        Outbox.kind == made.kind,
        Outbox.status.not_in(("withdrawn", "stale", "expired", "failed")),
    )
    if made.kind == "notify_customer" and (before := session.scalars(same).first()) is not None:
        raise Refused(f"the message of {made.packet_id} is {before.status} already")


def _reject(desk: Desk, row: EffectApproval, found: Packet, acting: Acting) -> None:
    person = acting.person
    with desk.write() as session:
        asked = facts(desk, session, row, found, acting)
        verdict = acting.guard.may(person, GUARDED[row.kind], asked)
        own = person.person_id == row.preparer_id
        if verdict.allowed or own:
            values = {
                "status": "rejected",
                "decided_by": person.user_id,
                "decider_id": person.person_id,
                "decided_at": desk.now(session),
            }
            _claim(session, row, values)
            audit.append(desk, session, _event("rejected", row, found, person, verdict))
            return
        audit.append(desk, session, _event("denied", row, found, person, verdict))
    raise Denied(verdict.reason, verdict.rules)


def _event(
    name: str, row: EffectApproval, found: Packet, person: Person, verdict: Verdict
) -> audit.Event:
    kind = "message" if row.kind == "message" else "rollback"
    body = {
        "effect_id": row.effect_id,
        "action": row.action,
        "digest": row.digest,
        "reverses": row.reverses or "",
        "final": row.final,
        "text_hash": str(row.parameters.get("text_hash", "")),
    }
    return packets.event_of(
        f"{kind}.{name}",
        found,
        **audit.by(person),
        verdict="allow" if verdict.allowed else "deny",
        rules=verdict.rules,
        reason_hash=hashlib.sha256(row.reason.encode()).hexdigest(),
        communication=name if row.kind == "message" else "",
        body=body,
    )
