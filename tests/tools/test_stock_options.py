"""What can be done for a short line: part now, wait, or bring goods from another site."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.builders import a_case
from tests.stock_rows import Tables, batch, line, on_hand, order, reserved, rival, supply
from tools.stock import LineStock, known_stock
from tools.stock_options import Option

LANE = {"from_site_id": "D02", "to_site_id": "D01", "lead_days": "1"}
CU_1 = {"customer_id": "CU-1"}


def facts(changes: Tables, **options: Any) -> LineStock:
    tables: Tables = {"stock": [on_hand(60)], **changes}
    return known_stock(a_case(tables, **options))[0]


def option(kind: str, changes: Tables, **options: Any) -> Option | None:
    return next((o for o in facts(changes, **options).options if o.kind == kind), None)


def partial(changes: Tables) -> object:
    found = option("partial", changes)
    return None if found is None else found.quantity.value


def test_a_part_of_what_is_usable_today_can_go() -> None:
    found = option("partial", {})
    assert found is not None
    assert (found.quantity.value, found.available_on.value) == (60, date(2026, 3, 2))


def test_a_supply_that_is_still_to_come_is_not_part_of_it() -> None:
    assert partial({"supplies": [supply(20, "2026-03-04")]}) == 60


@pytest.mark.parametrize(("pack", "quantity"), [("25", 50), ("60", 60), ("61", None), ("", 60)])
def test_a_part_is_rounded_down_to_the_pack(pack: str, quantity: int | None) -> None:
    assert partial({"products": [{"sku": "SKU-1", "pack_qty": pack}]}) == quantity


def test_with_nothing_on_hand_there_is_no_part() -> None:
    assert partial({"stock": [on_hand(0)]}) is None


@pytest.mark.parametrize(
    ("of_order", "of_customer", "allowed"),
    [("true", "false", False), ("false", "true", True), ("", "true", False), ("", "", True)],
)
def test_b39_the_orders_own_word_decides_whether_parts_may_go(
    of_order: str, of_customer: str, allowed: bool
) -> None:
    """B39: the order's shipping policy governs; the customer's where the order says nothing."""
    changes: Tables = {
        "orders": [order(ship_complete=of_order)],
        "customers": [CU_1 | {"ship_complete": of_customer}],
    }
    assert (partial(changes) is not None) is allowed


def test_s18_an_order_that_ships_complete_ships_nothing_of_a_short_line() -> None:
    """S18: of 5 + 5 a second equal order finds no SKU-1 left."""
    orders = [rival("SO-0", "CU-1"), order(ship_complete="true")]
    changes: Tables = {"stock": [on_hand(5)], "orders": orders,
                       "order_lines": [line(5), line(5, "SO-0")]}  # fmt: skip
    assert facts(changes).options == []


@pytest.mark.parametrize(
    ("most", "shipped", "allowed"),
    [("0", "", False), ("1", "", True), ("1", "5", False), ("2", "5", True), ("", "5", True)],
)
def test_no_more_partial_shipments_than_the_customer_takes(
    most: str, shipped: str, allowed: bool
) -> None:
    changes: Tables = {
        "customers": [CU_1 | {"max_partial_shipments": most}],
        "order_lines": [line(100, shipped_qty=shipped)],
    }
    assert (partial(changes) is not None) is allowed


def test_a_line_that_is_not_short_has_no_options() -> None:
    assert facts({"stock": [on_hand(100)], "transfer_lanes": [LANE]}).options == []


def test_waiting_ends_with_the_supply_that_fills_the_line() -> None:
    found = option("inbound", {"supplies": [supply(40, "2026-03-10")]})
    assert found is not None
    assert found.source is not None
    assert (found.source.value, found.available_on.value) == ("PO-1", date(2026, 3, 10))


def test_a_supply_that_does_not_fill_the_line_is_no_option() -> None:
    assert option("inbound", {"supplies": [supply(39, "2026-03-10")]}) is None


def transfer(quantity: object = 500, lane: dict[str, Any] = LANE, **changes: Any) -> Option | None:
    stock = [on_hand(60), on_hand(quantity, site_id="D02")]
    return option("transfer", {"stock": stock, "transfer_lanes": [lane], **changes})


def test_another_site_sends_what_is_short() -> None:
    found = transfer()
    assert found is not None
    assert found.source is not None
    assert (found.quantity.value, found.source.value) == (40, "D02")
    assert found.available_on.value == date(2026, 3, 3)


@pytest.mark.parametrize(("quantity", "offered"), [(40, True), (39, False)])
def test_the_sending_site_must_cover_what_is_short(quantity: int, offered: bool) -> None:
    assert (transfer(quantity) is not None) is offered


@pytest.mark.parametrize(("lead", "offered"), [("3", True), ("4", False)])
def test_the_lane_must_arrive_by_the_ship_date(lead: str, offered: bool) -> None:
    assert (transfer(lane=LANE | {"lead_days": lead}) is not None) is offered


def test_the_lane_counts_working_days_of_the_sending_site() -> None:
    closed = [{"site_id": "D02", "day": f"2026-03-0{n}", "working": "false"} for n in (3, 4, 5)]
    assert transfer(calendar_days=closed) is None


def test_what_the_sending_site_has_promised_to_higher_ranks_is_not_sent() -> None:
    changes: Tables = {"orders": [rival("SO-2", site_id="D02")], "order_lines": [line(470, "SO-2")]}
    assert transfer(**changes) is None


def test_what_is_reserved_at_the_sending_site_is_not_sent() -> None:
    changes: Tables = {
        "orders": [rival("SO-2", "CU-3", site_id="D02")],
        "order_lines": [line(470, "SO-2")],
        "reservations": [reserved(470, "SO-2", site_id="D02")],
    }
    assert transfer(**changes) is None


def test_goods_that_still_come_to_the_sending_site_leave_when_they_are_there() -> None:
    found = transfer(0, supplies=[supply(40, "2026-03-04", to_site_id="D02")])
    assert found is not None
    assert found.available_on.value == date(2026, 3, 5)
    assert transfer(0, supplies=[supply(40, "2026-03-05", to_site_id="D02")]) is None


def test_goods_from_another_site_must_be_as_fresh() -> None:
    stock = [on_hand(60), on_hand(500, site_id="D02", batch_id="B1")]
    changes: Tables = {
        "stock": stock,
        "batches": [batch("B1", "2026-03-05")],
        "transfer_lanes": [LANE],
    }
    assert option("transfer", changes) is None


def test_a_lane_to_the_site_itself_brings_nothing() -> None:
    assert option("transfer", {"transfer_lanes": [LANE | {"from_site_id": "D01"}]}) is None


@pytest.mark.parametrize(("stock", "lane"), [("", LANE), ("500", LANE | {"lead_days": ""})])
def test_a_site_that_cannot_be_judged_is_no_option_and_is_named(
    stock: str, lane: dict[str, Any]
) -> None:
    rows = [on_hand(60), on_hand(stock, site_id="D02")]
    found = facts({"stock": rows, "transfer_lanes": [lane]})
    assert found.transfers.options == ()
    assert len(found.gaps) == 1


def test_options_stand_by_date() -> None:
    changes: Tables = {
        "stock": [on_hand(60), on_hand(500, site_id="D02")],
        "transfer_lanes": [LANE],
        "supplies": [supply(40, "2026-03-10")],
    }
    assert [o.kind for o in facts(changes).options] == ["partial", "transfer", "inbound"]


def test_a_blocked_product_is_neither_split_nor_fetched() -> None:
    changes: Tables = {
        "stock": [on_hand(60), on_hand(500, site_id="D02")],
        "transfer_lanes": [LANE],
        "products": [{"sku": "SKU-1", "status": "blocked"}],
    }
    assert facts(changes).options == []
