"""The books under test: orders of the demo company that cover the classes, and a built one."""

from __future__ import annotations

from tests.builders import Rows

DEMO_ORDERS = (
    "SO-1042", "SO-1222", "SO-1245", "SO-1247", "SO-1266", "SO-1281", "SO-1297", "SO-1308",
    "SO-1326", "SO-1340", "SO-1344", "SO-1355", "SO-1366", "SO-1371", "SO-1380", "SO-1384",
    "SO-1388", "SO-1398",
)  # fmt: skip
"""At least one order a class, with unknowns, ranks, licences, overdue items and duplicates."""

FEW = DEMO_ORDERS[::3]

TROUBLED: dict[str, Rows] = {
    "customers": [{"customer_id": "CU-2", "priority": "1"}],
    "orders": [
        {"order_id": "SO-1", "requested_on": "2026-03-10", "promised_on": "2026-03-09",
         "route_id": "R1", "created_by": "u.sales"},
        {"order_id": "SO-2", "company_id": "C1", "customer_id": "CU-2", "site_id": "D01",
         "ordered_at": "2026-02-20T08:00:00+01:00", "requested_on": "2026-03-05",
         "promised_on": "2026-03-05", "status": "open", "currency": "EUR", "tax_rate": "19",
         "pricing_on": "2026-02-20", "route_id": "R1", "prices_include_tax": "false"},
        {"order_id": "SO-3", "company_id": "C1", "customer_id": "CU-1", "site_id": "D01",
         "ordered_at": "2026-02-26T08:00:00+01:00", "requested_on": "2026-03-31",
         "promised_on": "2026-03-31", "status": "open", "currency": "EUR", "tax_rate": "0",
         "pricing_on": "2026-02-26", "route_id": "R1", "prices_include_tax": "false"},
    ],
    "order_lines": [
        {"order_id": "SO-1", "line_no": "10", "ordered_qty": "600", "unit_price": "9.20",
         "discount_pct": "5"},
        {"order_id": "SO-2", "line_no": "10", "sku": "SKU-1", "uom": "BOX", "ordered_qty": "50",
         "unit_price": "120.00", "price_uom": "BOX"},
        {"order_id": "SO-3", "line_no": "10", "sku": "SKU-1", "uom": "EA", "ordered_qty": "4000",
         "unit_price": "10.00", "price_uom": "EA"},
    ],
    "invoices": [
        {"invoice_id": "IN-1", "kind": "invoice", "company_id": "C1", "customer_id": "CU-1",
         "issued_on": "2026-01-05", "due_on": "2026-02-04", "amount": "12000",
         "open_amount": "9000.55", "currency": "EUR", "posted": "true"},
    ],
    "payments": [
        {"payment_id": "PAY-1", "customer_id": "CU-1", "company_id": "C1",
         "received_on": "2026-02-25", "amount": "500", "unapplied_amount": "500",
         "currency": "EUR", "status": "cleared"},
    ],
    "supplies": [
        {"supply_id": "PU-1", "kind": "purchase", "sku": "SKU-1", "to_site_id": "D01",
         "open_qty": "300", "expected_on": "2026-03-12", "confirmed": "true"},
    ],
    "calendar_days": [{"site_id": "D01", "day": "2026-03-06", "working": "false"}],
    "routes": [{"route_id": "R1", "lead_days": "3"}],
}  # fmt: skip
"""Changes of the clean company: over the limit, overdue, short and outranked, undercharged, late."""


def strangers(quantity: int, status: str, priority: str) -> dict[str, Rows]:
    """A customer, an order, a product and all that belongs to them, at another site and company."""
    order = {
        "order_id": "SO-0", "company_id": "C9", "customer_id": "CU-0", "site_id": "D99",
        "ordered_at": "2026-02-01T08:00:00+01:00", "promised_on": "2026-03-04",
        "requested_on": "2026-03-04", "status": status, "currency": "EUR", "priority": priority,
        "route_id": "R9", "run_id": "RR-0", "created_by": "u.nine", "version": "1",
        "customer_ref": "REF-0", "pricing_on": "2026-02-01",
    }  # fmt: skip
    return {
        "customers": [{"customer_id": "CU-0", "name": "Zebra", "tier": "A", "priority": "1",
                       "country": "FR", "status": "active", "price_list_id": "PL9"}],
        "orders": [order],
        "order_lines": [{"order_id": "SO-0", "line_no": "10", "sku": "SKU-0", "uom": "EA",
                         "ordered_qty": str(quantity), "unit_price": "3", "price_uom": "EA"}],
        "products": [{"sku": "SKU-0", "base_uom": "EA", "weight_kg": "1", "volume_m3": "0.1",
                      "unit_cost": "9", "cost_currency": "EUR", "status": "active"}],
        "sites": [{"site_id": "D99", "company_id": "C9", "timezone": "Asia/Tokyo",
                   "country": "JP", "working_weekdays": "1,2,3,4,5,6"}],
        "credit_accounts": [{"customer_id": "CU-0", "company_id": "C9", "credit_limit": "1",
                             "currency": "EUR"}],
        "invoices": [{"invoice_id": "IN-0", "kind": "invoice", "company_id": "C9",
                      "customer_id": "CU-0", "issued_on": "2026-01-01", "due_on": "2026-01-02",
                      "amount": "99", "open_amount": "99", "currency": "EUR", "posted": "true"}],
        "payments": [{"payment_id": "PAY-0", "customer_id": "CU-0", "company_id": "C9",
                      "received_on": "2026-01-03", "amount": "9", "unapplied_amount": "9",
                      "currency": "EUR", "status": "cleared"}],
        "stock": [{"site_id": "D99", "sku": "SKU-0", "on_hand_qty": "5", "blocked_qty": "0"}],
        "supplies": [{"supply_id": "PU-0", "kind": "purchase", "sku": "SKU-0",
                      "to_site_id": "D99", "open_qty": "7", "expected_on": "2026-03-04",
                      "confirmed": "true"}],
        "reservations": [{"reservation_id": "RS-0", "order_id": "SO-0", "line_no": "10",
                          "site_id": "D99", "sku": "SKU-0", "qty": "3", "status": "active",
                          "reserved_at": "2026-02-02T08:00:00+01:00"}],
        "prices": [{"price_id": "PR-0", "kind": "contract", "sku": "SKU-0",
                    "customer_id": "CU-0", "currency": "EUR", "uom": "EA", "unit_price": "4",
                    "valid_from": "2026-01-01", "valid_to": "2026-12-31"}],
        "routes": [{"route_id": "R9", "site_id": "D99", "cutoff_time": "10:00", "lead_days": "1"}],
        "route_runs": [{"run_id": "RR-0", "route_id": "R9", "departs_on": "2026-03-03",
                        "status": "open", "capacity_kg": "1", "used_kg": "0"}],
        "compliance_checks": [{"check_id": "CK-0", "kind": "denied_party", "customer_id": "CU-0",
                               "list_name": "EU-CFSP", "result": "hit",
                               "checked_on": "2026-02-01"}],
        "holds": [{"hold_id": "H-0", "order_id": "SO-0", "code": "CMP", "stage": "ship",
                   "placed_at": "2026-02-01T09:00:00+01:00", "forced": "true",
                   "status": "active"}],
        "approvals": [{"approval_id": "AP-0", "order_id": "SO-0", "order_version": "1",
                       "action": "release_order", "amount": "999999", "currency": "USD",
                       "approved_by": "u.nine", "requested_by": "u.ten",
                       "role": "sales_operations", "decision": "approved",
                       "decided_at": "2026-02-02T09:00:00+01:00"}],
        "staff": [{"user_id": "u.nine", "name": "N", "roles": "sales_operations,executive",
                   "company_id": "C9", "approval_limit": "9999999", "currency": "USD"}],
    }  # fmt: skip
