"""credit_hold against what peers test and users report; the id of each row stands in its test."""

from __future__ import annotations

from decimal import Decimal

import pytest

from policies.checks.credit_hold import check
from policies.findings import CheckResult
from policies.settings import load_rules
from tests.builders import a_case
from tests.credit_rows import Changes, account, invoice, order, payment, together

SETTINGS = load_rules()


def judge(*parts: Changes, order_id: str = "SO-1") -> CheckResult:
    return check(a_case(together(*parts), order_id), SETTINGS)


def held(*parts: Changes, order_id: str = "SO-1") -> bool:
    return any(
        f.code in ("exposure_over_limit", "overdue") for f in judge(*parts, order_id=order_id).findings
    )  # fmt: skip


def worth(amount: str, **values: str) -> Changes:
    """The order under review at an amount."""
    line = {"order_id": "SO-1", "line_no": "10", "ordered_qty": "1", "unit_price": amount}
    return {"order_lines": [{**line, **values}]}


def owed(amount: str, **values: str) -> Changes:
    return {"invoices": [invoice(open_amount=amount, **values)]}


def figure(result: CheckResult, name: str) -> Decimal:
    return Decimal(str(result.sections["credit"][name].value))


@pytest.mark.parametrize(("order_worth", "expected"), [("500", False), ("1500", True)])
def test_c02_a_draft_invoice_does_not_stand_beside_its_order(order_worth, expected):
    """C02: limit 1,000; an order and a draft invoice of it: the order counts, the draft does not."""
    draft = owed(order_worth, posted="false", order_id="SO-1")
    assert held(account(credit_limit="1000"), worth(order_worth), draft) is expected


def test_c06_deviates_because_an_empty_limit_is_not_unlimited():
    """C06: the peer lets an empty limit pass; the rules say not known, and nothing is claimed."""
    result = judge(account(credit_limit=""), owed("100"))
    assert result.findings == []
    assert result.not_known != []


@pytest.mark.parametrize(("added", "expected"), [("0", False), ("150", True)])
def test_c08_the_order_is_added_to_what_is_owed(added, expected):
    """C08: owed 100, limit 200: adding 0 passes, adding 150 is 250 and blocks."""
    assert held(account(credit_limit="200"), owed("100"), worth(added)) is expected


def test_c10_another_order_of_100_and_a_limit_of_99():
    """C10: the confirmed order alone is over its limit already; with a limit of 200 both go."""
    both = (order(2, "10"), worth("100"))
    assert held(account(credit_limit="99"), *both)
    assert held(account(credit_limit="150"), *both)
    assert not held(account(credit_limit="200"), *both)


@pytest.mark.parametrize(
    ("limit", "posted", "expected"), [("100", "true", True), ("1100", "true", False),
                                      ("100", "false", False)],
)  # fmt: skip
def test_c12_an_invoice_of_550_gross(limit, posted, expected):
    """C12: 10 x 50 with 10 % tax; a draft counts nothing under the rules."""
    bill = owed("550", posted=posted, due_on="2026-12-01")
    assert held(account(credit_limit=limit), bill, worth("0")) is expected


def test_c12_overdue_beyond_its_own_limit():
    """C12: 550 overdue since 2017 against a tolerated 499, then 550."""
    bill = owed("550", due_on="2017-01-01")
    assert held(bill, account(overdue_amount_limit="499"))
    assert not held(bill, account(overdue_amount_limit="550"))


def test_c16_the_limit_is_checked_again_when_the_order_is_ready_to_leave():
    """C16: over the limit at delivery, whatever was said at confirmation."""
    ready = {"orders": [{"order_id": "SO-1", "status": "released"}]}
    assert held(account(credit_limit="999"), ready)


def test_c17_a_limit_below_what_is_owed_refuses_anything_further():
    """C17: limit = outstanding - 50."""
    assert held(account(credit_limit="450"), owed("500"), worth("0.01"))


def test_c19_a_limit_lowered_below_what_is_owed_shows_at_the_next_review():
    """C19: the desk sets no limits; it reports that the one on file is exceeded."""
    before, after = account(credit_limit="2000"), account(credit_limit="400")
    assert not held(before, owed("500"))
    assert held(after, owed("500"))


@pytest.mark.parametrize("days", [{"due_on": "2016-02-21"}, {"due_on": "2016-02-29"}])
def test_c20_the_due_date_on_the_invoice_is_what_counts(days):
    """C20: due dates by term are the source's; they are read, not computed."""
    assert held(owed("1", **days))


def test_c23_an_order_on_hold_is_judged_like_any_other():
    """C23: on hold at the ERP; credit says what credit knows."""
    held_order = {"orders": [{"order_id": "SO-1", "status": "blocked"}]}
    assert not held(held_order)
    assert held(held_order, account(credit_limit="999"))


def test_b01_a_delivery_is_not_counted_twice_in_its_own_check():
    """B01: limit 100, owed 0, delivery 60 shipped and not invoiced: 60."""
    result = judge(account(credit_limit="100"), worth("60", shipped_qty="1"))
    assert (result.findings, figure(result, "exposure_after")) == ([], 60)


def test_b02_a_reopened_order_is_a_new_exposure():
    """B02: closed it leaves the other order room; open again both are over."""
    limit = account(credit_limit="1100")
    assert not held(limit, order(2, status="closed"))
    assert held(limit, order(2, status="open"))
    assert held(limit, order(2, status="open"), order_id="SO-2")


def test_b06_a_call_off_order_is_stated_with_and_without():
    """B06: limit 50,000, a call-off of 300,000 over six months."""
    result = judge(account(credit_limit="50000"), order(2, "30000", promised_on="2026-08-31"))
    assert figure(result, "exposure_after") == 301000
    assert figure(result, "exposure_after_without_open_orders") == 1000
    near = account(credit_limit="50000", horizon_days="30")
    assert not held(near, order(2, "30000", promised_on="2026-08-31"))


def test_b07_what_is_unpaid_and_not_what_was_ever_sold():
    """B07: limit 200,000, outstanding 75,532.50, order 37,766.25: 113,298.75 passes."""
    result = judge(
        account(credit_limit="200000"),
        {"invoices": [invoice(amount="170170.88", open_amount="75532.50")]},
        worth("37766.25"),
    )
    assert result.findings == []
    assert figure(result, "exposure_after") == Decimal("113298.75")
    assert figure(result, "limit") - figure(result, "exposure_before") == Decimal("124467.50")


def test_b14_the_basic_case():
    """B14: used 246.05, limit 250, order 64.20: 310.25 blocks."""
    result = judge(account(credit_limit="250"), owed("246.05"), worth("64.20"))
    assert figure(result, "exposure_after") == Decimal("310.25")
    assert [finding.code for finding in result.findings] == ["exposure_over_limit"]


def test_the_shared_case_of_a_credit_note_and_cleared_and_bounced_cash():
    """52,000 - 1,500 - 1,000 + 1,000: the bounced 5,000 lowers nothing."""
    rows = {
        "invoices": [invoice(1, open_amount="52000"),
                     invoice(2, kind="credit_note", open_amount="1500")],
        "payments": [payment(1, unapplied_amount="1000"),
                     payment(2, unapplied_amount="5000", status="bounced")],
    }  # fmt: skip
    result = judge(rows)
    assert (figure(result, "exposure_before"), figure(result, "exposure_after")) == (49500, 50500)
    assert [finding.code for finding in result.findings] == ["exposure_over_limit"]


def test_the_shared_case_of_cash_that_explains_overdue():
    """800 overdue, 1,000 cleared and not applied: exposure 800, overdue 0."""
    result = judge(
        owed("800", due_on="2026-02-10"), {"payments": [payment(unapplied_amount="1000")]}
    )
    assert (figure(result, "exposure_after"), figure(result, "overdue")) == (800, 0)
