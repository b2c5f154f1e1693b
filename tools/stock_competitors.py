"""The contest for a cell as a table: each competing line, its rank and why, quantity, held or not.

Source: `rules.md`, stock_shortage. Quantities in base units; how many are named is a convention.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Literal

from tools.book import Book
from tools.rows import Cell, Figure, Row
from tools.stock_batches import base_unit
from tools.stock_claims import Claim
from tools.stock_rank import RankKey, priority_cell, why_ranked
from tools.stock_reservations import reserved_figure, unreserved_figure
from tools.stock_standing import Standing

NOTHING = Decimal(0)
ClaimKind = Literal["demand", "reservation"]


@dataclass(frozen=True, slots=True)
class Competitor:
    """One line that competes: what it wants first, or what it has reserved."""

    order_id: Cell
    line_no: Cell | None
    claim: ClaimKind
    rank: Literal["higher", "lower"]
    rank_why: str
    priority: Cell | None
    quantity: Figure
    held: bool | None
    """Whether its order is itself on hold; None where holds are not on file."""


@dataclass(frozen=True, slots=True)
class Contest:
    """The competitors that are named, and the number and quantity of the rest."""

    named: tuple[Competitor, ...]
    further: Figure
    further_quantity: Figure


def _competitor(
    book: Book, mine: RankKey, order: Row, line: Row | None, key: RankKey, kind: ClaimKind,
    quantity: Figure, held: bool,
) -> Competitor:  # fmt: skip
    return Competitor(
        order.cell("order_id"), line.cell("line_no") if line else None, kind,
        "higher" if key < mine else "lower", why_ranked(mine, order, key),
        priority_cell(book, order), quantity, held if book.present("holds") else None,
    )  # fmt: skip


def _ahead(book: Book, found: Standing) -> Iterator[Competitor]:
    mine = found.ask.key
    for demand in found.ahead_of(found.ask.ship):
        if demand.key[3] != mine[3]:
            yield _competitor(
                book, mine, demand.order, demand.line, demand.key, "demand",
                unreserved_figure(book, demand.line), demand.held,
            )  # fmt: skip


def _reserved(book: Book, found: Standing, claims: Iterator[Claim]) -> Iterator[Competitor]:
    for claim in claims:
        yield _competitor(
            book, found.ask.key, claim.order, claim.line, claim.key, "reservation",
            reserved_figure(book, claim.row), claim.held,
        )  # fmt: skip


def _claims(found: Standing) -> Iterator[Claim]:
    for name, batch in found.claims.by_batch.items():
        if name is None or found.on_hand(name) > 0:
            yield from (c for c in batch.claims if c.key[3] != found.ask.key[3])


def _claims_of_others(found: Standing) -> tuple[int, Decimal]:
    """Number and quantity of what `_claims` yields, without walking it."""
    count, quantity = 0, NOTHING
    for name, batch in found.claims.by_batch.items():
        if name is None or found.on_hand(name) > 0:
            kin = [c for c in found.claims.by_order.get(found.ask.key[3], ())
                   if c.row.text("batch_id") == name]  # fmt: skip
            count += len(batch.claims) - len(kin)
            quantity += batch.total - sum((c.quantity for c in kin), NOTHING)
    return count, quantity


def contest(book: Book, found: Standing, prefix: str) -> Contest:
    """The lines that go before this one or have reserved at its cell, higher ranks first."""
    most, ship = book.conventions.competitors_named, found.ask.ship
    ahead = found.ahead_of(ship)
    kin = len([s for s in found.siblings if s[1] <= ship and s[2] > 0]) if found.queued else 0
    named = list(islice(_ahead(book, found), most))
    claims, reserved = _claims_of_others(found)
    named += islice(_reserved(book, found, _claims(found)), most - len(named))
    quantity = found.ahead_others(ship) + reserved
    shown = sum((c.quantity.number for c in named), NOTHING)
    further = ahead.count - kin + claims - len(named)
    rule = "by rule: sum of what the further competing rows want or have reserved"
    rest = Figure(
        f"{prefix}.competitors_further", quantity - shown, base_unit(book, found.ask.sku), rule
    )
    count = Figure(
        f"{prefix}.competitors_further_count", further, "lines",
        "by rule: competing rows beyond the named ones",
    )  # fmt: skip
    return Contest(tuple(named), count, rest)
