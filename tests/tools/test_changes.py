"""Changed facts: a new book, the old one as it was, and a sentence for what cannot be changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import a_case
from tools.book import Case
from tools.changes import KINDS, apply_changes, typed
from tools.errors import BadInput
from tools.orders import open_base
from tools.rows import Row
from tools.values import order_value

QUANTITY = {"kind": "line", "line_no": 10, "field": "ordered_qty", "value": "60"}
CHANGES: list[tuple[dict[str, Any], str, str, object]] = [
    (QUANTITY, "order_lines/SO-1/10", "ordered_qty", 60),
    ({"kind": "substitute", "line_no": 10, "sku": "SKU-2"}, "order_lines/SO-1/10", "sku", "SKU-2"),
    ({"kind": "order", "field": "ship_complete", "value": "true"}, "orders/SO-1", "ship_complete",
     True),
    ({"kind": "limit", "amount": "60000"}, "credit_accounts/CU-1/C1", "credit_limit", 60000),
    ({"kind": "limit_valid_to", "date": ""}, "credit_accounts/CU-1/C1", "limit_valid_to", None),
    ({"kind": "row", "ref": "prices/PR-1", "field": "unit_price", "value": "9.50"}, "prices/PR-1",
     "unit_price", Decimal("9.50")),
    ({"kind": "payment", "amount": "12.50"}, "payments/WHAT-IF-0", "unapplied_amount",
     Decimal("12.50")),
    ({"kind": "supply", "sku": "SKU-1", "site_id": "D01", "quantity": "40", "date": "2026-03-05"},
     "supplies/WHAT-IF-0", "open_qty", 40),
    ({"kind": "transfer", "sku": "SKU-1", "site_id": "D01", "quantity": "40", "date": "2026-03-05"},
     "supplies/WHAT-IF-0", "confirmed", True),
    ({"kind": "document", "table": "approvals", "values": {"order_id": "SO-1"}},
     "approvals/WHAT-IF-0", "order_id", "SO-1"),
]  # fmt: skip


def row(ref: str, rows: list[Row]) -> Row:
    return next(r for r in rows if r.ref == ref)


@pytest.mark.parametrize(("change", "ref", "column", "value"), CHANGES,
                         ids=[change["kind"] for change, *_ in CHANGES])  # fmt: skip
def test_a_change_sets_its_cell_and_marks_the_row(
    change: dict[str, Any], ref: str, column: str, value: object
) -> None:
    changed = row(ref, apply_changes(a_case(), [change]).all(ref.partition("/")[0]))
    assert changed[column] == value
    assert changed.changed


def test_every_kind_is_tried() -> None:
    assert {change["kind"] for change, *_ in CHANGES} == set(KINDS)


@pytest.mark.parametrize(("change", "ref"), [(c, ref) for c, ref, *_ in CHANGES])
def test_the_book_that_is_changed_stays_as_it_is(change: dict[str, Any], ref: str) -> None:
    case = a_case()
    before = {table: list(rows) for table, rows in case.book.rows.items()}
    apply_changes(case, [change])
    assert case.book.rows == before
    assert not any(r.changed for rows in before.values() for r in rows)


def test_changes_hold_together() -> None:
    price = {**QUANTITY, "field": "unit_price", "value": "9.50"}
    (line,) = apply_changes(a_case(), [QUANTITY, price]).by("order_lines", order_id="SO-1")
    assert (line["ordered_qty"], line["unit_price"]) == (60, Decimal("9.50"))


def test_a_row_added_to_an_absent_table_makes_it_present() -> None:
    book = apply_changes(a_case(absent=("payments",)), [{"kind": "payment", "amount": "1"}])
    assert book.present("payments")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "price"}, "there is no change of kind price"),
        ({}, "there is no change of kind None"),
        ({**QUANTITY, "line_no": 99}, "SO-1 has no line 99; its lines are 10"),
        ({**QUANTITY, "line_no": "ten"}, "ten is no integer for order_lines.line_no"),
        ({**QUANTITY, "field": "colour"}, "table order_lines has no column colour"),
        ({**QUANTITY, "value": "many"}, "many is no decimal for order_lines.ordered_qty"),
        ({**QUANTITY, "value": "NaN"}, "NaN is no decimal for order_lines.ordered_qty"),
        ({**QUANTITY, "value": "Infinity"}, "Infinity is no decimal for order_lines.ordered_qty"),
        ({"kind": "line", "line_no": 10}, "a change of kind line needs field"),
        ({"kind": "limit"}, "a change of kind limit needs amount"),
        ({"kind": "limit", "amount": "1", "customer_id": "CU-9"},
         "customer CU-9 has no credit account in company C1 to change"),
        ({"kind": "limit_valid_to", "date": "tomorrow"},
         "tomorrow is no date for credit_accounts.limit_valid_to"),
        ({"kind": "row", "ref": "prices/PR-9", "field": "priority", "value": "1"},
         "there is no row prices/PR-9 around SO-1"),
        ({"kind": "document", "table": "secrets", "values": {"a": "1"}},
         "there is no table secrets"),
        ({"kind": "order", "field": "ship_complete", "value": "perhaps"},
         "perhaps is no bool for orders.ship_complete"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_is_one_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as error:
        apply_changes(a_case(), [change])
    assert str(error.value) == sentence


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_value_is_not_known(empty: str | None) -> None:
    assert typed("orders", "promised_on", empty) is None


# --- substitutes -----------------------------------------------------------------------------


def substituted(factor: str, **columns: str) -> Case:
    """Line 10 of 3 boxes (12 each, 120.00 a box) or as given, taking SKU-2 by a rule."""
    line = {"order_id": "SO-1", "line_no": "10", "uom": "BOX", "price_uom": "", "ordered_qty": "3",
            "unit_price": "120.00", "shipped_qty": "1"}  # fmt: skip
    rule = {"sku": "SKU-1", "substitute_sku": "SKU-2", "factor": factor, "quality_ok": "true"}
    case = a_case({"order_lines": [{**line, **columns}], "substitutes": [rule]})
    book = apply_changes(case, [{"kind": "substitute", "line_no": 10, "sku": "SKU-2"}])
    return Case(book, book.by("orders", order_id="SO-1")[0])


@pytest.mark.parametrize(("factor", "needed"), [("1", 24), ("2", 48), ("0.5", 12)])
def test_a_substitute_is_taken_in_its_own_base_units(factor: str, needed: int) -> None:
    """SKU-2 has no boxes on file: 2 open boxes are 24 pieces, by the factor more or less."""
    case = substituted(factor)
    assert open_base(case.book, case.lines[0]).number == needed


@pytest.mark.parametrize("factor", ["1", "2", "0.5", "3"])
def test_a_substitute_leaves_the_value_of_the_order(factor: str) -> None:
    case = substituted(factor)
    value = order_value(case.book, case.order, currency="EUR", on=case.today, gross=False)
    assert value.number == 360


def test_a_substitute_that_reads_alike_changes_the_product_only() -> None:
    case = substituted("1", uom="EA", price_uom="EA")
    assert (case.lines[0]["uom"], case.lines[0]["price_per"]) == ("EA", None)
    assert case.lines[0]["ordered_qty"] == 3


def test_the_customers_own_factor_comes_first() -> None:
    rules = [
        {"sku": "SKU-1", "substitute_sku": "SKU-2", "customer_id": who, "factor": factor}
        for who, factor in (("", "2"), ("CU-1", "4"), ("CU-2", "9"))
    ]
    change = {"kind": "substitute", "line_no": 10, "sku": "SKU-2"}
    (line,) = apply_changes(a_case({"substitutes": rules}), [change]).by(
        "order_lines", order_id="SO-1"
    )
    assert line["ordered_qty"] == 400
