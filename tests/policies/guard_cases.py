"""What the tests of the guard share: facts that stand, signatures that stand, persons who acted."""

from __future__ import annotations

from typing import Any

from policies.guard import ROLES

SALES, FINANCE, CREDIT = "sales_operations", "finance", "credit_control"
CREDIT_STANDS = {"classes": frozenset({"credit_hold"})}
COMPLIANCE_STANDS = {"classes": frozenset({"compliance_issue"})}
EXECUTIVE_VALUE = {"order_value": 25_000_000}
LIMIT = {"approval_limit": 90_000_000}


FOR_COLUMNS = {
    "agent-sees", "staff-sees", "colleagues-see-names", "commerce-sees-prices",
    "margin-owners-see-costs", "credit-is-seen", "screening-is-seen", "authority-is-seen",
    "notes-are-seen", "history-is-seen", "unlisted-columns-are-seen",
}  # fmt: skip
"""What permits a column group: tests/policies/test_views.py."""


def waive(cls: str, **facts: Any) -> dict[str, Any]:
    return {"classes": frozenset({cls}), "waives": cls, **facts}


def signed(role: str, site: str = "", who: str = "p.first") -> dict[str, Any]:
    return {"first_signer": who, "first_roles": frozenset({role}), "first_site": site}


EVERYBODY = frozenset({f"p.{role}" for role in ROLES})
OVERRODE = {"overriders": EVERYBODY}
RELEASED = {"releasers": EVERYBODY}
WROTE = {"communicators": EVERYBODY}
