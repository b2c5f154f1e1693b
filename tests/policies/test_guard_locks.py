"""Locks: who may approve each action, by bands of the facts that the policies read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.guard import (
    BUSINESS_ROLES,
    LOCKED_ACTIONS,
    ROLES,
    Agent,
    LockFacts,
    actions_json,
    locks,
    may,
)
from tests.agent.desk.people import lock_facts, packet_facts, person
from tests.policies.guard_cases import (
    COMPLIANCE_STANDS,
    CREDIT,
    CREDIT_STANDS,
    EXECUTIVE_VALUE,
    FINANCE,
    SALES,
)

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
