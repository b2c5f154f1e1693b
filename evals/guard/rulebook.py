"""The second opinion on rights, in plain Python, from what the rules say in words.

It reads no policy text and imports nothing of the product. `judge` answers a request with the
names of what decides: objections where anything stands against it, else what permits it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from evals.guard.asking import BUSINESS, HANDLING, NOBODY, Facts, Who
from evals.guard.grants import grants
from evals.guard.objections import objections
from evals.guard.signing import MEASURED, signatures

DEFAULT_DENY = "default-deny"
UNLIMITED = 2**63 - 1


def judge(who: Who | None, action: str, facts: Facts) -> tuple[bool, frozenset[str]]:
    """Whether the request is allowed, and by the names of which rules that was decided."""
    most = -1 if who is None else authority(who, action, facts)
    against = frozenset(objections(who, action, facts, most))
    if against:
        return False, against
    handling = handlers(facts) if action in HANDLING else NOBODY
    granted = frozenset(grants(who, action, facts, handling))
    return bool(granted), granted or frozenset({DEFAULT_DENY})


def handlers(facts: Facts) -> frozenset[str]:
    """Who may handle a packet: its owner, those who may release the order, the executive."""
    named = signers("release_order", replace(facts, waives=""))
    return (named | {"executive", facts.owner_role}) - {""}


def authority(who: Who, action: str, facts: Facts) -> int:
    """How much the person may approve: the own limit, capped by role; none is below zero."""
    if who.limit is None:
        return -1 if _is_measured(action, facts) else 0
    counting = who.roles
    if len(who.roles) > 1 and who.ceilings:
        counting = who.roles & (signers(action, facts) | {"executive"}) or who.roles
    most = -1
    for role in counting:
        caps = [cap for of, doing, cap in who.ceilings if (of, doing) == (role, action)]
        most = max(most, min([who.limit, *caps]))
    return most if _is_measured(action, facts) else max(most, 0)


def _is_measured(action: str, facts: Facts) -> bool:
    if action != "waive_finding":
        return action in MEASURED
    return facts.waives in ("credit_hold", "price_mismatch", "approval_gap")


def signers(action: str, facts: Facts) -> frozenset[str]:
    """The roles that may sign an action: somebody who holds the role alone and touched nothing."""
    return _signers(action, Facts(
        facts.classes, facts.not_known, facts.order_value, facts.credit_excess,
        facts.margin_given_up, facts.line_value, facts.release_from, facts.executive_from,
        facts.credit_authority, facts.order_status, facts.hit, facts.below_floor,
        facts.approved_roles, company="", site="", sending_site="", waives=facts.waives,
    ))  # fmt: skip


@lru_cache(maxsize=4096)
def _signers(action: str, clean: Facts) -> frozenset[str]:
    stages = [clean]
    if signatures(action, clean) > 1:
        stages.append(replace(clean, first_signer="another", first_roles=frozenset(BUSINESS)))
    return frozenset(
        role for role in BUSINESS for stage in stages if judge(_somebody(role), action, stage)[0]
    )


def _somebody(role: str) -> Who:
    return Who(f"some-{role}", f"some-{role}", frozenset({role}), company="", limit=UNLIMITED)
