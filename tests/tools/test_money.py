"""Money is rounded half up, once, to the minor unit, and a half that divisions come to is a half."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.review.verify.formula import compute
from tools.money import round_money


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1.005", "EUR", "1.01"),
        ("1.0049", "EUR", "1.00"),
        ("-1.005", "EUR", "-1.01"),
        ("0.5", "JPY", "1"),
        ("1.0005", "KWD", "1.001"),
    ],
)
def test_a_half_is_rounded_up(amount: str, currency: str, rounded: str) -> None:
    assert round_money(Decimal(amount), currency) == Decimal(rounded)


def test_a_half_behind_a_division_that_does_not_end_is_a_half() -> None:
    """10 pallets of 50 pieces in cartons of 6, 9.50 each with 20 % tax, at 0.0065: 6.175."""
    cartons = Decimal(500) / 6
    amount = cartons * Decimal("9.50") * Decimal("1.2") * Decimal("0.0065")
    assert amount < Decimal("6.175")
    assert round_money(amount, "USD") == Decimal("6.18")


@given(
    quantity=st.integers(1, 10**6),
    divisor=st.integers(1, 144),
    cents=st.integers(1, 10**6),
)
def test_a_price_of_a_part_of_a_case_is_rounded_as_a_fraction_is(
    quantity: int, divisor: int, cents: int
) -> None:
    exact = Fraction(quantity, divisor) * Fraction(cents, 1000)
    amount = Decimal(quantity) / divisor * Decimal(cents) / 1000
    expected = Decimal(floor(exact * 100 + Fraction(1, 2))) / 100
    assert round_money(amount, "EUR") == expected
    values = {"quantity": [Decimal(quantity)], "price": [Decimal(cents) / 1000]}
    assert compute(f"money(quantity / {divisor} * price)", values, "EUR") == expected
