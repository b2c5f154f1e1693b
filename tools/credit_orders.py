"""What orders put on an account: their uninvoiced gross value, by what counts and what does not.

Source: `rules.md` C1 and the terms (stale order, uninvoiced quantity, gross). Values are in the
account's currency, rounded at the line; horizon and staleness are judged line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from tools.book import Book
from tools.credit_account import Scope, attempt, in_company, known, shared
from tools.orders import (
    is_stale_day,
    lines_of,
    ship_date,
    ship_day,
    uninvoiced_quantity,
)
from tools.rows import Figure, Row
from tools.unknown import NotKnown
from tools.values import charge_value, charges_of, line_value, total

Valued: TypeAlias = Figure | NotKnown | None
"""A value, what it lacks, or None where there is nothing to value."""
Group: TypeAlias = Literal["counted", "beyond", "stale"]


@dataclass(frozen=True, slots=True)
class OrderOnAccount:
    """The uninvoiced gross value of a confirmed order of the account, in the account's currency."""

    order: Row
    counted: Valued = None
    """Lines that count in the exposure of other orders."""
    beyond: Valued = None
    """Lines that a setting leaves out: beyond the horizon, blocked, or all open orders."""
    stale: Valued = None
    """Lines whose ship date lies too far back: they count nothing and are named."""
    stale_since: Figure | None = None
    """The last ship date among the stale lines."""

    @property
    def order_id(self) -> str:
        """The order's id."""
        return str(self.order["order_id"])

    @property
    def blocked(self) -> bool:
        """Whether the ERP holds the order."""
        return self.order.text("status") == "blocked"

    def values(self, *groups: Group) -> list[Figure]:
        """The values of some groups of lines, without empty ones.

        Raises:
            NotKnown: a line cannot be valued.
        """
        found = [getattr(self, group) for group in groups]
        return [known(value) for value in found if value is not None]


def uninvoiced_lines(book: Book, order: Row) -> list[Row]:
    """The lines with something left to invoice.

    Raises:
        NotKnown: a line names no ordered quantity.
    """
    return [row for row in lines_of(book, order) if uninvoiced_quantity(book, row).number > 0]


def _line_gross(book: Book, scope: Scope, line: Row) -> Figure:
    def compute() -> Figure:
        return line_value(
            book, line, uninvoiced_quantity(book, line), "uninvoiced_value",
            currency=scope.currency, on=scope.rate_day, gross=True,
        )  # fmt: skip

    return shared(book, ("uninvoiced_value", line.ref, scope.currency, scope.rate_day), compute)


def value_of_lines(
    book: Book, scope: Scope, order: Row, lines: Sequence[Row], name: str, *, charges: bool
) -> Figure:
    """The gross value of what is left to invoice on lines, with the order's charges or without.

    Raises:
        NotKnown: a price, a unit conversion or a rate is missing.
    """
    parts = [_line_gross(book, scope, line) for line in lines]
    if charges:
        parts += [
            charge_value(
                book, charge, "uninvoiced_value",
                currency=scope.currency, on=scope.rate_day, gross=True,
            )
            for charge in charges_of(book, order)
        ]  # fmt: skip
    return total(f"{order['order_id']}.{name}", parts, scope.currency)


def own_value(book: Book, scope: Scope, order: Row) -> Figure:
    """The order under review: everything that is left to invoice, whatever its status or dates."""
    lines = uninvoiced_lines(book, order)
    return value_of_lines(book, scope, order, lines, "uninvoiced_gross", charges=bool(lines))


def _left_out(book: Book, scope: Scope, order: Row) -> bool:
    blocked = order.text("status") == "blocked"
    return not scope.open_orders or (blocked and not book.conventions.count_blocked_orders)


def _group(book: Book, scope: Scope, line: Row, left_out: bool) -> Group:
    day = ship_day(book, line)
    if is_stale_day(book, day, scope.today):
        return "stale"
    if left_out or scope.horizon_days is None:
        return "beyond" if left_out else "counted"
    if day is None:
        raise NotKnown(f"{line.ref} has no date to hold against the horizon", "orders.promised_on")
    return "counted" if day <= scope.today + timedelta(days=scope.horizon_days) else "beyond"


def on_account(book: Book, scope: Scope, order: Row) -> OrderOnAccount | None:
    """What a confirmed order puts on the account; None where it puts nothing there."""
    if order.text("company_id") not in (None, scope.company_id):
        return None
    try:
        lines = uninvoiced_lines(book, order)
        if not lines or not in_company(order, scope):
            return None
        groups: dict[Group, list[Row]] = {"counted": [], "beyond": [], "stale": []}
        for line in lines:
            groups[_group(book, scope, line, _left_out(book, scope, order))].append(line)
    except NotKnown as gap:
        return OrderOnAccount(order, counted=gap)
    return _valued(book, scope, order, groups)


def _valued(book: Book, scope: Scope, order: Row, groups: dict[Group, list[Row]]) -> OrderOnAccount:
    """Value each group; the order's charges go with the lines that count, else with the rest."""
    names = {"counted": "on_account", "beyond": "left_out", "stale": "stale_value"}
    values: dict[Group, Valued] = {}
    charges = True
    for group, lines in groups.items():
        if lines:
            values[group] = _attempted(book, scope, order, lines, names[group], charges)
            charges = False
    stale = [ship_date(book, line) for line in groups["stale"]]
    return OrderOnAccount(
        order,
        values.get("counted"),
        values.get("beyond"),
        values.get("stale"),
        max(stale, key=_day_of, default=None),
    )


def _attempted(
    book: Book, scope: Scope, order: Row, lines: Sequence[Row], name: str, charges: bool
) -> Valued:
    return attempt(lambda: value_of_lines(book, scope, order, lines, name, charges=charges))


def _day_of(figure: Figure) -> date:
    return figure.value if isinstance(figure.value, date) else date.min
