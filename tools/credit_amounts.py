"""Amounts on an account: in its currency, and summed with what one order owns taken out."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from tools.book import Book
from tools.credit_account import Scope
from tools.money import round_money
from tools.orders import rate, rate_formula, total
from tools.rows import Cell, Figure, Row, Source
from tools.unknown import NotKnown

Parts: TypeAlias = list[tuple[str | None, Source]]
"""Amounts, each tagged with the order that it belongs to, if any."""
NAMED = 200
"""Inputs that a sum names; what lies beyond stands in it as a single figure."""


def name_of(source: Source) -> str:
    """The name of an input in a formula."""
    return source.column if isinstance(source, Cell) else source.id.rsplit(".", 1)[-1]


def number_of(source: Source) -> Decimal:
    """The number of an input."""
    return source.row.amount(source.column) if isinstance(source, Cell) else source.number


def amount_in(book: Book, scope: Scope, row: Row, column: str) -> Source:
    """An amount in the account's currency: the cell itself, or converted and rounded at the row.

    Raises:
        NotKnown: the amount, its currency or the rate is not on file.
    """
    value = row.number(column)
    if value is None:
        raise NotKnown(f"{column} of {row.ref} is empty", f"{row.table}.{column}")
    if row.text("currency") is None:
        raise NotKnown(f"currency of {row.ref} is empty", f"{row.table}.currency")
    step = rate(book, row.text("currency"), scope.currency, scope.rate_day)
    rounded = round_money(step.apply(value), scope.currency)
    if not step.steps and rounded == value:
        return row.cell(column)
    return Figure(
        f"{row.ref}.{column}_converted",
        rounded,
        scope.currency,
        f"money({column}{rate_formula(step)})",
        (row.cell(column), *step.cells),
    )


class Pool:
    """Amounts of a kind on an account, each tagged with the order that it belongs to, if any.

    Orders of an account share its pools: what the order under review owns is taken out by
    subtraction, so that an account with thousands of orders is summed a single time.
    """

    def __init__(self, currency: str, parts: Parts) -> None:
        self.currency = currency
        self.parts = sorted(parts, key=lambda part: -abs(number_of(part[1])))
        self.sum = sum((number_of(source) for _, source in parts), Decimal(0))
        self.owned: dict[str | None, list[Source]] = {}
        for owner, source in parts:
            self.owned.setdefault(owner, []).append(source)

    def figure(self, key: str, without: str | None = None, plus: tuple[Source, ...] = ()) -> Figure:
        """The sum less what the order `without` owns, with the further amounts `plus`."""
        own = self.owned.get(without, []) if without else []
        named: list[Source] = []
        for owner, source in self.parts:
            if len(named) == NAMED:
                break
            if without is None or owner != without:
                named.append(source)
        left = len(self.parts) - len(own) - len(named)
        if left:
            rest = self.sum - sum(map(number_of, own), Decimal(0))
            rest -= sum(map(number_of, named), Decimal(0))
            text = f"by rule: sum of {left} further amounts, none above the named ones"
            named.append(Figure(f"{key}_further", rest, self.currency, text))
        return total(key, [*named, *plus], self.currency)
