"""C1: what counts in the exposure, before and after the order under review."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import a_case
from tests.credit_rows import Changes, account, invoice, order, payment, together
from tools.conventions import Conventions
from tools.credit import Exposure, exposure
from tools.unknown import NotKnown


def of(*parts: Changes, order_id: str = "SO-1", **options: Any) -> Exposure:
    return exposure(a_case(together(*parts), order_id, **options))


def test_the_order_alone_is_its_own_gross_uninvoiced_value():
    found = of()
    assert (found.before.value, found.after.value) == (0, 1000)


@pytest.mark.parametrize(
    ("kind", "before"),
    [("invoice", 500), ("debit_note", 500), ("credit_note", -500), ("deposit", -500)],
)
def test_the_kind_of_a_document_carries_its_sign(kind, before):
    assert of({"invoices": [invoice(kind=kind)]}).before.value == before


def test_the_open_amount_counts_and_not_the_amount():
    """B07: the unpaid balance is held against the limit, not lifetime sales."""
    assert of({"invoices": [invoice(amount="170170.88", open_amount="75532.50")]}).before.value == (
        Decimal("75532.50")
    )


@pytest.mark.parametrize(("posted", "before"), [("true", 500), ("", 500), ("false", 0)])
def test_an_unposted_invoice_counts_nothing_and_an_empty_flag_is_posted(posted, before):
    assert of({"invoices": [invoice(posted=posted)]}).before.value == before


def test_an_invoice_issued_after_the_day_is_not_seen():
    assert of({"invoices": [invoice(issued_on="2026-03-03")]}).before.value == 0
    assert of({"invoices": [invoice(issued_on="2026-03-02")]}).before.value == 500


@pytest.mark.parametrize(
    ("status", "before"), [("cleared", -300), ("received", 0), ("bounced", 0), ("", 0)]
)
def test_only_a_cleared_payment_lowers_the_account(status, before):
    assert of({"payments": [payment(status=status)]}).before.value == before


def test_a_payment_received_after_the_day_is_not_seen():
    assert of({"payments": [payment(received_on="2026-03-03")]}).before.value == 0


def test_other_orders_count_with_what_is_not_invoiced_yet():
    """C10: the order under review and another of the same bill-to count together."""
    found = of(order(2, "100"))
    assert (found.before.value, found.after.value) == (1000, 2000)


@pytest.mark.parametrize(
    ("status", "before"),
    [
        ("draft", 0), ("closed", 0), ("cancelled", 0),
        ("open", 200), ("blocked", 200), ("released", 200), ("shipped", 200), ("invoiced", 200),
    ],
)  # fmt: skip
def test_only_confirmed_orders_count(status, before):
    assert of(order(2, status=status)).before.value == before


def test_the_order_under_review_counts_itself_whatever_its_status():
    for status in ("draft", "blocked", "closed"):
        assert of({"orders": [{"order_id": "SO-1", "status": status}]}).after.value == 1000


def test_the_order_under_review_is_not_counted_twice():
    """B01: limit 100, nothing owed, 60 to deliver: exposure 60, not 120."""
    line = {"order_id": "SO-1", "line_no": "10", "ordered_qty": "6"}
    assert of({"order_lines": [line]}).after.value == 60


def test_what_is_invoiced_counts_as_the_invoice_and_no_longer_as_the_order():
    """C11: order 100, then invoiced: the value moves and is never there twice."""
    invoiced = {"order_id": "SO-1", "line_no": "10", "invoiced_qty": "100"}
    found = of({"order_lines": [invoiced], "invoices": [invoice(open_amount="1000")]})
    assert (found.this_order.value, found.after.value) == (0, 1000)


def test_an_invoice_above_the_order_counts_with_its_own_open_amount():
    """B09: order 100, invoice 110 with fees: 110 is owed and nothing is left to invoice."""
    found = of(
        order(2, "10", invoiced_qty="10"), {"invoices": [invoice(open_amount="110")]}
    )  # fmt: skip
    assert found.before.value == 110


def test_a_part_invoiced_order_counts_the_rest_only():
    """C02: order 1,000, half of it invoiced: 500 + 500, never 1,500."""
    half = {"order_id": "SO-1", "line_no": "10", "invoiced_qty": "50"}
    assert of({"order_lines": [half], "invoices": [invoice()]}).after.value == 1000


def test_an_unrelated_invoice_adds_to_the_order():
    """C04: an open order of 1,000 and an unrelated invoice of 2,000: 3,000."""
    assert of({"invoices": [invoice(open_amount="2000")]}).after.value == 3000


def test_shipped_and_not_invoiced_still_counts():
    assert of(order(2, shipped_qty="20")).before.value == 200


def test_cancelled_quantities_do_not_count():
    assert of(order(2, cancelled_qty="15")).before.value == 50


def test_over_invoiced_quantities_do_not_lower_the_account():
    assert of(order(2, invoiced_qty="30")).before.value == 0


def test_orders_count_gross_of_tax():
    line = {"order_id": "SO-1", "line_no": "10", "tax_rate": "19"}
    assert of({"order_lines": [line]}).after.value == 1190


def test_charges_count_while_something_is_left_to_invoice():
    freight = {"order_charges": [{"order_id": "SO-1", "charge_no": "1", "kind": "freight",
                                  "amount": "50", "tax_rate": "20"}]}  # fmt: skip
    invoiced = {"order_lines": [{"order_id": "SO-1", "line_no": "10", "invoiced_qty": "100"}]}
    assert of(freight).after.value == 1060
    assert of(freight, invoiced).after.value == 0


def test_charges_of_another_order_count_too():
    charge = {"order_charges": [{"order_id": "SO-2", "charge_no": "1", "kind": "deposit",
                                 "amount": "-30"}]}  # fmt: skip
    assert of(order(2), charge).before.value == 170


# --- scope ------------------------------------------------------------------------------------


def test_another_companys_documents_and_orders_do_not_count():
    """C01, B11: a confirmed order of 1,000 in company 2 leaves company 1 at 0."""
    found = of(
        order(2, "100", company_id="C2"),
        {"invoices": [invoice(company_id="C2")], "payments": [payment(company_id="C2")]},
    )
    assert found.before.value == 0


def test_another_customers_documents_do_not_count():
    found = of({"invoices": [invoice(customer_id="CU-2")]}, order(2, customer_id="CU-2"))
    assert found.before.value == 0


def test_orders_that_bill_to_the_account_count_whoever_bought():
    found = of(order(2, customer_id="CU-2", bill_to_id="CU-1"))
    assert found.before.value == 200


def test_orders_of_the_customer_that_bill_to_another_do_not_count():
    assert of(order(2, bill_to_id="CU-2")).before.value == 0


def test_in_group_scope_the_whole_group_counts():
    family = {"customers": [{"customer_id": c, "parent_customer_id": "CU-3"}
                            for c in ("CU-1", "CU-2")]}  # fmt: skip
    parts = (family, {"invoices": [invoice(customer_id="CU-2")]}, order(2, customer_id="CU-3"))
    assert of(*parts, conventions=Conventions(credit_scope="group")).before.value == 700
    assert of(*parts).before.value == 0


# --- settings of the account ------------------------------------------------------------------


def test_an_account_may_leave_out_other_orders():
    """B04, B06: open orders excluded, everywhere by the same definition."""
    found = of(order(2), account(include_open_orders="false"))
    assert (found.before.value, found.after.value) == (0, 1000)


def test_the_figure_without_other_orders_is_always_shown():
    """B06: a call-off order fills the limit: exposure is stated with and without it."""
    found = of(order(2, "30000"))
    assert (found.after.value, found.without_open_orders.value) == (301000, 1000)


@pytest.mark.parametrize(("ships", "before"), [("2026-03-12", 200), ("2026-03-13", 0)])
def test_the_horizon_counts_orders_up_to_and_with_its_last_day(ships, before):
    assert of(order(2, ship_on=ships), account(horizon_days="10")).before.value == before


def test_the_order_under_review_counts_itself_beyond_the_horizon():
    far = {"orders": [{"order_id": "SO-1", "ship_on": "2026-12-01"}]}
    assert of(far, account(horizon_days="10")).after.value == 1000


def test_the_horizon_is_judged_line_by_line():
    later = {"order_lines": [{"order_id": "SO-2", "line_no": "20", "sku": "SKU-1", "uom": "EA",
                              "ordered_qty": "7", "unit_price": "10", "ship_on": "2026-09-01"}]}  # fmt: skip
    assert of(order(2), later, account(horizon_days="10")).before.value == 200


def test_an_order_without_any_date_cannot_be_held_against_a_horizon():
    undated = order(2, promised_on="")
    assert of(undated).before.value == 200
    with pytest.raises(NotKnown, match="no date"):
        of(undated, account(horizon_days="10"))


def test_blocked_orders_count_unless_the_convention_says_otherwise():
    blocked = order(2, status="blocked")
    assert of(blocked).before.value == 200
    assert of(blocked).without_blocked_orders.value == 1000
    assert of(blocked, conventions=Conventions(count_blocked_orders=False)).before.value == 0


def test_an_open_order_is_not_among_the_blocked_ones():
    assert of(order(2)).without_blocked_orders.value == 1200


# --- stale ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ships", "before"), [("2026-01-01", 200), ("2025-12-31", 0)])
def test_an_order_is_stale_from_the_sixty_first_day_on(ships, before):
    assert of(order(2, ship_on=ships)).before.value == before


def test_a_stale_order_under_review_counts_itself():
    old = {"orders": [{"order_id": "SO-1", "promised_on": "2025-01-01"}]}
    assert of(old).after.value == 1000


def test_staleness_is_judged_line_by_line():
    fresh = {"order_lines": [{"order_id": "SO-2", "line_no": "20", "sku": "SKU-1", "uom": "EA",
                              "ordered_qty": "7", "unit_price": "10", "ship_on": "2026-03-06"}]}  # fmt: skip
    assert of(order(2, ship_on="2025-10-01"), fresh).before.value == 70


# --- currencies -------------------------------------------------------------------------------

USD = {"currency": "USD"}


def test_documents_convert_at_the_newest_rate_on_or_before_the_day():
    rates = {"fx_rates": [
        {"from_currency": "USD", "to_currency": "EUR", "valid_on": day, "rate": rate}
        for day, rate in (("2026-03-02", "0.80"), ("2026-03-03", "0.10"))
    ]}  # fmt: skip
    assert of(rates, {"invoices": [invoice(**USD)]}).before.value == 400


def test_a_rate_is_inverted_where_only_the_opposite_is_on_file():
    """C03: 2 of the document's currency for 1: 45 are 22.50, 110 are 55."""
    rates = {"fx_rates": [
        {"from_currency": "EUR", "to_currency": "GBP", "valid_on": "2026-01-01", "rate": "2"}
    ]}  # fmt: skip
    for quantity, expected in (("4.5", "22.5"), ("11", "55")):
        line = {"order_id": "SO-1", "line_no": "10", "ordered_qty": quantity}
        changes = {"orders": [{"order_id": "SO-1", "currency": "GBP"}], "order_lines": [line]}
        assert of(rates, changes).after.value == Decimal(expected)


@pytest.mark.parametrize(("rate", "after"), [("0.5", 50), ("1.5", 150)])
def test_an_order_converts_to_the_accounts_currency(rate, after):
    """C14, C15: an order of 100 at 0.5 is 50, at 1.5 is 150."""
    changes = {
        "fx_rates": [{"from_currency": "GBP", "to_currency": "EUR", "valid_on": "2026-01-01",
                      "rate": rate}],
        "orders": [{"order_id": "SO-1", "currency": "GBP"}],
        "order_lines": [{"order_id": "SO-1", "line_no": "10", "ordered_qty": "10"}],
    }  # fmt: skip
    assert of(changes).after.value == after


def test_each_line_is_rounded_half_up_in_the_accounts_currency():
    line = {"order_id": "SO-1", "line_no": "10", "ordered_qty": "1", "unit_price": "0.0725"}
    rates = {"fx_rates": [{"from_currency": "GBP", "to_currency": "EUR", "valid_on": "2026-01-01",
                           "rate": "1.0345"}]}  # fmt: skip
    order_ = {"orders": [{"order_id": "SO-1", "currency": "GBP"}], "order_lines": [line]}
    assert of(rates, order_).after.value == Decimal("0.08")


def test_a_currency_without_cents_is_rounded_to_units():
    changes = {
        "credit_accounts": [{"customer_id": "CU-1", "company_id": "C1", "currency": "JPY"}],
        "fx_rates": [{"from_currency": "EUR", "to_currency": "JPY", "valid_on": "2026-01-01",
                      "rate": "160.0005"}],
    }  # fmt: skip
    assert of(changes).after.value == 160001


def test_with_the_order_date_convention_rates_are_those_of_that_day():
    rates = {"fx_rates": [{"from_currency": "USD", "to_currency": "EUR", "valid_on": "2026-03-01",
                           "rate": "0.50"}]}  # fmt: skip
    bill = {"invoices": [invoice(**USD)]}
    assert of(rates, bill).before.value == 250
    by_order = Conventions(exposure_fx="order_date")
    assert of(rates, bill, conventions=by_order).before.value == 450


# --- not known --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"invoices": [invoice(open_amount="")]}, "invoices.open_amount"),
        ({"invoices": [invoice(currency="")]}, "invoices.currency"),
        ({"invoices": [invoice(currency="CHF")]}, "fx_rates"),
        ({"invoices": [invoice(kind="")]}, "invoices.kind"),
        ({"invoices": [invoice(company_id="")]}, "invoices.company_id"),
        ({"payments": [payment(unapplied_amount="")]}, "payments.unapplied_amount"),
        ({"payments": [payment(company_id="")]}, "payments.company_id"),
        (order(2, unit_price=""), "order_lines.unit_price"),
        (order(2, ordered_qty=""), "order_lines.ordered_qty"),
        (order(2, currency="CHF"), "fx_rates"),
        (order(2, company_id=""), "orders.company_id"),
        (order(2, price_uom="PAL"), "uom_conversions"),
    ],
)
def test_a_gap_that_the_exposure_needs_makes_it_not_known(changes, missing):
    with pytest.raises(NotKnown) as gap:
        of(changes)
    assert gap.value.missing == (missing,)


@pytest.mark.parametrize(
    "changes",
    [
        {"invoices": [invoice(posted="false", open_amount="", currency="")]},
        {"invoices": [invoice(open_amount="0", currency="")]},
        {"invoices": [invoice(company_id="C2", open_amount="")]},
        {"payments": [payment(status="bounced", unapplied_amount="")]},
        order(2, unit_price="", status="draft"),
        order(2, unit_price="", invoiced_qty="20"),
        order(2, unit_price="", company_id="C2"),
        order(2, unit_price="", ship_on="2025-01-01"),
    ],
)
def test_a_gap_in_what_does_not_count_does_not_matter(changes):
    assert of(changes).after.value == 1000


def test_without_the_invoices_table_the_exposure_is_not_known():
    with pytest.raises(NotKnown) as gap:
        of(absent=("invoices",))
    assert gap.value.missing == ("invoices",)


def test_without_the_payments_table_nothing_lowers_the_account():
    assert of({"invoices": [invoice()]}, absent=("payments",)).before.value == 500
