"""A3-A5: orders that were split, are incomplete, or may be double."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.checks.approval_gap import check
from tests.builders import Rows, a_case
from tests.policies.approvals import BOSS, LEAD, approval, judged, worth
from tests.policies.proving import SETTINGS, after, cited, codes, problems, settings, the

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
