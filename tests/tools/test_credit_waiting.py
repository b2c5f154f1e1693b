"""C1: which of the waiting orders can go, and how an account of thousands of orders is summed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import a_case
from tests.credit_rows import Changes, account, invoice, order, payment, together
from tools.credit import exposure
from tools.credit_account import effective_limit
from tools.credit_amounts import NAMED, NAMED_ORDERS
from tools.credit_waiting import SHOWN, which_can_go
from tools.rows import Figure
from tools.unknown import NotKnown


def blocked(number: int, quantity: str, **values: Any) -> Changes:
    return order(number, quantity, **{"status": "blocked", **values})


def queue(*parts: Changes, order_id: str = "SO-1") -> list[tuple[str, Decimal, Decimal, bool]]:
    case = a_case(together(*parts), order_id)
    found = which_can_go(case, effective_limit(case), exposure(case), lambda left: left >= 0)
    return [
        (str(w.order["order_id"]), w.value.number, w.headroom_after.number, w.fits) for w in found
    ]


def test_waiting_orders_go_cheapest_first_while_they_fit():
    parts = (blocked(2, "20"), blocked(3, "300"), account(credit_limit="2000"))
    assert queue(*parts) == [
        ("SO-2", 200, 1800, True),
        ("SO-1", 1000, 800, True),
        ("SO-3", 3000, -2200, False),
    ]


def test_an_order_fits_that_uses_up_the_headroom_exactly():
    assert queue(account(credit_limit="1000"))[0][2:] == (0, True)
    assert queue(account(credit_limit="999.99"))[0][2:] == (Decimal("-0.01"), False)


def test_the_sequence_is_the_same_from_whichever_order_it_is_asked():
    parts = (blocked(2, "20"), blocked(3, "300"), account(credit_limit="2000"))
    assert queue(*parts, order_id="SO-3") == queue(*parts) == queue(*parts, order_id="SO-2")


def test_orders_that_are_not_held_do_not_wait_and_take_their_headroom():
    assert queue(order(2), account(credit_limit="2000")) == [("SO-1", 1000, 800, True)]


def test_an_order_with_an_active_hold_waits():
    hold = {"holds": [{"hold_id": "H-2", "order_id": "SO-2", "code": "CRED", "status": "active"}]}
    assert [entry[0] for entry in queue(order(2), hold)] == ["SO-2", "SO-1"]


def test_open_invoices_and_cash_are_in_the_headroom():
    owed = {"invoices": [invoice()], "payments": [payment()]}
    assert queue(owed, account(credit_limit="2000"))[0][2] == 800


def test_a_waiting_order_needs_only_what_its_deposits_do_not_cover():
    paid = {"payments": [payment(order_id="SO-2", unapplied_amount="150")]}
    assert queue(blocked(2, "20"), paid)[0] == ("SO-2", 50, 49950, True)


def test_a_waiting_order_that_does_not_count_for_others_still_needs_room_itself():
    apart = account(include_open_orders="false", credit_limit="1100")
    assert queue(blocked(2, "20"), apart) == [
        ("SO-2", 200, 900, True),
        ("SO-1", 1000, -100, False),
    ]


def test_stale_orders_wait_for_nothing():
    assert [entry[0] for entry in queue(blocked(2, "20", ship_on="2025-01-01"))] == ["SO-1"]


def crowd(count: int) -> list[Changes]:
    return [blocked(n + 2, str(n + 1)) for n in range(count)]


def test_a_long_queue_is_shown_in_part():
    assert len(queue(*crowd(30))) == SHOWN


def test_a_sum_of_many_orders_names_the_largest_and_sums_the_rest():
    found = exposure(a_case(together(*crowd(NAMED_ORDERS + 30))))
    others = found.components["open_orders"]
    assert others.value == 10 * sum(range(1, NAMED_ORDERS + 31))
    whole, own = others.inputs
    assert isinstance(whole, Figure)
    assert (whole.value, own.id) == (others.number + 1000, "credit.open_orders_of_this_order")
    assert len(whole.inputs) == NAMED_ORDERS + 1
    assert whole.inputs[-1].id == "credit.open_orders_in_all_further"


def test_what_covers_this_order_is_taken_out_of_a_large_sum_and_its_rest_put_back():
    """1,200 on this order of 1,000 leave 200 for the account, beside many payments of 1 EUR."""
    loose = [payment(n, unapplied_amount="1") for n in range(NAMED + 30)]
    own = payment(9999, unapplied_amount="1200", order_id="SO-1")
    found = exposure(a_case({"payments": [*loose, own]}))
    assert found.components["unapplied_payments"].value == NAMED + 230
    assert found.after.value == -(NAMED + 230)


def test_every_order_of_a_large_account_gets_the_same_total():
    case = a_case(together(*crowd(NAMED_ORDERS + 30)))
    for order_id in ("SO-1", "SO-2", f"SO-{NAMED_ORDERS}"):
        row = case.book.one("orders", order_id=order_id)
        assert row is not None
        assert exposure(type(case)(case.book, row)).after.value == 1000 + 10 * sum(
            range(1, NAMED_ORDERS + 31)
        )


def test_a_gap_of_the_order_itself_is_its_own_gap():
    changes = order(2, unit_price="")
    case = a_case(changes, "SO-2")
    with pytest.raises(NotKnown, match="SO-2"):
        exposure(case)
