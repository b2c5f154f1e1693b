"""Licences for restricted products and ages (K2, K3), line by line."""

from __future__ import annotations

from dataclasses import dataclass

from policies.checks.compliance_words import (
    CLS,
    NOT_CLEAR,
    a_clear_check,
    clearing,
    shown,
    state,
    told,
)
from policies.findings import Bound, Clearing, Finding, Sentence
from tools.book import Case
from tools.compliance import licence_required, licences, ship_day_of
from tools.orders import product_of
from tools.rows import Figure, Row
from tools.unknown import NotKnown


@dataclass(frozen=True, slots=True)
class _Need:
    case: Case
    line: Row
    product: Row
    kinds: tuple[str, ...]
    word: str
    """`licence` or `age`: the first part of the codes."""
    column: str
    """The product's column that asks for it."""

    @property
    def line_no(self) -> int:
        return int(str(self.line["line_no"]))

    @property
    def ship_date(self) -> Figure:
        return ship_day_of(self.case, self.line)[0]


def licence_findings(case: Case, line: Row) -> list[Finding]:
    """K2 and K3 of one open line: empty where one licence satisfies each need.

    Raises:
        NotKnown: a result, a quantity or a date that decides is empty.
    """
    product = product_of(case.book, line)
    needs = []
    if product.text("restricted_class") is not None:
        needs.append(_Need(case, line, product, ("licence",), "licence", "restricted_class"))
    if product.amount("min_age") > 0:
        needs.append(_Need(case, line, product, ("age", "trade_licence"), "age", "min_age"))
    return [finding for need in needs for finding in _judge(need)]


def _judge(need: _Need) -> list[Finding]:
    rows = licences(need.case, str(need.line["sku"]), *need.kinds)
    if not rows:
        return [_missing(need)]
    failed: list[tuple[Row, str]] = []
    gap: NotKnown | None = None
    for row in rows:
        try:
            code = _failure(need, row)
        except NotKnown as missing:
            gap = missing
            continue
        if code is None:
            return []
        failed.append((row, code))
    if gap is not None:
        raise gap
    return [_finding(need, row, code) for row, code in failed]


def _failure(need: _Need, row: Row) -> str | None:
    found = state(need.case, row, *ship_day_of(need.case, need.line))
    if found in NOT_CLEAR:
        return found
    if found == "expired":
        return f"{need.word}_expired"
    left = row.number("licence_qty_left")
    if left is not None and left < licence_required(need.case, row).number:
        return "licence_quantity"
    return None


def _values(need: _Need, row: Row | None = None) -> dict[str, Bound | str | int | None]:
    return {
        "party": need.case.order.cell(_holder_column(need.case)),
        "sku": need.line.cell("sku"),
        need.column: need.product.cell(need.column),
        "ship_date": need.ship_date,
        **(shown(row) if row else {}),
    }


def _holder_column(case: Case) -> str:
    return "ship_to_id" if case.order.text("ship_to_id") else "customer_id"


def _document(need: _Need) -> dict[str, object]:
    return a_clear_check(
        need.case, need.ship_date, kind=need.kinds[0], customer_id=need.case.ship_to_id,
        sku=str(need.line["sku"]),
    )  # fmt: skip


def _missing(need: _Need) -> Finding:
    values = _values(need)
    bound = {name: values[name] for name in ("sku", "party", need.column)}
    what = "a licence" if need.word == "licence" else "an age or trade licence check"
    why = (
        "is of the restricted class {restricted_class}" if need.word == "licence"
        else "asks for the age of {min_age}"
    )  # fmt: skip
    text = f"Product {{sku}} {why}, and neither ship-to nor sold-to has {what} on file."
    return Finding(
        CLS, f"{need.word}_missing",
        Sentence(text, {k: v for k, v in bound.items() if isinstance(v, Bound)}),
        Clearing(
            Sentence(f"Clears when the ship-to {{party}} shows {what} valid on the ship date.",
                     {"party": need.case.order.cell(_holder_column(need.case))}),
            _document(need),
        ),
        line_no=need.line_no, values=values,
        citations=(need.product, need.line, need.case.order),
    )  # fmt: skip


def _finding(need: _Need, row: Row, code: str) -> Finding:
    if code == "licence_quantity":
        return _quantity(need, row)
    words = {
        "hit": "is a hit", "possible_match": "is a possible match that compliance has not cleared",
        "pending": "has no result yet",
    }  # fmt: skip
    text = words.get(code, "ended on {valid_to}, before the ship date {ship_date}")
    bound: dict[str, Bound] = {
        "sku": need.line.cell("sku"), "ship_date": need.ship_date,
        **shown(row),
    }  # fmt: skip
    return Finding(
        CLS, code,
        Sentence(f"For product {{sku}}, the {told(row, need.word + ' check')} {text}.", bound),
        clearing(need.case, code, row, _document(need)),
        line_no=need.line_no, severity="high" if code == "hit" else "medium",
        values=_values(need, row), citations=(row, need.product, need.line, need.case.order),
    )  # fmt: skip


def _quantity(need: _Need, row: Row) -> Finding:
    required = licence_required(need.case, row)
    excess = Figure(
        f"{row.ref}.excess", required.number - row.amount("licence_qty_left"), required.unit,
        "required - licence_qty_left", (required, row.cell("licence_qty_left")),
    )  # fmt: skip
    bound: dict[str, Bound] = {
        **shown(row), "sku": need.line.cell("sku"), "required": required, "excess": excess,
    }  # fmt: skip
    text = f"The {told(row, 'licence check')} has {{left}} left of {{required}} that are needed."
    change = {"kind": "row", "ref": row.ref, "field": "licence_qty_left",
              "value": format(required.number, "f")}  # fmt: skip
    clears = Sentence("Clears when the licence covers {excess} more.", {"excess": excess})
    return Finding(
        CLS, "licence_quantity", Sentence(text, bound), Clearing(clears, change),
        line_no=need.line_no, values={**_values(need, row), "required": required, "excess": excess},
        citations=(row, need.product, need.line, need.case.order),
    )  # fmt: skip
