"""The desk store, revision 0002: claims, proof of view, notices, repeated requests, proposals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CLAIM = ("claimed_by", "claimed_person")
APPEND_ONLY = "views"


def upgrade() -> None:
    """Add the columns and tables; a view, once recorded, stays as it is."""
    for name in CLAIM:
        op.add_column("packets", sa.Column(name, sa.Text(), nullable=True))
    for name in ("claimed_at", "claimed_until"):
        op.add_column("packets", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("decisions", sa.Column("text_hash", sa.Text(), nullable=False, server_default=""))
    _views()
    _notices()
    _asked()
    _proposals()
    _protect()


def downgrade() -> None:
    """Drop what was added."""
    op.drop_table("proposals")
    op.drop_table("asked")
    op.drop_index(op.f("ix_notices_told_at"), table_name="notices")
    op.drop_index(op.f("ix_notices_packet_id"), table_name="notices")
    op.drop_table("notices")
    op.drop_table("views")
    op.drop_column("decisions", "text_hash")
    for name in (*CLAIM, "claimed_at", "claimed_until"):
        op.drop_column("packets", name)


def _packet(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_packet_id")
    return sa.ForeignKeyConstraint(["packet_id"], ["packets.packet_id"], name=name)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _views() -> None:
    op.create_table(
        "views",
        _text("packet_id"),
        _text("fingerprint"),
        _text("person_id"),
        _text("user_id"),
        _time("viewed_at"),
        _packet("views"),
        sa.PrimaryKeyConstraint("packet_id", "fingerprint", "person_id", name=op.f("pk_views")),
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("notice_id", sa.Integer(), autoincrement=True, nullable=False),
        _text("packet_id"),
        _text("kind"),
        _text("roles"),
        _text("user_ids"),
        _text("says"),
        _time("told_at"),
        sa.CheckConstraint(
            "kind IN ('your_turn', 'reassigned', 'info_requested', 'answered', 'requested', "
            "'reminder', 'not_sent')",
            name=op.f("ck_notices_kind"),
        ),
        _packet("notices"),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_packet_id"), "notices", ["packet_id"], unique=False)
    op.create_index(op.f("ix_notices_told_at"), "notices", ["told_at"], unique=False)


def _asked() -> None:
    op.create_table(
        "asked",
        _text("person_id"),
        _text("key"),
        _text("request_hash"),
        _text("packet_id"),
        _text("outcome"),
        _time("asked_at"),
        _packet("asked"),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_asked")),
    )


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("proposal_id", sa.Integer(), autoincrement=True, nullable=False),
        _text("packet_id"),
        _text("user_id"),
        _text("person_id"),
        _text("action"),
        _text("parameters"),
        _text("request_hash"),
        _text("reason"),
        _time("asked_at"),
        _packet("proposals"),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposals")),
        sa.UniqueConstraint(
            "packet_id",
            "person_id",
            "request_hash",
            name=op.f("uq_proposals_packet_id_person_id_request_hash"),
        ),
    )


def _protect() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {APPEND_ONLY}_no_change BEFORE UPDATE OR DELETE ON {APPEND_ONLY} "
            "FOR EACH ROW EXECUTE FUNCTION desk_append_only()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {APPEND_ONLY}_no_{act.lower()} BEFORE {act} ON {APPEND_ONLY} "
            f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY} is append-only'); END"
        )
