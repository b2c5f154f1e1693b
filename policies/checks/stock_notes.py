"""Data notes of stock: what covers nothing, takes nothing or counts as nothing, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from policies.findings import Bound, DataNote, Sentence
from tools.book import Case
from tools.orders import confirmed, open_base, open_quantity, order_of, site_of
from tools.rows import Figure, Row
from tools.stock_batches import stock_rows
from tools.stock_claims import claims_of
from tools.stock_rank import stale_lines
from tools.stock_supply import inbounds
from tools.unknown import NotKnown
from tools.values import line_value

NAMED = 20
"""Rows of a kind that are named in a packet; the others are counted."""
CONTRIBUTING = ("reservations", "supplies")


def absent_notes(case: Case, tables: Iterable[str]) -> Iterator[DataNote]:
    """Contributing tables that were not delivered."""
    for table in tables:
        if not case.book.present(table):
            why = f"by rule: the table {table} was not delivered"
            name = Figure(f"tables.{table}.absent", table, "text", why)
            text = Sentence("The table {table} is absent; stock is judged without it.",
                            {"table": name})  # fmt: skip
            yield DataNote("absent_table", text, (case.order,))


def cells_of(case: Case, lines: Iterable[Row]) -> list[tuple[str, str]]:
    """The stock cells (site, product) of the lines, each once."""
    found = {(site_of(case.book, line), str(line["sku"])): None for line in lines}
    return [(site, sku) for site, sku in found if site is not None]


def cell_notes(case: Case, site: str, sku: str) -> Iterator[DataNote]:
    """What stands out at one stock cell."""
    for rows, note in (
        (_negative, _negative_note),
        (_late, _late_note),
        (_stale_reservations, _stale_reservation_note),
        (_stale_lines, _stale_order_note),
    ):
        found = _safely(rows, case, site, sku)
        yield from (note(case, row) for row in found[:NAMED])
        if len(found) > NAMED:
            code = note(case, found[NAMED]).code
            rule = f"by rule: further rows with the note {code}"
            count = Figure(f"{site}.{sku}.{code}.further", len(found) - NAMED, "rows", rule)
            text = Sentence("Further rows of that kind: {count}.", {"count": count})
            yield DataNote(code, text, (case.order,))


def _safely(
    rows: Callable[[Case, str, str], list[Row]], case: Case, site: str, sku: str
) -> list[Row]:
    """The rows; none where they cannot be read (the line then says that it is not known)."""
    try:
        return rows(case, site, sku)
    except NotKnown:
        return []


def _negative(case: Case, site: str, sku: str) -> list[Row]:
    return [row for row in stock_rows(case.book, site, sku) if row.amount("on_hand_qty") < 0]


def _negative_note(case: Case, row: Row) -> DataNote:
    bound: dict[str, Bound] = {
        "quantity": row.cell("on_hand_qty"), "sku": row.cell("sku"), "site": row.cell("site_id"),
    }  # fmt: skip
    text = "Stock of {sku} at {site} is negative ({quantity}) and counts as nothing."
    return DataNote("negative_stock", Sentence(text, bound), (row,))


def _late(case: Case, site: str, sku: str) -> list[Row]:
    return list(inbounds(case.book, site, sku, case.today).late)


def _late_note(case: Case, row: Row) -> DataNote:
    bound: dict[str, Bound] = {
        "supply": row.cell("supply_id"), "sku": row.cell("sku"), "day": row.cell("expected_on"),
    }  # fmt: skip
    text = "Supply {supply} of {sku} was due on {day} and covers nothing."
    return DataNote("late_supply", Sentence(text, bound), (row,))


def _stale_reservations(case: Case, site: str, sku: str) -> list[Row]:
    stale = claims_of(case.book, site, sku, case.today).stale
    return [row for row in stale if row["order_id"] != case.order_id]


def _stale_reservation_note(case: Case, row: Row) -> DataNote:
    order = case.book.by("orders", order_id=row["order_id"])[0]
    bound: dict[str, Bound] = {
        "reservation": row.cell("reservation_id"), "order": row.cell("order_id"),
        "quantity": row.cell("qty"),
    }  # fmt: skip
    text = "Reservation {reservation} ({quantity}) of order {order} takes nothing: the order is "
    if confirmed(order):
        text += "stale."
    else:
        text, bound = text + "{status}.", bound | {"status": order.cell("status")}
    return DataNote("stale_reservation", Sentence(text, bound), (row, order))


def _stale_lines(case: Case, site: str, sku: str) -> list[Row]:
    found = stale_lines(case.book, site, sku, case.today)
    return [line for line in found if line["order_id"] != case.order_id]


def _stale_order_note(case: Case, line: Row) -> DataNote:
    book, order = case.book, order_of(case.book, line)
    bound: dict[str, Bound] = {"order": order.cell("order_id"), "sku": line.cell("sku")}
    text = "Order {order} is stale and does not compete for {sku}"
    try:
        bound["quantity"] = open_base(book, line)
        text += ": {quantity} open"
        bound["value"] = line_value(
            book, line, open_quantity(book, line), "open_net",
            currency=order.text("currency") or "", on=case.today, gross=False,
        )  # fmt: skip
        text += ", worth {value}"
    except NotKnown:
        pass
    return DataNote("stale_order", Sentence(text + ".", bound), (order, line))
