"""The tables of the desk: cases, packets and decisions; the audit and the outbox have their own.

Only what SQLite and PostgreSQL both run. Times are aware UTC; JSON is canonical text, so that its
hash does not depend on the database.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import orjson
from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

OPEN_STATUSES = ("pending", "claimed", "info_requested", "reassigned", "snoozed")
"""A packet that still waits for its decision."""
DECIDED_STATUSES = ("approved", "rejected", "edited", "sent_back")
"""A packet that a person ended."""
PACKET_STATUSES = (*OPEN_STATUSES, *DECIDED_STATUSES, "expired", "stale", "superseded")
CASE_STATUSES = ("open", "waiting", "decided", "closed")


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8; a float is refused."""
    _refuse_floats(value)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no canonical form: use a decimal as text")
    parts = value.values() if isinstance(value, dict) else value
    if isinstance(parts, list | tuple) or isinstance(value, dict):
        for part in parts:
            _refuse_floats(part)


class Utc(TypeDecorator[datetime]):
    """An aware time, stored in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite keeps no zone: what it returns is UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Canonical(TypeDecorator[Any]):
    """JSON as canonical text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To canonical text."""
        return None if value is None else canonical(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From text."""
        return None if value is None else orjson.loads(value)


class Base(DeclarativeBase):
    """Names every constraint, so that both databases and migrations agree."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Utc,
        dict[str, Any]: Canonical,
        list[str]: Canonical,
        str: Text,
    }


def _one_of(column: str, words: tuple[str, ...], name: str) -> CheckConstraint:
    quoted = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({quoted})", name=name)


class Case(Base):
    """One order and one instance of a hold on it, from its opening to its closing."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("case_key"),
        _one_of("status", CASE_STATUSES, "status"),
    )

    case_id: Mapped[str] = mapped_column(primary_key=True)
    case_key: Mapped[str]
    """Order and hold instance: a hold placed again is a new case."""
    order_id: Mapped[str] = mapped_column(index=True)
    hold_id: Mapped[str | None]
    placed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    """The as_of that it was opened for."""
    sla_due_at: Mapped[datetime | None]
    deadline_at: Mapped[datetime | None]
    """The last moment that still keeps the promise."""
    status: Mapped[str] = mapped_column(default="open", index=True)
    outcome: Mapped[str | None]
    closed_at: Mapped[datetime | None]


class Packet(Base):
    """One version of the review of an order, as it was shown."""

    __tablename__ = "packets"
    __table_args__ = (
        UniqueConstraint("order_id", "version"),
        UniqueConstraint("thread_id"),
        _one_of("status", PACKET_STATUSES, "status"),
        CheckConstraint("signed BETWEEN 0 AND 2", name="signed"),
    )

    packet_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"), index=True)
    order_id: Mapped[str]
    version: Mapped[int]
    fingerprint: Mapped[str]
    policy_version: Mapped[str]
    snapshot: Mapped[str]
    as_of: Mapped[datetime]
    expires_at: Mapped[datetime]
    body: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]
    """What the guard reads: `policies.guard.facts_json`."""
    status: Mapped[str] = mapped_column(default="pending", index=True)
    signed: Mapped[int] = mapped_column(default=0)
    """Signatures that stand."""
    thread_id: Mapped[str]
    graph_version: Mapped[str]
    waiting: Mapped[bool] = mapped_column(default=False)
    """Its graph reached the interrupt."""
    resumed: Mapped[bool] = mapped_column(default=False)
    """Its graph ended after the decision."""
    assigned_to: Mapped[str | None]
    claimed_by: Mapped[str | None]
    """The account that works on it now; `claimed_person` is who is behind it."""
    claimed_person: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]


class Decision(Base):
    """One signature, or one decision that ends a packet."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("packet_id", "slot"),
        UniqueConstraint("packet_id", "person_id"),
    )

    decision_id: Mapped[str] = mapped_column(primary_key=True)
    packet_id: Mapped[str] = mapped_column(ForeignKey("packets.packet_id"))
    slot: Mapped[int]
    user_id: Mapped[str]
    person_id: Mapped[str]
    site_id: Mapped[str]
    roles: Mapped[list[str]]
    decision: Mapped[str]
    action: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    parameters_hash: Mapped[str]
    reason_code: Mapped[str]
    reason: Mapped[str]
    fingerprint: Mapped[str]
    policy_version: Mapped[str]
    rules: Mapped[list[str]]
    text_hash: Mapped[str] = mapped_column(default="", server_default="")
    """SHA-256 of the note and the customer message of the version that was decided on."""
    final: Mapped[bool]
    """Whether it ended the packet: the first of two signatures does not."""
    decided_at: Mapped[datetime]
