"""Who was told that something is theirs to do, and when."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from agent.desk.decision_models import Notice
from agent.desk.models import OPEN_STATUSES, Packet
from agent.desk.store import Desk
from policies.guard import Person


def tell(
    desk: Desk,
    session: Session,
    found: Packet,
    kind: str,
    says: str,
    *,
    roles: Sequence[str] = (),
    user_ids: Sequence[str] = (),
) -> Notice:
    """Tell roles or named people, in the transaction of what they are told about."""
    notice = Notice(
        packet_id=found.packet_id,
        kind=kind,
        roles=list(roles),
        user_ids=list(user_ids),
        says=says,
        told_at=desk.now(session),
    )
    session.add(notice)
    session.flush()
    return notice


def told(session: Session, packet_id: str) -> list[Notice]:
    """What was told about a packet, oldest first."""
    statement = select(Notice).where(Notice.packet_id == packet_id).order_by(Notice.notice_id)
    return list(session.scalars(statement))


def inbox(session: Session, person: Person) -> list[tuple[Notice, Packet]]:
    """What a person was told last about each packet that still waits, oldest first."""
    statement = (
        select(Notice, Packet)
        .join(Packet, Packet.packet_id == Notice.packet_id)
        .where(or_(Packet.status.in_(OPEN_STATUSES), _not_sent()))
        .order_by(Notice.notice_id)
    )
    newest = {packet.packet_id: (notice, packet) for notice, packet in session.execute(statement)}
    return [pair for pair in newest.values() if _is_for(pair[0], person)]


def _not_sent() -> ColumnElement[bool]:
    """What was approved and did not leave, until a newer version of its packet is drafted."""
    newer = aliased(Packet)
    return and_(
        Notice.kind == "not_sent",
        Packet.status.in_(("stale", "expired")),
        ~exists().where(newer.case_id == Packet.case_id, newer.version > Packet.version),
    )


def _is_for(notice: Notice, person: Person) -> bool:
    if notice.user_ids:
        return person.user_id in notice.user_ids
    return bool(person.roles & set(notice.roles))
