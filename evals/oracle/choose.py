"""What an order is held for first of all, and whose it is; and the whole verdict."""

from datetime import datetime

from evals.oracle import approval, compliance, credit, price, route, stock, substitution
from evals.oracle.model import Books, Row, Tables, Verdict

CLASSES = (
    "compliance_issue",
    "credit_hold",
    "customer_priority_conflict",
    "substitution_need",
    "stock_shortage",
    "price_mismatch",
    "route_risk",
    "approval_gap",
)
LOW = {
    "review_due",
    "broken_promise",
    "mixed_dates",
    "ambiguous_price",
    "matches_other_rule",
    "promise_after_request",
}
ROLES = {
    "compliance_issue": "compliance",
    "credit_hold": "credit_control",
    "customer_priority_conflict": "warehouse",
    "substitution_need": "sales_operations",
    "stock_shortage": "warehouse",
    "price_mismatch": "sales_operations",
    "route_risk": "logistics",
    "approval_gap": "sales_operations",
}


def verdict_on(books: Books, order_id: str) -> Verdict:
    """Judge one order by every rule."""
    order: Row = books.need("orders", order_id=order_id)
    verdict = Verdict()
    for check in (compliance, credit, stock, substitution, price, route, approval):
        check.judge(books, order, verdict)
    verdict.primary = primary(verdict)
    verdict.owner = owner(verdict)
    return verdict


def review(tables: Tables, order_id: str, as_of: datetime) -> Verdict:
    """Judge one order of a company's tables at a moment."""
    return verdict_on(Books(tables, as_of), order_id)


def primary(verdict: Verdict) -> str | None:
    """Give the first class with a finding that matters; only else the first with a small one."""
    serious = {kind for kind, code, _ in verdict.findings if code not in LOW}
    small = {kind for kind, _, _ in verdict.findings}
    for among in (serious, small):
        for kind in CLASSES:
            if kind in among:
                return kind
    return None


def owner(verdict: Verdict) -> str:
    """Give the role that the order is for; a finding may name another than its class's."""
    if verdict.primary is None:
        unknown = [kind for kind in CLASSES if kind in verdict.unknown]
        return ROLES[unknown[0]] if unknown else "sales_operations"
    return verdict.owners.get(verdict.primary, ROLES[verdict.primary])
