"""The tables around a decision: who saw which version, who was told, what was asked before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from agent.desk.models import Base

NOTICE_KINDS = (
    "your_turn", "reassigned", "info_requested", "answered", "requested", "reminder", "not_sent",
)  # fmt: skip


class View(Base):
    """A person was shown a packet: exactly this version, with this fingerprint."""

    __tablename__ = "views"

    packet_id: Mapped[str] = mapped_column(ForeignKey("packets.packet_id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    viewed_at: Mapped[datetime]
    """The first time."""


class Notice(Base):
    """Somebody was told that something is theirs to do."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in NOTICE_KINDS)})", name="kind"),
    )

    notice_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    packet_id: Mapped[str] = mapped_column(ForeignKey("packets.packet_id"), index=True)
    kind: Mapped[str]
    roles: Mapped[list[str]]
    user_ids: Mapped[list[str]]
    """Named accounts; empty: everybody with one of the roles."""
    says: Mapped[str]
    told_at: Mapped[datetime] = mapped_column(index=True)


class Asked(Base):
    """A request that was answered: repeated with the same key, it gets the same answer."""

    __tablename__ = "asked"

    person_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    packet_id: Mapped[str] = mapped_column(ForeignKey("packets.packet_id"))
    outcome: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]


class Proposal(Base):
    """An approval that somebody asked for, without the right to give it."""

    __tablename__ = "proposals"
    __table_args__ = (UniqueConstraint("packet_id", "person_id", "request_hash"),)

    proposal_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    packet_id: Mapped[str] = mapped_column(ForeignKey("packets.packet_id"))
    user_id: Mapped[str]
    person_id: Mapped[str]
    action: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    request_hash: Mapped[str]
    """SHA-256 of action and parameters."""
    reason: Mapped[str]
    asked_at: Mapped[datetime]
