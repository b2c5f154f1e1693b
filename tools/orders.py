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
from tools.rows import Cell, Figure, Row
from tools.unknown import NotKnown

CONFIRMED = frozenset({"open", "blocked", "released", "shipped", "invoiced"})


def confirmed(order: Row) -> bool:
    """Whether the order is confirmed (not draft, closed or cancelled)."""
    return order.text("status") in CONFIRMED


def bill_to_of(order: Row) -> str:
    """The bill-to of an order; the sold-to where it names none."""
    return order.text("bill_to_id") or str(order["customer_id"])


def confirmed_orders(book: Book, customer_id: str) -> list[Row]:
    """The confirmed orders of a bill-to that the book holds."""

    def index() -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for order in book.all("orders"):
            if confirmed(order):
                found.setdefault(bill_to_of(order), []).append(order)
        return found

    return book.once("confirmed orders", index).get(customer_id, [])


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
    value = require(line, "ordered_qty")
    for column in (done, "cancelled_qty"):
        if less := line.number(column):
            value -= less
    return value if value > 0 else Decimal(0)


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
    quantity, unit = _left_of(line, "shipped_qty"), line["uom"]
    base = product_of(book, line)["base_uom"] or unit
    if unit == base:
        return quantity
    return conversion(book, line["sku"], line.text("uom"), str(base)).apply(quantity)


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
    """The ship date as a date; None where nothing is on file.

    Lines without a date of their own share what the dates of their order come to.
    """
    shared: dict[object, date | None] = book.once("ship_days", dict)
    own = line["ship_on"] or line["promised_on"] or line["requested_on"]
    key = (line.ref,) if own else line["order_id"]
    if key not in shared:
        shared[key] = _ship_day(book, line)
    return shared[key]


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
    return confirmed(order) and _all_stale(book, order, today)


def _all_stale(book: Book, order: Row, today: date) -> bool:
    """Whether the order's lines have ship dates and all of them are stale."""
    dated = False
    for line in book.by("order_lines", order_id=order["order_id"]):
        day = ship_day(book, line)
        if day is not None and not is_stale_day(book, day, today):
            return False
        dated = dated or day is not None
    return dated


def order_day(book: Book, order: Row) -> date | None:
    """The local date on which the order was entered."""
    moment = order.moment("ordered_at")
    return book.calendar(order.text("site_id")).today(moment) if moment else None


def local_day(book: Book, moment: datetime, site_id: str | None) -> date:
    """The local date of a moment at a site."""
    return book.calendar(site_id).today(moment)
