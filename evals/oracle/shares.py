"""What a line gets at a site: supply, reservations, and who is ahead of it.

What the rules do not say about it, and how it is read, stands in `stock.py`.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from evals.oracle.model import (
    ZERO,
    Books,
    Gap,
    Row,
    day,
    flag,
    moment,
    number,
    text,
    total,
)
from evals.oracle.orders import (
    base_quantity,
    is_stale,
    lines_of,
    open_quantity,
    promise,
    ship_or_today,
    site_of,
)

LAST = Fraction(10**9)
Rank = tuple[Fraction, date, str, str, int]


@dataclass(frozen=True)
class Asker:
    """A line that asks for goods at a site, on what terms, and its rank there."""

    order: Row
    line: Row
    sku: str
    site: str
    needed: Fraction
    ships: date
    promised: date | None
    rank: Rank
    now: date


def is_stocked(books: Books, line: Row) -> bool:
    """Say whether the line takes goods from stock."""
    if text(line, "fulfilment") not in ("", "stock"):
        return False
    return flag(books.need("products", sku=text(line, "sku")), "stocked", True)


def rank_of(books: Books, order: Row, line: Row | None, now: date) -> Rank:
    """Priority of order or customer, ship date, entry, order id; the smaller goes first."""
    customer = books.one("customers", customer_id=text(order, "customer_id")) or {}
    priority = text(order, "priority") or text(customer, "priority")
    ships = ship_or_today(books, order, line, now) if line else None
    at = moment(order, "ordered_at")
    return (
        Fraction(priority) if priority else LAST,
        ships or date.max,
        at.isoformat() if at else "9999",
        order["order_id"],
        int(line["line_no"]) if line else 0,
    )


def asker_of(books: Books, order: Row, line: Row, now: date) -> Asker:
    """Make the asker of a line for its own product at its own site."""
    site, ships = site_of(order, line), ship_or_today(books, order, line, now)
    if not site:
        raise Gap("orders.site_id")
    if ships is None:
        raise Gap("orders.promised_on")
    needed = base_quantity(books, line, open_quantity(line))
    rank, due = rank_of(books, order, line, now), promise(order, line)
    return Asker(order, line, text(line, "sku"), site, needed, ships, due, rank, now)


def fresh(books: Books, asker: Asker, expires: date | None) -> bool:
    """Say whether goods that expire then can be delivered to the asker."""
    if expires is None:
        return True
    if asker.promised is None:
        raise Gap("orders.promised_on")
    customer = books.one("customers", customer_id=text(asker.order, "customer_id")) or {}
    life = int(number(customer, "min_shelf_life_days", ZERO))
    return expires >= asker.now and (expires - asker.promised).days >= max(0, life)


def on_hand(books: Books, asker: Asker) -> dict[str, Fraction]:
    """Give the usable stock of each batch at the asker's site."""
    if not books.has("stock"):
        raise Gap("stock")
    found: dict[str, Fraction] = {}
    for row in books.rows("stock", site_id=asker.site, sku=asker.sku):
        batch_id = text(row, "batch_id")
        held = max(ZERO, number(row, "on_hand_qty")) - number(row, "blocked_qty", ZERO)
        if held <= 0 or (batch_id and not usable_batch(books, asker, batch_id)):
            continue
        found[batch_id] = found.get(batch_id, ZERO) + held
    return found


def usable_batch(books: Books, asker: Asker, batch_id: str) -> bool:
    """Say whether a batch is released and lives long enough."""
    rows = books.seen("batches", asker.now, sku=asker.sku, batch_id=batch_id)
    if not rows:
        raise Gap("batches")
    if not text(rows[0], "status"):
        raise Gap("batches.status")
    return text(rows[0], "status") == "released" and fresh(books, asker, day(rows[0], "expires_on"))


def incoming(books: Books, asker: Asker) -> list[tuple[date, Fraction]]:
    """Give the confirmed supplies that are to come and fresh enough, with their days."""
    found = []
    for row in books.rows("supplies", sku=asker.sku, to_site_id=asker.site):
        expected, expires = day(row, "expected_on"), day(row, "expires_on")
        if not flag(row, "confirmed", False) or expected is None or expected < asker.now:
            continue
        quantity = number(row, "open_qty")
        if quantity and not (expires and expires < expected) and fresh(books, asker, expires):
            found.append((expected, quantity))
    return sorted(found)


def held_back(row: Row) -> Fraction:
    """What a reservation still holds."""
    return max(ZERO, number(row, "qty") - number(row, "consumed_qty", ZERO))


def line_of(books: Books, row: Row) -> Row | None:
    """Give the line that a reservation is for: the first of its product where none is named."""
    order_id = text(row, "order_id")
    if text(row, "line_no"):
        return books.one("order_lines", order_id=order_id, line_no=row["line_no"])
    lines = books.rows("order_lines", order_id=order_id, sku=text(row, "sku"))
    return min(lines, key=lambda line: int(line["line_no"]), default=None)


def is_for(books: Books, row: Row, line: Row) -> bool:
    """Say whether a reservation is for this line."""
    if text(row, "order_id") != line["order_id"]:
        return False
    if text(row, "line_no"):
        return row["line_no"] == line["line_no"]
    first = line_of(books, row)
    return first is None or first["line_no"] == line["line_no"]


def unreserved(books: Books, line: Row) -> Fraction:
    """Give the open quantity that no active reservation covers, at any site."""
    rows = books.rows(
        "reservations", order_id=line["order_id"], sku=text(line, "sku"), status="active"
    )
    held = total(held_back(r) for r in rows if is_for(books, r, line))
    return max(ZERO, base_quantity(books, line, open_quantity(line)) - held)


def competes(books: Books, order: Row, now: date) -> bool:
    """Say whether an order takes goods: confirmed and not stale."""
    return order in books.confirmed and not is_stale(books, order, now)


@dataclass(frozen=True)
class Rival:
    """Another line that wants the same goods."""

    order: Row
    line: Row
    ships: date | None
    rank: Rank
    wanted: Fraction | None
    """What it has not reserved; none where that is not known."""


def rivals(books: Books, sku: str, site: str, now: date) -> list[Rival]:
    """Give every competing line of a product at a site that still wants something."""
    return books.once(("rivals", sku, site, now), lambda: _rivals(books, sku, site, now))


def _rivals(books: Books, sku: str, site: str, now: date) -> list[Rival]:
    found = []
    for line in books.rows("order_lines", sku=sku):
        order = books.need("orders", order_id=line["order_id"])
        if not is_stocked(books, line) or site_of(order, line) != site:
            continue
        if not competes(books, order, now):
            continue
        try:
            wanted: Fraction | None = unreserved(books, line)
        except Gap:
            wanted = None
        if wanted != 0:
            ships, rank = ship_or_today(books, order, line, now), rank_of(books, order, line, now)
            found.append(Rival(order, line, ships, rank, wanted))
    return found


@dataclass(frozen=True)
class Shares:
    """What there is for an asker, and who takes it."""

    asker: Asker
    batches: dict[str, Fraction]
    arrivals: list[tuple[date, Fraction]]
    mine: dict[str, Fraction]
    theirs: dict[str, Fraction]
    lower: dict[str, Fraction]
    rivals: list[Rival]
    siblings: list[Rival]

    def supply(self, by: date) -> Fraction:
        """Usable stock and what arrives by a day."""
        return total(self.batches.values()) + total(q for on, q in self.arrivals if on <= by)

    def taken_of(self, batch: str, freed: bool = False) -> Fraction:
        """What others have reserved of a batch (without lower ranks where these are freed)."""
        claimed = self.theirs.get(batch, ZERO) - (self.lower.get(batch, ZERO) if freed else ZERO)
        return min(claimed, self.batches.get(batch, ZERO)) if batch else claimed

    def taken(self, freed: bool = False) -> Fraction:
        """What others have reserved."""
        return total(self.taken_of(batch, freed) for batch in self.theirs)

    def own(self) -> Fraction:
        """What the line has reserved here."""
        value = ZERO
        for batch, held in self.mine.items():
            left = self.batches.get(batch, ZERO) - self.taken_of(batch)
            value += min(held, max(ZERO, left)) if batch else held
        return value

    def ahead(self, by: date, others: bool = True) -> Fraction:
        """What better ranks want that ship by a day, and earlier lines of the order."""
        value = ZERO
        for rival in [*(self.rivals if others else []), *self.siblings]:
            if rival.rank < self.asker.rank and (rival.ships is None or rival.ships <= by):
                if rival.wanted is None or rival.ships is None:
                    raise Gap("order_lines")
                value += rival.wanted
        return value

    def available(self, by: date, freed: bool = False, others: bool = True) -> Fraction:
        """What the line gets of what there is by a day."""
        later = max(by, self.asker.ships)
        free = self.supply(by) - self.taken(freed)
        return gets(free, self.ahead(later, others), self.own())

    def in_full_on(self) -> date | None:
        """The first day on which the line gets all that it needs; none where it never does."""
        for on in sorted({self.asker.now, *(on for on, _ in self.arrivals)}):
            if self.available(on) >= self.asker.needed:
                return on
        return None


def gets(free: Fraction, ahead: Fraction, own: Fraction) -> Fraction:
    """What is reserved for a line, or what nobody is ahead for."""
    return max(min(own, max(ZERO, free)), free - ahead, ZERO)


def shares(books: Books, asker: Asker) -> Shares:
    """Count supply, reservations and better ranks for an asker."""
    batches, arrivals = on_hand(books, asker), incoming(books, asker)
    mine: dict[str, Fraction] = {}
    theirs: dict[str, Fraction] = {}
    lower: dict[str, Fraction] = {}
    for row in books.rows("reservations", site_id=asker.site, sku=asker.sku, status="active"):
        batch = text(row, "batch_id")
        if text(row, "qty") and not held_back(row):
            continue
        if is_for(books, row, asker.line):
            mine[batch] = mine.get(batch, ZERO) + held_back(row)
            continue
        holder = books.need("orders", order_id=text(row, "order_id"))
        own_order = holder["order_id"] == asker.order["order_id"]
        counts = holder in books.confirmed if own_order else competes(books, holder, asker.now)
        if not counts:
            continue
        quantity = held_back(row)
        theirs[batch] = theirs.get(batch, ZERO) + quantity
        if not own_order and rank_of(books, holder, line_of(books, row), asker.now) > asker.rank:
            lower[batch] = lower.get(batch, ZERO) + quantity
    all_rivals = rivals(books, asker.sku, asker.site, asker.now)
    others = [r for r in all_rivals if r.order["order_id"] != asker.order["order_id"]]
    found = Shares(asker, batches, arrivals, mine, theirs, lower, others, siblings(books, asker))
    found.ahead(asker.ships)
    return found


def siblings(books: Books, asker: Asker) -> list[Rival]:
    """Give the order's other lines that want the same goods."""
    found = []
    for line in lines_of(books, asker.order):
        if line["line_no"] == asker.line["line_no"] or text(line, "sku") != asker.sku:
            continue
        if is_stocked(books, line) and site_of(asker.order, line) == asker.site:
            ships = ship_or_today(books, asker.order, line, asker.now)
            rank = rank_of(books, asker.order, line, asker.now)
            if rank < asker.rank:
                found.append(Rival(asker.order, line, ships, rank, unreserved(books, line)))
    return found
