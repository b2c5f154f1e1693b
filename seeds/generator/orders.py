"""The ordinary book: orders that are clear, in every state from draft to closed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from seeds.generator.clock import BERLIN, TODAY, ZONE, add_workdays, day, workdays_between
from seeds.generator.company import COMPANY_OF
from seeds.generator.customers import CUSTOMERS, Customer, ship_tos_of
from seeds.generator.model import Book, Line, Order, Row, dec
from seeds.generator.prices import LISTED_PER_100, NOT_LISTED, SHIP_BASED, quote, tax_of
from seeds.generator.products import PRODUCTS
from seeds.generator.routes import ROUTES, delivery, run_days, run_id

FIRST, LAST = 1001, 1400
_BLOCKS = ((1001, 1008, "2025-12-08", "2026-01-05"), (1009, 1060, "2026-01-12", "2026-02-20"),
           (1061, 1400, "2026-02-23", "2026-03-10"))  # fmt: skip
STALE = {1002: "CU-112", 1004: "CU-110", 1007: "CU-150"}
"""Orders that were never shipped and never closed, by number, and whose they are."""

_NOT_FOR = {"CU-138": {"10-105"}, "CU-120": {"20-301"}}
"""Products that a customer takes only in a story, because something is wrong with their price."""

_RECENT = 1300
"""From this number on an order is too young to be shipped."""

_NO_HISTORY = ("CU-124", "CU-126")
_SPLITTER = "CU-119"
_SIZE = {"A": "1.3", "B": "0.9", "C": "0.4"}


def ordered_at(no: int) -> datetime:
    """When an order was entered: numbers run with time."""
    first, last, start, end = next(b for b in _BLOCKS if b[0] <= no <= b[1])
    days = workdays_between("D01", day(start), day(end))
    place = (no - first) * len(days)
    on, rest = days[place // (last - first + 1)], place % (last - first + 1)
    share = rest / (last - first + 1)
    hours = 5.2 if on == TODAY else 9.0
    minutes = 455 + int(share * hours * 60) + no % 3
    return datetime(on.year, on.month, on.day, minutes // 60, minutes % 60, tzinfo=BERLIN)


def make_line(customer: str, no: int, sku: str, qty: str, uom: str, on: date,
              **changes: Any) -> Line:  # fmt: skip
    """A line charged as the book's prices say; `changes` plants what differs."""
    product = PRODUCTS[sku]
    price, discount, source = quote(customer, sku, on)
    line = Line(no, sku, uom, dec(qty), product.factor(uom), price * product.factor(uom),
                tax_of(CUSTOMERS[customer], product), source, discount, uom)  # fmt: skip
    if sku in LISTED_PER_100:
        line.price, line.price_uom, line.price_per = price, "EA", dec(100)
        line.price_factor = line.factor
    if product.group == "SERVICE":
        line.fulfilment = "service"
    for name, value in changes.items():
        setattr(line, name, value)
    return line


def _status(book: Book, no: int, customer: Customer, on: date) -> str:
    if no in STALE:
        return "open"
    draw = book.chance.randint(1, 100)
    ladder: tuple[tuple[int, str], ...]
    if on < day("02-23"):
        ladder = ((70, "closed"), (94, "invoiced"), (100, "cancelled"))
    elif on < day("03-04"):
        ladder = ((16, "closed"), (46, "invoiced"), (58, "shipped"), (76, "open"),
                  (97, "released"), (100, "cancelled"))  # fmt: skip
    else:
        ladder = ((56, "open"), (86, "released"), (93, "draft"), (97, "shipped"),
                  (100, "cancelled"))  # fmt: skip
    status = next(word for limit, word in ladder if draw <= limit)
    if customer.is_("quiet") and status in ("open", "released"):
        return "shipped" if no % 3 == 0 else "invoiced"
    if status == "shipped" and no >= _RECENT:
        return "released"
    return status


def _dates(book: Book, customer: Customer, on: date, status: str) -> tuple[date, date]:
    route = ROUTES[customer.route]
    if on < day("2026-01-09") or status in ("shipped", "invoiced", "closed", "cancelled"):
        ship = add_workdays(route.site, on, 1 + route.days_before + book.chance.randint(0, 1))
        ship = min(ship, add_workdays(route.site, TODAY, -1))
        return ship, delivery(route, ship)
    first = add_workdays(route.site, TODAY, 1 + route.days_before)
    days = [d for d in run_days(route, first) if d in workdays_between(route.site, first, d)]
    ship = days[book.chance.randint(0, min(6, len(days) - 1))]
    return ship, delivery(route, ship)


def _basket(book: Book, customer: Customer) -> list[str]:
    skip = {sku for price_list, sku in NOT_LISTED if price_list == customer.price_list}
    skip |= _NOT_FOR.get(customer.customer_id, set())
    range_ = [p.sku for p in PRODUCTS.values() if p.ordinary and p.sku not in SHIP_BASED]
    if customer.is_("alcohol"):
        range_ += ["60-101", "60-102", "60-103"]
    if customer.is_("biocide"):
        range_ += ["R-9"]
    skus = [s for s in range_ if s not in skip]
    return book.chance.sample(skus, book.chance.choice((1, 2, 2, 3, 3, 3, 4, 5, 6)))


def _quantity(book: Book, sku: str, tier: str) -> tuple[str, str]:
    product = PRODUCTS[sku]
    if sku == "R-9":
        return str(book.chance.randint(1, 3)), "BOX"
    target = Decimal(book.chance.randint(180, 1700)) * dec(_SIZE[tier]) / product.price
    target = min(target, Decimal(420) / max(product.kg, Decimal("0.01")))
    if product.box == 1:
        return str(max(2, int(target))), "EA"
    if book.chance.randint(1, 12) == 1:
        return str(max(6, int(target))), "EA"
    return str(max(1, int(target / product.box))), "BOX"


def _fill(line: Line, status: str) -> None:
    if status in ("shipped", "invoiced", "closed"):
        line.shipped = line.qty
    if status in ("invoiced", "closed"):
        line.invoiced = line.qty
    if status == "cancelled":
        line.cancelled = line.qty


def _vary(no: int, status: str, customer: Customer, lines: list[Line]) -> None:
    """Ships half of the first line of some open orders, and adds a service to others."""
    first = lines[0]
    if status == "open" and no % 6 == 2 and no not in STALE and first.qty >= 2:
        first.shipped = first.invoiced = first.qty // 2
    if status in ("open", "released") and no % 8 == 5 and customer.currency == "EUR":
        lines.append(make_line(customer.customer_id, len(lines) * 10 + 10, "90-001", "1", "EA",
                               ordered_at(no).date()))  # fmt: skip


def _created_by(book: Book, customer: Customer) -> tuple[str, str]:
    person = {"D01": "u.brandt", "D02": "u.hoffmann", "D03": "u.holt"}[customer.site]
    service = "u.doyle" if customer.site == "D03" else "u.marin"
    return book.chance.choice((("edi", "svc.edi"), ("edi", "svc.edi"), ("portal", "svc.portal"),
                               ("email", service), ("phone", person)))  # fmt: skip


def customer_ref(customer: str, no: int) -> str:
    """The customer's own order number: each customer counts its own way."""
    digits = int(customer[-3:])
    styles = (f"45000{digits * 100 + no % 9000:05d}", f"PO-{digits}-{no + 2311}",
              f"B{no * 7 % 100000:05d}/26", f"{digits}{no:05d}")  # fmt: skip
    return styles[digits % 4]


def _customers(no: int) -> list[Customer]:
    recent = no >= _RECENT
    absent = (*_NO_HISTORY, _SPLITTER) if recent else _NO_HISTORY
    return [
        c
        for c in CUSTOMERS.values()
        if not c.is_("bill") and c.customer_id not in absent and not (recent and c.is_("quiet"))
    ]


def _weight(customer: Customer) -> int:
    """How often a customer orders; stores of one parent share, accounts in trouble order little."""
    if customer.is_("p"):
        return 4
    often = {"A": 12, "B": 8, "C": 6}[customer.tier]
    return often // 4 if customer.is_("quiet") else often


def plan_ordinary(book: Book, no: int) -> Order:
    """One ordinary order: its prices match, its stock is there, its run has room."""
    customers = _customers(no)
    weights = [_weight(c) for c in customers]
    customer = book.chance.choices(customers, weights)[0]
    customer = CUSTOMERS.get(STALE.get(no, ""), customer)
    moment = ordered_at(no).astimezone(ZONE[customer.site])
    status = _status(book, no, customer, moment.date())
    ship, promised = _dates(book, customer, moment.date(), status)
    lines = []
    for place, sku in enumerate(_basket(book, customer), 1):
        qty, uom = _quantity(book, sku, customer.tier)
        lines.append(make_line(customer.customer_id, place * 10, sku, qty, uom, moment.date()))
        _fill(lines[-1], status)
    _vary(no, status, customer, lines)
    channel, created_by = _created_by(book, customer)
    route = customer.route
    on_run = status == "released" or (status == "open" and no % 3)
    tos = ship_tos_of(customer.customer_id)
    return Order(f"SO-{no}", customer.customer_id, moment, promised, status, lines, ship,
                 site=customer.site, route=route, channel=channel, created_by=created_by,
                 run=run_id(route, ship) if on_run and ship >= TODAY else "",
                 ship_to=tos[no % len(tos)] if tos else "",
                 ref=customer_ref(customer.customer_id, no),
                 priority=1 if no % 61 == 0 else None,
                 ship_complete=True if no % 17 == 0 else None,
                 reserve=status == "released")  # fmt: skip


def _order_row(order: Order) -> Row:
    customer = CUSTOMERS[order.customer]
    terms = customer.terms if order.terms is None else order.terms
    return {
        "order_id": order.order_id, "company_id": COMPANY_OF[order.site],
        "customer_id": order.customer, "bill_to_id": customer.bill_to,
        "ship_to_id": order.ship_to, "customer_ref": order.ref, "order_type": order.order_type,
        "ordered_at": order.ordered_at, "requested_on": order.requested or order.promised,
        "promised_on": order.promised, "ship_on": order.ship, "status": order.status,
        "currency": customer.currency, "payment_terms_days": terms,
        "baseline_terms_days": customer.terms, "prices_include_tax": False,
        "tax_rate": max(line.tax for line in order.lines), "site_id": order.site,
        "route_id": order.route, "run_id": order.run, "priority": order.priority,
        "ship_complete": order.ship_complete, "channel": order.channel,
        "created_by": order.created_by, "version": order.version,
        "pricing_on": order.ordered_at.date(), "incomplete_codes": order.incomplete,
        "remark": order.remark,
    }  # fmt: skip


def _line_row(order: Order, line: Line) -> Row:
    return {
        "order_id": order.order_id, "line_no": line.no, "sku": line.sku, "uom": line.uom,
        "ordered_qty": line.qty, "shipped_qty": line.shipped, "invoiced_qty": line.invoiced,
        "cancelled_qty": line.cancelled, "unit_price": line.price, "price_uom": line.price_uom,
        "price_per": line.price_per, "discount_pct": line.discount, "tax_rate": line.tax,
        "price_source": line.source, "fulfilment": line.fulfilment,
        "promised_on": line.promised, "ship_on": line.ship, "remark": line.remark,
    }  # fmt: skip


def add_orders(book: Book) -> None:
    """Writes every planned order with its lines and charges."""
    for order in book.orders.values():
        book.rows["orders"].append(_order_row(order))
        for line in order.lines:
            book.rows["order_lines"].append(_line_row(order, line))
        for no, (kind, amount, tax) in enumerate(order.charges, 1):
            book.add("order_charges", order_id=order.order_id, charge_no=no, kind=kind,
                     amount=amount, tax_rate=tax)  # fmt: skip


def add_charges(book: Book) -> None:
    """Plans freight on small orders, fuel surcharges and container deposits on some."""
    for place, order in enumerate(book.orders.values()):
        if order.status not in ("open", "released") or CUSTOMERS[order.customer].is_("quiet"):
            continue
        if place % 7 == 3:
            order.charges.append(("freight", dec("38.50"), order.lines[0].tax))
        if place % 19 == 5:
            order.charges.append(("surcharge", dec("12.40"), order.lines[0].tax))
        if any(line.sku == "20-302" for line in order.lines):
            order.charges.append(("deposit", dec("66.00"), order.lines[0].tax))
