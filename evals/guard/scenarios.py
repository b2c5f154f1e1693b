"""Random requests: most start where the request is allowed and are then changed in a few places.

Amounts stand on both sides of each threshold, one minor unit apart, and so do moments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from evals.guard.asking import (
    ACTIONS,
    AGENTS_WORK,
    BUSINESS,
    CLASSES,
    ROLES,
    SEEING,
    Ask,
    Facts,
    Who,
)
from evals.guard.changes import AIMED, CONTEXT, EVERYWHERE
from evals.guard.signing import amount_of, signatures

SALES, FINANCE, CREDIT, WAREHOUSE = "sales_operations", "finance", "credit_control", "warehouse"
LOGISTICS, SERVICE = "logistics", "customer_service"
COMPLIANCE, EXECUTIVE = "compliance", "executive"
ON_CREDIT = {"classes": frozenset({"credit_hold"})}
ON_SCREENING = {"classes": frozenset({"compliance_issue"})}
FLOOR = {"below_floor": True}


def unknown(cls: str) -> dict[str, Any]:
    """The class could not be judged."""
    return {"not_known": frozenset({cls})}


def waives(cls: str, **more: Any) -> dict[str, Any]:
    """A finding of the class stands, and the waiver names it."""
    return {"classes": frozenset({cls}), "waives": cls, **more}


ABOVE = {"credit_authority": 1_000_000}
BY: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "release_order": [
        (SALES, {}), (SALES, {}), (FINANCE, ON_CREDIT), (FINANCE, FLOOR), (EXECUTIVE, {}),
        (FINANCE, unknown("credit_hold")), (FINANCE, unknown("price_mismatch")),
        (COMPLIANCE, ON_SCREENING), (COMPLIANCE, unknown("compliance_issue")),
        (EXECUTIVE, ON_SCREENING),
    ],
    "override_credit": [(CREDIT, {}), (FINANCE, ABOVE), (EXECUTIVE, ABOVE), (EXECUTIVE, {})],
    "change_credit_limit": [(CREDIT, {}), (FINANCE, ABOVE), (EXECUTIVE, ABOVE)],
    "change_price": [(SALES, {}), (FINANCE, FLOOR), (EXECUTIVE, {})],
    "change_promise": [(LOGISTICS, {}), (SERVICE, {"first_signer": "p.first"}), (EXECUTIVE, {})],
    "allocate_stock": [(WAREHOUSE, {}), (EXECUTIVE, {})],
    "transfer_stock": [(WAREHOUSE, {}), (WAREHOUSE, {"first_signer": "p.first"}), (EXECUTIVE, {})],
    "ship_partial": [(WAREHOUSE, {}), (EXECUTIVE, {})],
    "substitute_item": [(SALES, {}), (EXECUTIVE, {})],
    "waive_finding": [
        (SALES, waives("substitution_need")), (SALES, waives("price_mismatch")),
        (SALES, waives("approval_gap")), (FINANCE, waives("price_mismatch", below_floor=True)),
        (FINANCE, waives("approval_gap", below_floor=True)),
        (FINANCE, waives("approval_gap", not_known=frozenset({"credit_hold"}))),
        (FINANCE, waives("credit_hold", credit_authority=1_000_000)),
        (EXECUTIVE, waives("credit_hold", credit_authority=1_000_000)),
        *[(CREDIT, waives("credit_hold"))] * 4, (WAREHOUSE, waives("stock_shortage")),
        (WAREHOUSE, waives("customer_priority_conflict")), (LOGISTICS, waives("route_risk")),
    ],
    "notify_customer": [(SERVICE, {}), (EXECUTIVE, {})],
    "update_erp": [(role, {"approved_roles": frozenset({role})}) for role in BUSINESS],
    "withdraw_instruction": [
        (FINANCE, {"approved_roles": frozenset({FINANCE})}), (EXECUTIVE, {}),
        (SALES, {"approvers": frozenset({"p.1"})}),
    ],
    "reverse_action": [(FINANCE, {"approved_roles": frozenset({FINANCE})}), (EXECUTIVE, {})],
    "stop_effects": [(role, {}) for role in (*BUSINESS, "admin")],
    "start_effects": [(EXECUTIVE, {}), ("admin", {})],
    **{action: [(role, {}) for role in ROLES] for action in ("read", *SEEING)},
}  # fmt: skip
"""Who does an action, and where: the ways on which each request sets out."""
ANYBODY = [(role, {"owner_role": role}) for role in BUSINESS]
WEIGHTS = (
    (*ACTIONS, *SEEING),
    [
        *(3 if action in AIMED else 2 for action in ACTIONS),
        *(2 if one == "see other" else 1 for one in SEEING),
    ],
)
"""Each action, and how often it is asked."""
AGENT_ASKS = {**dict.fromkeys(AGENTS_WORK, 0.6), "release_order": 0.15}
"""How often it is the agent that asks."""
MEASURES = ("order_value", "credit_excess", "margin_given_up", "line_value")


def asks(rng: Random) -> Iterator[Ask]:
    """One situation, asked twice: as it stands, and with another moment, view or signature."""
    action = rng.choices(*WEIGHTS)[0]
    who, facts = _wild(rng) if rng.random() < 0.06 else _on_the_way(rng, action)
    if action in AIMED and rng.random() < 0.35:
        who, facts = rng.choice(AIMED[action])(rng, who, facts, action)
    else:
        for _ in range(rng.choices((0, 1, 2, 3), (50, 33, 11, 6))[0]):
            who, facts = rng.choice(EVERYWHERE)(rng, who, facts, action)
    asker = None if rng.random() < AGENT_ASKS.get(action, 0.06) else who
    yield Ask(asker, action, facts)
    if rng.random() < 0.5:
        _, facts = rng.choice(CONTEXT)(rng, who, facts, action)
    if action in SEEING:
        return
    yield Ask(asker, action, facts)


def _on_the_way(rng: Random, action: str) -> tuple[Who, Facts]:
    role, given = rng.choice(BY.get(action, ANYBODY))
    facts = replace(_money(rng), **given)
    amount, _ = amount_of(action, facts)
    if given.get("credit_authority") and amount <= 1_000_000:
        facts = replace(facts, credit_excess=1_000_000 + rng.choice((1, 1, 2, 9_000_000)))
    elif role == CREDIT and facts.credit_authority is not None and amount > facts.credit_authority:
        facts = replace(facts, credit_excess=facts.credit_authority - rng.choice((0, 0, 1, 99)))
    amount, _ = amount_of(action, facts)
    facts = _signed(rng, role, action, facts)
    who = Who(
        "u.1", "p.1", frozenset({role}),
        limit=amount + rng.choice((0, 0, 1, 10_000_000)),
        site=rng.choice(("", facts.site)),
        absent=False,
    )  # fmt: skip
    return _with_ceilings(rng, who, action, amount), facts


def _money(rng: Random) -> Facts:
    release_from = rng.choice((1, 5_000_000, rng.randrange(1, 10_000_000)))
    executive_from = release_from + rng.choice((0, 20_000_000, rng.randrange(1, 50_000_000)))
    authority = rng.choice((None, 0, 10_000_000, rng.randrange(1, 40_000_000)))
    steps = (release_from, executive_from, authority or 0)

    def amount() -> int:
        near = rng.choice(steps) + rng.choice((-1, 0, 1))
        return rng.choice((near, near, rng.randrange(0, release_from + 1), rng.randrange(10**8)))

    money: dict[str, Any] = dict(zip(MEASURES, (amount() for _ in MEASURES), strict=True))
    return Facts(
        release_from=release_from, executive_from=executive_from, credit_authority=authority,
        order_status=rng.choice(("open", "blocked", "released")),
        now=rng.choice((1000, 1999)), owner_role=rng.choice(("", *BUSINESS)), **money,
    )  # fmt: skip


def _signed(rng: Random, role: str, action: str, facts: Facts) -> Facts:
    """Often the second of two signatures, after somebody whose role completes them."""
    if signatures(action, facts) < 2 or (not facts.first_signer and rng.random() < 0.5):
        return facts
    other = EXECUTIVE if role != EXECUTIVE else rng.choice((SALES, FINANCE, COMPLIANCE))
    other = LOGISTICS if action == "change_promise" else other
    other = WAREHOUSE if action == "transfer_stock" else other
    site = rng.choice((facts.sending_site, ""))
    return replace(facts, first_signer="p.first", first_roles=frozenset({other}), first_site=site)


def _with_ceilings(rng: Random, who: Who, action: str, amount: int) -> Who:
    if rng.random() < 0.6:
        return who
    more = frozenset(rng.sample(BUSINESS, rng.choice((0, 0, 1, 2))))
    caps = tuple(
        (role, rng.choice((action, "release_order")), amount + rng.choice((0, 0, 1, 10**7)))
        for role in sorted(who.roles | more)
        if rng.random() < 0.7
    )
    return replace(who, roles=who.roles | more, ceilings=caps)


def _wild(rng: Random) -> tuple[Who, Facts]:
    """Anything at all."""

    def some(pool: tuple[str, ...], most: int) -> frozenset[str]:
        return frozenset(rng.sample(pool, rng.randrange(most + 1)))

    def maybe() -> bool:
        return rng.random() < 0.3

    people = ("p.1", "u.1", "p.2", "p.first")
    who = Who(
        "u.1", "p.1", some(ROLES, 3), rng.choice(("C1", "C1", "C2", "")),
        rng.choice(("", "D01", "D02", "D03")), rng.choice((None, 0, 5_000_000, 10**9)),
        absent=maybe(), stands_in_for=some(people, 1), other_roles=some(ROLES, 1),
    )  # fmt: skip
    facts = replace(
        _money(rng), classes=some(CLASSES, 3), not_known=some(CLASSES, 2), hit=maybe(),
        below_floor=maybe(), approved_roles=some(BUSINESS, 2), creators=some(people, 1),
        requesters=some(people, 1), changers=some(people, 1), pending=not maybe(),
        shown=rng.choice(("f1", "f0")), policy_now=rng.choice(("v1", "v2")),
        waives=rng.choice(("", *CLASSES)), approvers=some(people, 1),
        overriders=some(people, 1), releasers=some(people, 1), communicators=some(people, 1),
        first_signer=rng.choice(("", "p.1", "p.first")), first_roles=some(BUSINESS, 2),
        first_site=rng.choice(("", "D01", "D02")),
    )  # fmt: skip
    return who, facts
