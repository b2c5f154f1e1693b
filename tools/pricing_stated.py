"""From a net price back to what is typed on the line: unit price, or discount where that is all.

The stated price is gross where the order's prices include tax, before the line's discount, and
for price_per units. Fractions keep the way back exact: a price at a bound stays at the bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from tools.money import minor_unit
from tools.pricing_terms import LineTerms

CENT_OF_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Lever:
    """The field of a line that moves its price: net charged = slope x position.

    The position is the unit price; with a discount of 100 % no unit price changes the charge and
    it is the share kept (100 - discount_pct) instead. It moves in steps of the minor unit (finer
    where the price is stated finer), of 0.01 per cent for a discount.
    """

    field: Literal["unit_price", "discount_pct"]
    slope: Fraction
    step: Decimal

    def value(self, position: Decimal) -> Decimal:
        """What stands in the field at a position."""
        return position if self.field == "unit_price" else Decimal(100) - position

    def net(self, position: Decimal) -> Fraction:
        """The net price per price_uom at a position."""
        return Fraction(position) * self.slope

    def at_least(self, net: Fraction) -> Decimal:
        """The smallest position that charges a net price or more."""
        return ceil(self._steps(net)) * self.step

    def above(self, net: Fraction) -> Decimal:
        """The smallest position that charges more than a net price."""
        return (floor(self._steps(net)) + 1) * self.step

    def below(self, net: Fraction) -> Decimal:
        """The largest position that charges less than a net price, not below 0."""
        return max(ceil(self._steps(net)) - 1, 0) * self.step

    def nearest(self, net: Fraction) -> Decimal:
        """The position nearest to a net price, half up."""
        return floor(self._steps(net) + Fraction(1, 2)) * self.step

    def _steps(self, net: Fraction) -> Fraction:
        return net / self.slope / Fraction(self.step)


def lever(terms: LineTerms, finer: int = 0) -> Lever | None:
    """What moves the price of the line, in steps `finer` digits below the usual ones.

    None where nothing moves it: no unit price, and all of it discounted.
    """
    line = terms.line
    tax = terms.tax.row.amount("tax_rate") if terms.tax else Decimal(0)
    slope = 1 / Fraction(line.number("price_per") or 1) / (1 + Fraction(tax) / 100)
    kept = 1 - Fraction(line.amount("discount_pct")) / 100
    price = line.amount("unit_price")
    if kept > 0:
        return Lever("unit_price", slope * kept, _step(terms, price).scaleb(-finer))
    slope *= Fraction(price) / 100
    return Lever("discount_pct", slope, CENT_OF_PERCENT.scaleb(-finer)) if price else None


def _step(terms: LineTerms, stated: Decimal) -> Decimal:
    digits = stated.normalize().as_tuple().exponent
    return min(minor_unit(terms.currency), Decimal(1).scaleb(min(int(digits), 0)))


def is_same_price(terms: LineTerms, charged: Decimal, other: Decimal) -> bool:
    """Whether a line that is to charge `other` would be typed as this one is."""
    if charged == other:
        return True
    moves = lever(terms)
    if moves is None or moves.field == "discount_pct":
        return False
    return moves.nearest(Fraction(other)) == terms.line.amount("unit_price")
