"""What a line costs and what it leaves: unit cost in the price's unit and currency, margin (P3)."""

from __future__ import annotations

from dataclasses import dataclass

from tools.orders import conversion, require
from tools.pricing_terms import LineTerms
from tools.rows import Figure
from tools.unknown import NotKnown
from tools.values import HUNDRED, rate, rate_formula


def unit_cost(terms: LineTerms) -> Figure:
    """The product's cost per price_uom in the order's currency at the pricing date.

    Raises:
        NotKnown: no cost is on file, or its unit or currency cannot be converted.
    """
    product, currency = terms.product, terms.currency
    cost = require(product, "unit_cost")
    units = conversion(terms.book, terms.line["sku"], terms.price_uom, product.text("base_uom"))
    fx = rate(terms.book, product.text("cost_currency"), currency, terms.converted_on)
    value = fx.apply(units.apply(cost))
    formula = units.formula("unit_cost") + rate_formula(fx)
    inputs = (product.cell("unit_cost"), *units.cells, *fx.cells)
    return terms.price("unit_cost", value, formula, inputs)


@dataclass(frozen=True, slots=True)
class Margin:
    """Unit cost and margin of a price, in per cent of it; `gap` says why they are not known."""

    unit_cost: Figure | None = None
    percent: Figure | None = None
    gap: NotKnown | None = None


def margin_of(terms: LineTerms, price: Figure | None) -> Margin:
    """Unit cost, and the margin that a net price leaves."""
    try:
        cost = unit_cost(terms)
    except NotKnown as gap:
        return Margin(gap=gap)
    return Margin(cost, margin_left(terms, price, cost, "margin_pct"))


def margin_left(
    terms: LineTerms, price: Figure | None, cost: Figure | None, name: str
) -> Figure | None:
    """The margin in per cent: (price - unit cost) / price; None at a price of 0."""
    if price is None or cost is None or price.number == 0:
        return None
    label = price.id.rsplit(".", 1)[-1]
    value = (price.number - cost.number) / price.number * HUNDRED
    formula = f"({label} - unit_cost) / {label} * 100"
    return Figure(f"{terms.key}.{name}", value, "percent", formula, (price, cost))
