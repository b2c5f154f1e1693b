"""The desk store, revision 0005: sign-in (accounts, sessions, tokens) and the queue's rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("accounts", "sessions", "tokens", "queue_rows")


def upgrade() -> None:
    """Create the tables."""
    _accounts()
    _sessions()
    _tokens()
    _queue_rows()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_index(op.f("ix_tokens_user_id"), table_name="tokens")
    for table in reversed(TABLES):
        op.drop_table(table)


def _text(name: str, *, empty: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=empty)


def _moment(name: str, *, empty: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=empty)


def _accounts() -> None:
    op.create_table(
        "accounts",
        _text("user_id"),
        _text("password_hash"),
        _moment("created_at"),
        _moment("disabled_at", empty=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        _moment("locked_until", empty=True),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_accounts")),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        _text("secret_hash"),
        _text("user_id"),
        _text("method"),
        _text("csrf"),
        _moment("started_at"),
        _moment("seen_at"),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)


def _tokens() -> None:
    op.create_table(
        "tokens",
        _text("token_id"),
        _text("secret_hash"),
        _text("user_id"),
        _text("scopes"),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("used_at", empty=True),
        _moment("revoked_at", empty=True),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_tokens_secret_hash")),
    )
    op.create_index(op.f("ix_tokens_user_id"), "tokens", ["user_id"], unique=False)


def _queue_rows() -> None:
    op.create_table(
        "queue_rows",
        _text("packet_id"),
        _text("row"),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packets.packet_id"], name=op.f("fk_queue_rows_packet_id")
        ),
        sa.PrimaryKeyConstraint("packet_id", name=op.f("pk_queue_rows")),
    )
