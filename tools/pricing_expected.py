"""The expected price of a line by its price rows (P1): sequence, lowest or stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tools.orders import conversion
from tools.pricing_candidates import KINDS, Candidate, best, of_kind
from tools.pricing_terms import LineTerms
from tools.rows import Figure, Row, Source
from tools.unknown import NotKnown
from tools.values import HUNDRED, rate, rate_formula


class TiedPrices(Exception):
    """Rows that rank alike and give different prices."""

    def __init__(self, rows: list[Candidate], prices: list[Figure]) -> None:
        super().__init__("rows rank alike and differ in price")
        self.rows = rows
        self.prices = prices


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected net price per price_uom, the row that sets it, and the rows that it rests on."""

    price: Figure
    chosen: Candidate
    rests_on: tuple[Row, ...]


def expected(terms: LineTerms, found: Iterable[Candidate]) -> Expected | None:
    """The expected price by the book's price strategy; None where no row is in force (P4).

    Raises:
        NotKnown: a row that may decide cannot be converted, dated, or names no price.
        TiedPrices: rows rank alike and differ.
    """
    by = {"sequence": _in_sequence, "lowest": _lowest, "stack": _stacked}
    rows = [row for row in found if row.in_force]
    return by[terms.book.conventions.price_strategy](terms, rows) if rows else None


def _in_sequence(terms: LineTerms, rows: list[Candidate]) -> Expected:
    """Contract, then promotion, then price list."""
    kind = next(kind for kind in KINDS if of_kind(rows, kind))
    chosen = _settled(terms, best(of_kind(rows, kind)), rows)
    price = row_price(terms, chosen, rows, "expected")
    return Expected(price, chosen, _rests_on(terms, chosen, rows))


def _lowest(terms: LineTerms, rows: list[Candidate]) -> Expected:
    """The lowest of what every matching row gives by itself."""
    for row in rows:
        if row.gap is not None:
            raise row.gap
    ordered = [row for kind in KINDS for row in of_kind(rows, kind)]
    chosen = min(ordered, key=lambda row: row_price(terms, row, rows, "offer").number)
    price = row_price(terms, chosen, rows, "expected")
    return Expected(price, chosen, _rests_on(terms, chosen, rows))


def _stacked(terms: LineTerms, rows: list[Candidate]) -> Expected:
    """Every matching promotion that names no price comes off what the sequence gives without it."""
    extra = [r for r in of_kind(rows, "promotion") if r.row.number("unit_price") is None]
    rest = [row for row in rows if row not in extra]
    if not extra or not rest:
        return _in_sequence(terms, rows)
    for row in extra:
        if row.gap is not None:
            raise row.gap
    below = _in_sequence(terms, rest)
    base = Figure(f"{terms.key}.base_price", below.price.value, below.price.unit,
                  below.price.formula, below.price.inputs)  # fmt: skip
    value, formula, cells = base.number, "base_price", []
    for place, row in enumerate(extra, 1):
        value *= 1 - row.row.amount("discount_pct") / HUNDRED
        formula += f" * (1 - part(discount_pct, {place}) / 100)"
        cells.append(row.row.cell("discount_pct"))
    price = terms.price("expected", value, formula, (base, *cells))
    return Expected(price, below.chosen, (*below.rests_on, *(row.row for row in extra)))


def _settled(terms: LineTerms, tied: list[Candidate], rows: list[Candidate]) -> Candidate:
    """The first of rows that rank alike, where they all give the same price."""
    if len(tied) > 1:
        prices = [row_price(terms, row, rows, f"tied_{n}") for n, row in enumerate(tied, 1)]
        if len({price.number for price in prices}) > 1:
            raise TiedPrices(tied, prices)
    return tied[0]


def row_price(terms: LineTerms, row: Candidate, rows: list[Candidate], name: str) -> Figure:
    """What a row gives by itself, per price_uom of the line.

    A row that names no price but a discount is taken off the price-list price (for a price-list
    row: off the best one that names a price).

    Raises:
        NotKnown: unit or currency cannot be converted, or neither price nor list price is there.
        TiedPrices: the list rows below it rank alike and differ.
    """
    if row.row.number("unit_price") is not None:
        return _own_price(terms, row.row, name)
    if row.row.number("discount_pct") is None:
        raise NotKnown(f"unit_price of {row.row.ref} is empty", "prices.unit_price")
    below = _list_row(terms, row, rows)
    base = row_price(terms, below, rows, "base_price" if name == "list_price" else "list_price")
    value = base.number * (1 - row.row.amount("discount_pct") / HUNDRED)
    base_name = base.id.rsplit(".", 1)[-1]
    formula = f"{base_name} * (1 - discount_pct / 100)"
    return terms.price(name, value, formula, (base, row.row.cell("discount_pct")))


def _list_row(terms: LineTerms, row: Candidate, rows: list[Candidate]) -> Candidate:
    """The price-list row that a discount is taken off, chosen by the same rules."""
    names_price: Callable[[Candidate], bool] = lambda r: r.row.number("unit_price") is not None  # noqa: E731
    lists = [r for r in of_kind(rows, "price_list") if row.kind != "price_list" or names_price(r)]
    if not lists:
        raise NotKnown(
            f"no price on file: {row.row.ref} is a discount and no price-list price is there",
            "prices",
        )
    return _settled(terms, best(lists), rows)


def _own_price(terms: LineTerms, row: Row, name: str) -> Figure:
    """A row's unit price per its unit, converted once to the line's unit and currency."""
    currency = terms.currency
    units = conversion(terms.book, terms.line["sku"], terms.price_uom, row.text("uom"))
    fx = rate(terms.book, row.text("currency"), currency, terms.converted_on)
    value = units.apply(row.amount("unit_price"))
    formula = units.formula("unit_price")
    inputs: list[Source] = [row.cell("unit_price"), *units.cells]
    if (per := row.number("price_per")) is not None:
        value, formula = value / per, f"{formula} / price_per"
        inputs.append(row.cell("price_per"))
    if discount := row.amount("discount_pct"):
        value, formula = value * (1 - discount / HUNDRED), f"{formula} * (1 - discount_pct / 100)"
        inputs.append(row.cell("discount_pct"))
    value, formula = fx.apply(value), formula + rate_formula(fx)
    return terms.price(name, value, formula, (*inputs, *fx.cells))


def _rests_on(terms: LineTerms, chosen: Candidate, rows: list[Candidate]) -> tuple[Row, ...]:
    found, row = [chosen.row], chosen
    while row.row.number("unit_price") is None:
        row = _list_row(terms, row, rows)
        found.append(row.row)
    return tuple(found)
