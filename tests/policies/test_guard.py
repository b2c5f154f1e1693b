"""Who may do what: every rule decides in at least one test, and a change of it turns one red."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.guard import (
    AGENT_ACTIONS,
    BUSINESS_ROLES,
    HANDLING,
    LOCKED_ACTIONS,
    ROLES,
    Agent,
    LockFacts,
    actions_json,
    explain,
    locks,
    may,
    shipped,
)
from tests.agent.desk.people import lock_facts, packet_facts, person
from tests.policies import test_guard_effects

SALES, FINANCE, CREDIT = "sales_operations", "finance", "credit_control"
CREDIT_STANDS = {"classes": frozenset({"credit_hold"})}
COMPLIANCE_STANDS = {"classes": frozenset({"compliance_issue"})}
EXECUTIVE_VALUE = {"order_value": 25_000_000}
LIMIT = {"approval_limit": 90_000_000}


FOR_COLUMNS = {
    "agent-sees", "staff-sees", "colleagues-see-names", "commerce-sees-prices",
    "margin-owners-see-costs", "credit-is-seen", "screening-is-seen", "authority-is-seen",
    "notes-are-seen", "history-is-seen", "unlisted-columns-are-seen",
}  # fmt: skip
"""What permits a column group: tests/policies/test_views.py."""


def waive(cls: str, **facts: Any) -> dict[str, Any]:
    return {"classes": frozenset({cls}), "waives": cls, **facts}


def signed(role: str, site: str = "", who: str = "p.first") -> dict[str, Any]:
    return {"first_signer": who, "first_roles": frozenset({role}), "first_site": site}


# rule, role, action, facts, person: the rule that permits
PERMITS: list[tuple[str, str, str, dict[str, Any], dict[str, Any]]] = [
    ("staff-reads", "auditor", "read", {}, {}),
    ("staff-asks", "logistics", "request_approval", {}, {}),
    ("handler-handles", SALES, "reject", {}, {}),
    ("handler-handles", "executive", "send_back", {}, {}),
    ("release-sales", SALES, "release_order", {}, {}),
    ("release-finance", FINANCE, "release_order", CREDIT_STANDS, {}),
    ("release-finance", FINANCE, "release_order", {"below_floor": True}, {}),
    (
        "release-finance",
        FINANCE,
        "release_order",
        {"not_known": frozenset({"credit_hold"})},
        {},
    ),
    (
        "release-finance",
        FINANCE,
        "release_order",
        {"not_known": frozenset({"price_mismatch"})},
        {},
    ),
    ("release-compliance", "compliance", "release_order", COMPLIANCE_STANDS, {}),
    (
        "release-compliance",
        "compliance",
        "release_order",
        {"not_known": frozenset({"compliance_issue"})},
        {},
    ),
    ("price-sales", SALES, "change_price", {}, {}),
    ("price-finance", FINANCE, "change_price", {"below_floor": True}, {}),
    ("credit-control", CREDIT, "override_credit", CREDIT_STANDS, {}),
    ("credit-control", CREDIT, "change_credit_limit", CREDIT_STANDS, {}),
    (
        "credit-finance-above-authority",
        FINANCE,
        "override_credit",
        {"credit_excess": 10_000_001},
        LIMIT,
    ),
    ("stock-warehouse", "warehouse", "allocate_stock", {}, {}),
    ("stock-warehouse", "warehouse", "ship_partial", {}, {}),
    ("stock-warehouse", "warehouse", "transfer_stock", {}, {}),
    ("substitute-sales", SALES, "substitute_item", {}, {}),
    ("promise-logistics", "logistics", "change_promise", {}, {}),
    ("promise-service", "customer_service", "change_promise", signed("logistics"), {}),
    ("notify-service", "customer_service", "notify_customer", {}, {}),
    ("erp-by-approving-role", FINANCE, "update_erp", {"approved_roles": frozenset({FINANCE})}, {}),
    ("waive-sales", SALES, "waive_finding", waive("substitution_need"), {}),
    ("waive-sales", SALES, "waive_finding", waive("price_mismatch"), {}),
    ("waive-sales", SALES, "waive_finding", waive("approval_gap"), {}),
    ("waive-finance", FINANCE, "waive_finding", waive("price_mismatch", below_floor=True), {}),
    ("waive-finance", FINANCE, "waive_finding", waive("approval_gap", below_floor=True), {}),
    (
        "waive-finance",
        FINANCE,
        "waive_finding",
        waive("credit_hold", credit_excess=10_000_001),
        LIMIT,
    ),
    ("waive-credit-control", CREDIT, "waive_finding", waive("credit_hold"), {}),
    ("waive-warehouse", "warehouse", "waive_finding", waive("stock_shortage"), {}),
    ("waive-warehouse", "warehouse", "waive_finding", waive("customer_priority_conflict"), {}),
    ("waive-logistics", "logistics", "waive_finding", waive("route_risk"), {}),
    ("executive-signs-as-any", "executive", "allocate_stock", {}, {}),
]

# rule, role, action, facts, person: the rule alone that denies
FORBIDS: list[tuple[str, str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "admin-never-approves",
        "admin",
        "release_order",
        {},
        {"roles": frozenset({"admin", SALES})},
    ),
    ("admin-never-approves", "admin", "reject", {}, {"roles": frozenset({"admin", SALES})}),
    ("reads-only", "auditor", "release_order", {}, {"roles": frozenset({"auditor", SALES})}),
    ("reads-only", "evaluator", "reject", {}, {"roles": frozenset({"evaluator", SALES})}),
    (
        "sales-never-overrides-credit",
        CREDIT,
        "override_credit",
        CREDIT_STANDS,
        {"roles": frozenset({CREDIT, SALES})},
    ),
    (
        "sales-never-overrides-credit",
        CREDIT,
        "change_credit_limit",
        CREDIT_STANDS,
        {"roles": frozenset({CREDIT, "customer_service"})},
    ),
    (
        "sales-never-overrides-credit",
        "executive",
        "waive_finding",
        waive("credit_hold"),
        {"roles": frozenset({"executive", SALES})},
    ),
    ("compliance-hit", "compliance", "release_order", {**COMPLIANCE_STANDS, "hit": True}, {}),
    ("compliance-hit", "executive", "notify_customer", {"hit": True}, {}),
    ("compliance-decides-first", SALES, "release_order", COMPLIANCE_STANDS, {}),
    ("compliance-decides-first", "executive", "release_order", COMPLIANCE_STANDS, {}),
    (
        "compliance-decides-first",
        "executive",
        "release_order",
        {**COMPLIANCE_STANDS, **EXECUTIVE_VALUE, **signed("executive")},
        LIMIT,
    ),
    ("compliance-before-part", "warehouse", "ship_partial", COMPLIANCE_STANDS, {}),
    (
        "compliance-before-part",
        "executive",
        "ship_partial",
        {"not_known": frozenset({"compliance_issue"})},
        {},
    ),
    ("compliance-not-waived", "executive", "waive_finding", waive("compliance_issue"), {}),
    ("waiver-names-a-finding", "executive", "waive_finding", {}, {}),
    ("waiver-names-a-finding", "logistics", "waive_finding", {"waives": "route_risk"}, {}),
    ("finance-while-credit-or-margin", SALES, "release_order", CREDIT_STANDS, {}),
    ("finance-while-credit-or-margin", SALES, "release_order", {"below_floor": True}, {}),
    (
        "finance-while-credit-or-margin",
        SALES,
        "release_order",
        {"not_known": frozenset({"price_mismatch"})},
        {},
    ),
    (
        "finance-while-credit-or-margin",
        SALES,
        "release_order",
        {"not_known": frozenset({"credit_hold"})},
        {},
    ),
    (
        "finance-while-credit-or-margin",
        SALES,
        "waive_finding",
        waive("approval_gap", below_floor=True),
        {},
    ),
    ("finance-below-floor", SALES, "change_price", {"below_floor": True}, {}),
    (
        "finance-below-floor",
        SALES,
        "waive_finding",
        waive("price_mismatch", below_floor=True),
        {},
    ),
    ("order-not-open", SALES, "release_order", {"order_status": "closed"}, {}),
    ("order-not-open", "warehouse", "allocate_stock", {"order_status": "cancelled"}, {}),
    ("order-not-open", "warehouse", "transfer_stock", {"order_status": "shipped"}, {}),
    ("order-not-open", SALES, "substitute_item", {"order_status": "draft"}, {}),
    ("order-not-open", "warehouse", "ship_partial", {"order_status": "invoiced"}, {}),
    ("amount-not-known", SALES, "release_order", {"order_value": None}, {}),
    ("amount-not-known", CREDIT, "override_credit", {"credit_excess": None}, {}),
    ("amount-not-known", SALES, "change_price", {"margin_given_up": None}, {}),
    ("amount-not-known", "warehouse", "ship_partial", {"line_value": None}, {}),
    ("authority-too-low", SALES, "release_order", {}, {"approval_limit": 5_999_999}),
    ("authority-too-low", SALES, "release_order", {}, {"approval_limit": None}),
    ("authority-too-low", SALES, "release_order", {"order_value": 0}, {"approval_limit": None}),
    ("authority-too-low", SALES, "release_order", {"order_value": -5}, {"approval_limit": None}),
    ("authority-too-low", CREDIT, "change_credit_limit", {}, {"approval_limit": 999_999}),
    ("authority-too-low", SALES, "change_price", {}, {"approval_limit": 9_999}),
    ("authority-too-low", "warehouse", "ship_partial", {}, {"approval_limit": 99_999}),
    ("authority-too-low", SALES, "substitute_item", {}, {"approval_limit": 99_999}),
    ("authority-too-low", CREDIT, "waive_finding", waive("credit_hold"), {"approval_limit": 9}),
    (
        "executive-threshold",
        SALES,
        "release_order",
        {**EXECUTIVE_VALUE, **signed(SALES)},
        LIMIT,
    ),
    (
        "executive-above-credit-authority",
        FINANCE,
        "override_credit",
        {"credit_excess": 10_000_001, **signed(FINANCE)},
        LIMIT,
    ),
    (
        "executive-above-credit-authority",
        FINANCE,
        "waive_finding",
        {**waive("credit_hold", credit_excess=10_000_001), **signed(FINANCE)},
        LIMIT,
    ),
    ("promise-by-two-roles", "logistics", "change_promise", signed("logistics"), {}),
    ("promise-by-two-roles", "customer_service", "change_promise", {}, {}),
    (
        "transfer-by-both-sites",
        "warehouse",
        "transfer_stock",
        signed("warehouse", "D01"),
        {"site_id": "D01"},
    ),
    ("own-site", "warehouse", "allocate_stock", {}, {"site_id": "D02"}),
    ("own-site", "warehouse", "ship_partial", {}, {"site_id": "D02"}),
    ("own-site", "warehouse", "transfer_stock", {}, {"site_id": "D03"}),
    (
        "signs-once",
        "executive",
        "release_order",
        {**EXECUTIVE_VALUE, **signed("executive", who="p.executive")},
        LIMIT,
    ),
    ("not-own-order", SALES, "release_order", {}, {"person_id": "p.creator"}),
    ("not-own-order", SALES, "release_order", {}, {"user_id": "p.creator"}),
    ("not-own-request", SALES, "release_order", {}, {"person_id": "p.requester"}),
    ("not-own-change", SALES, "release_order", {}, {"person_id": "p.changer"}),
    (
        "not-for-one-who-touched-it",
        SALES,
        "release_order",
        {},
        {"stands_in_for": frozenset({"p.creator"})},
    ),
    (
        "not-for-one-who-touched-it",
        SALES,
        "release_order",
        {},
        {"stands_in_for": frozenset({"p.requester"})},
    ),
    (
        "not-for-one-who-touched-it",
        SALES,
        "release_order",
        {},
        {"stands_in_for": frozenset({"p.changer"})},
    ),
    (
        "approver-does-not-notify",
        "customer_service",
        "notify_customer",
        {"approvers": frozenset({"p.customer_service"})},
        {},
    ),
    ("absent", SALES, "release_order", {}, {"absent": True}),
    ("absent", SALES, "reject", {}, {"absent": True}),
    ("other-company", SALES, "release_order", {}, {"company_id": "C2"}),
    ("other-company", SALES, "read", {}, {"company_id": "C2"}),
    ("other-company", SALES, "reject", {}, {"company_id": "C2"}),
    ("packet-not-pending", SALES, "release_order", {"pending": False}, {}),
    ("packet-not-pending", SALES, "reject", {"pending": False}, {}),
    ("packet-expired", SALES, "release_order", {"now": 200}, {}),
    ("evidence-changed", SALES, "release_order", {"shown": "f0"}, {}),
    ("evidence-changed", SALES, "edit", {"shown": ""}, {}),
    ("policy-changed", SALES, "release_order", {"policy_now": "v2"}, {}),
]

ALLOWED_AT_THE_EDGE: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (SALES, "release_order", {}, {"approval_limit": 6_000_000}),
    (SALES, "release_order", {"now": 199}, {}),
    (SALES, "reject", {"now": 200}, {}),
    (SALES, "release_order", {"order_value": 0}, {"approval_limit": 0}),
    (SALES, "release_order", EXECUTIVE_VALUE, LIMIT),
    (SALES, "release_order", {**EXECUTIVE_VALUE, **signed("executive")}, LIMIT),
    ("executive", "release_order", {**EXECUTIVE_VALUE, **signed(SALES)}, LIMIT),
    ("executive", "release_order", {**COMPLIANCE_STANDS, **EXECUTIVE_VALUE}, LIMIT),
    (
        "compliance",
        "release_order",
        {**COMPLIANCE_STANDS, **EXECUTIVE_VALUE, **signed("executive")},
        LIMIT,
    ),
    (
        "executive",
        "release_order",
        {**COMPLIANCE_STANDS, **EXECUTIVE_VALUE, **signed("compliance")},
        LIMIT,
    ),
    (CREDIT, "override_credit", {"credit_excess": 10_000_000}, LIMIT),
    (CREDIT, "waive_finding", waive("credit_hold", credit_excess=10_000_000), LIMIT),
    (CREDIT, "override_credit", {"credit_excess": 10_000_000, **signed(CREDIT)}, LIMIT),
    ("warehouse", "transfer_stock", signed("warehouse", ""), {}),
    ("warehouse", "transfer_stock", signed("executive", "D01"), {"site_id": "D01"}),
    ("warehouse", "transfer_stock", signed("warehouse", ""), {"site_id": "D01"}),
    (FINANCE, "waive_finding", waive("approval_gap", not_known=frozenset({"credit_hold"})), {}),
    (FINANCE, "waive_finding", waive("approval_gap", not_known=frozenset({"price_mismatch"})), {}),
    (
        FINANCE,
        "waive_finding",
        {"classes": frozenset({"approval_gap", "credit_hold"}), "waives": "approval_gap"},
        {},
    ),
    (
        "executive",
        "override_credit",
        {"credit_excess": 10_000_001, **signed(FINANCE)},
        LIMIT,
    ),
    ("warehouse", "transfer_stock", signed("warehouse", "D01"), {"site_id": "D02"}),
    ("warehouse", "transfer_stock", signed("warehouse", "D01"), {}),
    ("warehouse", "transfer_stock", {}, {"site_id": "D02"}),
    ("warehouse", "allocate_stock", {}, {"site_id": "D01", "approval_limit": None}),
    ("logistics", "change_promise", {}, {"approval_limit": None}),
    ("warehouse", "waive_finding", waive("stock_shortage"), {"approval_limit": None}),
    ("customer_service", "notify_customer", {"order_status": "closed"}, {}),
    (SALES, "waive_finding", waive("price_mismatch"), {}),
    ("auditor", "read", {}, {"company_id": "C2"}),
    ("evaluator", "read", {}, {"company_id": "C2"}),
    (SALES, "release_order", {}, {"ceilings": ((SALES, "release_order", 6_000_000),)}),
]


@pytest.mark.parametrize(("rule", "role", "action", "facts", "who"), PERMITS)
def test_a_permit_decides_alone(rule: str, role: str, action: str, facts: Any, who: Any) -> None:
    verdict = may(person(role, **who), action, packet_facts(**facts))
    assert (verdict.allowed, verdict.rules) == (True, (rule,))


@pytest.mark.parametrize(("rule", "role", "action", "facts", "who"), FORBIDS)
def test_a_forbid_decides_alone(rule: str, role: str, action: str, facts: Any, who: Any) -> None:
    verdict = may(person(role, **who), action, packet_facts(**facts))
    assert (verdict.allowed, verdict.rules) == (False, (rule,))
    assert verdict.would_change


@pytest.mark.parametrize(("role", "action", "facts", "who"), ALLOWED_AT_THE_EDGE)
def test_allowed_exactly_at_the_edge(role: str, action: str, facts: Any, who: Any) -> None:
    assert may(person(role, **who), action, packet_facts(**facts)).allowed


NOT_PERMITTED: list[tuple[str, str, dict[str, Any]]] = [
    ("admin", "request_approval", {}),
    ("warehouse", "classify", {}),
    ("warehouse", "reject", {}),
    ("warehouse", "release_order", {}),
    (FINANCE, "release_order", {}),
    ("compliance", "release_order", {}),
    (FINANCE, "change_price", {}),
    (FINANCE, "override_credit", {"credit_excess": 10_000_000}),
    (FINANCE, "waive_finding", waive("credit_hold", credit_excess=10_000_000)),
    (FINANCE, "waive_finding", waive("price_mismatch")),
    (FINANCE, "waive_finding", waive("approval_gap")),
    (FINANCE, "waive_finding", waive("route_risk", below_floor=True)),
    (SALES, "allocate_stock", {}),
    (SALES, "change_promise", signed("logistics") | {"order_status": "open"}),
    (SALES, "update_erp", {"approved_roles": frozenset({FINANCE})}),
    (SALES, "waive_finding", waive("route_risk")),
]


@pytest.mark.parametrize(("role", "action", "facts"), NOT_PERMITTED)
def test_what_no_rule_permits_is_denied(role: str, action: str, facts: Any) -> None:
    verdict = may(person(role, **LIMIT), action, packet_facts(**facts))
    assert not verdict.allowed
    assert not {rule for rule in verdict.rules if rule.startswith("executive")}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_of_the_desk_reads(role: str) -> None:
    assert may(person(role), "read", packet_facts()).allowed


def test_an_account_without_a_role_reads_nothing() -> None:
    assert not may(person(roles=frozenset()), "read", packet_facts()).allowed


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ["request_approval", "draft_note", "draft_customer_message"])
def test_business_roles_ask_and_draft(role: str, action: str) -> None:
    assert may(person(role), action, packet_facts()).allowed is (role in BUSINESS_ROLES)


def test_every_rule_decides_in_a_test() -> None:
    for_the_agent = {"agent-works", "agent-locked", "release-needs-approval"}
    decided = {row[0] for row in (*PERMITS, *FORBIDS)} | for_the_agent | FOR_COLUMNS
    decided |= test_guard_effects.RULES
    assert set(shipped().rules()) == decided


def test_every_forbid_says_why_and_what_would_change_it() -> None:
    forbids = [rule for rule in shipped().rules().values() if rule.effect == "forbid"]
    assert [rule.rule_id for rule in forbids if not (rule.says and rule.clears)] == []


@pytest.mark.parametrize("action", AGENT_ACTIONS)
def test_the_agent_may_work(action: str) -> None:
    verdict = may(Agent(), action, packet_facts())
    assert (verdict.allowed, verdict.rules) == (True, ("agent-works",))


@pytest.mark.parametrize("action", [*LOCKED_ACTIONS, *HANDLING])
def test_the_agent_may_do_nothing_else(action: str) -> None:
    verdict = may(Agent(), action, packet_facts(**waive("route_risk")))
    assert not verdict.allowed
    assert "agent-locked" in verdict.rules


def test_a_lower_ceiling_of_the_role_caps_the_limit_of_the_person() -> None:
    capped = person(ceilings=((SALES, "release_order", 5_999_999),))
    assert may(capped, "release_order", packet_facts()).rules == ("authority-too-low",)


def test_authority_of_a_role_that_may_not_sign_does_not_count() -> None:
    both = person(
        roles=frozenset({SALES, FINANCE}), ceilings=((SALES, "release_order", 1_000_000),)
    )
    assert may(both, "release_order", packet_facts()).rules == ("authority-too-low",)


def test_an_executive_of_unlimited_authority_still_cannot_sign_compliance() -> None:
    boss = person("executive", approval_limit=2**62)
    assert not may(boss, "release_order", packet_facts(**COMPLIANCE_STANDS)).allowed


def test_credit_and_compliance_together_are_released_by_nobody_alone() -> None:
    facts = packet_facts(classes=frozenset({"credit_hold", "compliance_issue"}))
    allowed = [r for r in ROLES if may(person(r), "release_order", facts).allowed]
    assert allowed == []


def test_a_refusal_says_who_could_and_what_would_change_it() -> None:
    verdict = may(person(), "release_order", packet_facts(**CREDIT_STANDS))
    assert verdict.roles == (FINANCE,)
    assert verdict.reason == (
        "u.sales_operations may not release order: A credit finding or a margin below the floor "
        "stands, or one of them is not known. Could be approved by: finance."
    )
    assert verdict.would_change == (
        "finance signs, or the finding is cleared and the order is reviewed again",
    )


def test_explain_names_the_rule_in_words() -> None:
    told = explain("release_order", packet_facts(**CREDIT_STANDS), person())
    assert told["rules"][0]["id"] == "finance-while-credit-or-margin"
    assert told["rules"][0]["says"].startswith("A credit finding")
    assert told["roles"] == [FINANCE]


ROLES_OF: list[tuple[str, dict[str, Any], tuple[str, ...], int]] = [
    ("release_order", {}, (SALES,), 1),
    ("release_order", CREDIT_STANDS, (FINANCE,), 1),
    ("release_order", {"below_floor": True}, (FINANCE,), 1),
    ("release_order", EXECUTIVE_VALUE, (SALES, "executive"), 2),
    ("release_order", {"order_value": 24_999_999}, (SALES,), 1),
    ("release_order", {**CREDIT_STANDS, **EXECUTIVE_VALUE}, (FINANCE, "executive"), 2),
    ("release_order", COMPLIANCE_STANDS, ("compliance",), 1),
    ("release_order", {**COMPLIANCE_STANDS, **EXECUTIVE_VALUE}, ("compliance", "executive"), 2),
    ("release_order", {"hit": True}, (), 1),
    ("change_price", {}, (SALES,), 1),
    ("change_price", {"below_floor": True}, (FINANCE,), 1),
    ("override_credit", {}, (CREDIT,), 1),
    ("override_credit", {"credit_excess": 10_000_000}, (CREDIT,), 1),
    ("override_credit", {"credit_excess": 10_000_001}, (FINANCE, "executive"), 2),
    ("change_credit_limit", {"credit_excess": 10_000_001}, (FINANCE, "executive"), 2),
    ("override_credit", {"credit_authority": None}, (FINANCE, "executive"), 2),
    ("change_credit_limit", {}, (CREDIT,), 1),
    ("change_promise", {}, ("logistics", "customer_service"), 2),
    ("allocate_stock", {}, ("warehouse",), 1),
    ("ship_partial", {}, ("warehouse",), 1),
    ("transfer_stock", {}, ("warehouse",), 2),
    ("substitute_item", {}, (SALES,), 1),
    ("notify_customer", {}, ("customer_service",), 1),
    ("update_erp", {}, (), 1),
    ("update_erp", {"approved_roles": frozenset({FINANCE})}, (FINANCE,), 1),
    ("waive_finding", {"classes": frozenset({"stock_shortage"})}, ("warehouse",), 1),
    ("waive_finding", CREDIT_STANDS, (CREDIT,), 1),
    ("waive_finding", COMPLIANCE_STANDS, (), 1),
]


@pytest.mark.parametrize(("action", "facts", "roles", "count"), ROLES_OF)
def test_the_lock_names_who_may_approve(
    action: str, facts: Any, roles: tuple[str, ...], count: int
) -> None:
    lock = locks(lock_facts(**facts))[action]
    assert (lock.roles, lock.count) == (roles, count)


def test_the_release_threshold_is_named_from_its_cent_on() -> None:
    at, below = lock_facts(order_value=5_000_000), lock_facts(order_value=4_999_999)
    assert locks(at)["release_order"].rules == ("agent-locked", "release-needs-approval")
    assert locks(below)["release_order"].rules == ("agent-locked",)


def test_the_packet_lists_every_locked_action_with_rules_and_expiry() -> None:
    rows = actions_json(lock_facts(), datetime(2026, 3, 2, 10, tzinfo=UTC))
    assert tuple(row["action"] for row in rows) == LOCKED_ACTIONS
    assert rows[0] == {
        "action": "release_order",
        "allowed": False,
        "rules": ["agent-locked", "release-needs-approval"],
        "approval": {"roles": [SALES], "count": 1, "expires_at": "2026-03-03T10:00:00+00:00"},
    }
    assert all(row["allowed"] is False and row["rules"] for row in rows)


CLASSES = (
    "compliance_issue", "credit_hold", "customer_priority_conflict", "substitution_need",
    "stock_shortage", "price_mismatch", "route_risk", "approval_gap",
)  # fmt: skip
AMOUNTS = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))
LOCK_FACTS = st.builds(
    LockFacts,
    classes=st.frozensets(st.sampled_from(CLASSES)),
    not_known=st.frozensets(st.sampled_from(CLASSES)),
    order_value=AMOUNTS,
    release_from=st.integers(0, 2**62),
    executive_from=st.integers(0, 2**62),
    order_status=st.sampled_from(("open", "blocked", "closed", "")),
    hit=st.booleans(),
    below_floor=st.booleans(),
    credit_excess=AMOUNTS,
    margin_given_up=AMOUNTS,
    line_value=AMOUNTS,
    credit_authority=AMOUNTS,
    approved_roles=st.frozensets(st.sampled_from(BUSINESS_ROLES)),
)


def of(facts: LockFacts, **changes: Any) -> Any:
    base = packet_facts(**changes)
    return replace(base, order=replace(base.order, lock=facts))


@settings(max_examples=60, deadline=None)
@given(LOCK_FACTS, st.sampled_from(LOCKED_ACTIONS))
def test_whatever_the_facts_the_agent_is_locked(facts: LockFacts, action: str) -> None:
    assert not may(Agent(), action, of(facts)).allowed
    assert locks(facts)[action].allowed is False
    assert "agent-locked" in locks(facts)[action].rules


@settings(max_examples=60, deadline=None)
@given(LOCK_FACTS, st.sampled_from(LOCKED_ACTIONS), st.sampled_from(ROLES))
def test_nobody_without_a_role_that_the_lock_names_is_allowed(
    facts: LockFacts, action: str, role: str
) -> None:
    waives = min(facts.classes, default="")
    verdict = may(person(role, approval_limit=2**62), action, of(facts, waives=waives))
    if verdict.allowed and role != "executive":
        assert role in locks(facts)[action].roles


@settings(max_examples=40, deadline=None)
@given(LOCK_FACTS, st.sampled_from(LOCKED_ACTIONS))
def test_locks_depend_on_bands_as_the_full_evaluation_does(facts: LockFacts, action: str) -> None:
    """The memo answers for a band; asking with the facts themselves must name the same rules."""
    if facts.release_from > facts.executive_from:
        return
    waives = next(iter(facts.classes)) if len(facts.classes) == 1 else ""
    if action == "waive_finding" and not waives:
        return
    full = may(Agent(), action, of(facts, waives=waives))
    assert full.rules == locks(facts)[action].rules
