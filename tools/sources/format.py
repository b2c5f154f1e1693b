"""The snapshot file: its tables about tables, its visibility macros, and the id of its content."""

from __future__ import annotations

import hashlib

import duckdb

from tools.sources.sqltext import name, text
from tools.sources.stage import Staged
from tools.tables import Table, tables

FORMAT = "4"
SEEN_BY = ("decided_at", "placed_at", "reserved_at", "written_at")
"""Timestamps after `as_of` hide their row; `hold_history` tells of the past as a whole."""

BLOCK = 10_000
"""Rows hashed together: bounds the memory that the id needs."""

_TABLES = """
CREATE TABLE main._tables (
  name VARCHAR, present BOOLEAN, rows BIGINT, quarantined BIGINT, dated BOOLEAN,
  extra_columns VARCHAR[], filled VARCHAR[])
"""


def write_tables(connection: duckdb.DuckDBPyConnection, staged: list[Staged]) -> None:
    """Create `_tables`: what the source had of each canonical table."""
    connection.execute(_TABLES)
    found = {each.table.name: each for each in staged}
    for table in tables():
        each = found.get(table)
        dated = each is not None and "recorded_at" in each.columns
        extra = list(each.extra) if each else []
        values = {
            "name": table,
            "present": each is not None,
            "dated": dated,
            "extra": extra,
            "filled": _filled(connection, table),
        }
        connection.execute(
            f"INSERT INTO main._tables SELECT $name, $present, "
            f"(SELECT count(*) FROM main.{name(table)}), "
            f'(SELECT count(*) FROM main._quarantine WHERE "table" = $name), '
            f"$dated, $extra, $filled",
            values,
        )


def _filled(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The canonical columns that any row of the table fills; all where it has no row."""
    columns = list(tables()[table].columns)
    counts = ", ".join(f"count({name(column)})" for column in columns)
    found = connection.execute(f"SELECT {counts} FROM main.{name(table)}").fetchone() or ()
    return [column for column, count in zip(columns, found, strict=True) if count] or columns


def _visibility(table: Table) -> str:
    conditions = [
        "(recorded_at IS NULL OR recorded_at <= t)",
        "(superseded_at IS NULL OR t < superseded_at)",
    ]
    if table.name != "hold_history":
        conditions += [f"({c} IS NULL OR {c} <= t)" for c in SEEN_BY if c in table.columns]
    return " AND ".join(conditions)


def write_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `<table>_at(t)`: the rows visible at `t`, a UTC timestamp without zone."""
    for table in tables().values():
        connection.execute(
            f"CREATE MACRO main.{table.name}_at(t) AS TABLE "
            f"SELECT * FROM main.{name(table.name)} WHERE {_visibility(table)}"
        )


def write_meta(connection: duckdb.DuckDBPyConnection, snapshot: str) -> None:
    """Create `_meta`: the format's version and the snapshot's id."""
    connection.execute("CREATE TABLE main._meta (key VARCHAR, value VARCHAR)")
    connection.execute(
        f"INSERT INTO main._meta VALUES ('version', '{FORMAT}'), ('snapshot', {text(snapshot)})"
    )


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    described = connection.execute(f"SELECT * FROM main.{name(table)} LIMIT 0").description or []
    return [column[0] for column in described]


def content_id(connection: duckdb.DuckDBPyConnection) -> str:
    """The snapshot id: SHA-256 over every row of every table in its order.

    Neither the path of the source nor the time of loading is part of it.
    """
    digest = hashlib.sha256(f"holddesk snapshot {FORMAT}".encode())
    for table in [*tables(), "_quarantine", "_tables"]:
        columns = _columns(connection, table)
        cells = ", ".join(f"{name(c)}::VARCHAR" for c in columns)
        digest.update(repr((table, columns)).encode())
        for (block,) in connection.execute(
            f"SELECT sha256(string_agg(h, '' ORDER BY n)) FROM ("
            f"SELECT rowid AS n, sha256(to_json([{cells}])::VARCHAR) AS h FROM main.{name(table)}) "
            f"GROUP BY n // {BLOCK} ORDER BY n // {BLOCK}"
        ).fetchall():
            digest.update(block.encode())
    return f"snap-{digest.hexdigest()[:12]}"
