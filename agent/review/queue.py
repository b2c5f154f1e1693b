"""The queue: one row an order, sorted by the time left to act, then by risk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from agent.review.render import render_value

Json = Mapping[str, Any]


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def minutes_left(packet: Json, as_of: datetime) -> int | None:
    """Minutes until the latest action that keeps the promise; None where there is none."""
    latest = _moment((packet.get("delivery") or {}).get("latest_action_at"))
    return None if latest is None else int((latest - as_of).total_seconds() // 60)


def shown_minutes(minutes: int | None, *, known: bool = True) -> str:
    """Minutes as days, hours and minutes; "past" where the moment is gone."""
    if minutes is None:
        return "no run keeps it" if known else "not known"
    if minutes < 0:
        return "past"
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    return f"{days} d {hours} h" if days else f"{hours} h {left:02d} min"


def _row(packet: Json, as_of: datetime) -> dict[str, Any]:
    order = packet["order"]
    net, currency = order.get("net"), order.get("currency") or ""
    left = minutes_left(packet, as_of)
    exceptions = packet["exceptions"]
    unknown = [gap["check"] for gap in packet["not_known"]]
    return {
        "order_id": packet["order_id"],
        "customer_id": packet["customer"]["customer_id"],
        "customer": packet["customer"].get("name") or packet["customer"]["customer_id"],
        "net": net,
        "currency": currency,
        "net_shown": "" if net is None else render_value(Decimal(net), currency, "en", None),
        "promise": order.get("promise"),
        "primary": next((e["class"] for e in exceptions if e["primary"]), None),
        "also": [e["class"] for e in exceptions if not e["primary"]],
        "not_known": unknown,
        "minutes_left": left,
        "left_shown": shown_minutes(left, known="route_risk" not in unknown),
        "risk": {"level": packet["risk"]["level"], "score": packet["risk"]["score"]},
        "recommendation": packet["recommendation"]["disposition"],
        "owner": packet["owner"]["role"],
        "user_id": packet["owner"]["user_id"],
        "fingerprint": packet["fingerprint"],
    }


def queue_rows(packets: Iterable[Json], as_of: datetime) -> list[dict[str, Any]]:
    """The rows of the queue; orders that can still keep their promise come first."""
    rows = [_row(packet, as_of) for packet in packets]

    def rank(row: Json) -> tuple[bool, int, Decimal, str]:
        left = row["minutes_left"]
        gone = left is None or left < 0
        return gone, 0 if gone else left, -Decimal(str(row["risk"]["score"])), row["order_id"]

    return sorted(rows, key=rank)
