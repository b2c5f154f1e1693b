"""What the page of a case shows, put together from a packet; nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agent.app.console.cite import Marks
from agent.app.console.facts import facts_of
from agent.app.console.render import amount, day, moment
from agent.app.output import words
from agent.review.queue import minutes_left, shown_minutes

Json = Mapping[str, Any]


def case_view(packet: Json, marks: Marks, now: datetime) -> dict[str, Any]:
    """The parts of the page, each with its citations numbered in reading order."""
    return {
        "header": _header(packet, marks, now),
        "answer": marks.prose("answer"),
        "options": _options(packet, marks),
        "classes": _classes(packet, marks),
        "not_known": packet["not_known"],
        "holds": [
            {**hold, "parts": marks.prose(f"hold_check/{at}/note")}
            for at, hold in enumerate(packet["hold_check"])
        ],
        "notes": [marks.prose(f"data_notes/{at}/note") for at in range(len(packet["data_notes"]))],
        "owner_why": marks.prose("owner/why"),
        "note": [marks.parts(s) for s in packet["internal_note"]["sentences"]],
        "message": [marks.parts(s) for s in packet["customer_message"]["sentences"]],
        "language": packet["customer_message"].get("language", ""),
        "withheld": packet["withheld"],
        "evidence": _evidence(packet),
        "risk": packet["risk"],
    }


def _header(packet: Json, marks: Marks, now: datetime) -> dict[str, Any]:
    order, customer, zone = packet["order"], packet["customer"], packet["timezone"]
    left = minutes_left(packet, now)
    known = "route_risk" not in {gap["check"] for gap in packet["not_known"]}
    latest = packet["delivery"].get("latest_action_at")
    return {
        "left": shown_minutes(left, known=known),
        "pace": _pace(left),
        "latest": moment(latest, zone) if latest else "",
        "net": amount(order.get("net"), order.get("currency")),
        "net_source": marks.bound("order/net"),
        "gross": amount(order.get("gross"), order.get("currency")),
        "promise": day(order.get("promise")),
        "promise_source": marks.bound("order/promise"),
        "bill_to": customer.get("bill_to_name") or customer.get("bill_to_id") or "",
        "blocks": [
            f"{hold['code']} at {words(hold['stage'])}" for hold in packet["hold_check"]
        ],
    }  # fmt: skip


def _pace(left: int | None) -> str:
    if left is None or left < 0:
        return "gone"
    return "now" if left <= 120 else "soon" if left <= 1440 else "later"


def _options(packet: Json, marks: Marks) -> list[dict[str, Any]]:
    chosen = packet["recommendation"]["disposition"]
    currency = packet["order"].get("currency")
    return [
        {
            **option,
            "chosen": option["disposition"] == chosen,
            "cost": amount(option["cost"], currency) if option.get("cost") is not None else "",
            "on": day(option["available_on"]) if option.get("available_on") else "",
            "why": marks.prose(f"recommendation/options/{at}/why"),
        }
        for at, option in enumerate(packet["recommendation"]["options"])
    ]


def _classes(packet: Json, marks: Marks) -> list[dict[str, Any]]:
    found = []
    for at, exception in enumerate(packet["exceptions"]):
        findings = [
            {
                **finding,
                "parts": marks.prose(f"exceptions/{at}/findings/{n}/statement"),
                "clears": marks.prose(f"exceptions/{at}/findings/{n}/clears_when/text"),
                "what_if": _typed(finding["clears_when"].get("change")),
            }
            for n, finding in enumerate(exception["findings"])
        ]
        facts = facts_of(exception["class"], packet, marks)
        found.append({**exception, "findings": findings, "facts": facts})
    return sorted(found, key=lambda one: not one["primary"])


def _typed(change: Json | None) -> str:
    """A change as the what-if form takes it, where it has words for it."""
    if not change:
        return ""
    if change.get("kind") in ("payment", "limit"):
        return f"{change['kind']} {change['amount']}"
    if change.get("kind") == "line" and change.get("field") in ("ordered_qty", "unit_price"):
        name = {"ordered_qty": "qty", "unit_price": "price"}[change["field"]]
        return f"line {change['line_no']} {name} {change['value']}"
    return ""


def _evidence(packet: Json) -> list[dict[str, Any]]:
    """The cited rows by table, only the columns that say something."""
    tables: dict[str, list[tuple[str, Json]]] = {}
    for ref, row in sorted(packet["evidence"].items()):
        tables.setdefault(ref.split("/", 1)[0], []).append((ref, row))
    found = []
    for name, rows in tables.items():
        filled = {c for _, row in rows for c, value in row.items() if value not in (None, "")}
        columns = [c for c in dict.fromkeys(c for _, row in rows for c in row) if c in filled]
        found.append({"table": name, "columns": columns, "rows": rows, "count": len(rows)})
    return found
