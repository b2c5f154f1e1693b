"""Contests over a stock cell: outranked, held by a lower rank, starving a higher rank.

Source: `rules.md`, S2, S3, S5. Quantities in base units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from heapq import merge

from tools.book import Book
from tools.stock_claims import Claim
from tools.stock_rank import Demand
from tools.stock_standing import Standing, gets, lacks, line_standing
from tools.stock_supply import inbounds
from tools.unknown import NotKnown

NOTHING = Decimal(0)


def is_outranked(found: Standing) -> bool:
    """S2: short, and not short without what other orders of higher rank want first."""
    ship = found.ask.ship
    alone = gets(found.supply(ship), found.taken(), found.ahead_siblings(ship), found.reserved_here)
    return found.short > 0 and alone >= found.needed


def is_held_by_lower_rank(found: Standing) -> bool:
    """S3: short, and not short if orders of lower rank held no reservation."""
    ship = found.ask.ship
    freed = gets(
        found.supply(ship), found.taken(without_lower=True), found.ahead(ship),
        found.reserved_here,
    )  # fmt: skip
    return found.short > 0 and freed >= found.needed


def lower_claims(found: Standing) -> Iterator[Claim]:
    """The reservations of other orders of lower rank that take from the line, lowest first."""
    batches = (
        batch.rising(found.ask.key)
        for name, batch in found.claims.by_batch.items()
        if name is None or found.on_hand(name) > 0
    )
    lowest_first = merge(
        *batches, key=lambda c: (c.key, str(c.row["reservation_id"])), reverse=True
    )
    return (c for c in lowest_first if c.key[3] != found.ask.key[3] and c.quantity > 0)


def lacking(found: Standing) -> Decimal:
    """The smallest further supply by the ship date with which the line is not short."""
    ship = found.ask.ship
    return lacks(
        found.needed, found.supply(ship), found.taken(), found.ahead(ship), found.reserved_here
    )


@dataclass(frozen=True, slots=True)
class Starved:
    """A higher-ranked line that ships later and would be short once this line is filled."""

    demand: Demand
    standing: Standing
    between: Decimal
    """What goes before this line but not before that one."""
    fill: Decimal
    """What filling this line takes beyond its own reservation."""

    @property
    def left(self) -> Decimal:
        """What the higher-ranked line still gets."""
        return self._gets(self.between + self.fill)

    @property
    def short(self) -> Decimal:
        """What it then lacks."""
        return max(self.standing.needed - self.left, NOTHING)

    @property
    def is_worse_off(self) -> bool:
        """Whether it lacks more than without this line."""
        before = max(self.standing.needed - self._gets(self.between), NOTHING)
        return self.short > before

    def _gets(self, first: Decimal) -> Decimal:
        there = self.standing
        ship = there.ask.ship
        return gets(
            there.supply(ship), there.taken(), there.ahead(ship) + first, there.reserved_here
        )

    def lacking(self, fill: Decimal) -> Decimal:
        """The further supply with which filling this line with `fill` takes nothing from it."""
        there = self.standing
        ship = there.ask.ship
        first = there.ahead(ship) + self.between + fill
        return lacks(there.needed, there.supply(ship), there.taken(), first, there.reserved_here)


def next_supply(book: Book, found: Standing) -> date:
    """The day of the first confirmed supply after the line's ship date; the last day if none."""
    ask = found.ask
    coming = inbounds(book, ask.site, ask.sku, ask.today).coming
    later = (i.available_on for i in coming if i.available_on > ask.ship and i.quantity > 0)
    return min(later, default=date.max)


def filling(found: Standing) -> Decimal:
    """What filling the line takes from the cell beyond its own reservation."""
    return max(min(found.needed, found.on_ship_date) - found.reserved_here, NOTHING)


def _later(book: Book, found: Standing) -> Iterator[Demand]:
    ask = found.ask
    for demand in found.queue.later(ask.key, ask.ship, next_supply(book, found)):
        if demand.key[3] != ask.key[3]:
            yield demand


def starved(book: Book, found: Standing) -> list[Starved]:
    """S5: the higher-ranked lines that filling this one leaves short, highest rank first."""
    fill, ask = filling(found), found.ask
    if fill <= 0:
        return []
    hits = []
    own = NOTHING if found.queued else found.ahead_siblings(ask.ship)
    for demand in _later(book, found):
        try:
            there = line_standing(book, demand.line, ask.today)
            shared = found.queue.ahead(demand.key, ask.ship).quantity
        except NotKnown:
            continue
        first = found.ahead_of(ask.ship).quantity + own - shared
        hit = Starved(demand, there, max(first, NOTHING), fill)
        if hit.is_worse_off:
            hits.append(hit)
    return hits
