"""What the price of a line is stated in: its unit, its currency, its tax basis, its dates.

All net prices here are per one `price_uom` of the line, in the order's currency, less tax, and not
rounded: money is rounded once, at the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from tools.book import Book
from tools.money import round_money
from tools.orders import conversion, order_day, order_of, product_of, require, ship_date
from tools.rows import Cell, Figure, Row, Source
from tools.unknown import NotKnown
from tools.values import HUNDRED, tax_cell, wanted


@dataclass(frozen=True)
class LineTerms:
    """A line with the order and product that its price is read with."""

    book: Book
    line: Row

    @cached_property
    def order(self) -> Row:
        """The order of the line."""
        return order_of(self.book, self.line)

    @cached_property
    def product(self) -> Row:
        """The product of the line."""
        return product_of(self.book, self.line)

    @cached_property
    def price_uom(self) -> str | None:
        """The unit that the price is for: price_uom, else the line's unit."""
        return self.line.text("price_uom") or self.line.text("uom")

    @cached_property
    def currency(self) -> str:
        """The order's currency.

        Raises:
            NotKnown: it is empty.
        """
        found = self.order.text("currency")
        if found is None:
            raise NotKnown(f"currency of {self.order.ref} is empty", "orders.currency")
        return found

    @cached_property
    def key(self) -> str:
        """What the ids of the line's figures begin with."""
        return f"price.{self.line['line_no']}"

    @cached_property
    def tax(self) -> Cell | None:
        """The tax rate that the stated price contains; None where it is stated net."""
        if not self.order.flag("prices_include_tax"):
            return None
        cell = tax_cell(self.book, self.line)
        return cell if cell is not None and cell.value else None

    @cached_property
    def quantity(self) -> Figure:
        """Ordered less cancelled, in price_uom.

        Raises:
            NotKnown: the quantity is empty or cannot be converted.
        """
        source = wanted(self.line)
        step = conversion(self.book, self.line["sku"], self.line.text("uom"), self.price_uom)
        return Figure(
            f"{self.key}.quantity", step.apply(source.number), self.price_uom or "",
            step.formula("wanted"), (source, *step.cells),
        )  # fmt: skip

    def price_unit(self, value: Decimal) -> str:
        """The unit of a price per unit: the currency, or currency/unit where cents cannot state it.

        A price of 0.0125 a piece would else be read as 0.01.
        """
        exact = value == round_money(value, self.currency)
        return self.currency if exact else f"{self.currency}/{self.price_uom or 'unit'}"

    def price(self, name: str, value: Decimal, formula: str, inputs: tuple[Source, ...]) -> Figure:
        """A net price per price_uom as a figure of the line."""
        return Figure(f"{self.key}.{name}", value, self.price_unit(value), formula, inputs)

    def line_amount(
        self, name: str, per_unit: Decimal, formula: str, inputs: tuple[Source, ...]
    ) -> Figure:
        """An amount per price_uom times the quantity, rounded once, in the order's currency."""
        value = round_money(per_unit * self.quantity.number, self.currency)
        arithmetic = f"money({formula} * quantity)"
        return Figure(
            f"{self.key}.{name}", value, self.currency, arithmetic, (*inputs, self.quantity)
        )

    # --- dates -------------------------------------------------------------------------------

    @cached_property
    def order_date(self) -> Figure:
        """The local date on which the order was entered; its value is None where not on file."""
        site = self.book.one("sites", site_id=self.order["site_id"])
        inputs = [self.order.cell("ordered_at")]
        if site is not None and site.text("timezone"):
            inputs.append(site.cell("timezone"))
        return Figure(
            f"{self.order['order_id']}.order_date", order_day(self.book, self.order), "date",
            "by rule: local date of ordered_at at the order's site", tuple(inputs),
        )  # fmt: skip

    def date_on(self, basis: str) -> Figure:
        """The date of a basis: `order` or `ship`."""
        return ship_date(self.book, self.line) if basis == "ship" else self.order_date

    @cached_property
    def converted_on(self) -> date | None:
        """The date of exchange rates: pricing_on, else the order date."""
        found = self.order.day("pricing_on")
        return found or order_day(self.book, self.order)


def terms_of(book: Book, line: Row) -> LineTerms:
    """The terms of a line, kept with the book."""
    return book.once(("price_terms", line.ref), lambda: LineTerms(book, line))


def charged_price(terms: LineTerms, name: str = "charged", *, discounted: bool = True) -> Figure:
    """The net price that the line charges: unit_price / price_per less discount and tax (P2).

    Raises:
        NotKnown: unit_price or the order's currency is empty.
    """
    line = terms.line
    value, formula = require(line, "unit_price"), "unit_price"
    inputs = [line.cell("unit_price")]
    if (per := line.number("price_per")) is not None:
        value, formula = value / per, f"{formula} / price_per"
        inputs.append(line.cell("price_per"))
    if discounted and (discount := line.amount("discount_pct")):
        value, formula = value * (1 - discount / HUNDRED), f"{formula} * (1 - discount_pct / 100)"
        inputs.append(line.cell("discount_pct"))
    if (tax := terms.tax) is not None:
        value = value / (1 + tax.row.amount("tax_rate") / HUNDRED)
        formula = f"{formula} / (1 + tax_rate / 100)"
        inputs.append(tax)
    return terms.price(name, value, formula, tuple(inputs))
