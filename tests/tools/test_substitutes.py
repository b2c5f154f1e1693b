"""Which substitutes can serve a line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import a_case
from tests.stock_rows import Tables, batch, line, on_hand, reserved, rival, rule, supply
from tools.stock import LineStock, known_stock
from tools.stock_options import Option


def facts(*rules: dict[str, Any], free: object = 300, **changes: Any) -> LineStock:
    """Nothing of SKU-1 on hand, some SKU-2."""
    stock = [on_hand(0), on_hand(free, sku="SKU-2")]
    tables: Tables = {"stock": stock, "substitutes": list(rules or [rule()]), **changes}
    return known_stock(a_case(tables))[0]


def found(*rules: dict[str, Any], **changes: Any) -> tuple[Option, ...]:
    return facts(*rules, **changes).substitutes.options


def test_a_substitute_with_enough_free_stock_is_an_option() -> None:
    (option,) = found()
    assert option.quantity.value == 100
    assert option.source is not None
    assert option.source.value == "SKU-2"


@pytest.mark.parametrize(("free", "usable"), [(100, 1), (99, 0)])
def test_free_stock_covers_the_whole_need(free: int, usable: int) -> None:
    assert len(found(free=free)) == usable


@pytest.mark.parametrize(("factor", "quantity"), [("0.5", 50), ("3", 300), ("3.01", None)])
def test_the_factor_converts_the_quantity(factor: str, quantity: int | None) -> None:
    options = found(rule(factor=factor))
    assert [o.quantity.value for o in options] == ([] if quantity is None else [quantity])


@pytest.mark.parametrize(
    ("start", "end", "usable"),
    [
        ("2026-03-05", "2026-03-05", 1), ("2026-03-06", "", 0), ("", "2026-03-04", 0), ("", "", 1),
    ],
)  # fmt: skip
def test_a_rule_holds_on_the_ship_date_both_ends_included(
    start: str, end: str, usable: int
) -> None:
    assert len(found(rule(valid_from=start, valid_to=end))) == usable


def test_a_ship_date_before_today_counts_as_today_for_the_rule() -> None:
    late = [{"order_id": "SO-1", "ship_on": "2026-02-20"}]
    assert len(found(rule(valid_from="2026-03-02"), orders=late)) == 1


@pytest.mark.parametrize("quality", ["false", ""])
def test_quality_has_to_be_ok(quality: str) -> None:
    assert found(rule(quality_ok=quality)) == ()


@pytest.mark.parametrize(
    ("accepts", "asked"), [("always", [False]), ("ask", [True]), ("", [True]), ("never", [])]
)
def test_the_customers_word_decides(accepts: str, asked: list[bool]) -> None:
    customers = [{"customer_id": "CU-1", "accepts_substitutes": accepts}]
    assert [o.needs_customer_acceptance for o in found(customers=customers)] == asked


def test_a_rule_of_another_customer_does_not_apply() -> None:
    assert found(rule(customer_id="CU-2")) == ()


def test_the_customers_own_rule_counts_before_the_common_one() -> None:
    (option,) = found(rule(), rule(customer_id="CU-1", factor="2"))
    assert option.quantity.value == 200
    assert found(rule(), rule(customer_id="CU-1", quality_ok="false")) == ()


def test_an_own_rule_that_is_not_valid_leaves_the_common_one() -> None:
    (option,) = found(rule(), rule(customer_id="CU-1", factor="2", valid_to="2026-02-01"))
    assert option.quantity.value == 100


def test_the_same_shelf_life_holds() -> None:
    stock = [on_hand(0), on_hand(0, sku="SKU-2"), on_hand(300, sku="SKU-2", batch_id="B1")]
    expired = [batch("B1", "2026-03-05", sku="SKU-2")]
    fresh = [batch("B1", "2026-03-06", sku="SKU-2")]
    assert found(stock=stock, batches=expired) == ()
    assert len(found(stock=stock, batches=fresh)) == 1


def test_what_others_want_or_reserved_of_it_is_not_free() -> None:
    wanted: Tables = {"orders": [rival("SO-2")], "order_lines": [line(201, "SO-2", sku="SKU-2")]}
    assert found(**wanted) == ()
    lower: Tables = {**wanted, "orders": [rival("SO-2", "CU-3")]}
    assert len(found(**lower)) == 1
    assert found(**lower, reservations=[reserved(201, "SO-2", sku="SKU-2")]) == ()


def test_a_supply_of_the_substitute_by_the_ship_date_counts() -> None:
    (option,) = found(free=0, supplies=[supply(100, "2026-03-04", sku="SKU-2")])
    assert str(option.available_on.value) == "2026-03-04"
    assert found(free=0, supplies=[supply(100, "2026-03-06", sku="SKU-2")]) == ()


def test_a_blocked_product_stands_in_for_nothing() -> None:
    assert found(products=[{"sku": "SKU-2", "status": "blocked"}]) == ()


def test_the_extra_cost_is_that_of_the_goods() -> None:
    (option,) = found(rule(factor="2"), products=[{"sku": "SKU-2", "unit_cost": "3.25"}])
    assert option.cost is not None
    assert (option.cost.value, option.cost.unit) == (Decimal("50.00"), "EUR")


@pytest.mark.parametrize("product", [{"unit_cost": ""}, {"cost_currency": "USD"}])
def test_a_cost_that_cannot_be_compared_is_not_claimed(product: dict[str, str]) -> None:
    (option,) = found(products=[{"sku": "SKU-2", **product}])
    assert option.cost is None


@pytest.mark.parametrize("columns", [{"factor": ""}, {"substitute_sku": "SKU-9"}])
def test_a_rule_that_cannot_be_judged_is_named(columns: dict[str, str]) -> None:
    at = facts(rule(**columns))
    assert at.substitutes.options == ()
    assert len(at.gaps) == 1


def test_a_line_that_is_served_looks_for_no_substitute() -> None:
    assert found(stock=[on_hand(100), on_hand(300, sku="SKU-2")]) == ()
