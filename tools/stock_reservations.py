"""Reservations of a line, and what of the line they leave uncovered.

Source: `rules.md`, fine print on stock: unreserved means not covered by active reservations of
that order line and product at any site. Quantities in base units.
"""

from __future__ import annotations

from decimal import Decimal

from tools.book import Book
from tools.orders import open_base, open_base_quantity
from tools.rows import Figure, Row
from tools.stock_batches import base_unit
from tools.unknown import NotKnown

NOTHING = Decimal(0)


def reserved_quantity(row: Row) -> Decimal:
    """What a reservation still holds: qty - consumed_qty, not below 0.

    Raises:
        NotKnown: the quantity is empty.
    """
    quantity = row.number("qty")
    if quantity is None:
        raise NotKnown(f"qty of {row.ref} is empty", "reservations.qty")
    return max(quantity - row.amount("consumed_qty"), NOTHING)


def reserved_figure(book: Book, row: Row) -> Figure:
    """`reserved_quantity` as a figure to cite."""
    return book.once(("stock.reserved", row.ref), lambda: _reserved(book, row))


def _reserved(book: Book, row: Row) -> Figure:
    used = [row.cell(c) for c in ("qty", "consumed_qty") if row[c] is not None]
    return Figure(
        f"{row['reservation_id']}.reserved",
        reserved_quantity(row),
        base_unit(book, row["sku"]),
        "max(0, " + " - ".join(cell.column for cell in used) + ")",
        tuple(used),
    )


def _first_line(book: Book, order_id: object, sku: object) -> Row | None:
    lines = book.by("order_lines", order_id=order_id, sku=sku)
    return min(lines, key=lambda row: int(str(row["line_no"])), default=None)


def reserved_line(book: Book, row: Row) -> Row | None:
    """The line that a reservation is for; None where the book does not hold it.

    One that names no line is for the first line of its product in the order.
    """
    if row["line_no"] is None:
        return _first_line(book, row["order_id"], row["sku"])
    return book.one("order_lines", order_id=row["order_id"], line_no=row["line_no"])


def line_reservations(book: Book, line: Row, sku: object = None) -> list[Row]:
    """The active reservations of a line and product (its own where none is named) at any site."""
    product = sku or line["sku"]
    rows = book.by("reservations", order_id=line["order_id"], sku=product, status="active")
    if not rows:
        return []
    number = line["line_no"]
    if all(row["line_no"] is not None for row in rows):
        return [row for row in rows if row["line_no"] == number]
    first = _first_line(book, line["order_id"], product)
    unnamed = first is None or first.ref == line.ref
    return [r for r in rows if r["line_no"] == number or (r["line_no"] is None and unnamed)]


def unreserved(book: Book, line: Row, site: str | None = None) -> Decimal:
    """The line's open quantity not covered by its active reservations, of any batch and site.

    With a site: only by those of stock without batch there.
    """
    rows = line_reservations(book, line)
    if site is not None:
        rows = unbatched(rows, site)
    return uncovered(open_base_quantity(book, line), rows)


def unbatched(rows: list[Row], site: str) -> list[Row]:
    """The reservations of stock without batch at a site."""
    return [row for row in rows if row["site_id"] == site and row["batch_id"] is None]


def uncovered(quantity: Decimal, rows: list[Row]) -> Decimal:
    """What of a quantity the reservations leave uncovered.

    Raises:
        NotKnown: a reservation has no quantity.
    """
    held = sum((reserved_quantity(row) for row in rows), NOTHING)
    return max(quantity - held, NOTHING) if rows else quantity


def unreserved_figure(book: Book, line: Row) -> Figure:
    """`unreserved` as a figure to cite."""
    return book.once(("stock.unreserved", line.ref), lambda: _unreserved(book, line))


def _unreserved(book: Book, line: Row) -> Figure:
    wanted = open_base(book, line)
    held = [reserved_figure(book, row) for row in line_reservations(book, line)]
    name = wanted.id.rsplit(".", 1)[-1]
    formula = f"max(0, {name} - sum(reserved))" if held else name
    key = line.ref.removeprefix("order_lines/")
    return Figure(
        f"{key}.unreserved", unreserved(book, line), wanted.unit, formula, (wanted, *held)
    )
