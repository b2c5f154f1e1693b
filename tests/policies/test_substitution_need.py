"""substitution_need: a substitute serves a line that neither its site nor a transfer can."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import a_case
from tests.stock_rows import Tables, codes, entry, findings, judged, line, on_hand, rule
from tools.rows import Cell, Figure, rows_under

LANE = {"from_site_id": "D02", "to_site_id": "D01", "lead_days": "1"}


def needing(**changes: Any) -> Tables:
    tables: Tables = {
        "stock": [on_hand(0), on_hand(300, sku="SKU-2")],
        "substitutes": [rule(approval_required="true")],
    }
    return tables | changes


def test_a_short_line_with_a_usable_substitute_needs_it() -> None:
    found = findings(needing())
    assert set(found) == {"short", "substitute"}
    assert (found["substitute"].cls, found["substitute"].severity) == (
        "substitution_need",
        "medium",
    )


def test_it_cites_the_rule_and_the_substitutes_stock() -> None:
    found = findings(needing())["substitute"]
    bound = [v for v in found.values.values() if isinstance(v, Figure | Cell)]
    refs = {row.ref for row in rows_under([*bound, *found.citations])}
    assert {"substitutes/SKU-1/SKU-2/", "stock/D01/SKU-2/", "customers/CU-1"} <= refs


def test_the_customer_that_asks_to_be_asked_has_to_accept() -> None:
    found = findings(needing())["substitute"]
    assert found.values["needs_customer_acceptance"] == "yes"
    always = [{"customer_id": "CU-1", "accepts_substitutes": "always"}]
    assert (
        findings(needing(customers=always))["substitute"].values["needs_customer_acceptance"]
        == "no"
    )


def test_where_a_transfer_is_in_time_no_substitute_is_needed_but_offered() -> None:
    stock = [on_hand(0), on_hand(300, sku="SKU-2"), on_hand(100, site_id="D02")]
    changes = needing(stock=stock, transfer_lanes=[LANE])
    assert codes(changes) == {"short"}
    assert {o["kind"] for o in entry(changes)["options"]} == {"transfer", "substitute"}


def test_a_line_that_is_served_needs_none() -> None:
    assert codes(needing(stock=[on_hand(100), on_hand(300, sku="SKU-2")])) == set()


def test_a_blocked_product_needs_it_even_where_goods_are_there() -> None:
    blocked = [{"sku": "SKU-1", "status": "blocked"}]
    stock = [on_hand(500), on_hand(300, sku="SKU-2")]
    assert codes(needing(stock=stock, products=blocked)) == {"substitute"}


def test_a_customer_that_never_accepts_is_offered_none_and_the_packet_says_so() -> None:
    never = [{"customer_id": "CU-1", "accepts_substitutes": "never"}]
    result = judged(a_case(needing(customers=never)))
    assert {f.code for f in result.findings} == {"short"}
    (note,) = [n for n in result.notes if n.code == "no_substitutes_accepted"]
    assert [row.ref for row in note.citations] == ["customers/CU-1"]


def test_nobody_is_told_about_substitutes_that_nobody_needs() -> None:
    never = [{"customer_id": "CU-1", "accepts_substitutes": "never"}]
    assert judged(a_case({"customers": never})).notes == []


@pytest.mark.parametrize("columns", [{"quality_ok": "false"}, {"valid_to": "2026-03-04"}])
def test_a_rule_that_cannot_be_used_is_no_finding(columns: dict[str, str]) -> None:
    assert codes(needing(substitutes=[rule(**columns)])) == {"short"}


def test_the_substitute_that_needs_no_waiting_is_named() -> None:
    third = {
        "sku": "SKU-3",
        "base_uom": "EA",
        "status": "active",
        "unit_cost": "5",
        "cost_currency": "EUR",
    }
    changes = needing(
        products=[third],
        stock=[on_hand(0), on_hand(0, sku="SKU-2"), on_hand(300, sku="SKU-3")],
        supplies=[{"supply_id": "PO-9", "kind": "purchase", "sku": "SKU-2", "to_site_id": "D01",
                   "open_qty": "100", "expected_on": "2026-03-04", "confirmed": "true"}],
        substitutes=[rule(), rule(substitute_sku="SKU-3")],
    )  # fmt: skip
    named = findings(changes)["substitute"].values["substitute_sku"]
    assert isinstance(named, Cell)
    assert named.value == "SKU-3"


def test_every_line_in_need_has_its_own_finding() -> None:
    changes = needing(order_lines=[line(100), line(50, line_no="20")])
    result = judged(a_case(changes))
    assert [f.line_no for f in result.findings if f.code == "substitute"] == [10, 20]
