"""What of an account is overdue, how old its receivables are, what is disputed.

Source: `rules.md` C2. Every amount is a figure in the account's currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools.book import Book, Case
from tools.credit import derived, own_order, plus
from tools.credit_account import Scope, known, scope_of, shared
from tools.credit_amounts import Parts, Pool, amount_in
from tools.credit_documents import Money, owed
from tools.credit_ledger import Ledger, documents, ledger_of
from tools.rows import Figure, Row, Source
from tools.unknown import NotKnown

BUCKETS = (("current", 0), ("d1_30", 30), ("d31_60", 60), ("d61_90", 90))
"""Ageing by days past due, each bucket up to and with its day; beyond the last: over_90."""


@dataclass(frozen=True, slots=True)
class Due:
    """An open invoice or debit note with the days that it is past due (negative: not due yet)."""

    row: Row
    amount: Source
    days: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is overdue: gross, and less the cash and credit notes that are not applied yet."""

    gross: Figure
    net: Figure
    oldest: Row | None
    oldest_days: Figure | None


def _dues(book: Book, scope: Scope) -> list[Due]:
    return [Due(m.row, m.amount, (scope.today - _due_on(m)).days) for m in owed(book, scope)]


def _due_on(money: Money) -> date:
    day = money.row.day("due_on")
    if day is None:
        raise NotKnown(f"due_on of {money.row.ref} is empty", "invoices.due_on")
    return day


def dues(book: Book, scope: Scope) -> list[Due]:
    """The open invoices and debit notes with their days past due.

    Raises:
        NotKnown: an invoice names no due date.
    """
    return shared(book, ("credit_dues", scope), lambda: _dues(book, scope))


def _sum(key: str, scope: Scope, found: Iterable[Due]) -> Figure:
    parts: Parts = [(None, due.amount) for due in found]
    return Pool(key, scope.currency, parts).figure()


def ageing(case: Case) -> dict[str, Figure]:
    """C2: what is owed by days past due: current, to 30, to 60, to 90, and over 90.

    Raises:
        NotKnown: an invoice lacks its amount or due date.
    """
    scope = scope_of(case)

    def compute() -> dict[str, Figure]:
        found: dict[str, list[Due]] = {name: [] for name in (*dict(BUCKETS), "over_90")}
        for due in dues(case.book, scope):
            name = next((n for n, last in BUCKETS if due.days <= last), "over_90")
            found[name].append(due)
        return {n: _sum(f"credit.ageing.{n}", scope, items) for n, items in found.items()}

    return shared(case.book, ("credit_ageing", scope), compute)


def _gross_overdue(book: Book, scope: Scope) -> tuple[Figure, Row | None, Figure | None]:
    late = [due for due in dues(book, scope) if due.days > scope.grace_days]
    gross = _sum("credit.overdue_gross", scope, late)
    oldest = max(late, key=lambda due: due.days, default=None)
    if oldest is None:
        return gross, None, None
    text = "by rule: days from due_on of the oldest overdue document to the date of the site"
    cells = (oldest.row.cell("due_on"),)
    days = Figure("credit.oldest_overdue_days", oldest.days, "days", text, cells)
    return gross, oldest.row, days


def overdue(case: Case) -> Overdue:
    """C2: posted invoices and debit notes past due and grace, less unapplied cash, not below 0.

    Cash that covers this order or another is not there to pay invoices.

    Raises:
        NotKnown: an invoice, a payment or what a payment covers lacks what its amount needs.
    """
    scope = scope_of(case)
    ledger = ledger_of(case.book, scope)
    key = ("credit_overdue", scope)
    gross, oldest, days = shared(case.book, key, lambda: _gross_overdue(case.book, scope))
    payments = _free_payments(case, scope, ledger)
    credits_ = documents(case.book, scope, "credit_note", "credit_notes")
    net = derived(
        "overdue", scope.currency, "max(0, overdue_gross - unapplied_payments - credit_notes)",
        max(gross.number - payments.number - credits_.number, Decimal(0)),
        gross, payments, credits_,
    )  # fmt: skip
    return Overdue(gross, net, oldest, days)


def _free_payments(case: Case, scope: Scope, ledger: Ledger) -> Figure:
    for order_id, gap in ledger.unknown.items():
        if order_id != case.order_id and _paid(ledger, order_id):
            known(gap)
    if not _paid(ledger, case.order_id):
        return ledger.payments.figure()
    settled, _ = own_order(case, scope, ledger)
    return ledger.payments.figure(case.order_id, plus(settled.payment_rest))


def _paid(ledger: Ledger, order_id: str) -> bool:
    """Whether payments name the order, and so cover it first."""
    cash = ledger.cash.get(order_id)
    return cash is not None and bool(cash.payments)


def disputed(case: Case) -> Figure:
    """Disputed amounts of open invoices and debit notes: shown, never deducted (C2).

    Raises:
        NotKnown: a currency or a rate is missing.
    """
    scope = scope_of(case)

    def compute() -> Figure:
        rows = [m.row for m in owed(case.book, scope) if m.row.number("disputed_amount")]
        parts: Parts = [(None, amount_in(case.book, scope, row, "disputed_amount")) for row in rows]
        return Pool("credit.disputed", scope.currency, parts).figure()

    return shared(case.book, ("credit_disputed", scope), compute)
