"""Single changes to a request, each aimed at one rule: what a person, a packet or a moment is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from evals.guard.asking import BUSINESS, CLASSES, LOCKED, ROLES, Facts, Who
from evals.guard.signing import amount_of

Change = Callable[[Random, Who, Facts, str], tuple[Who, Facts]]


def _facts(**changed: Any) -> Change:
    return lambda rng, who, facts, action: (who, replace(facts, **changed))


def _who(**changed: Any) -> Change:
    return lambda rng, who, facts, action: (replace(who, **changed), facts)


def _adds(name: str, *pool: str) -> Change:
    """Adds one of the words to a set of the facts."""

    def change(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
        return who, replace(facts, **{name: getattr(facts, name) | {rng.choice(pool)}})

    return change


def _role(name: str, *pool: str) -> Change:
    """Adds one of the roles to those of the person."""

    def change(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
        return replace(who, **{name: getattr(who, name) | {rng.choice(pool)}}), facts

    return change


def _too_little(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    amount, _ = amount_of(action, facts)
    limit = rng.choice((None, amount - 1, amount - 1, amount, amount + 1))
    return replace(who, limit=limit if limit is None else max(limit, 0)), facts


def _capped(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    amount, _ = amount_of(action, facts)
    cap = max(amount + rng.choice((-1, -1, 0, 1)), 0)
    return replace(who, ceilings=tuple((role, action, cap) for role in sorted(who.roles))), facts


def _at_threshold(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    """Every amount on a threshold, or a unit beside it."""
    at = rng.choice((facts.release_from, facts.executive_from, facts.credit_authority or 0))
    amount = max(at + rng.choice((-1, 0, 1)), 0)
    return who, replace(
        facts, order_value=amount, credit_excess=amount, margin_given_up=amount, line_value=amount
    )


def _unknown_amounts(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    return who, replace(
        facts, order_value=None, credit_excess=None, margin_given_up=None, line_value=None
    )


def _other_role(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    return replace(who, roles=frozenset({rng.choice(ROLES)})), facts


def _with(facts: Facts, name: str, person: str) -> Facts:
    changed: dict[str, Any] = {name: frozenset({person})}
    return replace(facts, **changed)


def _touched(name: str) -> Change:
    def change(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
        return who, _with(facts, name, rng.choice((who.person, who.user)))

    return change


def _did(name: str) -> Change:
    """The person did another duty of the order; whoever did it, approved something."""

    def change(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
        approvers = facts.approvers | ({who.person} if rng.random() < 0.5 else set())
        changed: dict[str, Any] = {"approvers": approvers, name: frozenset({who.person})}
        return who, replace(facts, **changed)

    return change


def _stands_in(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    name = rng.choice(STANDING if action in LOCKED else ("creators", "approvers"))
    changed = _with(facts, name, "p.away")
    return replace(who, stands_in_for=frozenset({rng.choice(("p.away", "p.away", "p.9"))})), changed


def _signed_by(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    signer = rng.choice((who.person, "p.first", "p.first", ""))
    roles = frozenset(rng.sample(BUSINESS, rng.choice((0, 1, 1, 2))))
    site = rng.choice(("", facts.site, facts.sending_site, who.site))
    return who, replace(facts, first_signer=signer, first_roles=roles, first_site=site)


def _away_signed(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    """The first signature is of somebody for whom the person stands in."""
    signed = replace(facts, first_signer="p.away", first_roles=frozenset({rng.choice(BUSINESS)}))
    return replace(who, stands_in_for=frozenset({"p.away"})), signed


def _waives(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    return who, replace(facts, waives=rng.choice(("", *CLASSES)))


def _screened(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    where = rng.choice(("classes", "not_known"))
    return who, replace(facts, **{where: getattr(facts, where) | {"compliance_issue"}})


def _moment(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    return who, replace(facts, now=facts.expires_at + rng.choice((-1, 0, 1)))


def _second(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    """A second signature at the executive threshold, after somebody who is no executive."""
    amount = facts.executive_from + rng.choice((-1, 0, 0, 1))
    authority = rng.choice((facts.credit_authority, amount, amount - 1))
    changed = replace(
        facts, order_value=amount, credit_excess=amount, margin_given_up=amount, line_value=amount,
        credit_authority=authority, first_signer="p.first",
        first_roles=frozenset({rng.choice((*sorted(who.roles), *BUSINESS))}),
    )  # fmt: skip
    return replace(who, limit=amount + rng.choice((0, 1))), changed


def _above(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    """A second signature above credit control's authority, below the executive threshold."""
    amount = facts.executive_from - 1
    roles = frozenset({rng.choice(("finance", "credit_control"))})
    changed = replace(facts, credit_excess=amount, credit_authority=amount - rng.choice((0, 1)),
                      first_signer="p.first", first_roles=roles)  # fmt: skip
    return replace(who, roles=frozenset({"finance"}), limit=amount), changed


def _same_site(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
    site = rng.choice((facts.site, facts.sending_site))
    signed = replace(facts, first_signer="p.first", first_roles=frozenset({"warehouse"}),
                     first_site=site)  # fmt: skip
    return replace(who, site=site), signed


def _stands(cls: str, *, waived: bool = True) -> Change:
    """A finding of the class stands and is waived; or it is waived and does not stand."""

    def change(rng: Random, who: Who, facts: Facts, action: str) -> tuple[Who, Facts]:
        classes = frozenset({cls}) if waived else frozenset[str]()
        roles = rng.choice((who.roles, frozenset({"executive"})))
        return replace(who, roles=roles), replace(facts, classes=classes, waives=cls)

    return change


STANDING = ("creators", "requesters", "changers", "creators", "requesters", "changers",
            "approvers", "overriders", "releasers", "communicators")  # fmt: skip

CONTEXT: tuple[Change, ...] = (
    _facts(shown="f0"), _facts(shown=""), _facts(policy_now="v2"), _moment, _signed_by,
    _facts(first_signer=""),
)  # fmt: skip
"""Changes of the request alone: the packet and the person stay what they are."""

EVERYWHERE: tuple[Change, ...] = (
    *CONTEXT, _too_little, _capped, _at_threshold, _at_threshold, _unknown_amounts, _other_role,
    _facts(hit=True), _facts(below_floor=True), _facts(pending=False), _screened, _waives,
    _adds("classes", "credit_hold"), _adds("not_known", "credit_hold", "price_mismatch"),
    _facts(order_status="closed"), _facts(order_status="shipped"),
    _facts(classes=frozenset()), _facts(approved_roles=frozenset()),
    _facts(owner_role=""), _facts(credit_authority=None),
    _adds("classes", *CLASSES), _adds("approved_roles", *BUSINESS),
    _touched("creators"), _touched("requesters"), _touched("changers"), _stands_in, _stands_in,
    _did("overriders"), _did("releasers"), _did("communicators"), _did("approvers"),
    _who(absent=True), _who(company="C2"), _who(company=""), _who(site="D03"), _who(site="D02"),
    _role("roles", "admin", "auditor", "evaluator"), _role("roles", *BUSINESS),
    _role("roles", "sales_operations", "customer_service"),
    _role("other_roles", "admin", "auditor", "evaluator"),
    _role("other_roles", "sales_operations", "customer_service", "warehouse"),
)  # fmt: skip
"""Every change."""

_ADMIN = _role("roles", "admin")
_SIGNS = (_second, _second, _at_threshold, _too_little, _capped)
AIMED: dict[str, tuple[Change, ...]] = {
    "release_order": (
        *_SIGNS, _screened, _unknown_amounts, _adds("classes", "credit_hold"),
        _adds("not_known", "credit_hold", "price_mismatch"), _adds("classes", "credit_hold"),
    ),
    "override_credit": (*_SIGNS, _did("releasers"), _unknown_amounts, _above),
    "change_credit_limit": (*_SIGNS, _did("releasers"), _above),
    "change_price": (
        *_SIGNS, _did("releasers"), _unknown_amounts, _facts(below_floor=True),
        _facts(below_floor=True),
        _facts(below_floor=True),
    ),
    "ship_partial": (*_SIGNS, _screened, _screened, _who(site="D03")),
    "substitute_item": _SIGNS,
    "waive_finding": (
        *_SIGNS, _stands("compliance_issue"), _stands("compliance_issue"),
        _stands("route_risk", waived=False), _stands("credit_hold"), _stands("route_risk"),
    ),
    "allocate_stock": (_who(site="D03"), _who(site="D02"), _facts(order_status="closed")),
    "transfer_stock": (_same_site, _same_site, _who(site="D03")),
    "notify_customer": (_did("approvers"), _did("communicators")),
    "update_erp": (_did("overriders"), _facts(approved_roles=frozenset())),
    "edit": (_did("approvers"), _touched("creators"), _stands_in, _signed_by, _away_signed),
    "withdraw_instruction": (_ADMIN, _who(absent=True), _did("approvers")),
    "reverse_action": (
        _touched("requesters"), _touched("requesters"), _touched("requesters"),
        _did("approvers"), _moment, _ADMIN),
}  # fmt: skip
"""Changes aimed at the rules of one action, for those that chance seldom finds alone."""
