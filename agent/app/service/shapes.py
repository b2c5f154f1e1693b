"""The shapes of the API: what goes in and what comes out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

T = TypeVar("T")
Text = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]


class In(BaseModel):
    """A body: unknown fields are refused, so that a misspelt one is never silently ignored."""

    model_config = ConfigDict(extra="forbid")


class PageOf(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    next_cursor: str | None
    """Send it as `cursor` for the next page; null at the end."""
    total: int


class Risk(BaseModel):
    """How bad it is if nobody acts, with the terms that make up the score."""

    level: str
    score: str
    terms: list[dict[str, Any]]


class CaseOut(BaseModel):
    """One case of the queue with its newest packet."""

    case_id: str
    packet_id: str
    order_id: str
    status: str
    signed: int
    customer_id: str
    customer: str
    customer_ref: str
    company_id: str
    site_id: str
    net: str | None
    currency: str
    net_shown: str
    value: str | None
    """Net value in the policy currency."""
    promise: str | None
    primary: str | None
    also: list[str]
    not_known: list[str]
    latest_action_at: datetime | None
    minutes_left: int | None
    left_shown: str
    placed_at: datetime | None
    sla_due_at: datetime | None
    risk: Risk
    recommendation: str
    owner: str
    user_id: str | None
    assigned_to: str | None
    snoozed_until: datetime | None


class PacketOut(BaseModel):
    """A packet as it was shown; its ETag is what If-Match of a decision names."""

    packet_id: str
    case_id: str
    order_id: str
    version: int
    status: str
    signed: int
    fingerprint: str
    policy_version: str
    snapshot: str
    as_of: datetime
    expires_at: datetime
    body: dict[str, Any]


class EvidenceOut(BaseModel):
    """One row that a packet cites."""

    ref: str
    columns: dict[str, Any]


class DecisionOut(BaseModel):
    """One signature or decision that stands on a packet."""

    decision_id: str
    user_id: str
    roles: list[str]
    decision: str
    action: str
    reason: str
    final: bool
    decided_at: datetime


class DecisionIn(In):
    """A decision on a packet."""

    decision: Literal[
        "approve", "reject", "edit", "send_back", "claim", "unclaim", "request_info", "answer",
        "reassign", "snooze", "request_approval",
    ]  # fmt: skip
    action: Literal[
        "", "release_order", "override_credit", "change_credit_limit", "change_price",
        "change_promise", "allocate_stock", "transfer_stock", "ship_partial", "substitute_item",
        "waive_finding", "notify_customer", "update_erp",
    ] = ""  # fmt: skip
    """The locked action, for an approval."""
    reason: Text = ""
    parameters: dict[str, Text] = Field(default_factory=dict, max_length=20)
    """`to` of reassign, `until` of snooze, `class` of waive_finding, `note` of edit …"""
    reason_code: Annotated[str, StringConstraints(max_length=50)] = ""
    """Needed, with a reason in words, for an approval against a finding."""


class OutcomeOut(BaseModel):
    """What came of a decision."""

    packet_id: str
    status: str
    decision_id: str | None
    final: bool
    signed: int
    needed: int
    says: str
    next_roles: list[str]
    next_people: list[str]
    repeated: bool


class VerdictOut(BaseModel):
    """Whether somebody may do an action, and why not."""

    action: str
    allowed: bool
    rules: list[str]
    reason: str
    roles: list[str]
    count: int
    would_change: list[str]


class ReviewIn(In):
    """Orders to review as they are now; nothing is stored."""

    orders: list[Name] = Field(min_length=1, max_length=50)
    what_if: list[Text] = Field(default_factory=list, max_length=10)


class CasesIn(In):
    """Orders whose cases are to be opened; all held orders where none is named."""

    orders: list[Name] = Field(default_factory=list, max_length=500)


class WorkOut(BaseModel):
    """What opening cases did."""

    waiting: list[str]
    resumed: list[str]
    failed: dict[str, str]


class QuestionIn(In):
    """A question, as typed."""

    question: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500,
                               pattern=r"^[^\x00]*$")
    ]  # fmt: skip
    order: Name | None = None
    """The order in view, which a question without an order is about."""


class AuditOut(BaseModel):
    """One event of the audit."""

    seq: int
    at: str
    event: str
    actor: str
    actor_kind: str
    case_id: str
    packet_id: str
    order_id: str
    verdict: str
    rules: str
    hash: str


class ChainOut(BaseModel):
    """What a verification of the audit chain found."""

    ok: bool
    rows: int
    first_bad_seq: int | None
    why: str


class MeOut(BaseModel):
    """Who calls, and what they may."""

    user_id: str
    name: str
    roles: list[str]
    company_id: str
    rights: list[str]


class Health(BaseModel):
    """Whether the service lives or is ready; `missing` names what it waits for."""

    status: Literal["ok", "not ready"]
    missing: list[str] = Field(default_factory=list)
