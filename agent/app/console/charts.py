"""Small charts as SVG made on the server; a table beside each says the same in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from agent.app.console.render import amount
from tools.view import HIDDEN

WIDTH = Decimal(600)
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Bar:
    """A part of a bar: what, where it begins, how long it is (of `WIDTH`), its figure, its look."""

    name: str
    at: str
    length: str
    text: str
    look: str


@dataclass(frozen=True)
class Chart:
    """One bar of parts against a mark, such as exposure against its limit."""

    title: str
    bars: list[Bar]
    mark: str | None
    mark_text: str


def _number(value: object) -> Decimal:
    try:
        return Decimal(str(value)) if value is not None else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


def _place(value: Decimal, most: Decimal) -> str:
    return str((value * WIDTH / most).quantize(Decimal("0.1"))) if most else "0"


def exposure(packet: Json) -> Chart | None:
    """The exposure in its parts against the limit; None where credit is not known."""
    credit = packet["credit"]
    limit, after = credit.get("limit"), credit.get("exposure_after")
    if None in (limit, after) or HIDDEN in (limit, after):
        return None
    parts = credit.get("components") or {}
    mine = _number(parts.get("this_order"))
    held = min(_number(parts.get("blocked_orders")), _number(after))
    others = _number(parts.get("open_orders")) - held
    rest = _number(after) - mine - held - max(others, Decimal(0))
    unit = credit.get("currency") or ""
    named = (
        ("Receivables, net", max(rest, Decimal(0)), "a"),
        ("Open orders", max(others, Decimal(0)), "b"),
        ("Blocked orders", held, "c"),
        ("This order", mine, "d"),
    )
    most = max(_number(after), _number(limit)) * Decimal("1.05")
    bars, at = [], Decimal(0)
    for name, value, look in named:
        bars.append(Bar(name, _place(at, most), _place(value, most), amount(value, unit), look))
        at += value
    return Chart("Exposure against the limit", bars, _place(_number(limit), most),
                 amount(limit, unit))  # fmt: skip


def coverage(line: Json) -> Chart | None:
    """What a line gets of what it needs; None where stock is not known."""
    figures = (line.get("available"), line.get("needed"))
    if None in figures or HIDDEN in figures:
        return None
    needed, short = _number(line["needed"]), _number(line.get("short"))
    unit = line.get("unit") or ""
    gets = needed - short
    bars = [
        Bar("Gets", "0", _place(gets, needed), amount(gets, unit), "b"),
        Bar("Short", _place(gets, needed), _place(short, needed), amount(short, unit), "d"),
    ]
    title = f"Line {line['line_no']}, {line.get('sku')}"
    return Chart(title, bars, None, amount(needed, unit))


def charts_of(packet: Json) -> list[Chart]:
    """The charts of a packet: credit where it is a finding, stock of the short lines."""
    classes = {one["class"] for one in packet["exceptions"]}
    made = [exposure(packet)] if "credit_hold" in classes else []
    if classes & {"stock_shortage", "customer_priority_conflict", "substitution_need"}:
        made += [coverage(line) for line in packet["stock"] if line.get("short") not in ("0", None)]
    return [chart for chart in made if chart is not None]
