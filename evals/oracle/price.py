"""price_mismatch: the price that the price rows give, the price that is charged, the margin.

Not said by the rules, and taken as
the product does:

- a price row without unit or currency cannot be converted; such a row matters only where it could
  have been the chosen one;
- minimum quantities of rows in different units are compared as shares of the line's quantity;
- a promotion with nothing but a discount, and no list price, leaves the price not known;
- a price equals another where the line would be typed with the same unit price;
- free goods that are charged at nothing are expected at nothing;
- costs are converted at the day of the prices.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from evals.oracle.model import (
    HUNDRED,
    MINOR_DIGITS,
    ZERO,
    Books,
    Gap,
    Row,
    Verdict,
    flag,
    number,
    text,
)
from evals.oracle.offers import Line, Offer, Tied, best, lines_to_judge, offers_for
from evals.oracle.orders import (
    convert,
    net_price,
    price_uom,
    tax_share,
)

KIND = "price_mismatch"
KINDS = ("contract", "promotion", "price_list")
TOLERANCE_AMOUNT = Fraction("1.00")
TOLERANCE_SHARE = Fraction("0.005")
ALWAYS_ABOVE = Fraction("250.00")
FLOOR_PCT = Fraction(10)


@dataclass
class Priced:
    """What is known of the price of a line."""

    charged: Fraction | None = None
    expected: Fraction | None = None
    chosen: Offer | None = None
    quantity: Fraction | None = None
    tied: bool = False
    unknown: bool = False
    offers: tuple[Offer, ...] = ()


def judge(books: Books, order: Row, verdict: Verdict) -> None:
    """Judge the price and the margin of every line that has one."""
    if not books.has("prices"):
        verdict.unknown.add(KIND)
    for line in lines_to_judge(books, order):
        try:
            judge_line(Line(books, order, line), verdict)
        except Gap:
            verdict.unknown.add(KIND)


def judge_line(line: Line, verdict: Verdict) -> None:
    """P1 to P4 of one line."""
    found, number_of = priced(line), line.line["line_no"]
    if found.unknown:
        verdict.unknown.add(KIND)
    if found.charged is not None and found.expected is not None:
        rule = found.chosen.row["price_id"] if found.chosen else None
        difference = found.charged - found.expected
        figures = (found.expected, found.charged, difference, rule)
        verdict.figures.setdefault("price", {})[number_of] = figures
    below = breaks_floor(line, found)
    if found.tied:
        verdict.find(KIND, "ambiguous_price", number_of)
    elif differs(line, found):
        explained = False
        try:
            explained = explains(line, found, below)
        except Gap:
            verdict.unknown.add(KIND)
        if not explained:
            others = [o for o in found.offers if o.valid and o is not found.chosen]
            same = matching(line, found, others)
            verdict.find(KIND, "matches_other_rule" if same else "charged_differs", number_of)
    if is_unwanted_gift(line, found):
        verdict.find(KIND, "free_goods", number_of, owner="finance")
    elif below:
        verdict.find(KIND, "below_margin_floor", number_of, owner="finance")


def explains(line: Line, found: Priced, below: bool) -> bool:
    """Say whether an approved override gives the price charged."""
    from evals.oracle.approval import override_explains

    return override_explains(line, found, below)


def priced(line: Line) -> Priced:
    """Work out what is charged and what is expected; what cannot be is not known."""
    return line.books.once(
        ("priced", line.order["order_id"], line.line["line_no"]), lambda: _priced(line)
    )


def _priced(line: Line) -> Priced:
    found = Priced()
    try:
        if not line.currency:
            raise Gap("orders.currency")
        found.charged = net_price(line.order, line.line)
    except Gap:
        found.unknown = True
    try:
        found.quantity = line.priced_quantity()
    except Gap:
        found.unknown = True
    found.offers = offers_for(line)
    if found.charged == 0 and text(line.line, "fulfilment") == "free_goods":
        found.expected = ZERO
        return found
    try:
        expect(line, found)
    except Tied:
        found.tied = True
    except Gap:
        found.unknown = True
    return found


def expect(line: Line, found: Priced) -> None:
    """P1: contract, then promotion, then list price."""
    if not line.books.has("prices"):
        raise Gap("prices")
    valid = [o for o in found.offers if o.valid]
    for kind in KINDS:
        of_kind = [o for o in valid if o.kind == kind]
        if of_kind:
            chosen = first_of(line, best(of_kind), valid)
            found.expected = price_of(line, chosen, valid)
            found.chosen = chosen
            return
    raise Gap("no price on file")


def first_of(line: Line, offers: list[Offer], valid: list[Offer]) -> Offer:
    """Give the first of rows that rank alike; they must give the same price."""
    if len(offers) > 1:
        prices = [price_of(line, o, valid) for o in offers]
        if len(set(prices)) > 1:
            raise Tied
    return offers[0]


def price_of(line: Line, offer: Offer, valid: list[Offer]) -> Fraction:
    """Give what a row gives per price unit: its own price, or a discount off the list price."""
    row = offer.row
    discount = 1 - number(row, "discount_pct", ZERO) / HUNDRED
    if text(row, "unit_price"):
        price = number(row, "unit_price") / number(row, "price_per", Fraction(1)) * discount
        price *= convert(line.books, line.sku, Fraction(1), price_uom(line.line), text(row, "uom"))
        return price * line.books.rate(text(row, "currency"), line.currency, line.pricing_day())
    if not text(row, "discount_pct"):
        raise Gap("prices.unit_price")
    lists = [o for o in valid if o.kind == "price_list"]
    if offer.kind == "price_list":
        lists = [o for o in lists if text(o.row, "unit_price")]
    if not lists:
        raise Gap("no price on file")
    return price_of(line, first_of(line, best(lists), valid), valid) * discount


def differs(line: Line, found: Priced) -> bool:
    """P2: beyond the tolerance, or beyond what is never tolerated."""
    if found.charged is None or found.expected is None or found.quantity is None:
        return False
    gap = abs(line.money((found.charged - found.expected) * found.quantity))
    allowed = max(TOLERANCE_AMOUNT, TOLERANCE_SHARE * line.money(found.expected * found.quantity))
    return gap > allowed or gap > ALWAYS_ABOVE


def matching(line: Line, found: Priced, offers: list[Offer]) -> list[Offer]:
    """Give those of the rows that give the price charged."""
    valid = [o for o in found.offers if o.valid]
    same = []
    for offer in offers:
        try:
            if is_same_price(line, found.charged, price_of(line, offer, valid)):
                same.append(offer)
        except (Gap, Tied):
            continue
    return same


def is_same_price(line: Line, charged: Fraction | None, other: Fraction) -> bool:
    """Say whether a line that charges the other price would be typed as this one is."""
    if charged is None:
        return False
    if charged == other:
        return True
    kept = 1 - number(line.line, "discount_pct", ZERO) / HUNDRED
    stated = number(line.line, "unit_price", ZERO)
    if kept <= 0:
        return False
    slope = kept / number(line.line, "price_per", Fraction(1))
    if flag(line.order, "prices_include_tax", False):
        slope /= tax_share(line.order, line.line)
    return typed(line, other / slope, stated) == stated


def typed(line: Line, price: Fraction, as_fine_as: Fraction) -> Fraction:
    """Round a price half up to the currency's minor unit, or finer where a price is finer."""
    digits = MINOR_DIGITS.get(line.currency, 2)
    digits = max(digits, digits_of(as_fine_as))
    return Fraction(floor(price * 10**digits + Fraction(1, 2)), 10**digits)


def digits_of(price: Fraction) -> int:
    """Give the decimal places that a price is written with."""
    return next(n for n in range(30) if (price * 10**n).denominator == 1)


def breaks_floor(line: Line, found: Priced) -> bool:
    """P3: the margin of the net price over the cost is known and below the floor."""
    if not found.charged:
        return False
    try:
        margin = (found.charged - unit_cost(line)) / found.charged * HUNDRED
    except Gap:
        return False
    return margin < FLOOR_PCT


def unit_cost(line: Line) -> Fraction:
    """Give the cost of one price unit in the order's currency."""
    cost = number(line.product, "unit_cost")
    base = text(line.product, "base_uom")
    units = convert(line.books, line.sku, Fraction(1), price_uom(line.line), base)
    currency = text(line.product, "cost_currency")
    return cost * units * line.books.rate(currency, line.currency, line.pricing_day())


def is_unwanted_gift(line: Line, found: Priced) -> bool:
    """Say whether goods are given away that no promotion and no entry as free goods wants."""
    if found.charged is None or found.charged or text(line.line, "fulfilment") == "free_goods":
        return False
    valid = [o for o in found.offers if o.valid]
    return not any(o.kind == "promotion" for o in matching(line, found, valid))
