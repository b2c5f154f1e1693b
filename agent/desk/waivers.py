"""The waivers that were approved in the desk, by the order that they are for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from agent.desk.models import Decision, Packet
from agent.desk.store import Desk
from agent.review.waivers import Waiver


def approved(desk: Desk) -> dict[str, list[Waiver]]:
    """Every approved waiver by order id; whether it still holds is judged where it is read."""
    statement = (
        select(Decision, Packet.order_id)
        .join(Packet, Packet.packet_id == Decision.packet_id)
        .where(
            Decision.action == "waive_finding",
            Decision.decision == "approve",
            Decision.final.is_(True),
        )
        .order_by(Decision.decided_at, Decision.decision_id)
    )
    found: dict[str, list[Waiver]] = defaultdict(list)
    with desk.read() as session:
        for row, order_id in session.execute(statement):
            found[order_id].append(_waiver(row, row.parameters))
    return dict(found)


def _waiver(row: Decision, said: Mapping[str, Any]) -> Waiver:
    worst = said.get("worst")
    return Waiver(
        row.decision_id,
        row.user_id,
        str(said.get("class", "")),
        str(said.get("code", "")),
        said.get("line_no"),
        date.fromisoformat(str(said["until"])[:10]) if said.get("until") else date.min,
        Decimal(worst) if worst is not None else None,
        str(said.get("unit", "")),
        str(said.get("values", "")),
    )
