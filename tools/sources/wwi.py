"""Profile `wwi`: Wide World Importers, a wholesaler's sample company, from its own tables.

What it takes for what:
- An order is open until it is picked. A picked order has one invoice, so its lines count as
  shipped and invoiced; while that invoice has a balance the order is `invoiced`, then `closed`.
- ExpectedDeliveryDate is requested and promised; nothing else is known of shipping.
- The bill-to is the customer's; each has a credit account, whose limit may be empty.
- One site on San Francisco time that picks Monday to Saturday: dates become its midnights.
- Special deals are promotions, one row per item of their stock group, for the price list of
  their buying group. List prices hold for everyone and are not dated.
- An item's package is the one that it was always ordered in; supplies count outers times their
  content; LastCostPrice is per item (it explains every LineProfit).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import duckdb

from tools.errors import BadInput
from tools.sources import sqltext
from tools.sources.folder import checked_folder
from tools.sources.publish import Stage
from tools.sources.stage import Staged, stage_query
from tools.tables import tables

NAME = "wwi"
SITE, COMPANY, CURRENCY, TIMEZONE = "SF", "WWI", "USD", "America/Los_Angeles"
MARKS = ("Orders", "CustomerTransactions")
FILES = (
    "Orders", "OrderLines", "Customers", "BuyingGroups", "CustomerTransactions",
    "TransactionTypes", "Invoices_May2016", "StockItems", "StockItemHoldings", "StockGroups",
    "StockItemStockGroups", "SpecialDeals", "PackageTypes", "PurchaseOrders",
    "PurchaseOrderLines",
)  # fmt: skip

MAPPING = {
    "customers": """
SELECT c._row, 'C-' || CustomerID AS customer_id, CustomerName AS name,
       CASE WHEN BillToCustomerID <> CustomerID THEN 'C-' || BillToCustomerID END
         AS parent_customer_id,
       'US' AS country, $currency AS currency, PaymentDays AS payment_terms_days,
       CASE WHEN IsOnCreditHold THEN 'order' ELSE 'none' END AS blocked_scope, 'active' AS status,
       BuyingGroupName AS price_list_id, 'Sales.Customers/' || CustomerID AS source_ref
FROM stage.Customers c LEFT JOIN stage.BuyingGroups USING (BuyingGroupID)""",
    "credit_accounts": """
SELECT _row, 'C-' || CustomerID AS customer_id, $company AS company_id,
       CreditLimit AS credit_limit, $currency AS currency,
       'Sales.Customers/' || CustomerID AS source_ref
FROM stage.Customers
WHERE CustomerID IN (SELECT BillToCustomerID FROM stage.Customers)""",
    "invoices": """
SELECT t._row, 'INV-' || InvoiceID AS invoice_id,
       CASE t.TransactionTypeID WHEN 1 THEN 'invoice' WHEN 2 THEN 'credit_note'
         ELSE TransactionTypeName END AS kind,
       $company AS company_id, 'C-' || t.CustomerID AS customer_id, 'SO-' || i.OrderID AS order_id,
       TransactionDate AS issued_on, TransactionDate + to_days(PaymentDays::INTEGER) AS due_on,
       abs(TransactionAmount) AS amount, abs(OutstandingBalance) AS open_amount,
       $currency AS currency, true AS posted,
       'Sales.CustomerTransactions/' || CustomerTransactionID AS source_ref
FROM stage.CustomerTransactions t JOIN stage.TransactionTypes USING (TransactionTypeID)
     JOIN stage.Customers c ON c.CustomerID = t.CustomerID
     LEFT JOIN stage.Invoices_May2016 i USING (InvoiceID)
WHERE t.TransactionTypeID <> 3""",
    "payments": """
SELECT _row, 'PAY-' || CustomerTransactionID AS payment_id, 'C-' || CustomerID AS customer_id,
       $company AS company_id, TransactionDate AS received_on, -TransactionAmount AS amount,
       abs(OutstandingBalance) AS unapplied_amount, $currency AS currency,
       CASE WHEN IsFinalized THEN 'cleared' ELSE 'received' END AS status,
       'Sales.CustomerTransactions/' || CustomerTransactionID AS source_ref
FROM stage.CustomerTransactions WHERE TransactionTypeID = 3""",
    "orders": """
WITH unpaid AS (SELECT i.OrderID FROM stage.CustomerTransactions
                JOIN stage.Invoices_May2016 i USING (InvoiceID) WHERE OutstandingBalance <> 0)
SELECT o._row, 'SO-' || OrderID AS order_id, $company AS company_id,
       'C-' || CustomerID AS customer_id, 'C-' || BillToCustomerID AS bill_to_id,
       CustomerPurchaseOrderNumber AS customer_ref,
       timezone($timezone, OrderDate::TIMESTAMP) AS ordered_at,
       ExpectedDeliveryDate AS requested_on, ExpectedDeliveryDate AS promised_on,
       CASE WHEN PickingCompletedWhen IS NULL THEN 'open'
            WHEN OrderID IN (SELECT OrderID FROM unpaid) THEN 'invoiced' ELSE 'closed' END
         AS status,
       $currency AS currency, PaymentDays AS payment_terms_days,
       PaymentDays AS baseline_terms_days, false AS prices_include_tax, $site AS site_id,
       'P-' || SalespersonPersonID AS created_by, 1 AS version,
       'SO-' || BackorderOrderID AS backorder_order_id, 'Sales.Orders/' || OrderID AS source_ref
FROM stage.Orders o JOIN stage.Customers c USING (CustomerID)""",
    "order_lines": """
SELECT l._row, 'SO-' || OrderID AS order_id,
       row_number() OVER (PARTITION BY OrderID ORDER BY OrderLineID) AS line_no,
       'SKU-' || StockItemID AS sku, trim(PackageTypeName) AS uom, Quantity AS ordered_qty,
       PickedQuantity AS shipped_qty, PickedQuantity AS invoiced_qty, UnitPrice AS unit_price,
       TaxRate AS tax_rate, 'Sales.OrderLines/' || OrderLineID AS source_ref
FROM stage.OrderLines l JOIN stage.PackageTypes USING (PackageTypeID)""",
    "products": """
WITH package AS (SELECT StockItemID, trim(any_value(PackageTypeName)) AS name
                 FROM stage.OrderLines JOIN stage.PackageTypes USING (PackageTypeID)
                 GROUP BY StockItemID),
     groups AS (SELECT StockItemID, arg_min(StockGroupName, StockGroupID) AS first,
                       string_agg(StockGroupName, ', ' ORDER BY StockGroupID) AS names
                FROM stage.StockItemStockGroups JOIN stage.StockGroups USING (StockGroupID)
                GROUP BY StockItemID)
SELECT i._row, 'SKU-' || StockItemID AS sku, StockItemName AS description,
       g.first AS product_group, coalesce(p.name, 'Each') AS base_uom,
       LastCostPrice AS unit_cost, $currency AS cost_currency, 'active' AS status,
       CASE WHEN IsChillerStock THEN 'chilled' END AS temperature_band,
       g.names AS stock_groups, 'Warehouse.StockItems/' || StockItemID AS source_ref
FROM stage.StockItems i LEFT JOIN stage.StockItemHoldings USING (StockItemID)
     LEFT JOIN package p USING (StockItemID) LEFT JOIN groups g USING (StockItemID)""",
    "sites": """
SELECT 1 AS _row, $site AS site_id, 'Wide World Importers' AS name, $company AS company_id,
       $timezone AS timezone, 'US' AS country, '1,2,3,4,5,6' AS working_weekdays""",
    "stock": """
SELECT _row, $site AS site_id, 'SKU-' || StockItemID AS sku, NULL AS batch_id,
       QuantityOnHand AS on_hand_qty, 'Warehouse.StockItemHoldings/' || StockItemID AS source_ref
FROM stage.StockItemHoldings""",
    "supplies": """
SELECT l._row, 'PO-' || PurchaseOrderID || '-' || PurchaseOrderLineID AS supply_id,
       'purchase' AS kind, 'SKU-' || StockItemID AS sku, $site AS to_site_id,
       (OrderedOuters - ReceivedOuters) * QuantityPerOuter AS open_qty,
       ExpectedDeliveryDate AS expected_on, true AS confirmed,
       'Purchasing.PurchaseOrderLines/' || PurchaseOrderLineID AS source_ref
FROM stage.PurchaseOrderLines l JOIN stage.PurchaseOrders USING (PurchaseOrderID)
     JOIN stage.StockItems USING (StockItemID)
WHERE NOT IsOrderLineFinalized""",
    "prices": """
WITH package AS (SELECT StockItemID, trim(any_value(PackageTypeName)) AS uom
                 FROM stage.OrderLines JOIN stage.PackageTypes USING (PackageTypeID)
                 GROUP BY StockItemID),
     rows AS (
  SELECT 'LIST-' || StockItemID AS price_id, 'price_list' AS kind, 'List price' AS name,
         StockItemID, NULL AS price_list_id, UnitPrice AS unit_price, NULL AS discount_pct,
         NULL AS valid_from, NULL AS valid_to, 'Warehouse.StockItems/' || StockItemID AS source_ref
  FROM stage.StockItems
  UNION ALL
  SELECT 'DEAL-' || SpecialDealID || '-' || g.StockItemID, 'promotion', DealDescription,
         g.StockItemID, BuyingGroupName, d.UnitPrice, DiscountPercentage, StartDate, EndDate,
         'Sales.SpecialDeals/' || SpecialDealID
  FROM stage.SpecialDeals d JOIN stage.StockItemStockGroups g USING (StockGroupID)
       JOIN stage.BuyingGroups b ON b.BuyingGroupID = d.BuyingGroupID)
SELECT row_number() OVER (ORDER BY kind, price_id) AS _row, price_id, kind, name,
       'SKU-' || StockItemID AS sku, price_list_id, $currency AS currency,
       coalesce(uom, 'Each') AS uom, unit_price, discount_pct, valid_from, valid_to,
       'order' AS date_basis, source_ref
FROM rows LEFT JOIN package USING (StockItemID)""",
}
"""The query that gives each canonical table; `$name` is one of the constants above."""

FROM = {
    "customers": "Customers", "credit_accounts": "Customers", "invoices": "CustomerTransactions",
    "payments": "CustomerTransactions", "orders": "Orders", "order_lines": "OrderLines",
    "products": "StockItems", "sites": "wwi", "stock": "StockItemHoldings",
    "supplies": "PurchaseOrderLines", "prices": "StockItems and SpecialDeals",
}  # fmt: skip
"""The file that the row numbers of a table count in."""


def recognises(source: Path) -> bool:
    """Whether the folder looks like this profile's."""
    return all((source / f"{mark}.parquet").is_file() for mark in MARKS)


def _open(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    for file in FILES:
        connection.execute(
            f"CREATE VIEW stage.{file} AS SELECT file_row_number + 1 AS _row, "
            "* EXCLUDE (file_row_number) FROM read_parquet("
            f"{sqltext.path(source / f'{file}.parquet')}, file_row_number = true)"
        )


def _query(table: str) -> str:
    query = MAPPING[table]
    constants = {"site": SITE, "company": COMPANY, "currency": CURRENCY, "timezone": TIMEZONE}
    for constant, value in constants.items():
        query = query.replace(f"${constant}", sqltext.text(value))
    return f"SELECT *, 'WWI' AS source_system FROM ({query})"


def _stage(source: Path, connection: duckdb.DuckDBPyConnection, scratch: Path) -> list[Staged]:
    try:
        _open(connection, source)
        return [
            stage_query(connection, tables()[table], FROM[table], _query(table))
            for table in MAPPING
        ]
    except duckdb.Error as error:
        raise BadInput(
            f"the folder {source} does not fit the profile {NAME}: {str(error).splitlines()[0]}"
        ) from error


def stage(source: Path) -> Stage:
    """The stage of a folder of this profile.

    Raises:
        BadInput: a file of it is missing.
    """
    checked_folder(source)
    missing = [f"{file}.parquet" for file in FILES if not (source / f"{file}.parquet").is_file()]
    if missing:
        raise BadInput(f"the profile {NAME} needs {', '.join(missing)} in {source}")
    return partial(_stage, source)
