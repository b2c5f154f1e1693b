"""What the guard is told and what it answers: plain values, no judgement.

Amounts are whole minor units of the policy currency, times seconds since 1970. `None` says that
an amount is not known. Nothing here is converted or repaired: what is missing or of another type
reaches the guard as it is, and is denied there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cache
from typing import Any, get_type_hints

from tools.money import minor_unit

LOCKED_ACTIONS: tuple[str, ...] = (
    "release_order", "override_credit", "change_credit_limit", "change_price", "change_promise",
    "allocate_stock", "transfer_stock", "ship_partial", "substitute_item", "waive_finding",
    "notify_customer", "update_erp",
)  # fmt: skip
"""What only a person may decide."""

AGENT_ACTIONS: tuple[str, ...] = (
    "read", "classify", "recommend", "draft_note", "draft_customer_message", "request_approval",
)  # fmt: skip
"""All that the agent may do."""

HANDLING: tuple[str, ...] = ("edit", "reject", "send_back", "request_info", "reassign", "snooze")
"""What a person may do with a packet without approving an action."""

OVERRIDES = frozenset({"override_credit", "change_credit_limit", "change_price", "waive_finding"})
"""Actions that set a finding aside: sensitive, so that another person releases."""
RELEASES = frozenset({"release_order", "ship_partial", "update_erp"})
"""Actions that let goods or an instruction go."""

EFFECTS: tuple[str, ...] = (
    "stop_effects", "start_effects", "withdraw_instruction", "reverse_action",
)  # fmt: skip
"""What a person may do with what leaves the desk."""

BUSINESS_ROLES: tuple[str, ...] = (
    "sales_operations", "finance", "credit_control", "warehouse", "logistics",
    "customer_service", "compliance", "executive",
)  # fmt: skip
ROLES: tuple[str, ...] = (*BUSINESS_ROLES, "evaluator", "auditor", "admin")
"""Every role of the desk."""

OPEN_STATUSES = frozenset({"open", "blocked", "released"})
NO_AUTHORITY = -1


def to_minor(amount: Decimal, currency: str) -> int:
    """An amount in whole minor units, a part of one rounded up: a threshold is never undercut."""
    return int((amount / minor_unit(currency)).to_integral_value(ROUND_CEILING))


def limit_to_minor(amount: Decimal | None, currency: str) -> int | None:
    """An approval limit in whole minor units, a part of one dropped; empty stays empty."""
    return None if amount is None else int(amount / minor_unit(currency))


@dataclass(frozen=True, slots=True)
class Agent:
    """The agent itself: a principal with fewer rights than any person."""

    user_id: str = "agent"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in, as the staff table describes them at that moment."""

    user_id: str
    person_id: str
    roles: frozenset[str]
    company_id: str = ""
    site_id: str = ""
    """Empty: every site of the company."""
    approval_limit: int | None = None
    """Empty is no authority."""
    ceilings: tuple[tuple[str, str, int], ...] = ()
    """Rows of authorities for the company: role, action, most it may approve."""
    absent: bool = False
    stand_in: str = ""
    """The account that decides while this person is absent."""
    stands_in_for: frozenset[str] = frozenset()
    """Persons who are absent now and named this one; it gives no right and only excludes."""
    other_roles: frozenset[str] = frozenset()
    """Roles that the same person holds in other accounts; they give no right and only exclude."""


@dataclass(frozen=True, slots=True)
class LockFacts:
    """What decides who may approve which action of an order."""

    classes: frozenset[str]
    """Classes with a standing finding of any severity (a waived one does not stand)."""
    not_known: frozenset[str]
    """Classes that could not be judged; for the guard an unknown is a finding."""
    order_value: int | None
    """Net value of the order: what release_order is measured against."""
    release_from: int
    executive_from: int
    order_status: str = "blocked"
    hit: bool = False
    """A denied-party hit stands."""
    below_floor: bool = False
    """P3 stands: the margin is below its floor."""
    credit_excess: int | None = 0
    """The larger of the gross value and exposure after, less the limit: measures credit actions."""
    margin_given_up: int | None = 0
    """Measures change_price."""
    line_value: int | None = 0
    """The line (the largest, where several): measures ship_partial and substitute_item."""
    credit_authority: int | None = None
    """The highest authority in credit control of the company; empty: nobody has any."""
    approved_roles: frozenset[str] = frozenset()
    """Roles in which an action of the case was approved in the desk."""
    expires_hours: int = 24
    """How long an approval may wait before the order has to be reviewed again."""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What a packet tells the guard: the locks' facts, where the order is and who touched it."""

    lock: LockFacts
    order_id: str
    company_id: str = ""
    site_id: str = ""
    sending_site_id: str = ""
    """Of the transfer that is proposed, else empty."""
    creators: frozenset[str] = frozenset()
    """Person ids where the staff table knows them, else account ids."""
    requesters: frozenset[str] = frozenset()
    changers: frozenset[str] = frozenset()
    owner_role: str = ""


@dataclass(frozen=True, slots=True)
class PacketFacts:
    """The facts of one decision: the order's, and the packet as it stands and as it was shown."""

    order: OrderFacts
    packet_id: str
    pending: bool
    fingerprint: str
    shown: str
    policy_version: str
    policy_now: str
    now: int
    expires_at: int
    waives: str = ""
    """The class of the finding that a waiver accepts."""
    approvers: frozenset[str] = frozenset()
    """Persons who approved an action of this case."""
    overriders: frozenset[str] = frozenset()
    """Those of them who approved one of `OVERRIDES`."""
    releasers: frozenset[str] = frozenset()
    """Those of them who approved one of `RELEASES`."""
    communicators: frozenset[str] = frozenset()
    """Those of them who approved a message to the customer."""
    first_signer: str = ""
    """The person whose signature stands, where a second is awaited."""
    first_roles: frozenset[str] = frozenset()
    first_site: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """One locked action: by which rules, and who may approve it."""

    action: str
    rules: tuple[str, ...]
    roles: tuple[str, ...]
    count: int
    expires_hours: int
    allowed: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one request, with the rules that decided it."""

    allowed: bool
    rules: tuple[str, ...]
    reason: str
    """A sentence for the person who asked."""
    roles: tuple[str, ...] = ()
    """Roles that could approve."""
    count: int = 1
    would_change: tuple[str, ...] = ()


def facts_json(facts: OrderFacts) -> dict[str, Any]:
    """The facts of an order as plain JSON, sets in order."""
    return {name: _plain(getattr(facts, name)) for name in OrderFacts.__dataclass_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, LockFacts):
        return {name: _plain(getattr(value, name)) for name in LockFacts.__dataclass_fields__}
    return sorted(value) if isinstance(value, frozenset) else value


def facts_of_json(body: Mapping[str, Any]) -> OrderFacts:
    """The facts back from JSON; a missing key or an unknown one raises TypeError."""
    return OrderFacts(**{**_sets(body), "lock": LockFacts(**_sets(body["lock"]))})


def _sets(body: Mapping[str, Any]) -> dict[str, Any]:
    return {k: frozenset(v) if isinstance(v, list) else v for k, v in body.items()}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the policy text: its id, effect, sentence, remedy and number of signers."""

    rule_id: str
    effect: str
    says: str = ""
    clears: str = ""
    signers: int = 1


def faults(value: Any) -> tuple[str, ...]:
    """Names of the fields whose value is not exactly of the declared type, or above 64 bits."""
    kind: Any = type(value)
    found = [name for name, fits in _checks(kind) if not fits(getattr(value, name, None))]
    inner = [part for part in (getattr(value, "order", None), getattr(value, "lock", None)) if part]
    return tuple(found) + tuple(name for part in inner for name in faults(part))


@cache
def _checks(of: Any) -> tuple[tuple[str, Callable[[object], bool]], ...]:
    return tuple((name, _check(hint)) for name, hint in get_type_hints(of).items())


def _check(hint: Any) -> Callable[[object], bool]:
    special = {"int": _is_whole, "int | None": _is_whole_or_empty, "frozenset[str]": _is_texts}
    name = hint.__name__ if isinstance(hint, type) and hint is not frozenset else str(hint)
    if str(hint) in special or name in special:
        return special.get(str(hint)) or special[name]
    if str(hint).startswith("tuple"):
        return _is_ceilings
    return lambda part: type(part) is hint


def _is_whole(part: object) -> bool:
    return type(part) is int and -(2**63) <= part < 2**63


def _is_whole_or_empty(part: object) -> bool:
    return part is None or _is_whole(part)


def _is_texts(part: object) -> bool:
    return type(part) is frozenset and all(type(one) is str for one in part)


def _is_ceilings(part: object) -> bool:
    return type(part) is tuple and all(
        [type(cell) for cell in row] == [str, str, int] for row in part
    )
