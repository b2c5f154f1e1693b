"""Published look-ups: copies of orders and lines, sorted by the product or account that asks.

They are sorted by the key they are looked up by, so that the evidence of one order reads a few
blocks of the file however large the book is. Their rows are those of the canonical tables, in the
canonical order of columns, behind the key. A row that stands for two rows of two tables (a line
and its order) is visible while both are.
"""

from __future__ import annotations

import duckdb

OPEN_LINE = (
    "ordered_qty IS NULL OR ordered_qty > coalesce(shipped_qty, 0) + coalesce(cancelled_qty, 0)"
)
SPANS = (("recorded_at", "superseded_at"), ("also_recorded_at", "also_superseded_at"))
ALSO = "recorded_at AS also_recorded_at, superseded_at AS also_superseded_at"
ACCOUNT = "coalesce(bill_to_id, customer_id) AS account_id"

LOOKUPS: dict[str, str] = {
    "_lines_by_sku": (
        f"SELECT * FROM main.order_lines WHERE {OPEN_LINE} ORDER BY sku, order_id, line_no"
    ),
    "_lines_by_account": (
        "SELECT account_id, line.*, also_recorded_at, also_superseded_at "
        "FROM main.order_lines AS line "
        f"JOIN (SELECT DISTINCT order_id, {ACCOUNT}, {ALSO} FROM main.orders) USING (order_id) "
        "ORDER BY account_id, order_id, line_no"
    ),
    "_orders_by_sku": (
        "SELECT line_sku, found.*, also_recorded_at, also_superseded_at FROM main.orders AS found "
        f"JOIN (SELECT DISTINCT order_id, sku AS line_sku, {ALSO} FROM main.order_lines "
        f"WHERE {OPEN_LINE}) USING (order_id) ORDER BY line_sku, order_id"
    ),
    "_orders_by_account": f"SELECT {ACCOUNT}, * FROM main.orders ORDER BY account_id, order_id",
    "_orders_by_party": (
        "SELECT party_id, order_id, status, recorded_at, superseded_at FROM ("
        "SELECT customer_id AS party_id, * FROM main.orders UNION "
        "SELECT ship_to_id AS party_id, * FROM main.orders WHERE ship_to_id IS NOT NULL) "
        "ORDER BY party_id, order_id"
    ),
    "_orders_by_run": (
        "SELECT run_id, order_id, recorded_at, superseded_at FROM main.orders "
        "WHERE run_id IS NOT NULL ORDER BY run_id, order_id"
    ),
}


def write_lookups(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the look-ups and their macros `<lookup>_at(t)`, which hold what is visible at `t`."""
    for name, sql in LOOKUPS.items():
        connection.execute(f"CREATE TABLE main.{name} AS {sql}")
        spans = SPANS if ALSO.split()[2] in sql else SPANS[:1]
        seen = " AND ".join(
            f"({first} IS NULL OR {first} <= t) AND ({last} IS NULL OR t < {last})"
            for first, last in spans
        )
        shown = "* EXCLUDE (also_recorded_at, also_superseded_at)" if spans == SPANS else "*"
        connection.execute(
            f"CREATE MACRO main.{name}_at(t) AS TABLE SELECT {shown} FROM main.{name} WHERE {seen}"
        )
