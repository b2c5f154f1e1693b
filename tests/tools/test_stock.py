"""What a line gets at a cell: supply, taken, ahead, its own reservation, the day in full."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from tests.builders import a_book, a_case
from tests.stock_rows import Tables, batch, line, on_hand, order, reserved, rival, supply
from tools.stock import in_full_on, known_stock
from tools.stock_standing import Standing, gets, lacks, line_standing
from tools.unknown import NotKnown

TODAY = date(2026, 3, 2)


def standing(changes: Tables, order_id: str = "SO-1", **options: Any) -> Standing:
    case = a_case(changes, order_id, **options)
    (found,) = known_stock(case)
    return found.standing


def available(changes: Tables, order_id: str = "SO-1") -> Decimal:
    return standing(changes, order_id).on_ship_date


def test_s01_a_reservation_of_another_order_is_taken() -> None:
    """S01: 100 on hand, 50 reserved."""
    changes: Tables = {"stock": [on_hand(100)], "orders": [rival("SO-2", "CU-3")]}
    assert available(changes) == 100
    taken = {**changes, "order_lines": [line(50, "SO-2")], "reservations": [reserved(50, "SO-2")]}
    assert available(taken) == 50


@pytest.mark.parametrize(
    ("kept", "left"), [(("a", "b"), 50), (("a",), 70), (("b",), 80), ((), 100)]
)
def test_s03_reservations_add_up_and_end_when_they_are_cancelled(
    kept: tuple[str, ...], left: int
) -> None:
    """S03: a line of 50 with reservations of 30 and 20."""
    rows = [
        reserved(quantity, "SO-2", reservation_id=name,
                 status="active" if name in kept else "cancelled")
        for name, quantity in (("a", 30), ("b", 20))
    ]  # fmt: skip
    orders = [rival("SO-2", "CU-3")]
    changes: Tables = {"stock": [on_hand(100)], "orders": orders, "reservations": rows}
    assert available({**changes, "order_lines": [line(50, "SO-2")]}) == left


@pytest.mark.parametrize(
    ("columns", "status", "left"),
    [
        ({}, "open", 90),
        ({"consumed_qty": "5"}, "open", 95),
        ({"consumed_qty": "5"}, "closed", 100),
        ({}, "cancelled", 100),
        ({}, "draft", 100),
        ({"consumed_qty": "12"}, "open", 100),
    ],
)
def test_s05_what_is_delivered_or_closed_is_no_longer_reserved(
    columns: dict[str, str], status: str, left: int
) -> None:
    """S05 and B19: 10 reserved, 5 delivered, order closed or cancelled."""
    changes: Tables = {
        "stock": [on_hand(100)],
        "orders": [rival("SO-2", "CU-3", status=status)],
        "order_lines": [line(10, "SO-2")],
        "reservations": [reserved(10, "SO-2", **columns)],
    }
    assert available(changes) == left


def test_b19_a_reservation_of_a_stale_order_takes_nothing() -> None:
    """B19: what is reserved is computed from live orders."""
    changes: Tables = {
        "stock": [on_hand(100)],
        "orders": [rival("SO-2", "CU-3", ship_on="2025-12-01")],
        "order_lines": [line(10, "SO-2")],
        "reservations": [reserved(10, "SO-2")],
    }
    assert available(changes) == 100


def test_s10_reservations_of_a_batch_take_from_that_batch_only() -> None:
    """S10: 10 with 9 reserved and 1 with 1 reserved leave 1."""
    changes: Tables = {
        "stock": [on_hand(0), on_hand(10, batch_id="B1"), on_hand(1, batch_id="B2")],
        "batches": [batch("B1"), batch("B2")],
        "orders": [rival("SO-2", "CU-3")],
        "order_lines": [line(10, "SO-2")],
        "reservations": [
            reserved(9, "SO-2", reservation_id="a", batch_id="B1"),
            reserved(1, "SO-2", reservation_id="b", batch_id="B2"),
        ],
    }
    assert available(changes) == 1


def test_a_batch_reservation_beyond_its_batch_takes_no_other_goods() -> None:
    changes: Tables = {
        "stock": [on_hand(20), on_hand(5, batch_id="B1")],
        "batches": [batch("B1")],
        "orders": [rival("SO-2", "CU-3")],
        "order_lines": [line(10, "SO-2")],
        "reservations": [reserved(10, "SO-2", batch_id="B1")],
    }
    assert available(changes) == 20


def test_a_reservation_of_a_batch_that_the_line_cannot_use_takes_nothing() -> None:
    changes: Tables = {
        "stock": [on_hand(20), on_hand(5, batch_id="B1")],
        "batches": [batch("B1", "2026-03-05")],
        "orders": [rival("SO-2", "CU-3")],
        "order_lines": [line(5, "SO-2")],
        "reservations": [reserved(5, "SO-2", batch_id="B1")],
    }
    assert available(changes) == 20


def queue(quantities: list[int], **fourth: Any) -> Tables:
    """Orders SO-2.. of one customer, one day apart, with 20 on hand."""
    orders, lines = [], []
    for number, quantity in enumerate(quantities, 2):
        name = f"SO-{number}"
        orders.append(rival(name, "CU-1", ship_on=f"2026-03-{number + 1:02}"))
        lines.append(line(quantity, name))
    orders[3] |= fourth
    return {"stock": [on_hand(20)], "orders": orders, "order_lines": [line(0), *lines]}


def test_s13_orders_are_served_by_date() -> None:
    """S13: stock 20, orders of 5, 3, 20, 20, 15 by date."""
    changes = queue([5, 3, 20, 20, 15])
    found = [standing(changes, f"SO-{n}") for n in range(2, 7)]
    assert [s.ahead(s.ask.ship) for s in found] == [0, 5, 8, 28, 48]
    assert [min(s.needed, s.on_ship_date) for s in found] == [5, 3, 12, 0, 0]


def test_s14_an_urgent_order_is_served_before_the_others() -> None:
    """S14: the fourth is urgent (and ships no later)."""
    changes = queue([5, 3, 20, 20, 15], priority="1", ship_on="2026-03-03")
    found = [standing(changes, f"SO-{n}") for n in range(2, 7)]
    assert [s.ahead(s.ask.ship) for s in found] == [20, 25, 28, 0, 48]
    assert [min(s.needed, s.on_ship_date) for s in found] == [0, 0, 0, 20, 0]


def test_s07_components_of_a_bundle_are_needed_as_far_as_they_are_not_delivered() -> None:
    """S07: components of 50 and 20, half of the bundle delivered."""
    lines = [
        line(10, fulfilment="kit_header"),
        line(50, line_no="20", parent_line_no="10", shipped_qty="25"),
        line(20, line_no="30", parent_line_no="10", sku="SKU-2", shipped_qty="10"),
    ]
    found = known_stock(a_case({"order_lines": lines}))
    assert [(f.line_no, f.standing.needed) for f in found] == [(20, 25), (30, 10)]


def test_s20b_a_dozen_is_twelve_pieces_of_which_others_take_theirs() -> None:
    """S20b: one on hand and reserved by another; a dozen wanted."""
    changes: Tables = {
        "stock": [on_hand(1)],
        "orders": [rival("SO-2", "CU-3")],
        "order_lines": [line(1, uom="BOX"), line(1, "SO-2")],
        "reservations": [reserved(1, "SO-2")],
    }
    found = standing(changes)
    assert (found.needed, found.on_ship_date, found.short) == (12, 0, 12)


def test_s25_only_the_goods_that_are_not_expired_count() -> None:
    """S25: four good and four expired."""
    stock = [on_hand(0), on_hand(4, batch_id="G"), on_hand(4, batch_id="X")]
    batches = [batch("G", "2026-06-01"), batch("X", "2026-03-01")]
    assert available({"stock": stock, "batches": batches}) == 4


def test_b27_what_is_shipped_is_not_needed_again() -> None:
    """B27: ordered 20, shipped 10."""
    assert standing({"order_lines": [line(20, shipped_qty="10")]}).needed == 10


def test_b37_an_order_on_hold_keeps_its_reservation_and_is_told_apart() -> None:
    """B37: both figures are shown."""
    changes: Tables = {
        "stock": [on_hand(1)],
        "orders": [rival("SO-2", "CU-3")],
        "order_lines": [line(1, "SO-2")],
        "reservations": [reserved(1, "SO-2")],
        "holds": [{"hold_id": "H-2", "order_id": "SO-2", "code": "CRED", "status": "active"}],
    }
    (found,) = known_stock(a_case(changes))
    assert (found.figures.taken.value, found.figures.taken_held.value) == (1, 1)
    released = [{"hold_id": "H-2", "order_id": "SO-2", "code": "CRED", "status": "released"}]
    (found,) = known_stock(a_case({**changes, "holds": released}))
    assert (found.figures.taken.value, found.figures.taken_held.value) == (1, 0)


def test_what_is_reserved_for_the_line_is_not_given_to_a_higher_rank() -> None:
    changes: Tables = {
        "stock": [on_hand(100)],
        "orders": [rival("SO-2")],
        "order_lines": [line(100, "SO-2")],
        "reservations": [reserved(60, "SO-1")],
    }
    assert available(changes) == 60


def test_an_own_reservation_is_worth_no_more_than_the_goods_that_are_there() -> None:
    changes: Tables = {
        "stock": [on_hand(50)],
        "orders": [rival("SO-2")],
        "order_lines": [line(30, "SO-2")],
        "reservations": [reserved(60, "SO-1"), reserved(30, "SO-2")],
    }
    assert available(changes) == 20


def test_an_own_reservation_of_a_batch_that_cannot_be_used_protects_nothing() -> None:
    changes: Tables = {
        "stock": [on_hand(50), on_hand(50, batch_id="B1")],
        "batches": [batch("B1", status="quarantine")],
        "orders": [rival("SO-2")],
        "order_lines": [line(50, "SO-2")],
        "reservations": [reserved(50, "SO-1", batch_id="B1")],
    }
    assert available(changes) == 0


def own_lines(*reservations: dict[str, Any], **columns: Any) -> dict[int, Decimal]:
    """What lines 10 and 20 (60 each) get of 100."""
    lines = [line(60, **columns), line(60, line_no="20")]
    changes: Tables = {"stock": [on_hand(100)], "order_lines": lines}
    changes["reservations"] = list(reservations)
    return {f.line_no: f.standing.on_ship_date for f in known_stock(a_case(changes))}


def test_earlier_lines_of_the_order_are_ahead_of_later_ones() -> None:
    assert own_lines() == {10: 100, 20: 40}


def test_the_ship_date_decides_before_the_line_number() -> None:
    assert own_lines(ship_on="2026-03-06") == {10: 40, 20: 100}


def test_what_another_line_of_the_order_reserved_is_not_given_away() -> None:
    assert own_lines(reserved(60, "SO-1", line_no="20")) == {10: 40, 20: 60}


def test_lines_of_an_order_that_does_not_compete_still_go_before_its_later_ones() -> None:
    changes: Tables = {
        "stock": [on_hand(100)],
        "orders": [order(status="draft")],
        "order_lines": [line(60), line(60, line_no="20")],
    }
    found = {f.line_no: f.standing.on_ship_date for f in known_stock(a_case(changes))}
    assert found == {10: 100, 20: 40}


def day_in_full(changes: Tables, **options: Any) -> date | None:
    (figure,) = in_full_on(a_case(changes, **options)).values()
    assert figure.value is None or isinstance(figure.value, date)
    return figure.value


def test_goods_on_hand_are_there_in_full_today() -> None:
    assert day_in_full({}) == TODAY


def test_a_line_that_waits_is_in_full_on_the_day_of_its_supply() -> None:
    changes: Tables = {"stock": [on_hand(60)]}
    changes["supplies"] = [
        supply(20, "2026-03-04"),
        supply(20, "2026-03-09", supply_id="PO-2"),
        supply(20, "2026-03-10", supply_id="PO-3"),
    ]
    assert day_in_full(changes) == date(2026, 3, 9)


def test_a_supply_before_the_ship_date_makes_it_in_full_on_that_day() -> None:
    assert day_in_full({"stock": [on_hand(60)], "supplies": [supply(40, "2026-03-04")]}) == date(
        2026, 3, 4
    )


def test_what_nothing_on_file_covers_is_never_in_full() -> None:
    assert day_in_full({"stock": [on_hand(60)], "supplies": [supply(39, "2026-03-09")]}) is None


def test_a_higher_rank_that_ships_while_the_line_waits_goes_first() -> None:
    changes: Tables = {
        "stock": [on_hand(0)],
        "orders": [rival("SO-2", ship_on="2026-03-08")],
        "order_lines": [line(100, "SO-2")],
        "supplies": [supply(100, "2026-03-09"), supply(100, "2026-03-12", supply_id="PO-2")],
    }
    assert day_in_full(changes) == date(2026, 3, 12)


def test_lines_with_nothing_left_to_ship_have_no_day() -> None:
    assert in_full_on(a_case({"order_lines": [line(10, shipped_qty="10")]})) == {}


def test_without_a_stock_table_no_day_is_known() -> None:
    with pytest.raises(NotKnown):
        in_full_on(a_case(absent=("stock",)))


@run(deadline=None)
@given(
    st.integers(0, 50),
    st.integers(0, 50),
    st.integers(0, 50),
    st.integers(0, 50),
    st.integers(0, 50),
)
def test_what_is_lacking_is_the_smallest_supply_that_covers_the_need(
    needed: int, supplied: int, taken: int, ahead: int, own: int
) -> None:
    n, s, t, a, o = map(Decimal, (needed, supplied, taken, ahead, own))
    more = lacks(n, s, t, a, o)
    assert gets(s + more, t, a, o) >= n
    assert more == 0 or gets(s + more - 1, t, a, o) < n


Cells = st.fixed_dictionaries(
    {
        "stock": st.integers(0, 40),
        "orders": st.lists(
            st.tuples(
                st.integers(1, 20), st.sampled_from(["CU-1", "CU-2", "CU-3"]),
                st.sampled_from(["", "1", "2"]), st.integers(0, 20),
            ),
            min_size=1, max_size=6,
        ),
    }
)  # fmt: skip


def cell(drawn: dict[str, Any]) -> Tables:
    """Orders SO-2.. that all ship on 5 March; the goods reserved never exceed the stock."""
    orders, lines, reservations, left = [], [], [], drawn["stock"]
    for number, (quantity, customer, priority, wish) in enumerate(drawn["orders"], 2):
        name = f"SO-{number}"
        orders.append(rival(name, customer, priority=priority))
        lines.append(line(quantity, name))
        kept = min(wish, quantity, left)
        left -= kept
        reservations.append(reserved(kept, name))
    return {
        "stock": [on_hand(drawn["stock"])], "orders": orders,
        "order_lines": [line(0), *lines], "reservations": reservations,
    }  # fmt: skip


def shares(changes: Tables) -> dict[str, Decimal]:
    book = a_book(changes)
    found = {}
    for row in book.by("order_lines", sku="SKU-1"):
        at = line_standing(book, row, TODAY)
        found[str(row["order_id"])] = min(at.needed, at.on_ship_date)
    return found


@run(max_examples=60, deadline=None)
@given(Cells)
def test_a_cell_never_gives_out_more_than_it_holds(drawn: dict[str, Any]) -> None:
    assert sum(shares(cell(drawn)).values()) <= drawn["stock"]


@run(max_examples=60, deadline=None)
@given(Cells)
def test_a_lower_rank_without_reservation_takes_nothing_from_the_others(
    drawn: dict[str, Any],
) -> None:
    changes = cell(drawn)
    before = shares(changes)
    changes["orders"].append(rival("SO-9", "CU-3", priority="99"))
    changes["order_lines"].append(line(500, "SO-9"))
    after = shares(changes)
    assert {name: after[name] for name in before} == before


@run(max_examples=60, deadline=None)
@given(Cells, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(drawn: dict[str, Any], luck: random.Random) -> None:
    changes = cell(drawn)
    before = shares(changes)
    for rows in changes.values():
        luck.shuffle(rows)
    assert shares(changes) == before
