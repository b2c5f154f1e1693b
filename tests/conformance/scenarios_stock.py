"""Stock cases of peers' suites (S..): pieces of SKU-1 at one site; today is 2 March 2026."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from policies.settings import Rules, with_settings
from tests.conformance.reading import Tables, stock, together
from tests.stock_rows import batch, line, on_hand, order, reserved, rival, supply
from tests.tools import test_stock as cell
from tests.tools import test_stock_batches as batches

TODAY = date(2026, 3, 2)
CEDAR = "CU-3"
"""A customer of lower rank than the order's."""


def shelf(*rows: dict[str, Any]) -> Tables:
    """Stock of SKU-1, and no other."""
    return {"stock": [on_hand(0), *rows]}


def other(quantity: object, order_id: str = "SO-2", **columns: Any) -> Tables:
    """Another confirmed order of lower rank."""
    return {
        "orders": [rival(order_id, CEDAR, **columns)],
        "order_lines": [line(quantity, order_id)],
    }


def held(quantity: object, order_id: str = "SO-2", **columns: Any) -> Tables:
    """A reservation of an order."""
    return {"reservations": [reserved(quantity, order_id, **columns)]}


def asks(quantity: object, **columns: Any) -> Tables:
    """The line under review."""
    return {"order_lines": [line(quantity, **columns)]}


def s01_what_another_order_reserved_is_taken(rules: Rules) -> None:
    cell.test_s01_a_reservation_of_another_order_is_taken()
    there = shelf(on_hand(100))
    assert stock(rules, there, asks(100), other(50))["available"] == 100
    said = stock(rules, there, asks(100), other(50), held(50))
    assert (said["taken"], said["available"], said["short"]) == (50, 50, 50)


def s02_what_a_reservation_holds_at_each_stage(rules: Rules) -> None:
    there = shelf(on_hand(100))
    stages = [
        (30, {}, {}, 50, 30),
        (50, {}, {}, 50, 50),
        (50, {"consumed_qty": "10"}, {"shipped_qty": "10"}, 40, 40),
        (50, {"consumed_qty": "50"}, {"shipped_qty": "50"}, 0, 0),
        (50, {"status": "cancelled"}, {}, 50, 0),
    ]
    for quantity, reservation, columns, needed, here in stages:
        said = stock(rules, there, asks(50, **columns), held(quantity, "SO-1", **reservation))
        assert (said["needed"], said["reserved_here"]) == (needed, here)
    draft = stock(rules, there, asks(50), other(50, status="draft"), held(50))
    assert draft["taken"] == 0


def s03_reservations_add_up_and_end_one_by_one(rules: Rules) -> None:
    for kept, here in (({"a"}, 30), ({"a", "b"}, 50), ({"b"}, 20), (set(), 0)):
        rows = [
            reserved(quantity, "SO-1", reservation_id=name,
                     status="active" if name in kept else "cancelled")
            for name, quantity in (("a", 30), ("b", 20))
        ]  # fmt: skip
        said = stock(rules, shelf(on_hand(100)), asks(50), {"reservations": rows})
        assert said["reserved_here"] == here


def s04_what_others_reserved_cannot_be_used(rules: Rules) -> None:
    there, whole = shelf(on_hand(100)), asks(100)
    said = stock(rules, there, whole, other(50), held(50))
    assert (said["available"], said["short"], said.codes) == (50, 50, ["short"])
    freed = stock(rules, there, whole, other(50), held(50, status="released"))
    assert (freed["available"], freed["short"], freed.codes) == (100, 0, [])


def s05_what_is_delivered_or_closed_is_no_longer_reserved(rules: Rules) -> None:
    there = shelf(on_hand(100))
    stages = [
        ("open", "0", 10), ("open", "5", 5), ("closed", "5", 0), ("open", "5", 5),
        ("open", "0", 10), ("cancelled", "0", 0),
    ]  # fmt: skip
    for status, delivered, taken in stages:
        rows = (other(10, status=status), held(10, consumed_qty=delivered))
        said = stock(rules, there, asks(100), *rows)
        assert (said["taken"], said["available"]) == (taken, 100 - taken)


def s07_components_of_a_bundle_are_needed_line_by_line(rules: Rules) -> None:
    parent = line(10, fulfilment="kit_header", shipped_qty="5")
    for shipped, needed in ((("0", "0"), (50, 20)), (("25", "10"), (25, 10))):
        lines = [
            parent,
            line(50, line_no="20", parent_line_no="10", shipped_qty=shipped[0]),
            line(20, line_no="30", sku="SKU-2", parent_line_no="10", shipped_qty=shipped[1]),
        ]
        tables: Tables = {"order_lines": lines}
        found = [stock(rules, tables, line_no=number)["needed"] for number in (20, 30)]
        assert found == list(needed)
    rows = together(other(50, status="closed"), held(50), shelf(on_hand(50)))
    assert stock(rules, rows, asks(50))["taken"] == 0


def s08_what_is_delivered_is_net_of_returns(rules: Rules) -> None:
    for shipped, needed in (("9", 0), ("5", 4)):
        assert stock(rules, asks(9, shipped_qty=shipped))["needed"] == needed


def s09_raised_and_lowered_below_what_is_delivered(rules: Rules) -> None:
    for ordered, needed in ((4, 0), (7, 3), (2, 0)):
        assert stock(rules, asks(ordered, shipped_qty="4"))["needed"] == needed


def s10_reservations_of_a_batch_take_from_that_batch_only(rules: Rules) -> None:
    rows = together(
        shelf(on_hand(10, batch_id="B1"), on_hand(1, batch_id="B2")),
        {"batches": [batch("B1"), batch("B2")]},
        other(10), held(9, reservation_id="a", batch_id="B1"),
        held(1, reservation_id="b", batch_id="B2"),
    )  # fmt: skip
    said = stock(rules, rows)
    assert (said["usable"], said["taken"], said["available"]) == (11, 10, 1)


def s12_negative_stock_counts_as_nothing(rules: Rules) -> None:
    batches.test_negative_stock_counts_as_nothing_row_by_row()
    rows = [on_hand(1, batch_id=name) for name in ("B1", "B2", "B3")]
    known: Tables = {"batches": [batch(name) for name in ("B1", "B2", "B3", "B4")]}
    said = stock(rules, shelf(*rows, on_hand(-3, batch_id="B4")), known)
    assert (said["usable"], said["available"]) == (3, 3)
    assert "negative_stock" in said.notes


def _served(rules: Rules, tables: Tables) -> list[tuple[int, int]]:
    """Of each order of the queue: what goes before it, and what it gets."""
    found = [stock(rules, tables, order_id=f"SO-{number}") for number in range(2, 7)]
    return [(said["ahead"], min(said["needed"], said["available"])) for said in found]


def s13_orders_are_served_by_date(rules: Rules) -> None:
    tables = cell.queue([5, 3, 20, 20, 15])
    assert _served(rules, tables) == [(0, 5), (5, 3), (8, 12), (28, 0), (48, 0)]


def s14_an_urgent_order_is_served_before_the_others(rules: Rules) -> None:
    tables = cell.queue([5, 3, 20, 20, 15], priority="1", ship_on="2026-03-03")
    assert _served(rules, tables) == [(20, 0), (25, 0), (28, 0), (0, 20), (48, 0)]


def s17_what_is_cancelled_is_not_promised(rules: Rules) -> None:
    first: Tables = {
        "orders": [rival("SO-0", "CU-1")],
        "order_lines": [line(3, "SO-0"),
                        line(5, "SO-0", line_no="20", sku="SKU-2", cancelled_qty="5")],
    }  # fmt: skip
    mine: Tables = {"order_lines": [line(3), line(5, line_no="20", sku="SKU-2")]}
    ahead = [stock(rules, first, mine, line_no=number)["ahead"] for number in (10, 20)]
    assert ahead == [3, 0]


def s18_one_line_short_lets_the_other_go_only_where_parts_may(rules: Rules) -> None:
    lines = [line(5, name, line_no=number, sku=sku)
             for name in ("SO-0", "SO-1") for number, sku in (("10", "SKU-1"), ("20", "SKU-2"))]  # fmt: skip
    there: Tables = {"stock": [on_hand(5), on_hand(10, sku="SKU-2")], "order_lines": lines}
    for complete, parts in (("false", True), ("true", False)):
        orders: Tables = {"orders": [rival("SO-0", "CU-1"), order(ship_complete=complete)]}
        first, second = (stock(rules, there, orders, line_no=number) for number in (10, 20))
        assert (first["available"], first["short"]) == (0, 5)
        assert (second["available"], second["short"]) == (5, 0)
        part = stock(rules, there, orders, {"order_lines": [line(4, "SO-0")]})
        assert [option["kind"] for option in part["options"]] == (["partial"] if parts else [])


def s19_an_order_that_has_moved_out_is_not_counted(rules: Rules) -> None:
    tables = cell.queue([5, 3, 20, 20, 15])
    tables["orders"][0]["ship_on"] = "2026-04-30"
    assert _served(rules, tables)[1:3] == [(0, 3), (3, 17)]
    assert _served(rules, tables)[0] == (58, 0)
    released = stock(rules, tables, held(5, "SO-2"), order_id="SO-4")
    assert (released["taken"], released["ahead"], released["available"]) == (5, 3, 12)


def s20b_one_piece_for_two_and_a_dozen(rules: Rules) -> None:
    one = shelf(on_hand(1))
    said = stock(rules, one, asks(2))
    assert (said["available"], said["short"], said.codes) == (1, 1, ["short"])
    said = stock(rules, one, asks(1, uom="BOX"), other(1), held(1))
    assert (said["needed"], said["available"], said["short"]) == (12, 0, 12)


def s22_supply_and_demand_by_period(rules: Rules) -> None:
    """Period n is the nth of March plus one; the demands are of a customer of higher rank."""
    supplies = [supply(q, _period(n), supply_id=f"PO-{n}")
                for n, q in enumerate((6, 4, 2, 4, 8, 4, 4, 4), 1)]  # fmt: skip
    demands = list(enumerate((6, 2, 3, 6, 6, 1, 2, 2), 1))
    others: Tables = {
        "supplies": supplies,
        "orders": [rival(f"SO-9{n}", ship_on=_period(n)) for n, _ in demands],
        "order_lines": [line(q, f"SO-9{n}") for n, q in demands],
    }
    found = []
    for number in range(1, 9):
        asked: Tables = {"orders": [order(ship_on=_period(number), promised_on=_period(9))]}
        said = stock(rules, shelf(), others, asks(3), asked)
        found.append((said["available"], said["short"]))
    assert [available for available, _ in found] == [0, 2, 1, 0, 1, 4, 6, 8]
    assert [short for _, short in found] == [3, 1, 2, 3, 2, 0, 0, 0]


def _period(number: int) -> str:
    return (TODAY + timedelta(days=number)).isoformat()


def s24_life_left_on_the_day_of_delivery(rules: Rules) -> None:
    """A batch of ten days: the shelf life asked for moves the last day on which it can be used."""
    dated = together(shelf(on_hand(7, batch_id="B1")),
                     {"batches": [batch("B1", (TODAY + timedelta(days=10)).isoformat())]})  # fmt: skip
    for left, last in ((0, 10), (5, 5), (2, 8), (6, 4)):
        strict = with_settings(rules, [f"stock.min_shelf_life_days={left}"])
        for days, usable in ((last, 7), (last + 1, 0)):
            day = (TODAY + timedelta(days=days)).isoformat()
            promised: Tables = {"orders": [order(promised_on=day, ship_on=TODAY.isoformat())]}
            assert stock(strict, dated, promised, asks(7))["usable"] == usable


def s25_goods_that_are_expired_do_not_count(rules: Rules) -> None:
    good, bad = on_hand(4, batch_id="G"), on_hand(4, batch_id="X")
    known: Tables = {"batches": [batch("G", "2026-06-01"), batch("X", "2026-03-01")]}
    cases = [((good,), 4, 4, 0), ((good, bad), 8, 4, 4), ((bad,), 4, 0, 4)]
    for rows, ordered, usable, short in cases:
        said = stock(rules, shelf(*rows), known, asks(ordered))
        assert (said["usable"], said["short"]) == (usable, short)
        assert said.codes == (["short"] if short else [])


def s26_goods_without_an_expiry_date_do_not_expire(rules: Rules) -> None:
    said = stock(rules, shelf(on_hand(100, batch_id="B1")), {"batches": [batch("B1")]}, asks(10))
    assert (said["usable"], said["available"], said.codes) == (100, 100, [])


def s27_the_dated_lot_goes_before_goods_without_a_lot(rules: Rules) -> None:
    dated: Tables = {"stock": [on_hand(100), on_hand(100, batch_id="B1")],
                     "batches": [batch("B1", "2026-12-31")]}  # fmt: skip
    said = stock(rules, dated, asks(10))
    picked = [(entry["batch_id"], entry["quantity"]) for entry in said["batches"]]
    assert picked == [("B1", 10)]
