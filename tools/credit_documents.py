"""Receivables and payments of an account: what is owed, what lowers it, what is not cleared yet.

Source: `rules.md` C1, C2 and fine print: posted documents that are seen on the day, of the
scope's members and company, in the account's currency. A deposit document and the payments with
its invoice_id are the same money and count once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools.book import Book
from tools.credit_account import Scope, in_company, shared
from tools.credit_amounts import amount_in, name_of, number_of
from tools.rows import Figure, Row, Source
from tools.unknown import NotKnown
from tools.values import total

OWED = ("invoice", "debit_note")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with the row that it stands in and the order that it names, if any."""

    row: Row
    amount: Source
    order_id: str | None = None


def rows_of_members(book: Book, scope: Scope, table: str) -> list[Row]:
    """The rows of the scope's members that are seen on its day."""
    rows = (r for member in scope.members for r in book.by(table, customer_id=member))
    return book.seen(rows, scope.today)


def _posted(book: Book, scope: Scope) -> dict[str, list[Money]]:
    found: dict[str, list[Money]] = {}
    for row in rows_of_members(book, scope, "invoices"):
        if not row.flag("posted", empty=True) or row.number("open_amount") == 0:
            continue
        if not in_company(row, scope):
            continue
        kind = row.text("kind")
        if kind is None:
            raise NotKnown(f"kind of {row.ref} is empty", "invoices.kind")
        amount = amount_in(book, scope, row, "open_amount")
        found.setdefault(kind, []).append(Money(row, amount, row.text("order_id")))
    return found


def posted(book: Book, scope: Scope) -> dict[str, list[Money]]:
    """The open amounts of posted documents by kind.

    Raises:
        NotKnown: there are no invoices at all, or a document lacks what its amount needs.
    """
    if not book.present("invoices"):
        raise NotKnown("the table invoices is not there", "invoices")
    return shared(book, ("credit_posted", scope), lambda: _posted(book, scope))


def owed(book: Book, scope: Scope) -> list[Money]:
    """The open invoices and debit notes."""
    documents = posted(book, scope)
    return [money for kind in OWED for money in documents.get(kind, [])]


def _unapplied(book: Book, scope: Scope, status: tuple[str | None, ...]) -> list[Money]:
    found = []
    for row in rows_of_members(book, scope, "payments"):
        if row.text("status") not in status or row.number("unapplied_amount") == 0:
            continue
        if in_company(row, scope):
            amount = amount_in(book, scope, row, "unapplied_amount")
            found.append(Money(row, amount, row.text("order_id")))
    return found


def cleared(book: Book, scope: Scope) -> list[Money]:
    """The unapplied amounts of cleared payments.

    Raises:
        NotKnown: a payment lacks what its amount needs.
    """
    key = ("credit_cleared", scope)
    return shared(book, key, lambda: _unapplied(book, scope, ("cleared",)))


def uncleared(book: Book, scope: Scope) -> list[Money]:
    """The unapplied amounts of payments that are received and not cleared: they lower nothing."""
    key = ("credit_uncleared", scope)
    return shared(book, key, lambda: _unapplied(book, scope, ("received", None)))


def last_payment(book: Book, scope: Scope) -> Row | None:
    """The newest payment that did not bounce."""

    def compute() -> Row | None:
        rows = [
            row
            for row in rows_of_members(book, scope, "payments")
            if row.text("status") != "bounced" and row.text("company_id") == scope.company_id
        ]
        return max(rows, key=lambda row: row.day("received_on") or date.min, default=None)

    return book.once(("credit_last_payment", scope), compute)


# --- deposits and the payments behind them ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cash:
    """What lowers the account: deposits, and payments as far as they are no deposit's money."""

    deposits: list[Money]
    payments: list[Money]


def _beyond(deposit: Money, payments: list[Money], currency: str) -> Money | None:
    """What the payments of a deposit document hold beyond it."""
    extra = sum((number_of(p.amount) for p in payments), Decimal(0)) - number_of(deposit.amount)
    if extra <= 0:
        return None
    names = sorted({name_of(payment.amount) for payment in payments})
    formula = " + ".join(f"sum({name})" for name in names) + f" - {name_of(deposit.amount)}"
    figure = Figure(
        f"{deposit.row.ref}.beyond_deposit", extra, currency, formula,
        (deposit.amount, *(payment.amount for payment in payments)),
    )  # fmt: skip
    return Money(payments[0].row, figure, deposit.order_id or payments[0].order_id)


def _cash(book: Book, scope: Scope) -> Cash:
    by_document: dict[str | None, list[Money]] = {}
    for payment in cleared(book, scope):
        by_document.setdefault(payment.row.text("invoice_id"), []).append(payment)
    deposits, payments = [], []
    for deposit in posted(book, scope).get("deposit", []):
        same = by_document.pop(deposit.row.text("invoice_id"), [])
        order_id = deposit.order_id or next((p.order_id for p in same if p.order_id), None)
        deposits.append(Money(deposit.row, deposit.amount, order_id))
        if same and (more := _beyond(deposit, same, scope.currency)) is not None:
            payments.append(more)
    payments += [payment for group in by_document.values() for payment in group]
    return Cash(deposits, payments)


def cash(book: Book, scope: Scope) -> Cash:
    """The deposits and payments that lower the account, each unit of money once.

    Raises:
        NotKnown: a document or payment lacks what its amount needs.
    """
    return shared(book, ("credit_cash", scope), lambda: _cash(book, scope))


def deposits_not_cleared(book: Book, scope: Scope) -> list[tuple[Row, Row]]:
    """Deposit documents that count although a payment of theirs is not cleared or bounced."""

    def compute() -> list[tuple[Row, Row]]:
        deposits = posted(book, scope).get("deposit", [])
        documents = {money.row.text("invoice_id"): money.row for money in deposits}
        return [
            (documents[key], row)
            for row in (rows_of_members(book, scope, "payments") if documents else [])
            if row.text("status") != "cleared" and (key := row.text("invoice_id")) in documents
        ]

    return shared(book, ("credit_deposits_not_cleared", scope), compute)


def securities_of(book: Book, scope: Scope, order_id: str) -> list[Row]:
    """The securities of the account and of the order, to be shown."""
    rows = rows_of_members(book, scope, "securities") + book.by("securities", order_id=order_id)
    return list({row.ref: row for row in rows}.values())


def total_of(key: str, parts: Iterable[Money], currency: str) -> Figure:
    """The sum of some amounts."""
    return total(key, [part.amount for part in parts], currency)
