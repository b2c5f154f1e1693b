"""Where the oracle and the product disagree about an order, each difference in a line of words."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evals.oracle import choose, product
from evals.oracle.model import Books, Choice, Tables, Verdict

CLOSE = Fraction(1, 10**9)
"""Unrounded prices may differ by how a third is held; rounded ones may not."""


def differences(ours: Verdict, theirs: Verdict) -> list[str]:
    """Name every difference, the oracle's view first."""
    found = [f"only the oracle finds {f}" for f in sorted(ours.findings - theirs.findings, key=str)]
    found += [
        f"only the product finds {f}" for f in sorted(theirs.findings - ours.findings, key=str)
    ]
    found += [f"only to the oracle not known: {c}" for c in sorted(ours.unknown - theirs.unknown)]
    found += [f"only to the product not known: {c}" for c in sorted(theirs.unknown - ours.unknown)]
    if ours.primary != theirs.primary:
        found.append(f"primary: {ours.primary} or {theirs.primary}")
    if ours.owner != theirs.owner:
        found.append(f"owner: {ours.owner} or {theirs.owner}")
    for part in ("credit", "stock", "price", "delivery"):
        mine, other = ours.figures.get(part, {}), theirs.figures.get(part, {})
        for name in sorted(set(mine) | set(other)):
            if not same(mine.get(name), other.get(name)):
                found.append(f"{part} {name}: {show(mine.get(name))} or {show(other.get(name))}")
    return found


def same(one: Any, other: Any) -> bool:
    """Say whether two figures are equal."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, Fraction) and isinstance(other, Decimal | int):
        return abs(one - Fraction(other)) <= CLOSE
    return bool(one == other)


def show(value: Any) -> str:
    """Write a figure for a person."""
    if isinstance(value, tuple):
        return "(" + ", ".join(show(v) for v in value) + ")"
    return f"{float(value):.6f}" if isinstance(value, Fraction | Decimal) else str(value)


class Pair:
    """Both views of one company."""

    def __init__(self, tables: Tables, as_of: datetime, choice: Choice):
        self.choice = choice
        self.books = Books(tables, as_of, choice)
        self.book = product.book_of(tables, as_of, choice)

    def verdicts(self, order_id: str) -> tuple[Verdict, Verdict]:
        """Judge an order twice."""
        return choose.verdict_on(self.books, order_id), product.verdict_on(
            self.book, order_id, self.choice
        )

    def differences(self, order_id: str) -> list[str]:
        """Name the differences about an order."""
        return differences(*self.verdicts(order_id))
