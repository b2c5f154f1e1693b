"""Which route asks for which right, and which roles have it.

These rights open a page or a list. What a person may do with one packet is the policy guard's
answer (`policies/rights.cedar`), asked again at every decision.
"""

from __future__ import annotations

from enum import StrEnum

from policies.guard import BUSINESS_ROLES, ROLES


class Right(StrEnum):
    """The right that a route declares; also the scopes of API tokens."""

    PUBLIC = "public"
    """Nobody has to sign in."""
    SIGNED_IN = "signed_in"
    """Anybody who signed in, whatever the role."""
    READ = "read"
    """Cases, packets, evidence, questions, rules and sources."""
    WORK = "work"
    """Open cases and draft packets."""
    DECIDE = "decide"
    """Ask the guard for a decision."""
    AUDIT = "audit"
    """The audit trail."""
    ADMIN = "admin"
    """Accounts, tokens and the state of the service."""
    METRICS = "metrics"
    """Counters for monitoring."""


ROLES_WITH: dict[Right, frozenset[str]] = {
    Right.READ: frozenset(ROLES),
    Right.WORK: frozenset(BUSINESS_ROLES),
    Right.DECIDE: frozenset(BUSINESS_ROLES),
    Right.AUDIT: frozenset({"auditor", "executive"}),
    Right.ADMIN: frozenset({"admin"}),
    Right.METRICS: frozenset({"admin"}),
}
"""Administrators keep accounts and sources, and read no audit: they would watch themselves."""

SCOPES: tuple[str, ...] = tuple(right.value for right in ROLES_WITH)
"""What a token may be allowed; its person needs the role as well."""


def has_right(roles: frozenset[str], right: Right) -> bool:
    """Whether any of the roles has the right."""
    if right in (Right.PUBLIC, Right.SIGNED_IN):
        return True
    return not roles.isdisjoint(ROLES_WITH[right])


def rights_of(roles: frozenset[str]) -> frozenset[Right]:
    """The rights of somebody with these roles."""
    return frozenset(right for right in Right if has_right(roles, right))
