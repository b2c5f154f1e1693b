"""What leaves the desk: who stops and starts it, who takes back, who reverses."""

from __future__ import annotations

from typing import Any

import pytest

from policies.guard import Agent, may
from tests.agent.desk.people import packet_facts, person

APPROVED = {"approved_roles": frozenset({"finance"})}
BY_FINANCE = APPROVED | {"approvers": frozenset({"p.finance"})}

# rule, role, action, facts, person: the rule that permits
PERMITS: list[tuple[str, str, str, dict[str, Any], dict[str, Any]]] = [
    ("anyone-stops-effects", "warehouse", "stop_effects", {}, {}),
    ("anyone-stops-effects", "admin", "stop_effects", {}, {}),
    ("few-start-effects", "executive", "start_effects", {}, {}),
    ("few-start-effects", "admin", "start_effects", {}, {}),
    ("withdraw-own-or-by-role", "finance", "withdraw_instruction", BY_FINANCE, {}),
    ("withdraw-own-or-by-role", "finance", "withdraw_instruction", APPROVED, {}),
    ("withdraw-own-or-by-role", "executive", "withdraw_instruction", {}, {}),
    ("reverse-by-approving-role", "finance", "reverse_action", APPROVED, {}),
    ("reverse-by-approving-role", "executive", "reverse_action", BY_FINANCE, {}),
]

# rule, role, action, facts, person: the rule that forbids
FORBIDS: list[tuple[str, str, str, dict[str, Any], dict[str, Any]]] = [
    ("approver-does-not-reverse", "finance", "reverse_action", BY_FINANCE, {}),
    (
        "approver-does-not-reverse",
        "finance",
        "reverse_action",
        BY_FINANCE,
        {"user_id": "u.second.account"},
    ),
    (
        "preparer-does-not-reverse",
        "finance",
        "reverse_action",
        APPROVED | {"requesters": frozenset({"p.finance"})},
        {},
    ),
    ("reversal-expired", "finance", "reverse_action", APPROVED | {"now": 200}, {}),
    (
        "admin-reverses-nothing",
        "admin",
        "reverse_action",
        APPROVED,
        {"roles": frozenset({"admin", "finance"})},
    ),
    (
        "admin-reverses-nothing",
        "admin",
        "withdraw_instruction",
        APPROVED,
        {"roles": frozenset({"admin", "finance"})},
    ),
    ("absent-leaves-effects-alone", "finance", "reverse_action", APPROVED, {"absent": True}),
    ("absent-leaves-effects-alone", "admin", "start_effects", {}, {"absent": True}),
]
RULES = {row[0] for row in (*PERMITS, *FORBIDS)}
"""Every rule that these tests see decide."""


@pytest.mark.parametrize(("rule", "role", "action", "facts", "who"), PERMITS)
def test_a_permit_decides_alone(rule: str, role: str, action: str, facts: Any, who: Any) -> None:
    verdict = may(person(role, **who), action, packet_facts(**facts))
    assert (verdict.allowed, verdict.rules) == (True, (rule,))


@pytest.mark.parametrize(("rule", "role", "action", "facts", "who"), FORBIDS)
def test_a_forbid_decides_alone(rule: str, role: str, action: str, facts: Any, who: Any) -> None:
    verdict = may(person(role, **who), action, packet_facts(**facts))
    assert (verdict.allowed, verdict.rules) == (False, (rule,))
    assert verdict.would_change


def test_a_reversal_is_approved_until_its_last_second() -> None:
    assert may(person("finance"), "reverse_action", packet_facts(**APPROVED, now=199)).allowed


@pytest.mark.parametrize("role", ["sales_operations", "finance", "auditor", "evaluator"])
def test_few_may_start_again(role: str) -> None:
    assert not may(person(role), "start_effects", packet_facts()).allowed


@pytest.mark.parametrize("role", ["auditor", "evaluator"])
def test_who_only_reads_stops_nothing(role: str) -> None:
    assert not may(person(role), "stop_effects", packet_facts()).allowed


def test_nobody_switches_another_company() -> None:
    verdict = may(person("admin", company_id="C2"), "stop_effects", packet_facts())
    assert (verdict.allowed, verdict.rules) == (False, ("other-company",))


@pytest.mark.parametrize("role", ["sales_operations", "warehouse", "customer_service"])
def test_another_role_reverses_nothing(role: str) -> None:
    assert not may(person(role), "reverse_action", packet_facts(**APPROVED)).allowed


@pytest.mark.parametrize(
    "action", ["stop_effects", "start_effects", "withdraw_instruction", "reverse_action"]
)
def test_the_agent_touches_none_of_it(action: str) -> None:
    assert not may(Agent(), action, packet_facts(**APPROVED)).allowed
