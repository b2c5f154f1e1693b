"""Money: decimals with a currency, rounded once, half up, to the currency's minor unit."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import cache

from babel.numbers import get_currency_precision

SETTLED = Context(prec=24, rounding=ROUND_HALF_EVEN)
"""Digits that count: what a quotient that does not end leaves in the last ones is no amount."""


@cache
def minor_unit(currency: str) -> Decimal:
    """The smallest amount of the currency (CLDR): 0.01 for EUR, 1 for JPY, 0.001 for KWD."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round half up (away from zero) to the currency's minor unit.

    A half that a quotient comes to is a half: 500 / 6 * 0.0741 is 6.175, not the 6.1749... of its
    digits.
    """
    return SETTLED.plus(amount).quantize(minor_unit(currency), rounding=ROUND_HALF_UP)
