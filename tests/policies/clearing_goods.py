"""Cases whose findings are of stock, rank, substitutes and delivery."""

from __future__ import annotations

from datetime import datetime

from tests.policies.clearing import Scenario, Tables
from tests.stock_rows import batch, line, on_hand, order, reserved, rival, rule, supply

SIXTY: Tables = {"stock": [on_hand(60)]}
TODAY: Tables = {"orders": [order(ship_on="2026-03-02")]}

STOCK = [
    Scenario("short", SIXTY, "supply"),
    Scenario("short", SIXTY | {"supplies": [supply(20, "2026-03-04")]}, "supply", name="in part"),
    Scenario("short", SIXTY | {"orders": [rival("SO-2")], "order_lines": [line(30, "SO-2")]},
             "supply", name="behind a higher rank"),
    Scenario("short", SIXTY | {"orders": [rival("SO-2")], "order_lines": [line(80, "SO-2")],
                               "reservations": [reserved(50, "SO-1")]},
             "supply", name="with a part reserved"),
    Scenario("short", {"stock": [on_hand(0), on_hand(60, batch_id="B1")],
                       "batches": [batch("B1", "2026-03-06")]}, "supply", name="of a batch"),
    Scenario("short", SIXTY | {"order_lines": [line(9, uom="BOX", unit_price="120")]}, "supply",
             name="in boxes"),
    Scenario("short", SIXTY | TODAY, "supply", name="today"),
    Scenario("short", SIXTY, "supply", name="with a day to receive",
             rules=("stock.receiving_days=1",)),
    Scenario("short", SIXTY | {"orders": [order(ship_on="2026-03-07")]}, "supply",
             name="shipped on a Saturday", rules=("stock.receiving_days=1",)),
    Scenario("short", {"stock": [on_hand(130)], "order_lines": [line(60, line_no="20")]}, "supply",
             name="behind a line of its own order"),
    Scenario("short", SIXTY | {"customers": [{"customer_id": "CU-1", "min_shelf_life_days": "30"}]},
             "supply", name="with shelf life"),
    Scenario("short", {"stock": [on_hand(60)], "orders": [rival("SO-3", "CU-3")],
                       "order_lines": [line(50, "SO-3")],
                       "reservations": [reserved(50, "SO-3"), reserved(20, "SO-1")]}, "supply",
             name="beside reservations"),
    Scenario("short", {"stock": [on_hand("0.5")], "order_lines": [line("2.25")]}, "supply",
             name="in fractions"),
    Scenario("short", SIXTY | TODAY, "line", "ordered_qty", name="no time to receive",
             rules=("stock.receiving_days=1",)),
    Scenario("short", {"stock": [on_hand(68)], "order_lines": [line(9, uom="BOX")], **TODAY},
             "line", "ordered_qty", name="no time to receive boxes",
             rules=("stock.receiving_days=1",)),
    Scenario("product_blocked", {"products": [{"sku": "SKU-1", "status": "blocked"}]}, "row",
             "status", indivisible=True),
    Scenario("mixed_dates", {
        "orders": [order(ship_complete="true")],
        "order_lines": [line(5, line_no="20", promised_on="2026-03-20")]}, "order",
        "ship_complete", indivisible=True),
]  # fmt: skip

RANK = [
    Scenario("outranked", {"stock": [on_hand(100)], "orders": [rival("SO-2")],
                           "order_lines": [line(30, "SO-2")]}, "document"),
    Scenario("held_by_lower_rank", {
        "stock": [on_hand(100)], "orders": [rival("SO-3", "CU-3")],
        "order_lines": [line(30, "SO-3")], "reservations": [reserved(30, "SO-3")]},
        "row", "qty"),
    Scenario("held_by_lower_rank", {
        "stock": [on_hand(70), on_hand(30, batch_id="B1")], "batches": [batch("B1")],
        "orders": [rival("SO-3", "CU-3")], "order_lines": [line(30, "SO-3")],
        "reservations": [reserved(30, "SO-3", batch_id="B1")]}, "row", "qty", name="of a batch"),
    Scenario("outranked", {"stock": [on_hand(100)], "orders": [rival("SO-2")],
                           "order_lines": [line(30, "SO-2")],
                           "reservations": [reserved(40, "SO-1")]}, "document", name="in part"),
    Scenario("held_by_lower_rank", {
        "stock": [on_hand(100)],
        "orders": [rival("SO-3", "CU-3"), rival("SO-4", "CU-3")],
        "order_lines": [line(30, "SO-3"), line(30, "SO-4")],
        "reservations": [reserved(15, "SO-3"), reserved(15, "SO-4")]}, "supply",
        name="by no single one"),
    Scenario("starves_higher_rank", {
        "stock": [on_hand(100)], "orders": [rival("SO-2", ship_on="2026-03-06")],
        "order_lines": [line(30, "SO-2")]}, "supply", by_quantity_only=True),
    Scenario("starves_higher_rank", {
        "stock": [on_hand(110)], "orders": [rival("SO-2", ship_on="2026-03-06"), *TODAY["orders"]],
        "order_lines": [line(30, "SO-2")]}, "line", "ordered_qty", name="no time to receive",
        rules=("stock.receiving_days=1",)),
    Scenario("starves_higher_rank", {
        "stock": [on_hand(90)],
        "orders": [rival("SO-2", ship_on="2026-03-06"), rival("SO-4", ship_on="2026-03-09"),
                   *TODAY["orders"]],
        "order_lines": [line(30, "SO-2"), line(20, "SO-4")],
        "reservations": [reserved(10, "SO-1")]}, "line", "ordered_qty",
        name="no time to receive and short itself", rules=("stock.receiving_days=1",)),
    Scenario("held_by_lower_rank", {
        "stock": [on_hand(100)],
        "orders": [rival("SO-3", "CU-3"), rival("SO-4", "CU-3"), *TODAY["orders"]],
        "order_lines": [line(30, "SO-3"), line(30, "SO-4")],
        "reservations": [reserved(15, "SO-3"), reserved(15, "SO-4")]}, "line", "ordered_qty",
        name="no time to receive", rules=("stock.receiving_days=1",)),
]  # fmt: skip

SUBSTITUTE = [
    Scenario("substitute", {"stock": [on_hand(60), on_hand(500, sku="SKU-2")],
                            "substitutes": [rule()]}, "substitute", indivisible=True),
    Scenario("substitute", {"stock": [on_hand(5), on_hand(240, sku="SKU-2")],
                            "order_lines": [line(10, uom="BOX")],
                            "substitutes": [rule(factor="2")]}, "substitute", indivisible=True,
             name="for boxes by a factor"),
]  # fmt: skip


def promise(day: str, requested: str | None = None) -> Tables:
    """The order promised for a day."""
    return {"orders": [order(promised_on=day, requested_on=requested or day)]}


def runs(*ids: str, **columns: str) -> Tables:
    return {"route_runs": [{"run_id": run, **columns} for run in ids]}


ALL_RUNS = ("RR-0302", "RR-0303", "RR-0304", "RR-0305", "RR-0306")
ROUTE = [
    Scenario("late", promise("2026-03-04") | runs("RR-0302", "RR-0303", used_kg="950"), "row",
             "used_kg"),
    Scenario("late", promise("2026-03-04") | runs("RR-0302", "RR-0303", used_m3="9.5"), "row",
             "used_m3", name="by volume"),
    Scenario("late", promise("2026-03-02"), "order", "promised_on", name="by the calendar"),
    Scenario("late", promise("2026-03-03"), "order", "promised_on", name="after the cutoff",
             as_of=datetime.fromisoformat("2026-03-02T14:00:01+01:00")),
    Scenario("late", promise("2026-03-03") | runs("RR-0302", used_stops="20"), "order",
             "promised_on", name="by stops"),
    Scenario("late", promise("2026-03-03") | runs("RR-0302", status="full"), "order",
             "promised_on", name="by a full run"),
    Scenario("late", promise("2026-03-08") | {"routes": [{
        "route_id": "R1", "delivery_weekdays": "1"}]}, "order", "promised_on",
        name="by the delivery day"),
    Scenario("already_late", promise("2026-02-27"), "order", "promised_on", becomes="late"),
    Scenario("already_late", {"order_lines": [line(100, promised_on="2026-02-27")]}, "line",
             "promised_on", becomes="late", name="by a line"),
    Scenario("exceeds_vehicle", runs(*ALL_RUNS, capacity_kg="150", used_kg="0"), "line",
             "ordered_qty"),
    Scenario("exceeds_vehicle", runs(*ALL_RUNS, capacity_kg="150", used_kg="0") | {
        "order_lines": [line(12, uom="BOX", shipped_qty="2", cancelled_qty="1")]}, "line",
        "ordered_qty", name="in boxes"),
    Scenario("promise_after_request", promise("2026-03-06", "2026-03-04"), "order", "promised_on"),
    Scenario("promise_after_request", {"order_lines": [
        line(100, promised_on="2026-03-06", requested_on="2026-03-04")]}, "line", "promised_on",
        name="of a line"),
]  # fmt: skip

NO_CHANGE = [
    Scenario("late", runs(*ALL_RUNS, status="closed"), "", name="without a run"),
    Scenario("exceeds_vehicle", runs(*ALL_RUNS, capacity_kg="150", used_kg="0") | {
        "order_lines": [line(1, line_no="20")]}, "", name="of two lines"),
]  # fmt: skip
