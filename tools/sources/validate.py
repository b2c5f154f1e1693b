"""Text cells to typed rows: what is sound goes to `main.<table>`, the rest to quarantine.

A row is judged in this order: its key, its cells, its pairs of dates, its references, and last
whether an earlier sound row has the same key at the same time. The first fault found is its
reason. Tables come in the order of `tables.yaml` except that references point backwards.
"""

from __future__ import annotations

import duckdb

from tools.sources.cells import Problem, cell_problems, reading, stored_type, trimmed
from tools.sources.repeated import find_repeated
from tools.sources.sqltext import json_of, name, names, text
from tools.sources.stage import Staged
from tools.tables import Table, tables

REFERENCE_ORDER = ("customers", "products", "orders", "order_lines")

LOOKUP: dict[str, tuple[str, ...]] = {
    "invoices": ("customer_id",), "payments": ("customer_id",), "claims": ("customer_id",),
    "stock": ("sku",), "reservations": ("sku",), "supplies": ("sku",), "prices": ("sku",),
    "route_runs": ("route_id",), "price_overrides": ("order_id",), "holds": ("order_id",),
    "approvals": ("order_id",), "compliance_checks": ("customer_id",),
    "customer_notes": ("customer_id",), "ship_tos": ("customer_id",),
    "securities": ("order_id",), "payment_promises": ("customer_id",),
}  # fmt: skip
"""Columns that a table is looked up by, where it is not its key: rows lie in that order."""

QUARANTINE = """
CREATE TABLE main._quarantine (
  "table" VARCHAR, "file" VARCHAR, "row" BIGINT, "column" VARCHAR, reason VARCHAR, raw VARCHAR,
  customer_id VARCHAR, order_id VARCHAR, sku VARCHAR, site_id VARCHAR, bill_to_id VARCHAR,
  ref VARCHAR, duplicate_of_kept BOOLEAN)
"""
SUBJECTS = ("customer_id", "order_id", "sku", "site_id", "bill_to_id")


def in_reference_order(staged: list[Staged]) -> list[Staged]:
    """What is referred to first, so that a quarantined row refers to nothing."""
    first = {table: n for n, table in enumerate(REFERENCE_ORDER)}
    return sorted(staged, key=lambda s: first.get(s.table.name, len(first)))


def _read(column: str) -> str:
    """The name of the cell as read, beside the text that it was read from."""
    return name(f"_as_{column}")


def _citation(table: Table) -> str:
    """The row's reference, or NULL where a key column that must be filled is empty."""
    parts = []
    for key in table.key:
        part = f"replace({_read(key)}::VARCHAR, '/', '%2F')"
        parts.append(f"coalesce({part}, '')" if key in table.may_be_empty else part)
    return " || '/' || ".join([text(table.name), *parts])


def _key_problems(table: Table) -> list[Problem]:
    return [
        Problem(f"{name(key)} IS NULL", key, f"{key} is empty, and is part of the key")
        for key in table.key
        if key not in table.may_be_empty
    ]


def _pair_problems(table: Table) -> list[Problem]:
    return [
        Problem(
            f"{_read(first)} > {_read(second)}",
            second,
            f"is impossible: {second} is before {first}"
            if table.columns[first].type in ("date", "timestamp")
            else f"is impossible: {second} is below {first}",
        )
        for first, second in table.order
    ]


def _reference_problems(table: Table) -> list[Problem]:
    return [
        Problem(
            f"{name(column)} IS NOT NULL AND {name(column)} NOT IN "
            f"(SELECT {name(column)} FROM main.{name(target)})",
            column,
            f"{column} names no row of {target} (or one that is quarantined)",
        )
        for column, target in (table.references or {}).items()
    ]


def _problems(staged: Staged) -> list[Problem]:
    """Everything that can be wrong with a row by itself, in the order in which it is judged."""
    table, present = staged.table, set(staged.columns)
    cells = [
        problem
        for column in table.columns.values()
        if column.name in present
        for problem in cell_problems(table, column, _read(column.name))
    ]
    pairs = [p for p in _pair_problems(table) if p.column in present]
    return [*_key_problems(table), *cells, *pairs, *_reference_problems(table)]


def _typed_sql(staged: Staged) -> str:
    """One row per source row: columns as read, extras as text, citation, fault if any."""
    table = staged.table
    known = [c for c in table.columns.values() if c.name in staged.columns]
    absent = [c for c in table.columns.values() if c.name not in staged.columns]
    cells = ", ".join(f"{trimmed(c)} AS {name(c)}" for c in staged.columns)
    values = ", ".join(
        [f"{reading(c)} AS {_read(c.name)}" for c in known]
        + [f"NULL::{stored_type(c)} AS {_read(c.name)}" for c in absent]
    )
    columns = ", ".join(f"{_read(c)} AS {name(c)}" for c in table.columns)
    faults = " ".join(
        f"WHEN {p.condition} THEN {{'column': {text(p.column)}, 'reason': {text(p.reason)}}}"
        for p in _problems(staged)
    )
    extra = "".join(f", {name(c)}" for c in staged.extra)
    return (
        f"WITH cell AS (SELECT _row, {cells} FROM {staged.raw}), "
        f"typed AS (SELECT *, {values} FROM cell) "
        f"SELECT _row, {columns}{extra}, {_citation(table)} AS _ref, "
        f"CASE {faults} END AS _fault FROM typed"
    )


def _content(staged: Staged) -> list[str]:
    return [*staged.table.columns, *staged.extra]


def _quarantine_sql(staged: Staged) -> str:
    """Rows with a fault, and repeated ones, each with its row as it stood in the file."""
    table = staged.table.name
    same = " AND ".join(f"t.{name(c)} IS NOT DISTINCT FROM k.{name(c)}" for c in _content(staged))
    repeated = text("the key is repeated; the first row with it is kept")
    return (
        f"WITH bad AS (SELECT t._row, coalesce(t._fault.column, {text(staged.table.key[-1])}) AS c,"
        f" coalesce(t._fault.reason, {repeated}) AS reason, t._ref,"
        f" d._kept IS NOT NULL AND {same} AS exact"
        f" FROM stage.typed_{table} t LEFT JOIN stage.repeated d USING (_row)"
        f" LEFT JOIN stage.typed_{table} k ON k._row = d._kept"
        " WHERE t._fault IS NOT NULL OR d._row IS NOT NULL),"
        f" raw AS (SELECT _row, {json_of(staged.columns)} AS raw FROM {staged.raw}"
        " WHERE _row IN (SELECT _row FROM bad))"
        " SELECT _row, c, reason, raw, _ref, exact FROM bad JOIN raw USING (_row)"
    )


def _wide_sql(staged: Staged) -> str:
    reason = text("the row has more cells than the header")
    return f"SELECT _row, NULL, {reason}, raw, NULL, false FROM {staged.wide}"


def _quarantine(connection: duckdb.DuckDBPyConnection, staged: Staged, rows: str) -> None:
    subjects = ", ".join(f"nullif(trim(raw ->> '$.{c}'), '')" for c in SUBJECTS)
    connection.execute(
        f"INSERT INTO main._quarantine SELECT {text(staged.table.name)}, {text(staged.file)}, "
        f"_row, c, reason, raw, {subjects}, ref, exact "
        f"FROM ({rows}) AS q(_row, c, reason, raw, ref, exact) ORDER BY _row"
    )


def _any_bad(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = connection.execute(
        f"SELECT EXISTS (FROM stage.typed_{table} WHERE _fault IS NOT NULL)"
        " OR EXISTS (FROM stage.repeated)"
    ).fetchone()
    return bool(found and found[0])


def sort_columns(table: Table) -> list[str]:
    """The columns that the rows of a table are laid down by."""
    return list(dict.fromkeys([*LOOKUP.get(table.name, ()), *table.key]))


def validate(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Create `main.<table>` from the sound rows and quarantine the others.

    Needs `main._quarantine` and the tables that this one refers to.
    """
    table = staged.table.name
    connection.execute(f"CREATE TABLE stage.typed_{table} AS {_typed_sql(staged)}")
    find_repeated(connection, f"stage.typed_{table}")
    if _any_bad(connection, table):
        _quarantine(connection, staged, _quarantine_sql(staged))
    if staged.wide:
        _quarantine(connection, staged, _wide_sql(staged))
    connection.execute(
        f"CREATE TABLE main.{name(table)} AS SELECT {names(_content(staged))}, _row "
        f"FROM stage.typed_{table} WHERE _fault IS NULL "
        f"AND _row NOT IN (SELECT _row FROM stage.repeated) "
        f"ORDER BY {names([*sort_columns(staged.table), '_row'])}"
    )
    connection.execute(f"DROP TABLE stage.typed_{table}")


def create_absent(connection: duckdb.DuckDBPyConnection, present: set[str]) -> None:
    """Create the canonical tables that the source does not have, empty."""
    for table in tables().values():
        if table.name not in present:
            columns = ", ".join(f"{name(c.name)} {stored_type(c)}" for c in table.columns.values())
            connection.execute(f"CREATE TABLE main.{name(table.name)} ({columns}, _row BIGINT)")
