"""A1-A5: what has to be signed and is not, split, incomplete and double orders."""

from __future__ import annotations

import pytest

from policies.checks.approval_gap import check
from tests.builders import a_case
from tests.policies.approvals import BOSS, FINANCE, LEAD, approval, judged, worth
from tests.policies.proving import SETTINGS, after, cited, codes, problems, the

# --- A1: release -----------------------------------------------------------------------------


def test_a_release_from_the_threshold_on_needs_an_approval() -> None:
    """60,000 EUR are 66,000 USD; nobody signed."""
    case = a_case(worth("60000"))
    finding = the(check(case, SETTINGS), "missing")
    assert finding.values["owner"] == "sales_operations"
    assert finding.values["action"] == "release_order"
    assert "orders/SO-1" in cited(finding)
    assert problems(case) == []


def test_the_threshold_itself_needs_one_and_a_cent_below_does_not() -> None:
    rates = [{"from_currency": "EUR", "to_currency": "USD", "valid_on": "2026-01-01", "rate": "1"}]
    assert codes(judged({**worth("50000"), "fx_rates": rates})) == ["missing"]
    cent = worth("50000", ordered_qty="1", unit_price="49999.99", price_source="contract")
    prices = [{"price_id": "PR-1", "unit_price": "49999.99"}]
    assert codes(judged({**cent, "fx_rates": rates, "prices": prices})) == []


def test_the_net_value_counts_and_not_the_gross() -> None:
    orders = [{"order_id": "SO-1", "tax_rate": "19"}]
    assert codes(judged({**worth("45000"), "orders": orders})) == []


def test_charges_are_part_of_the_value() -> None:
    charge = {"order_id": "SO-1", "charge_no": "1", "kind": "freight", "amount": "455"}
    assert codes(judged({**worth("45000"), "order_charges": [charge]})) == ["missing"]


def test_the_approval_of_the_change_clears_and_a_cent_less_does_not() -> None:
    case = a_case(worth("60000"))
    change = the(check(case, SETTINGS), "missing").clears_when.change
    assert change is not None
    assert codes(check(after(case, change), SETTINGS)) == []
    short = {**change["values"], "amount": "65999.99"}
    assert codes(check(after(case, change, values=short), SETTINGS)) == ["amount_too_low"]


def test_an_approval_of_an_older_version_is_named_and_cited() -> None:
    tables = {
        **worth("60000"), "orders": [{"order_id": "SO-1", "version": "2"}],
        "approvals": [approval(amount="70000")],
    }  # fmt: skip
    case = a_case(tables)
    finding = the(check(case, SETTINGS), "older_version")
    assert "approvals/AP-1" in cited(finding)
    assert codes(check(case, SETTINGS)) == ["older_version"]
    assert problems(case) == []


def test_what_changed_since_the_approval_is_cited() -> None:
    change = {"order_id": "SO-1", "version": "2", "field": "unit_price", "line_no": "10",
              "old": "9", "new": "10", "changed_by": "u.sales"}  # fmt: skip
    tables = {
        **worth("60000"), "orders": [{"order_id": "SO-1", "version": "2"}],
        "approvals": [approval()], "order_changes": [change],
    }  # fmt: skip
    finding = the(judged(tables), "older_version")
    assert "order_changes/SO-1/2/unit_price/10" in cited(finding)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"decision": "pending", "approved_by": "", "decided_at": ""}, "pending"),
        ({"decision": "rejected"}, "rejected"),
        ({"expires_at": "2026-03-02T09:00:00+01:00"}, "expired"),
        ({"order_version": ""}, "older_version"),
        ({"amount": "65999"}, "amount_too_low"),
        ({"amount": ""}, "amount_too_low"),
        ({"approved_by": "u.sales"}, "self_approved"),
        ({"approved_by": "u.credit"}, "wrong_role"),
        ({"approved_by": "u.junior"}, "over_authority"),
    ],
)
def test_every_failure_has_a_sentence_that_verifies(change: dict[str, str], code: str) -> None:
    case = a_case({**worth("60000"), "approvals": [approval(**change)]})
    finding = the(check(case, SETTINGS), code)
    assert "approvals/AP-1" in cited(finding)
    assert problems(case) == []


def test_an_order_without_a_version_is_said_to_name_none() -> None:
    orders = [{"order_id": "SO-1", "version": ""}]
    case = a_case({**worth("60000"), "orders": orders, "approvals": [approval()]})
    assert codes(check(case, SETTINGS)) == ["older_version"]
    assert problems(case) == []


def test_an_approval_without_a_name_is_said_to_name_nobody() -> None:
    case = a_case({**worth("60000"), "approvals": [approval(approved_by="")]})
    assert codes(check(case, SETTINGS)) == ["wrong_role", "over_authority"]
    assert problems(case) == []


@pytest.mark.parametrize("standing", ["credit_hold", "below_margin_floor", "free_goods"])
def test_finance_signs_while_credit_or_the_floor_stands(standing: str) -> None:
    tables = {**worth("60000"), "staff": [FINANCE], "approvals": [approval()]}
    finding = the(judged(tables, standing=frozenset({standing})), "wrong_role")
    assert finding.values["owner"] == "finance"
    signed = {**tables, "approvals": [approval(approved_by="u.fin")]}
    assert codes(judged(signed, standing=frozenset({standing}))) == []
    assert codes(judged(signed)) == ["wrong_role"]


LARGE = {**worth("230000"), "staff": [LEAD, BOSS]}
"""230,000 EUR are 253,000 USD."""


def test_from_the_executive_threshold_on_an_executive_signs_too() -> None:
    tables = {**LARGE, "approvals": [approval(amount="253000")]}
    case = a_case(tables)
    finding = the(check(case, SETTINGS), "quorum_short")
    assert finding.values["owner"] == "executive"
    change = finding.clears_when.change
    assert change is not None
    assert change["values"]["approved_by"] == "u.boss"
    assert codes(check(after(case, change), SETTINGS)) == []
    assert problems(case) == []


def test_two_missing_signatures_are_no_single_change() -> None:
    case = a_case(LARGE)
    assert the(check(case, SETTINGS), "missing").clears_when.change is None
    assert problems(case) == []


def test_the_signer_proposed_is_present_and_did_not_enter_the_order() -> None:
    staff = [
        {"user_id": "u.lead", "absent_from": "2026-03-01", "absent_to": "2026-03-02"},
        {**LEAD, "user_id": "u.third", "roles": "sales_operations", "currency": "USD"},
    ]
    finding = the(judged({**worth("60000"), "staff": staff}), "missing")
    assert getattr(finding.values["signer"], "value", None) == "u.third"


def test_a_closed_order_needs_no_release() -> None:
    orders = [{"order_id": "SO-1", "status": "cancelled"}]
    assert codes(judged({**worth("60000"), "orders": orders})) == []


# --- not known -------------------------------------------------------------------------------


def test_without_a_staff_table_the_class_is_not_known() -> None:
    result = judged(absent=("staff",))
    assert [(u.check, u.missing) for u in result.not_known] == [("approval_gap", ("staff",))]


def test_a_missing_approval_needs_no_staff_table_to_be_said() -> None:
    assert codes(judged(worth("60000"), absent=("staff", "approvals"))) == ["missing"]


def test_a_missing_rate_makes_the_value_not_known() -> None:
    result = judged(worth("60000"), absent=("fx_rates",))
    assert codes(result) == []
    assert "fx_rates" in result.not_known[0].missing


# --- what cannot be judged hides nothing that can ------------------------------------------------


def test_a_colleague_whose_limit_names_no_currency_hides_no_missing_approval() -> None:
    vague = {**LEAD, "currency": ""}
    result = judged({**worth("60000"), "staff": [vague]})
    assert codes(result) == ["missing"]
    assert result.not_known == []


def test_an_approval_without_a_decision_is_pending_and_not_missing() -> None:
    assert codes(judged({**worth("60000"), "approvals": [approval(decision="")]})) == ["pending"]


def test_a_manual_price_without_a_row_stays_where_its_approval_cannot_be_judged() -> None:
    lines = [{"order_id": "SO-1", "line_no": "10", "price_source": "manual", "discount_pct": "20"}]
    prices = [{"price_id": "PR-1", "sku": "SKU-2"}]
    signed = [approval(action="change_price", amount="1000")]
    tables = {"order_lines": lines, "prices": prices, "approvals": signed}
    result = judged(tables, absent=("staff",))
    assert codes(result) == ["manual_price_unreferenced"]
    assert {unknown.missing for unknown in result.not_known} == {("staff",)}
