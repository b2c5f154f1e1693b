"""Which price rows may set the price of a line, and which of them comes before which (P1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from typing import TypeAlias

from tools.book import Book
from tools.orders import conversion, require
from tools.pricing_terms import LineTerms
from tools.rows import Figure, Row, Scalar
from tools.unknown import NotKnown

KINDS = ("contract", "promotion", "price_list")
"""The kinds in the order in which they are asked."""

EXACT = Decimal("1e-9")
"""Quantities that a chain of conversions brings this near to a bound are at the bound."""

BEYOND = Decimal(2)
"""The share of a minimum that the quantity does not reach."""

Rank: TypeAlias = tuple[int, int, Decimal, Decimal, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A price row for the product, customer and quantity of a line.

    `in_force` says whether it is valid on its date (`on`, by its `basis`). `gap` is why quantity
    or date could not be judged: such a row is out only where it could not have been chosen.
    """

    row: Row
    basis: str
    on: Figure
    in_force: bool
    rank: Rank
    gap: NotKnown | None = None

    @property
    def price_id(self) -> str:
        """The row's id, which orders rows that are alike in everything else."""
        return str(self.row["price_id"])

    @property
    def kind(self) -> str:
        """contract, promotion or price_list; a row that names none is a list price."""
        return self.row.text("kind") or "price_list"


def candidates(terms: LineTerms) -> tuple[Candidate, ...]:
    """The rows for product, customer and quantity, in force or not, best first within a kind."""
    found = (_judged(terms, row) for row in _rows_for(terms))
    return tuple(sorted((c for c in found if c is not None), key=lambda c: (c.rank, c.price_id)))


def _rows_for(terms: LineTerms) -> Iterator[Row]:
    """Rows whose filled fields all name the line's product and customer (an empty one matches)."""
    book, order = terms.book, terms.order
    customer = book.one("customers", customer_id=order["customer_id"])
    tiers = (customer["tier"] if customer else None, None)
    lists = (customer["price_list_id"] if customer else None, None)
    goods = product(
        {terms.line["sku"], None}, {terms.product["product_group"], None},
        {order["customer_id"], None},
    )  # fmt: skip
    shelf = _shelf(book)
    for place in goods:
        for row in shelf.get(place, ()):
            if row["tier"] in tiers and row["price_list_id"] in lists:
                yield row


def _shelf(book: Book) -> dict[tuple[Scalar, ...], list[Row]]:
    """The price rows by sku, product group and customer (None: any)."""

    def compute() -> dict[tuple[Scalar, ...], list[Row]]:
        shelf: dict[tuple[Scalar, ...], list[Row]] = defaultdict(list)
        for row in book.all("prices"):
            shelf[row["sku"], row["product_group"], row["customer_id"]].append(row)
        return shelf

    return book.once("price_shelf", compute)


def _judged(terms: LineTerms, row: Row) -> Candidate | None:
    basis = row.text("date_basis") or terms.book.conventions.price_date_basis
    on = terms.date_on(basis)
    gap, share = None, Decimal(0)
    try:
        share = _share_of_minimum(terms, row)
        if share == BEYOND or _is_above_maximum(terms, row):
            return None
    except NotKnown as lacking:
        gap = lacking
    in_force, undated = _in_force(row, on)
    return Candidate(row, basis, on, in_force, _rank(row, share), gap or undated)


def _quantity_in(terms: LineTerms, row: Row) -> Decimal:
    ordered = require(terms.line, "ordered_qty")
    step = conversion(terms.book, terms.line["sku"], terms.line.text("uom"), row.text("uom"))
    return step.apply(ordered)


def _share_of_minimum(terms: LineTerms, row: Row) -> Decimal:
    """min_qty as a share of the quantity: a measure that rows in different units have in common."""
    least = row.amount("min_qty")
    if not least:
        return Decimal(0)
    quantity = _quantity_in(terms, row)
    if least - quantity > EXACT:
        return BEYOND
    return (least / quantity).quantize(EXACT)


def _is_above_maximum(terms: LineTerms, row: Row) -> bool:
    most = row.number("max_qty")
    return most is not None and _quantity_in(terms, row) - most > EXACT


def _in_force(row: Row, on: Figure) -> tuple[bool, NotKnown | None]:
    first, last = row.day("valid_from"), row.day("valid_to")
    if first is None and last is None:
        return True, None
    if not isinstance(on.value, date):
        name = on.id.rsplit(".", 1)[-1].replace("_", " ")
        return True, NotKnown(f"the {name} that {row.ref} goes by is not on file", name)
    return (first or date.min) <= on.value <= (last or date.max), None


def _rank(row: Row, share: Decimal) -> Rank:
    """Customer, tier, list, anyone; sku, group; priority; larger minimum; later start."""
    buyers = ("customer_id", "tier", "price_list_id")
    goods = ("sku", "product_group")
    start = row.day("valid_from") or date.min
    return (
        next((n for n, column in enumerate(buyers) if row[column] is not None), len(buyers)),
        next((n for n, column in enumerate(goods) if row[column] is not None), len(goods)),
        -row.amount("priority"),
        -share,
        -start.toordinal(),
    )


def of_kind(rows: Iterable[Candidate], *kinds: str) -> list[Candidate]:
    """The rows in force of the given kinds, best first."""
    return [row for row in rows if row.in_force and row.kind in kinds]


def best(rows: list[Candidate]) -> list[Candidate]:
    """The rows that rank first: more than one where they rank alike.

    Raises:
        NotKnown: a row that may rank as high could not be judged for its quantity or date.
    """
    sound = [row for row in rows if row.gap is None]
    for row in rows:
        if row.gap is not None and (not sound or row.rank[:3] <= sound[0].rank[:3]):
            raise row.gap
    return [row for row in sound if row.rank == sound[0].rank]
