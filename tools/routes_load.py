"""What an order puts on a vehicle: weight in kg and volume in m3 of its open stocked lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tools.book import Book, Case
from tools.orders import is_stocked, open_base, open_quantity, product_of, require
from tools.rows import Figure, Row
from tools.unknown import NotKnown
from tools.values import total

Measure = Literal["kg", "m3"]
COLUMNS: dict[Measure, str] = {"kg": "weight_kg", "m3": "volume_m3"}


@dataclass(frozen=True, slots=True)
class Load:
    """The order's weight and volume; a NotKnown in place of a figure says what is missing."""

    lines: tuple[Row, ...]
    """The open stocked lines."""
    kg: Figure | NotKnown
    m3: Figure | NotKnown

    def of(self, measure: Measure) -> Figure:
        """The figure of a measure.

        Raises:
            NotKnown: a quantity, weight, volume or unit conversion is missing.
        """
        found = self.kg if measure == "kg" else self.m3
        if isinstance(found, NotKnown):
            raise found
        return found


def open_lines(case: Case) -> list[Row]:
    """The lines with something left to ship, stocked or not.

    Raises:
        NotKnown: an ordered quantity is empty.
    """
    return [line for line in case.lines if open_quantity(case.book, line).number > 0]


def load_of(case: Case) -> Load:
    """The order's load, computed once."""
    return case.book.once(("load", case.order.ref), lambda: _load(case))


def _load(case: Case) -> Load:
    lines = tuple(line for line in open_lines(case) if is_stocked(case.book, line))
    return Load(lines, _sum(case.book, lines, "kg"), _sum(case.book, lines, "m3"))


def _sum(book: Book, lines: tuple[Row, ...], measure: Measure) -> Figure | NotKnown:
    column = COLUMNS[measure]
    try:
        parts = [_part(book, line, column, measure) for line in lines]
    except NotKnown as gap:
        return gap
    return total(f"delivery.{column}", parts, measure)


def _part(book: Book, line: Row, column: str, unit: Measure) -> Figure:
    quantity, product = open_base(book, line), product_of(book, line)
    value = quantity.number * require(product, column)
    name = quantity.id.rsplit(".", 1)[-1]
    return Figure(
        f"{line.ref.removeprefix('order_lines/')}.line_{column}", value, unit,
        f"{name} * {column}", (quantity, product.cell(column)),
    )  # fmt: skip
