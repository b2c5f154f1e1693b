"""Amounts on an account: in its currency, and summed with what one order owns taken out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

from tools.book import Book
from tools.credit_account import Scope
from tools.money import round_money
from tools.rows import Cell, Figure, Row, Source
from tools.unknown import NotKnown
from tools.values import rate, rate_formula, total

Parts: TypeAlias = list[tuple[str | None, Source]]
"""Amounts, each tagged with the order that it belongs to, if any."""
NAMED = 200
"""Documents that a sum names; what lies beyond stands in it as a single figure."""
NAMED_ORDERS = 50
"""Orders that a sum names: each brings its lines with it."""


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

    Orders of an account share its pools. Few amounts are named one by one; of many, what the order
    under review owns is taken out of the sum of all, so that thousands are summed a single time.
    """

    def __init__(self, key: str, currency: str, parts: Parts, most: int = NAMED) -> None:
        self.key, self.currency, self.most = key, currency, most
        self.parts = sorted(parts, key=lambda part: -abs(number_of(part[1])))
        self.sum = sum((number_of(source) for _, source in parts), Decimal(0))
        self.owned: dict[str | None, list[Source]] = {}
        for owner, source in parts:
            self.owned.setdefault(owner, []).append(source)
        self._all: dict[str, Figure] = {}

    def figure(self, without: str | None = None, plus: Sequence[Source] = ()) -> Figure:
        """The sum less what the order `without` owns, with the further amounts `plus`."""
        own = self.owned.get(without, []) if without else []
        if not own and not plus:
            return self._whole(self.key)
        if len(self.parts) > self.most:
            return self._less(own, plus)
        left = [source for owner, source in self.parts if owner != without]
        return total(self.key, [*left, *plus], self.currency)

    def _whole(self, key: str) -> Figure:
        """The sum of all amounts: the largest by name, the rest as a single one."""
        if key not in self._all:
            named = [source for _, source in self.parts[: self.most]]
            rest = self.sum - sum(map(number_of, named), Decimal(0))
            if left := len(self.parts) - len(named):
                text = f"by rule: sum of {left} further amounts, none above the named ones"
                named.append(Figure(f"{key}_further", rest, self.currency, text))
            self._all[key] = total(key, named, self.currency)
        return self._all[key]

    def _less(self, own: Sequence[Source], plus: Sequence[Source]) -> Figure:
        whole = self._whole(f"{self.key}_in_all")
        mine = total(f"{self.key}_of_this_order", own, self.currency)
        parts, formula = [whole, mine], f"{name_of(whole)} - {name_of(mine)}"
        value = whole.number - mine.number
        if plus:
            more = total(f"{self.key}_left_over", plus, self.currency)
            parts, formula = [*parts, more], f"{formula} + {name_of(more)}"
            value += more.number
        return Figure(self.key, value, self.currency, formula, tuple(parts))
