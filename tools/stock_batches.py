"""Stock on hand by batch: what a line can use, why it cannot use the rest, which batches to pick.

Source: `rules.md`, stock_shortage. Quantities in base units. A batch is usable on its expiry day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tools.book import Book
from tools.orders import require
from tools.rows import Cell, Figure, Row, Source
from tools.unknown import NotKnown

NOTHING = Decimal(0)
WhyNot = Literal["quarantine", "blocked", "expired", "shelf_life"]


@dataclass(frozen=True, slots=True)
class Holding:
    """One stock row with its batch: on hand less blocked, not below 0."""

    stock: Row
    batch: Row | None
    usable: Figure

    @property
    def quantity(self) -> Decimal:
        """On hand less blocked."""
        return self.usable.number

    @property
    def batch_id(self) -> str | None:
        """The batch; None for stock that is not batch tracked."""
        return self.stock.text("batch_id")

    @property
    def expires_on(self) -> date | None:
        """The batch's last usable day."""
        return self.batch.day("expires_on") if self.batch else None


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a line can use of a cell's stock, and what it cannot, with the reason."""

    usable: tuple[Holding, ...]
    unusable: tuple[tuple[Holding, WhyNot], ...]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh goods must be: the promise (a delivery date) and the days of life left then."""

    promise: date | None
    days: int
    today: date

    def refuses(self, expires: Cell | None) -> WhyNot | None:
        """Why goods with that expiry cannot be used; None where they can.

        Raises:
            NotKnown: there is an expiry and no promise to compare it with.
        """
        day = expires.row.day(expires.column) if expires else None
        if expires is None or day is None:
            return None
        if self.promise is None:
            raise NotKnown(
                f"no promise to compare the expiry of {expires.row.ref} with", "orders.promised_on"
            )
        if day < self.today or day < self.promise:
            return "expired"
        return None if (day - self.promise).days >= self.days else "shelf_life"


def base_unit(book: Book, sku: object) -> str:
    """The base unit of a product; empty where it is not on file."""
    product = book.one("products", sku=sku)
    return (product.text("base_uom") if product else None) or ""


def _usable_figure(row: Row, unit: str) -> Figure:
    on_hand = require(row, "on_hand_qty")
    inputs: list[Source] = [row.cell("on_hand_qty")]
    value, formula = max(on_hand, NOTHING), "max(0, on_hand_qty)"
    if row["blocked_qty"] is not None:
        inputs.append(row.cell("blocked_qty"))
        value = max(value - row.amount("blocked_qty"), NOTHING)
        formula = "max(0, max(0, on_hand_qty) - blocked_qty)"
    return Figure(f"{row.ref}.usable", value, unit, formula, tuple(inputs))


def stock_rows(book: Book, site: str, sku: object) -> list[Row]:
    """The stock rows of a product at a site."""
    return book.by("stock", site_id=site, sku=sku)


def _holdings(book: Book, site: str, sku: object, today: date) -> tuple[Holding, ...]:
    found, unit = [], base_unit(book, sku)
    for row in sorted(stock_rows(book, site, sku), key=lambda row: row.ref):
        batches = book.by("batches", sku=sku, batch_id=row["batch_id"]) if row["batch_id"] else []
        seen = book.seen(batches, today)
        found.append(Holding(row, seen[0] if seen else None, _usable_figure(row, unit)))
    return tuple(found)


def _refusal(holding: Holding, fresh: Freshness) -> WhyNot | None:
    if holding.batch_id is None:
        return None
    if holding.batch is None:
        raise NotKnown(f"the batch of {holding.stock.ref} is not on file", "batches")
    status = holding.batch.text("status")
    if status is None:
        raise NotKnown(f"status of {holding.batch.ref} is empty", "batches.status")
    if status != "released":
        return "quarantine" if status == "quarantine" else "blocked"
    return fresh.refuses(holding.batch.cell("expires_on"))


def shelf_of(book: Book, site: str, sku: object, fresh: Freshness) -> Shelf:
    """What of a cell's stock can be used on those terms; no stock row means none.

    Raises:
        NotKnown: the stock table is absent, an on-hand quantity is empty, or a batch that holds
            goods has no row, no status or no promise to compare its expiry with.
    """
    if not book.present("stock"):
        raise NotKnown("there is no stock table", "stock")

    def compute() -> Shelf:
        holdings = book.once(
            ("stock.holdings", site, sku, fresh.today),
            lambda: _holdings(book, site, sku, fresh.today),
        )
        judged = [(h, _refusal(h, fresh) if h.quantity else None) for h in holdings]
        return Shelf(
            tuple(h for h, why in judged if why is None),
            tuple((h, why) for h, why in judged if why is not None),
        )

    return book.once(("stock.shelf", site, sku, fresh), compute)


@dataclass(frozen=True, slots=True)
class Pick:
    """A quantity to take from one stock row."""

    holding: Holding
    quantity: Decimal


def pick(free: list[tuple[Holding, Decimal]], wanted: Decimal) -> list[Pick]:
    """Split a quantity over what is free: first expired first out, without expiry last."""

    def order(entry: tuple[Holding, Decimal]) -> tuple[date, bool, date, str]:
        holding = entry[0]
        received = holding.batch.day("received_on") if holding.batch else None
        none = holding.batch_id is None
        return (holding.expires_on or date.max, none, received or date.max, holding.batch_id or "")

    picks = []
    for holding, quantity in sorted(free, key=order):
        part = min(quantity, wanted)
        if part > 0:
            picks.append(Pick(holding, part))
            wanted -= part
    return picks
