"""Evidence rows and figures: every value knows the cell or the calculation it came from.

A `Cell` is a column of a row; a `Figure` is a named calculation over cells and other figures.
Figures form a graph from a shown number down to source rows, which is what a packet prints as
`calculations` and what the verifier walks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from typing import TypeAlias, TypeVar, dataclass_transform

import orjson

from tools.tables import reference

T = TypeVar("T")
Scalar: TypeAlias = Decimal | int | str | bool | date | datetime | time | None


def plain(value: Scalar) -> str | int | bool | None:
    """The JSON form of a value: decimals as plain strings, dates and times as ISO text."""
    if type(value) is str or value is None:
        return value
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return value


@lru_cache(maxsize=65_536)
def _digits(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """A dataclass of which a book makes a million: mypy, not every assignment, keeps it frozen."""
    return dataclass(slots=True)(cls)


@dataclass_transform(frozen_default=True, eq_default=False)
def entity(cls: type[T]) -> type[T]:
    """A record that equals nothing but itself."""
    return dataclass(slots=True, eq=False)(cls)


@record
class Row:
    """One row of one canonical table as it stood in the snapshot."""

    table: str
    ref: str
    values: Mapping[str, Scalar]
    changed: bool = False
    """True in a what-if, where a value differs from the snapshot's."""

    def __getitem__(self, column: str) -> Scalar:
        return self.values.get(column)

    def text(self, column: str) -> str | None:
        """The column as text; None where it is empty."""
        value = self.values.get(column)
        return None if value is None else str(value)

    def number(self, column: str) -> Decimal | None:
        """The column as a decimal; None where it is empty."""
        value = self.values.get(column)
        if type(value) is Decimal or value is None:
            return value
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            return None
        return Decimal(value)

    def amount(self, column: str) -> Decimal:
        """The column as a decimal, an empty one counting as 0 (only where the rules say so)."""
        return self.number(column) or Decimal(0)

    def day(self, column: str) -> date | None:
        """The column as a date; None where it is empty."""
        value = self.values.get(column)
        return value if isinstance(value, date) and not isinstance(value, datetime) else None

    def moment(self, column: str) -> datetime | None:
        """The column as an aware UTC datetime; None where it is empty."""
        value = self.values.get(column)
        return value if isinstance(value, datetime) else None

    def flag(self, column: str, empty: bool = False) -> bool:
        """The column as a bool, `empty` where it is not known."""
        value = self.values.get(column)
        return value if isinstance(value, bool) else empty

    def cell(self, column: str) -> Cell:
        """The cell to cite for this column."""
        return Cell(self, column)

    def as_json(self) -> dict[str, str | int | bool | None]:
        """The row's filled columns as JSON values."""
        return {k: plain(v) for k, v in self.values.items() if v is not None}

    @property
    def hash(self) -> str:
        """SHA-256 over reference and filled columns: equal rows hash alike in any snapshot."""
        body = orjson.dumps([self.ref, self.as_json()], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(body).hexdigest()


def make_row(table: str, key: tuple[str, ...], values: Mapping[str, Scalar]) -> Row:
    """Build a row with its citation from the table's key columns."""
    return Row(table, reference(table, tuple(plain(values.get(k)) for k in key)), values)


def references(table: str, keys: Sequence[Sequence[Scalar]]) -> Iterator[str]:
    """The citations of many rows, by their key columns; each is what `reference` makes of one."""
    return map("/".join, zip(repeat(table), *map(_key_parts, keys)))


def _key_parts(column: Sequence[Scalar]) -> Sequence[str]:
    made = {value: reference("", (plain(value),))[1:] for value in set(column)}
    return list(map(made.__getitem__, column))


@record
class Cell:
    """A column of a row, written `ref#column`."""

    row: Row
    column: str

    @property
    def id(self) -> str:
        """The citation with its column."""
        return f"{self.row.ref}#{self.column}"

    @property
    def value(self) -> Scalar:
        """The value in the row."""
        return self.row[self.column]


@entity
class Figure:
    """A named calculation.

    `formula` is arithmetic over the names of its inputs (a cell's column, or the last part of a
    figure's id): `+ - * /`, `sum(x)`, `max(..)`, `min(..)`, `money(x)` (half up to the currency's
    minor unit), `part(x, y)`; or words after `by rule: ` where no arithmetic gives the value
    (a date from a calendar, a choice). The verifier computes it again.
    """

    id: str
    value: Decimal | date | int | str | None
    unit: str
    formula: str
    inputs: tuple[Cell | Figure, ...] = ()

    @property
    def number(self) -> Decimal:
        """The value as a decimal; a figure without one is an error of the caller."""
        if not isinstance(self.value, Decimal | int):
            raise TypeError(f"{self.id} is no number: {self.value!r}")
        return Decimal(self.value)


Source: TypeAlias = Cell | Figure


@dataclass(slots=True)
class Trail:
    """Everything that a set of figures and cells rests on, gathered by walking the graph."""

    figures: dict[str, Figure] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)

    def add(self, sources: Iterable[Source | Row]) -> None:
        """Add sources and all that they rest on."""
        figures, rows = self.figures, self.rows
        stack: list[Source | Row] = list(sources)
        while stack:
            item = stack.pop()
            if isinstance(item, Cell):
                rows.setdefault(item.row.ref, item.row)
            elif isinstance(item, Row):
                rows.setdefault(item.ref, item)
            elif item.id not in figures:
                figures[item.id] = item
                stack.extend(item.inputs)


def rows_under(sources: Iterable[Source | Row]) -> Iterator[Row]:
    """The source rows that the given figures, cells and rows rest on, each once."""
    trail = Trail()
    trail.add(sources)
    yield from trail.rows.values()
