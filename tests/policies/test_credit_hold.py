"""credit_hold C1 and C2: findings, severity, and what clears them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from policies.checks.credit_hold import check
from policies.findings import CheckResult, Finding
from policies.settings import Settings, load_rules
from tests.builders import a_case
from tests.credit_rows import Changes, account, invoice, order, payment, together
from tools.book import Case
from tools.changes import apply_changes
from tools.rows import Cell, Figure, rows_under

DEFAULTS: Settings = load_rules()


def setting(**credit: Any) -> Settings:
    return DEFAULTS.model_copy(update={"credit": DEFAULTS.credit.model_copy(update=credit)})


def judge(*parts: Changes, order_id: str = "SO-1", settings: Settings = DEFAULTS,
          **options: Any) -> CheckResult:  # fmt: skip
    case = a_case(
        together(*parts), order_id, conventions=settings.conventions(), **options
    )  # fmt: skip
    return check(case, settings)


def codes(result: CheckResult) -> list[str]:
    return [finding.code for finding in result.findings]


def only(result: CheckResult) -> Finding:
    (finding,) = result.findings
    return finding


def owed(amount: str, **values: Any) -> Changes:
    return {"invoices": [invoice(open_amount=amount, **values)]}


def after(parts: tuple[Changes, ...], change: dict[str, Any], settings: Settings) -> list[str]:
    """The codes once a change holds."""
    case = a_case(together(*parts), conventions=settings.conventions())
    book = apply_changes(case, [change])
    row = book.one("orders", order_id="SO-1")
    assert row is not None
    return codes(check(Case(book, row), settings))


def assert_smallest(*parts: Changes, settings: Settings = DEFAULTS, step: str = "0.01") -> None:
    """The payment that a finding asks for clears it, and the smallest unit less does not."""
    finding = only(judge(*parts, settings=settings))
    change = dict(finding.clears_when.change or {})
    less = {**change, "amount": str(Decimal(change["amount"]) - Decimal(step))}
    assert finding.code not in after(parts, change, settings)
    assert finding.code in after(parts, less, settings)


# --- C1 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("open_amount", "found"), [("49000", []), ("49000.01", ["exposure_over_limit"])]
)
def test_exposure_at_the_limit_is_allowed_and_a_cent_above_is_not(open_amount, found):
    assert codes(judge(owed(open_amount))) == found


def test_with_the_other_comparator_the_limit_itself_is_not_allowed():
    strict = setting(limit_comparator=">=")
    assert codes(judge(owed("48999.99"), settings=strict)) == []
    assert codes(judge(owed("49000"), settings=strict)) == ["exposure_over_limit"]


def test_the_finding_says_how_much_over_and_what_part_of_the_limit():
    finding = only(judge(owed("49500")))
    assert finding.values["excess"].value == 500  # type: ignore[union-attr]
    assert finding.values["excess_pct"].value == 1  # type: ignore[union-attr]
    assert finding.statement.template == (
        "Exposure {after} is above the limit {limit} by {excess}."
    )


def test_the_finding_rests_on_the_account_and_each_invoice():
    finding = only(judge(owed("49500")))
    bound = [v for v in finding.values.values() if isinstance(v, Figure | Cell)]
    refs = {row.ref for row in (*rows_under(bound), *finding.citations)}
    assert {"credit_accounts/CU-1/C1", "invoices/I-1", "order_lines/SO-1/10"} <= refs


def test_a_limit_of_zero_allows_nothing():
    """C07: an exposure of 100 against a limit of 0 is blocked."""
    zero = account(credit_limit="0")
    assert codes(judge(zero)) == ["exposure_over_limit"]


def test_a_limit_of_zero_allows_a_prepaid_order():
    """B08: limit 0, order 1,000, prepayment 1,000: net exposure 0."""
    paid = {"payments": [payment(unapplied_amount="1000", order_id="SO-1")]}
    assert codes(judge(account(credit_limit="0"), paid)) == []


def test_an_expired_limit_is_one_finding_and_still_the_limit():
    expired = account(limit_valid_to="2026-03-01")
    assert codes(judge(expired)) == ["limit_expired"]
    assert codes(judge(expired, owed("49500"))) == ["exposure_over_limit", "limit_expired"]


@pytest.mark.parametrize(("open_amount", "severity"), [("61499.99", "medium"), ("61500", "high")])
def test_an_excess_of_a_quarter_of_the_limit_is_high(open_amount, severity):
    assert only(judge(owed(open_amount))).severity == severity


def test_any_excess_over_a_limit_of_zero_is_high():
    finding = only(judge(account(credit_limit="0")))
    assert finding.severity == "high"
    assert finding.values["excess_pct"] is None


def test_an_excess_within_the_tolerance_is_allowed_while_nothing_has_shipped():
    tolerant = setting(tolerance_pct=Decimal(1))
    assert codes(judge(owed("49500"), settings=tolerant)) == []
    assert codes(judge(owed("49500.01"), settings=tolerant)) == ["exposure_over_limit"]


@pytest.mark.parametrize(
    "shipped",
    [
        {"orders": [{"order_id": "SO-1", "status": "shipped"}]},
        {"order_lines": [{"order_id": "SO-1", "line_no": "10", "shipped_qty": "1"}]},
    ],
)
def test_tolerance_ends_when_something_has_shipped(shipped):
    tolerant = setting(tolerance_pct=Decimal(1))
    assert codes(judge(owed("49500"), shipped, settings=tolerant)) == ["exposure_over_limit"]


def test_the_clearing_payment_is_the_smallest():
    assert_smallest(owed("49500"))


def test_the_clearing_payment_is_the_smallest_with_the_other_comparator():
    assert_smallest(owed("49000"), settings=setting(limit_comparator=">="))


def test_the_clearing_payment_is_the_smallest_with_a_tolerance():
    odd = account(credit_limit="33333.33")
    assert_smallest(owed("49500"), odd, settings=setting(tolerance_pct=Decimal("1.7")))


def test_the_clearing_payment_is_in_the_units_of_the_currency():
    yen = {"currency": "JPY"}
    assert_smallest(
        account(credit_limit="1000", **yen),
        {"orders": [{"order_id": "SO-1", "currency": "JPY"}]},
        {"invoices": [invoice(open_amount="500", **yen)]},
        step="1",
    )


def test_a_credit_limit_that_would_do_is_named_and_does():
    finding = only(judge(owed("49500")))
    limit = finding.clears_when.text.figures["new_limit"].value
    change = {"kind": "limit", "customer_id": "CU-1", "company_id": "C1"}
    assert limit == 50500
    assert after((owed("49500"),), {**change, "amount": "50500"}, DEFAULTS) == []
    assert after((owed("49500"),), {**change, "amount": "50499.99"}, DEFAULTS) != []


def test_no_credit_limit_is_named_where_a_temporary_one_replaces_it():
    replaces = setting(temporary_limit_mode="replace")
    finding = only(judge(account(temporary_limit="900"), settings=replaces))
    assert "new_limit" not in finding.clears_when.text.figures


def test_a_payment_that_would_clear_it_is_named():
    """It clears if P-1 clears."""
    on_the_way = {"payments": [payment(status="received", unapplied_amount="500")]}
    result = judge(owed("49500"), on_the_way)
    assert only(result).clears_when.text.figures["received"].value == "P-1"
    assert result.sections["credit"]["uncleared_payments"][0]["clears"] is True


@pytest.mark.parametrize(
    "values",
    [
        {"unapplied_amount": "499.99"},
        {"status": "bounced"},
        {"company_id": "C2"},
        {"invoice_id": "I-9"},
    ],
)
def test_a_payment_that_would_not_clear_it_is_not_said_to(values):
    base = {"status": "received", "unapplied_amount": "500"}
    rows = {"payments": [payment(**{**base, **values})]}
    deposit = {"invoices": [invoice(9, kind="deposit", open_amount="500")]}
    result = judge(owed("50000"), deposit, rows)
    assert "received" not in only(result).clears_when.text.figures


def test_a_payment_of_an_order_that_is_left_out_would_not_clear_it():
    rows = {"payments": [payment(status="received", unapplied_amount="500", order_id="SO-2")]}
    apart = account(include_open_orders="false")
    result = judge(owed("49500"), order(2, "100"), rows, apart)
    assert "received" not in only(result).clears_when.text.figures


# --- C2 ---------------------------------------------------------------------------------------


def late(amount: str = "800", **values: Any) -> Changes:
    return owed(amount, due_on="2026-02-25", **values)


def test_five_days_late_with_three_of_grace_is_overdue():
    assert codes(judge(late(), account(overdue_grace_days="3"))) == ["overdue"]


def test_five_days_late_with_five_of_grace_is_not():
    assert codes(judge(late(), account(overdue_grace_days="5"))) == []


@pytest.mark.parametrize(("limit", "found"), [("800", []), ("799.99", ["overdue"])])
def test_overdue_at_the_tolerated_amount_is_allowed_and_a_cent_above_is_not(limit, found):
    assert codes(judge(late(), account(overdue_amount_limit=limit))) == found


def test_the_tolerated_amount_of_the_setting_holds_where_the_account_names_none():
    assert codes(judge(late(), settings=setting(overdue_amount_limit=Decimal(800)))) == []


def test_the_payment_that_clears_overdue_is_the_smallest():
    assert_smallest(late())
    assert_smallest(late(), account(overdue_amount_limit="123.45"))
    assert_smallest(late(), settings=setting(overdue_amount_limit=Decimal("99.5")))


def test_overdue_rests_on_its_invoices():
    finding = only(judge(late()))
    overdue = finding.values["overdue"]
    assert isinstance(overdue, Figure)
    assert "invoices/I-1" in {row.ref for row in rows_under([overdue])}


def test_cash_that_explains_overdue_is_a_note_and_no_finding():
    result = judge(late(), {"payments": [payment(unapplied_amount="1000")]})
    assert codes(result) == []
    assert [note.code for note in result.notes] == ["apply_cash"]


def test_credit_notes_that_explain_overdue_are_a_note_too():
    note = {"invoices": [invoice(2, kind="credit_note", open_amount="800")]}
    assert [n.code for n in judge(late(), note).notes] == ["apply_cash"]


def test_cash_that_explains_a_part_leaves_the_finding_and_no_note():
    result = judge(late(), {"payments": [payment()]})
    assert codes(result) == ["overdue"]
    assert [note.code for note in result.notes] == []


def test_a_disputed_invoice_is_overdue_with_its_whole_amount():
    result = judge(late(disputed_amount="800"))
    assert codes(result) == ["overdue"]
    assert result.sections["credit"]["disputed"].value == 800


def test_the_overdue_share_is_a_part_of_the_exposure():
    assert judge(late()).shared["overdue_share"].number == Decimal(800) / Decimal(1800)
    assert judge().shared["overdue_share"].number == 0


def test_the_overdue_share_is_never_more_than_all():
    paid = {"invoices": [invoice(2, kind="deposit", open_amount="1700")]}
    assert judge(late(), paid).shared["overdue_share"].number == 1
