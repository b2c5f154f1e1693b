"""stock_shortage: short lines, blocked products, mixed dates, and what stands in the section."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from agent.review.verify.formula import compute
from policies.findings import CheckResult
from tests.builders import a_case
from tests.stock_rows import (
    Tables,
    batch,
    codes,
    entry,
    findings,
    judged,
    line,
    on_hand,
    order,
    reserved,
    rival,
    rule,
    supply,
)
from tools.rows import Cell, Figure, Trail, rows_under

SHORT: Tables = {"stock": [on_hand(60)]}


def test_an_order_whose_goods_are_there_has_no_finding() -> None:
    assert codes({}) == set()


@pytest.mark.parametrize(("quantity", "found"), [(100, set()), (99, {"short"})])
def test_a_line_is_short_from_the_first_missing_piece(quantity: int, found: set[str]) -> None:
    assert codes({"stock": [on_hand(quantity)]}) == found


def test_short_says_what_is_needed_available_and_missing() -> None:
    short = findings(SHORT)["short"]
    assert (short.cls, short.severity, short.line_no) == ("stock_shortage", "medium", 10)
    values = {n: v.value for n, v in short.values.items() if isinstance(v, Figure)}
    assert (values["needed"], values["available"], values["short"]) == (100, 60, 40)


def test_short_cites_the_line_and_the_stock() -> None:
    short = findings(SHORT)["short"]
    bound = [v for v in short.values.values() if isinstance(v, Figure | Cell)]
    refs = {row.ref for row in rows_under([*bound, *short.citations])}
    assert {"order_lines/SO-1/10", "stock/D01/SKU-1/"} <= refs


def test_a_late_supply_covers_nothing_and_is_named() -> None:
    result = judged(a_case({**SHORT, "supplies": [supply(500, "2026-02-20")]}))
    assert "short" in {f.code for f in result.findings}
    (note,) = [n for n in result.notes if n.code == "late_supply"]
    assert [row.ref for row in note.citations] == ["supplies/PO-1"]


def test_a_line_that_ships_from_another_site_is_judged_there() -> None:
    assert codes({"order_lines": [line(100, site_id="D02")]}) == {"short"}


@pytest.mark.parametrize(
    "fulfilment", ["drop_ship", "back_to_back", "service", "text", "kit_header"]
)
def test_only_lines_from_stock_are_judged(fulfilment: str) -> None:
    case = a_case({**SHORT, "order_lines": [line(100, fulfilment=fulfilment)]})
    assert judged(case).sections["stock"] == []


def test_a_product_that_is_not_stocked_is_not_judged() -> None:
    freight = {"sku": "FREIGHT", "base_uom": "EA", "stocked": "false"}
    changes = {"products": [freight], "order_lines": [line(1, line_no="20", sku="FREIGHT")]}
    assert [e["line_no"] for e in judged(a_case(changes)).sections["stock"]] == [10]


def test_a_line_with_nothing_left_to_ship_is_not_short() -> None:
    changes: Tables = {
        "stock": [on_hand(0)],
        "order_lines": [line(100, shipped_qty="60", cancelled_qty="40")],
    }
    assert codes(changes) == set()
    assert entry(changes)["needed"].value == 0


@pytest.mark.parametrize("status", ["run_out", "inactive"])
def test_a_product_that_runs_out_matters_only_when_short(status: str) -> None:
    product = [{"sku": "SKU-1", "status": status}]
    assert codes({"products": product}) == set()
    short = findings({**SHORT, "products": product})["short"]
    assert "{status}" in short.statement.template


def test_a_blocked_product_without_substitute_is_high() -> None:
    found = findings({"products": [{"sku": "SKU-1", "status": "blocked"}]})
    assert set(found) == {"product_blocked"}
    assert (found["product_blocked"].cls, found["product_blocked"].severity) == (
        "stock_shortage",
        "high",
    )


def test_a_blocked_product_of_a_line_that_is_done_is_no_matter() -> None:
    changes: Tables = {"products": [{"sku": "SKU-1", "status": "blocked"}],
                       "order_lines": [line(100, shipped_qty="100")]}  # fmt: skip
    assert codes(changes) == set()


def test_a_blocked_product_with_a_usable_substitute_needs_that() -> None:
    changes: Tables = {
        "products": [{"sku": "SKU-1", "status": "blocked"}],
        "stock": [on_hand(1000), on_hand(300, sku="SKU-2")],
        "substitutes": [rule()],
    }
    assert codes(changes) == {"substitute"}


def two_dates(complete: str, of_customer: str = "", **columns: Any) -> Tables:
    return {
        "orders": [order(ship_complete=complete)],
        "customers": [{"customer_id": "CU-1", "ship_complete": of_customer}],
        "order_lines": [line(1), line(1, line_no="20", promised_on="2026-03-09", **columns)],
    }


def test_b27_an_order_that_ships_complete_with_two_promises_has_mixed_dates() -> None:
    """B27: complete delivery, lines with different dates."""
    found = findings(two_dates("true"))["mixed_dates"]
    assert (found.cls, found.severity, found.line_no) == ("stock_shortage", "low", None)


@pytest.mark.parametrize(
    ("of_order", "of_customer", "mixed"),
    [("false", "true", False), ("", "true", True), ("", "", False)],
)
def test_mixed_dates_follow_the_order_before_the_customer(
    of_order: str, of_customer: str, mixed: bool
) -> None:
    assert ("mixed_dates" in codes(two_dates(of_order, of_customer))) is mixed


def test_a_line_that_is_done_mixes_no_dates() -> None:
    assert codes(two_dates("true", shipped_qty="1")) == set()


def test_the_section_shows_every_stocked_line_when_nothing_is_wrong() -> None:
    found = entry({})
    shown = {
        n: found[n].value for n in ("needed", "available", "short", "supply", "taken", "ahead")
    }
    assert shown == {
        "needed": 100,
        "available": 1000,
        "short": 0,
        "supply": 1000,
        "taken": 0,
        "ahead": 0,
    }
    assert (found["unit"], found["options"], str(found["in_full_on"].value)) == (
        "EA",
        [],
        "2026-03-02",
    )


def test_the_section_shows_sales_units_beside_base_units() -> None:
    found = entry({"stock": [on_hand(30)], "order_lines": [line(5, uom="BOX")]})
    assert (found["needed"].value, found["short"].value, found["unit"]) == (60, 30, "EA")
    sales = found["sales_unit"]
    assert (sales["needed"].value, sales["short"].value, sales["unit"]) == (5, 2.5, "BOX")


def test_the_section_shows_batches_with_their_expiry() -> None:
    stock = [on_hand(0), on_hand(7, batch_id="B1"), on_hand(9, batch_id="B2")]
    batches = [batch("B1", "2026-04-01"), batch("B2", status="quarantine")]
    found = entry({"stock": stock, "batches": batches, "order_lines": [line(5)]})
    (part,) = found["batches"]
    assert (part["batch_id"].value, part["quantity"].value, str(part["expires_on"].value)) == (
        "B1",
        5,
        "2026-04-01",
    )
    (rest,) = found["not_usable"]
    assert (rest["batch_id"].value, rest["quantity"].value, rest["why"]) == ("B2", 9, "quarantine")


def test_the_options_stand_in_the_section() -> None:
    changes: Tables = {
        "stock": [on_hand(60), on_hand(500, site_id="D02"), on_hand(300, sku="SKU-2")],
        "supplies": [supply(100, "2026-03-10")],
        "transfer_lanes": [{"from_site_id": "D02", "to_site_id": "D01", "lead_days": "1"}],
        "substitutes": [rule()],
    }
    options = {o["kind"]: o for o in entry(changes)["options"]}
    assert set(options) == {"partial", "inbound", "transfer", "substitute"}
    assert options["inbound"]["supply_id"].value == "PO-1"
    assert options["transfer"]["from_site_id"].value == "D02"
    assert options["substitute"]["needs_customer_acceptance"] is True


def everything() -> Tables:
    """A company in which every kind of figure of stock occurs."""
    return {
        "stock": [on_hand(-3), on_hand(50, batch_id="B1", blocked_qty="2"), on_hand(40, batch_id="B2"),
                  on_hand(400, site_id="D02"), on_hand(300, sku="SKU-2")],
        "batches": [batch("B1", "2026-04-01"), batch("B2", "2026-03-01")],
        "orders": [rival("SO-2"), rival("SO-3", "CU-3"), rival("SO-4", ship_on="2026-03-06"),
                   rival("SO-5", status="cancelled"), rival("SO-6", ship_on="2025-11-01")],
        "order_lines": [line(4, uom="BOX"), line(9, line_no="20", ship_on="2026-03-06"), line(12, "SO-2"),
                        line(20, "SO-3"), line(15, "SO-4"), line(3, "SO-5"), line(7, "SO-6")],
        "reservations": [reserved(5, "SO-1", batch_id="B1"), reserved(4, "SO-2"), reserved(20, "SO-3", batch_id="B1"),
                         reserved(3, "SO-5"), reserved(7, "SO-6")],
        "supplies": [supply(8, "2026-03-04"), supply(90, "2026-03-10", supply_id="PO-2"),
                     supply(5, "2026-02-10", supply_id="PO-3")],
        "transfer_lanes": [{"from_site_id": "D02", "to_site_id": "D01", "lead_days": "1"}],
        "substitutes": [rule(factor="0.5")],
        "holds": [{"hold_id": "H-2", "order_id": "SO-2", "code": "CRED", "status": "active"},
                  {"hold_id": "H-3", "order_id": "SO-3", "code": "CRED", "status": "active"}],
    }  # fmt: skip


def leaves(node: object) -> Iterator[Figure | Cell]:
    if isinstance(node, Figure | Cell):
        yield node
    elif isinstance(node, dict | list):
        for item in node.values() if isinstance(node, dict) else node:
            yield from leaves(item)


def figures(result: CheckResult) -> list[Figure]:
    trail = Trail()
    trail.add(leaves(result.sections["stock"]))
    for finding in result.findings:
        trail.add(v for v in finding.values.values() if isinstance(v, Figure | Cell))
        trail.add(finding.statement.figures.values())
        trail.add(finding.clears_when.text.figures.values())
    for note in result.notes:
        trail.add(note.note.figures.values())
    return list(trail.figures.values())


def test_every_figure_computes_to_what_it_states() -> None:
    made = figures(judged(a_case(everything())))
    assert len(made) > 50
    for figure in made:
        if figure.formula.startswith("by rule: "):
            continue
        values: dict[str, list[Any]] = {}
        for source in figure.inputs:
            name = source.column if isinstance(source, Cell) else source.id.rsplit(".", 1)[-1]
            number = source.row.amount(source.column) if isinstance(source, Cell) else source.number
            values.setdefault(name, []).append(number)
        again = compute(figure.formula, values, figure.unit)
        assert abs(again - figure.number) < 1e-9, figure.id


def test_the_data_notes_name_what_does_not_count() -> None:
    notes = {n.code for n in judged(a_case(everything())).notes}
    assert notes == {"negative_stock", "late_supply", "stale_reservation", "stale_order"}


def test_a_note_of_a_stale_order_gives_its_open_quantity_and_value() -> None:
    (note,) = [n for n in judged(a_case(everything())).notes if n.code == "stale_order"]
    assert note.note.figures["order"].value == "SO-6"
    assert (note.note.figures["quantity"].value, note.note.figures["value"].value) == (7, 70)


def test_stale_reservations_are_named_with_the_state_of_their_order() -> None:
    notes = [n for n in judged(a_case(everything())).notes if n.code == "stale_reservation"]
    named = {n.note.figures["reservation"].value: "status" in n.note.figures for n in notes}
    assert named == {"RV-SO-5": True, "RV-SO-6": False}


def test_a_stale_order_under_review_counts_the_reservations_of_its_own_lines() -> None:
    """Stale orders take nothing from others, but the order under review always counts itself."""
    long_ago = {"order_id": "SO-1", "ship_on": "2025-12-01"}
    lines = [line("10"), line("10", line_no="20")]
    held = [reserved("10", "SO-1")]
    case = a_case(
        {"orders": [long_ago], "order_lines": lines, "stock": [on_hand("10")],
         "reservations": held}
    )  # fmt: skip
    assert {(f.code, f.line_no) for f in judged(case).findings} == {("short", 20)}
