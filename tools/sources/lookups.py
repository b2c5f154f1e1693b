"""Published look-ups: which orders stand behind a product, an account or a party.

They are sorted by the key they are looked up by, so that the evidence of one order reads a few
blocks of the file however large the book is. Their rows are those of the canonical tables.
"""

from __future__ import annotations

import duckdb

OPEN_LINE = (
    "ordered_qty IS NULL OR ordered_qty > coalesce(shipped_qty, 0) + coalesce(cancelled_qty, 0)"
)
VISIBLE = (
    "(recorded_at IS NULL OR recorded_at <= t) AND (superseded_at IS NULL OR t < superseded_at)"
)

LOOKUPS: dict[str, str] = {
    "_lines_by_sku": (
        f"SELECT * FROM main.order_lines WHERE {OPEN_LINE} ORDER BY sku, order_id, line_no"
    ),
    "_orders_by_account": (
        "SELECT coalesce(bill_to_id, customer_id) AS account_id, order_id, status, ordered_at, "
        "recorded_at, superseded_at FROM main.orders ORDER BY account_id, order_id"
    ),
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
        connection.execute(
            f"CREATE MACRO main.{name}_at(t) AS TABLE SELECT * FROM main.{name} WHERE {VISIBLE}"
        )
