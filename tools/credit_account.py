"""The credit account of a bill-to: its limit, its currency, whose money counts, on which day.

Source: `rules.md` C1 (scope, effective limit, currency) and its fine print.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from tools.book import Book, Case
from tools.orders import order_day
from tools.rows import Figure, Row
from tools.unknown import NotKnown

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a ledger is computed for: whose documents count, in which currency, on which day."""

    members: tuple[str, ...]
    """The customers whose documents count: the bill-to, or its group."""
    company_id: str
    currency: str
    today: date
    rate_day: date | None
    open_orders: bool
    horizon_days: int | None
    grace_days: int


def attempt(compute: Callable[[], T]) -> T | NotKnown:
    """What `compute` gives, or what is missing for it."""
    try:
        return compute()
    except NotKnown as gap:
        return gap


def known(value: T | NotKnown) -> T:
    """The value of an attempt.

    Raises:
        NotKnown: the attempt had failed.
    """
    if isinstance(value, NotKnown):
        raise NotKnown(value.why, *value.missing)
    return value


def shared(book: Book, key: Hashable, compute: Callable[[], T]) -> T:
    """`book.once` that also remembers that something is not known."""
    return known(book.once(key, lambda: attempt(compute)))


def group_head(book: Book, customer_id: str) -> str:
    """The parent of a customer; the customer itself where it has none."""
    row = book.one("customers", customer_id=customer_id)
    return (row.text("parent_customer_id") if row else None) or customer_id


def _groups(book: Book) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for row in book.all("customers"):
        member = str(row["customer_id"])
        groups.setdefault(row.text("parent_customer_id") or member, []).append(member)
    return groups


def members(case: Case) -> tuple[str, ...]:
    """The customers whose documents count in the exposure of the order's bill-to."""
    book = case.book
    if book.conventions.credit_scope == "bill_to":
        return (case.bill_to_id,)
    groups = book.once(("groups",), lambda: _groups(book))
    return tuple(groups.get(group_head(book, case.bill_to_id), [case.bill_to_id]))


def account_row(case: Case) -> Row | None:
    """The bill-to's account in the order's company; in group scope else the parent's."""
    book, company = case.book, case.company_id
    own = book.one("credit_accounts", customer_id=case.bill_to_id, company_id=company)
    if own is not None or book.conventions.credit_scope == "bill_to":
        return own
    head = group_head(book, case.bill_to_id)
    return book.one("credit_accounts", customer_id=head, company_id=company)


def account_currency(case: Case) -> str:
    """The account's currency; without an account the bill-to's, else the order's.

    Raises:
        NotKnown: the account names no currency, or nothing does.
    """
    row, bill_to = account_row(case), case.bill_to
    if row is not None:
        code = row.text("currency")
        missing = f"{row.ref} names no currency"
    else:
        code = (bill_to.text("currency") if bill_to else None) or case.order.text("currency")
        missing = "no currency of the account is on file"
    if code is None:
        raise NotKnown(missing, "credit_accounts.currency")
    return code


def _scope(case: Case) -> Scope:
    book, row = case.book, account_row(case)
    if case.company_id is None:
        raise NotKnown(f"company_id of {case.order.ref} is empty", "orders.company_id")
    by_order = book.conventions.exposure_fx == "order_date"
    horizon = row.number("horizon_days") if row else None
    grace = row.number("overdue_grace_days") if row else None
    return Scope(
        members(case),
        case.company_id,
        account_currency(case),
        case.today,
        order_day(book, case.order) if by_order else case.today,
        row.flag("include_open_orders", empty=True) if row else True,
        None if horizon is None else int(horizon),
        book.conventions.overdue_grace_days if grace is None else int(grace),
    )


def scope_of(case: Case) -> Scope:
    """The scope in which the order's exposure is computed.

    Raises:
        NotKnown: the order's company or the account's currency is not on file.
    """
    return shared(case.book, ("credit_scope", case.order_id), lambda: _scope(case))


def in_company(row: Row, scope: Scope) -> bool:
    """Whether a document belongs to the company of the scope.

    Raises:
        NotKnown: its company is empty.
    """
    company = row.text("company_id")
    if company is None:
        raise NotKnown(f"company_id of {row.ref} is empty", f"{row.table}.company_id")
    return company == scope.company_id


def runs(row: Row, first: str, last: str, day: date) -> bool:
    """Whether `day` lies within two date columns, both inclusive, an empty one being open."""
    start, end = row.day(first), row.day(last)
    return (start is None or start <= day) and (end is None or day <= end)


def temporary_runs(row: Row, day: date) -> bool:
    """Whether the account has a temporary limit on that day."""
    filled = row.number("temporary_limit") is not None
    return filled and runs(row, "temporary_valid_from", "temporary_valid_to", day)


def effective_limit(case: Case) -> Figure:
    """C1: the credit limit, valid or not, with the temporary limit while that runs.

    Raises:
        NotKnown: there is no account, or its limit is empty.
    """
    if not case.book.present("credit_accounts"):
        raise NotKnown("the table credit_accounts is not there", "credit_accounts")
    row = account_row(case)
    if row is None or row.number("credit_limit") is None:
        raise NotKnown("no credit limit on file", "credit_accounts.credit_limit")
    columns = ["credit_limit"]
    if temporary_runs(row, case.today):
        replaces = case.book.conventions.temporary_limit_mode == "replace"
        columns = ["temporary_limit"] if replaces else [*columns, "temporary_limit"]
    value = sum((row.amount(column) for column in columns), Decimal(0))
    cells = tuple(row.cell(column) for column in columns)
    return Figure("credit.limit", value, account_currency(case), " + ".join(columns), cells)
