"""What the guard is told at a decision: the order, its packet, and who signed before."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.desk.decision_models import Proposal
from agent.desk.models import OPEN_STATUSES, Decision, Packet
from agent.desk.outbox_models import EffectApproval
from agent.desk.requests import Current, Request
from agent.desk.store import Desk
from policies.guard import (
    LOCKED_ACTIONS,
    OVERRIDES,
    RELEASES,
    OrderFacts,
    PacketFacts,
    facts_of_json,
)
from tools.errors import Refused


def decisions(session: Session, packet_id: str) -> list[Decision]:
    """The signatures and the decision of a packet, in order."""
    statement = select(Decision).where(Decision.packet_id == packet_id).order_by(Decision.slot)
    return list(session.scalars(statement))


def final_decision(session: Session, packet_id: str) -> Decision | None:
    """The decision that ended a packet, if any."""
    return next((one for one in decisions(session, packet_id) if one.final), None)


def facts_of(
    desk: Desk,
    session: Session,
    request: Request,
    found: Packet,
    before: list[Decision],
    policy_now: str,
    now: Current | None,
) -> PacketFacts:
    """The facts of one decision, `before` being the signatures that stand on the packet."""
    order = now.facts if now is not None else _stored(found)
    history = _history(session, found)
    first = before[0] if before else None
    waives = request.parameters.get("class", "") if request.action == "waive_finding" else ""
    return PacketFacts(
        order=_with_history(order, found, history, _proposers(session, found, request.action)),
        packet_id=found.packet_id,
        pending=found.status in OPEN_STATUSES,
        fingerprint=found.fingerprint,
        shown=request.shown_fingerprint,
        policy_version=found.policy_version,
        policy_now=policy_now,
        now=int(desk.now(session).timestamp()),
        expires_at=int(found.expires_at.timestamp()),
        waives=waives,
        approvers=_signers(history, frozenset(LOCKED_ACTIONS)),
        overriders=_signers(history, OVERRIDES),
        releasers=_signers(history, RELEASES),
        communicators=_signers(history, frozenset({"notify_customer"})) | _wrote(session, found),
        first_signer=first.person_id if first else "",
        first_roles=frozenset(first.roles) if first else frozenset(),
        first_site=first.site_id if first else "",
    )


def _signers(history: list[tuple[Decision, str]], actions: frozenset[str]) -> frozenset[str]:
    """The persons who signed one of the actions on an earlier packet of the order."""
    return frozenset(
        d.person_id for d, _ in history if d.decision == "approve" and d.action in actions
    )


def _wrote(session: Session, found: Packet) -> frozenset[str]:
    """The persons who approved a message to the customer about the order."""
    statement = select(EffectApproval.decider_id).where(
        EffectApproval.order_id == found.order_id,
        EffectApproval.kind == "message",
        EffectApproval.status == "approved",
    )
    return frozenset(session.scalars(statement))


def _stored(found: Packet) -> OrderFacts:
    try:
        return facts_of_json(found.facts)
    except (TypeError, KeyError, AttributeError) as error:
        raise Refused(
            f"the facts stored with {found.packet_id} cannot be read: nothing is allowed; review "
            "the order again"
        ) from error


def _history(session: Session, found: Packet) -> list[tuple[Decision, str]]:
    """Decisions on earlier packets of the order, each with its case."""
    statement = (
        select(Decision, Packet.case_id)
        .join(Packet, Packet.packet_id == Decision.packet_id)
        .where(Packet.order_id == found.order_id, Packet.packet_id != found.packet_id)
    )
    return [(decision, case_id) for decision, case_id in session.execute(statement)]


def _proposers(session: Session, found: Packet, action: str) -> frozenset[str]:
    """Who asked in the desk for this action on the order."""
    statement = (
        select(Proposal.person_id)
        .join(Packet, Packet.packet_id == Proposal.packet_id)
        .where(Packet.order_id == found.order_id, Proposal.action == action)
    )
    return frozenset(session.scalars(statement))


def _with_history(
    order: OrderFacts,
    found: Packet,
    history: list[tuple[Decision, str]],
    proposers: frozenset[str],
) -> OrderFacts:
    editors = {d.person_id for d, _ in history if d.decision == "edit"}
    roles = {
        role
        for d, case_id in history
        if d.final and d.decision == "approve" and case_id == found.case_id
        for role in d.roles
    }
    lock = replace(order.lock, approved_roles=order.lock.approved_roles | roles)
    return replace(order, requesters=order.requesters | editors | proposers, lock=lock)
