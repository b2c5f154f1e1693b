"""Which price row sets the expected price of a line (P1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_case, rows_of
from tools.book import Case
from tools.conventions import Conventions
from tools.pricing import expected_price
from tools.pricing_facts import PriceFacts
from tools.rows import plain

LIST = {"price_id": "PR-1"}
ANY = {"kind": "price_list", "currency": "EUR", "uom": "EA"}
PROMOTION = {"kind": "promotion", "currency": "EUR", "uom": "EA"}


def row(price_id: str, **columns: Any) -> dict[str, Any]:
    return {"price_id": price_id, **ANY, **columns}


def facts_of(case: Case, line_no: int = 10) -> PriceFacts:
    line = next(line for line in case.lines if line["line_no"] == line_no)
    return expected_price(case, line)


def priced(
    *prices: dict[str, Any],
    line: dict[str, Any] | None = None,
    order: dict[str, Any] | None = None,
    conventions: Conventions | None = None,
    **tables: list[dict[str, Any]],
) -> PriceFacts:
    changes: dict[str, list[dict[str, Any]]] = {"prices": list(prices), **tables}
    if line:
        changes["order_lines"] = [{"order_id": "SO-1", "line_no": 10, **line}]
    if order:
        changes["orders"] = [{"order_id": "SO-1", **order}]
    return facts_of(a_case(changes, conventions=conventions))


def expected(facts: PriceFacts) -> str | None:
    return None if facts.expected is None else str(plain(facts.expected.value))


def rule(facts: PriceFacts) -> str | None:
    return facts.chosen.price_id if facts.chosen else None


def test_the_list_price_is_expected() -> None:
    facts = priced()
    assert (rule(facts), expected(facts)) == ("PR-1", "10")


def test_a_contract_comes_before_a_promotion_and_the_list() -> None:
    contract = row("C", kind="contract", sku="SKU-1", customer_id="CU-1", unit_price="8.00")
    promotion = row("P", kind="promotion", sku="SKU-1", unit_price="7.00")
    assert rule(priced(contract, promotion)) == "C"


def test_a_promotion_comes_before_the_list() -> None:
    assert rule(priced(row("P", kind="promotion", sku="SKU-1", unit_price="11.00"))) == "P"


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        ({"customer_id": "CU-1"}, {"tier": "B", "priority": 9}),
        ({"tier": "B"}, {"price_list_id": "PL1", "priority": 9}),
        ({"price_list_id": "PL1"}, {"priority": 9}),
        ({"sku": "SKU-1"}, {"sku": None, "product_group": "DRINKS", "priority": 9}),
        ({"sku": None, "product_group": "DRINKS"}, {"sku": None, "priority": 9}),
        ({"priority": 2}, {"priority": 1, "min_qty": "100"}),
        ({"priority": 1}, {"min_qty": "100"}),
        ({"min_qty": "100"}, {"min_qty": "50", "valid_from": "2026-02-01"}),
        ({"valid_from": "2026-02-01"}, {"valid_from": "2026-01-31"}),
        ({"valid_from": "2026-02-01"}, {}),
    ],
)
def test_within_a_kind_the_closer_row_wins(winner: dict[str, Any], loser: dict[str, Any]) -> None:
    base = {"sku": "SKU-1", "kind": "contract"}
    one = row("Z", **{**base, **winner, "unit_price": "9.00"})
    other = row("A", **{**base, **loser, "unit_price": "8.00"})
    assert rule(priced(one, other)) == "Z"


@pytest.mark.parametrize(
    "columns",
    [
        {"sku": "SKU-2"},
        {"sku": "SKU-1", "product_group": "SNACKS"},
        {"sku": "SKU-1", "customer_id": "CU-2"},
        {"sku": "SKU-1", "tier": "A"},
        {"sku": "SKU-1", "customer_id": "CU-1", "tier": "A"},
        {"sku": "SKU-1", "price_list_id": "PL2"},
        {"sku": "SKU-1", "min_qty": "101"},
        {"sku": "SKU-1", "max_qty": "99"},
        {"sku": "SKU-1", "valid_from": "2026-02-28"},
        {"sku": "SKU-1", "valid_to": "2026-02-26"},
        {"sku": "SKU-1", "valid_to": "2026-03-04", "date_basis": "ship"},
    ],
)
def test_a_row_for_something_else_is_no_candidate(columns: dict[str, Any]) -> None:
    assert rule(priced(row("C", kind="contract", unit_price="8.00", **columns))) == "PR-1"


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"product_group": "DRINKS"},
        {"sku": "SKU-1", "min_qty": "100", "max_qty": "100"},
        {"sku": "SKU-1", "valid_from": "2026-02-27", "valid_to": "2026-02-27"},
        {
            "sku": "SKU-1",
            "valid_from": "2026-03-05",
            "valid_to": "2026-03-05",
            "date_basis": "ship",
        },
    ],
)
def test_empty_fields_match_all_and_bounds_are_inclusive(columns: dict[str, Any]) -> None:
    assert rule(priced(row("C", kind="contract", unit_price="8.00", **columns))) == "C"


def test_the_order_date_is_the_local_date_of_the_site() -> None:
    contract = row("C", kind="contract", sku="SKU-1", unit_price="8.00", valid_from="2026-02-28")
    late = {"ordered_at": "2026-02-27T23:30:00+00:00"}
    assert rule(priced(contract, order=late)) == "C"


def test_a_company_may_price_by_ship_date_where_rows_name_no_basis() -> None:
    contract = row("C", kind="contract", sku="SKU-1", unit_price="8.00", valid_from="2026-03-05")
    facts = priced(contract, conventions=Conventions(price_date_basis="ship"))
    assert facts.chosen is not None
    assert (rule(facts), facts.chosen.basis) == ("C", "ship")


def test_quantity_breaks_count_in_the_unit_of_the_row() -> None:
    """B21: a break of 10 pieces is reached by a box of 10."""
    box = {"uom": "BOX", "price_uom": "EA", "ordered_qty": "1"}
    conversions = [{"sku": "SKU-1", "from_uom": "BOX", "to_uom": "EA", "factor": "10"}]
    promotion = row("P", kind="promotion", sku="SKU-1", min_qty="10", discount_pct="5")
    facts = priced(promotion, line=box, uom_conversions=conversions)
    assert (rule(facts), expected(facts)) == ("P", "9.5")


def test_a_smaller_break_in_a_larger_unit_may_be_the_larger_minimum() -> None:
    boxes = row("B", kind="contract", sku="SKU-1", uom="BOX", min_qty="5", unit_price="96.00")
    pieces = row("E", kind="contract", sku="SKU-1", min_qty="50", unit_price="9.00")
    assert rule(priced(boxes, pieces)) == "B"


def test_the_ordered_quantity_decides_the_break_whatever_was_cancelled() -> None:
    contract = row("C", kind="contract", sku="SKU-1", min_qty="100", unit_price="8.00")
    assert rule(priced(contract, line={"cancelled_qty": "40"})) == "C"


# --- discounts -------------------------------------------------------------------------------


def test_a_discount_of_a_promotion_is_taken_off_the_list_price() -> None:
    facts = priced(row("P", kind="promotion", sku="SKU-1", discount_pct="10"))
    assert expected(facts) == "9"
    assert [r.ref for r in facts.rests_on] == ["prices/P", "prices/PR-1"]


def test_the_list_price_below_a_promotion_is_chosen_by_the_same_rules() -> None:
    tier = row("L", sku="SKU-1", tier="B", unit_price="20.00")
    facts = priced(tier, row("P", kind="promotion", sku="SKU-1", discount_pct="10"))
    assert expected(facts) == "18"


def test_discounts_chain_by_multiplication() -> None:
    """P04: a list of 1000 with 10 % added, then 10 % off, is 990."""
    marked_up = row("L", sku="SKU-1", tier="B", unit_price="1000", discount_pct="-10")
    facts = priced(marked_up, row("P", kind="promotion", sku="SKU-1", discount_pct="10"))
    assert expected(facts) == "990"


def test_a_row_with_price_and_discount_chains_its_own() -> None:
    contract = row("C", kind="contract", sku="SKU-1", unit_price="10.00", discount_pct="20")
    assert expected(priced(contract)) == "8"


def test_a_negative_discount_raises_the_price() -> None:
    """P08: list 20, discount -10 %: 22."""
    promotion = row("P", kind="promotion", sku="SKU-1", discount_pct="-10")
    assert expected(priced(row("L", sku="SKU-1", tier="B", unit_price="20"), promotion)) == "22"


def test_a_list_row_that_is_a_discount_comes_off_the_row_with_a_price() -> None:
    assert expected(priced(row("L", sku="SKU-1", tier="B", discount_pct="5"))) == "9.5"


def test_a_discount_without_a_list_price_leaves_the_price_not_known() -> None:
    promotion = row("P", kind="promotion", sku="SKU-1", discount_pct="10")
    facts = priced({**LIST, "valid_to": "2026-01-31"}, promotion)
    assert facts.expected is None
    assert "no price on file" in facts.gaps[0].why


def test_item_beats_group_and_the_customers_own_beats_both() -> None:
    """P01: item 10 %, customer 20 %, group 15 %; another customer gets 10, another item 15.

    The campaign of the source test wins by priority. Here customer comes before priority, so the
    campaign is one for the same customer.
    """
    rules = [
        row("I", kind="promotion", sku="SKU-1", discount_pct="10"),
        row("C", kind="promotion", sku="SKU-1", customer_id="CU-1", discount_pct="20"),
        row("G", kind="promotion", product_group="DRINKS", discount_pct="15"),
    ]
    assert expected(priced(*rules)) == "8"
    assert expected(priced(*rules, order={"customer_id": "CU-2"})) == "9"
    assert expected(priced(*rules, line={"sku": "SKU-2"})) == "8.5"
    campaign = row("K", kind="promotion", sku="SKU-1", customer_id="CU-1", discount_pct="5")
    assert expected(priced(*rules, {**campaign, "priority": 8})) == "9.5"
    assert priced(*rules, campaign).tied is not None


# --- ties and gaps ---------------------------------------------------------------------------


def test_rows_that_rank_alike_with_different_prices_are_a_tie() -> None:
    facts = priced(
        row("A", kind="contract", sku="SKU-1", unit_price="8.00"),
        row("B", kind="contract", sku="SKU-1", unit_price="9.00"),
    )
    assert facts.expected is None
    assert facts.tied is not None
    assert [r.price_id for r in facts.tied.rows] == ["A", "B"]


def test_rows_that_rank_alike_with_the_same_price_are_no_tie() -> None:
    facts = priced(
        row("A", kind="contract", sku="SKU-1", unit_price="96.00", uom="BOX"),
        row("B", kind="contract", sku="SKU-1", unit_price="8.00"),
    )
    assert (facts.tied, rule(facts), expected(facts)) == (None, "A", "8")


def test_a_tie_among_list_rows_below_a_discount_is_a_tie() -> None:
    twin = row("L", sku="SKU-1", price_list_id="PL1", min_qty="1", valid_from="2026-01-01")
    promotion = row("P", kind="promotion", sku="SKU-1", discount_pct="10")
    assert priced({**twin, "unit_price": "11.00"}, promotion).tied is not None


def test_a_row_whose_break_cannot_be_converted_makes_the_price_not_known() -> None:
    pallets = row("C", kind="contract", sku="SKU-1", uom="PAL", min_qty="1", unit_price="900")
    facts = priced(pallets)
    assert facts.expected is None
    assert facts.gaps[0].missing == ("uom_conversions",)


def test_a_row_that_may_rank_as_high_as_the_best_makes_the_price_not_known() -> None:
    pieces = row("C", kind="contract", sku="SKU-1", unit_price="8.00")
    pallets = row("D", kind="contract", sku="SKU-1", uom="PAL", min_qty="1", unit_price="900")
    assert priced(pieces, pallets).expected is None
    assert expected(priced({**pieces, "customer_id": "CU-1"}, pallets)) == "8"


def test_a_row_that_ranks_below_the_chosen_one_may_stay_unconverted() -> None:
    contract = row("C", kind="contract", sku="SKU-1", unit_price="8.00")
    pallets = row("L", sku="SKU-1", uom="PAL", min_qty="1", unit_price="900")
    assert rule(priced(contract, pallets)) == "C"


def test_a_row_in_a_currency_without_a_rate_makes_the_price_not_known() -> None:
    facts = priced({**LIST, "currency": "GBP"})
    assert facts.expected is None
    assert facts.gaps[0].missing == ("fx_rates",)


def test_a_row_without_a_price_makes_the_price_not_known() -> None:
    facts = priced({**LIST, "unit_price": None})
    assert facts.gaps[0].missing == ("prices.unit_price",)


def test_a_row_by_ship_date_of_an_order_without_dates_makes_the_price_not_known() -> None:
    facts = priced(
        {**LIST, "date_basis": "ship"}, order={"requested_on": None, "promised_on": None}
    )
    assert facts.expected is None
    assert facts.gaps[0].missing == ("ship date",)


def test_no_matching_row_is_no_price_on_file() -> None:
    facts = priced({**LIST, "sku": "SKU-2"}, line={"price_source": "manual"})
    assert facts.no_candidate
    assert facts.is_manual_unreferenced
    assert "no price on file" in facts.gaps[0].why


def test_a_list_price_without_a_row_is_not_called_manual() -> None:
    assert not priced({**LIST, "sku": "SKU-2"}).is_manual_unreferenced


# --- other strategies ------------------------------------------------------------------------


def test_the_lowest_strategy_takes_the_lowest_of_all_rows() -> None:
    contract = row("C", kind="contract", sku="SKU-1", customer_id="CU-1", unit_price="9.50")
    promotion = row("P", kind="promotion", sku="SKU-1", discount_pct="10")
    facts = priced(contract, promotion, conventions=Conventions(price_strategy="lowest"))
    assert (rule(facts), expected(facts)) == ("P", "9")


def test_the_stack_strategy_takes_every_promotion_off_the_contract() -> None:
    contract = row("C", kind="contract", sku="SKU-1", customer_id="CU-1", unit_price="8.00")
    facts = priced(
        contract,
        row("P1", kind="promotion", sku="SKU-1", discount_pct="10"),
        row("P2", kind="promotion", product_group="DRINKS", discount_pct="50"),
        conventions=Conventions(price_strategy="stack"),
    )
    assert (rule(facts), expected(facts)) == ("C", "3.6")


@given(st.permutations(range(5)))
@settings(max_examples=40, deadline=None)
def test_the_expected_price_does_not_depend_on_the_order_of_rows(places: list[int]) -> None:
    rules = [
        row("A", kind="promotion", sku="SKU-1", discount_pct="10"),
        row("B", kind="promotion", sku="SKU-1", discount_pct="10"),
        row("C", sku="SKU-1", tier="B", unit_price="30.00"),
        row("D", sku="SKU-1", unit_price="40.00"),
        row("E", kind="contract", sku="SKU-1", min_qty="101", unit_price="1.00"),
    ]
    case = a_case({})
    case.book.rows["prices"] = rows_of("prices", [rules[n] for n in places])
    facts = facts_of(case)
    assert (rule(facts), expected(facts)) == ("A", "27")
