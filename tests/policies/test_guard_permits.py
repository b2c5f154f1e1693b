"""What each rule permits, alone; what is allowed exactly at the edge; what no rule permits."""

from __future__ import annotations

from typing import Any

import pytest

from policies.guard import may
from tests.agent.desk.people import packet_facts, person
from tests.policies.guard_cases import (
    COMPLIANCE_STANDS,
    CREDIT,
    CREDIT_STANDS,
    EVERYBODY,
    EXECUTIVE_VALUE,
    FINANCE,
    LIMIT,
    OVERRODE,
    RELEASED,
    SALES,
    WROTE,
    signed,
    waive,
)

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
    ("warehouse", "allocate_stock", OVERRODE, {}),
    ("customer_service", "notify_customer", WROTE, {}),
    (CREDIT, "override_credit", {**CREDIT_STANDS, **OVERRODE}, {}),
    (SALES, "release_order", RELEASED, {}),
    (SALES, "reject", {"approvers": EVERYBODY}, {}),
    (SALES, "release_order", {}, {"other_roles": frozenset({"warehouse", "finance"})}),
    (SALES, "read", {}, {"other_roles": frozenset({"admin", "auditor"})}),
]


@pytest.mark.parametrize(("rule", "role", "action", "facts", "who"), PERMITS)
def test_a_permit_decides_alone(rule: str, role: str, action: str, facts: Any, who: Any) -> None:
    verdict = may(person(role, **who), action, packet_facts(**facts))
    assert (verdict.allowed, verdict.rules) == (True, (rule,))


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
