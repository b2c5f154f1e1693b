"""Values that an answer shows: a calculation or a cell of a packet, or one made for the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from agent.review.render import cell_unit, render_value
from tools.rows import Cell, Row, Scalar
from tools.tables import tables

Packet: TypeAlias = Mapping[str, Any]
Json: TypeAlias = dict[str, Any]
NUMBERS = ("decimal", "integer")


@dataclass(frozen=True, slots=True)
class Shown:
    """A value with its source (a calculation's id, or `ref#column`) and unit."""

    source: str
    value: Any
    """As in JSON: decimals as strings, dates in ISO."""
    unit: str

    @property
    def number(self) -> Decimal:
        """The value as a decimal; 0 where it is none."""
        try:
            return Decimal(str(self.value))
        except InvalidOperation:
            return Decimal(0)

    @property
    def name(self) -> str:
        """The name by which a formula calls it."""
        mark = "#" if "#" in self.source else "."
        return self.source.rpartition(mark)[2]


def typed(value: Any, kind: str | None) -> Scalar:
    """A JSON value as its column's type."""
    if not isinstance(value, str):
        return value  # type: ignore[no-any-return]
    if kind in NUMBERS:
        return Decimal(value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "time":
        return time.fromisoformat(value)
    return datetime.fromisoformat(value) if kind == "timestamp" else value


def row_of(evidence: Mapping[str, Any], ref: str) -> Row | None:
    """A row of the evidence with its types; None where it is not there."""
    if ref not in evidence:
        return None
    table = ref.partition("/")[0]
    spec = tables().get(table)
    kinds = {c: column.type for c, column in spec.columns.items()} if spec else {}
    return Row(table, ref, {c: typed(v, kinds.get(c)) for c, v in evidence[ref].items()})


def shown_cell(packet: Packet, source: str) -> Shown | None:
    """A cell of the packet's evidence; None where the row or its value is not there."""
    ref, _, column = source.rpartition("#")
    row = row_of(packet["evidence"], ref)
    if row is None or row[column] is None:
        return None
    order = packet["evidence"].get(f"orders/{row.text('order_id')}", {})
    unit = cell_unit(Cell(row, column), lambda _: str(order.get("currency") or ""))
    return Shown(source, packet["evidence"][ref][column], unit)


def shown(packet: Packet, source: str | None) -> Shown | None:
    """A calculation or cell of the packet; None where it is not there or has no value."""
    if source is None:
        return None
    found = packet["calculations"].get(source)
    if found is None:
        return shown_cell(packet, source)
    return None if found["value"] is None else Shown(source, found["value"], found["unit"])


def at(packet: Packet, path: str) -> Shown | None:
    """What a place of the packet shows, such as `credit/limit`; None where nothing is known."""
    return shown(packet, packet["bindings"].get(path))


def text_of(value: Shown, language: str, timezone: str) -> str:
    """The value as a reader of the language sees it."""
    return render_value(_plain(value), value.unit, language, ZoneInfo(timezone))


def _plain(value: Shown) -> object:
    raw = value.value
    if not isinstance(raw, str) or value.unit == "text":
        return raw
    if value.unit == "date":
        return date.fromisoformat(raw)
    if value.unit == "moment":
        return datetime.fromisoformat(raw)
    return value.number


def inputs_of(packet: Packet, source: str) -> Iterator[str]:
    """A source and all that it rests on, each once."""
    stack, seen = [source], set()
    while stack:
        one = stack.pop()
        if one in seen:
            continue
        seen.add(one)
        yield one
        stack.extend(packet["calculations"].get(one, {}).get("inputs", ()))
