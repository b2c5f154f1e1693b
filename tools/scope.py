"""The scope of an evidence run: which of the orders in the book count as a whole, and which keys.

The first query finds the orders around those under review. From their rows follow the orders all of
whose lines are needed, the parties and the routes, which the other queries take as sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from tools.rows import Row

NEAR = timedelta(days=21)
"""Orders entered within this span of one under review are read whole (split orders)."""
OLD = timedelta(days=30)
"""Orders with a date this long ago are read whole, as they may be stale."""


def _account(order: Row) -> object:
    return order["bill_to_id"] or order["customer_id"]


def _first_day(order: Row) -> date | None:
    days = [order.day(c) for c in ("ship_on", "promised_on", "requested_on")]
    return min((day for day in days if day is not None), default=None)


def near_orders(orders: Sequence[Row], picked: frozenset[str]) -> list[str]:
    """The orders under review, and those of their accounts that were entered near them."""
    moments: dict[object, list[datetime]] = {}
    for order in orders:
        moment = order.moment("ordered_at")
        if order["order_id"] in picked and moment is not None:
            moments.setdefault(_account(order), []).append(moment)
    found = []
    for order in orders:
        moment = order.moment("ordered_at")
        close = moment is not None and any(
            abs(moment - other) <= NEAR for other in moments.get(_account(order), ())
        )
        if close or order["order_id"] in picked:
            found.append(str(order["order_id"]))
    return found


def whole_orders(
    orders: Sequence[Row],
    picked: frozenset[str],
    runs: frozenset[object],
    today: date,
    *,
    group: bool,
) -> list[str]:
    """The orders whose lines all count: of the accounts, parties or runs, or with old dates."""
    reviewed = [order for order in orders if order["order_id"] in picked]
    accounts = {_account(order) for order in reviewed}
    parties = {order[c] for order in reviewed for c in ("customer_id", "ship_to_id")} - {None}

    def counts(order: Row) -> bool:
        if group or _account(order) in accounts or order["run_id"] in runs:
            return True
        if order["customer_id"] in parties or order["ship_to_id"] in parties:
            return True
        first = _first_day(order)
        return first is not None and first < today - OLD

    return [str(order["order_id"]) for order in orders if counts(order)]


def elsewhere(orders: Sequence[Row], accounts: frozenset[str], wanted: frozenset[str]) -> list[str]:
    """Those of the wanted orders that are of none of the accounts."""
    return [
        str(order["order_id"])
        for order in orders
        if order["order_id"] in wanted and _account(order) not in accounts
    ]


def parties_of(orders: Sequence[Row]) -> list[str]:
    """Every sold-to, bill-to and ship-to of the orders."""
    columns = ("customer_id", "bill_to_id", "ship_to_id")
    return sorted({str(order[c]) for order in orders for c in columns if order[c] is not None})


def keys_of(rows: Sequence[Row], column: str) -> list[str]:
    """The distinct values of a column that are not empty."""
    return sorted({str(row[column]) for row in rows if row[column] is not None})
