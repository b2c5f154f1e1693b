"""When each row became known: earlier versions of orders, lines, invoices and holds.

Every table says when its rows were known, so that a past moment can be judged with what was known
then. An empty pair of columns means always.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import cast

from seeds.generator import movements
from seeds.generator.clock import ZONE, at
from seeds.generator.model import ZERO, Book, Cell, Order, Row

_DONE = ("shipped", "invoiced", "closed")


def _moment(order: Order, on: date, hour: int) -> datetime:
    return datetime.combine(on, time(hour), ZONE[order.site])


def _shipped_at(order: Order) -> datetime:
    return _moment(order, order.actual_ship or order.ship or order.promised, 17)


def _spans(row: Row, steps: list[tuple[datetime, dict[str, Cell]]]) -> list[Row]:
    """Versions of a row: each step says from when it holds and what differs from the last one."""
    ends: list[Cell] = [start for start, _ in steps[1:]]
    return [
        {**row, **differs, "recorded_at": start, "superseded_at": end}
        for (start, differs), end in zip(steps, [*ends, None], strict=True)
    ]


def _issued(book: Book) -> dict[str, date]:
    return {
        str(i["order_id"]): cast(date, i["issued_on"])
        for i in book.rows["invoices"]
        if i["order_id"]
    }


def _order_steps(book: Book, order: Order, issued: date | None) -> list[
    tuple[datetime, dict[str, Cell]]
]:  # fmt: skip
    held = next((p for p in book.past if p.order_id == order.order_id), None)
    steps: list[tuple[datetime, dict[str, Cell]]] = []
    if held:
        steps.append((order.ordered_at, {"status": "blocked", **order.early}))
    if order.status in _DONE:
        steps.append((held.released if held else order.ordered_at, {"status": "released"}))
        steps.append((_shipped_at(order), {"status": "shipped"}))
    if order.status == "cancelled":
        steps.append((order.ordered_at, {"status": "open"}))
        steps.append((order.ordered_at + timedelta(hours=1), {}))
    if order.status in ("invoiced", "closed") and issued:
        steps.append((_moment(order, issued, 18), {}))
    return steps or [(order.ordered_at, {})]


def _line_steps(order: Order, issued: date | None) -> list[tuple[datetime, dict[str, Cell]]]:
    steps: list[tuple[datetime, dict[str, Cell]]] = []
    if order.status in _DONE:
        steps.append((order.ordered_at, {"shipped_qty": ZERO, "invoiced_qty": ZERO}))
        steps.append((_shipped_at(order), {"invoiced_qty": ZERO}))
    if order.status == "cancelled":
        steps.append((order.ordered_at, {"cancelled_qty": ZERO}))
        steps.append((order.ordered_at + timedelta(hours=1), {}))
    if order.status in ("invoiced", "closed") and issued:
        steps.append((_moment(order, issued, 18), {}))
    return steps or [(order.ordered_at, {})]


def _version_orders(book: Book) -> None:
    issued = _issued(book)
    for table in ("orders", "order_lines"):
        versions: list[Row] = []
        for row in book.rows[table]:
            order = book.orders[str(row["order_id"])]
            on = issued.get(order.order_id)
            steps = _order_steps(book, order, on) if table == "orders" else _line_steps(order, on)
            versions += _spans(row, steps)
        book.rows[table] = versions


def _version_invoices(book: Book) -> None:
    """An invoice was open in full from the evening of its issue until its payment came."""
    paid = {str(p["invoice_id"]): p["received_on"] for p in book.rows["payments"]}
    versions: list[Row] = []
    for row in book.rows["invoices"]:
        start = datetime.combine(cast(date, row["issued_on"]), time(18), ZONE["D01"])
        if row["order_id"]:
            start = _moment(book.orders[str(row["order_id"])], cast(date, row["issued_on"]), 18)
        on = paid.get(str(row["invoice_id"]))
        steps: list[tuple[datetime, dict[str, Cell]]] = [(start, {})]
        if on:
            settled = max(datetime.combine(cast(date, on), time(6), ZONE["D01"]),
                          start + timedelta(hours=9))  # fmt: skip
            steps = [(start, {"open_amount": row["amount"]}), (settled, {})]
        versions += _spans(row, steps)
    book.rows["invoices"] = versions


def _version_holds(book: Book) -> None:
    active: dict[str, Cell] = {
        "status": "active", "released_at": None, "released_by": None, "release_reason": None,
    }  # fmt: skip
    versions: list[Row] = []
    for row in book.rows["holds"]:
        steps = [(cast(datetime, row["placed_at"]), {} if row["status"] == "active" else active)]
        if row["status"] == "released":
            steps.append((cast(datetime, row["released_at"]), {}))
        versions += _spans(row, steps)
    book.rows["holds"] = versions


def add_versions(book: Book) -> None:
    """Replaces orders, lines, invoices and holds by their versions and dates what came later."""
    _version_orders(book)
    _version_invoices(book)
    _version_holds(book)
    movements.version_stock(book)
    movements.version_runs(book)
    known_from = {"approvals": "decided_at", "price_overrides": "at",
                  "order_changes": "changed_at", "customer_notes": "written_at",
                  "reservations": "reserved_at"}  # fmt: skip
    for table, column in known_from.items():
        for row in book.rows[table]:
            row["recorded_at"] = row[column]
    for row in book.rows["supplies"]:
        row["recorded_at"] = at("03-02 07:00")
