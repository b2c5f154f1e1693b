"""Rows of a credit account for tests: invoices, payments, further orders of CU-1."""

from __future__ import annotations

from typing import Any

from tests.builders import Rows

Changes = dict[str, Rows]


def invoice(number: int = 1, **values: Any) -> dict[str, Any]:
    base = {
        "invoice_id": f"I-{number}", "kind": "invoice", "company_id": "C1", "customer_id": "CU-1",
        "issued_on": "2026-02-18", "due_on": "2026-03-20", "amount": "500", "open_amount": "500",
        "currency": "EUR", "posted": "true",
    }  # fmt: skip
    return {**base, **values}


def payment(number: int = 1, **values: Any) -> dict[str, Any]:
    base = {
        "payment_id": f"P-{number}", "customer_id": "CU-1", "company_id": "C1",
        "received_on": "2026-02-25", "amount": "300", "unapplied_amount": "300",
        "currency": "EUR", "status": "cleared",
    }  # fmt: skip
    return {**base, **values}


def order(number: int, quantity: str = "20", **values: Any) -> Changes:
    """A further open order of CU-1 of 10.00 EUR a piece."""
    head = {
        "order_id": f"SO-{number}", "company_id": "C1", "customer_id": "CU-1", "status": "open",
        "ordered_at": "2026-02-26T10:00:00+01:00", "promised_on": "2026-03-06", "currency": "EUR",
        "site_id": "D01", "tax_rate": "0",
    }  # fmt: skip
    line = {
        "order_id": f"SO-{number}", "line_no": "10", "sku": "SKU-1", "uom": "EA",
        "ordered_qty": quantity, "unit_price": "10.00",
    }  # fmt: skip
    fields = ("shipped_qty", "invoiced_qty", "cancelled_qty", "unit_price", "discount_pct",
              "ordered_qty", "price_uom", "price_per")  # fmt: skip
    line |= {name: values.pop(name) for name in fields if name in values}
    return {"orders": [{**head, **values}], "order_lines": [line]}


def together(*parts: Changes) -> Changes:
    merged: Changes = {}
    for part in parts:
        for table, rows in part.items():
            merged.setdefault(table, []).extend(rows)
    return merged


def account(**values: str) -> Changes:
    return {"credit_accounts": [{"customer_id": "CU-1", "company_id": "C1", **values}]}
