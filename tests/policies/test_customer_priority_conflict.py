"""customer_priority_conflict: outranked, held by a lower rank, starving a higher rank."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import a_case
from tests.stock_rows import (
    Tables,
    codes,
    entry,
    findings,
    judged,
    line,
    on_hand,
    order,
    reserved,
    rival,
    supply,
)
from tools.conventions import Conventions
from tools.rows import Cell, Figure, rows_under


def outranked(quantity: int = 80, **columns: Any) -> Tables:
    return {
        "stock": [on_hand(100)],
        "orders": [rival("SO-2", **columns)],
        "order_lines": [line(quantity, "SO-2")],
    }


def test_a_higher_rank_that_takes_what_is_needed_outranks() -> None:
    found = findings(outranked())
    assert set(found) == {"short", "outranked"}
    assert found["outranked"].cls == "customer_priority_conflict"


def test_the_finding_cites_the_competing_line_and_what_gives_its_rank() -> None:
    found = findings(outranked())["outranked"]
    bound = [v for v in found.values.values() if isinstance(v, Figure | Cell)]
    refs = {row.ref for row in rows_under([*bound, *found.citations])}
    assert {"order_lines/SO-2/10", "orders/SO-2", "customers/CU-2", "customers/CU-1"} <= refs


def test_a_line_that_gets_all_it_needs_is_not_outranked() -> None:
    changes = outranked() | {"stock": [on_hand(180)]}
    assert codes(changes) == set()


def test_a_line_that_is_short_anyway_is_not_outranked() -> None:
    assert codes(outranked() | {"stock": [on_hand(99)]}) == {"short"}


def test_earlier_lines_of_the_own_order_are_no_conflict_of_priority() -> None:
    changes: Tables = {"stock": [on_hand(100)], "order_lines": [line(60), line(60, line_no="20")]}
    assert codes(changes) == {"short"}


def test_the_quantity_of_orders_on_hold_is_told_apart() -> None:
    hold = {"hold_id": "H-2", "order_id": "SO-2", "code": "CRED", "status": "active"}
    found = findings(outranked() | {"holds": [hold]})["outranked"]
    held = found.values["ahead_held"]
    assert isinstance(held, Figure)
    assert held.value == 80


def test_the_contest_is_a_table_with_rank_reason_quantity_and_hold() -> None:
    (rival_line,) = entry(outranked())["competitors"]
    assert (rival_line["order_id"].value, rival_line["line_no"].value) == ("SO-2", 10)
    assert (rival_line["rank"], rival_line["rank_why"]) == ("higher", "priority of its customer")
    assert (rival_line["quantity"].value, rival_line["held"]) == (80, False)


def test_competitors_beyond_the_convention_are_counted_and_summed() -> None:
    names = [f"SO-{n}" for n in range(2, 9)]
    changes: Tables = {
        "stock": [on_hand(100)],
        "orders": [rival(name) for name in names],
        "order_lines": [line(10, name) for name in names],
    }
    found = entry(changes, conventions=Conventions(competitors_named=3))
    further = found["competitors_further"]
    assert len(found["competitors"]) == 3
    assert (further["count"].value, further["quantity"].value) == (4, 40)


def lower(reserved_quantity: int, on: int = 100) -> Tables:
    return {
        "stock": [on_hand(on)],
        "orders": [rival("SO-3", "CU-3")],
        "order_lines": [line(reserved_quantity, "SO-3")],
        "reservations": [reserved(reserved_quantity, "SO-3")],
    }


def test_a_lower_rank_holds_what_the_line_lacks() -> None:
    found = findings(lower(30))
    assert set(found) == {"short", "held_by_lower_rank"}
    quantity = found["held_by_lower_rank"].values["reserved_by_lower_rank"]
    assert isinstance(quantity, Figure)
    assert quantity.value == 30


@pytest.mark.parametrize(("on", "held"), [(100, True), (99, False)])
def test_the_lower_ranks_reservations_must_cover_what_is_short(on: int, held: bool) -> None:
    assert ("held_by_lower_rank" in codes(lower(30, on))) is held


def test_a_reservation_of_a_higher_rank_is_not_held_by_a_lower_one() -> None:
    changes = lower(30)
    changes["orders"] = [rival("SO-3", "CU-2")]
    assert codes(changes) == {"short"}


def test_the_lower_rank_is_in_the_contest() -> None:
    (rival_line,) = entry(lower(30))["competitors"]
    assert (rival_line["claim"], rival_line["rank"]) == ("reservation", "lower")


def starving(day: str = "2026-03-09", quantity: int = 80, **changes: Any) -> Tables:
    tables: Tables = {
        "stock": [on_hand(100)],
        "orders": [rival("SO-2", ship_on=day)],
        "order_lines": [line(quantity, "SO-2")],
    }
    return tables | changes


def test_filling_a_line_can_starve_a_higher_rank_that_ships_later() -> None:
    found = findings(starving())
    assert set(found) == {"starves_higher_rank"}
    lacks = found["starves_higher_rank"].values["short_then"]
    assert isinstance(lacks, Figure)
    assert lacks.value == 80


@pytest.mark.parametrize(("on", "starves"), [(180, False), (179, True)])
def test_it_starves_from_the_first_missing_piece(on: int, starves: bool) -> None:
    assert ("starves_higher_rank" in codes(starving(stock=[on_hand(on)]))) is starves


@pytest.mark.parametrize(("day", "starves"), [("2026-03-09", False), ("2026-03-10", True)])
def test_a_supply_by_the_day_it_ships_saves_the_higher_rank(day: str, starves: bool) -> None:
    changes = starving(supplies=[supply(500, day)])
    assert ("starves_higher_rank" in codes(changes)) is starves


def test_a_lower_rank_that_ships_later_is_not_protected() -> None:
    changes = starving()
    changes["orders"] = [rival("SO-2", "CU-3", ship_on="2026-03-09")]
    assert codes(changes) == set()


def test_what_the_higher_rank_has_reserved_cannot_be_taken_from_it() -> None:
    changes = starving(stock=[on_hand(180)], reservations=[reserved(80, "SO-2")])
    assert codes(changes) == set()


def test_a_line_served_from_its_own_reservation_starves_nobody() -> None:
    assert codes(starving(reservations=[reserved(100, "SO-1")])) == set()


def test_a_line_that_gets_nothing_starves_nobody() -> None:
    assert codes(starving(stock=[on_hand(0)])) == {"short"}


def test_a_higher_rank_that_is_short_anyway_is_starved_only_where_it_lacks_more() -> None:
    assert "starves_higher_rank" in codes(starving(quantity=150))
    changes = starving(quantity=150, reservations=[reserved(100, "SO-1")])
    assert "starves_higher_rank" not in codes(changes)


def test_only_those_are_starved_who_lack_more_than_before() -> None:
    """SO-2 takes all that there is; SO-3, ranked between it and this order, lacks all anyway."""
    orders = [rival("SO-2", ship_on="2026-03-09"), rival("SO-3", ship_on="2026-03-10")]
    lines = [line(100, "SO-2"), line(40, "SO-3")]
    found = findings(starving() | {"orders": orders, "order_lines": [line(10), *lines]})
    count = found["starves_higher_rank"].values["lines"]
    assert isinstance(count, Figure)
    assert count.value == 1


def test_lines_that_go_first_are_taken_to_be_filled_too() -> None:
    orders = [rival("SO-2", ship_on="2026-03-09"), rival("SO-3", "CU-1", ship_on="2026-03-04")]
    changes: Tables = {
        "stock": [on_hand(230)],
        "orders": orders,
        "order_lines": [line(80, "SO-2"), line(60, "SO-3")],
    }
    assert codes(changes) == {"starves_higher_rank"}
    assert codes(changes | {"stock": [on_hand(240)]}) == set()


def test_an_order_of_the_highest_priority_is_contested_by_nobody() -> None:
    changes = outranked()
    changes["orders"].append(order(priority="0"))
    assert codes(changes) == set()


def test_unknown_stock_is_no_business_of_priorities() -> None:
    result = judged(a_case(outranked() | {"stock": [on_hand("")]}))
    assert [u.check for u in result.not_known] == ["stock_shortage"]


def test_among_a_thousand_competitors_the_sum_names_some_and_states_the_rest() -> None:
    names = [f"SO-{n}" for n in range(1000, 2000)]
    changes: Tables = {
        "stock": [on_hand(1050)],
        "orders": [rival(name) for name in names],
        "order_lines": [line(1, name) for name in names],
    }
    ahead = entry(changes)["ahead"]
    assert ahead.value == 1000
    assert len(ahead.inputs) == 201
    assert ahead.inputs[-1].value == 800
