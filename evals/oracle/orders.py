"""Lines of orders: what is open, when it is promised and ships, what it is worth.

Not said by the rules, and taken as the product does: lead days count in the calendar of the
route's site; a product without base unit is counted in the unit of its line; a charge without tax
rate carries the order's; texts and kit headers without a price are worth nothing.
"""

from datetime import date, timedelta
from fractions import Fraction

from evals.oracle.calendar import local_day, shift, today
from evals.oracle.model import (
    HUNDRED,
    STALE_DAYS,
    ZERO,
    Books,
    Gap,
    Row,
    day,
    flag,
    moment,
    money,
    number,
    text,
    total,
)


def bill_to(order: Row) -> str:
    """Give who pays: the sold-to where nobody else is named."""
    return text(order, "bill_to_id") or text(order, "customer_id")


def ship_to(order: Row) -> str:
    """Give who receives: the sold-to where nobody else is named."""
    return text(order, "ship_to_id") or text(order, "customer_id")


def lines_of(books: Books, order: Row) -> list[Row]:
    """Give the order's lines."""
    return books.rows("order_lines", order_id=order["order_id"])


def site_of(order: Row, line: Row) -> str:
    """Give the site that ships the line."""
    return text(line, "site_id") or text(order, "site_id")


def open_quantity(line: Row) -> Fraction:
    """Ordered - shipped - cancelled, in the line's unit."""
    gone = number(line, "shipped_qty", ZERO) + number(line, "cancelled_qty", ZERO)
    return max(ZERO, number(line, "ordered_qty") - gone)


def uninvoiced_quantity(line: Row) -> Fraction:
    """Ordered - cancelled - invoiced, in the line's unit."""
    gone = number(line, "invoiced_qty", ZERO) + number(line, "cancelled_qty", ZERO)
    return max(ZERO, number(line, "ordered_qty") - gone)


def kept_quantity(line: Row) -> Fraction:
    """Ordered - cancelled, in the line's unit."""
    return max(ZERO, number(line, "ordered_qty") - number(line, "cancelled_qty", ZERO))


def promise(order: Row, line: Row) -> date | None:
    """Give the promised delivery date of a line."""
    return (
        day(line, "promised_on")
        or day(order, "promised_on")
        or day(line, "requested_on")
        or day(order, "requested_on")
    )


def ship_day(books: Books, order: Row, line: Row) -> date | None:
    """Give the ship date: said, else the promise less the route's lead days."""
    said = day(line, "ship_on") or day(order, "ship_on")
    due = promise(order, line)
    route = books.one("routes", route_id=text(order, "route_id"))
    if said or due is None or route is None or not text(route, "lead_days"):
        return said or due
    site = text(route, "site_id") or text(order, "site_id")
    return shift(books, site, due, -int(number(route, "lead_days")))


def ship_or_today(books: Books, order: Row, line: Row, now: date) -> date | None:
    """Give the ship date, not before today."""
    on = ship_day(books, order, line)
    return None if on is None else max(on, now)


def is_stale_day(on: date | None, now: date) -> bool:
    """Say whether a ship date is too long past to count."""
    return on is not None and on < now - timedelta(days=STALE_DAYS)


def is_stale(books: Books, order: Row, now: date) -> bool:
    """Say whether the last ship date of an order is too long past to count."""
    days = [d for d in (ship_day(books, order, line) for line in lines_of(books, order)) if d]
    return bool(days) and is_stale_day(max(days), now)


def convert(books: Books, sku: str, quantity: Fraction, source: str, target: str) -> Fraction:
    """Convert between units of a product: directly, inversely, or by way of its base unit."""
    if source == target:
        return quantity
    if not source or not target:
        raise Gap("uom")
    factor = _factor(books, sku, source, target)
    if factor is None:
        base = text(books.one("products", sku=sku) or {}, "base_uom")
        if not base:
            raise Gap("uom_conversions")
        first, second = _factor(books, sku, source, base), _factor(books, sku, base, target)
        if first is None or second is None:
            raise Gap("uom_conversions")
        return quantity * first[0] / first[1] * second[0] / second[1]
    return quantity * factor[0] / factor[1]


def _factor(books: Books, sku: str, source: str, target: str) -> tuple[Fraction, Fraction] | None:
    if source == target:
        return Fraction(1), Fraction(1)
    row = books.one("uom_conversions", sku=sku, from_uom=source, to_uom=target)
    if row and text(row, "factor"):
        return number(row, "factor"), Fraction(1)
    row = books.one("uom_conversions", sku=sku, from_uom=target, to_uom=source)
    return (Fraction(1), number(row, "factor")) if row and text(row, "factor") else None


def base_quantity(books: Books, line: Row, quantity: Fraction) -> Fraction:
    """Convert a quantity of the line to the product's base unit."""
    product = books.need("products", sku=text(line, "sku"))
    base = text(product, "base_uom") or text(line, "uom")
    return convert(books, line["sku"], quantity, text(line, "uom"), base)


def price_uom(line: Row) -> str:
    """Give the unit that the price is per."""
    return text(line, "price_uom") or text(line, "uom")


def tax_share(order: Row, line: Row) -> Fraction:
    """Give 1 + the tax rate."""
    rate = text(line, "tax_rate") or text(order, "tax_rate") or "0"
    return 1 + Fraction(rate) / HUNDRED


def net_price(order: Row, line: Row) -> Fraction:
    """Give the price charged for one price unit, net of discount and tax."""
    price = number(line, "unit_price") / number(line, "price_per", Fraction(1))
    price = price * (1 - number(line, "discount_pct", ZERO) / HUNDRED)
    return price / tax_share(order, line) if flag(order, "prices_include_tax", False) else price


def stated_value(books: Books, line: Row, quantity: Fraction) -> Fraction:
    """Give the value as stated, with tax where prices include it."""
    priced = convert(books, text(line, "sku"), quantity, text(line, "uom"), price_uom(line))
    value = priced * number(line, "unit_price") / number(line, "price_per", Fraction(1))
    return value * (1 - number(line, "discount_pct", ZERO) / HUNDRED)


def line_value(books: Books, order: Row, line: Row, quantity: Fraction, gross: bool) -> Fraction:
    """Give the unrounded value of a quantity of the line in the order's currency."""
    value = stated_value(books, line, quantity)
    included = flag(order, "prices_include_tax", False)
    if included == gross:
        return value
    return value * tax_share(order, line) if gross else value / tax_share(order, line)


def charge_value(order: Row, charge: Row, gross: bool) -> Fraction:
    """Give the unrounded value of one charge of the order."""
    value = number(charge, "amount")
    rate = text(charge, "tax_rate") or text(order, "tax_rate") or "0"
    return value * (1 + Fraction(rate) / HUNDRED) if gross else value


def order_value(books: Books, order: Row, currency: str, on: date, gross: bool) -> Fraction:
    """Give the value of all that is not cancelled, each line converted, then rounded."""
    rate = books.rate(text(order, "currency"), currency, on)
    parts = [
        line_value(books, order, line, kept_quantity(line), gross)
        for line in lines_of(books, order)
        if text(line, "unit_price") or text(line, "fulfilment") not in ("text", "kit_header")
    ]
    charges = books.rows("order_charges", order_id=order["order_id"])
    parts += [charge_value(order, charge, gross) for charge in charges]
    return total(money(part * rate, currency) for part in parts)


def order_day(books: Books, order: Row) -> date | None:
    """Give the local date of the order."""
    at = moment(order, "ordered_at")
    return local_day(books, text(order, "site_id"), at) if at else None


def now_of(books: Books, order: Row) -> date:
    """Give today at the order's site."""
    return today(books, text(order, "site_id"))
