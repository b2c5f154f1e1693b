"""Conflicts by right: the rule set, over persons with all their accounts, company by company."""

from __future__ import annotations

from typing import Any

import pytest

from policies.access_conflicts import RULES, conflicts, duties_of
from policies.guard import LOCKED_ACTIONS, ROLES, shipped


def account(user_id: str, roles: str, person: str = "P-1", company: str = "C1") -> dict[str, Any]:
    return {"user_id": user_id, "person_id": person, "roles": roles, "company_id": company}


def names(*staff: dict[str, Any]) -> set[str]:
    return {one["rule"] for one in conflicts(staff)}


@pytest.mark.parametrize(
    ("role", "duties"),
    [
        ("credit_control", {"override_credit", "change_credit_limit", "waive_finding"}),
        ("compliance", {"release_order"}),
        ("logistics", {"change_promise", "waive_finding"}),
        ("admin", {"administer"}),
        ("auditor", {"audit"}),
        ("customer_service", {"change_promise", "notify_customer", "enter"}),
    ],
)
def test_what_a_role_may_do_follows_from_the_rights(role: str, duties: set[str]) -> None:
    assert duties_of(role) - {"update_erp"} == duties


def test_an_executive_may_sign_everything() -> None:
    assert duties_of("executive") >= set(LOCKED_ACTIONS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_conflict_names_a_control_of_the_shipped_rights(rule: Any) -> None:
    control = shipped().rules()[rule.control]
    assert (control.effect, bool(control.says)) == ("forbid", True)


@pytest.mark.parametrize(
    ("roles", "rule"),
    [
        ("finance", "override and release"),
        ("sales_operations", "price and release"),
        ("customer_service", "approve and notify"),
        ("sales_operations", "enter and approve"),
        ("sales_operations,credit_control", "sales and credit"),
        ("admin,finance", "administer and decide"),
        ("auditor,warehouse", "audit and decide"),
        ("evaluator,compliance", "audit and decide"),
    ],
)
def test_a_person_with_two_duties_is_named(roles: str, rule: str) -> None:
    assert rule in names(account("u.one", roles))


@pytest.mark.parametrize("role", ["logistics", "warehouse", "compliance", "credit_control",
                                  "admin", "auditor", "evaluator", ""])  # fmt: skip
def test_a_role_that_does_one_duty_is_in_no_conflict(role: str) -> None:
    assert names(account("u.one", role)) == set()


def test_two_accounts_of_one_person_are_one_person() -> None:
    pair = account("u.one", "sales_operations"), account("u.one.credit", "credit_control")
    (found,) = [one for one in conflicts(pair) if one["rule"] == "sales and credit"]
    assert (found["person_id"], found["accounts"]) == ("P-1", ["u.one", "u.one.credit"])
    assert set(found["second"]) == {"credit_control"}
    apart = account("u.two", "credit_control", person="P-2")
    assert "sales and credit" not in names(pair[0], apart)


def test_accounts_in_two_companies_conflict_in_neither() -> None:
    elsewhere = account("u.one.c2", "credit_control", company="C2")
    assert "sales and credit" not in names(account("u.one", "sales_operations"), elsewhere)


def test_an_account_without_a_person_stands_for_itself() -> None:
    (found, *_) = conflicts([account("u.one", "finance", person="")])
    assert found["person_id"] == "u.one"


def test_an_unknown_role_gives_no_duty() -> None:
    assert names(account("u.one", "boss, finance_assistant")) == set()
    assert all(duties_of(role) for role in ROLES)
