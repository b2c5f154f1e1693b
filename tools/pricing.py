"""The price of a line: charged, expected by which row, difference, margin, override (P1-P4).

Facts only: what counts as a mismatch is for `policies`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from tools.book import Case
from tools.pricing_candidates import Candidate, candidates
from tools.pricing_expected import Expected, TiedPrices, expected, row_price
from tools.pricing_facts import PriceFacts
from tools.pricing_margin import margin_of
from tools.pricing_overrides import override_of
from tools.pricing_stated import is_same_price
from tools.pricing_terms import LineTerms, charged_price, terms_of
from tools.rows import Figure, Row
from tools.unknown import NotKnown
from tools.values import wanted

T = TypeVar("T")


def priced_lines(case: Case) -> list[Row]:
    """The lines whose price is judged: those with a quantity left and a price concept.

    A text line or a kit header without a price has none, nor has a part of a kit whose price
    stands at the header.
    """
    return [line for line in case.lines if _has_quantity(line) and not _is_unpriced(case, line)]


def _has_quantity(line: Row) -> bool:
    return line.number("ordered_qty") is None or wanted(line).number > 0


def _is_unpriced(case: Case, line: Row) -> bool:
    if line.amount("unit_price"):
        return False
    if line.text("fulfilment") in ("text", "kit_header"):
        return True
    above = case.book.one("order_lines", order_id=case.order_id, line_no=line["parent_line_no"])
    is_part = above is not None and above.text("fulfilment") == "kit_header"
    return is_part and above is not None and bool(above.amount("unit_price"))


def expected_price(case: Case, line: Row) -> PriceFacts:
    """What is known of the price of a line, computed once per book; what is not is in `gaps`."""
    return case.book.once(("price", line.ref), lambda: _facts(terms_of(case.book, line)))


def _facts(terms: LineTerms) -> PriceFacts:
    gaps: list[NotKnown] = []
    charged = _known(lambda: charged_price(terms), gaps)
    quantity = _known(lambda: terms.quantity, gaps)
    rows, gift = candidates(terms), _free(terms, charged)
    found, tied = (None, None) if gift else _expected(terms, rows, gaps)
    return PriceFacts(
        terms=terms,
        quantity=quantity,
        charged=charged,
        undiscounted=_or_none(lambda: charged_price(terms, "undiscounted", discounted=False)),
        expected=found.price if found else gift,
        chosen=found.chosen if found else None,
        rests_on=found.rests_on if found else (),
        rows=rows,
        tied=tied,
        margin=margin_of(terms, charged),
        override=override_of(terms),
        gaps=tuple(gaps),
    )


def _expected(
    terms: LineTerms, rows: tuple[Candidate, ...], gaps: list[NotKnown]
) -> tuple[Expected | None, TiedPrices | None]:
    if not terms.book.present("prices"):
        gaps.append(NotKnown("there is no table prices", "prices"))
        return None, None
    try:
        found = _known(lambda: expected(terms, rows), before := list[NotKnown]())
    except TiedPrices as tied:
        return None, tied
    if found is None and not before:
        sku = terms.line["sku"]
        before.append(NotKnown(f"no price on file for {sku} ({terms.line.ref})", "prices"))
    gaps.extend(before)
    return found, None


def _free(terms: LineTerms, charged: Figure | None) -> Figure | None:
    """The expected price of free goods that are charged at nothing: nothing."""
    if charged is None or charged.number or terms.line.text("fulfilment") != "free_goods":
        return None
    cell = terms.line.cell("fulfilment")
    return terms.price("expected", Decimal(0), "by rule: free goods carry no price", (cell,))


def _known(compute: Callable[[], T], gaps: list[NotKnown]) -> T | None:
    try:
        return compute()
    except NotKnown as gap:
        gaps.append(gap)
        return None


def _or_none(compute: Callable[[], T]) -> T | None:
    return _known(compute, [])


def matching_rows(facts: PriceFacts, rows: tuple[Candidate, ...]) -> list[Candidate]:
    """Those of the rows whose own price is the charged one, best first."""
    if facts.charged is None:
        return []
    in_force = [row for row in facts.rows if row.in_force]
    found = []
    for row in rows:
        try:
            price = row_price(facts.terms, row, in_force, "offer")
        except (NotKnown, TiedPrices):
            continue
        if is_same_price(facts.terms, facts.charged.number, price.number):
            found.append(row)
    return found
