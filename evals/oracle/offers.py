"""The price rows that may set the price of a line, and which of them comes first (P1)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from evals.oracle.model import (
    ZERO,
    Books,
    Gap,
    Row,
    day,
    money,
    number,
    text,
)
from evals.oracle.orders import (
    convert,
    kept_quantity,
    lines_of,
    net_price,
    order_day,
    price_uom,
    ship_day,
)

Rank = tuple[int, int, Fraction, Fraction, str]


class Tied(Exception):
    """Rows that rank alike and give different prices."""


@dataclass(frozen=True)
class Offer:
    """A price row for a line, its rank, whether it is valid on its date, and what hides that."""

    row: Row
    rank: Rank
    valid: bool
    gap: str = ""

    @property
    def kind(self) -> str:
        """The kind; a row that names none is a list price."""
        return text(self.row, "kind") or "price_list"


class Line:
    """A line with the rows that its price is read with."""

    def __init__(self, books: Books, order: Row, line: Row):
        self.books, self.order, self.line = books, order, line
        self.sku = text(line, "sku")
        self.product = books.need("products", sku=self.sku)
        self.customer = books.one("customers", customer_id=text(order, "customer_id")) or {}
        self.currency = text(order, "currency")

    def money(self, value: Fraction) -> Fraction:
        """Round an amount of the line."""
        return money(value, self.currency)

    def pricing_day(self) -> date:
        """Give the day whose rate turns prices into the order's currency."""
        return day(self.order, "pricing_on") or order_day(self.books, self.order) or date.min

    def priced_quantity(self) -> Fraction:
        """Give the quantity that is not cancelled, in the price unit."""
        kept = kept_quantity(self.line)
        return convert(self.books, self.sku, kept, text(self.line, "uom"), price_uom(self.line))

    def undiscounted(self) -> Fraction:
        """Give the net price that the line would charge without its discount."""
        return net_price(self.order, {**self.line, "discount_pct": ""})


def lines_to_judge(books: Books, order: Row) -> list[Row]:
    """Give the lines whose price is judged: not cancelled, and with a price by their nature."""
    found = []
    for line in lines_of(books, order):
        if text(line, "ordered_qty") and not kept_quantity(line):
            continue
        if not number(line, "unit_price", ZERO) and has_no_price(books, order, line):
            continue
        found.append(line)
    return found


def has_no_price(books: Books, order: Row, line: Row) -> bool:
    """Say whether a line is a text, a kit's header, or a part of a kit priced at its header."""
    if text(line, "fulfilment") in ("text", "kit_header"):
        return True
    parent = text(line, "parent_line_no")
    above = books.one("order_lines", order_id=order["order_id"], line_no=parent) if parent else None
    return (
        bool(above)
        and text(above or {}, "fulfilment") == "kit_header"
        and number(above or {}, "unit_price", ZERO) != 0
    )


def best(offers: list[Offer]) -> list[Offer]:
    """Give the rows that rank first; one that could, and cannot be judged, is a gap."""
    sound = [o for o in offers if not o.gap]
    top = max((o.rank for o in sound), default=None)
    for offer in offers:
        if offer.gap and (top is None or offer.rank[:3] >= top[:3]):
            raise Gap(offer.gap)
    found = [o for o in sound if o.rank == top]
    return sorted(found, key=lambda o: o.row["price_id"])


def offers_for(line: Line) -> tuple[Offer, ...]:
    """Give every price row for this product, customer and quantity."""
    found = []
    for row in line.books.rows("prices"):
        if is_for(line, row):
            offer = offer_of(line, row)
            if offer:
                found.append(offer)
    return tuple(found)


def is_for(line: Line, row: Row) -> bool:
    """Say whether a row is for this product and customer; an empty field matches all."""
    wanted = (
        ("sku", line.sku),
        ("product_group", text(line.product, "product_group")),
        ("customer_id", text(line.order, "customer_id")),
        ("tier", text(line.customer, "tier")),
        ("price_list_id", text(line.customer, "price_list_id")),
    )
    return all(text(row, column) in ("", value) for column, value in wanted)


def offer_of(line: Line, row: Row) -> Offer | None:
    """Judge a row for quantity and date; none where the quantity lies outside."""
    gap, share = "", ZERO
    low, high = number(row, "min_qty", ZERO), text(row, "max_qty")
    try:
        if low or high:
            quantity = convert(
                line.books, line.sku, number(line.line, "ordered_qty"),
                text(line.line, "uom"), text(row, "uom"),
            )  # fmt: skip
            if low > quantity or (high and quantity > Fraction(high)):
                return None
            share = low / quantity if low else ZERO
    except Gap as missing:
        gap = str(missing)
    by_ship = text(row, "date_basis") == "ship"
    on = (
        ship_day(line.books, line.order, line.line)
        if by_ship
        else order_day(line.books, line.order)
    )
    start, end = day(row, "valid_from"), day(row, "valid_to")
    if on is None and (start or end):
        return Offer(row, rank_of(row, share), True, gap or "date")
    valid = on is None or ((start is None or start <= on) and (end is None or on <= end))
    return Offer(row, rank_of(row, share), valid, gap)


def rank_of(row: Row, share: Fraction) -> Rank:
    """Customer, tier, list; sku before group; priority; larger minimum; later start."""
    buyers = [text(row, c) for c in ("customer_id", "tier", "price_list_id")]
    who = next((3 - n for n, filled in enumerate(buyers) if filled), 0)
    what = 2 if text(row, "sku") else 1 if text(row, "product_group") else 0
    return who, what, number(row, "priority", ZERO), share, text(row, "valid_from")
