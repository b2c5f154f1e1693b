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
class Reach:
    """What a line at a cell can reach on its own ship date."""

    needed: Decimal
    free: Decimal
    """Supply less what other lines have reserved."""
    ahead: Decimal
    own: Decimal

    def left(self, first: Decimal) -> Decimal:
        """What the line gets when so much more goes before it."""
        return gets(self.free, NOTHING, self.ahead + first, self.own)

    def short(self, first: Decimal) -> Decimal:
        """What it then lacks."""
        return max(self.needed - self.left(first), NOTHING)


def reach_of(book: Book, demand: Demand, today: date) -> Reach | None:
    """The reach of a competing line; None where its stock is not known."""

    def compute() -> Reach | None:
        try:
            found = line_standing(book, demand.line, today)
        except NotKnown:
            return None
        ship = found.ask.ship
        free = found.supply(ship) - found.taken()
        return Reach(found.needed, free, found.ahead(ship), found.reserved_here)

    return book.once(("stock.reach", demand.line.ref, today), compute)


@dataclass(frozen=True, slots=True)
class Starved:
    """A higher-ranked line that ships later and would be short once this line is filled."""

    demand: Demand
    reach: Reach
    between: Decimal
    """What goes before this line but not before that one."""
    fill: Decimal
    """What filling this line takes beyond its own reservation."""

    @property
    def left(self) -> Decimal:
        """What the higher-ranked line still gets."""
        return self.reach.left(self.between + self.fill)

    @property
    def short(self) -> Decimal:
        """What it then lacks."""
        return self.reach.short(self.between + self.fill)

    @property
    def is_worse_off(self) -> bool:
        """Whether it lacks more than without this line."""
        return self.short > self.reach.short(self.between)

    @property
    def interval(self) -> tuple[Decimal, Decimal]:
        """Between which further supplies (both excluded) filling this line takes from it."""
        reach, first = self.reach, self.reach.ahead + self.between
        enough = lacks(reach.needed, reach.free, NOTHING, first + self.fill, reach.own)
        return reach.own + first - reach.free, enough


def next_supply(book: Book, found: Standing) -> date:
    """The day of the first confirmed supply after the line's ship date; the last day if none."""
    ask = found.ask
    coming = inbounds(book, ask.site, ask.sku, ask.today).coming
    later = (i.available_on for i in coming if i.available_on > ask.ship and i.quantity > 0)
    return min(later, default=date.max)


def filling(found: Standing) -> Decimal:
    """What filling the line takes from the cell beyond its own reservation."""
    return max(min(found.needed, found.on_ship_date) - found.reserved_here, NOTHING)


def _suffices(found: Standing, until: date) -> bool:
    """Whether there is enough for every line that ships before `until`, as a quick answer.

    Only where any line can use any of the goods; where expiry or batches matter it says no.
    """
    ship = found.ask.ship
    shelf = found.shelf
    batches = any(h.batch_id for h in shelf.usable) or bool(shelf.unusable)
    if batches or any(i.row["expires_on"] is not None for i in found.coming):
        return False
    reserved = sum((batch.total for batch in found.claims.by_batch.values()), NOTHING)
    wanted = found.queue.wanted_before(until)
    if not found.queued:
        wanted += found.ahead_siblings(ship)
    return found.supply(ship) - reserved - wanted - found.needed >= 0


def starved(book: Book, found: Standing) -> list[Starved]:
    """S5: the higher-ranked lines that filling this one leaves short, highest rank first.

    Filling it means giving it what it gets; lines that go before it are taken to be filled too.
    """
    fill = filling(found)
    if fill <= 0 or _suffices(found, next_supply(book, found)):
        return []
    return [hit for hit in _within_reach(book, found, fill) if hit.is_worse_off]


def lacking_for_higher(book: Book, found: Standing) -> Decimal:
    """The smallest further supply by the ship date with which nobody of higher rank is starved.

    Each line is starved by supplies within an interval: below it, it gets nothing beyond its own
    reservation either way; above it, there is enough for both. What serves those who are starved
    can so bring lower ones into reach.
    """
    whole = max(found.needed - found.reserved_here, filling(found))
    quantity = NOTHING
    for start, end in sorted(hit.interval for hit in _within_reach(book, found, whole)):
        if start >= quantity:
            break
        quantity = max(quantity, end)
    return quantity


def _within_reach(book: Book, found: Standing, fill: Decimal) -> Iterator[Starved]:
    """The higher-ranked lines that ship later and before the next supply, starved or not."""
    ask = found.ask
    before = found.ahead(ask.ship)
    for both, demands in found.queue.later(ask.key, ask.ship, next_supply(book, found)):
        between = max(before - both, NOTHING)
        for demand in demands:
            reach = reach_of(book, demand, ask.today) if demand.key[3] != ask.key[3] else None
            if reach is not None:
                yield Starved(demand, reach, between, fill)
