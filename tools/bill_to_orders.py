"""The other orders of a bill-to: those entered near an order, those with the same reference.

Values by day are computed once, so that a bill-to with very many orders costs no more than its
days.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tools.book import Book, Case
from tools.orders import bill_to_of, confirmed, confirmed_orders, order_day
from tools.rows import Figure, Row, Source
from tools.unknown import NotKnown
from tools.values import order_value, total

NAMED = 200
"""Orders that a sum names one by one; the rest is one figure."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Which values are added up: those below an amount of a currency, at the rate of a day."""

    below: Decimal
    currency: str
    on: date


def _by_day(book: Book, bill_to_id: str) -> dict[date, list[Row]]:
    """The confirmed orders of a bill-to by the local day on which they were entered, in order."""

    def compute() -> dict[date, list[Row]]:
        found: dict[date, list[Row]] = {}
        for order in confirmed_orders(book, bill_to_id):
            day = order_day(book, order)
            if day is not None:
                found.setdefault(day, []).append(order)
        return dict(sorted(found.items()))

    return book.once(("confirmed orders by day", bill_to_id), compute)


def spans(case: Case, window: int) -> list[list[date]]:
    """The days of orders of the bill-to in each span of `window` working days around this one.

    A span begins at a day with orders and reaches `window` working days of the order's site on;
    two orders of a span are never further apart. An order without a day of entry has none.

    Raises:
        NotKnown: the site never works.
    """
    own = order_day(case.book, case.order)
    if own is None:
        return []
    days = sorted({*_by_day(case.book, case.bill_to_id), own})
    found = []
    for place in range(bisect_right(days, own) - 1, -1, -1):
        try:
            end = case.book.calendar(case.site_id).add(days[place], window + 1)
        except ValueError as error:
            raise NotKnown(f"site {case.site_id} never works", "calendar_days") from error
        if end <= own:
            break
        last = bisect_right(days, end - timedelta(days=1))
        found.append(days[place:last])
    return found


def _value(book: Book, order: Row, ceiling: Ceiling) -> Figure:
    return order_value(book, order, currency=ceiling.currency, on=ceiling.on, gross=False)


def _sum_of_day(book: Book, bill_to_id: str, day: date, ceiling: Ceiling) -> Decimal:
    """The value of the day's orders that are each below the ceiling."""

    def compute() -> Decimal | NotKnown:
        try:
            values = [_value(book, row, ceiling).number
                      for row in _by_day(book, bill_to_id).get(day, [])]  # fmt: skip
        except NotKnown as gap:
            return gap
        return sum((value for value in values if value < ceiling.below), Decimal(0))

    found = book.once(("orders of a day", bill_to_id, day, ceiling), compute)
    if isinstance(found, NotKnown):
        raise found
    return found


def sum_of_span(case: Case, days: list[date], ceiling: Ceiling) -> Decimal:
    """The value of the bill-to's orders of these days that are each below the ceiling.

    This order is always among them, confirmed or not.

    Raises:
        NotKnown: the value of one of the orders cannot be computed.
    """
    own = Decimal(0) if confirmed(case.order) else _value(case.book, case.order, ceiling).number
    sums = [_sum_of_day(case.book, case.bill_to_id, day, ceiling) for day in days]
    return sum(sums, own)


def others_in(case: Case, days: list[date], ceiling: Ceiling) -> list[Row]:
    """The other orders of these days that are each below the ceiling."""
    by_day = _by_day(case.book, case.bill_to_id)
    rows = [row for day in days for row in by_day.get(day, []) if row.ref != case.order.ref]
    return [row for row in rows if _value(case.book, row, ceiling).number < ceiling.below]


def combined_value(case: Case, others: list[Row], ceiling: Ceiling) -> Figure:
    """The net value of this order and others together.

    Raises:
        NotKnown: a value cannot be computed.
    """
    parts: list[Source] = [_value(case.book, row, ceiling) for row in (case.order, *others[:NAMED])]
    if rest := others[NAMED:]:
        value = sum((_value(case.book, row, ceiling).number for row in rest), Decimal(0))
        rule = f"by rule: sum of the further {len(rest)} rows of orders"
        parts.append(Figure(f"{case.order_id}.rest", value, ceiling.currency, rule))
    return total(f"{case.order_id}.together", parts, ceiling.currency)


def same_reference(case: Case) -> list[Row]:
    """The other confirmed orders of the bill-to with the same customer_ref, spelling aside."""
    wanted = _spelled(case.order)
    if wanted is None:
        return []

    def compute() -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = {}
        for order in case.book.all("orders"):
            reference = _spelled(order) if confirmed(order) else None
            if reference is not None:
                found.setdefault((bill_to_of(order), reference), []).append(order)
        return found

    same = case.book.once("confirmed orders by reference", compute)
    return [row for row in same.get((case.bill_to_id, wanted), []) if row.ref != case.order.ref]


def _spelled(order: Row) -> str | None:
    text = (order.text("customer_ref") or "").strip().casefold()
    return text or None
