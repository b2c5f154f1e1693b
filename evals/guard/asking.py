"""One request to the guard as plain values: who asks, for what, about which packet.

Amounts are minor units of the policy currency, times whole seconds. None is "not known".
"""

from __future__ import annotations

from dataclasses import dataclass

BUSINESS = (
    "sales_operations", "finance", "credit_control", "warehouse", "logistics",
    "customer_service", "compliance", "executive",
)  # fmt: skip
ROLES = (*BUSINESS, "evaluator", "auditor", "admin")
CLASSES = (
    "compliance_issue", "credit_hold", "customer_priority_conflict", "substitution_need",
    "stock_shortage", "price_mismatch", "route_risk", "approval_gap",
)  # fmt: skip
LOCKED = (
    "release_order", "override_credit", "change_credit_limit", "change_price", "change_promise",
    "allocate_stock", "transfer_stock", "ship_partial", "substitute_item", "waive_finding",
    "notify_customer", "update_erp",
)  # fmt: skip
AGENTS_WORK = (
    "read", "classify", "recommend", "draft_note", "draft_customer_message", "request_approval",
)  # fmt: skip
HANDLING = ("edit", "reject", "send_back", "request_info", "reassign", "snooze")
EFFECTS = ("stop_effects", "start_effects", "withdraw_instruction", "reverse_action")
GROUPS = (
    "order", "goods", "route", "name", "people", "remark", "price", "cost", "credit", "screening",
    "authority", "note", "history", "other",
)  # fmt: skip
"""Columns of the evidence: seeing a group is an action of its own, `see <group>`."""
SEEING = tuple(f"see {group}" for group in GROUPS)
ACTIONS = (*LOCKED, *AGENTS_WORK, *HANDLING, *EFFECTS)
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Who:
    """A person as the staff table has them; the agent is `None` instead."""

    user: str
    person: str
    roles: frozenset[str]
    company: str = "C1"
    site: str = ""
    limit: int | None = 0
    ceilings: tuple[tuple[str, str, int], ...] = ()
    absent: bool = False
    stands_in_for: frozenset[str] = NOBODY
    other_roles: frozenset[str] = NOBODY


@dataclass(frozen=True)
class Facts:
    """All that is known about a packet and its order at the moment of the request."""

    classes: frozenset[str] = NOBODY
    not_known: frozenset[str] = NOBODY
    order_value: int | None = 0
    credit_excess: int | None = 0
    margin_given_up: int | None = 0
    line_value: int | None = 0
    release_from: int = 5_000_000
    executive_from: int = 25_000_000
    credit_authority: int | None = 10_000_000
    order_status: str = "blocked"
    hit: bool = False
    below_floor: bool = False
    approved_roles: frozenset[str] = NOBODY
    owner_role: str = ""
    company: str = "C1"
    site: str = "D01"
    sending_site: str = "D02"
    creators: frozenset[str] = NOBODY
    requesters: frozenset[str] = NOBODY
    changers: frozenset[str] = NOBODY
    pending: bool = True
    fingerprint: str = "f1"
    shown: str = "f1"
    policy: str = "v1"
    policy_now: str = "v1"
    now: int = 1000
    expires_at: int = 2000
    waives: str = ""
    approvers: frozenset[str] = NOBODY
    overriders: frozenset[str] = NOBODY
    releasers: frozenset[str] = NOBODY
    communicators: frozenset[str] = NOBODY
    first_signer: str = ""
    first_roles: frozenset[str] = NOBODY
    first_site: str = ""


@dataclass(frozen=True)
class Ask:
    """One request."""

    who: Who | None
    action: str
    facts: Facts
