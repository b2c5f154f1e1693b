"""The other orders of a bill-to: those entered near an order, those with the same reference."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta

from tools.book import Book, Case
from tools.orders import bill_to_of, confirmed, order_day, order_value, total
from tools.rows import Figure, Row

MOST_FREE_DAYS = 31
"""Calendar days without work that may lie within a window of working days."""
Dated = tuple[date, Row]


def _confirmed_by_day(book: Book, bill_to_id: str) -> list[Dated]:
    """The confirmed orders of a bill-to by the local day on which they were entered."""

    def compute() -> dict[str, list[Dated]]:
        found: dict[str, list[Dated]] = {}
        for order in book.all("orders"):
            day = order_day(book, order) if confirmed(order) else None
            if day is not None:
                found.setdefault(bill_to_of(order), []).append((day, order))
        for entries in found.values():
            entries.sort(key=lambda entry: (entry[0], entry[1].ref))
        return found

    return book.once("confirmed orders by bill-to", compute).get(bill_to_id, [])


def entered_near(case: Case, window: int) -> list[Dated]:
    """The other confirmed orders of the bill-to entered within `window` working days of this one.

    Earlier or later, by the calendar of the order's site; without a day of entry there are none.
    """
    own = order_day(case.book, case.order)
    if own is None:
        return []
    calendar, reach = case.book.calendar(case.site_id), timedelta(days=window + MOST_FREE_DAYS)
    entries = _confirmed_by_day(case.book, case.bill_to_id)
    days = [day for day, _ in entries]
    nearby = entries[bisect_left(days, own - reach) : bisect_right(days, own + reach)]
    return [
        (day, order)
        for day, order in nearby
        if order.ref != case.order.ref
        and calendar.between(min(day, own), max(day, own)) <= window
    ]  # fmt: skip


def windows(case: Case, window: int) -> list[list[Row]]:
    """The groups of other orders that lie with this one inside a span of working days.

    One group for each day on which a span can begin: two orders of a group are never further
    apart than the span.
    """
    own = order_day(case.book, case.order)
    near = entered_near(case, window)
    if own is None or not near:
        return []
    calendar = case.book.calendar(case.site_id)
    starts = sorted({day for day, _ in near if day < own} | {own})
    return [
        [row for day, row in near if start <= day and calendar.between(start, day) <= window]
        for start in starts
    ]


def combined_value(case: Case, others: list[Row], currency: str) -> Figure:
    """The net value of this order and others together, in a currency at today's rate.

    Raises:
        NotKnown: a value cannot be computed.
    """
    rows = [case.order, *others]
    parts = [
        order_value(case.book, row, currency=currency, on=case.today, gross=False) for row in rows
    ]
    return total(f"{case.order_id}.together", parts, currency)


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
