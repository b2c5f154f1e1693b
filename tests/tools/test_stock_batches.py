"""Which stock a line can use, why not the rest, and which batches to pick."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from tests.builders import a_book, a_case, rows_of
from tests.stock_rows import Tables, batch, line, on_hand
from tools.rows import Figure
from tools.stock import known_stock
from tools.stock_batches import Freshness, Holding, pick, shelf_of
from tools.unknown import NotKnown

TODAY = date(2026, 3, 2)
PROMISE = date(2026, 3, 6)


def usable(changes: Tables, days: int = 0, promise: date | None = PROMISE) -> Decimal:
    shelf = shelf_of(a_book(changes), "D01", "SKU-1", Freshness(promise, days, TODAY))
    return sum((h.quantity for h in shelf.usable), Decimal(0))


def of_batch(quantity: object, batch_id: str = "B1") -> dict[str, Any]:
    return on_hand(quantity, batch_id=batch_id)


def dated(expires: str, **columns: Any) -> Tables:
    return {"stock": [on_hand(0), of_batch(7)], "batches": [batch("B1", expires, **columns)]}


def test_blocked_stock_cannot_be_used() -> None:
    assert usable({"stock": [on_hand(10, blocked_qty="4")]}) == 6


def test_more_blocked_than_on_hand_is_none_and_not_less() -> None:
    assert (
        usable({"stock": [on_hand(0, blocked_qty="4"), of_batch(5)], "batches": [batch("B1")]}) == 5
    )


def test_an_empty_blocked_quantity_is_nothing() -> None:
    assert usable({"stock": [on_hand(10, blocked_qty="")]}) == 10


def test_negative_stock_counts_as_nothing_row_by_row() -> None:
    """S12 nets it; rules.md says that a negative on-hand counts as 0."""
    changes = {"stock": [on_hand(0), of_batch(3), of_batch(-3, "B2")],
               "batches": [batch("B1"), batch("B2")]}  # fmt: skip
    assert usable(changes) == 3


def test_a_product_without_a_stock_row_has_none() -> None:
    book = a_book()
    assert shelf_of(book, "D02", "SKU-1", Freshness(PROMISE, 0, TODAY)).usable == ()


def test_b16_a_batch_is_usable_on_its_expiry_day() -> None:
    """B16: expiry on the day of delivery."""
    assert usable(dated("2026-03-06")) == 7


def test_a_batch_that_expires_the_day_before_delivery_is_not_usable() -> None:
    assert usable(dated("2026-03-05")) == 0


def test_a_batch_that_expires_today_is_usable_for_delivery_today() -> None:
    assert usable(dated("2026-03-02"), promise=TODAY) == 7


def test_an_expired_batch_is_not_usable_for_a_promise_that_has_passed() -> None:
    assert usable(dated("2026-03-01"), promise=date(2026, 2, 20)) == 0


@pytest.mark.parametrize(("expires", "quantity"), [("2026-04-05", 7), ("2026-04-04", 0)])
def test_shelf_life_at_delivery_is_met_on_its_last_day(expires: str, quantity: int) -> None:
    assert usable(dated(expires), days=30) == quantity


def test_s26_a_batch_without_expiry_is_usable() -> None:
    """S26."""
    assert usable(dated(""), days=30) == 7


@pytest.mark.parametrize("status", ["quarantine", "blocked"])
def test_only_released_batches_are_usable(status: str) -> None:
    assert usable(dated("", status=status)) == 0


def test_stock_that_cannot_be_used_is_named_with_the_reason() -> None:
    changes = {
        "stock": [on_hand(0), of_batch(1, "B1"), of_batch(2, "B2"), of_batch(3, "B3")],
        "batches": [batch("B1", status="quarantine"), batch("B2", "2026-03-03"), batch("B3", "2026-03-10")],
    }  # fmt: skip
    shelf = shelf_of(a_book(changes), "D01", "SKU-1", Freshness(PROMISE, 30, TODAY))
    assert [(h.batch_id, why) for h, why in shelf.unusable] == [
        ("B1", "quarantine"), ("B2", "expired"), ("B3", "shelf_life"),
    ]  # fmt: skip


def test_the_stock_table_defines_the_check() -> None:
    with pytest.raises(NotKnown, match="no stock table"):
        shelf_of(a_book(absent=("stock",)), "D01", "SKU-1", Freshness(PROMISE, 0, TODAY))


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"stock": [on_hand("")]}, "stock.on_hand_qty"),
        ({"stock": [of_batch(1)], "batches": []}, "batches"),
        ({"stock": [of_batch(1)], "batches": [batch("B1", status="")]}, "batches.status"),
        ({"stock": [of_batch(1)], "batches": [batch("B1", received_on="2026-03-03")]}, "batches"),
    ],
)
def test_what_is_missing_is_never_clear(changes: Tables, missing: str) -> None:
    with pytest.raises(NotKnown) as gap:
        usable(changes)
    assert gap.value.missing == (missing,)


def test_an_expiry_without_a_promise_cannot_be_judged() -> None:
    with pytest.raises(NotKnown):
        usable(dated("2026-04-01"), promise=None)


def test_a_batch_that_holds_nothing_needs_no_row() -> None:
    assert usable({"stock": [on_hand(5), of_batch(0)], "batches": []}) == 5


def picks(changes: Tables) -> list[tuple[str | None, Decimal]]:
    (found,) = known_stock(a_case(changes))
    return [(p.holding.batch_id, p.quantity) for p in found.picks]


def test_b17_the_batch_that_expires_soonest_is_picked() -> None:
    """B17: three lots of five, the second expires soonest, two are wanted."""
    changes = {
        "stock": [on_hand(0), of_batch(5, "L1"), of_batch(5, "L2"), of_batch(5, "L3")],
        "batches": [batch("L1", "2026-06-01"), batch("L2", "2026-04-01"), batch("L3", "2026-05-01")],
        "order_lines": [line(2)],
    }  # fmt: skip
    assert picks(changes) == [("L2", Decimal(2))]


def test_a_quantity_is_split_over_batches_by_expiry() -> None:
    changes = {
        "stock": [on_hand(0), of_batch(5, "L1"), of_batch(5, "L2")],
        "batches": [batch("L1", "2026-06-01"), batch("L2", "2026-04-01")],
        "order_lines": [line(7)],
    }
    assert picks(changes) == [("L2", Decimal(5)), ("L1", Decimal(2))]


def test_s27_a_dated_batch_is_taken_before_stock_without_batch() -> None:
    """S27."""
    changes = {"stock": [on_hand(100), of_batch(100)], "batches": [batch("B1", "2026-06-01")],
               "order_lines": [line(10)]}  # fmt: skip
    assert picks(changes) == [("B1", Decimal(10))]


def test_what_others_reserved_of_a_batch_is_not_picked() -> None:
    from tests.stock_rows import reserved, rival

    changes = {
        "stock": [on_hand(0), of_batch(5, "L1"), of_batch(5, "L2")],
        "batches": [batch("L1", "2026-06-01"), batch("L2", "2026-04-01")],
        "orders": [rival("SO-2")],
        "order_lines": [line(4), line(4, "SO-2")],
        "reservations": [reserved(4, "SO-2", batch_id="L2")],
    }
    assert picks(changes) == [("L2", Decimal(1)), ("L1", Decimal(3))]


def test_the_line_picks_its_own_reserved_batch() -> None:
    from tests.stock_rows import reserved

    changes = {
        "stock": [on_hand(0), of_batch(5, "L1"), of_batch(5, "L2")],
        "batches": [batch("L1", "2026-06-01"), batch("L2", "2026-04-01")],
        "order_lines": [line(5)],
        "reservations": [reserved(3, "SO-1", batch_id="L1")],
    }
    assert picks(changes) == [("L2", Decimal(2)), ("L1", Decimal(3))]


def test_without_batches_there_is_nothing_to_split() -> None:
    assert picks({}) == []


@run(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.dates(date(2026, 3, 1), date(2026, 4, 1))), max_size=6),
       st.integers(0, 60))  # fmt: skip
def test_a_split_never_takes_more_than_there_is_nor_skips_an_earlier_expiry(
    batches: list[tuple[int, date]], wanted: int
) -> None:
    held = []
    for number, (quantity, expires) in enumerate(batches):
        (stock,) = rows_of("stock", [on_hand(quantity, batch_id=f"B{number}")])
        (row,) = rows_of("batches", [batch(f"B{number}", expires.isoformat())])
        figure = Figure(
            "usable", Decimal(quantity), "EA", "on_hand_qty", (stock.cell("on_hand_qty"),)
        )
        held.append((Holding(stock, row, figure), Decimal(quantity)))
    parts = pick(held, Decimal(wanted))
    assert sum(p.quantity for p in parts) == min(wanted, sum(q for q, _ in batches))
    days = [p.holding.expires_on for p in parts]
    assert days == sorted(day for day in days if day is not None)
    assert all(p.quantity == p.holding.quantity for p in parts[:-1])
