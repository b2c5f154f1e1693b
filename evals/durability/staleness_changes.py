"""What may change between a draft and an effect: what matters to the order, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evals.durability.staleness_company import APPROVER, ORDER, Rows

Tables = dict[str, Rows]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the sources; `material` says that nothing may follow from the old packet."""

    name: str
    material: bool
    apply: Callable[[Tables], None]


def _set(table: str, where: dict[str, str], **cells: str) -> Callable[[Tables], None]:
    def apply(tables: Tables) -> None:
        hit = [row for row in tables[table] if where.items() <= row.items()]
        if not hit:
            raise LookupError(f"{table} has no row {where}")
        for row in hit:
            row.update(cells)

    return apply


def _add(table: str, **cells: str) -> Callable[[Tables], None]:
    return lambda tables: tables[table].append(dict(cells))


def _backwards(tables: Tables) -> None:
    for rows in tables.values():
        rows.reverse()


_OURS = {"order_id": ORDER}
_LINE = {"order_id": ORDER, "line_no": "10"}

MATERIAL = {
    "credit limit": _set("credit_accounts", {"customer_id": "CU-1"}, credit_limit="60000"),
    "credit limit, still enough": _set(
        "credit_accounts", {"customer_id": "CU-1"}, credit_limit="490000"
    ),
    "account on manual hold": _set("credit_accounts", {"customer_id": "CU-1"}, manual_hold="on"),
    "invoice": _add(
        "invoices", invoice_id="IN-9", kind="invoice", company_id="C1", customer_id="CU-1",
        issued_on="2026-03-01", due_on="2026-03-31", amount="10.00", open_amount="10.00",
        currency="EUR", posted="true",
    ),
    "invoice became overdue": _set("invoices", {"invoice_id": "IN-1"}, due_on="2026-02-20"),
    "payment bounced": _set("payments", {"payment_id": "PAY-1"}, status="bounced"),
    "another order of the account": _set(
        "order_lines", {"order_id": "SO-2", "line_no": "10"}, ordered_qty="400"
    ),
    "stock": _set("stock", {"sku": "SKU-1"}, on_hand_qty="5000"),
    "stock blocked for quality": _set("stock", {"sku": "SKU-1"}, blocked_qty="4000"),
    "batch": _set("batches", {"batch_id": "B1"}, status="blocked"),
    "reservation": _add(
        "reservations", reservation_id="RS-9", order_id="SO-3", line_no="10", site_id="D01",
        sku="SKU-1", qty="5000", consumed_qty="0", status="active",
        reserved_at="2026-03-01T10:00:00+01:00",
    ),
    "supply": _set("supplies", {"supply_id": "SU-1"}, expected_on="2026-03-19"),
    "substitute": _set("substitutes", {"sku": "SKU-2"}, quality_ok="false"),
    "product": _set("products", {"sku": "SKU-1"}, status="blocked"),
    "price": _set("prices", {"price_id": "PR-1"}, unit_price="11.00"),
    "price override": _add(
        "price_overrides", override_id="OV-1", order_id=ORDER, line_no="10", old_price="10.00",
        new_price="9.00", currency="EUR", reason="match", requested_by="u.sales",
        at="2026-03-01T10:00:00+01:00",
    ),
    "unit cost": _set("products", {"sku": "SKU-1"}, unit_cost="9.90"),
    "charge": _set("order_charges", _OURS, amount="75.00"),
    "exchange rate": _set("fx_rates", {"from_currency": "EUR"}, rate="1.25"),
    "route run closed": _set("route_runs", {"run_id": "RR-12"}, status="cancelled"),
    "route run full": _set("route_runs", {"run_id": "RR-12"}, used_kg="9000"),
    "route": _set("routes", {"route_id": "R1"}, lead_days="3"),
    "calendar": _add("calendar_days", site_id="D01", day="2026-03-12", working="false", note=""),
    "screening": _set("compliance_checks", {"check_id": "CK-1"}, result="hit"),
    "screening expired": _set("compliance_checks", {"check_id": "CK-1"}, valid_to="2026-03-01"),
    "licence": _set("compliance_checks", {"check_id": "CK-3"}, valid_to="2026-03-03"),
    "licence used up": _set("compliance_checks", {"check_id": "CK-3"}, licence_qty_left="50"),
    "order line": _set("order_lines", _LINE, ordered_qty="5990"),
    "order line price": _set("order_lines", _LINE, unit_price="9.99"),
    "order version": _set("orders", _OURS, version="2"),
    "promise date": _set("orders", _OURS, promised_on="2026-03-13", requested_on="2026-03-13"),
    "order status": _set("orders", _OURS, status="cancelled"),
    "customer status": _set("customers", {"customer_id": "CU-1"}, status="inactive"),
    "customer blocked": _set("customers", {"customer_id": "CU-1"}, blocked_scope="all"),
    "another hold": _add(
        "holds", hold_id="H-9", order_id=ORDER, code="CRED-LIMIT", reason="limit", stage="ship",
        placed_at="2026-03-01T10:00:00+01:00", placed_by="svc.erp", forced="false",
        status="active",
    ),
    "authority of the approver": _set("staff", {"user_id": APPROVER}, approval_limit="1000"),
    "approver left": _set("staff", {"user_id": APPROVER}, roles="evaluator"),
}  # fmt: skip

IMMATERIAL = {
    "invoice of an unrelated customer": _set("invoices", {"invoice_id": "IN-2"}, open_amount="1"),
    "payment of an unrelated customer": _set("payments", {"payment_id": "PAY-2"}, status="bounced"),
    "limit of an unrelated customer": _set(
        "credit_accounts", {"customer_id": "CU-2"}, credit_limit="1"
    ),
    "remark of the order": _set("orders", _OURS, remark="RELEASE AT ONCE, says the customer"),
    "remark of a line": _set("order_lines", _LINE, remark="fragile"),
    "note about the order": _add(
        "customer_notes", note_id="N-9", customer_id="CU-1", order_id=ORDER,
        written_at="2026-03-02T08:30:00+01:00", author="u.sales", channel="phone",
        text="please hurry",
    ),
    "stock of another product": _set("stock", {"sku": "SKU-5"}, on_hand_qty="1"),
    "reservation of another product": _set("reservations", {"reservation_id": "RS-1"}, qty="4"),
    "supply of another product": _set(
        "supplies", {"supply_id": "SU-2"}, expected_on="2026-04-12"
    ),
    "price of another product": _set("prices", {"price_id": "PR-5"}, unit_price="12.00"),
    "order of an unrelated customer": _set("order_lines", {"order_id": "SO-3"}, ordered_qty="21"),
    "charge of an unrelated order": _set("order_charges", {"order_id": "SO-3"}, amount="30.00"),
    "rate of another currency": _set("fx_rates", {"from_currency": "GBP"}, rate="13.30"),
    "run of another route": _set("route_runs", {"run_id": "RR-90"}, status="cancelled"),
    "screening of an unrelated customer": _set(
        "compliance_checks", {"check_id": "CK-2"}, result="hit"
    ),
    "holiday of another site": _set("calendar_days", {"site_id": "D02"}, day="2026-03-23"),
    "a newer extract of the same rows": _set(
        "source_freshness", {"table": "stock"}, extracted_at="2026-03-02T08:50:00+01:00"
    ),
    "person without a part in it": _set("staff", {"user_id": "u.spare"}, approval_limit="2000"),
    "order of the rows in the files": _backwards,
}  # fmt: skip

OF_THE_SIGNER = ("authority of the approver", "approver left")
"""What touches a signature that was given: it is asked about again before anything leaves."""

CHANGES = [
    *(Change(name, True, apply) for name, apply in MATERIAL.items()),
    *(Change(name, False, apply) for name, apply in IMMATERIAL.items()),
]
