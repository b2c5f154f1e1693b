"""Who comes before whom: order priority, customer priority, ship date, entry, order id."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import a_case
from tests.stock_rows import Tables, line, on_hand, order, reserved, rival
from tools.book import Case
from tools.stock import known_stock
from tools.stock_rank import rank_key, why_ranked


def ahead(changes: Tables, **other: Any) -> int:
    """What goes before SO-1 of 100 when SO-2 wants 30."""
    tables = {"order_lines": [line(30, "SO-2")], "stock": [on_hand(100)], **changes, **other}
    (found,) = known_stock(a_case(tables))
    return int(found.standing.ahead(found.standing.ask.ship))


def against(**columns: Any) -> Tables:
    return {"orders": [rival("SO-2", **columns)]}


def test_a_customer_of_higher_priority_goes_first() -> None:
    assert ahead(against(customer="CU-2")) == 30


def test_a_customer_of_lower_priority_does_not() -> None:
    assert ahead(against(customer="CU-3")) == 0


def test_the_orders_priority_is_asked_before_the_customers() -> None:
    assert ahead(against(customer="CU-3", priority="1")) == 30
    assert ahead({"orders": [rival("SO-2"), order(priority="0")]}) == 0


def test_an_empty_priority_comes_last() -> None:
    nobody = [{"customer_id": "CU-2", "priority": ""}]
    assert ahead(against(customer="CU-2"), customers=nobody) == 0
    assert (
        ahead(against(customer="CU-3"), customers=[{"customer_id": "CU-1", "priority": ""}]) == 30
    )


@pytest.mark.parametrize(("day", "quantity"), [("2026-03-04", 30), ("2026-03-06", 0)])
def test_among_equals_the_earlier_ship_date_goes_first(day: str, quantity: int) -> None:
    assert ahead(against(customer="CU-1", ship_on=day)) == quantity


@pytest.mark.parametrize(
    ("moment", "quantity"), [("2026-02-27T09:59:59+01:00", 30), ("2026-02-27T10:00:01+01:00", 0)]
)
def test_then_the_earlier_entry(moment: str, quantity: int) -> None:
    assert ahead(against(customer="CU-1", ordered_at=moment)) == quantity


def test_then_the_smaller_order_id() -> None:
    assert ahead(against(customer="CU-1")) == 0
    tables: Tables = {"orders": [rival("SO-0", "CU-1")], "order_lines": [line(30, "SO-0")]}
    assert ahead(tables) == 30


@pytest.mark.parametrize(("day", "quantity"), [("2026-03-05", 30), ("2026-03-06", 0)])
def test_a_higher_rank_counts_only_where_it_ships_no_later(day: str, quantity: int) -> None:
    """S19: an order whose date has moved out is not counted."""
    assert ahead(against(ship_on=day)) == quantity


def test_ship_dates_before_today_count_as_today() -> None:
    late = [rival("SO-2", ship_on="2026-03-02"), order(ship_on="2026-02-20")]
    assert ahead({"orders": late}) == 30


@pytest.mark.parametrize("status", ["draft", "closed", "cancelled"])
def test_only_confirmed_orders_compete(status: str) -> None:
    """S17: what is cancelled is not promised."""
    assert ahead(against(status=status)) == 0


@pytest.mark.parametrize("status", ["open", "blocked", "released", "shipped", "invoiced"])
def test_every_confirmed_order_competes(status: str) -> None:
    assert ahead(against(status=status)) == 30


@pytest.mark.parametrize(("day", "quantity"), [("2026-01-01", 30), ("2025-12-31", 0)])
def test_a_stale_order_does_not_compete(day: str, quantity: int) -> None:
    """Sixty days before today is not yet stale."""
    assert ahead(against(ship_on=day)) == quantity


def test_staleness_is_that_of_the_orders_last_line() -> None:
    lines = [line(30, "SO-2"), line(1, "SO-2", line_no="20", ship_on="2026-03-20")]
    assert ahead(against(ship_on="2025-12-01"), order_lines=lines) == 30


def test_what_is_reserved_anywhere_is_not_ahead() -> None:
    assert ahead(against(), reservations=[reserved(12, "SO-2", site_id="D02")]) == 18


def test_a_reservation_of_another_product_covers_nothing() -> None:
    assert ahead(against(), reservations=[reserved(12, "SO-2", sku="SKU-2")]) == 30


def test_a_reservation_without_a_line_is_for_the_first_line_of_the_product() -> None:
    lines = [line(30, "SO-2"), line(10, "SO-2", line_no="20")]
    assert (
        ahead(against(), order_lines=lines, reservations=[reserved(25, "SO-2", line_no="")]) == 15
    )


@pytest.mark.parametrize(
    "columns", [{"fulfilment": "drop_ship"}, {"sku": "SKU-2"}, {"site_id": "D02"}]
)
def test_lines_of_other_cells_do_not_compete(columns: dict[str, str]) -> None:
    assert ahead(against(), order_lines=[line(30, "SO-2", **columns)]) == 0


def test_a_line_of_another_orders_site_competes_where_it_is_filled() -> None:
    assert ahead(against(site_id="D02"), order_lines=[line(30, "SO-2", site_id="D01")]) == 30


def test_an_empty_rival_quantity_that_would_go_first_is_not_known() -> None:
    case = a_case({**against(), "order_lines": [line("", "SO-2")]})
    assert known_stock(case) == []


def test_an_empty_quantity_of_a_lower_rank_does_not_matter() -> None:
    case = a_case({**against(customer="CU-3"), "order_lines": [line("", "SO-2")]})
    assert len(known_stock(case)) == 1


def test_a_higher_rank_without_any_date_is_not_known() -> None:
    case = a_case({**against(ship_on="", promised_on=""), "order_lines": [line(5, "SO-2")]})
    assert known_stock(case) == []


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"customer": "CU-2"}, "priority of its customer"),
        ({"customer": "CU-1", "priority": "1"}, "priority of its order"),
        ({"customer": "CU-1", "ship_on": "2026-03-04"}, "ship date"),
        ({"customer": "CU-1", "ordered_at": "2026-02-20T10:00:00+01:00"}, "time of entry"),
        ({"customer": "CU-1"}, "order number"),
    ],
)
def test_why_it_ranks_so_is_said(columns: dict[str, str], words: str) -> None:
    case = a_case({"orders": [rival("SO-2", **columns)], "order_lines": [line(1, "SO-2")]})
    assert why(case) == words


def why(case: Case) -> str:
    book = case.book
    mine, other = (book.by("order_lines", order_id=o)[0] for o in ("SO-1", "SO-2"))
    owner = book.by("orders", order_id="SO-2")[0]
    return why_ranked(rank_key(book, mine, case.today), owner, rank_key(book, other, case.today))
