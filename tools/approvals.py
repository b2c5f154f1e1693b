"""Approvals, people and authority: who signed what, for which version, and how far they may.

Rows and arithmetic only; which approval counts is judged by the policies. Amounts are compared
in the policy currency at today's rate (rules A2).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tools.book import Book, Case
from tools.money import round_money
from tools.rows import Cell, Figure, Row, Source
from tools.values import rate, rate_formula

DECIDED = frozenset({"approved", "rejected"})
IMMATERIAL = frozenset({"remark", "channel", "customer_ref", "version"})
"""Order fields whose change leaves an approval standing: what is signed does not depend on them."""


def approvals_of(case: Case, action: str, line_no: int | None = None) -> list[Row]:
    """The approvals of an action that were known at `as_of`; one of the whole order fits any line.

    A line's approval never covers the order, nor another line.
    """
    rows = case.book.by("approvals", order_id=case.order_id, action=action)
    return [row for row in rows if _fits_line(row, line_no) and _is_seen(case.book, row)]


def _fits_line(row: Row, line_no: int | None) -> bool:
    own = row.number("line_no")
    return own is None or (line_no is not None and own == line_no)


def _is_seen(book: Book, row: Row) -> bool:
    decided = row.moment("decided_at")
    return decided is None or decided <= book.as_of


def staff_row(book: Book, user_id: str | None) -> Row | None:
    """The staff row of an account."""
    return book.one("staff", user_id=user_id) if user_id else None


def person_of(book: Book, user_id: str | None) -> str | None:
    """The person behind an account: several accounts may be of one person."""
    row = staff_row(book, user_id)
    return (row.text("person_id") if row else None) or user_id


def roles_of(book: Book, user_id: str | None) -> frozenset[str]:
    """The roles that an account holds; none where it is not on the staff."""
    row = staff_row(book, user_id)
    names = (row.text("roles") or "") if row else ""
    return frozenset(name.strip() for name in names.split(",") if name.strip())


def holders_of(case: Case, role: str) -> list[Row]:
    """The staff of the order's company (or of no company) who hold a role."""
    book = case.book

    def compute() -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in book.all("staff"):
            for name in roles_of(book, row.text("user_id")):
                found.setdefault(name, []).append(row)
        return found

    everyone = book.once("staff by role", compute).get(role, [])
    return [row for row in everyone if row.text("company_id") in (None, case.company_id)]


def changes_since(case: Case, approval: Row) -> list[Row]:
    """The order's logged changes that came after what the approval was given for."""
    version, decided = approval.number("order_version"), approval.moment("decided_at")

    def is_later(change: Row) -> bool:
        at, number = change.moment("changed_at"), change.number("version")
        if version is not None and number is not None and number > version:
            return True
        return at is not None and decided is not None and at > decided

    return [c for c in case.book.by("order_changes", order_id=case.order_id) if is_later(c)]


def is_for_this_version(case: Case, approval: Row) -> bool:
    """Whether the approval is of the order's version, or nothing material changed since.

    Without a complete log of changes only the very version counts.
    """
    signed, current = approval.number("order_version"), case.order.number("version")
    if signed == current:
        return True
    if signed is None or current is None or signed > current or not _is_logged(case):
        return False
    changes = case.book.by("order_changes", order_id=case.order_id)
    later = [c for c in changes if (number := c.number("version")) is not None and number > signed]
    return all(c.text("field") in IMMATERIAL for c in later)


def _is_logged(case: Case) -> bool:
    lost = [
        row
        for row in case.book.set_aside
        if row.table == "order_changes" and not row.duplicate
        and row.keys.get("order_id") in (None, case.order_id)
    ]  # fmt: skip
    return case.book.present("order_changes") and not lost


def converted(case: Case, source: Source, source_currency: str | None, currency: str) -> Figure:
    """An amount in another currency at today's rate, rounded once, named `<name>_<currency>`.

    Raises:
        NotKnown: a currency is empty or no rate is on file.
    """
    value = Decimal(str(source.value))
    name = source.column if isinstance(source, Cell) else source.id.rsplit(".", 1)[-1]
    key = f"{source.row.ref}.{name}" if isinstance(source, Cell) else source.id
    fx = rate(case.book, source_currency, currency, case.today)
    return Figure(
        f"{key}_{currency}", round_money(fx.apply(value), currency), currency,
        f"money({name}{rate_formula(fx)})", (source, *fx.cells),
    )  # fmt: skip


def measured(case: Case, measure: Figure, currency: str) -> Figure:
    """A measure in the given currency at today's rate; itself where it is in it already."""
    if measure.unit == currency:
        return measure
    return converted(case, measure, measure.unit, currency)


def approved_amount(case: Case, approval: Row, currency: str) -> Figure | None:
    """The amount that an approval names, in the given currency; None where it names none."""
    if approval.number("amount") is None:
        return None
    return converted(case, approval.cell("amount"), approval.text("currency"), currency)


def authorities_of(case: Case, action: str) -> list[Row]:
    """The authority rows of an action: the company's own, before those of no company."""
    book = case.book
    own = book.by("authorities", action=action, company_id=case.company_id)
    named = {row.text("role") for row in own}
    shared = book.by("authorities", action=action, company_id=None) if case.company_id else []
    return [*own, *(row for row in shared if row.text("role") not in named)]


def authority(
    case: Case, user_id: str | None, action: str, roles: Iterable[str], currency: str
) -> Figure | None:
    """How far an account may sign an action in one of the roles, in the given currency.

    The account's approval_limit, capped by the widest authority of those roles where the action
    has authorities on file. None: no authority (an empty limit, or a role without authority).
    """
    person = staff_row(case.book, user_id)
    if person is None or person.number("approval_limit") is None:
        return None
    parts = [_limit(case, person, "approval_limit", currency)]
    rows = authorities_of(case, action)
    if rows:
        allowed = [row for row in rows if row.text("role") in set(roles)]
        if not allowed:
            return None
        if all(row.number("max_amount") is not None for row in allowed):
            caps = [_limit(case, row, "max_amount", currency) for row in allowed]
            parts.append(max(caps, key=lambda cap: cap.number))
    names = ", ".join(part.id.rsplit(".", 1)[-1] for part in parts)
    return Figure(
        f"{person.ref}.{action}.authority", min(part.number for part in parts), currency,
        f"min({names})" if len(parts) > 1 else names, tuple(parts),
    )  # fmt: skip


def _limit(case: Case, row: Row, column: str, currency: str) -> Figure:
    if not row.amount(column):
        return Figure(f"{row.ref}.{column}_{currency}", Decimal(0), currency, column,
                      (row.cell(column),))  # fmt: skip
    return converted(case, row.cell(column), row.text("currency"), currency)
