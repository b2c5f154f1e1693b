"""Packets: the versions of the review of an order, each with its fingerprint and its status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from agent.desk import audit
from agent.desk.cases import case
from agent.desk.models import OPEN_STATUSES, Case, Decision, Packet
from agent.desk.notices import tell
from agent.desk.readings import tool_calls
from agent.desk.store import Desk
from agent.review.changes import differences
from tools.errors import NotFound


@dataclass(frozen=True, slots=True)
class Draft:
    """A packet that is about to be stored: its JSON, what the guard reads, and its deadline."""

    body: Mapping[str, Any]
    """The packet JSON with fingerprint, policy_version and snapshot."""
    facts: Mapping[str, Any]
    """`policies.guard.facts_json` of the order."""
    as_of: datetime
    expires_at: datetime
    graph_version: str


def packet(session: Session, packet_id: str) -> Packet:
    """A packet by id."""
    found = session.get(Packet, packet_id)
    if found is None:
        raise NotFound(f"there is no packet {packet_id}; holddesk queue lists those that wait")
    return found


def latest(session: Session, case_id: str) -> Packet | None:
    """The newest packet of a case."""
    statement = select(Packet).where(Packet.case_id == case_id).order_by(Packet.version.desc())
    return session.scalars(statement.limit(1)).first()


def next_version(session: Session, case_id: str) -> int:
    """The version to draft: that of the packet that still waits, else a new one of the order."""
    waiting = latest(session, case_id)
    if waiting is not None and waiting.status in OPEN_STATUSES:
        return waiting.version
    order_id = case(session, case_id).order_id
    statement = select(func.max(Packet.version)).where(Packet.order_id == order_id)
    return (session.execute(statement).scalar() or 0) + 1


def packet_id_of(order_id: str, version: int) -> str:
    """The id of a version of the review of an order, as a person types it."""
    return f"{order_id}.v{version}"


def save(desk: Desk, case_id: str, version: int, draft: Draft) -> Packet | None:
    """Store a version, once.

    Returns:
        The packet: new, or the one stored before with the same fingerprint. None where the
        version exists with other evidence (it is superseded) or belongs to another case of the
        order: a newer version has to be drafted.
    """
    with desk.write() as session:
        of = lock_case(session, case_id)
        found = session.get(Packet, packet_id_of(of.order_id, version), with_for_update=True)
        if found is None:
            return _insert(desk, session, of, version, draft)
        if found.case_id != case_id:
            return None
        if found.fingerprint == draft.body["fingerprint"]:
            return found
        if found.status in OPEN_STATUSES:
            end(desk, session, found, "superseded")
        return None


def end(desk: Desk, session: Session, found: Packet, status: str, **more: Any) -> bool:
    """End an undecided packet as expired, stale or superseded; False where it is decided.

    `more` are fields of the audit event, such as who found it so.
    """
    ended = session.execute(
        update(Packet)
        .where(Packet.packet_id == found.packet_id, Packet.status.in_(OPEN_STATUSES))
        .values(status=status)
    )
    if ended.rowcount != 1:  # type: ignore[attr-defined]
        return False
    audit.append(desk, session, event_of(f"packet.{status}", found, **more))
    return True


def mark_waiting(desk: Desk, packet_id: str) -> None:
    """Its graph reached the interrupt: the case waits for a person."""
    with desk.write() as session:
        marked = session.execute(
            update(Packet)
            .where(Packet.packet_id == packet_id, Packet.waiting.is_(False))
            .values(waiting=True)
        )
        if marked.rowcount == 1:  # type: ignore[attr-defined]
            found = packet(session, packet_id)
            session.execute(
                update(Case)
                .where(Case.case_id == found.case_id, Case.status == "open")
                .values(status="waiting")
            )


def mark_resumed(desk: Desk, packet_id: str) -> None:
    """Its thread ended: the decision was followed to the end."""
    with desk.write() as session:
        session.execute(update(Packet).where(Packet.packet_id == packet_id).values(resumed=True))


def event_of(name: str, found: Packet, **more: Any) -> audit.Event:
    """An audit event about a packet."""
    return audit.Event(
        name,
        case_id=found.case_id,
        packet_id=found.packet_id,
        order_id=found.order_id,
        fingerprint=found.fingerprint,
        policy_version=found.policy_version,
        company_id=str(found.facts.get("company_id", "")),
        packet_version=str(found.version),
        snapshot=found.snapshot,
        **more,
    )


def _model(body: Mapping[str, Any]) -> dict[str, str]:
    """The model that wrote text, where one did."""
    writer = str(body.get("drafted_by", "template"))
    return {} if writer == "template" else {"id": writer}


def lock_case(session: Session, case_id: str) -> Case:
    """Lock a case for the transaction; whoever locks a packet too locks its case first."""
    found = session.get(Case, case_id, with_for_update=True)
    if found is None:
        raise NotFound(f"there is no case {case_id}")
    return found


def before(session: Session, case_id: str, version: int) -> Packet | None:
    """The version of the case that was there before this one."""
    statement = (
        select(Packet)
        .where(Packet.case_id == case_id, Packet.version < version)
        .order_by(Packet.version.desc())
    )
    return session.scalars(statement.limit(1)).first()


def edits(session: Session, case_id: str, version: int) -> dict[str, Any]:
    """What people changed in the text of the versions before; a version sent back starts anew."""
    last = before(session, case_id, version)
    if last is None or last.status == "sent_back":
        return {}
    earlier = last.body.get("edits", {})
    if last.status != "edited":
        return dict(earlier)
    statement = select(Decision.parameters).where(
        Decision.packet_id == last.packet_id, Decision.decision == "edit"
    )
    return {**earlier, **(session.execute(statement).scalar() or {})}


def _insert(desk: Desk, session: Session, of: Case, version: int, draft: Draft) -> Packet:
    packet_id = packet_id_of(of.order_id, version)
    body = {**draft.body, "packet_id": packet_id, "version": version}
    last = before(session, of.case_id, version)
    if last is not None:
        body["changes"] = differences(last.body, body)
    if texts := edits(session, of.case_id, version):
        body["edits"] = texts
    found = Packet(
        packet_id=packet_id,
        case_id=of.case_id,
        order_id=of.order_id,
        version=version,
        fingerprint=str(body["fingerprint"]),
        policy_version=str(body["policy_version"]),
        snapshot=str(body["snapshot"]),
        as_of=draft.as_of,
        expires_at=draft.expires_at,
        body=body,
        facts=dict(draft.facts),
        status="pending",
        signed=0,
        thread_id=packet_id,
        graph_version=draft.graph_version,
        waiting=False,
        resumed=False,
    )
    session.add(found)
    session.flush()
    _tell_owner(desk, session, found)
    recommended = body.get("recommendation", {}).get("disposition", "")
    body_ = {"version": version, "snapshot": found.snapshot, "recommended": recommended}
    audit.append(
        desk,
        session,
        event_of(
            "packet.drafted",
            found,
            actor="agent",
            actor_kind="agent",
            body=body_,
            recommendation=recommended,
            tool_calls=tool_calls(body),
            model=_model(body),
        ),
    )
    return found


def _tell_owner(desk: Desk, session: Session, found: Packet) -> None:
    """Whoever owns the primary finding is told that a packet waits for a decision."""
    role = found.facts.get("owner_role")
    user = found.body.get("owner", {}).get("user_id")
    says = f"{found.packet_id} waits for a decision."
    tell(desk, session, found, "your_turn", says, roles=[role] if role else [],
         user_ids=[user] if user else [])  # fmt: skip
