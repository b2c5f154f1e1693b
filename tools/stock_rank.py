"""Who comes before whom at a stock cell (a product at a site), and what they still want.

Source: `rules.md`, stock_shortage. Rank: order priority, else customer priority (1 first, empty
last), then ship date, then entry time, then order id. A cell's queue is sorted once and answers
each line by bisection, so that a cell with thousands of lines costs no line-by-line comparison.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import accumulate
from typing import TypeAlias

from tools.book import Book
from tools.orders import (
    confirmed,
    is_stale,
    is_stocked,
    open_base_quantity,
    order_of,
    ship_day,
    site_of,
)
from tools.rows import Cell, Row, record
from tools.stock_reservations import line_reservations, unbatched, uncovered
from tools.unknown import NotKnown

RankKey: TypeAlias = tuple[int, date, datetime, str, int]
LAST = sys.maxsize
NO_MOMENT = datetime.max.replace(tzinfo=UTC)
NOTHING = Decimal(0)


@record
class Demand:
    """What a line of another order still wants at a cell, in base units, and its rank there."""

    line: Row
    order: Row
    key: RankKey
    ship: date | None
    quantity: Decimal
    """Open and not covered by active reservations of that line and product at any site."""
    unbacked: Decimal
    """Open and not covered by its reservations of stock without batch at this cell."""
    held: bool


def priority_cell(book: Book, order: Row) -> Cell | None:
    """The order's priority, else its customer's; None where neither is on file."""
    customer = book.one("customers", customer_id=order["customer_id"])
    for row in (order, customer):
        if row is not None and row.number("priority") is not None:
            return row.cell("priority")
    return None


def ship_from(book: Book, line: Row, today: date) -> date | None:
    """The line's ship date, one before today counting as today."""
    day = ship_day(book, line)
    return None if day is None else max(day, today)


def _priority(book: Book, order: Row) -> int:
    cell = priority_cell(book, order)
    return LAST if cell is None else int(str(cell.value))


def _key(book: Book, order: Row, ship: date | None, line_no: object) -> RankKey:
    known: dict[str, tuple[int, datetime, str]] = book.once("stock.order_ranks", dict)
    ranks = known.get(order.ref)
    if ranks is None:
        entered = order.moment("ordered_at") or NO_MOMENT
        ranks = known[order.ref] = (_priority(book, order), entered, str(order["order_id"]))
    number = line_no if type(line_no) is int else int(str(line_no or 0))
    return (ranks[0], ship or date.max, ranks[1], ranks[2], number)


def rank_key(book: Book, line: Row, today: date) -> RankKey:
    """The line's rank: the smaller, the higher."""
    return book.once(
        ("stock.rank", line.ref, today),
        lambda: _key(book, order_of(book, line), ship_from(book, line, today), line["line_no"]),
    )


def order_rank_key(book: Book, order: Row) -> RankKey:
    """The rank of an order of which no line is at hand (a reservation without its line)."""
    return _key(book, order, None, None)


def counts(book: Book, order: Row, today: date) -> bool:
    """Whether an order competes: confirmed and not stale."""
    known: dict[str, bool] = book.once(("stock.counts", today), dict)
    found = known.get(order.ref)
    if found is None:
        found = known[order.ref] = confirmed(order) and not is_stale(book, order, today)
    return found


def is_held(book: Book, order: Row, line_no: object) -> bool:
    """Whether an active hold stands on the order, or on that line of it."""
    holds = book.by("holds", order_id=order["order_id"], status="active")
    return bool(holds) and any(hold["line_no"] in (None, line_no) for hold in holds)


@dataclass(slots=True)
class Group:
    """The demands of one priority, highest rank first, with running sums."""

    demands: list[Demand]
    keys: list[RankKey] = field(init=False)
    ships: list[date] = field(init=False)
    sums: list[Decimal] = field(init=False)
    held: list[Decimal] = field(init=False)
    unbacked: list[Decimal] = field(init=False)

    def __post_init__(self) -> None:
        self.demands.sort(key=lambda d: d.key)
        self.keys = [d.key for d in self.demands]
        self.ships = [d.key[1] for d in self.demands]
        self.sums = list(accumulate((d.quantity for d in self.demands), initial=NOTHING))
        self.unbacked = list(accumulate((d.unbacked for d in self.demands), initial=NOTHING))
        waits = (d.quantity if d.held else NOTHING for d in self.demands)
        self.held = list(accumulate(waits, initial=NOTHING))


@dataclass(slots=True)
class Ahead:
    """The demands ahead of a line: their sum, the part of held orders, their number."""

    quantity: Decimal
    held: Decimal
    count: int
    parts: list[tuple[Group, int]]

    def __iter__(self) -> Iterator[Demand]:
        """The demands, highest rank first, not copied."""
        for group, end in self.parts:
            for index in range(end):
                yield group.demands[index]


@dataclass(slots=True)
class Queue:
    """Every line that competes for a cell, by priority; what cannot be ranked stands apart."""

    groups: dict[int, Group]
    unknown: list[tuple[RankKey, date | None, NotKnown]]

    def ahead(self, key: RankKey, until: date) -> Ahead:
        """The demands of higher rank with a ship date up to and with `until`.

        Raises:
            NotKnown: one of them has no quantity or no date.
        """
        for other, ship, gap in self.unknown:
            if other < key and (ship is None or ship <= until):
                raise gap
        parts = []
        for priority, group in self.groups.items():
            if priority <= key[0]:
                end = bisect_right(group.ships, until)
                parts.append((group, min(end, bisect_left(group.keys, key))))
        return Ahead(
            sum((group.sums[end] for group, end in parts), NOTHING),
            sum((group.held[end] for group, end in parts), NOTHING),
            sum(end for _, end in parts),
            parts,
        )

    def later(
        self, key: RankKey, after: date, before: date
    ) -> Iterator[tuple[Decimal, list[Demand]]]:
        """The demands of higher rank that ship after one day and before another, by priority.

        With each priority comes what goes before its demands and also ships by the earlier day.
        """
        both = NOTHING
        for priority, group in self.groups.items():
            start, end = bisect_right(group.ships, after), bisect_left(group.ships, before)
            both += group.sums[start]
            if priority < key[0] and start < end:
                yield both, group.demands[start:end]

    def wanted_before(self, day: date) -> Decimal:
        """What all demands that ship before a day want and have not reserved at the cell."""
        groups = self.groups.values()
        return sum((g.unbacked[bisect_left(g.ships, day)] for g in groups), NOTHING)


def stocked_lines(book: Book, sku: object) -> dict[str | None, list[Row]]:
    """The stocked lines of a product by site, of every order that the book holds."""

    def compute() -> dict[str | None, list[Row]]:
        found: dict[str | None, list[Row]] = defaultdict(list)
        for line in book.by("order_lines", sku=sku):
            if is_stocked(book, line):
                found[site_of(book, line)].append(line)
        return found

    return book.once(("stock.lines", sku), compute)


def stale_lines(book: Book, site: str, sku: object, today: date) -> list[Row]:
    """The lines of stale orders that still want something of a cell and do not compete."""

    def compute() -> list[Row]:
        found = []
        for line in stocked_lines(book, sku).get(site, []):
            order = order_of(book, line)
            stale = confirmed(order) and not counts(book, order, today)
            if stale and line.amount("ordered_qty") > line.amount("shipped_qty") + line.amount(
                "cancelled_qty"
            ):
                found.append(line)
        return found

    return book.once(("stock.stale_lines", site, sku, today), compute)


def queue_of(book: Book, site: str, sku: object, today: date) -> Queue:
    """The queue of a cell, sorted once: lines of confirmed orders that are not stale."""

    def compute() -> Queue:
        groups: dict[int, list[Demand]] = defaultdict(list)
        unknown: list[tuple[RankKey, date | None, NotKnown]] = []
        for line in stocked_lines(book, sku).get(site, []):
            order = order_of(book, line)
            if counts(book, order, today):
                _enter(book, line, order, site, today, groups, unknown)
        return Queue({p: Group(groups[p]) for p in sorted(groups)}, unknown)

    return book.once(("stock.queue", site, sku, today), compute)


def _enter(
    book: Book, line: Row, order: Row, site: str, today: date,
    groups: dict[int, list[Demand]], unknown: list[tuple[RankKey, date | None, NotKnown]],
) -> None:  # fmt: skip
    ship = ship_from(book, line, today)
    key = _key(book, order, ship, line["line_no"])
    try:
        quantity = unbacked = open_base_quantity(book, line)
        if reserved := line_reservations(book, line):
            unbacked = uncovered(quantity, unbatched(reserved, site))
            quantity = uncovered(quantity, reserved)
    except NotKnown as gap:
        unknown.append((key, ship, gap))
        return
    if ship is None and quantity:
        unknown.append((key, ship, no_ship_date(line)))
    elif quantity:
        held = is_held(book, order, line["line_no"])
        groups[key[0]].append(Demand(line, order, key, ship, quantity, unbacked, held))


def no_ship_date(line: Row) -> NotKnown:
    """What to say of a line without ship date, promise and requested date."""
    return NotKnown(f"{line.ref} has no ship date, promise or request", "orders.promised_on")


def why_ranked(mine: RankKey, other: Row, its: RankKey) -> str:
    """By which criterion two lines are ranked, in words."""
    if its[0] != mine[0]:
        own = other.number("priority") is not None
        return "priority of its order" if own else "priority of its customer"
    for index, words in ((1, "ship date"), (2, "time of entry"), (3, "order number")):
        if its[index] != mine[index]:
            return words
    return "line number"
