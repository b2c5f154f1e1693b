"""Effects that need an approval of their own: a message to the customer, and a reversal.

Both are bound to their text or parameters by a digest, decided once by compare-and-set, and leave
as an instruction written in the same transaction. A reversal never changes what was approved: it
is another approval, by another person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from agent.desk import audit, outbox, packets
from agent.desk.history import decisions, facts_of
from agent.desk.models import Decision, Packet, canonical
from agent.desk.outbox_models import VOID, EffectApproval, Outbox
from agent.desk.requests import Current, Request
from agent.desk.store import Desk
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


def waiting(session: Session, at: datetime) -> list[EffectApproval]:
    """What waits for an approval at a moment, oldest first."""
    statement = select(EffectApproval).where(
        EffectApproval.status == "waiting", EffectApproval.expires_at > at
    )
    return list(session.scalars(statement.order_by(EffectApproval.prepared_at)))


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


def draft(
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
    """An effect that is not stored yet.

    Args:
        desk: the store.
        kind: message or reversal.
        found: the packet that it belongs to.
        action: what the receiver is told to do.
        parameters: of the action; for a message its text, language and hash.
        acting: who asks; a message is the agent's draft.
        final: whether nothing takes it back.
        reverses: the instruction that a reversal undoes.
        reason: in the person's words.
    """
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


def confirmed(row: EffectApproval, confirm: str) -> None:
    """Refuse what cannot be undone where the code of exactly this effect is missing.

    Raises:
        BadInput: the sentence shows the code.
    """
    if len(confirm) < CODE_LENGTH or not row.digest.startswith(confirm.lower()):
        what = "a message" if row.kind == "message" else row.action.replace("_", " ")
        raise BadInput(
            f"{what} cannot be undone: read it, then repeat the command with "
            f"--confirm {code_of(row.digest)}"
        )


def decide(desk: Desk, row: EffectApproval, found: Packet, acting: Acting, *, new: bool) -> Outbox:
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
            row = _insert(session, row, values) if new else claim(session, row, values)
            made = outbox.effect_instruction(row, found, now)
            _unsent(session, made)
            session.add(made)
            session.flush()
            audit.append(desk, session, event_of("approved", row, found, person, verdict))
            return made
        audit.append(desk, session, event_of("denied", row, found, person, verdict))
    raise Denied(verdict.reason, verdict.rules)


def _signing(row: EffectApproval) -> set[str]:
    return {"customer_service"} if row.kind == "message" else set()


def _insert(session: Session, row: EffectApproval, values: Mapping[str, Any]) -> EffectApproval:
    for name, value in values.items():
        setattr(row, name, value)
    add(session, row)
    return row


def add(session: Session, row: EffectApproval) -> None:
    """Store an effect.

    Raises:
        Refused: another one was stored at the same moment.
    """
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused(
            f"somebody else asked for the same of {row.order_id} at the same moment"
        ) from error


def claim(session: Session, row: EffectApproval, values: Mapping[str, Any]) -> EffectApproval:
    """Decide on a waiting effect by compare-and-set.

    Raises:
        Refused: somebody was faster.
    """
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
        Outbox.status.not_in(VOID),
    )
    if made.kind == "notify_customer" and (before := session.scalars(same).first()) is not None:
        raise Refused(f"the message of {made.packet_id} is {before.status} already")


def event_of(
    name: str, row: EffectApproval, found: Packet, person: Person, verdict: Verdict
) -> audit.Event:
    """The audit event of an effect; its words are named by their hashes."""
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
