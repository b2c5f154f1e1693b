"""Builders for tests: a small clean company, changed by a few rows, as a book in memory.

The base company is the one of the shared cases: every check of order SO-1 is clear.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from tools.book import Book, Case, TableState
from tools.conventions import Conventions
from tools.rows import Row, Scalar, make_row
from tools.tables import Column, tables

AS_OF = datetime.fromisoformat("2026-03-02T09:00:00+01:00")
Rows = list[dict[str, Any]]

BASE: dict[str, str] = {
    "customers": """customer_id,name,tier,priority,country,currency,payment_terms_days,blocked_scope,status,price_list_id,ship_complete,accepts_substitutes,timezone
CU-1,Alder Foods,B,3,DE,EUR,30,none,active,PL1,false,ask,Europe/Berlin
CU-2,Birch Retail,A,1,DE,EUR,30,none,active,PL1,false,ask,Europe/Berlin
CU-3,Cedar Kiosk,C,5,DE,EUR,30,none,active,PL1,false,ask,Europe/Berlin""",
    "products": """sku,description,product_group,base_uom,weight_kg,volume_m3,unit_cost,cost_currency,batch_tracked,status
SKU-1,Oat drink 1 l,DRINKS,EA,2,0.01,6.00,EUR,false,active
SKU-2,"Oat drink 1 l, new pack",DRINKS,EA,2,0.01,6.00,EUR,false,active""",
    "sites": """site_id,name,company_id,timezone,country,working_weekdays
D01,North depot,C1,Europe/Berlin,DE,"1,2,3,4,5"
D02,South depot,C1,Europe/Berlin,DE,"1,2,3,4,5\"""",
    "orders": """order_id,company_id,customer_id,ordered_at,requested_on,promised_on,status,currency,payment_terms_days,baseline_terms_days,prices_include_tax,tax_rate,site_id,route_id,ship_complete,channel,created_by,version,pricing_on
SO-1,C1,CU-1,2026-02-27T10:00:00+01:00,2026-03-06,2026-03-06,blocked,EUR,30,30,false,0,D01,R1,false,edi,u.sales,1,2026-02-27""",
    "order_lines": """order_id,line_no,sku,uom,ordered_qty,shipped_qty,invoiced_qty,cancelled_qty,unit_price,price_uom,discount_pct,price_source
SO-1,10,SKU-1,EA,100,0,0,0,10.00,EA,0,price_list""",
    "credit_accounts": """customer_id,company_id,credit_limit,currency,limit_valid_to,manual_hold,overdue_grace_days,include_open_orders
CU-1,C1,50000,EUR,2026-12-31,auto,0,true
CU-2,C1,50000,EUR,2026-12-31,auto,0,true
CU-3,C1,50000,EUR,2026-12-31,auto,0,true""",
    "invoices": "",
    "payments": "",
    "stock": """site_id,sku,batch_id,on_hand_qty,blocked_qty
D01,SKU-1,,1000,0
D01,SKU-2,,0,0""",
    "reservations": "",
    "supplies": "",
    "substitutes": "",
    "prices": """price_id,kind,name,sku,price_list_id,currency,uom,min_qty,unit_price,valid_from,valid_to,date_basis
PR-1,price_list,List 2026,SKU-1,PL1,EUR,EA,1,10.00,2026-01-01,2026-12-31,order
PR-2,price_list,List 2026,SKU-2,PL1,EUR,EA,1,10.00,2026-01-01,2026-12-31,order""",
    "price_overrides": "",
    "approvals": "",
    "fx_rates": """from_currency,to_currency,valid_on,rate
EUR,USD,2026-01-01,1.10
USD,EUR,2026-01-01,0.90""",
    "uom_conversions": """sku,from_uom,to_uom,factor
SKU-1,BOX,EA,12""",
    "routes": """route_id,site_id,name,cutoff_time,lead_days,delivery_weekdays
R1,D01,City,14:00,1,"1,2,3,4,5\"""",
    "route_runs": """run_id,route_id,departs_on,status,capacity_kg,capacity_m3,capacity_stops,used_kg,used_m3,used_stops
RR-0302,R1,2026-03-02,open,1000,10,20,100,1,5
RR-0303,R1,2026-03-03,open,1000,10,20,100,1,5
RR-0304,R1,2026-03-04,open,1000,10,20,100,1,5
RR-0305,R1,2026-03-05,open,1000,10,20,100,1,5
RR-0306,R1,2026-03-06,open,1000,10,20,100,1,5""",
    "compliance_checks": """check_id,kind,customer_id,list_name,list_version,result,checked_on,valid_to
CK-1,denied_party,CU-1,EU-CFSP,2026-02,clear,2026-02-15,2026-12-31
CK-2,denied_party,CU-2,EU-CFSP,2026-02,clear,2026-02-15,2026-12-31
CK-3,denied_party,CU-3,EU-CFSP,2026-02,clear,2026-02-15,2026-12-31""",
    "staff": """user_id,name,roles,company_id,approval_limit,currency
u.sales,S,sales_operations,C1,100000,USD
u.lead,L,sales_operations,C1,100000,USD
u.junior,J,sales_operations,C1,20000,USD
u.credit,C,credit_control,C1,100000,USD
u.log,G,logistics,C1,0,USD
u.comp,K,compliance,C1,0,USD""",
    "holds": """hold_id,order_id,code,reason,stage,placed_at,placed_by,forced,status
H-1,SO-1,CRED,,ship,2026-02-27T11:00:00+01:00,erp,false,active""",
}  # fmt: skip


def value_of(column: Column | None, text: object) -> Scalar:
    """A test's value as the column's type; text of an unknown column stays text."""
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        return Decimal(str(text)) if isinstance(text, float) else text  # type: ignore[return-value]
    kind = column.type if column else "text"
    if kind == "decimal":
        return Decimal(text)
    if kind == "integer":
        return int(text)
    if kind == "bool":
        return text == "true"
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "time":
        return time.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(UTC) if kind == "timestamp" else text


def rows_of(table: str, records: Rows) -> list[Row]:
    """Typed rows of a table from plain dicts."""
    spec = tables()[table]
    return [
        make_row(table, spec.key, {k: value_of(spec.columns.get(k), v) for k, v in r.items()})
        for r in records
    ]


def base_records(table: str) -> Rows:
    """The clean company's rows of a table."""
    return list(csv.DictReader(io.StringIO(BASE.get(table, ""))))


def a_book(
    changes: Mapping[str, Rows] | None = None,
    *,
    as_of: datetime = AS_OF,
    conventions: Conventions | None = None,
    absent: tuple[str, ...] = (),
) -> Book:
    """The clean company with some tables' rows added or replaced (same key replaces)."""
    changes = changes or {}
    rows: dict[str, list[Row]] = {}
    for table in tables():
        if table in absent or (table not in BASE and table not in changes):
            continue
        merged = {row.ref: row for row in rows_of(table, base_records(table))}
        for row in rows_of(table, list(changes.get(table, []))):
            old = merged.get(row.ref)
            merged[row.ref] = Row(table, row.ref, {**(old.values if old else {}), **row.values})
        rows[table] = list(merged.values())
    states = {name: TableState(name in rows) for name in tables()}
    return Book(as_of, "snap-test", conventions or Conventions(), rows, states)


def a_case(
    changes: Mapping[str, Rows] | None = None,
    order_id: str = "SO-1",
    *,
    as_of: datetime = AS_OF,
    conventions: Conventions | None = None,
    absent: tuple[str, ...] = (),
) -> Case:
    """The case of one order of such a book."""
    book = a_book(changes, as_of=as_of, conventions=conventions, absent=absent)
    order = book.one("orders", order_id=order_id)
    assert order is not None
    return Case(book, order)


def book_of(folder: Path, as_of: datetime) -> Book:
    """A folder of canonical CSV files as a book, without loading (all rows, no quarantine)."""
    rows = {}
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as handle:
            rows[file.stem] = rows_of(file.stem, list(csv.DictReader(handle)))
    return Book(
        as_of,
        "snap-test",
        Conventions(),
        rows,
        {name: TableState(name in rows) for name in tables()},
    )
