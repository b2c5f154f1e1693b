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
PERSONAL = {
    "decisions": ("user_id", "person_id", "reason"),
    "views": ("user_id", "person_id"),
}
"""Columns of append-only rows that the erasure of a person may change, and nothing else may."""


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
        _strict_sqlite()
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


def _others(table: str) -> str:
    """The columns of a table that never change."""
    columns = sa.inspect(op.get_bind()).get_columns(table)
    return ", ".join(c["name"] for c in columns if c["name"] not in PERSONAL[table])


def _unlawful(table: str) -> str:
    """Whether an update puts in anything but the pseudonym of somebody who was erased."""
    unknown = "NOT EXISTS (SELECT 1 FROM erased WHERE pseudonym IN (NEW.user_id, NEW.person_id))"
    if "reason" in PERSONAL[table]:
        return f"(NEW.reason NOT IN ('', OLD.reason) OR {unknown})"
    return unknown


def _trigger_sqlite(name: str, table: str, when: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {when} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _lawful_sqlite() -> None:
    """Rows before an anchor may be cut; a person may become the pseudonym that they had."""
    op.execute("DROP TRIGGER IF EXISTS audit_no_delete")
    before = "coalesce((SELECT max(seq) FROM anchors), 0)"
    _trigger_sqlite("audit_no_delete", "audit", f"DELETE ON audit WHEN OLD.seq > {before}")
    for table, personal in PERSONAL.items():
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_update")
        kept = f"UPDATE OF {_others(table)} ON {table}"
        _trigger_sqlite(f"{table}_no_update", table, kept)
        person = f"UPDATE OF {', '.join(personal)} ON {table} WHEN {_unlawful(table)}"
        _trigger_sqlite(f"{table}_no_update_of_person", table, person)


def _strict_sqlite() -> None:
    op.execute("DROP TRIGGER IF EXISTS audit_no_delete")
    _trigger_sqlite("audit_no_delete", "audit", "DELETE ON audit")
    for table in PERSONAL:
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_update")
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_update_of_person")
        _trigger_sqlite(f"{table}_no_update", table, f"UPDATE ON {table}")


def _function_postgres(name: str, wrong: str, row: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {wrong} THEN "
        f"RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END IF; RETURN {row}; END $$"
    )


def _trigger_postgres(name: str, when: str, function: str = "desk_append_only") -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} FOR EACH ROW EXECUTE FUNCTION {function}()")


def _lawful_postgres() -> None:
    before = "(SELECT coalesce(max(seq), 0) FROM anchors)"
    _function_postgres("audit_cut_only", f"OLD.seq > {before}", "OLD")
    op.execute("DROP TRIGGER IF EXISTS audit_no_change ON audit")
    _trigger_postgres("audit_no_change", "UPDATE ON audit")
    _trigger_postgres("audit_no_delete", "DELETE ON audit", "audit_cut_only")
    for table, personal in PERSONAL.items():
        _function_postgres(f"{table}_erase_only", _unlawful(table), "NEW")
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}")
        _trigger_postgres(f"{table}_no_change", f"DELETE OR UPDATE OF {_others(table)} ON {table}")
        person = f"UPDATE OF {', '.join(personal)} ON {table}"
        _trigger_postgres(f"{table}_no_update_of_person", person, f"{table}_erase_only")


def _strict_postgres() -> None:
    op.execute("DROP TRIGGER audit_no_delete ON audit")
    for table in PERSONAL:
        op.execute(f"DROP TRIGGER {table}_no_update_of_person ON {table}")
        op.execute(f"DROP FUNCTION {table}_erase_only()")
    for table in ("audit", *PERSONAL):
        op.execute(f"DROP TRIGGER {table}_no_change ON {table}")
        _trigger_postgres(f"{table}_no_change", f"UPDATE OR DELETE ON {table}")
    op.execute("DROP FUNCTION audit_cut_only()")
