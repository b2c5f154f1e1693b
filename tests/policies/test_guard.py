"""Who may do what: the roles, the agent, authority, and how a refusal is told."""

from __future__ import annotations

import pytest

from policies.guard import (
    AGENT_ACTIONS,
    BUSINESS_ROLES,
    HANDLING,
    LOCKED_ACTIONS,
    ROLES,
    Agent,
    explain,
    may,
    shipped,
)
from tests.agent.desk.people import packet_facts, person
from tests.policies import test_guard_effects
from tests.policies.guard_cases import (
    COMPLIANCE_STANDS,
    CREDIT_STANDS,
    FINANCE,
    FOR_COLUMNS,
    SALES,
    waive,
)
from tests.policies.test_guard_forbids import FORBIDS
from tests.policies.test_guard_permits import PERMITS


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
