"""The desk store, revision 0004: hand-off.

The outbox learns where an instruction stands; deliveries, replies, switches, approvals of
effects, and final outcomes are new.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE = "'pending', 'sent', 'unknown', 'failed', 'done'"
STATUSES = (
    "'pending', 'claimed', 'unknown', 'sent', 'done', 'refused', 'failed', 'withdrawn', 'stale', "
    "'expired'"
)
WIDER = (
    "effect_id", "company_id", "order_id", "packet_id", "channel", "attempts", "claimed_by",
    "claim_until", "next_at", "why", "reference", "expires_at", "sent_at", "ended_at",
)  # fmt: skip
TABLES = ("outcomes", "effect_switches", "replies", "deliveries")


def upgrade() -> None:
    """Widen the outbox, fill what its rows lack, and create the other tables."""
    _effect_approvals()
    _widen_outbox()
    _fill_outbox()
    _narrow_outbox()
    _deliveries()
    _replies()
    _switches()
    _outcomes()


def downgrade() -> None:
    """Back to the first outbox; instructions that no decision made are dropped."""
    op.drop_index(op.f("ix_replies_outbox_id"), table_name="replies")
    op.drop_index(op.f("ix_outcomes_order_id"), table_name="outcomes")
    for table in TABLES:
        op.drop_table(table)
    op.execute("DELETE FROM outbox WHERE decision_id IS NULL")
    op.execute(f"UPDATE outbox SET status = 'failed' WHERE status NOT IN ({BEFORE})")
    op.drop_index(op.f("ix_outbox_order_id"), table_name="outbox")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_status"), type_="check")
        batch.drop_constraint(op.f("ck_outbox_approved"), type_="check")
        batch.drop_constraint(op.f("fk_outbox_effect_id"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_outbox_packet_id"), type_="foreignkey")
        for name in WIDER:
            batch.drop_column(name)
        batch.alter_column("decision_id", existing_type=sa.Text(), nullable=False)
        batch.create_check_constraint(op.f("ck_outbox_status"), f"status IN ({BEFORE})")
    for name in ("order_id", "status"):
        op.drop_index(op.f(f"ix_effect_approvals_{name}"), table_name="effect_approvals")
    op.drop_table("effect_approvals")


def _widen_outbox() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_status"), type_="check")
        batch.add_column(sa.Column("effect_id", sa.Text(), nullable=True))
        for name in ("company_id", "order_id", "packet_id", "channel", "claimed_by", "why",
                     "reference"):  # fmt: skip
            batch.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
        for name in ("claim_until", "next_at", "expires_at", "sent_at", "ended_at"):
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def _fill_outbox() -> None:
    """What older rows lack stands in their decision and its packet."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT o.outbox_id, p.packet_id, p.order_id, p.facts FROM outbox o "
            "JOIN decisions d ON d.decision_id = o.decision_id "
            "JOIN packets p ON p.packet_id = d.packet_id"
        )
    ).all()
    for outbox_id, packet_id, order_id, facts in rows:
        company = json.loads(facts).get("company_id", "")
        connection.execute(
            sa.text(
                "UPDATE outbox SET packet_id = :packet, order_id = :order, company_id = :company, "
                "next_at = created_at, expires_at = "
                "(SELECT expires_at FROM packets WHERE packet_id = :packet) WHERE outbox_id = :id"
            ),
            {"packet": packet_id, "order": order_id, "company": company, "id": outbox_id},
        )


def _narrow_outbox() -> None:
    with op.batch_alter_table("outbox") as batch:
        for name in ("company_id", "order_id", "packet_id", "channel", "claimed_by", "why",
                     "reference"):  # fmt: skip
            batch.alter_column(name, existing_type=sa.Text(), server_default=None)
        batch.alter_column("attempts", existing_type=sa.Integer(), server_default=None)
        for name in ("next_at", "expires_at"):
            batch.alter_column(name, existing_type=sa.DateTime(timezone=True), nullable=False)
        batch.alter_column("decision_id", existing_type=sa.Text(), nullable=True)
        batch.create_check_constraint(op.f("ck_outbox_status"), f"status IN ({STATUSES})")
        batch.create_check_constraint(
            op.f("ck_outbox_approved"), "decision_id IS NOT NULL OR effect_id IS NOT NULL"
        )
        batch.create_foreign_key(
            op.f("fk_outbox_packet_id"), "packets", ["packet_id"], ["packet_id"]
        )
        batch.create_foreign_key(
            op.f("fk_outbox_effect_id"), "effect_approvals", ["effect_id"], ["effect_id"]
        )
    op.create_index(op.f("ix_outbox_order_id"), "outbox", ["order_id"], unique=False)


def _effect_approvals() -> None:
    op.create_table(
        "effect_approvals",
        sa.Column("effect_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("packet_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reverses", sa.Text(), nullable=True),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.Column("preparer_id", sa.Text(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decider_id", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('message', 'reversal')", name=op.f("ck_effect_approvals_kind")
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'approved', 'rejected', 'expired')",
            name=op.f("ck_effect_approvals_status"),
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packets.packet_id"], name=op.f("fk_effect_approvals_packet_id")
        ),
        sa.PrimaryKeyConstraint("effect_id", name=op.f("pk_effect_approvals")),
    )
    for name in ("order_id", "status"):
        index = op.f(f"ix_effect_approvals_{name}")
        op.create_index(index, "effect_approvals", [name], unique=False)


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("outbox_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.outbox_id"], name=op.f("fk_deliveries_outbox_id")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "outbox_id", "attempt", name=op.f("uq_deliveries_outbox_id_attempt")
        ),
    )  # fmt: skip


def _replies() -> None:
    op.create_table(
        "replies",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("outbox_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.outbox_id"], name=op.f("fk_replies_outbox_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_replies")),
    )
    op.create_index(op.f("ix_replies_outbox_id"), "replies", ["outbox_id"], unique=False)


def _switches() -> None:
    op.create_table(
        "effect_switches",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_effect_switches")),
    )


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("packet_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('shipped', 'shipped_in_part', 'not_shipped', 'cancelled')",
            name=op.f("ck_outcomes_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["packets.packet_id"], name=op.f("fk_outcomes_packet_id")
        ),
        sa.PrimaryKeyConstraint("packet_id", name=op.f("pk_outcomes")),
    )
    op.create_index(op.f("ix_outcomes_order_id"), "outcomes", ["order_id"], unique=False)
