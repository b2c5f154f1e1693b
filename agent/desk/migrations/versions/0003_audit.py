"""The desk store, revision 0003: audit.

Rows that are there already keep the hash that they were written with (schema 1).
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = ("chain", "company_id", "decision_id", "reason_code", "context")
PERSONAL = ("user_id", "person_id", "reason")
"""Columns of a decision that the erasure of a person may change, and nothing else may."""


def upgrade() -> None:
    """Fields for every row, pseudonyms, anchors, rule books; the triggers know lawful changes."""
    op.add_column("audit", sa.Column("schema", sa.Integer(), server_default="1", nullable=False))
    for name in COLUMNS:
        op.add_column("audit", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("chain", sa.Column("chain_id", sa.Text(), server_default="", nullable=False))
    op.execute(f"UPDATE chain SET chain_id = '{uuid.uuid4().hex}'")
    _pseudonyms()
    op.create_table(
        "anchors",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_anchors")),
    )
    op.create_table(
        "rule_books",
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("rules_hash", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("policy_version", name=op.f("pk_rule_books")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _lawful_sqlite()
    else:
        _lawful_postgres()


def downgrade() -> None:
    """Drop what was added; pseudonyms can no longer be resolved."""
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("audit_no_delete", "decisions_no_update", "decisions_no_update_of_person"):
            op.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        _protect_sqlite("audit", "DELETE")
        _protect_sqlite("decisions", "UPDATE")
    else:
        _strict_postgres()
    for table in ("rule_books", "anchors", "erased", "pseudonyms"):
        op.drop_table(table)
    op.drop_column("chain", "chain_id")
    for name in ("schema", *COLUMNS):
        op.drop_column("audit", name)


def _pseudonyms() -> None:
    op.create_table(
        "pseudonyms",
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), server_default="", nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_pseudonyms")),
        sa.UniqueConstraint("subject", name=op.f("uq_pseudonyms_subject")),
    )
    op.create_index(op.f("ix_pseudonyms_person"), "pseudonyms", ["person"], unique=False)
    op.create_table(
        "erased",
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_erased")),
    )


def _others() -> str:
    columns = sa.inspect(op.get_bind()).get_columns("decisions")
    return ", ".join(c["name"] for c in columns if c["name"] not in PERSONAL)


def _protect_sqlite(table: str, act: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _lawful_sqlite() -> None:
    """Rows before an anchor may be cut; a decision's person may become an erased pseudonym."""
    op.execute("DROP TRIGGER IF EXISTS audit_no_delete")
    op.execute(
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "WHEN OLD.seq > coalesce((SELECT max(seq) FROM anchors), 0) "
        "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
    )
    op.execute("DROP TRIGGER IF EXISTS decisions_no_update")
    op.execute(
        f"CREATE TRIGGER decisions_no_update BEFORE UPDATE OF {_others()} ON decisions "
        "BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END"
    )
    op.execute(
        f"CREATE TRIGGER decisions_no_update_of_person BEFORE UPDATE OF {', '.join(PERSONAL)} "
        "ON decisions WHEN NEW.reason NOT IN ('', OLD.reason) OR NOT EXISTS "
        "(SELECT 1 FROM erased WHERE pseudonym IN (NEW.user_id, NEW.person_id)) "
        "BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END"
    )


def _lawful_postgres() -> None:
    op.execute(
        "CREATE FUNCTION audit_cut_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF OLD.seq > (SELECT coalesce(max(seq), 0) FROM anchors) THEN "
        "RAISE EXCEPTION 'audit is append-only'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE FUNCTION decisions_erase_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.reason NOT IN ('', OLD.reason) OR NOT EXISTS "
        "(SELECT 1 FROM erased WHERE pseudonym IN (NEW.user_id, NEW.person_id)) THEN "
        "RAISE EXCEPTION 'decisions is append-only'; END IF; RETURN NEW; END $$"
    )
    for table in ("audit", "decisions"):
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}")
    always = "FOR EACH ROW EXECUTE FUNCTION desk_append_only()"
    op.execute(f"CREATE TRIGGER audit_no_change BEFORE UPDATE ON audit {always}")
    op.execute(
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_cut_only()"
    )
    op.execute(
        f"CREATE TRIGGER decisions_no_change BEFORE DELETE OR UPDATE OF {_others()} "
        f"ON decisions {always}"
    )
    op.execute(
        f"CREATE TRIGGER decisions_no_update_of_person BEFORE UPDATE OF {', '.join(PERSONAL)} "
        "ON decisions FOR EACH ROW EXECUTE FUNCTION decisions_erase_only()"
    )


def _strict_postgres() -> None:
    op.execute("DROP TRIGGER audit_no_delete ON audit")
    op.execute("DROP TRIGGER decisions_no_update_of_person ON decisions")
    for table in ("audit", "decisions"):
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}")
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION desk_append_only()"
        )
    op.execute("DROP FUNCTION audit_cut_only()")
    op.execute("DROP FUNCTION decisions_erase_only()")
