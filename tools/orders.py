"""Orders and lines: open quantities, promise, ship date, unit conversion, value.

Source of every rule: `rules.md`, Terms. Quantities carry the line's unit, base quantities the
product's base unit, money the currency named. Figures are memoised per book: orders share them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tools.book import Book
from tools.money import round_money
from tools.rows import Cell, Figure, Row, Source
from tools.unknown import NotKnown

CONFIRMED = frozenset({"open", "blocked", "released", "shipped", "invoiced"})
HUNDRED = Decimal(100)


def confirmed(order: Row) -> bool:
    """Whether the order is confirmed (not draft, closed or cancelled)."""
    return order.text("status") in CONFIRMED


def bill_to_of(order: Row) -> str:
    """The bill-to of an order; the sold-to where it names none."""
    return order.text("bill_to_id") or str(order["customer_id"])


def order_of(book: Book, line: Row) -> Row:
    """The order of a line (a reference that loading guarantees)."""
    found = book.first("orders", "order_id").get(line["order_id"])
    if found is None:
        raise NotKnown(f"order {line['order_id']} of {line.ref} is not in the evidence", "orders")
    return found


def product_of(book: Book, line: Row) -> Row:
    """The product of a line (a reference that loading guarantees)."""
    found = book.first("products", "sku").get(line["sku"])
    if found is None:
        raise NotKnown(f"product {line['sku']} of {line.ref} is not on file", "products")
    return found


def lines_of(book: Book, order: Row) -> list[Row]:
    """The lines of an order that the book holds, by line number."""
    rows = book.by("order_lines", order_id=order["order_id"])
    return sorted(rows, key=lambda row: int(str(row["line_no"])))


def site_of(book: Book, line: Row) -> str | None:
    """The line's site, else the order's."""
    return line.text("site_id") or order_of(book, line).text("site_id")


def is_stocked(book: Book, line: Row) -> bool:
    """Whether the line is served from stock: fulfilment stock (or empty) of a stocked product."""
    if line.text("fulfilment") not in (None, "stock"):
        return False
    return product_of(book, line).flag("stocked", empty=True)


def filled(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells that hold a value: what a formula can use and a reader can check."""
    return tuple(cell for cell in cells if cell.value is not None)


def require(row: Row, column: str) -> Decimal:
    """A number that may not be empty.

    Raises:
        NotKnown: the cell is empty.
    """
    found = row.number(column)
    if found is None:
        raise NotKnown(f"{column} of {row.ref} is empty", f"{row.table}.{column}")
    return found


def _rest_of(line: Row, name: str, done: str) -> Figure:
    used = filled([line.cell(c) for c in ("ordered_qty", done, "cancelled_qty")])
    value = _left_of(line, done)
    arithmetic = " - ".join(cell.column for cell in used)
    key = line.ref.removeprefix("order_lines/")
    return Figure(
        f"{key}.{name}",
        value,
        line.text("uom") or "",
        f"max(0, {arithmetic})",
        used,
    )


def _left_of(line: Row, done: str) -> Decimal:
    value = require(line, "ordered_qty") - line.amount(done) - line.amount("cancelled_qty")
    return max(value, Decimal(0))


def open_quantity(book: Book, line: Row) -> Figure:
    """What is still to ship: ordered - shipped - cancelled, not below 0, in the line's unit."""
    return book.once(("open", line.ref), lambda: _rest_of(line, "open_quantity", "shipped_qty"))


def uninvoiced_quantity(book: Book, line: Row) -> Figure:
    """What is still to invoice: ordered - cancelled - invoiced, not below 0."""
    return book.once(("uninvoiced", line.ref), lambda: _rest_of(line, "uninvoiced", "invoiced_qty"))


# --- units -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conversion:
    """How to turn a quantity of one unit into another: factors to multiply or divide by."""

    steps: tuple[tuple[str, Cell], ...] = ()

    def apply(self, quantity: Decimal) -> Decimal:
        """The quantity in the target unit."""
        for operator, cell in self.steps:
            factor = Decimal(str(cell.value))
            quantity = quantity * factor if operator == "*" else quantity / factor
        return quantity

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The conversion rows that were used."""
        return tuple(cell for _, cell in self.steps)

    def formula(self, name: str) -> str:
        """The arithmetic, for a quantity of that name; two steps name their inputs by place."""
        if len(self.steps) == 2 and self.steps[0][0] == self.steps[1][0] == "*":
            return f"{name} * product(factor)"
        return name + "".join(f" {op} part(factor, {n})" for n, (op, _) in enumerate(self.steps, 1))


def _step(book: Book, sku: object, source: str, target: str) -> tuple[str, Cell] | None:
    for operator, first, second in (("*", source, target), ("/", target, source)):
        row = book.one("uom_conversions", sku=sku, from_uom=first, to_uom=second)
        if row is not None and row.number("factor"):
            return operator, row.cell("factor")
    return None


def conversion(book: Book, sku: object, source: str | None, target: str | None) -> Conversion:
    """The conversion of a product's unit: direct, inverse, or through its base unit.

    Raises:
        NotKnown: no conversion is on file.
    """
    if source == target:
        return Conversion()
    product = book.one("products", sku=sku)
    base = product.text("base_uom") if product else None
    if source and target:
        direct = _step(book, sku, source, target)
        if direct:
            return Conversion((direct,))
        first = _step(book, sku, source, base) if base else None
        second = _step(book, sku, base, target) if base else None
        if first and second:
            return Conversion((first, second))
    raise NotKnown(
        f"no conversion of {sku} from {source or 'an empty unit'} to {target or 'an empty unit'}",
        "uom_conversions",
    )


def in_base(book: Book, line: Row, quantity: Figure) -> Figure:
    """A quantity of the line in the product's base unit, named `<quantity>_base`.

    Raises:
        NotKnown: no conversion is on file.
    """
    product = product_of(book, line)
    base = product.text("base_uom") or line.text("uom")
    step = conversion(book, line["sku"], line.text("uom"), base)
    if not step.steps:
        return Figure(quantity.id, quantity.value, base or "", quantity.formula, quantity.inputs)
    name = quantity.id.rsplit(".", 1)[-1]
    return Figure(
        f"{quantity.id}_base", step.apply(quantity.number), base or "", step.formula(name),
        (quantity, *step.cells),
    )  # fmt: skip


def open_base(book: Book, line: Row) -> Figure:
    """The open quantity of a line in base units."""
    return book.once(
        ("open_base", line.ref), lambda: in_base(book, line, open_quantity(book, line))
    )


def open_base_quantity(book: Book, line: Row) -> Decimal:
    """The value of `open_base`, without a figure for each of thousands of lines.

    Raises:
        NotKnown: the quantity is empty or no conversion is on file.
    """

    def compute() -> Decimal:
        quantity = _left_of(line, "shipped_qty")
        base = product_of(book, line).text("base_uom") or line.text("uom")
        return conversion(book, line["sku"], line.text("uom"), base).apply(quantity)

    return book.once(("open_base_quantity", line.ref), compute)


# --- dates -----------------------------------------------------------------------------------


def promise(book: Book, line: Row) -> Cell | None:
    """The line's promise: promised_on of line, of order, else requested_on of line, of order."""
    order = order_of(book, line)
    for row, column in ((line, "promised_on"), (order, "promised_on"),
                        (line, "requested_on"), (order, "requested_on")):  # fmt: skip
        if row.day(column) is not None:
            return row.cell(column)
    return None


def promise_day(book: Book, line: Row) -> date | None:
    """The promise as a date."""
    cell = promise(book, line)
    return cell.row.day(cell.column) if cell else None


def _ship_date(book: Book, line: Row) -> Figure:
    order = order_of(book, line)
    key = f"{line.ref.removeprefix('order_lines/')}.ship_date"
    for row in (line, order):
        if (day := row.day("ship_on")) is not None:
            return Figure(key, day, "date", "by rule: ship_on", (row.cell("ship_on"),))
    due = promise(book, line)
    if due is None:
        return Figure(key, None, "date", "by rule: no ship date, promise or request on file")
    day = due.row.day(due.column)
    leaves, route = _less_lead_time(book, order, day) if day else (None, None)
    if route is None:
        return Figure(key, day, "date", f"by rule: {due.column}, no lead time on file", (due,))
    return Figure(
        key, leaves, "date",
        f"by rule: {due.column} less lead_days working days of the site",
        (due, route.cell("lead_days")),
    )  # fmt: skip


def _less_lead_time(book: Book, order: Row, day: date) -> tuple[date, Row | None]:
    """A day less the lead time of the order's route, and the route if it states one."""

    def compute() -> tuple[date, Row | None]:
        route = book.one("routes", route_id=order["route_id"]) if order["route_id"] else None
        lead = route.number("lead_days") if route else None
        if route is None or lead is None:
            return day, None
        calendar = book.calendar(route.text("site_id") or order.text("site_id"))
        return calendar.add(day, -int(lead)), route

    return book.once(("less_lead_time", order["route_id"], order["site_id"], day), compute)


def ship_date(book: Book, line: Row) -> Figure:
    """The line's ship date: ship_on, else the promise less the lead time, else the promise."""
    return book.once(("ship", line.ref), lambda: _ship_date(book, line))


def ship_day(book: Book, line: Row) -> date | None:
    """The ship date as a date; None where nothing is on file."""
    return book.once(("ship_day", line.ref), lambda: _ship_day(book, line))


def _ship_day(book: Book, line: Row) -> date | None:
    """The value of `_ship_date`, without a figure for each of thousands of lines."""
    order = order_of(book, line)
    planned = line.day("ship_on") or order.day("ship_on")
    if planned is not None:
        return planned
    due = promise_day(book, line)
    return None if due is None else _less_lead_time(book, order, due)[0]


def last_ship_day(book: Book, order: Row) -> date | None:
    """The latest ship date among the order's lines that the book holds."""
    lines = book.by("order_lines", order_id=order["order_id"])
    days = [d for line in lines if (d := ship_day(book, line)) is not None]
    return max(days, default=None)


def is_stale_day(book: Book, day: date | None, today: date) -> bool:
    """Whether a ship date lies more than the stale days before today."""
    return day is not None and today - day > timedelta(days=book.conventions.stale_order_days)


def is_stale(book: Book, order: Row, today: date) -> bool:
    """Whether a confirmed order's last ship date lies more than the stale days before today."""
    return confirmed(order) and is_stale_day(book, last_ship_day(book, order), today)


def order_day(book: Book, order: Row) -> date | None:
    """The local date on which the order was entered."""
    moment = order.moment("ordered_at")
    return book.calendar(order.text("site_id")).today(moment) if moment else None


# --- money -----------------------------------------------------------------------------------


def rate(book: Book, source: str | None, target: str | None, on: date | None) -> Conversion:
    """The exchange rate: newest on or before the date, direct, else the inverse of the opposite.

    Raises:
        NotKnown: a currency is empty or no rate is on file.
    """
    if source is None or target is None:
        raise NotKnown("a currency is empty", "currency")
    if source == target:
        return Conversion()
    return book.once(("rate", source, target, on), lambda: _rate(book, source, target, on))


def _rate(book: Book, source: str, target: str, on: date | None) -> Conversion:
    for operator, first, second in (("*", source, target), ("/", target, source)):
        rows = book.by("fx_rates", from_currency=first, to_currency=second)
        usable = [r for r in rows if on and (d := r.day("valid_on")) is not None and d <= on]
        if usable:
            newest = max(usable, key=lambda r: r.day("valid_on") or date.min)
            if not newest.number("rate"):
                raise NotKnown(f"rate of {newest.ref} is empty", "fx_rates.rate")
            return Conversion(((operator, newest.cell("rate")),))
    when = on.isoformat() if on else "an unknown date"
    raise NotKnown(f"no rate from {source} to {target} on or before {when}", "fx_rates")


def rate_formula(step: Conversion) -> str:
    """The factor to append to a formula: empty, ` * rate` or ` / rate`."""
    return f" {step.steps[0][0]} rate" if step.steps else ""


def tax_cell(book: Book, line: Row) -> Cell | None:
    """The tax rate of a line: its own, else the order's; None counts as 0."""
    for row in (line, order_of(book, line)):
        if row.number("tax_rate") is not None:
            return row.cell("tax_rate")
    return None


def line_value(
    book: Book, line: Row, quantity: Figure, name: str, *, currency: str, on: date | None,
    gross: bool,
) -> Figure:  # fmt: skip
    """The value of a quantity of a line, net or gross, converted and rounded once at the line.

    `quantity` is in the line's unit; the result is in `currency` at the rate of the date `on`.

    Raises:
        NotKnown: price, unit conversion or rate are missing.
    """
    order = order_of(book, line)
    price = require(line, "unit_price")
    units = conversion(
        book, line["sku"], line.text("uom"), line.text("price_uom") or line.text("uom")
    )
    fx = rate(book, order.text("currency"), currency, on)
    value = units.apply(quantity.number) * price
    formula = units.formula(quantity.id.rsplit(".", 1)[-1]) + " * unit_price"
    inputs: list[Source] = [quantity, *units.cells, line.cell("unit_price")]
    if (per := line.number("price_per")) is not None:
        value, formula = value / per, formula + " / price_per"
        inputs.append(line.cell("price_per"))
    if discount := line.amount("discount_pct"):
        value, formula = value * (1 - discount / HUNDRED), formula + " * (1 - discount_pct / 100)"
        inputs.append(line.cell("discount_pct"))
    value, formula = _taxed(book, line, value, formula, inputs, gross)
    value, formula = fx.apply(value), formula + rate_formula(fx)
    key = line.ref.removeprefix("order_lines/")
    return Figure(
        f"{key}.{name}", round_money(value, currency), currency, f"money({formula})",
        (*inputs, *fx.cells),
    )  # fmt: skip


def _taxed(
    book: Book, line: Row, value: Decimal, formula: str, inputs: list[Source], gross: bool
) -> tuple[Decimal, str]:
    included = order_of(book, line).flag("prices_include_tax")
    cell = tax_cell(book, line)
    tax = Decimal(str(cell.value)) if cell else Decimal(0)
    if cell is None or not tax or included == gross:
        return value, formula
    inputs.append(cell)
    if gross:
        return value * (1 + tax / HUNDRED), formula + " * (1 + tax_rate / 100)"
    return value / (1 + tax / HUNDRED), formula + " / (1 + tax_rate / 100)"


def charge_value(
    book: Book, charge: Row, name: str, *, currency: str, on: date | None, gross: bool
) -> Figure:
    """The value of an order charge (its amount is net; tax is its own rate, else the order's)."""
    order = book.one("orders", order_id=charge["order_id"])
    if order is None:
        raise NotKnown(f"the order of {charge.ref} is not on file", "orders")
    fx = rate(book, order.text("currency"), currency, on)
    value, formula = require(charge, "amount"), "amount"
    inputs: list[Source] = [charge.cell("amount")]
    taxed = charge if charge.number("tax_rate") is not None else order
    if gross and (tax := taxed.amount("tax_rate")):
        value, formula = value * (1 + tax / HUNDRED), "amount * (1 + tax_rate / 100)"
        inputs.append(taxed.cell("tax_rate"))
    return Figure(
        f"{charge.ref}.{name}", round_money(fx.apply(value), currency), currency,
        f"money({formula}{rate_formula(fx)})", (*inputs, *fx.cells),
    )  # fmt: skip


def total(key: str, parts: Sequence[Source], unit: str, formula: str = "") -> Figure:
    """The sum of parts that share a name (the last part of their ids or their column)."""
    names = sorted({p.column if isinstance(p, Cell) else p.id.rsplit(".", 1)[-1] for p in parts})
    text = formula or (" + ".join(f"sum({name})" for name in names) or "0")
    values = [p.row.amount(p.column) if isinstance(p, Cell) else p.number for p in parts]
    return Figure(key, sum(values, Decimal(0)), unit, text, tuple(parts))


def charges_of(book: Book, order: Row) -> list[Row]:
    """The order's charges, by their citation."""
    rows = book.by("order_charges", order_id=order["order_id"])
    return sorted(rows, key=lambda row: row.ref)


def order_value(book: Book, order: Row, *, currency: str, on: date | None, gross: bool) -> Figure:
    """The order's whole value (ordered less cancelled, plus charges), each line rounded once.

    Raises:
        NotKnown: a price, conversion or rate is missing.
    """
    key = ("order_value", order.ref, currency, on, gross)
    name = ("gross" if gross else "net") + (
        "" if currency == order.text("currency") else f"_{currency}"
    )

    def compute() -> Figure:
        parts = [
            line_value(book, line, wanted(line), name, currency=currency, on=on, gross=gross)
            for line in lines_of(book, order)
            if not is_unpriced(line)
        ]
        parts += [
            charge_value(book, charge, name, currency=currency, on=on, gross=gross)
            for charge in charges_of(book, order)
        ]
        return total(f"{order['order_id']}.{name}", parts, currency)

    return book.once(key, compute)


def is_unpriced(line: Row) -> bool:
    """Whether a line has no price by its nature: a text or the header of a kit."""
    return line.text("fulfilment") in ("text", "kit_header") and line.number("unit_price") is None


def wanted(line: Row) -> Figure:
    """Ordered less cancelled, not below 0, in the line's unit."""
    used = filled([line.cell("ordered_qty"), line.cell("cancelled_qty")])
    value = max(require(line, "ordered_qty") - line.amount("cancelled_qty"), Decimal(0))
    key = line.ref.removeprefix("order_lines/")
    arithmetic = " - ".join(cell.column for cell in used)
    return Figure(f"{key}.wanted", value, line.text("uom") or "", f"max(0, {arithmetic})", used)


def local_day(book: Book, moment: datetime, site_id: str | None) -> date:
    """The local date of a moment at a site."""
    return book.calendar(site_id).today(moment)
