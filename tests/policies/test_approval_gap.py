"""A1-A5: what has to be signed and is not, split, incomplete and double orders."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.checks.approval_gap import check
from policies.findings import CheckResult
from policies.settings import Settings
from tests.builders import Rows, a_case
from tests.policies.proving import SETTINGS, after, cited, codes, problems, settings, the

FINANCE = {"user_id": "u.fin", "roles": "finance", "company_id": "C1", "approval_limit": "900000",
           "currency": "USD"}  # fmt: skip
BOSS = {**FINANCE, "user_id": "u.boss", "roles": "executive"}
LEAD = {"user_id": "u.lead", "approval_limit": "900000"}
HELD = frozenset({"credit_hold"})


def worth(euros: str, **line: str) -> dict[str, Rows]:
    """The order over pieces of 10.00 EUR, so many euros in all; 1 EUR is 1.10 USD."""
    quantity = str(int(euros) // 10)
    row = {"order_id": "SO-1", "line_no": "10", "ordered_qty": quantity, "unit_price": "10.00"}
    return {"order_lines": [{**row, **line}]}


def approval(**values: str) -> dict[str, str]:
    base = {
        "approval_id": "AP-1", "order_id": "SO-1", "order_version": "1",
        "action": "release_order", "amount": "66000", "currency": "USD", "requested_by": "u.sales",
        "approved_by": "u.lead", "decision": "approved", "decided_at": "2026-02-28T10:00:00+01:00",
    }  # fmt: skip
    return {**base, **values}


def judged(
    tables: dict[str, Rows] | None = None, rules: Settings = SETTINGS,
    standing: frozenset[str] = frozenset(), **more: Any,
) -> CheckResult:  # fmt: skip
    return check(a_case(tables, **more), rules, standing=standing)


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


# --- A3 --------------------------------------------------------------------------------------


def with_another(
    euros: str = "30000", entered: str = "2026-02-27", **order: str
) -> dict[str, Rows]:  # fmt: skip
    """This order of 30,000 EUR (33,000 USD), entered on Friday the 27th, and another one."""
    row = {"order_id": "SO-2", "company_id": "C1", "customer_id": "CU-1", "status": "open",
           "currency": "EUR", "ordered_at": f"{entered}T12:00:00+01:00", "site_id": "D01",
           "created_by": "u.sales", "promised_on": "2026-03-06"}  # fmt: skip
    line = {"order_id": "SO-2", "line_no": "10", "sku": "SKU-1", "uom": "EA",
            "ordered_qty": str(int(euros) // 10), "unit_price": "10"}  # fmt: skip
    mine = worth("30000")["order_lines"]
    return {"orders": [{**row, **order}], "order_lines": [*mine, line]}


def test_orders_below_a_threshold_that_are_together_above_it_were_split() -> None:
    case = a_case(with_another())
    finding = the(check(case, SETTINGS), "split_below_threshold")
    assert {"orders/SO-1", "orders/SO-2"} <= cited(finding)
    assert finding.values["owner"] == "sales_operations"
    assert problems(case) == []


def test_an_approval_over_the_sum_clears_and_a_cent_less_does_not() -> None:
    case = a_case(with_another())
    change = the(check(case, SETTINGS), "split_below_threshold").clears_when.change
    assert change is not None
    assert change["values"]["amount"] == "66000.00"
    assert codes(check(after(case, change), SETTINGS)) == []
    short = {**change["values"], "amount": "65999.99"}
    assert codes(check(after(case, change, values=short), SETTINGS)) == ["split_below_threshold"]


@pytest.mark.parametrize(
    ("euros", "entered", "order", "split"),
    [
        ("15000", "2026-02-27", {}, False),
        ("15460", "2026-02-27", {}, True),
        ("45400", "2026-02-27", {}, True),
        ("45500", "2026-02-27", {}, False),
        ("30000", "2026-02-25", {}, True),
        ("30000", "2026-02-24", {}, False),
        ("30000", "2026-02-27", {"customer_id": "CU-2"}, False),
        ("30000", "2026-02-27", {"customer_id": "CU-2", "bill_to_id": "CU-1"}, True),
        ("30000", "2026-02-27", {"status": "cancelled"}, False),
        ("30000", "2026-02-27", {"status": "draft"}, False),
    ],
)
def test_a_split_is_of_one_bill_to_within_two_working_days_and_each_below(
    euros: str, entered: str, order: dict[str, str], split: bool
) -> None:
    """45,454.55 EUR reach 50,000 USD; Wednesday to Friday are two working days."""
    found = codes(judged(with_another(euros, entered, **order)))
    assert found == (["split_below_threshold"] if split else [])


@pytest.mark.parametrize(("euros", "split"), [("19990", False), ("20000", True)])
def test_orders_that_together_just_reach_the_threshold_were_split(euros: str, split: bool) -> None:
    rules = settings("approval", policy_currency="EUR")
    found = codes(check(a_case(with_another(euros)), rules))
    assert found == (["split_below_threshold"] if split else [])


def test_a_weekend_does_not_widen_the_window() -> None:
    """Entered on Friday; the other one on Tuesday after it, two working days later."""
    later = "2026-03-03T18:00:00+01:00"
    moment = datetime.fromisoformat(later)
    assert codes(judged(with_another(entered="2026-03-03"), as_of=moment)) == [
        "split_below_threshold"
    ]
    assert codes(judged(with_another(entered="2026-03-04"), as_of=moment)) == []


def test_orders_on_either_side_are_not_added_up_across_the_window() -> None:
    """17,000 EUR two days before and 17,000 EUR two days after are four days apart."""
    early, late = with_another("10000", "2026-02-25"), with_another("10000", "2026-03-03")
    late_order = {**late["orders"][0], "order_id": "SO-3"}
    late_line = {**late["order_lines"][1], "order_id": "SO-3"}
    mine = worth("30000")["order_lines"]
    tables = {
        "orders": [early["orders"][0], late_order],
        "order_lines": [*mine, early["order_lines"][1], late_line],
    }
    assert codes(judged(tables)) == []


def test_a_split_below_the_executive_threshold_is_for_the_executive_too() -> None:
    tables = with_another("120000")
    tables["order_lines"][0]["ordered_qty"] = "12000"
    tables["staff"] = [LEAD, BOSS]
    tables["approvals"] = [approval(amount="132000")]
    case = a_case(tables)
    finding = the(check(case, SETTINGS), "split_below_threshold")
    assert finding.clears_when.change is None
    assert problems(case) == []


@given(weeks=st.integers(min_value=-50, max_value=0), days=st.integers(0, 6))
def test_whole_weeks_move_no_split(weeks: int, days: int) -> None:
    tables = with_another()
    day = date(2026, 2, 27) + timedelta(days=days)
    tables["orders"][0]["ordered_at"] = f"{(day + timedelta(weeks=weeks)).isoformat()}T12:00:00Z"
    own = (date(2026, 2, 27) + timedelta(weeks=weeks)).isoformat()
    tables["orders"].append({"order_id": "SO-1", "ordered_at": f"{own}T12:00:00Z"})
    tables["fx_rates"] = [
        {"from_currency": "EUR", "to_currency": "USD", "valid_on": "2020-01-01", "rate": "1.1"}
    ]
    tables["prices"] = [{"price_id": "PR-1", "valid_from": "2020-01-01"}]
    assert codes(judged(tables)) == (["split_below_threshold"] if days <= 4 else [])


# --- A4, A5 ----------------------------------------------------------------------------------


def test_an_incomplete_order_belongs_to_customer_service() -> None:
    case = a_case({"orders": [{"order_id": "SO-1", "incomplete_codes": "V1,V2"}]})
    finding = the(check(case, SETTINGS), "incomplete_order")
    assert finding.values["owner"] == "customer_service"
    assert codes(check(after(case, finding.clears_when.change), SETTINGS)) == []
    assert problems(case) == []


def test_an_unknown_ship_to_makes_the_order_incomplete() -> None:
    case = a_case({"orders": [{"order_id": "SO-1", "ship_to_id": "ST-9"}]})
    finding = the(check(case, SETTINGS), "incomplete_order")
    assert codes(check(after(case, finding.clears_when.change), SETTINGS)) == []
    assert problems(case) == []


def test_a_line_without_a_price_makes_the_order_incomplete() -> None:
    lines = [{"order_id": "SO-1", "line_no": "10", "unit_price": ""}]
    case = a_case({"order_lines": lines})
    assert the(check(case, SETTINGS), "incomplete_order").line_no == 10
    assert problems(case) == []


def twin(**values: str) -> dict[str, Rows]:
    base = {"order_id": "SO-2", "customer_id": "CU-1", "company_id": "C1", "status": "open",
            "currency": "EUR", "customer_ref": "PO-77", "ordered_at": "2026-01-05T09:00:00Z"}  # fmt: skip
    return {"orders": [{"order_id": "SO-1", "customer_ref": "PO-77"}, {**base, **values}]}


def test_another_order_with_the_customers_number_may_be_a_duplicate() -> None:
    case = a_case(twin())
    finding = the(check(case, SETTINGS), "possible_duplicate")
    assert "orders/SO-2" in cited(finding)
    assert codes(check(after(case, finding.clears_when.change), SETTINGS)) == []
    assert problems(case) == []


@pytest.mark.parametrize(
    "change",
    [{"customer_ref": "PO-78"}, {"customer_ref": ""}, {"status": "draft"}, {"status": "closed"},
     {"customer_id": "CU-2"}],
)  # fmt: skip
def test_only_confirmed_orders_of_the_bill_to_with_the_same_number_are_alike(
    change: dict[str, str],
) -> None:
    assert codes(judged(twin(**change))) == []


def test_orders_without_a_number_are_not_alike() -> None:
    orders = twin(customer_ref="")["orders"]
    assert codes(judged({"orders": [{**orders[0], "customer_ref": ""}, orders[1]]})) == []


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
