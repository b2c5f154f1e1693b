"""Substitutes of a product for a line: which rules apply, and which can be used.

Source: `rules.md`, S4. Usable: the rule is valid on the ship date, quality is ok, the customer
accepts (always, or when asked), and free stock covers needed x factor with the same shelf life.
Quantities in base units of the substitute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tools.book import Book
from tools.money import round_money
from tools.orders import order_of, require
from tools.rows import Cell, Figure, Row
from tools.stock_batches import base_unit
from tools.stock_figures import figures_of
from tools.stock_options import Found, Option
from tools.stock_standing import Standing, standing
from tools.unknown import NotKnown


def acceptance(book: Book, line: Row) -> Cell | None:
    """Whether the line's customer accepts substitutes (never, ask, always)."""
    customer = book.one("customers", customer_id=order_of(book, line)["customer_id"])
    return customer.cell("accepts_substitutes") if customer else None


def _valid(rule: Row, day: date) -> bool:
    start, end = rule.day("valid_from"), rule.day("valid_to")
    return (start is None or start <= day) and (end is None or day <= end)


def rules_for(book: Book, line: Row, day: date) -> Sequence[Row]:
    """The rules valid on a day for the line's product and customer, by substitute.

    Of a substitute with a rule of this customer and a common one, the customer's counts.
    """
    customer = order_of(book, line)["customer_id"]
    chosen: dict[str, Row] = {}
    for rule in book.by("substitutes", sku=line["sku"]):
        name = str(rule["substitute_sku"])
        fits = rule["customer_id"] in (None, customer) and _valid(rule, day)
        if fits and (name not in chosen or rule["customer_id"] is not None):
            chosen[name] = rule
    return [chosen[name] for name in sorted(chosen)]


def substitutes(book: Book, found: Standing, prefix: str, needed: Figure) -> Found:
    """The substitutes that can serve the line in full by its ship date."""
    accepts = acceptance(book, found.ask.line)
    if needed.number <= 0 or (accepts is not None and accepts.value == "never"):
        return Found()
    options, gaps = [], []
    for rule in rules_for(book, found.ask.line, found.ask.ship):
        if not rule.flag("quality_ok"):
            continue
        try:
            option = _substitute(book, found, prefix, needed, rule)
        except NotKnown as gap:
            gaps.append(gap)
            continue
        if option is not None:
            ask = accepts is None or accepts.value != "always"
            options.append(replace(option, needs_customer_acceptance=ask))
    return Found(tuple(options), tuple(gaps))


def _substitute(
    book: Book, found: Standing, prefix: str, needed: Figure, rule: Row
) -> Option | None:
    sku = str(rule["substitute_sku"])
    product = book.one("products", sku=sku)
    if product is None:
        raise NotKnown(f"the substitute of {rule.ref} is not on file", "products")
    if product.text("status") == "blocked":
        return None
    value, key = needed.number * require(rule, "factor"), f"{prefix}.{found.ask.site}.{sku}"
    there = standing(book, replace(found.ask, sku=sku), value)
    if there.on_ship_date < value:
        return None
    quantity = Figure(
        f"{key}.substitute_quantity", value, base_unit(book, sku), "needed * factor",
        (needed, rule.cell("factor")),
    )  # fmt: skip
    free = figures_of(book, there, key, found.ask.ship).available
    day = "by rule: earliest day on which supply less taken and ahead covers the quantity"
    ready = Figure(f"{key}.available_on", there.full_on(), "date", day, (quantity, free))
    cost = _extra_cost(book, key, needed, quantity, product, found.ask.line)
    return Option("substitute", quantity, ready, rule.cell("substitute_sku"), free, cost, rule)


def _extra_cost(
    book: Book, key: str, needed: Figure, quantity: Figure, product: Row, line: Row
) -> Figure | None:
    """What the substitute's goods cost beyond the original's; None where a cost is missing."""
    original = book.one("products", sku=line["sku"])
    currency = product.text("cost_currency")
    if original is None or currency is None or original.text("cost_currency") != currency:
        return None
    new, old = product.number("unit_cost"), original.number("unit_cost")
    if new is None or old is None:
        return None
    return Figure(
        f"{key}.extra_cost", round_money(quantity.number * new - needed.number * old, currency),
        currency,
        "money(substitute_quantity * part(unit_cost, 1) - needed * part(unit_cost, 2))",
        (quantity, product.cell("unit_cost"), needed, original.cell("unit_cost")),
    )  # fmt: skip
