"""The waivers that were approved in the desk, by the order that they are for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from agent.desk.models import Decision, Packet
from agent.desk.store import Desk
from agent.review.waivers import Waiver

MANY = 500
"""More orders than this are not listed in the query: all waivers are read."""


def approved(
    desk: Desk, order_ids: Sequence[str], before: int | None = None
) -> dict[str, list[Waiver]]:
    """The approved waivers of orders; whether they still hold is judged where they are read.

    Args:
        desk: the store.
        order_ids: the orders.
        before: only waivers on versions before this one, to make an old version again.
    """
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
    if len(order_ids) <= MANY:
        statement = statement.where(Packet.order_id.in_(order_ids))
    if before is not None:
        statement = statement.where(Packet.version < before)
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
