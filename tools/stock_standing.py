"""The standing of a line at a stock cell: needed, supply, taken, ahead, available, when in full.

Source: `rules.md`, stock_shortage and its fine print. Quantities in base units; a cell is a
product at a site. A line may ask at another site (transfer) or for another product (substitute)
on the same terms. Nothing is known without the stock table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools.book import Book, Case
from tools.orders import is_stocked, open_base, order_of, promise_day, site_of
from tools.rows import Row
from tools.stock_batches import Freshness, Shelf, shelf_of
from tools.stock_claims import CellClaims, Share, claims_of, shares_of
from tools.stock_rank import (
    Ahead,
    Queue,
    RankKey,
    counts,
    no_ship_date,
    queue_of,
    rank_key,
    ship_from,
)
from tools.stock_reservations import line_reservations, reserved_quantity, unreserved
from tools.stock_supply import Inbound, usable_inbounds
from tools.unknown import NotKnown

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks for what, where, and on which terms."""

    line: Row
    site: str
    sku: str
    key: RankKey
    ship: date
    """The ship date, one before today counting as today."""
    fresh: Freshness

    @property
    def today(self) -> date:
        """The local date of the order's site."""
        return self.fresh.today


def gets(supply: Decimal, taken: Decimal, ahead: Decimal, own: Decimal) -> Decimal:
    """What a line gets: its own reservation is not given to a higher rank."""
    return max(min(own, max(NOTHING, supply - taken)), supply - taken - ahead, NOTHING)


def lacks(
    needed: Decimal, supply: Decimal, taken: Decimal, ahead: Decimal, own: Decimal
) -> Decimal:
    """The smallest further supply with which a line gets all that it needs."""
    if gets(supply, taken, ahead, own) >= needed:
        return NOTHING
    ways = [needed - (supply - taken - ahead)]
    if own >= needed:
        ways.append(needed - (supply - taken))
    return max(min(ways), NOTHING)


@dataclass(frozen=True, slots=True)
class Standing:
    """A line's standing at a cell: everything that decides what it gets by a day."""

    ask: Ask
    needed: Decimal
    shelf: Shelf
    coming: tuple[Inbound, ...]
    claims: CellClaims
    shares: dict[str | None, Share]
    own: tuple[Row, ...]
    """The line's own active reservations at this cell."""
    queue: Queue
    siblings: tuple[tuple[Row, date, Decimal], ...]
    """Other lines of the order at this cell that come before it: line, ship date, quantity."""
    queued: bool
    """Whether the order itself stands in the queue (confirmed and not stale)."""

    @property
    def usable(self) -> Decimal:
        """Stock on hand that the line can use."""
        return sum((h.quantity for h in self.shelf.usable), NOTHING)

    def on_hand(self, batch: str | None) -> Decimal:
        """Usable stock of a batch."""
        return sum((h.quantity for h in self.shelf.usable if h.batch_id == batch), NOTHING)

    def arriving(self, day: date) -> tuple[Inbound, ...]:
        """The confirmed supplies whose goods can be used by that day."""
        return tuple(i for i in self.coming if i.available_on <= day)

    def supply(self, day: date) -> Decimal:
        """Usable stock and the confirmed supplies by that day."""
        return sum((i.quantity for i in self.arriving(day)), self.usable)

    def taken_of(self, batch: str | None, *, without_lower: bool = False) -> Decimal:
        """What other lines have reserved of a batch, of a real batch no more than it holds."""
        share = self.shares.get(batch)
        if share is None:
            return NOTHING
        claimed = share.others - (share.lower if without_lower else NOTHING)
        return claimed if batch is None else min(self.on_hand(batch), claimed)

    def taken(self, *, without_lower: bool = False) -> Decimal:
        """What reservations of other lines take from the supply."""
        parts = (self.taken_of(b, without_lower=without_lower) for b in self.shares)
        return sum(parts, NOTHING)

    def own_of(self, batch: str | None) -> Decimal:
        """What the line has reserved of a batch, of a real batch no more than is left of it."""
        rows = (row for row in self.own if row.text("batch_id") == batch)
        mine = sum((reserved_quantity(row) for row in rows), NOTHING)
        if batch is None:
            return mine
        return min(mine, max(self.on_hand(batch) - self.taken_of(batch), NOTHING))

    @property
    def reserved_here(self) -> Decimal:
        """What the line has reserved at this cell."""
        batches = {row.text("batch_id") for row in self.own}
        return sum((self.own_of(batch) for batch in batches), NOTHING)

    def ahead_of(self, day: date) -> Ahead:
        """The lines of higher rank that ship by the later of the ship date and that day.

        Earlier lines of the same order are among them where the order stands in the queue.
        """
        return self.queue.ahead(self.ask.key, self.until(day))

    def until(self, day: date) -> date:
        """The later of the ship date and a day: until when others go first."""
        return max(self.ask.ship, day)

    def ahead_siblings(self, day: date) -> Decimal:
        """What earlier lines of the same order want before this one."""
        until = self.until(day)
        return sum((quantity for _, ship, quantity in self.siblings if ship <= until), NOTHING)

    def ahead_others(self, day: date) -> Decimal:
        """What other orders want before this line."""
        found = self.ahead_of(day).quantity
        return found - self.ahead_siblings(day) if self.queued else found

    def ahead(self, day: date) -> Decimal:
        """What other orders and earlier lines of the same order want before this line."""
        return self.ahead_others(day) + self.ahead_siblings(day)

    def available(self, day: date) -> Decimal:
        """What the line gets of all that can be used by that day."""
        return gets(self.supply(day), self.taken(), self.ahead(day), self.reserved_here)

    @property
    def on_ship_date(self) -> Decimal:
        """What the line gets by its ship date."""
        return self.available(self.ask.ship)

    @property
    def from_stock(self) -> Decimal:
        """What the line gets of the goods on hand today."""
        return gets(self.usable, self.taken(), self.ahead(self.ask.today), self.reserved_here)

    @property
    def short(self) -> Decimal:
        """What the line lacks on its ship date."""
        return max(self.needed - self.on_ship_date, NOTHING)

    def days(self) -> Iterator[date]:
        """Today and the days on which supplies become usable, in order."""
        yield self.ask.today
        yield from sorted({i.available_on for i in self.coming} - {self.ask.today})

    def full_on(self, quantity: Decimal | None = None) -> date | None:
        """The first day on which the line gets the quantity (all that it needs); None: never."""
        wanted = self.needed if quantity is None else quantity
        return next((day for day in self.days() if self.available(day) >= wanted), None)


def ask_of(book: Book, line: Row, today: date) -> Ask:
    """The line's own ask: its product at its site.

    Raises:
        NotKnown: no site or no date is on file.
    """
    site, ship = site_of(book, line), ship_from(book, line, today)
    if site is None:
        raise NotKnown(f"{line.ref} has no site", "orders.site_id")
    if ship is None:
        raise no_ship_date(line)
    customer = book.one("customers", customer_id=order_of(book, line)["customer_id"])
    days = customer.number("min_shelf_life_days") if customer else None
    life = book.conventions.min_shelf_life_days if days is None else int(days)
    fresh = Freshness(promise_day(book, line), life, today)
    return Ask(line, site, str(line["sku"]), rank_key(book, line, today), ship, fresh)


def standing(book: Book, ask: Ask, needed: Decimal) -> Standing:
    """The standing of an ask at its cell, for a quantity in base units of its product.

    Raises:
        NotKnown: stock, a batch, a reservation, a supply or a competing line is not known.
    """
    order = order_of(book, ask.line)
    claims = claims_of(book, ask.site, ask.sku, ask.today, order)
    rows = line_reservations(book, ask.line, ask.sku)
    own = tuple(row for row in rows if row["site_id"] == ask.site)
    found = Standing(
        ask, needed, shelf_of(book, ask.site, ask.sku, ask.fresh),
        usable_inbounds(book, ask.site, ask.sku, ask.fresh), claims,
        shares_of(claims, own, str(order["order_id"]), ask.key), own,
        queue_of(book, ask.site, ask.sku, ask.today), _siblings(book, ask, order),
        counts(book, order, ask.today),
    )  # fmt: skip
    found.ahead_of(ask.ship)
    return found


def _siblings(book: Book, ask: Ask, order: Row) -> tuple[tuple[Row, date, Decimal], ...]:
    found = []
    for line in book.by("order_lines", order_id=order["order_id"], sku=ask.sku):
        here = is_stocked(book, line) and site_of(book, line) == ask.site
        ship = ship_from(book, line, ask.today)
        earlier = rank_key(book, line, ask.today) < ask.key
        if here and earlier and ship is not None and line.ref != ask.line.ref:
            found.append((line, ship, unreserved(book, line)))
    return tuple(found)


def line_standing(book: Book, line: Row, today: date) -> Standing:
    """The line's standing at its own cell, computed once.

    Raises:
        NotKnown: see `standing`.
    """
    return book.once(
        ("stock.standing", line.ref, today),
        lambda: standing(book, ask_of(book, line, today), open_base(book, line).number),
    )


def stocked_lines_of(case: Case) -> list[Row]:
    """The order's lines that are known to be served from stock."""
    unknown = {line.ref for line, _ in unknown_products(case)}
    return [line for line in case.lines if line.ref not in unknown and is_stocked(case.book, line)]


def unknown_products(case: Case) -> list[tuple[Row, NotKnown]]:
    """The order's lines of which nobody can tell whether they are stocked, and why."""
    found = []
    for line in case.lines:
        try:
            is_stocked(case.book, line)
        except NotKnown as gap:
            found.append((line, gap))
    return found
