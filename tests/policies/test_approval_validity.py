"""Which approvals count: rules A2 and the fine print on approval roles."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.checks.approval_validity import Verdict, verdict
from policies.settings import for_company, load_rules
from tests.builders import Rows, a_case
from tools.rows import Figure
from tools.unknown import NotKnown

SETTINGS = for_company(load_rules(), "C1")
VALUE = Figure("SO-1.net", Decimal(60000), "EUR", "by rule: a test's figure")
"""60,000 EUR are 66,000 USD at today's rate."""

GOOD = {
    "approval_id": "AP-1",
    "order_id": "SO-1",
    "order_version": "1",
    "action": "release_order",
    "amount": "66000",
    "currency": "USD",
    "requested_by": "u.sales",
    "approved_by": "u.lead",
    "role": "sales_operations",
    "decision": "approved",
    "decided_at": "2026-02-28T10:00:00+01:00",
    "expires_at": "2026-03-31T00:00:00+02:00",
}
STAFF = [
    {
        "user_id": "u.boss",
        "roles": "executive",
        "company_id": "C1",
        "approval_limit": "900000",
        "currency": "USD",
    },
    {
        "user_id": "u.fin",
        "roles": "finance",
        "company_id": "C1",
        "approval_limit": "900000",
        "currency": "USD",
    },
]


def approved(*changes: dict[str, Any], measure: Figure | None = VALUE, **more: Any) -> Verdict:
    """The verdict on a release with the good approval, changed; several dicts: several rows."""
    rows: Rows = [
        {**GOOD, "approval_id": f"AP-{n}", **c} for n, c in enumerate(changes or ({},), 1)
    ]
    options = {k: more.pop(k) for k in ("line_no", "roles", "percent") if k in more}
    action = more.pop("action", "release_order")
    absent = more.pop("absent", ())
    tables = {"staff": STAFF, "approvals": [] if more.pop("none", False) else rows, **more}
    if "staff" in absent:
        tables.pop("staff")
    case = a_case(tables, absent=absent)
    return verdict(case, SETTINGS, action, measure, **options)


def test_an_approval_of_the_very_amount_counts() -> None:
    found = approved()
    assert found.valid
    assert found.failures == ()
    assert [row.ref for row in found.counted] == ["approvals/AP-1"]


def test_the_approval_and_the_people_are_cited() -> None:
    assert {row.ref for row in approved().rows} == {
        "approvals/AP-1",
        "staff/u.lead",
        "staff/u.sales",
    }


@pytest.mark.parametrize("absent", [(), ("approvals",), ("approvals", "staff")])
def test_no_approval_is_missing_with_or_without_a_table(absent: tuple[str, ...]) -> None:
    tables: dict[str, Rows] = {}
    case = a_case(tables, absent=absent)
    assert verdict(case, SETTINGS, "release_order", VALUE).failures == ("missing",)


@pytest.mark.parametrize(
    ("change", "failures"),
    [
        ({"decision": "pending", "decided_at": "", "approved_by": ""}, ("pending",)),
        ({"expires_at": "2026-03-02T09:00:00+01:00"}, ("expired",)),
        ({"order_version": ""}, ("older_version",)),
        ({"amount": "65999.99"}, ("amount_too_low",)),
        ({"amount": ""}, ("amount_too_low",)),
        ({"approved_by": "u.sales", "requested_by": "u.junior"}, ("self_approved",)),
        ({"requested_by": "u.lead"}, ("self_approved",)),
        ({"approved_by": "u.credit"}, ("wrong_role",)),
        ({"approved_by": "u.junior"}, ("over_authority",)),
        ({"approved_by": "u.log"}, ("wrong_role", "over_authority")),
        ({"approved_by": "u.nobody"}, ("wrong_role", "over_authority")),
        ({"decision": "rejected"}, ("rejected",)),
        (
            {"expires_at": "2026-03-01T00:00:00Z", "amount": "1", "approved_by": "u.junior"},
            ("expired", "amount_too_low", "over_authority"),
        ),
    ],
)
def test_each_failure_is_named(change: dict[str, str], failures: tuple[str, ...]) -> None:
    found = approved(change)
    assert not found.valid
    assert found.failures == failures


def test_an_approval_that_expires_a_second_later_counts() -> None:
    assert approved({"expires_at": "2026-03-02T09:00:01+01:00"}).valid


def test_an_approval_without_an_end_counts() -> None:
    assert approved({"expires_at": ""}).valid


def test_an_amount_in_another_currency_is_compared_in_the_policy_currency() -> None:
    assert approved({"amount": "60000", "currency": "EUR"}).valid
    assert approved({"amount": "59999.99", "currency": "EUR"}).failures == ("amount_too_low",)


def test_a_missing_rate_makes_the_verdict_not_known() -> None:
    with pytest.raises(NotKnown, match="no rate from CHF to USD"):
        approved({"currency": "CHF"})


def test_decisions_without_a_staff_table_are_not_known() -> None:
    with pytest.raises(NotKnown) as error:
        approved(absent=("staff",))
    assert error.value.missing == ("staff",)


def test_a_decision_after_the_moment_is_not_seen() -> None:
    assert approved({"decided_at": "2026-03-02T09:00:01+01:00"}).failures == ("missing",)


def test_a_decision_of_the_very_moment_is_seen() -> None:
    assert approved({"decided_at": "2026-03-02T09:00:00+01:00"}).valid


def test_the_newest_decision_being_a_rejection_takes_the_older_approval_away() -> None:
    found = approved({}, {"decision": "rejected", "decided_at": "2026-03-01T10:00:00+01:00"})
    assert found.failures == ("rejected",)
    assert found.counted == ()


def test_an_approval_after_a_rejection_counts() -> None:
    assert approved({"decision": "rejected", "decided_at": "2026-02-27T10:00:00+01:00"}, {}).valid


def test_a_rejection_of_an_older_version_does_not_speak_of_this_one() -> None:
    order = [{"order_id": "SO-1", "version": "2"}]
    found = approved({"decision": "rejected"}, orders=order)
    assert found.failures == ("missing",)


# --- versions --------------------------------------------------------------------------------

SECOND = [{"order_id": "SO-1", "version": "2"}]


def a_change(**values: str) -> Rows:
    base = {
        "order_id": "SO-1",
        "version": "2",
        "field": "ordered_qty",
        "line_no": "10",
        "changed_by": "u.junior",
        "changed_at": "2026-03-01T10:00:00+01:00",
    }
    return [{**base, **values}]


def test_an_older_version_without_a_log_of_changes_does_not_count() -> None:
    assert approved(orders=SECOND).failures == ("older_version",)


def test_a_material_change_since_takes_the_approval_away_and_is_cited() -> None:
    found = approved(orders=SECOND, order_changes=a_change())
    assert found.failures == ("older_version",)
    assert "order_changes/SO-1/2/ordered_qty/10" in {row.ref for row in found.rows}


def test_a_remark_changed_since_leaves_the_approval_standing() -> None:
    assert approved(orders=SECOND, order_changes=a_change(field="remark")).valid


def test_whoever_changed_the_order_since_may_not_be_the_approver() -> None:
    changes = a_change(field="remark", changed_by="u.lead")
    assert approved(orders=SECOND, order_changes=changes).failures == ("self_approved",)


def test_a_change_before_the_approved_version_is_no_change_since() -> None:
    changes = a_change(version="1", changed_by="u.lead", changed_at="2026-02-27T10:00:00+01:00")
    assert approved(order_changes=changes).valid


def test_an_approval_of_a_version_to_come_does_not_count() -> None:
    assert approved({"order_version": "2"}, order_changes=[]).failures == ("older_version",)


# --- people ----------------------------------------------------------------------------------


def test_the_creator_never_approves_the_own_order() -> None:
    """B34: a buyer with the right to approve approves the own order."""
    found = approved({"approved_by": "u.sales", "requested_by": "u.sales"})
    assert found.failures == ("self_approved",)


def test_two_accounts_of_one_person_are_one_person() -> None:
    staff = [
        {"user_id": "u.sales", "person_id": "P-1"},
        {"user_id": "u.lead", "person_id": "P-1"},
    ]
    assert approved(staff=staff).failures == ("self_approved",)


def test_an_empty_limit_is_no_authority() -> None:
    staff = [{"user_id": "u.lead", "approval_limit": ""}]
    assert approved(staff=staff).failures == ("over_authority",)


def test_a_limit_of_the_very_amount_is_enough_and_a_cent_less_is_not() -> None:
    assert approved(staff=[{"user_id": "u.lead", "approval_limit": "66000"}]).valid
    short = [{"user_id": "u.lead", "approval_limit": "65999.99"}]
    assert approved(staff=short).failures == ("over_authority",)


def test_the_authority_of_the_role_caps_the_persons_limit() -> None:
    row = {"role": "sales_operations", "action": "release_order", "currency": "USD"}
    assert approved(authorities=[{**row, "max_amount": "66000"}]).valid
    capped = approved(authorities=[{**row, "max_amount": "65999.99"}])
    assert capped.failures == ("over_authority",)


def test_the_companys_own_authority_comes_before_the_common_one() -> None:
    row = {"role": "sales_operations", "action": "release_order", "currency": "USD"}
    rows = [
        {**row, "company_id": "", "max_amount": "1000000"},
        {**row, "company_id": "C1", "max_amount": "1000"},
    ]
    assert approved(authorities=rows).failures == ("over_authority",)


def test_a_discount_beyond_the_roles_percentage_is_over_its_authority() -> None:
    row = {"role": "sales_operations", "action": "change_price", "currency": "USD", "max_pct": "20"}
    change = {"action": "change_price"}
    for percent, failures in ((Decimal(20), ()), (Decimal("20.1"), ("over_authority",))):
        found = approved(change, action="change_price", authorities=[row], percent=percent)
        assert found.failures == failures


def test_a_higher_limit_never_replaces_a_role() -> None:
    assert approved({"approved_by": "u.fin"}).failures == ("wrong_role",)


def test_an_executive_may_sign_as_any_role() -> None:
    assert approved({"approved_by": "u.boss"}).valid


def test_an_executive_never_signs_as_compliance() -> None:
    found = approved({"approved_by": "u.boss"}, roles=("compliance",))
    assert found.failures == ("wrong_role",)


def test_finance_replaces_sales_where_the_caller_says_so() -> None:
    assert approved(roles=("finance",)).failures == ("wrong_role",)
    assert approved({"approved_by": "u.fin"}, roles=("finance",)).valid


# --- quorum ----------------------------------------------------------------------------------

LARGE = Figure("SO-1.net", Decimal(250000), "USD", "by rule: a test's figure")
RICH = [*STAFF, {"user_id": "u.lead", "approval_limit": "900000"}]
HIGH = {"amount": "250000"}


def test_one_signature_is_short_from_the_executive_threshold_on() -> None:
    assert approved(HIGH, measure=LARGE, staff=RICH).failures == ("quorum_short",)


def test_two_persons_of_whom_one_is_executive_are_enough() -> None:
    boss = {**HIGH, "approved_by": "u.boss"}
    assert approved(HIGH, boss, measure=LARGE, staff=RICH).valid


def test_one_person_counts_once() -> None:
    boss = {**HIGH, "approved_by": "u.boss"}
    assert approved(boss, boss, measure=LARGE, staff=RICH).failures == ("quorum_short",)


def test_two_sales_signatures_lack_the_executive() -> None:
    second = {"user_id": "u.two", "roles": "sales_operations", "approval_limit": "900000",
              "currency": "USD"}  # fmt: skip
    other = {**HIGH, "approved_by": "u.two"}
    found = approved(HIGH, other, measure=LARGE, staff=[*RICH, second])
    assert found.failures == ("quorum_short",)


def test_a_cent_below_the_executive_threshold_needs_one_signature() -> None:
    below = Figure("SO-1.net", Decimal("249999.99"), "USD", "by rule: a test's figure")
    assert approved(HIGH, measure=below, staff=RICH).valid


def test_a_credit_action_above_the_controllers_authority_needs_finance_and_an_executive() -> None:
    change = {"action": "override_credit", "amount": "100001", "requested_by": "u.sales"}
    above = Figure("credit.excess", Decimal(100001), "USD", "by rule: a test's figure")
    finance, boss = {**change, "approved_by": "u.fin"}, {**change, "approved_by": "u.boss"}
    assert approved(finance, boss, measure=above, action="override_credit").valid
    alone = approved(finance, measure=above, action="override_credit")
    assert alone.failures == ("quorum_short",)


def test_a_credit_action_within_the_controllers_authority_is_not_for_finance() -> None:
    change = {"action": "override_credit", "amount": "100000", "approved_by": "u.fin"}
    within = Figure("credit.excess", Decimal(100000), "USD", "by rule: a test's figure")
    found = approved(change, measure=within, action="override_credit")
    assert found.failures == ("wrong_role",)
    signed = approved(
        {**change, "approved_by": "u.credit"}, measure=within, action="override_credit"
    )
    assert signed.valid


# --- lines -----------------------------------------------------------------------------------


def test_an_approval_of_a_line_does_not_cover_the_order_or_another_line() -> None:
    assert approved({"line_no": "10"}).failures == ("missing",)
    assert approved({"line_no": "10"}, line_no=20).failures == ("missing",)
    assert approved({"line_no": "10"}, line_no=10).valid


def test_an_approval_of_the_order_covers_a_line() -> None:
    assert approved(line_no=10).valid


@given(cents=st.integers(min_value=-300, max_value=300))
def test_an_amount_counts_exactly_from_the_measure_on(cents: int) -> None:
    amount = Decimal(66000) + Decimal(cents) / 100
    assert approved({"amount": str(amount)}).valid is (cents >= 0)
