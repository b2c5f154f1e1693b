"""Unknown stock is reported for stock_shortage only, names what is missing, and is never clear."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import a_case
from tests.stock_rows import (
    Tables,
    entry,
    judged,
    line,
    on_hand,
    order,
    reserved,
    rival,
    rule,
    supply,
)
from tools.book import Case
from tools.stock import in_full_on

LANE = {"from_site_id": "D02", "to_site_id": "D01", "lead_days": "1"}


def missing(case: Case) -> set[str]:
    result = judged(case)
    assert {u.check for u in result.not_known} <= {"stock_shortage"}
    return {name for unknown in result.not_known for name in unknown.missing}


def test_the_stock_table_defines_the_check() -> None:
    case = a_case(absent=("stock",))
    assert missing(case) == {"stock"}
    assert judged(case).findings == []


def test_a_stock_table_that_is_present_and_empty_says_that_there_is_nothing() -> None:
    case = a_case()
    case.book.rows["stock"] = []
    assert missing(case) == set()
    assert {f.code for f in judged(case).findings} == {"short"}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"stock": [on_hand("")]}, "stock.on_hand_qty"),
        ({"order_lines": [line("")]}, "order_lines.ordered_qty"),
        ({"order_lines": [line(1, uom="PAL")]}, "uom_conversions"),
        ({"supplies": [supply("", "2026-03-04")]}, "supplies.open_qty"),
        ({"reservations": [reserved("", "SO-1")]}, "reservations.qty"),
        ({"reservations": [reserved(1, "SO-9")]}, "reservations.order_id"),
        ({"stock": [on_hand(5, batch_id="B9")]}, "batches"),
        ({"orders": [order(site_id="")]}, "orders.site_id"),
        ({"orders": [order(promised_on="", requested_on="")]}, "orders.promised_on"),
        ({"orders": [rival("SO-2")], "order_lines": [line("", "SO-2")]}, "order_lines.ordered_qty"),
        ({"orders": [rival("SO-2")], "order_lines": [line(1, "SO-2", uom="PAL")]}, "uom_conversions"),
    ],
)  # fmt: skip
def test_a_missing_cell_makes_the_line_not_known(changes: Tables, name: str) -> None:
    case = a_case(changes)
    assert missing(case) == {name}
    assert judged(case).findings == []


def test_an_unknown_line_stands_in_the_section_without_figures() -> None:
    found = entry({"stock": [on_hand("")]})
    assert found["needed"].value == 100
    assert (found["available"], found["short"], found["in_full_on"]) == (None, None, None)


def test_one_unknown_line_leaves_the_others_judged() -> None:
    lines = [line(100, uom="PAL"), line(5, line_no="20", sku="SKU-2")]
    result = judged(a_case({"order_lines": lines}))
    assert [(f.code, f.line_no) for f in result.findings] == [("short", 20)]
    assert len(result.not_known) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"stock": [on_hand(60), on_hand("", site_id="D02")], "transfer_lanes": [LANE]},
        {"stock": [on_hand(60), on_hand("", sku="SKU-2")], "substitutes": [rule()]},
    ],
)
def test_an_option_that_cannot_be_judged_is_not_known_beside_the_finding(changes: Tables) -> None:
    case = a_case(changes)
    assert missing(case) == {"stock.on_hand_qty"}
    assert {f.code for f in judged(case).findings} == {"short"}


def test_empty_shipped_cancelled_and_consumed_quantities_count_as_nothing() -> None:
    empty: dict[str, Any] = {"shipped_qty": "", "cancelled_qty": ""}
    changes: Tables = {
        "order_lines": [line(100, **empty)],
        "reservations": [reserved(5, "SO-1", consumed_qty="")],
    }
    assert missing(a_case(changes)) == set()


@pytest.mark.parametrize("table", ["reservations", "supplies"])
def test_an_absent_contributing_table_is_named_and_leaves_the_check_known(table: str) -> None:
    result = judged(a_case(absent=(table,)))
    assert result.not_known == []
    assert [n.note.figures["table"].value for n in result.notes if n.code == "absent_table"] == [
        table
    ]


def test_absent_batches_are_named_where_stock_is_kept_by_batch() -> None:
    result = judged(a_case({"stock": [on_hand(5, batch_id="B1")]}, absent=("batches",)))
    assert [u.missing for u in result.not_known] == [("batches",)]
    assert [n.note.figures["table"].value for n in result.notes] == ["batches"]


def test_a_reservation_that_is_used_up_needs_no_order() -> None:
    used_up = reserved(5, "SO-9", consumed_qty="5")
    assert missing(a_case({"reservations": [used_up]})) == set()


def test_a_short_line_names_the_tables_of_its_options() -> None:
    result = judged(a_case({"stock": [on_hand(60)]}, absent=("substitutes", "transfer_lanes")))
    named = {n.note.figures["table"].value for n in result.notes if n.code == "absent_table"}
    assert named == {"substitutes", "transfer_lanes"}


def test_a_rival_that_cannot_be_read_beyond_the_ship_date_leaves_only_the_day_open() -> None:
    changes: Tables = {
        "stock": [on_hand(60)],
        "orders": [rival("SO-2", ship_on="2026-03-09")],
        "order_lines": [line("", "SO-2")],
        "supplies": [supply(100, "2026-03-10")],
    }
    case = a_case(changes)
    assert {f.code for f in judged(case).findings} == {"short"}
    assert missing(case) == {"order_lines.ordered_qty"}
    assert entry(changes)["in_full_on"] is None


def test_a_line_without_a_product_hides_no_other_line() -> None:
    """Nobody can tell whether it is stocked: not known, and the other line is short all the same."""
    blank = line("5", line_no="20", sku="")
    case = a_case({"order_lines": [line("100"), blank], "stock": [on_hand("40")]})
    assert missing(case) == {"products"}
    assert {(f.code, f.line_no) for f in judged(case).findings} == {("short", 10)}


def test_a_cancelled_line_of_unknown_stock_does_not_hide_when_the_rest_is_there() -> None:
    gone = line("5", line_no="20", sku="SKU-2", cancelled_qty="5")
    unknown = {**on_hand(""), "sku": "SKU-2"}
    case = a_case({"order_lines": [line("100"), gone], "stock": [on_hand("100"), unknown]})
    assert {number: day.value for number, day in in_full_on(case).items()} == {10: case.today}
