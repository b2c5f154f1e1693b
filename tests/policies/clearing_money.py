"""Cases whose findings are of credit and price."""

from __future__ import annotations

from typing import Any

from tests.credit_rows import account, invoice, payment
from tests.policies.clearing import Scenario, Tables


def owed(amount: str, **columns: Any) -> Tables:
    """An open invoice of CU-1."""
    return {"invoices": [invoice(open_amount=amount, amount=amount, **columns)]}


def customer(**columns: str) -> Tables:
    return {"customers": [{"customer_id": "CU-1", **columns}]}


def line(**columns: str) -> Tables:
    return {"order_lines": [{"order_id": "SO-1", "line_no": "10", **columns}]}


def rows(price_id: str, **columns: str) -> dict[str, str]:
    """A promotion on SKU-1."""
    base = {"price_id": price_id, "kind": "promotion", "sku": "SKU-1", "currency": "EUR"}
    return {**base, "uom": "EA", **columns}


AT_LEAST = ("credit.limit_comparator='>='",)
PROMISE = {"promise_id": "PP-1", "customer_id": "CU-1", "amount": "10", "currency": "EUR",
           "promised_on": "2026-03-01", "status": "open"}  # fmt: skip

YEN = [{"from_currency": "EUR", "to_currency": "JPY", "valid_on": "2026-01-01", "rate": "161.237"}]

CREDIT = [
    Scenario("exposure_over_limit", owed("49500"), "payment"),
    Scenario("exposure_over_limit", owed("49500.005"), "payment", name="half a cent"),
    Scenario("exposure_over_limit", owed("49000"), "payment", name="at the limit", rules=AT_LEAST),
    Scenario("exposure_over_limit", owed("51000"), "payment", name="beyond the tolerance",
             rules=("credit.tolerance_pct=1",)),
    Scenario("exposure_over_limit", owed("50000", currency="USD") | account(credit_limit="40000"),
             "payment", name="in another currency"),
    Scenario("exposure_over_limit", owed("7000000", currency="JPY") | {
        **account(currency="JPY", credit_limit="7000000"), "fx_rates": YEN}, "payment",
        name="in yen"),
    Scenario("exposure_over_limit", {
        "credit_accounts": [{"customer_id": "CU-2", "company_id": "C1", "credit_limit": "100"}],
        "orders": [{"order_id": "SO-1", "bill_to_id": "CU-2"}]}, "payment", name="of a bill-to"),
    Scenario("exposure_over_limit", {
        **owed("49500", customer_id="CU-2"),
        "customers": [{"customer_id": "CU-2", "parent_customer_id": "CU-1"}]}, "payment",
        name="of a group", rules=("credit.scope=group",)),
    Scenario("exposure_over_limit", owed("49500"), "payment", name="without payments",
             absent=("payments",)),
    Scenario("exposure_over_limit", owed("49500") | {"payments": [
        payment(unapplied_amount="600", order_id="SO-1"), payment(2, unapplied_amount="50")]}
        | account(credit_limit="49000"), "payment", name="with a deposit"),
    Scenario("overdue", owed("800", due_on="2026-02-10"), "payment"),
    Scenario("overdue", owed("800", due_on="2026-02-10", currency="USD"), "payment",
             name="in another currency"),
    Scenario("overdue", owed("800", due_on="2026-02-10") | account(overdue_amount_limit="300"),
             "payment", name="beyond what is tolerated"),
    Scenario("limit_expired", account(limit_valid_to="2026-02-28"), "limit_valid_to"),
    Scenario("customer_blocked", customer(blocked_scope="ship"), "row", "blocked_scope",
             indivisible=True),
    Scenario("customer_blocked", customer(status="inactive"), "row", "status", indivisible=True,
             name="inactive"),
    Scenario("terms_extended", {"orders": [{"order_id": "SO-1", "payment_terms_days": "60"}]},
             "order", "payment_terms_days"),
    Scenario("review_due", account(next_review_on="2026-02-20"), "row", "next_review_on"),
    Scenario("broken_promise", {"payment_promises": [PROMISE]}, "row", "status", indivisible=True),
]  # fmt: skip

PRICE = [
    Scenario("charged_differs", line(unit_price="9.00"), "line", "unit_price"),
    Scenario("charged_differs", line(unit_price="11.00"), "line", "unit_price", name="overcharged"),
    Scenario("charged_differs", line(discount_pct="100"), "line", "discount_pct",
             name="full discount"),
    Scenario("matches_other_rule", {"prices": [rows("P", unit_price="9.50")]}, "line", "unit_price",
             becomes="charged_differs"),
    Scenario("ambiguous_price", line(unit_price="9.00") | {
        "prices": [rows("P", unit_price="8.00"), rows("Q", unit_price="9.00")]}, "row", "priority"),
    Scenario("charged_differs", line(unit_price="100", uom="BOX", price_uom="BOX"), "line",
             "unit_price", name="of a box"),
    Scenario("charged_differs", line(unit_price="10.00") | {
        "orders": [{"order_id": "SO-1", "prices_include_tax": "true", "tax_rate": "19"}]}, "line",
        "unit_price", name="with tax"),
    Scenario("charged_differs", line(unit_price="9.00") | {
        "orders": [{"order_id": "SO-1", "currency": "USD"}]}, "line", "unit_price",
        name="in another currency"),
    Scenario("below_margin_floor", line(unit_price="6.50"), "line", "unit_price"),
    Scenario("below_margin_floor", line(unit_price="700", price_per="100", discount_pct="7"),
             "line", "unit_price", name="per hundred"),
    Scenario("free_goods", line(unit_price="0"), "line", "unit_price"),
]  # fmt: skip

NO_CHANGE = [
    Scenario("manual_hold", account(manual_hold="on"), ""),
    Scenario("charged_differs", line(unit_price="0", discount_pct="100"), "", name="no field"),
]
