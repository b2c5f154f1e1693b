"""Price cases of peers' suites (P..): the list price of SKU-1 is 10.00 EUR unless a case says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from policies.settings import Rules
from tests.conformance.reading import Said, Tables, price
from tests.tools import test_pricing as choice
from tests.tools import test_pricing_conversion as conversion

PROMOTION = {"kind": "promotion", "currency": "EUR", "uom": "EA"}
LIST_100 = {"price_id": "PR-1", "unit_price": "100"}


def off(price_id: str, percent: str, **columns: Any) -> dict[str, Any]:
    """A promotion of some per cent."""
    return {"price_id": price_id, **PROMOTION, "discount_pct": percent, **columns}


def _of(rules: Rules, *rows: dict[str, Any], customer: str = "CU-1", sku: str = "SKU-1",
        **tables: Any) -> Said:  # fmt: skip
    lists: Tables = {
        "prices": [LIST_100, {"price_id": "PR-2", "unit_price": "100"}, *rows],
        "orders": [{"order_id": "SO-1", "customer_id": customer}],
        "order_lines": [{"order_id": "SO-1", "line_no": "10", "sku": sku, "unit_price": "100"}],
    }
    return price(rules, lists, tables)


def _discount(said: Said) -> Decimal:
    return Decimal(100 - said["expected"])


def p01_customer_item_group_and_priority(rules: Rules) -> None:
    item = off("ITEM", "10", sku="SKU-1")
    customer = off("CUSTOMER", "20", sku="SKU-1", customer_id="CU-1")
    group = off("GROUP", "15", product_group="DRINKS")
    first = off("CAMPAIGN", "5", sku="SKU-1", priority="8")
    assert _discount(_of(rules, item, customer, group)) == 20
    assert _discount(_of(rules, item, customer, group, customer="CU-2")) == 10
    assert _discount(_of(rules, item, customer, group, first, customer="CU-2")) == 5
    tied = _of(rules, item, customer, group, {**first, "priority": ""}, customer="CU-2")
    assert (tied["expected"], tied.codes) == (None, ["ambiguous_price"])
    assert _discount(_of(rules, item, customer, group, sku="SKU-2")) == 15


def p02_the_variant_before_its_template(rules: Rules) -> None:
    template = off("TEMPLATE", "7.5", product_group="DRINKS")
    variant = off("VARIANT", "17.5", sku="SKU-1")
    assert _discount(_of(rules, template)) == Decimal("7.5")
    assert _discount(_of(rules, template, variant)) == Decimal("17.5")


def p04_a_discount_is_taken_off_the_marked_up_price(rules: Rules) -> None:
    choice.test_discounts_chain_by_multiplication()
    marked_up = {"price_id": "L", "kind": "price_list", "sku": "SKU-1", "tier": "B", "uom": "EA",
                 "currency": "EUR", "unit_price": "1000", "discount_pct": "-10"}  # fmt: skip
    assert _of(rules, marked_up)["expected"] == 1100
    assert _of(rules, marked_up, off("P", "10", sku="SKU-1"))["expected"] == 990


def p06_the_date_of_the_order_decides(rules: Rules) -> None:
    day = {"valid_from": "2026-03-02", "valid_to": "2026-03-02"}
    today = off("P", "10", sku="SKU-1", **day)
    for ordered, discount in (("2026-03-02", 10), ("2026-03-01", 0)):
        for shipped in ("2026-03-02", "2026-03-05"):
            said = _of(
                rules, today,
                orders=[{"order_id": "SO-1", "pricing_on": "",
                         "ordered_at": f"{ordered}T09:00:00+01:00", "ship_on": shipped}],
            )  # fmt: skip
            assert _discount(said) == discount
            assert said["date_basis"] == "order"
            assert str(said["date_used"]).startswith(ordered)


def p07_a_break_in_tonnes_holds_for_kilograms(rules: Rules) -> None:
    cases = [("2", "KG", "0.1"), ("2000", "KG", "0.1"), ("3500", "KG", "0.09"), ("2", "T", "100"),
             ("3", "T", "90")]  # fmt: skip
    for quantity, uom, expected in cases:
        conversion.test_a_break_in_tonnes_holds_for_kilograms(quantity, uom, expected)


def p08_a_negative_discount_raises_the_price(rules: Rules) -> None:
    choice.test_a_negative_discount_raises_the_price()
    dear = off("P", "-10", sku="SKU-1")
    assert _of(rules, {**LIST_100, "unit_price": "20"}, dear)["expected"] == 22


def p10_a_list_in_another_currency_per_other_unit(rules: Rules) -> None:
    conversion.test_a_list_in_another_currency_is_converted_then_per_other_unit()


def p11_a_list_price_per_piece_is_shown_per_dozen(rules: Rules) -> None:
    conversion.test_a_list_price_per_piece_is_shown_per_dozen()


def p13_the_price_that_ranks_first_and_the_one_inherited(rules: Rules) -> None:
    default = {"price_id": "D", "kind": "contract", "sku": "SKU-1", "uom": "EA", "currency": "EUR",
               "unit_price": "47.99"}  # fmt: skip
    said = _of(rules, default, {**LIST_100, "unit_price": "48"})
    assert (said["expected"], said["other_rules"]) == (Decimal("47.99"), ["PR-1"])
    virtual = {**default, "sku": "", "product_group": "DRINKS"}
    for inherited in ("1.99", "5.99"):
        said = _of(rules, {**virtual, "unit_price": inherited}, sku="SKU-2")
        assert said["expected"] == Decimal(inherited)
