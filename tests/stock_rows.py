"""Rows for tests of stock: SO-1 asks for SKU-1 at D01 and ships on 5 March 2026; today is 2 March."""

from __future__ import annotations

from typing import Any

from policies.checks import customer_priority_conflict, stock_shortage, substitution_need
from policies.findings import CheckResult, Clearing, Finding
from policies.settings import for_company, load_rules
from tests.builders import Rows, a_case
from tools.book import Case
from tools.changes import apply_changes

SETTINGS = for_company(load_rules(), "C1")
CHECKS = (stock_shortage, customer_priority_conflict, substitution_need)
Tables = dict[str, Rows]
SHIP = "2026-03-05"


def on_hand(quantity: object, **columns: Any) -> dict[str, Any]:
    """A stock row of SKU-1 at D01 without batch."""
    row = {"site_id": "D01", "sku": "SKU-1", "batch_id": "", "on_hand_qty": str(quantity)}
    return row | {"blocked_qty": "0"} | columns


def line(quantity: object, order_id: str = "SO-1", **columns: Any) -> dict[str, Any]:
    """A line for SKU-1."""
    row = {"order_id": order_id, "line_no": "10", "sku": "SKU-1", "uom": "EA", "unit_price": "10"}
    return row | {"ordered_qty": str(quantity)} | columns


def rival(order_id: str, customer: str = "CU-2", **columns: Any) -> dict[str, Any]:
    """Another confirmed order at D01; CU-2 has priority 1, CU-1 (the order's) 3, CU-3 5."""
    row = {
        "order_id": order_id, "company_id": "C1", "customer_id": customer, "status": "open",
        "currency": "EUR", "site_id": "D01", "ship_on": SHIP, "promised_on": "2026-03-06",
        "ordered_at": "2026-02-27T10:00:00+01:00",
    }  # fmt: skip
    return row | columns


def reserved(quantity: object, order_id: str, **columns: Any) -> dict[str, Any]:
    """An active reservation of SKU-1 at D01 for line 10 of an order."""
    row = {
        "reservation_id": f"RV-{order_id}", "order_id": order_id, "line_no": "10", "site_id": "D01",
        "sku": "SKU-1", "qty": str(quantity), "consumed_qty": "0", "status": "active",
    }  # fmt: skip
    return row | columns


def supply(quantity: object, day: str, **columns: Any) -> dict[str, Any]:
    """A confirmed purchase of SKU-1 to D01."""
    row = {
        "supply_id": "PO-1", "kind": "purchase", "sku": "SKU-1", "to_site_id": "D01",
        "open_qty": str(quantity), "expected_on": day, "confirmed": "true",
    }  # fmt: skip
    return row | columns


def batch(batch_id: str, expires: str = "", **columns: Any) -> dict[str, Any]:
    """A released batch of SKU-1."""
    row = {"sku": "SKU-1", "batch_id": batch_id, "expires_on": expires, "status": "released"}
    return row | columns


def order(**columns: Any) -> dict[str, Any]:
    """Changed columns of the order under review."""
    return {"order_id": "SO-1", **columns}


def rule(**columns: Any) -> dict[str, Any]:
    """The rule that SKU-2 may stand in for SKU-1, for anyone, in 2026."""
    row = {
        "sku": "SKU-1", "substitute_sku": "SKU-2", "customer_id": "", "factor": "1",
        "quality_ok": "true", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
    }  # fmt: skip
    return row | columns


def judged(case: Case) -> CheckResult:
    """What the three checks of stock say."""
    merged = CheckResult()
    for module in CHECKS:
        result = module.check(case, SETTINGS)
        merged.findings += result.findings
        merged.not_known += result.not_known
        merged.notes += result.notes
        merged.sections |= result.sections
    return merged


def findings(changes: Tables, **options: Any) -> dict[str, Finding]:
    """The findings of stock by code."""
    return {f.code: f for f in judged(a_case(changes, **options)).findings}


def codes(changes: Tables, **options: Any) -> set[str]:
    """The codes of the findings of stock."""
    return set(findings(changes, **options))


def entry(changes: Tables, number: int = 10, **options: Any) -> dict[str, Any]:
    """The entry of a line in the section `stock`."""
    section = judged(a_case(changes, **options)).sections["stock"]
    found: dict[str, Any] = next(e for e in section if e["line_no"] == number)
    return found


def stands_after(case: Case, clearing: Clearing, code: str, **other: Any) -> bool:
    """Whether the finding still stands once the change, with some other values, is applied."""
    assert clearing.change is not None
    book = apply_changes(case, [{**clearing.change, **other}])
    changed = book.one("orders", order_id=case.order_id)
    assert changed is not None
    return any(f.code == code for f in judged(Case(book, changed)).findings)
