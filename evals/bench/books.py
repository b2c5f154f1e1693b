"""Synthetic books for benchmarks: canonical tables as Parquet, uniform or skewed, by seed.

Five lines an order. `oversubscribed` is the share of stock cells whose open demand exceeds the
stock; `hot_lines` puts that many open lines on one product of one site.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

DAY = "DATE '2026-03-02'"


@dataclass(frozen=True, slots=True)
class Shape:
    """The size and the distribution of a book."""

    lines: int = 100_000
    oversubscribed: float = 0.09
    hot_lines: int = 0
    seed: int = 1

    @property
    def orders(self) -> int:
        """Orders of five lines."""
        return self.lines // 5

    @property
    def customers(self) -> int:
        """Twenty orders a customer."""
        return max(20, self.orders // 20)

    @property
    def skus(self) -> int:
        """Products; four sites hold each of them."""
        return max(50, self.lines // 100)

    def __str__(self) -> str:
        """The shape in words, for the report."""
        return (
            f"{self.lines:,} open lines in {self.orders:,} orders of {self.customers:,} customers, "
            f"{self.skus:,} products at 4 sites, {self.oversubscribed:.0%} of the stock cells "
            f"over-subscribed, {self.hot_lines:,} lines on one hot product"
        )


def _tables(shape: Shape) -> dict[str, str]:
    n = shape
    sku = f"'K' || (hash(i, {n.seed}) % {n.skus})"
    if n.hot_lines:
        sku = f"CASE WHEN i < {n.hot_lines} THEN 'K0' ELSE {sku} END"
    site = f"'D' || (hash(i // 5, {n.seed}, 'site') % 4)"
    site_of = (
        f"CASE WHEN i * 5 < {n.hot_lines} THEN 'D0' ELSE 'D' || (hash(i, {n.seed}, 'site') % 4) END"
    )
    orders = f"range({n.orders}) t(i)"
    demand = n.lines / (n.skus * 4) * 10.5
    return {
        "customers": f"""SELECT 'C' || i AS customer_id, 'Customer ' || i AS name,
            ['A','B','C'][1 + i % 3] AS tier, 1 + i % 9 AS priority, 'DE' AS country, 'EUR' AS currency,
            'none' AS blocked_scope, 'active' AS status, 'PL1' AS price_list_id, false AS ship_complete,
            'ask' AS accepts_substitutes FROM range({n.customers}) t(i)""",
        "credit_accounts": f"""SELECT 'C' || i AS customer_id, 'C1' AS company_id,
            (4000 + hash(i, {n.seed}) % 24000)::DECIMAL(18,2) AS credit_limit, 'EUR' AS currency,
            DATE '2026-12-31' AS limit_valid_to, 'auto' AS manual_hold FROM range({n.customers}) t(i)""",
        "products": f"""SELECT 'K' || i AS sku, 'Product ' || i AS description, 'G' || i % 20 AS product_group,
            'EA' AS base_uom, 1.5 AS weight_kg, 0.01 AS volume_m3, 6.00 AS unit_cost, 'EUR' AS cost_currency,
            false AS batch_tracked, 'active' AS status FROM range({n.skus}) t(i)""",
        "sites": """SELECT 'D' || i AS site_id, 'Depot ' || i AS name, 'C1' AS company_id,
            'Europe/Berlin' AS timezone, 'DE' AS country, '1,2,3,4,5' AS working_weekdays FROM range(4) t(i)""",
        "routes": """SELECT 'R' || i AS route_id, 'D' || i AS site_id, 'Route ' || i AS name,
            TIME '14:00' AS cutoff_time, 1 AS lead_days, '1,2,3,4,5' AS delivery_weekdays FROM range(4) t(i)""",
        "route_runs": f"""SELECT 'RR' || r || '-' || d AS run_id, 'R' || r AS route_id, {DAY} + d::INTEGER AS departs_on,
            'open' AS status, 9000 AS capacity_kg, 90 AS capacity_m3, 40 AS capacity_stops,
            (hash(r, d, {n.seed}) % 9000) AS used_kg, 20 AS used_m3, 10 AS used_stops
            FROM range(4) a(r), range(12) b(d)""",
        "stock": f"""SELECT 'D' || s AS site_id, 'K' || i AS sku, '' AS batch_id,
            CASE WHEN hash(i, s, {n.seed}) % 1000 < {n.oversubscribed * 1000} THEN {demand * 0.6:.0f}
                 ELSE {demand * 6:.0f} END AS on_hand_qty, 0 AS blocked_qty
            FROM range({n.skus}) a(i), range(4) b(s)""",
        "supplies": f"""SELECT 'P' || i AS supply_id, 'purchase' AS kind, 'K' || (i % {n.skus}) AS sku,
            'D' || i % 4 AS to_site_id, {demand:.0f} AS open_qty, {DAY} + (2 + i % 20)::INTEGER AS expected_on,
            true AS confirmed FROM range({n.skus}) t(i)""",
        "prices": f"""SELECT 'PR' || i AS price_id, 'price_list' AS kind, 'List' AS name, 'K' || i AS sku,
            'PL1' AS price_list_id, 'EUR' AS currency, 'EA' AS uom, 1 AS min_qty, 10.00 AS unit_price,
            DATE '2026-01-01' AS valid_from, DATE '2026-12-31' AS valid_to, 'order' AS date_basis
            FROM range({n.skus}) t(i)""",
        "orders": f"""SELECT 'SO-' || i AS order_id, 'C1' AS company_id, 'C' || (i % {n.customers}) AS customer_id,
            TIMESTAMPTZ '2026-02-20 09:00:00+00' + to_minutes((i % 10000)::INTEGER) AS ordered_at,
            {DAY} + (4 + i % 10)::INTEGER AS requested_on, {DAY} + (4 + i % 10)::INTEGER AS promised_on,
            'open' AS status, 'EUR' AS currency, 30 AS payment_terms_days, 30 AS baseline_terms_days,
            false AS prices_include_tax, 19 AS tax_rate, {site_of} AS site_id, 'R' || ({site_of})[2:] AS route_id,
            'u.sales' AS created_by, 1 AS version FROM {orders}""",
        "order_lines": f"""SELECT 'SO-' || (i // 5) AS order_id, 10 * (1 + i % 5) AS line_no, {sku} AS sku,
            'EA' AS uom, 1 + hash(i, {n.seed}, 'q') % 20 AS ordered_qty, 0 AS shipped_qty, 0 AS invoiced_qty,
            0 AS cancelled_qty, CASE WHEN i % 50 = 0 THEN 9.00 ELSE 10.00 END AS unit_price, 'EA' AS price_uom,
            0 AS discount_pct, 'price_list' AS price_source FROM range({n.lines}) t(i)""",
        "invoices": f"""SELECT 'I' || i AS invoice_id, 'invoice' AS kind, 'C1' AS company_id,
            'C' || (i % {n.customers}) AS customer_id, DATE '2026-02-01' AS issued_on,
            DATE '2026-02-20' + (i % 30)::INTEGER AS due_on, 500.00 AS amount, 100.00 AS open_amount,
            'EUR' AS currency, true AS posted FROM range({n.orders}) t(i)""",
        "payments": f"""SELECT 'Y' || i AS payment_id, 'C' || (i % {n.customers}) AS customer_id, 'C1' AS company_id,
            DATE '2026-02-25' AS received_on, 100.00 AS amount, 50.00 AS unapplied_amount, 'EUR' AS currency,
            'cleared' AS status FROM range({n.customers}) t(i)""",
        "reservations": f"""SELECT 'V' || i AS reservation_id, 'SO-' || (i // 5) AS order_id,
            10 * (1 + i % 5) AS line_no, {site} AS site_id, {sku} AS sku, 1 AS qty, 0 AS consumed_qty,
            'active' AS status FROM range({n.lines}) t(i) WHERE i % 10 = 0""",
        "compliance_checks": f"""SELECT 'CK' || i AS check_id, 'denied_party' AS kind, 'C' || i AS customer_id,
            'EU' AS list_name, '2026-02' AS list_version, 'clear' AS result, DATE '2026-02-15' AS checked_on,
            DATE '2026-12-31' AS valid_to FROM range({n.customers}) t(i)""",
        "staff": """SELECT 'u.' || r AS user_id, r AS name, r AS roles, 'C1' AS company_id,
            100000 AS approval_limit, 'USD' AS currency
            FROM (VALUES ('sales_operations'), ('credit_control'), ('warehouse')) t(r)""",
        "fx_rates": """SELECT 'EUR' AS from_currency, 'USD' AS to_currency, DATE '2026-01-01' AS valid_on,
            1.10 AS rate""",
        "holds": f"""SELECT 'H' || i AS hold_id, 'SO-' || i AS order_id, 'CRED' AS code, 'ship' AS stage,
            TIMESTAMPTZ '2026-02-27 10:00:00+00' AS placed_at, false AS forced, 'active' AS status
            FROM range({n.orders}) t(i) WHERE i % 20 = 0""",
    }  # fmt: skip


def write(shape: Shape, folder: Path) -> None:
    """Write the book as one Parquet file a table."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for name, sql in _tables(shape).items():
            connection.execute(f"COPY ({sql}) TO '{folder / name}.parquet' (FORMAT parquet)")
