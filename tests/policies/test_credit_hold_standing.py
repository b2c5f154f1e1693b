"""credit_hold C3 to C8: validity, manual hold, blocks, terms, review, promises."""

from __future__ import annotations

from typing import Any

import pytest

from policies.checks.credit_hold import check
from policies.findings import CheckResult, Finding
from policies.settings import load_rules
from tests.builders import a_case
from tests.credit_rows import Changes, account, invoice, together
from tools.book import Case
from tools.changes import apply_changes
from tools.conventions import Conventions

SETTINGS = load_rules()


def judge(*parts: Changes, **options: Any) -> CheckResult:
    return check(a_case(together(*parts), **options), SETTINGS)


def codes(result: CheckResult) -> list[str]:
    return [finding.code for finding in result.findings]


def only(result: CheckResult) -> Finding:
    (finding,) = result.findings
    return finding


def clears(*parts: Changes, **edit: Any) -> bool:
    """Whether the finding's own change, edited, clears it."""
    case = a_case(together(*parts))
    change = only(check(case, SETTINGS)).clears_when.change
    assert change is not None
    book = apply_changes(case, [{**change, **edit}])
    row = book.one("orders", order_id="SO-1")
    assert row is not None
    return codes(check(Case(book, row), SETTINGS)) == []


def customer(customer_id: str = "CU-1", **values: str) -> Changes:
    return {"customers": [{"customer_id": customer_id, **values}]}


def head(**values: str) -> Changes:
    return {"orders": [{"order_id": "SO-1", **values}]}


def test_a_clear_account_has_no_finding():
    result = judge()
    assert (codes(result), result.not_known, result.notes) == ([], [], [])


# --- C3, C7 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "found"), [("2026-03-02", []), ("2026-03-01", ["limit_expired"])])
def test_a_limit_is_valid_on_its_last_day(day, found):
    assert codes(judge(account(limit_valid_to=day))) == found


def test_a_limit_without_an_end_does_not_expire():
    assert codes(judge(account(limit_valid_to=""))) == []


def test_renewing_the_limit_to_the_day_clears_it_and_a_day_less_does_not():
    expired = account(limit_valid_to="2026-02-01")
    assert clears(expired)
    assert not clears(expired, date="2026-03-01")


@pytest.mark.parametrize(("day", "found"), [("2026-03-02", []), ("2026-03-01", ["review_due"])])
def test_a_review_is_due_after_its_day(day, found):
    result = judge(account(next_review_on=day))
    assert codes(result) == found
    assert all(finding.severity == "low" for finding in result.findings)


def test_a_new_review_date_clears_it_and_a_day_less_does_not():
    due = account(next_review_on="2026-02-01")
    assert clears(due)
    assert not clears(due, value="2026-03-01")


# --- C4 ---------------------------------------------------------------------------------------


def test_a_manual_hold_is_high_and_no_figure_clears_it():
    finding = only(judge(account(manual_hold="on")))
    assert (finding.code, finding.severity) == ("manual_hold", "high")
    assert finding.clears_when.change is None


def test_an_empty_manual_hold_is_automatic():
    assert codes(judge(account(manual_hold=""))) == []


def everything(**values: str) -> tuple[Changes, ...]:
    return (
        account(limit_valid_to="2026-01-01", next_review_on="2026-01-01", credit_limit="10",
                **values),
        {"invoices": [invoice(due_on="2026-01-01")]},
        head(payment_terms_days="60"),
        customer(blocked_scope="all"),
        {"payment_promises": [promise()]},
    )  # fmt: skip


def promise(**values: str) -> dict[str, str]:
    base = {"promise_id": "PP-1", "customer_id": "CU-1", "amount": "500", "currency": "EUR",
            "promised_on": "2026-03-01", "status": "open"}  # fmt: skip
    return {**base, **values}


def test_an_account_may_show_every_finding_at_once():
    assert codes(judge(*everything())) == [
        "exposure_over_limit", "overdue", "limit_expired", "review_due", "terms_extended",
        "customer_blocked", "broken_promise",
    ]  # fmt: skip


def test_manual_hold_off_excludes_the_account_from_checks_and_says_so():
    """C5 is never suppressed, C8 is not among the suppressed ones."""
    result = judge(*everything(manual_hold="off"))
    assert codes(result) == ["customer_blocked", "broken_promise"]
    assert "excluded_from_checks" in {note.code for note in result.notes}


def test_an_excluded_account_without_a_limit_is_not_unknown():
    assert judge(account(manual_hold="off", credit_limit="")).not_known == []


def test_an_excluded_account_still_shows_its_figures():
    section = judge(*everything(manual_hold="off")).sections["credit"]
    assert (section["exposure_after"].value, section["limit"].value) == (1500, 10)


# --- C5 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "found"),
    [("order", True), ("ship", True), ("all", True), ("invoice", False), ("none", False),
     ("", False)],
)  # fmt: skip
def test_a_customer_is_blocked_for_orders_shipping_or_all(scope, found):
    """C22, B35: a frozen customer holds the order, at whatever stage it is."""
    for status in ("draft", "open", "blocked", "released"):
        result = judge(customer(blocked_scope=scope), head(status=status))
        assert codes(result) == (["customer_blocked"] if found else [])
        assert all(finding.severity == "high" for finding in result.findings)


def test_a_block_on_invoicing_is_shown():
    section = judge(customer(blocked_scope="invoice")).sections["credit"]
    assert section["blocked_scope"].value == "invoice"


@pytest.mark.parametrize(("status", "found"), [("inactive", 1), ("prospect", 0), ("active", 0)])
def test_an_inactive_customer_is_blocked(status, found):
    """C22: a disabled customer."""
    assert codes(judge(customer(status=status))) == ["customer_blocked"] * found


def test_sold_to_and_bill_to_are_both_looked_at():
    both = (head(bill_to_id="CU-2"), customer(blocked_scope="all"))
    assert codes(judge(head(bill_to_id="CU-2"), customer("CU-2", blocked_scope="ship"))) == [
        "customer_blocked"
    ]
    assert codes(judge(*both)) == ["customer_blocked"]
    assert codes(judge(*both, customer("CU-2", status="inactive"))) == ["customer_blocked"] * 2


def test_a_block_of_another_customer_does_not_matter():
    assert codes(judge(customer("CU-3", blocked_scope="all"))) == []


def test_lifting_the_block_clears_it():
    assert clears(customer(blocked_scope="ship"))
    assert clears(customer(status="inactive"))
    assert not clears(customer(blocked_scope="ship"), value="order")


def test_a_bill_to_that_is_not_on_file_makes_credit_not_known():
    (gap, *_) = judge(head(bill_to_id="CU-404")).not_known[-1:]
    assert gap.missing == ("customers",)


# --- C6 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "found"), [("30", []), ("31", ["terms_extended"]), ("", [])])
def test_terms_longer_than_the_baseline_are_extended(days, found):
    assert codes(judge(head(payment_terms_days=days))) == found


def test_without_a_baseline_terms_are_not_judged():
    assert codes(judge(head(payment_terms_days="90", baseline_terms_days=""))) == []


def test_the_baseline_clears_extended_terms_and_a_day_more_does_not():
    longer = head(payment_terms_days="60")
    assert clears(longer)
    assert not clears(longer, value=31)


# --- C8 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, 1),
        ({"promised_on": "2026-03-02"}, 0),
        ({"status": "kept"}, 0),
        ({"status": "broken"}, 1),
        ({"status": ""}, 1),
        ({"promised_on": ""}, 0),
        ({"customer_id": "CU-2"}, 0),
        ({"amount": ""}, 1),
    ],
)
def test_a_promise_is_broken_past_its_date_unless_it_was_kept(values, found):
    result = judge({"payment_promises": [promise(**values)]})
    assert codes(result) == ["broken_promise"] * found
    assert all(finding.severity == "low" for finding in result.findings)


def test_a_promise_about_another_companys_invoice_is_not_this_accounts():
    rows = {
        "payment_promises": [promise(invoice_id="I-1")],
        "invoices": [invoice(company_id="C2")],
    }
    assert codes(judge(rows)) == []


def test_a_promise_of_the_group_counts_in_group_scope():
    family = customer("CU-2", parent_customer_id="CU-1")
    rows = {"payment_promises": [promise(customer_id="CU-2")]}
    group = Conventions(credit_scope="group")
    assert codes(judge(family, rows, conventions=group)) == ["broken_promise"]


def test_keeping_the_promise_clears_it():
    assert clears({"payment_promises": [promise()]})
