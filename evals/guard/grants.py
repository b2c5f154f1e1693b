"""What gives a right: the rules that permit, from what they say in words."""

from __future__ import annotations

from collections.abc import Iterator

from evals.guard.asking import (
    AGENTS_WORK,
    BUSINESS,
    EFFECTS,
    HANDLING,
    LOCKED,
    ROLES,
    SEEING,
    Facts,
    Who,
)
from evals.guard.signing import above_credit, credit_or_margin_open, screening_open

BASIC = ("order", "goods", "route")
WATCHERS = {"executive", "auditor", "evaluator"}
SEEN_BY = {
    "price": ("commerce-sees-prices",
              WATCHERS | {"sales_operations", "finance", "credit_control", "customer_service"}),
    "cost": ("margin-owners-see-costs", WATCHERS | {"sales_operations", "finance"}),
    "credit": ("credit-is-seen", WATCHERS | {"sales_operations", "finance", "credit_control"}),
    "screening": ("screening-is-seen", WATCHERS | {"compliance"}),
    "authority": ("authority-is-seen", WATCHERS | {"finance", "admin"}),
    "note": ("notes-are-seen",
             (WATCHERS | {"sales_operations", "finance", "credit_control", "customer_service",
                          "compliance"}) - {"evaluator"}),
    "history": ("history-is-seen",
                WATCHERS | {"sales_operations", "finance", "credit_control", "customer_service",
                            "compliance"}),
    "other": ("unlisted-columns-are-seen", {"executive", "auditor"}),
}  # fmt: skip
"""Who sees which columns, and by which rule."""
ASKING = ("request_approval", "draft_note", "draft_customer_message")


def grants(who: Who | None, action: str, facts: Facts, handlers: frozenset[str]) -> Iterator[str]:
    """The rules that permit the request, whatever stands against it; `handlers` are roles."""
    if action in SEEING:
        yield from _seeing(who, action.removeprefix("see "))
    elif who is None:
        if action in AGENTS_WORK:
            yield "agent-works"
    elif action in LOCKED:
        yield from _locked(who, action, facts)
    elif action in EFFECTS:
        yield from _effects(who, action, facts)
    elif action in HANDLING:
        yield from ("handler-handles" for _ in who.roles & handlers)
    else:
        yield from _working(who, action)


def _working(who: Who, action: str) -> Iterator[str]:
    if action == "read" and who.roles:
        yield "staff-reads"
    if action in ASKING and who.roles & set(BUSINESS):
        yield "staff-asks"


def _seeing(who: Who | None, group: str) -> Iterator[str]:
    """Everybody sees what moves; names are for colleagues; money by need; the agent the least."""
    if who is None:
        if group in BASIC:
            yield "agent-sees"
        return
    rule, roles = SEEN_BY.get(group, ("colleagues-see-names", set(ROLES) - {"evaluator"}))
    if group in BASIC:
        rule, roles = "staff-sees", set(ROLES)
    if who.roles & roles:
        yield rule


def _locked(who: Who, action: str, facts: Facts) -> Iterator[str]:
    if "executive" in who.roles:
        yield "executive-signs-as-any"
    for role in who.roles:
        if rule := _by_role(role, action, facts):
            yield rule
    if action == "update_erp" and who.roles & facts.approved_roles:
        yield "erp-by-approving-role"


def _effects(who: Who, action: str, facts: Facts) -> Iterator[str]:
    if action == "stop_effects" and who.roles & {*BUSINESS, "admin"}:
        yield "anyone-stops-effects"
    if action == "start_effects" and who.roles & {"executive", "admin"}:
        yield "few-start-effects"
    by_role = bool(who.roles & (facts.approved_roles | {"executive"}))
    if action == "withdraw_instruction" and (by_role or who.person in facts.approvers):
        yield "withdraw-own-or-by-role"
    if action == "reverse_action" and by_role:
        yield "reverse-by-approving-role"


def _by_role(role: str, action: str, facts: Facts) -> str:
    """The rule by which a role may sign an action, or nothing."""
    if action == "release_order":
        return _release(role, facts)
    if action == "waive_finding":
        return _waive(role, facts)
    if action in ("override_credit", "change_credit_limit"):
        above = above_credit(action, facts)
        if role == "credit_control" and not above:
            return "credit-control"
        return "credit-finance-above-authority" if role == "finance" and above else ""
    if action == "change_price" and role == "finance":
        return "price-finance" if facts.below_floor else ""
    return {
        ("sales_operations", "change_price"): "price-sales",
        ("warehouse", "allocate_stock"): "stock-warehouse",
        ("warehouse", "ship_partial"): "stock-warehouse",
        ("warehouse", "transfer_stock"): "stock-warehouse",
        ("sales_operations", "substitute_item"): "substitute-sales",
        ("logistics", "change_promise"): "promise-logistics",
        ("customer_service", "change_promise"): "promise-service",
        ("customer_service", "notify_customer"): "notify-service",
    }.get((role, action), "")


def _release(role: str, facts: Facts) -> str:
    if role == "sales_operations":
        return "release-sales"
    if role == "finance" and credit_or_margin_open(facts):
        return "release-finance"
    return "release-compliance" if role == "compliance" and screening_open(facts) else ""


def _waive(role: str, facts: Facts) -> str:
    what = facts.waives
    if role == "sales_operations":
        fits = what in ("substitution_need", "price_mismatch", "approval_gap")
        return "waive-sales" if fits else ""
    if role == "warehouse":
        fits = what in ("stock_shortage", "customer_priority_conflict")
        return "waive-warehouse" if fits else ""
    if role == "logistics":
        return "waive-logistics" if what == "route_risk" else ""
    if role == "credit_control":
        fits = what == "credit_hold" and not above_credit("waive_finding", facts)
        return "waive-credit-control" if fits else ""
    if role == "finance":
        fits = (
            (what == "credit_hold" and above_credit("waive_finding", facts))
            or (what == "price_mismatch" and facts.below_floor)
            or (what == "approval_gap" and credit_or_margin_open(facts))
        )
        return "waive-finance" if fits else ""
    return ""
