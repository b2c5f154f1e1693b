"""The tables of sign-in: accounts, sessions and tokens; and the queue's rows, made once a packet.

No secret is stored: passwords as argon2 hashes, the random secrets of sessions and tokens as
SHA-256.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from agent.desk.models import Base


class Account(Base):
    """Somebody who may sign in with a password; roles stand in the staff table, not here."""

    __tablename__ = "accounts"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """Wrong passwords since the last right one."""
    locked_until: Mapped[datetime | None]


class SignIn(Base):
    """A session of the console."""

    __tablename__ = "sessions"

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(index=True)
    method: Mapped[str]
    """password, persona (demo homes only) or oidc."""
    csrf: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Token(Base):
    """A token of the API."""

    __tablename__ = "tokens"

    token_id: Mapped[str] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(index=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class QueueRow(Base):
    """What the queue shows of a packet, so that a list of many never reads their bodies."""

    __tablename__ = "queue_rows"

    packet_id: Mapped[str] = mapped_column(ForeignKey("packets.packet_id"), primary_key=True)
    row: Mapped[dict[str, Any]]
