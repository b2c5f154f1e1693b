"""What clears a finding of stock: the change clears it, a unit less does not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import settings as run
from hypothesis import strategies as st

from policies.findings import Clearing
from policies.settings import for_company, load_rules
from tests.builders import a_case
from tests.stock_rows import (
    Tables,
    judged,
    line,
    on_hand,
    order,
    reserved,
    rival,
    rule,
    stands_after,
    supply,
)
from tools.book import Case
from tools.conventions import Conventions

SHORT: Tables = {"stock": [on_hand(60)]}


def clearing(case: Case, code: str) -> Clearing:
    return next(f for f in judged(case).findings if f.code == code).clears_when


def assert_smallest_supply(case: Case, code: str) -> None:
    found = clearing(case, code)
    assert found.change is not None
    assert found.change["kind"] == "supply"
    assert not stands_after(case, found, code)
    less = str(Decimal(found.change["quantity"]) - 1)
    assert stands_after(case, found, code, quantity=less)


def test_what_is_short_by_the_ship_date_clears_short() -> None:
    found = clearing(a_case(SHORT), "short")
    assert found.change == {
        "kind": "supply", "sku": "SKU-1", "site_id": "D01", "quantity": "40", "date": "2026-03-05",
    }  # fmt: skip
    assert_smallest_supply(a_case(SHORT), "short")


def test_a_supply_a_day_later_does_not_clear_short() -> None:
    case = a_case(SHORT)
    assert stands_after(case, clearing(case, "short"), "short", date="2026-03-06")


def test_higher_ranks_are_served_from_the_supply_before_the_line() -> None:
    changes: Tables = {
        "stock": [on_hand(0)],
        "orders": [rival("SO-2")],
        "order_lines": [line(80, "SO-2")],
    }
    found = clearing(a_case(changes), "short")
    assert found.change is not None
    assert found.change["quantity"] == "180"
    assert_smallest_supply(a_case(changes), "short")


def test_an_own_reservation_needs_only_the_goods_for_it() -> None:
    changes: Tables = {
        "stock": [on_hand(0)],
        "orders": [rival("SO-2")],
        "order_lines": [line(80, "SO-2")],
        "reservations": [reserved(100, "SO-1")],
    }
    found = clearing(a_case(changes), "short")
    assert found.change is not None
    assert found.change["quantity"] == "100"
    assert_smallest_supply(a_case(changes), "short")


def test_the_supply_leaves_time_for_receiving() -> None:
    case = a_case(SHORT, conventions=Conventions(receiving_days=1))
    found = clearing(case, "short")
    assert found.change is not None
    assert found.change["date"] == "2026-03-04"
    assert_smallest_supply(case, "short")


def test_where_no_supply_can_arrive_in_time_less_has_to_be_ordered() -> None:
    changes: Tables = {**SHORT, "orders": [order(ship_on="2026-03-02")]}
    case = a_case(changes, conventions=Conventions(receiving_days=1))
    found = clearing(case, "short")
    assert found.change == {"kind": "line", "line_no": 10, "field": "ordered_qty", "value": "60"}
    assert not stands_after(case, found, "short")
    assert stands_after(case, found, "short", value="61")


def test_a_reservation_for_the_line_clears_outranked() -> None:
    changes: Tables = {
        "stock": [on_hand(100)],
        "orders": [rival("SO-2")],
        "order_lines": [line(80, "SO-2")],
        "reservations": [reserved(10, "SO-1")],
    }
    case = a_case(changes)
    found = clearing(case, "outranked")
    assert found.change is not None
    values = found.change["values"]
    assert values["qty"] == "90"
    assert not stands_after(case, found, "outranked")
    assert stands_after(case, found, "outranked", values=values | {"qty": "89"})


def held_by_lower_rank(*reservations: dict[str, Any], on: int = 100) -> Case:
    changes: Tables = {
        "stock": [on_hand(on)],
        "orders": [rival("SO-3", "CU-3"), rival("SO-4", "CU-3", priority="9")],
        "order_lines": [line(30, "SO-3"), line(30, "SO-4")],
        "reservations": list(reservations),
    }
    return a_case(changes)


def test_the_lowest_rank_gives_up_as_much_as_is_needed() -> None:
    case = held_by_lower_rank(reserved(30, "SO-3"), reserved(30, "SO-4"), on=140)
    found = clearing(case, "held_by_lower_rank")
    assert found.change is not None
    assert (found.change["ref"], found.change["value"]) == ("reservations/RV-SO-4", "10")


def test_one_reservation_that_is_enough_gives_up_only_what_is_needed() -> None:
    case = held_by_lower_rank(reserved(30, "SO-4", consumed_qty="5"))
    found = clearing(case, "held_by_lower_rank")
    assert found.change == {
        "kind": "row",
        "ref": "reservations/RV-SO-4",
        "field": "qty",
        "value": "5",
    }
    assert not stands_after(case, found, "held_by_lower_rank")
    assert stands_after(case, found, "held_by_lower_rank", value="6")


def test_where_it_takes_several_reservations_a_supply_clears() -> None:
    case = held_by_lower_rank(reserved(20, "SO-3"), reserved(20, "SO-4"))
    assert_smallest_supply(case, "held_by_lower_rank")


def test_a_supply_for_both_clears_starving() -> None:
    changes: Tables = {
        "stock": [on_hand(100)],
        "orders": [rival("SO-2", ship_on="2026-03-09")],
        "order_lines": [line(80, "SO-2")],
    }
    assert_smallest_supply(a_case(changes), "starves_higher_rank")


def test_serving_those_who_starve_counts_those_who_come_into_reach() -> None:
    changes: Tables = {
        "stock": [on_hand(22)],
        "orders": [rival("SO-2", ship_on="2026-03-06"), rival("SO-3", ship_on="2026-03-06")],
        "order_lines": [line(6), line(24, "SO-2"), line(2, "SO-3")],
    }
    assert_smallest_supply(a_case(changes), "starves_higher_rank")


def test_taking_the_substitute_clears_the_need() -> None:
    changes: Tables = {
        "stock": [on_hand(0), on_hand(300, sku="SKU-2")],
        "substitutes": [rule()],
    }
    case = a_case(changes)
    found = clearing(case, "substitute")
    assert found.change == {"kind": "substitute", "line_no": 10, "sku": "SKU-2"}
    assert not stands_after(case, found, "substitute")
    assert not stands_after(case, found, "short")


def test_an_active_product_clears_product_blocked() -> None:
    case = a_case({"products": [{"sku": "SKU-1", "status": "blocked"}]})
    assert not stands_after(case, clearing(case, "product_blocked"), "product_blocked")


def test_parts_that_may_go_clear_mixed_dates() -> None:
    lines = [line(1), line(1, line_no="20", promised_on="2026-03-09")]
    case = a_case({"orders": [order(ship_complete="true")], "order_lines": lines})
    assert not stands_after(case, clearing(case, "mixed_dates"), "mixed_dates")


@run(max_examples=50, deadline=None)
@given(
    st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(0, 40), st.integers(0, 40),
    st.sampled_from(["CU-1", "CU-2", "CU-3"]), st.sampled_from(["2026-03-03", "2026-03-05", "2026-03-08"]),
)  # fmt: skip
def test_every_supply_that_clears_is_the_smallest(
    on: int, needed: int, wanted: int, own: int, theirs: int, customer: str, ship: str
) -> None:
    changes: Tables = {
        "stock": [on_hand(on)],
        "orders": [rival("SO-2", customer, ship_on=ship)],
        "order_lines": [line(needed), line(wanted, "SO-2")],
        "reservations": [reserved(own, "SO-1"), reserved(theirs, "SO-2")],
        "supplies": [supply(10, "2026-03-10")],
    }
    case = a_case(changes)
    stated = [
        f for f in judged(case).findings if (f.clears_when.change or {}).get("kind") == "supply"
    ]
    assume(stated)
    for found in stated:
        assert_smallest_supply(case, found.code)


@pytest.mark.parametrize("receiving", [0, 1])
def test_the_setting_of_receiving_reaches_the_arithmetic(receiving: int) -> None:
    rules = load_rules().model_copy(
        update={"companies": {"C1": {"stock": {"receiving_days": receiving}}}}
    )
    assert for_company(rules, "C1").conventions().receiving_days == receiving
