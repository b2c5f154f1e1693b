"""The account of an order's bill-to: whose money counts, in which currency, on which day."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from evals.oracle.model import (
    Books,
    Gap,
    Row,
    flag,
    money,
    number,
    text,
    total,
)
from evals.oracle.orders import (
    bill_to,
    order_day,
)


@dataclass
class Account:
    """The account of an order's bill-to in its company, as of today."""

    books: Books
    order: Row
    row: Row
    now: date
    currency: str

    def members(self) -> list[str]:
        """Give whose documents count: the bill-to, or all with the same parent."""
        return members_of(self.books, self.order)

    def rate_day(self) -> date:
        """Give the day whose rates count: today, or the order's."""
        if self.books.choice.exposure_fx == "today":
            return self.now
        return order_day(self.books, self.order) or date.min

    def convert(self, row: Row, column: str) -> Fraction:
        """Give an amount in the account's currency at today's rate."""
        amount = number(row, column)
        rate = self.books.rate(text(row, "currency"), self.currency, self.rate_day())
        return money(amount * rate, self.currency)

    def rows(self, table: str) -> list[Row]:
        """Give the rows of the bill-to in the order's company."""
        rows = [
            row
            for member in self.members()
            for row in self.books.seen(table, self.now, customer_id=member)
        ]
        column = "open_amount" if table == "invoices" else "unapplied_amount"
        rows = [r for r in rows if not text(r, column) or number(r, column)]
        if any(not text(r, "company_id") for r in rows):
            raise Gap(f"{table}.company_id")
        return [r for r in rows if text(r, "company_id") == text(self.order, "company_id")]

    def posted(self, *kinds: str) -> list[Row]:
        """Give the open posted invoices of these kinds."""
        rows = [r for r in self.rows("invoices") if flag(r, "posted", True)]
        if any(not text(r, "kind") for r in rows):
            raise Gap("invoices.kind")
        return [r for r in rows if text(r, "kind") in kinds]

    def open_amounts(self, *kinds: str) -> Fraction:
        """Sum the open amounts of these kinds."""
        return total(self.convert(r, "open_amount") for r in self.posted(*kinds))


def parent_of(books: Books, customer_id: str) -> str:
    """Give a customer's parent; itself where it has none."""
    row = books.one("customers", customer_id=customer_id) or {}
    return text(row, "parent_customer_id") or customer_id


def members_of(books: Books, order: Row) -> list[str]:
    """Give whose money counts for an order."""
    payer = bill_to(order)
    if books.choice.scope == "bill_to":
        return [payer]
    everyone = [c["customer_id"] for c in books.tables.get("customers", [])]
    head = parent_of(books, payer)
    return [c for c in everyone if parent_of(books, c) == head] or [payer]


def row_of(books: Books, order: Row) -> Row | None:
    """Give the account of the bill-to; in a group else the parent's."""
    company_id = text(order, "company_id")
    row = books.one("credit_accounts", customer_id=bill_to(order), company_id=company_id)
    if row is None and books.choice.scope == "group":
        head = parent_of(books, bill_to(order))
        row = books.one("credit_accounts", customer_id=head, company_id=company_id)
    return row


def account_of(books: Books, order: Row, row: Row | None, now: date) -> Account:
    """Give the account; without a row it is kept in the currency of the bill-to or the order."""
    customer = books.one("customers", customer_id=bill_to(order)) or {}
    currency = text(row, "currency") if row else text(customer, "currency")
    if not row and not currency:
        currency = text(order, "currency")
    return Account(books, order, row or {}, now, currency)
