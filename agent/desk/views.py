"""Proof of view: who was shown exactly which version, and when for the first time."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.desk import audit, packets
from agent.desk.decision_models import View
from agent.desk.models import Packet
from agent.desk.store import Desk
from policies.guard import Person


def was_shown(session: Session, found: Packet, person: Person) -> bool:
    """Whether this version, with this fingerprint, was shown to the person."""
    key = (found.packet_id, found.fingerprint, person.person_id)
    return session.get(View, key) is not None


def record(desk: Desk, session: Session, found: Packet, person: Person) -> bool:
    """Record that a version was shown; False where it was before."""
    if was_shown(session, found, person):
        return False
    session.add(
        View(
            packet_id=found.packet_id,
            fingerprint=found.fingerprint,
            person_id=person.person_id,
            user_id=person.user_id,
            viewed_at=desk.now(session),
        )
    )
    session.flush()
    return True


def show(desk: Desk, packet_id: str, person: Person) -> bool:
    """Record a view in a transaction of its own, with its audit row; False where it was before."""
    with desk.write() as session:
        found = packets.packet(session, packet_id)
        new = record(desk, session, found, person)
        if new:
            body = {"person_id": person.person_id}
            event = packets.event_of("packet.viewed", found, **audit.by(person), body=body)
            audit.append(desk, session, event)
        return new


def viewers(session: Session, packet_id: str) -> list[View]:
    """Everybody who was shown the version, the first first."""
    statement = select(View).where(View.packet_id == packet_id).order_by(View.viewed_at)
    return list(session.scalars(statement))
