"""The smallest folder that loads and works: one example order, held, to be replaced."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from tools.errors import BadInput

README = """\
A folder for holddesk: one CSV file per table, UTF-8, commas, the first line names the columns.
Replace the example rows by your own, add columns and tables as you have them, then load the folder.
Required: customers, products, orders, order_lines. Without the others a check says "not known".
credit_accounts and invoices: what a customer may owe, and owes. The customer is the bill-to.
stock: what lies where, in the product's base unit. prices: what a line should cost.
holds: the orders that are blocked; status active. The queue is made from them.
Add routes, route_runs, compliance_checks and staff in the same way for the checks that need them.
Dates: 2026-03-31. Times with an offset: 2026-03-31T14:00:00+02:00. Numbers: 1234.50.
An empty cell means "not known", never zero. Unknown columns are kept and can be cited.
A row that cannot be used is set aside with its reason, never dropped: see what the load prints.
"""

Rows = dict[str, dict[str, str]]


def _example(today: date) -> Rows:
    """One row of each table; dates lie around `today`."""
    soon, due = str(today + timedelta(days=7)), str(today + timedelta(days=14))
    new_year, placed = f"{today.year}-01-01", f"{today}T08:00:00+00:00"
    return {
        "customers": {
            "customer_id": "C-1", "name": "Example Customer", "country": "DE", "currency": "EUR",
            "status": "active", "blocked_scope": "none", "payment_terms_days": "30",
        },
        "credit_accounts": {
            "customer_id": "C-1", "company_id": "1", "credit_limit": "1000.00", "currency": "EUR",
        },
        "invoices": {
            "invoice_id": "INV-1", "kind": "invoice", "company_id": "1", "customer_id": "C-1",
            "issued_on": str(today - timedelta(days=16)), "due_on": due, "amount": "800.00",
            "open_amount": "800.00", "currency": "EUR",
        },
        "orders": {
            "order_id": "SO-1", "company_id": "1", "customer_id": "C-1",
            "ordered_at": f"{today}T07:00:00+00:00", "promised_on": soon, "status": "blocked",
            "currency": "EUR", "site_id": "S-1", "version": "1", "created_by": "sales.user",
        },
        "order_lines": {
            "order_id": "SO-1", "line_no": "10", "sku": "SKU-1", "uom": "EA", "ordered_qty": "50",
            "shipped_qty": "0", "unit_price": "10.00",
        },
        "products": {
            "sku": "SKU-1", "description": "Example product", "base_uom": "EA", "unit_cost": "6.00",
            "cost_currency": "EUR", "status": "active",
        },
        "stock": {"site_id": "S-1", "sku": "SKU-1", "batch_id": "", "on_hand_qty": "40"},
        "prices": {
            "price_id": "P-1", "kind": "price_list", "sku": "SKU-1", "currency": "EUR", "uom": "EA",
            "unit_price": "10.00", "valid_from": new_year,
        },
        "holds": {
            "hold_id": "H-1", "order_id": "SO-1", "code": "CRED", "reason": "over the credit limit",
            "stage": "ship", "placed_at": placed, "status": "active",
        },
    }  # fmt: skip


def _write(file: Path, row: dict[str, str]) -> None:
    with file.open("x", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)


def write_template(folder: Path, today: date) -> list[Path]:
    """Write the example tables and a README.txt into `folder`, which is made where missing.

    Raises:
        BadInput: a file of that name is there already, or the folder cannot be written.
    """
    example = _example(today)
    files = [folder / f"{table}.csv" for table in example]
    readme = folder / "README.txt"
    try:
        there = [file.name for file in [*files, readme] if file.exists()]
        if there:
            raise BadInput(f"{folder} already has {', '.join(there)}; give an empty folder")
        folder.mkdir(parents=True, exist_ok=True)
        for file, row in zip(files, example.values(), strict=True):
            _write(file, row)
        readme.write_text(README, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}") from error
    return [*files, readme]
