"""Values of lines and orders: net or gross, converted once and rounded once at the line.

Source of every rule: `rules.md`, Terms (net value, gross, conversion). Figures are in the currency
that the caller names, at the rate of the date that the caller names.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tools.book import Book
from tools.money import round_money
from tools.orders import (
    Conversion,
    conversion,
    filled,
    lines_of,
    order_of,
    require,
)
from tools.rows import Cell, Figure, Row, Source
from tools.unknown import NotKnown

HUNDRED = Decimal(100)


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
