"""C3 to C8: validity, manual hold, blocks, terms, review date, broken promises."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from policies.findings import Bound, Clearing, Finding, Sentence
from tools.book import Case
from tools.credit_account import members
from tools.rows import Row
from tools.unknown import NotKnown

BLOCKS_ORDERS = frozenset({"order", "ship", "all"})


def limit_expired(account: Row, today: date) -> Finding | None:
    """C3: limit_valid_to lies before the date; on its last day a limit is valid."""
    until = account.day("limit_valid_to")
    if until is None or until >= today:
        return None
    bound: dict[str, Bound] = {
        "account": account.cell("customer_id"), "until": account.cell("limit_valid_to"),
    }  # fmt: skip
    change = {
        "kind": "limit_valid_to", "customer_id": account.text("customer_id"),
        "company_id": account.text("company_id"), "date": today.isoformat(),
    }  # fmt: skip
    return Finding(
        "credit_hold", "limit_expired",
        Sentence("The credit limit of {account} was valid until {until}.", bound),
        Clearing(Sentence("Renewing the limit of {account} clears it.", bound), change),
        values={"limit_valid_to": bound["until"]},
    )  # fmt: skip


def manual_hold(account: Row) -> Finding | None:
    """C4: credit control holds the account by hand; no figure clears that."""
    if account.text("manual_hold") != "on":
        return None
    bound: dict[str, Bound] = {"account": account.cell("customer_id")}
    return Finding(
        "credit_hold", "manual_hold",
        Sentence("Account {account} is on manual hold.", bound),
        Clearing(Sentence("Only credit control can lift the hold on {account}.", bound)),
        severity="high", values={"manual_hold": account.cell("manual_hold")},
    )  # fmt: skip


def _parties(case: Case) -> list[Row]:
    if case.bill_to is None:
        raise NotKnown(f"bill-to {case.bill_to_id} is not on file", "customers")
    rows = (case.customer, case.bill_to)
    return list({row.ref: row for row in rows if row is not None}.values())


def _blocked(customer: Row, column: str, text: str, clear: str) -> Finding:
    bound: dict[str, Bound] = {
        "customer": customer.cell("customer_id"), "found": customer.cell(column),
    }  # fmt: skip
    change = {"kind": "row", "ref": customer.ref, "field": column, "value": clear}
    lifted = Sentence("Lifting it for {customer} in the customer record clears it.", bound)
    return Finding(
        "credit_hold", "customer_blocked", Sentence(text, bound), Clearing(lifted, change),
        severity="high", values={column: bound["found"]},
    )  # fmt: skip


def customer_blocked(case: Case) -> Iterator[Finding]:
    """C5: sold-to or bill-to is blocked for orders, shipping or all, or is inactive.

    Raises:
        NotKnown: the bill-to is not on file.
    """
    for customer in _parties(case):
        if customer.text("blocked_scope") in BLOCKS_ORDERS:
            text = "Customer {customer} is blocked (scope: {found})."
            yield _blocked(customer, "blocked_scope", text, "none")
        if customer.text("status") == "inactive":
            yield _blocked(customer, "status", "Customer {customer} has status {found}.", "active")


def terms_extended(order: Row) -> Finding | None:
    """C6: the order's payment terms are longer than its baseline."""
    terms, baseline = order.number("payment_terms_days"), order.number("baseline_terms_days")
    if terms is None or baseline is None or terms <= baseline:
        return None
    bound: dict[str, Bound] = {
        "terms": order.cell("payment_terms_days"), "baseline": order.cell("baseline_terms_days"),
    }  # fmt: skip
    change = {"kind": "order", "field": "payment_terms_days", "value": int(baseline)}
    return Finding(
        "credit_hold", "terms_extended",
        Sentence("Payment terms of {terms} are longer than the agreed {baseline}.", bound),
        Clearing(
            Sentence("Payment terms of {baseline} clear it.", {"baseline": bound["baseline"]}),
            change,
        ),
        values=bound,
    )  # fmt: skip


def review_due(account: Row, today: date) -> Finding | None:
    """C7: the review of the account lies in the past."""
    due = account.day("next_review_on")
    if due is None or due >= today:
        return None
    bound: dict[str, Bound] = {
        "account": account.cell("customer_id"), "due": account.cell("next_review_on"),
    }  # fmt: skip
    change = {
        "kind": "row", "ref": account.ref, "field": "next_review_on", "value": today.isoformat(),
    }  # fmt: skip
    return Finding(
        "credit_hold", "review_due",
        Sentence("The credit review of {account} was due on {due}.", bound),
        Clearing(Sentence("A review of {account} with a new date clears it.", bound), change),
        severity="low", values={"next_review_on": bound["due"]},
    )  # fmt: skip


def _of_company(case: Case, promise: Row) -> bool:
    """Whether a promise is about the order's company, as far as its invoice says."""
    number = promise.text("invoice_id")
    invoice = case.book.one("invoices", invoice_id=number) if number else None
    company = invoice.text("company_id") if invoice else None
    return company in (None, case.company_id)


def broken_promises(case: Case) -> Iterator[Finding]:
    """C8: promises to pay that are past their date and not kept."""
    for member in members(case):
        for promise in case.book.by("payment_promises", customer_id=member):
            due = promise.day("promised_on")
            past = due is not None and due < case.today and promise.text("status") != "kept"
            if past and _of_company(case, promise):
                yield _broken(promise)


def _broken(promise: Row) -> Finding:
    bound: dict[str, Bound] = {
        "promise": promise.cell("promise_id"), "due": promise.cell("promised_on"),
    }  # fmt: skip
    text = "Promise {promise} to pay by {due} is not kept."
    if promise.number("amount") is not None and promise.text("currency"):
        bound["amount"] = promise.cell("amount")
        text = "Promise {promise} to pay {amount} by {due} is not kept."
    change = {"kind": "row", "ref": promise.ref, "field": "status", "value": "kept"}
    kept = Sentence("Payment as promised in {promise} clears it.", {"promise": bound["promise"]})
    return Finding(
        "credit_hold", "broken_promise", Sentence(text, bound), Clearing(kept, change),
        severity="low", values=bound,
    )  # fmt: skip
