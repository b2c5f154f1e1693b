"""Tables as they are written, read cell by cell, and the verdict that the oracle gives.

Every row is a dict of strings as in CSV. An empty cell is "not known": reading it as a number
raises `Gap` unless the rules give it a value.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Any, TypeVar

Row = dict[str, str]
Tables = dict[str, list[Row]]
Finding = tuple[str, str, str | None]
T = TypeVar("T")

ZERO = Fraction(0)
HUNDRED = Fraction(100)
CONFIRMED = ("open", "blocked", "released", "shipped", "invoiced")
POLICY_CURRENCY = "USD"
STALE_DAYS = 60
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}

SEEN_FROM_MOMENT = {
    "approvals": "decided_at",
    "holds": "placed_at",
    "reservations": "reserved_at",
    "customer_notes": "written_at",
}
SEEN_FROM_DAY = {
    "compliance_checks": "checked_on",
    "payments": "received_on",
    "batches": "received_on",
    "invoices": "issued_on",
}


@dataclass(frozen=True)
class Choice:
    """The settings that a company may set otherwise, with the defaults of the rules."""

    limit_comparator: str = ">"
    scope: str = "bill_to"
    count_blocked_orders: bool = True
    temporary_limit_mode: str = "add"
    tolerance_pct: int = 0
    exposure_fx: str = "today"
    required_lists: tuple[str, ...] = ()
    screening_max_age_days: int | None = None


class Gap(Exception):
    """Something that a rule needs is not on file."""


@dataclass
class Verdict:
    """What the rules say about one order."""

    findings: set[Finding] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    figures: dict[str, Any] = field(default_factory=dict)
    primary: str | None = None
    owner: str = ""
    owners: dict[str, str] = field(default_factory=dict)
    """The role that the first finding of a class names, where it is not the class's own."""

    def find(self, kind: str, code: str, line_no: str | None = None, owner: str = "") -> None:
        """Add a finding of the class `kind`."""
        self.findings.add((kind, code, line_no))
        if owner:
            self.owners.setdefault(kind, owner)

    def has(self, kind: str, code: str | None = None) -> bool:
        """Say whether the class has a finding (of that code)."""
        return any(f[0] == kind and code in (None, f[1]) for f in self.findings)


def text(row: Row, column: str) -> str:
    """Give the cell, empty where there is none."""
    return row.get(column) or ""


def number(row: Row, column: str, empty: Fraction | None = None) -> Fraction:
    """Give the cell as an exact number; an empty one counts as `empty`, or is a gap."""
    if text(row, column):
        return Fraction(row[column])
    if empty is None:
        raise Gap(column)
    return empty


def flag(row: Row, column: str, empty: bool) -> bool:
    """Give the cell as yes or no."""
    return text(row, column).lower() == "true" if text(row, column) else empty


def day(row: Row, column: str) -> date | None:
    """Give the cell as a date."""
    return date.fromisoformat(row[column][:10]) if text(row, column) else None


def moment(row: Row, column: str) -> datetime | None:
    """Give the cell as a moment in UTC; a bare date is its first moment."""
    if not text(row, column):
        return None
    at = datetime.fromisoformat(row[column])
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def money(value: Fraction, currency: str) -> Fraction:
    """Round half up (away from zero) to the currency's minor unit."""
    scale = 10 ** MINOR_DIGITS.get(currency, 2)
    whole = floor(abs(value) * scale + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, scale)


class Books:
    """The tables of one company as seen at one moment."""

    def __init__(self, tables: Tables, as_of: datetime, choice: Choice | None = None):
        self.choice = choice or Choice()
        self.as_of = as_of.astimezone(UTC)
        self.tables = {name: self._seen(name, rows) for name, rows in tables.items()}
        self._shelves: dict[tuple[str, ...], dict[tuple[str, ...], list[Row]]] = {}
        self._memo: dict[Any, Any] = {}

    def _seen(self, name: str, rows: list[Row]) -> list[Row]:
        column = SEEN_FROM_MOMENT.get(name, "")
        at = [(moment(row, column) if column else None, row) for row in rows]
        return [row for seen, row in at if seen is None or seen <= self.as_of]

    def has(self, table: str) -> bool:
        """Say whether the table is there at all; an empty one is."""
        return table in self.tables

    def rows(self, table: str, **keys: str) -> list[Row]:
        """Give the rows whose columns hold exactly these values."""
        shelf = (table, *sorted(keys))
        if shelf not in self._shelves:
            index: dict[tuple[str, ...], list[Row]] = {}
            for row in self.tables.get(table, []):
                index.setdefault(tuple(text(row, k) for k in shelf[1:]), []).append(row)
            self._shelves[shelf] = index
        return self._shelves[shelf].get(tuple(keys[k] for k in shelf[1:]), [])

    def seen(self, table: str, now: date, **keys: str) -> list[Row]:
        """Give such rows, without those that are dated after today."""
        column = SEEN_FROM_DAY[table]
        rows = self.rows(table, **keys)
        return [r for r in rows if (on := day(r, column)) is None or on <= now]

    def one(self, table: str, **keys: str) -> Row | None:
        """Give the row with this key, or none."""
        rows = self.rows(table, **keys)
        return rows[0] if rows else None

    def need(self, table: str, **keys: str) -> Row:
        """Give the row with this key; a missing one is a gap."""
        row = self.one(table, **keys)
        if row is None:
            raise Gap(table)
        return row

    def once(self, key: Any, make: Callable[[], T]) -> T:
        """Remember what was computed for a key."""
        if key not in self._memo:
            self._memo[key] = make()
        found: T = self._memo[key]
        return found

    @cached_property
    def confirmed(self) -> list[Row]:
        """The orders that count: neither draft, closed nor cancelled."""
        return [o for o in self.rows("orders") if text(o, "status") in CONFIRMED]

    def rate(self, source: str, target: str, on: date) -> Fraction:
        """Give the newest rate on or before the day, direct, else the inverse of the opposite."""
        if not source or not target:
            raise Gap("currency")
        if source == target:
            return Fraction(1)
        for one, other, inverse in ((source, target, False), (target, source, True)):
            known = [
                (row["valid_on"], row)
                for row in self.rows("fx_rates", from_currency=one, to_currency=other)
                if (valid := day(row, "valid_on")) and valid <= on
            ]
            if known:
                rate = number(max(known, key=lambda pair: pair[0])[1], "rate")
                if not rate:
                    raise Gap("fx_rates.rate")
                return 1 / rate if inverse else rate
        raise Gap("fx_rates")


def total(values: Iterable[Fraction]) -> Fraction:
    """Sum numbers, zero for none."""
    return sum(values, ZERO)
