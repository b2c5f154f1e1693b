"""The override of a line's price: the newest one on file, in the terms that the line states."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from tools.money import minor_unit
from tools.orders import require
from tools.pricing_stated import Lever
from tools.pricing_terms import LineTerms
from tools.rows import Figure, Row
from tools.unknown import NotKnown
from tools.values import HUNDRED

LONG_AGO = datetime.min.replace(tzinfo=UTC)


def override_of(terms: LineTerms) -> Row | None:
    """The newest override of the line, or of the order where none names the line, as of now."""
    book, line = terms.book, terms.line
    for line_no in (line["line_no"], None):
        rows = book.by("price_overrides", order_id=line["order_id"], line_no=line_no)
        seen = [row for row in rows if (row.moment("at") or LONG_AGO) <= book.as_of]
        if seen:
            return max(seen, key=lambda row: (row.moment("at") or LONG_AGO, row.ref))
    return None


def is_charged(terms: LineTerms, override: Row) -> bool:
    """Whether the override's price is what the line charges (after its discount, as stated)."""
    line, new = terms.line, override.number("new_price")
    price = line.number("unit_price")
    if new is None or price is None or not _same_currency(terms, override):
        return False
    stated = price * (1 - line.amount("discount_pct") / HUNDRED)
    return abs(stated - new) * 2 < _precision(terms, new)


def equals(terms: LineTerms, override: Row, expected: Figure) -> bool:
    """Whether the override's price is the expected one (net, per price_uom)."""
    new = override.number("new_price")
    if new is None or not _same_currency(terms, override):
        return False
    tax = terms.tax.row.amount("tax_rate") if terms.tax else Decimal(0)
    per = Fraction(terms.line.number("price_per") or 1)
    undiscounted = Lever("unit_price", 1 / per / (1 + Fraction(tax) / 100), _precision(terms, new))
    return undiscounted.nearest(Fraction(expected.number)) == new


def given_up(terms: LineTerms, override: Row) -> Figure:
    """What the override takes off the line: (old_price - new_price) x quantity, not below 0.

    Raises:
        NotKnown: a price is empty, or the override is in another currency.
    """
    if not _same_currency(terms, override):
        raise NotKnown(f"{override.ref} is in another currency than its order", "fx_rates")
    value = require(override, "old_price") - require(override, "new_price")
    formula, inputs = "(old_price - new_price)", [override.cell("old_price"),
                                                  override.cell("new_price")]  # fmt: skip
    if (per := terms.line.number("price_per")) is not None:
        value, formula = value / per, f"{formula} / price_per"
        inputs.append(terms.line.cell("price_per"))
    if (tax := terms.tax) is not None:
        value = value / (1 + tax.row.amount("tax_rate") / HUNDRED)
        formula = f"{formula} / (1 + tax_rate / 100)"
        inputs.append(tax)
    return terms.line_amount(
        "given_up", max(value, Decimal(0)), f"max(0, {formula})", tuple(inputs)
    )


def _same_currency(terms: LineTerms, override: Row) -> bool:
    return override.text("currency") in (None, terms.order.text("currency"))


def _precision(terms: LineTerms, price: Decimal) -> Decimal:
    digits = price.normalize().as_tuple().exponent
    return min(minor_unit(terms.currency), Decimal(1).scaleb(min(int(digits), 0)))
