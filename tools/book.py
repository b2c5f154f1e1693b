"""The book: the evidence rows around a set of orders, with look-ups, at one moment.

One book serves one order or thousands. Facts that orders share (what a bill-to owes, how a
stock cell is divided) are computed once and kept in `memo`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar, cast

from tools.calendars import SiteCalendar, site_calendar
from tools.conventions import Conventions
from tools.rows import Row

T = TypeVar("T")
NOT_YET: Any = object()

SEEN_FROM = {"compliance_checks": "checked_on", "payments": "received_on", "batches": "received_on",
             "invoices": "issued_on"}  # fmt: skip
"""Date columns after which a row is not seen yet; moments are filtered by the snapshot itself."""


@dataclass(frozen=True, slots=True)
class TableState:
    """Whether a table was delivered, how many rows were set aside, whether rows carry moments."""

    present: bool
    quarantined: int = 0
    dated: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """A quarantined row that touches the orders: where it stood and why it was set aside."""

    table: str
    file: str
    row: int
    column: str
    reason: str
    keys: dict[str, str]
    duplicate: bool = False


@dataclass
class Book:
    """Evidence rows by table as of a moment (aware datetime); rows are unique by citation."""

    as_of: datetime
    snapshot_id: str
    conventions: Conventions
    rows: dict[str, list[Row]]
    states: dict[str, TableState]
    set_aside: list[SetAside] = field(default_factory=list)
    memo: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    _indexes: dict[tuple[str, ...], dict[tuple[Any, ...], list[Row]]] = field(
        default_factory=dict, repr=False
    )
    _firsts: dict[tuple[str, str], dict[object, Row]] = field(default_factory=dict, repr=False)

    def present(self, table: str) -> bool:
        """Whether the table was delivered (a present and empty table is known to be empty)."""
        state = self.states.get(table)
        return state is not None and state.present

    def all(self, table: str) -> list[Row]:
        """Every row of the table that the book holds."""
        return self.rows.get(table, [])

    def by(self, table: str, **key: object) -> list[Row]:
        """The rows whose columns equal the given values, in the order of the table."""
        index = self._indexes.get((table, *key))
        if index is None:
            index = self._indexes[(table, *key)] = self._index(table, tuple(key))
        return index.get(tuple(key.values()), [])

    def _index(self, table: str, columns: tuple[str, ...]) -> dict[tuple[Any, ...], list[Row]]:
        index: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        if len(columns) == 1:
            (column,) = columns
            for row in self.all(table):
                index[(row.values.get(column),)].append(row)
            return index
        for row in self.all(table):
            index[tuple([row.values.get(c) for c in columns])].append(row)
        return index

    def one(self, table: str, **key: object) -> Row | None:
        """The first such row, or None."""
        found = self.by(table, **key)
        return found[0] if found else None

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Compute a fact that orders share once and keep it."""
        found = self.memo.get(key, NOT_YET)
        if found is NOT_YET:
            found = self.memo[key] = compute()
        return cast(T, found)

    def close(self) -> None:
        """Let go of all rows and facts; facts refer to their book, so both would outlive its use.

        A closed book is empty and must not be read.
        """
        for held in (self.rows, self.memo, self._indexes, self._firsts):
            held.clear()

    def first(self, table: str, column: str) -> dict[object, Row]:
        """The first row of each value of a column, for look-ups by the million."""
        found = self._firsts.get((table, column))
        if found is None:
            found = self._firsts[(table, column)] = {}
            for row in self.all(table):
                found.setdefault(row.values.get(column), row)
        return found

    def calendar(self, site_id: str | None) -> SiteCalendar:
        """The site's calendar; a site that is not known works every day in UTC."""
        return self.once(
            ("calendar", site_id),
            lambda: site_calendar(
                site_id,
                self.one("sites", site_id=site_id),
                self.by("calendar_days", site_id=site_id),
            ),
        )

    def today(self, site_id: str | None) -> date:
        """The site's local date at `as_of`."""
        return self.calendar(site_id).today(self.as_of)

    def seen(self, rows: Iterable[Row], today: date) -> list[Row]:
        """Without the rows that are dated after `today` in their table's own date column."""

        def is_seen(row: Row) -> bool:
            column = SEEN_FROM.get(row.table)
            day = row.day(column) if column else None
            return day is None or day <= today

        return [row for row in rows if is_seen(row)]


@dataclass(frozen=True)
class Case:
    """One order under review within a book."""

    book: Book
    order: Row

    @property
    def order_id(self) -> str:
        """The order's id."""
        return str(self.order["order_id"])

    @property
    def company_id(self) -> str | None:
        """The selling company."""
        return self.order.text("company_id")

    @property
    def customer_id(self) -> str:
        """The sold-to."""
        return str(self.order["customer_id"])

    @property
    def bill_to_id(self) -> str:
        """The bill-to; the sold-to where the order names none."""
        return self.order.text("bill_to_id") or self.customer_id

    @property
    def ship_to_id(self) -> str:
        """The ship-to; the sold-to where the order names none."""
        return self.order.text("ship_to_id") or self.customer_id

    @property
    def site_id(self) -> str | None:
        """The order's site."""
        return self.order.text("site_id")

    @property
    def customer(self) -> Row | None:
        """The sold-to's row."""
        return self.book.one("customers", customer_id=self.customer_id)

    @property
    def bill_to(self) -> Row | None:
        """The bill-to's row."""
        return self.book.one("customers", customer_id=self.bill_to_id)

    @property
    def lines(self) -> list[Row]:
        """The order's lines, by line number."""
        rows = self.book.by("order_lines", order_id=self.order_id)
        return sorted(rows, key=lambda row: int(str(row["line_no"])))

    @property
    def today(self) -> date:
        """The local date of the order's site at `as_of` (UTC where the site has no zone)."""
        return self.book.today(self.site_id)
