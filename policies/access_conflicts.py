"""Access review by right: who holds two duties that one person should not do on one order.

A conflict is no breach: a rule of the guard keeps the person from doing both on the same order,
and is named as the compensating control.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from policies.guard import LOCKED_ACTIONS, ROLES, Guard, LockFacts, Person, shipped
from policies.guard_context import probe_of

CLASSES = ("credit_hold", "price_mismatch", "approval_gap", "substitution_need", "stock_shortage",
           "customer_priority_conflict", "route_risk", "compliance_issue")  # fmt: skip
ENTERS = frozenset({"sales_operations", "customer_service"})
"""Roles whose people enter and change orders in the source."""
DECIDES = frozenset(LOCKED_ACTIONS)
CREDIT = frozenset({"override_credit", "change_credit_limit"})
MOST = 2**62


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """Two duties that conflict, and the rule of `rights.cedar` that compensates."""

    name: str
    says: str
    first: frozenset[str]
    second: frozenset[str]
    control: str


RULES: tuple[ConflictRule, ...] = (
    ConflictRule("override and release", "sets a credit finding aside and releases the order",
                 CREDIT, frozenset({"release_order"}), "override-approver-does-not-release"),
    ConflictRule("price and release", "changes the price and releases the order",
                 frozenset({"change_price"}), frozenset({"release_order"}),
                 "override-approver-does-not-release"),
    ConflictRule("approve and notify", "approves the order and writes to the customer about it",
                 DECIDES - {"notify_customer"}, frozenset({"notify_customer"}),
                 "approver-does-not-notify"),
    ConflictRule("enter and approve", "enters or changes orders and approves them",
                 frozenset({"enter"}), DECIDES, "not-own-order"),
    ConflictRule("sales and credit", "sells and overrides credit",
                 frozenset({"enter"}), CREDIT, "sales-never-overrides-credit"),
    ConflictRule("administer and decide", "runs the desk and decides in it",
                 frozenset({"administer"}), DECIDES, "admin-never-approves"),
    ConflictRule("audit and decide", "audits or evaluates decisions and makes them",
                 frozenset({"audit"}), DECIDES, "reads-only"),
)  # fmt: skip
"""The rule set of conflicting duties."""


@cache
def duties_of(role: str) -> frozenset[str]:
    """What a role may do at all: actions that it may approve on some order, and other duties."""
    holder = Person(role, role, frozenset({role}), approval_limit=MOST)
    found = {action for action in LOCKED_ACTIONS for facts in _situations()
             if _may(shipped(), holder, action, facts)}  # fmt: skip
    found |= {"enter"} if role in ENTERS else set()
    found |= {"administer"} if role == "admin" else set()
    return frozenset(found | ({"audit"} if role in ("auditor", "evaluator") else set()))


def _may(guard: Guard, holder: Person, action: str, facts: LockFacts) -> bool:
    packet = probe_of(replace(facts, approved_roles=holder.roles & set(ROLES)))
    waives = CLASSES if action == "waive_finding" else ("",)
    stages = [packet, replace(packet, first_signer="another", first_roles=frozenset({"logistics"}))]
    return any(
        guard.may(holder, action, replace(stage, waives=one)).allowed
        for stage in stages
        for one in waives
    )


def _situations() -> tuple[LockFacts, ...]:
    """Orders on which each rule that permits can permit."""
    clean = LockFacts(frozenset(CLASSES[1:-1]), frozenset(), 0, 1, MOST, credit_authority=MOST)
    return (
        clean,
        replace(clean, classes=clean.classes | {"credit_hold"}),
        replace(clean, credit_authority=None, credit_excess=1, classes=frozenset({"credit_hold"})),
        replace(clean, below_floor=True),
        replace(clean, classes=frozenset({"compliance_issue"})),
    )


def conflicts(staff: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Conflicts by right: rule set x persons x companies.

    Args:
        staff: rows of the staff table; accounts of one person_id are one person.

    Returns:
        For each conflict: the rule, person, company, accounts, the duties on either side with the
        roles that give them, and the compensating control.
    """
    found = []
    for (person, company), accounts in sorted(_people(staff).items()):
        roles = sorted({role for one in accounts for role in one["roles"]} & set(ROLES))
        for rule in RULES:
            first = _held(roles, rule.first)
            second = _held(roles, rule.second)
            if first and second:
                found.append({
                    "rule": rule.name, "says": rule.says, "person_id": person,
                    "company_id": company, "accounts": [one["user_id"] for one in accounts],
                    "first": first, "second": second, "control": rule.control,
                })  # fmt: skip
    return found


def _held(roles: Iterable[str], duties: frozenset[str]) -> dict[str, list[str]]:
    held = {role: sorted(duties_of(role) & duties) for role in roles}
    return {role: names for role, names in held.items() if names}


def _people(
    staff: Iterable[Mapping[str, Any]],
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Accounts by person and company; a person's roles count in each company they have one in."""
    people: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in staff:
        roles = [part.strip() for part in str(row["roles"] or "").split(",") if part.strip()]
        key = (str(row["person_id"] or row["user_id"]), str(row["company_id"] or ""))
        people.setdefault(key, []).append({"user_id": str(row["user_id"]), "roles": roles})
    return people
