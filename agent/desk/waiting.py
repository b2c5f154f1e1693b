"""Find the packet that a person means: by its id, or by the order whose packet waits."""

from __future__ import annotations

from sqlalchemy import func, select

from agent.desk.models import OPEN_STATUSES, Packet
from agent.desk.store import Desk
from tools.errors import NotFound


def waiting_packet(desk: Desk, named: str) -> Packet:
    """The packet of that id, else the newest one that waits for the order of that id.

    Raises:
        NotFound: neither exists; the sentence says how to see what waits.
    """
    with desk.read() as session:
        found = session.get(Packet, named)
        if found is not None:
            return found
        newest = (
            select(Packet)
            .where(func.upper(Packet.order_id) == named.upper())
            .order_by(Packet.status.in_(OPEN_STATUSES).desc(), Packet.version.desc())
            .limit(1)
        )
        found = session.scalars(newest).first()
    if found is None:
        raise NotFound(f"no packet {named} waits; open it with holddesk work {named}")
    return found


def any_waiting(desk: Desk) -> Packet:
    """One of the packets that wait.

    Raises:
        NotFound: none does.
    """
    with desk.read() as session:
        found = session.scalars(select(Packet).where(Packet.status.in_(OPEN_STATUSES))).first()
    if found is None:
        raise NotFound("no packet waits; open cases with holddesk work")
    return found
