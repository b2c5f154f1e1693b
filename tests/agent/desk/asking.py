"""Deciding in the desk's tests, and what is then in the store."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from agent.desk import audit, packets
from agent.desk.decisions import Outcome, Request, decide
from agent.desk.models import Packet
from agent.desk.store import Desk
from policies.guard import shipped


def ask(desk: Desk, request: Request, **options: Any) -> Outcome:
    """Decide with the shipped rights."""
    return decide(desk, request, shipped(), options.pop("policy_now", "v1"), **options)


def counted(desk: Desk, model: Any) -> int:
    """How many rows a table has."""
    with desk.read() as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


def audited(desk: Desk) -> list[str]:
    """The names of the audit's events, oldest first."""
    with desk.read() as session:
        return [event["event"] for event in audit.events(session)]


def a_row(desk: Desk, packet_id: str = "SO-1.v1") -> Packet:
    """The packet as it is stored now."""
    with desk.read() as session:
        return packets.packet(session, packet_id)
