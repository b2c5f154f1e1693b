"""A1: manual prices, overrides and discounts that have to be signed."""

from __future__ import annotations

import pytest

from policies.checks.approval_gap import check
from tests.builders import Rows, a_case
from tests.policies.approvals import FINANCE, approval, judged
from tests.policies.proving import SETTINGS, after, cited, codes, problems, settings, the

# --- A1: prices ------------------------------------------------------------------------------

NINE = {"order_id": "SO-1", "line_no": "10", "unit_price": "9.00", "price_source": "manual"}


def overridden(**values: str) -> dict[str, Rows]:
    row = {"override_id": "OV-1", "order_id": "SO-1", "line_no": "10", "old_price": "10.00",
           "new_price": "9.00", "currency": "EUR", "requested_by": "u.sales"}  # fmt: skip
    return {"order_lines": [NINE], "price_overrides": [{**row, **values}]}


def price_approval(**values: str) -> dict[str, str]:
    base = approval(action="change_price", amount="110", line_no="10")
    return {**base, **values}


def test_a_manual_price_that_nobody_approved_is_missing() -> None:
    """100 pieces at 9.00 instead of 10.00 EUR give up 100 EUR, 110 USD."""
    case = a_case(overridden())
    finding = the(check(case, SETTINGS), "missing")
    assert (finding.line_no, finding.values["owner"]) == (10, "sales_operations")
    assert "price_overrides/OV-1" in cited(finding)
    assert finding.clears_when.change is None
    assert problems(case) == []


def test_an_override_that_names_its_approver_clears_with_the_approval() -> None:
    case = a_case(overridden(approved_by="u.lead"))
    change = the(check(case, SETTINGS), "missing").clears_when.change
    assert change is not None
    assert codes(check(after(case, change), SETTINGS)) == []
    short = {**change["values"], "amount": "109.99"}
    assert codes(check(after(case, change, values=short), SETTINGS)) == ["amount_too_low"]


def test_an_approval_without_an_approver_on_the_override_is_still_missing() -> None:
    case = a_case({**overridden(), "approvals": [price_approval()]})
    finding = the(check(case, SETTINGS), "missing")
    assert codes(check(after(case, finding.clears_when.change), SETTINGS)) == []
    assert problems(case) == []


def test_an_override_approved_by_its_requester_is_self_approved() -> None:
    tables = {**overridden(approved_by="u.sales"), "approvals": [price_approval()]}
    case = a_case(tables)
    finding = the(check(case, SETTINGS), "self_approved")
    assert codes(check(after(case, finding.clears_when.change), SETTINGS)) == []
    assert problems(case) == []


def test_an_override_of_another_price_than_the_charged_one_does_not_count() -> None:
    tables = {
        **overridden(approved_by="u.lead", new_price="9.50"), "approvals": [price_approval()]
    }  # fmt: skip
    case = a_case(tables)
    assert codes(check(case, SETTINGS)) == ["missing"]
    assert problems(case) == []


def test_an_override_whose_price_is_the_expected_one_needs_nothing() -> None:
    tables = overridden(new_price="10.00")
    tables["order_lines"] = []
    assert codes(judged(tables)) == []


def test_an_override_that_was_taken_back_needs_nothing() -> None:
    tables = overridden()
    tables["order_lines"] = []
    assert codes(judged(tables)) == []


def test_below_the_floor_finance_signs_the_price() -> None:
    tables = overridden(approved_by="u.lead", new_price="6.50")
    tables["order_lines"] = [{**NINE, "unit_price": "6.50"}]
    finding = the(judged({**tables, "staff": [FINANCE]}), "missing")
    assert finding.values["owner"] == "finance"
    signed = price_approval(amount="385", approved_by="u.fin")
    assert codes(judged({**tables, "staff": [FINANCE], "approvals": [signed]})) == []


@pytest.mark.parametrize(("discount", "expected"), [("14.99", []), ("15", ["missing"])])
def test_a_discount_from_the_setting_on_needs_an_approval(
    discount: str, expected: list[str]
) -> None:
    lines = [{"order_id": "SO-1", "line_no": "10", "discount_pct": discount}]
    case = a_case({"order_lines": lines})
    assert codes(check(case, SETTINGS)) == expected
    assert problems(case) == []


def test_a_discount_counts_as_far_as_it_goes_beyond_the_rule() -> None:
    """20 % where the promotion gives 10 % of the same list price: ten points beyond."""
    promotion = {"price_id": "PR-9", "kind": "promotion", "sku": "SKU-1", "discount_pct": "10",
                 "currency": "EUR", "uom": "EA", "valid_from": "2026-01-01"}  # fmt: skip
    tables = {
        "prices": [promotion],
        "order_lines": [{"order_id": "SO-1", "line_no": "10", "discount_pct": "20"}],
    }
    assert codes(judged(tables)) == []
    assert codes(judged(tables, settings("approval", discount_from_pct=10))) == ["missing"]


def test_an_approved_discount_needs_no_override() -> None:
    lines = [{"order_id": "SO-1", "line_no": "10", "discount_pct": "15"}]
    signed = price_approval(amount="165")
    assert codes(judged({"order_lines": lines, "approvals": [signed]})) == []


def test_a_discount_beyond_the_percentage_of_the_role_is_over_its_authority() -> None:
    lines = [{"order_id": "SO-1", "line_no": "10", "discount_pct": "20"}]
    limit = {"role": "sales_operations", "action": "change_price", "max_pct": "15"}
    tables = {
        "order_lines": lines, "authorities": [limit], "approvals": [price_approval(amount="220")]
    }  # fmt: skip
    assert codes(judged(tables)) == ["over_authority"]


def test_a_manual_price_without_any_price_on_file_is_unreferenced() -> None:
    prices = [{"price_id": "PR-1", "sku": "SKU-9"}, {"price_id": "PR-2", "sku": "SKU-9"}]
    lines = [{"order_id": "SO-1", "line_no": "10", "price_source": "manual"}]
    case = a_case({"prices": prices, "order_lines": lines})
    finding = the(check(case, SETTINGS), "manual_price_unreferenced")
    assert finding.values["owner"] == "sales_operations"
    assert codes(check(after(case, finding.clears_when.change), SETTINGS)) == []
    assert problems(case) == []
