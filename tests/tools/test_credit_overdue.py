"""C2: overdue, its age, what is disputed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_case
from tests.credit_rows import Changes, account, invoice, order, payment, together
from tools.conventions import Conventions
from tools.credit_overdue import Overdue, ageing, disputed, overdue
from tools.unknown import NotKnown


def of(*parts: Changes, **options: Any) -> Overdue:
    return overdue(a_case(together(*parts), **options))


def due(day: str, **values: Any) -> Changes:
    return {"invoices": [invoice(due_on=day, **values)]}


@pytest.mark.parametrize(("day", "expected"), [("2026-03-02", 0), ("2026-03-01", 500)])
def test_due_on_the_day_is_not_overdue(day, expected):
    assert of(due(day)).net.value == expected


@pytest.mark.parametrize(("day", "expected"), [("2026-02-27", 0), ("2026-02-26", 500)])
def test_days_of_grace_are_not_overdue(day, expected):
    """C13 of the peers: three days late with three days of grace is not overdue."""
    assert of(due(day), account(overdue_grace_days="3")).net.value == expected


@pytest.mark.parametrize(
    ("kind", "expected"), [("invoice", 500), ("debit_note", 500), ("deposit", 0)]
)
def test_invoices_and_debit_notes_can_be_overdue(kind, expected):
    assert of(due("2026-01-01", kind=kind)).net.value == expected


def test_unposted_invoices_are_not_overdue():
    assert of(due("2026-01-01", posted="false")).net.value == 0


def test_credit_notes_and_cleared_cash_explain_what_is_overdue():
    note = {"invoices": [invoice(2, kind="credit_note", open_amount="100")]}
    found = of(due("2026-01-01"), note, {"payments": [payment()]})
    assert (found.gross.value, found.net.value) == (500, 100)


def test_overdue_is_never_below_zero():
    assert of(due("2026-01-01"), {"payments": [payment(unapplied_amount="900")]}).net.value == 0


@pytest.mark.parametrize("status", ["received", "bounced", ""])
def test_cash_that_is_not_cleared_explains_nothing(status):
    assert of(due("2026-01-01"), {"payments": [payment(status=status)]}).net.value == 500


def test_cash_that_covers_an_order_does_not_pay_invoices():
    for number in (1, 2):
        paid = {"payments": [payment(order_id=f"SO-{number}", unapplied_amount="150")]}
        assert of(due("2026-01-01"), order(2), paid).net.value == 500


def test_disputed_amounts_are_shown_and_not_deducted():
    changes = due("2026-01-01", disputed_amount="120")
    assert of(changes).net.value == 500
    assert disputed(a_case(changes)).value == 120


def test_the_oldest_overdue_document_is_named_with_its_days():
    found = of({"invoices": [invoice(1, due_on="2026-02-20"), invoice(2, due_on="2026-02-01")]})
    assert found.oldest is not None
    assert found.oldest_days is not None
    assert (found.oldest["invoice_id"], found.oldest_days.value) == ("I-2", 29)


def test_overdue_counts_the_company_and_the_group_of_the_scope():
    other = due("2026-01-01", customer_id="CU-2")
    family = {"customers": [{"customer_id": "CU-2", "parent_customer_id": "CU-1"}]}
    assert of(due("2026-01-01", company_id="C2")).net.value == 0
    assert of(other, family).net.value == 0
    assert of(other, family, conventions=Conventions(credit_scope="group")).net.value == 500


def test_the_day_is_that_of_the_order_under_reviews_site():
    """At 09:00 in Berlin it is still the day before in Honolulu."""
    site = {"sites": [{"site_id": "D01", "timezone": "Pacific/Honolulu"}]}
    assert of(due("2026-03-01")).net.value == 500
    assert of(due("2026-03-01"), site).net.value == 0


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-20, "current"), (0, "current"), (1, "d1_30"), (30, "d1_30"), (31, "d31_60"),
     (60, "d31_60"), (61, "d61_90"), (90, "d61_90"), (91, "over_90")],
)  # fmt: skip
def test_ageing_goes_by_days_past_due(days, bucket):
    case = a_case()

    day = (case.today - timedelta(days=days)).isoformat()
    found = ageing(a_case(due(day)))
    assert {name: figure.value for name, figure in found.items() if figure.value} == {bucket: 500}


@given(days=st.lists(st.integers(-40, 200), max_size=6))
def test_ageing_adds_up_to_what_is_owed(days):

    today = a_case().today
    rows = [invoice(n, due_on=(today - timedelta(days=d)).isoformat()) for n, d in enumerate(days)]
    found = ageing(a_case({"invoices": rows}))
    assert sum(figure.number for figure in found.values()) == 500 * len(days)


@pytest.mark.parametrize(
    ("values", "missing"),
    [({"due_on": ""}, "invoices.due_on"), ({"open_amount": ""}, "invoices.open_amount")],
)
def test_an_invoice_without_its_date_or_amount_makes_overdue_not_known(values, missing):
    with pytest.raises(NotKnown) as gap:
        of({"invoices": [invoice(**values)]})
    assert gap.value.missing == (missing,)


def test_cash_of_an_order_that_cannot_be_valued_makes_overdue_not_known():
    unpriced = order(2)
    unpriced["order_lines"][0]["unit_price"] = ""
    with pytest.raises(NotKnown):
        of(due("2026-02-01"), unpriced, {"payments": [payment(order_id="SO-2")]})


def test_orders_that_cannot_be_valued_leave_overdue_known_where_no_cash_covers_them():
    unpriced = order(2)
    unpriced["order_lines"][0]["unit_price"] = ""
    own = {"order_lines": [{"order_id": "SO-1", "line_no": "10", "unit_price": ""}]}
    deposit = {"invoices": [invoice(7, kind="deposit", order_id="SO-1")]}
    assert of(due("2026-02-01"), unpriced, own, deposit).net.number == 500
