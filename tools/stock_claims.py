"""What reservations take from a stock cell, in all and by lower-ranked orders only.

Source: `rules.md`, stock_shortage (Taken). A reservation with a batch takes from that batch only;
those of cancelled, closed, draft or stale orders take nothing. Quantities in base units.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import accumulate

from tools.book import Book
from tools.orders import confirmed
from tools.rows import Row
from tools.stock_rank import RankKey, counts, is_held, order_rank_key, rank_key
from tools.stock_reservations import reserved_line, reserved_quantity
from tools.unknown import NotKnown

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Claim:
    """An active reservation of a confirmed order at a cell."""

    row: Row
    order: Row
    line: Row | None
    key: RankKey
    quantity: Decimal
    held: bool


@dataclass(slots=True)
class Claims:
    """The claims on one batch (or on stock without batch), highest rank first."""

    claims: list[Claim]
    keys: list[RankKey] = field(init=False)
    sums: list[Decimal] = field(init=False)
    held: list[Claim] = field(init=False)

    def __post_init__(self) -> None:
        self.claims.sort(key=lambda c: (c.key, str(c.row["reservation_id"])))
        self.keys = [c.key for c in self.claims]
        self.sums = list(accumulate((c.quantity for c in self.claims), initial=NOTHING))
        self.held = [c for c in self.claims if c.held]

    @property
    def total(self) -> Decimal:
        """All that is claimed."""
        return self.sums[-1]

    def rising(self, key: RankKey) -> Iterator[Claim]:
        """The claims of lower rank, the lowest first."""
        for index in range(len(self.claims) - 1, bisect_right(self.keys, key) - 1, -1):
            yield self.claims[index]

    def total_below(self, key: RankKey) -> Decimal:
        """What claims of lower rank come to."""
        return self.sums[-1] - self.sums[bisect_right(self.keys, key)]


@dataclass(slots=True)
class CellClaims:
    """A cell's claims by batch, and the active reservations that take nothing."""

    by_batch: Mapping[str | None, Claims]
    by_order: Mapping[str, list[Claim]]
    stale: tuple[Row, ...]
    gap: NotKnown | None = None


def claims_of(
    book: Book, site: str, sku: object, today: date, reviewed: Row | None = None
) -> CellClaims:
    """The claims on a cell, gathered once; the order under review counts itself, stale or not.

    Raises:
        NotKnown: a reservation has no quantity, or its order is not on file.
    """
    alone = reviewed is not None and confirmed(reviewed) and not counts(book, reviewed, today)
    own = str(reviewed["order_id"]) if reviewed is not None and alone else None
    found = book.once(
        ("stock.claims", site, sku, today, own), lambda: _gather(book, site, sku, today, own)
    )
    if found.gap is not None:
        raise found.gap
    return found


def _gather(book: Book, site: str, sku: object, today: date, own: str | None) -> CellClaims:
    by_batch: dict[str | None, list[Claim]] = defaultdict(list)
    stale = []
    try:
        for row in book.by("reservations", site_id=site, sku=sku, status="active"):
            if row["qty"] is not None and not reserved_quantity(row):
                continue
            claim = _claim(book, row, today, own)
            if claim is None:
                stale.append(row)
            else:
                by_batch[row.text("batch_id")].append(claim)
    except NotKnown as gap:
        return CellClaims({}, {}, (), gap)
    by_order: dict[str, list[Claim]] = defaultdict(list)
    for claim in (c for claims in by_batch.values() for c in claims):
        by_order[str(claim.order["order_id"])].append(claim)
    batches = {batch: Claims(claims) for batch, claims in by_batch.items()}
    return CellClaims(batches, by_order, tuple(stale))


def _claim(book: Book, row: Row, today: date, own: str | None) -> Claim | None:
    order = book.one("orders", order_id=row["order_id"])
    if order is None:
        raise NotKnown(f"the order of {row.ref} is not on file", "reservations.order_id")
    if order["order_id"] != own and not counts(book, order, today):
        return None
    line = reserved_line(book, row)
    key = rank_key(book, line, today) if line else order_rank_key(book, order)
    held = is_held(book, order, row["line_no"])
    return Claim(row, order, line, key, reserved_quantity(row), held)


@dataclass(frozen=True, slots=True)
class Share:
    """Of a batch's claims: all of other lines, and those of lower-ranked other orders."""

    others: Decimal
    lower: Decimal


def shares_of(
    claims: CellClaims, own: tuple[Row, ...], order_id: str, key: RankKey
) -> dict[str | None, Share]:
    """A cell's claims by batch as a line of the order sees them: without its own reservations."""
    mine = {row.ref for row in own}
    kin = claims.by_order.get(order_id, [])
    found = {}
    for name, batch in claims.by_batch.items():
        of_batch = [c for c in kin if c.row.text("batch_id") == name]
        others = batch.total - sum((c.quantity for c in of_batch if c.row.ref in mine), NOTHING)
        below = sum((c.quantity for c in of_batch if c.key > key), NOTHING)
        found[name] = Share(others, batch.total_below(key) - below)
    return found
