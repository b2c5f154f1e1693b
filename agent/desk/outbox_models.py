"""The tables of hand-off: instructions, deliveries, replies, switches, approvals of effects.

An instruction is what a person approved, on its way to the system that carries it out. The desk
never carries it out itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from agent.desk.models import Base

NOT_LEFT = ("pending",)
"""An instruction that has not left and can be withdrawn."""
IN_DOUBT = ("claimed", "unknown")
"""It may have arrived: it is asked about before anything is sent again."""
LEFT = ("sent", "done", "refused")
"""It arrived."""
VOID = ("failed", "withdrawn", "stale", "expired")
"""It was not carried out, and will not be."""
INSTRUCTION_STATUSES = (*NOT_LEFT, *IN_DOUBT, *LEFT, *VOID)
EFFECT_STATUSES = ("waiting", "approved", "rejected", "expired")
OUTCOMES = ("shipped", "shipped_in_part", "not_shipped", "cancelled")
"""What became of an order in the end."""


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    quoted = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({quoted})", name=column)


class EffectApproval(Base):
    """An effect that needs an approval of its own: a message to the customer, or a reversal."""

    __tablename__ = "effect_approvals"
    __table_args__ = (
        _one_of("kind", ("message", "reversal")),
        _one_of("status", EFFECT_STATUSES),
    )

    effect_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    packet_id: Mapped[str] = mapped_column(ForeignKey("packets.packet_id"))
    order_id: Mapped[str] = mapped_column(index=True)
    company_id: Mapped[str]
    action: Mapped[str]
    """What the receiver is told to do: notify_customer, or what undoes an action."""
    reverses: Mapped[str | None]
    """The instruction that a reversal undoes (no foreign key: the two tables name each other)."""
    parameters: Mapped[dict[str, Any]]
    digest: Mapped[str]
    """SHA-256 of the action with its parameters: what the approval is bound to."""
    final: Mapped[bool]
    """Cannot be undone: whoever approves it confirms it a second time, by its digest."""
    reason: Mapped[str]
    fingerprint: Mapped[str]
    policy_version: Mapped[str]
    prepared_by: Mapped[str]
    preparer_id: Mapped[str]
    """The person behind `prepared_by`."""
    prepared_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default="waiting", index=True)
    decided_by: Mapped[str] = mapped_column(default="")
    decider_id: Mapped[str] = mapped_column(default="")
    roles: Mapped[list[str]] = mapped_column(default=list)
    decided_at: Mapped[datetime | None]


class Outbox(Base):
    """An instruction: what an approval asks of another system; sent and reconciled by the relay."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        _one_of("status", INSTRUCTION_STATUSES),
        CheckConstraint("decision_id IS NOT NULL OR effect_id IS NOT NULL", name="approved"),
    )

    outbox_id: Mapped[str] = mapped_column(primary_key=True)
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("decisions.decision_id"))
    effect_id: Mapped[str | None] = mapped_column(ForeignKey("effect_approvals.effect_id"))
    company_id: Mapped[str]
    order_id: Mapped[str] = mapped_column(index=True)
    packet_id: Mapped[str] = mapped_column(ForeignKey("packets.packet_id"))
    kind: Mapped[str]
    """The action."""
    body: Mapped[dict[str, Any]]
    idempotency_key: Mapped[str]
    """The same over every attempt: the receiver carries it out once."""
    status: Mapped[str] = mapped_column(default="pending", index=True)
    channel: Mapped[str] = mapped_column(default="")
    """By which it was first sent; a later change of the settings does not move it."""
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str] = mapped_column(default="")
    claim_until: Mapped[datetime | None]
    """When a worker that went silent is given up."""
    next_at: Mapped[datetime]
    """Not before, by the clock of the database."""
    why: Mapped[str] = mapped_column(default="")
    """The last thing that went wrong."""
    reference: Mapped[str] = mapped_column(default="")
    """What the receiver calls it, or what a person noted."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """The approval is not acted on from here on."""
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Delivery(Base):
    """One attempt to hand an instruction over, or one question about it."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("outbox_id", "attempt"),)

    delivery_id: Mapped[str] = mapped_column(primary_key=True)
    outbox_id: Mapped[str] = mapped_column(ForeignKey("outbox.outbox_id"))
    attempt: Mapped[int]
    worker: Mapped[str]
    channel: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(default="begun")
    detail: Mapped[str] = mapped_column(default="")


class Reply(Base):
    """A signed reply of the receiver; each is accepted once, by its own id."""

    __tablename__ = "replies"

    message_id: Mapped[str] = mapped_column(primary_key=True)
    outbox_id: Mapped[str] = mapped_column(ForeignKey("outbox.outbox_id"), index=True)
    received_at: Mapped[datetime]
    status: Mapped[str]
    body: Mapped[dict[str, Any]]
    applied: Mapped[bool]
    """False where the instruction had ended before: the reply is kept, and changes nothing."""


class EffectSwitch(Base):
    """Whether anything may leave for a company; no row means that it may."""

    __tablename__ = "effect_switches"

    company_id: Mapped[str] = mapped_column(primary_key=True)
    stopped: Mapped[bool]
    reason: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class OrderOutcome(Base):
    """What became of a decided order in the end, once for each decided packet."""

    __tablename__ = "outcomes"
    __table_args__ = (_one_of("outcome", OUTCOMES),)

    packet_id: Mapped[str] = mapped_column(ForeignKey("packets.packet_id"), primary_key=True)
    order_id: Mapped[str] = mapped_column(index=True)
    outcome: Mapped[str]
    source: Mapped[str]
    """The person who said so, or the snapshot that shows it."""
    note: Mapped[str]
    at: Mapped[datetime]
