"""What a line charges and what its rule gives, in one unit, currency and tax basis."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_case
from tools.pricing import expected_price
from tools.pricing_facts import PriceFacts
from tools.rows import plain

RATES = [{"from_currency": "EUR", "to_currency": "USD", "valid_on": "2026-02-01", "rate": "2"}]
TONNES = [{"sku": "SKU-1", "from_uom": "T", "to_uom": "KG", "factor": "1000"}]


def priced(
    price: dict[str, Any] | None = None,
    line: dict[str, Any] | None = None,
    order: dict[str, Any] | None = None,
    **tables: list[dict[str, Any]],
) -> PriceFacts:
    changes: dict[str, list[dict[str, Any]]] = {
        "prices": [{"price_id": "PR-1", **(price or {})}],
        "order_lines": [{"order_id": "SO-1", "line_no": 10, **(line or {})}],
        "orders": [{"order_id": "SO-1", **(order or {})}],
    }
    for table, rows in tables.items():
        changes[table] = [*changes.get(table, []), *rows]
    case = a_case(changes)
    return expected_price(case, case.lines[0])


def expected(facts: PriceFacts) -> str | None:
    return None if facts.expected is None else str(plain(facts.expected.value))


def charged(facts: PriceFacts) -> str | None:
    return None if facts.charged is None else str(plain(facts.charged.value))


def test_a_price_in_another_unit_is_converted_from_that_unit() -> None:
    """B22: 0.30 a kilogram and pieces of 20 kg make 6.00 a piece."""
    pieces = [{"sku": "SKU-1", "from_uom": "EA", "to_uom": "KG", "factor": "20"}]
    assert expected(priced({"unit_price": "0.30", "uom": "KG"}, uom_conversions=pieces)) == "6"


def test_a_price_in_the_lines_own_unit_is_not_converted_again() -> None:
    """B20: a price fixed for the box stays the price of the box."""
    facts = priced({"unit_price": "120.00", "uom": "BOX"}, {"uom": "BOX", "price_uom": "BOX"})
    assert expected(facts) == "120"


@pytest.mark.parametrize(
    ("quantity", "uom", "price"),
    [
        ("2", "KG", "0.1"),
        ("2000", "KG", "0.1"),
        ("3500", "KG", "0.09"),
        ("2", "T", "100"),
        ("3", "T", "90"),
    ],
)
def test_a_break_in_tonnes_holds_for_kilograms(quantity: str, uom: str, price: str) -> None:
    """P07: 100 a tonne, 90 from 3 tonnes on."""
    facts = priced(
        {"unit_price": "100", "uom": "T", "min_qty": None},
        {"uom": uom, "price_uom": uom, "ordered_qty": quantity},
        prices=[{"price_id": "PR-9", "kind": "price_list", "sku": "SKU-1", "price_list_id": "PL1",
                 "currency": "EUR", "uom": "T", "min_qty": "3", "unit_price": "90"}],
        products=[{"sku": "SKU-1", "base_uom": "KG"}],
        uom_conversions=TONNES,
    )  # fmt: skip
    assert expected(facts) == price


def test_a_list_in_another_currency_is_converted_then_per_other_unit() -> None:
    """P10: list 100, rate 2, 10 % off: 180; per ten 1800."""
    promotion = {"price_id": "P", "kind": "promotion", "sku": "SKU-1", "discount_pct": "10"}
    tens = [{"sku": "SKU-1", "from_uom": "TEN", "to_uom": "EA", "factor": "10"}]
    for line, price in (({}, "180"), ({"price_uom": "TEN"}, "1800")):
        facts = priced(
            {"unit_price": "100"}, line, {"currency": "USD"},
            prices=[promotion], fx_rates=RATES, uom_conversions=tens,
        )  # fmt: skip
        assert expected(facts) == price


def test_a_list_price_per_piece_is_shown_per_dozen() -> None:
    """P11: list 20 and two dozen: 240 a dozen, 480 for the line."""
    dozens = [{"sku": "SKU-1", "from_uom": "DZ", "to_uom": "EA", "factor": "12"}]
    facts = priced(
        {"unit_price": "20"},
        {"uom": "DZ", "price_uom": "DZ", "ordered_qty": "2"},
        uom_conversions=dozens,
    )
    assert facts.expected_line is not None
    assert (expected(facts), facts.expected_line.number) == ("240", 480)


def test_price_per_of_row_and_line_are_each_divided_out() -> None:
    facts = priced(
        {"unit_price": "1000", "price_per": "100"}, {"unit_price": "900", "price_per": "90"}
    )
    assert (expected(facts), charged(facts)) == ("10", "10")


def test_rates_are_those_of_the_pricing_date_not_of_today() -> None:
    later = {"from_currency": "EUR", "to_currency": "USD", "valid_on": "2026-02-20", "rate": "3"}
    facts = priced(
        {}, {}, {"currency": "USD", "pricing_on": "2026-02-10"}, fx_rates=[*RATES, later]
    )
    assert expected(facts) == "20"


def test_without_a_pricing_date_rates_are_those_of_the_order_date() -> None:
    later = {"from_currency": "EUR", "to_currency": "USD", "valid_on": "2026-02-28", "rate": "3"}
    facts = priced({}, {}, {"currency": "USD", "pricing_on": None}, fx_rates=[*RATES, later])
    assert expected(facts) == "20"


def test_the_discount_of_the_line_is_charged_less() -> None:
    assert charged(priced(line={"discount_pct": "12.5"})) == "8.75"


@pytest.mark.parametrize(("included", "net"), [("true", "10"), ("false", "11.9")])
def test_a_price_that_includes_tax_is_charged_net(included: str, net: str) -> None:
    order = {"prices_include_tax": included, "tax_rate": "19"}
    assert charged(priced(line={"unit_price": "11.90"}, order=order)) == net


def test_the_tax_rate_of_the_line_comes_before_that_of_the_order() -> None:
    order = {"prices_include_tax": "true", "tax_rate": "19"}
    assert charged(priced(line={"unit_price": "10.70", "tax_rate": "7"}, order=order)) == "10"


def test_the_difference_is_charged_less_expected() -> None:
    facts = priced(line={"unit_price": "9.00"})
    assert facts.difference is not None
    assert facts.difference_line is not None
    assert (facts.difference.number, facts.difference_line.number) == (-1, -100)


def test_a_cancelled_quantity_is_not_in_the_line_difference() -> None:
    facts = priced(line={"unit_price": "9.00", "cancelled_qty": "40"})
    assert facts.difference_line is not None
    assert facts.difference_line.number == -60


def test_the_line_difference_counts_in_the_unit_of_the_price() -> None:
    facts = priced(line={"uom": "BOX", "ordered_qty": "2", "price_uom": "EA", "unit_price": "9.00"})
    assert facts.difference_line is not None
    assert facts.difference_line.number == -24


def test_an_empty_unit_price_is_not_nothing() -> None:
    facts = priced(line={"unit_price": None})
    assert facts.charged is None
    assert facts.gaps[0].missing == ("order_lines.unit_price",)
    assert expected(facts) == "10"


def test_a_price_that_cents_cannot_state_is_shown_with_its_unit() -> None:
    facts = priced(line={"unit_price": "0.0125"})
    assert facts.charged is not None
    assert facts.expected is not None
    assert (facts.charged.unit, facts.expected.unit) == ("EUR/EA", "EUR")


@pytest.mark.parametrize(("price", "amount"), [("9.995", "-1"), ("9.994", "-1"), ("9.976", "-2")])
def test_the_line_is_rounded_half_up(price: str, amount: str) -> None:
    yen = {"currency": "JPY"}
    facts = priced(yen, {"unit_price": price}, yen)
    assert facts.difference_line is not None
    assert facts.difference_line.number == Decimal(amount)


CENTS = st.decimals("0.01", "999.99", places=2)
QUANTITIES = st.decimals("0.001", "9999", places=3)


@given(CENTS, CENTS, QUANTITIES)
@settings(max_examples=60, deadline=None)
def test_over_and_undercharging_by_the_same_mirror_each_other(
    one: Decimal, other: Decimal, quantity: Decimal
) -> None:
    over = priced({"unit_price": str(other), "min_qty": None},
                  {"unit_price": str(one), "ordered_qty": str(quantity)})  # fmt: skip
    under = priced({"unit_price": str(one), "min_qty": None},
                   {"unit_price": str(other), "ordered_qty": str(quantity)})  # fmt: skip
    assert over.difference_line is not None
    assert under.difference_line is not None
    assert over.difference_line.number == -under.difference_line.number


# --- margin ----------------------------------------------------------------------------------


def test_the_margin_is_in_the_currency_of_the_order() -> None:
    """B23: price 50 EUR, cost 10 USD worth 8.10 EUR: 83.8 %."""
    facts = priced(
        {},
        {"unit_price": "50"},
        {"pricing_on": "2026-02-10"},
        products=[{"sku": "SKU-1", "unit_cost": "10", "cost_currency": "USD"}],
        fx_rates=[
            {"from_currency": "USD", "to_currency": "EUR", "valid_on": "2026-02-10", "rate": "0.81"}
        ],
    )
    assert facts.margin.percent is not None
    assert facts.margin.percent.number == Decimal("83.8")


@pytest.mark.parametrize(("tax", "margin"), [("0", "9.38"), ("19", "-7.84")])
def test_the_margin_compares_net_with_net(tax: str, margin: str) -> None:
    """B25: cost 1980, price 2185 with tax: what is left depends on the rate of the tax."""
    facts = priced(
        {},
        {"unit_price": "2185"},
        {"prices_include_tax": "true", "tax_rate": tax},
        products=[{"sku": "SKU-1", "unit_cost": "1980"}],
    )
    assert facts.margin.percent is not None
    assert round(facts.margin.percent.number, 2) == Decimal(margin)


def test_the_cost_is_converted_from_the_base_unit() -> None:
    facts = priced(line={"uom": "BOX", "price_uom": "BOX", "unit_price": "120"})
    assert facts.margin.unit_cost is not None
    assert facts.margin.unit_cost.number == 72


@pytest.mark.parametrize(
    "product", [{"unit_cost": None}, {"cost_currency": "GBP"}, {"cost_currency": None}]
)
def test_a_cost_that_is_not_known_leaves_only_the_margin_not_known(product: dict[str, Any]) -> None:
    facts = priced(products=[{"sku": "SKU-1", **product}])
    assert facts.margin.gap is not None
    assert (facts.margin.percent, facts.gaps, expected(facts)) == (None, (), "10")


def test_a_price_of_nothing_has_no_margin() -> None:
    margin = priced(line={"unit_price": "0"}).margin
    assert (margin.percent, margin.gap) == (None, None)
