"""credit_hold: what is not known, what is noted, and the section of the packet."""

from __future__ import annotations

from typing import Any

import pytest

from policies.checks.credit_hold import check
from policies.checks.credit_notes import STALE_NAMED
from policies.findings import CheckResult
from policies.settings import load_rules
from tests.builders import a_case
from tests.credit_rows import Changes, account, invoice, order, payment, together

SETTINGS = load_rules()


def judge(*parts: Changes, order_id: str = "SO-1", **options: Any) -> CheckResult:
    return check(a_case(together(*parts), order_id, **options), SETTINGS)


def missing(result: CheckResult) -> set[str]:
    return {name for gap in result.not_known for name in gap.missing}


def codes(result: CheckResult) -> list[str]:
    return [finding.code for finding in result.findings]


LATE: Changes = {"invoices": [invoice(due_on="2026-01-01", open_amount="90000")]}


def test_an_empty_limit_is_not_known_and_no_excess():
    """C06 deviates: there an empty limit means none; here it is not known, and held."""
    result = judge(account(credit_limit=""), {"invoices": [invoice(open_amount="90000")]})
    assert codes(result) == []
    assert [gap.why for gap in result.not_known] == ["no credit limit on file"]


def test_without_a_limit_the_other_rules_are_still_judged():
    result = judge(account(credit_limit="", limit_valid_to="2026-01-01"), LATE)
    assert codes(result) == ["overdue", "limit_expired"]
    assert missing(result) == {"credit_accounts.credit_limit"}


def test_without_an_account_row_there_is_no_limit_on_file():
    result = judge({"orders": [{"order_id": "SO-1", "company_id": "C2"}]})
    assert [gap.why for gap in result.not_known] == ["no credit limit on file"]


@pytest.mark.parametrize("table", ["credit_accounts", "invoices"])
def test_a_table_that_defines_the_check_makes_it_not_known(table):
    result = judge(absent=(table,))
    assert missing(result) == {table}
    assert codes(result) == []


def test_without_invoices_what_the_account_says_is_still_judged():
    result = judge(account(manual_hold="on"), absent=("invoices",))
    assert codes(result) == ["manual_hold"]
    assert missing(result) == {"invoices"}


def test_an_empty_invoices_table_is_known_to_be_empty():
    assert judge({"invoices": []}).not_known == []


def test_a_missing_rate_is_named():
    result = judge({"invoices": [invoice(currency="CHF")]})
    assert missing(result) == {"fx_rates"}


def test_one_cause_is_named_a_single_time():
    result = judge({"invoices": [invoice(open_amount="")]})
    assert len(result.not_known) == 1


def test_a_missing_due_date_leaves_the_exposure_known():
    result = judge({"invoices": [invoice(due_on="", open_amount="90000")]})
    assert codes(result) == ["exposure_over_limit"]
    assert missing(result) == {"invoices.due_on"}


def test_a_gap_in_another_order_leaves_overdue_known():
    result = judge(order(2, unit_price=""), LATE)
    assert codes(result) == ["overdue"]
    assert missing(result) == {"order_lines.unit_price"}


def test_unknown_figures_are_empty_in_the_section():
    section = judge({"invoices": [invoice(open_amount="")]}).sections["credit"]
    assert section["exposure_after"] is None
    assert section["headroom"] is None
    assert section["limit"].value == 50000


def test_an_unknown_excess_is_not_shared():
    assert judge(account(credit_limit="")).shared["excess"] is None
    assert judge().shared["excess"].value == -49000


# --- notes ------------------------------------------------------------------------------------


def notes(result: CheckResult, code: str) -> list[Any]:
    return [note for note in result.notes if note.code == code]


def test_a_stale_order_is_named_with_its_value():
    result = judge(order(2, ship_on="2025-10-01"))
    (note,) = notes(result, "stale_order")
    assert (note.note.figures["order"].value, note.note.figures["value"].value) == ("SO-2", 200)


def test_a_stale_order_without_a_price_is_named_without_a_value():
    result = judge(order(2, ship_on="2025-10-01", unit_price=""))
    (note,) = notes(result, "stale_order")
    assert "value" not in note.note.figures
    assert result.not_known == []


def test_an_invoiced_stale_order_has_nothing_to_name():
    assert notes(judge(order(2, ship_on="2025-10-01", invoiced_qty="20")), "stale_order") == []


def test_the_order_under_review_is_not_named_as_stale():
    result = judge({"orders": [{"order_id": "SO-1", "promised_on": "2025-01-01"}]})
    assert notes(result, "stale_order") == []
    assert result.sections["credit"]["this_order_stale"] is True


def test_stale_orders_beyond_the_dearest_are_counted_and_summed():
    crowd = [order(n, str(n), ship_on="2025-10-01") for n in range(2, STALE_NAMED + 5)]
    found = notes(judge(*crowd), "stale_order")
    assert len(found) == STALE_NAMED + 1
    rest = found[-1].note.figures
    assert (rest["count"].value, rest["value"].value) == (3, 90)


def test_a_payment_that_is_not_cleared_is_noted():
    result = judge({"payments": [payment(status="received"), payment(2, status="bounced")]})
    (note,) = notes(result, "uncleared_payment")
    assert note.note.figures["payment"].value == "P-1"


def test_a_deposit_whose_payment_bounced_counts_and_is_noted():
    rows = {
        "invoices": [invoice(7, kind="deposit")],
        "payments": [payment(invoice_id="I-7", status="bounced")],
    }
    result = judge(rows)
    assert result.sections["credit"]["exposure_before"].value == -500
    assert len(notes(result, "deposit_not_cleared")) == 1


# --- section ----------------------------------------------------------------------------------


def test_the_section_is_filled_where_nothing_is_wrong():
    section = judge().sections["credit"]
    assert (section["limit"].value, section["headroom"].value) == (50000, 49000)
    assert section["currency"].value == "EUR"
    assert set(section["ageing"]) == {"current", "d1_30", "d31_60", "d61_90", "over_90"}
    assert [entry["order_id"].value for entry in section["which_can_go"]] == ["SO-1"]


def test_the_components_add_up_to_the_exposure():
    rows = {
        "invoices": [invoice(1), invoice(2, kind="debit_note", open_amount="70"),
                     invoice(3, kind="credit_note", open_amount="40"),
                     invoice(4, kind="deposit", open_amount="30")],
        "payments": [payment()],
    }  # fmt: skip
    section = judge(rows, order(2)).sections["credit"]
    parts = {name: figure.value for name, figure in section["components"].items()}
    assert parts == {
        "invoices": 500, "debit_notes": 70, "credit_notes": 40, "deposits": 30,
        "unapplied_payments": 300, "open_orders": 200, "blocked_orders": 0,
        "this_order_gross": 1000, "this_order": 1000, "covered_by_securities": 0,
        "covered_by_deposits": 0,
    }  # fmt: skip
    assert section["exposure_before"].value == 400


def test_securities_and_insurance_are_shown():
    rows = {"securities": [
        {"security_id": "SE-1", "customer_id": "CU-1", "kind": "insurance", "amount": "9"},
        {"security_id": "SE-2", "order_id": "SO-1", "kind": "guarantee", "amount": "5",
         "currency": "EUR"},
    ]}  # fmt: skip
    section = judge(rows, account(insured_amount="30000")).sections["credit"]
    assert section["insured_amount"].value == 30000
    assert {s["security_id"].value: s["covers_this_order"] for s in section["securities"]} == {
        "SE-1": False, "SE-2": True,
    }  # fmt: skip


def test_the_last_payment_is_shown():
    rows = {"payments": [payment(1), payment(2, received_on="2026-02-28", unapplied_amount="0"),
                         payment(3, received_on="2026-03-01", status="bounced")]}  # fmt: skip
    last = judge(rows).sections["credit"]["last_payment"]
    assert last["payment_id"].value == "P-2"
