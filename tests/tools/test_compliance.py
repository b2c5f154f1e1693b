"""Parties, newest checks and what a licence must cover."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from agent.review.verify.formula import compute
from tests.builders import Rows, a_case
from tools.compliance import (
    NAMED,
    licence_drawn_before,
    licence_required,
    licences,
    parties,
    screenings,
)
from tools.rows import Cell

LICENCE = {"check_id": "CK-7", "kind": "licence", "customer_id": "CU-1", "licence_no": "L-1",
           "result": "clear", "checked_on": "2026-01-10"}  # fmt: skip


def earlier_orders(count: int) -> dict[str, Rows]:
    """So many confirmed orders of a piece each, entered before the order under review."""
    orders = [
        {"order_id": f"EO-{n:04}", "customer_id": "CU-1", "status": "open",
         "ordered_at": "2026-01-05T09:00:00Z", "site_id": "D01"} for n in range(count)
    ]  # fmt: skip
    lines = [
        {"order_id": f"EO-{n:04}", "line_no": "10", "sku": "SKU-1", "uom": "EA", "ordered_qty": "1"}
        for n in range(count)
    ]
    return {
        "orders": orders, "order_lines": lines, "compliance_checks": [LICENCE],
        "products": [{"sku": "SKU-1", "restricted_class": "X"}],
    }  # fmt: skip


def test_a_party_with_several_roles_is_one_party() -> None:
    case = a_case({"orders": [{"order_id": "SO-1", "bill_to_id": "CU-2"}]})
    assert [(p.party_id, p.roles) for p in parties(case)] == [
        ("CU-1", ("sold-to", "ship-to")), ("CU-2", ("bill-to",)),
    ]  # fmt: skip


def test_lists_are_told_apart_and_the_newest_check_of_each_is_kept() -> None:
    rows = [
        {"check_id": "CK-8", "kind": "denied_party", "customer_id": "CU-1", "list_name": "OFAC",
         "result": "clear", "checked_on": "2026-02-01"},
        {"check_id": "CK-9", "kind": "denied_party", "customer_id": "CU-1", "list_name": "EU-CFSP",
         "result": "possible", "checked_on": "2026-02-20"},
    ]  # fmt: skip
    found = screenings(a_case({"compliance_checks": rows}), "CU-1")
    assert {name: row.ref for name, row in found.items()} == {
        "EU-CFSP": "compliance_checks/CK-9", "OFAC": "compliance_checks/CK-8",
    }  # fmt: skip


def test_a_sum_over_very_many_orders_names_some_and_states_the_rest() -> None:
    case = a_case(earlier_orders(NAMED + 30))
    licence = licences(case, "SKU-1", "licence")[0]
    drawn = licence_drawn_before(case, licence)
    assert drawn.number == NAMED + 30
    assert len(drawn.inputs) == NAMED + 1
    values: dict[str, list[Decimal]] = {}
    for item in drawn.inputs:
        assert not isinstance(item, Cell)
        values.setdefault(item.id.rsplit(".", 1)[-1], []).append(item.number)
    assert compute(drawn.formula, values, drawn.unit) == drawn.number


@given(st.integers(min_value=0, max_value=12))
def test_what_is_drawn_before_is_the_sum_of_the_earlier_orders(count: int) -> None:
    case = a_case(earlier_orders(count))
    licence = licences(case, "SKU-1", "licence")[0]
    assert licence_drawn_before(case, licence).number == count
    assert licence_required(case, licence).number == count + 100
