"""People as the guard knows them, from the staff table at a moment."""

from __future__ import annotations

from agent.review.locks import authority
from policies.guard import Person, limit_to_minor, to_minor
from policies.owner import is_absent, roles_of
from tools.book import Book, Case
from tools.errors import Denied
from tools.rows import Row
from tools.unknown import NotKnown
from tools.values import rate

NOT_ON_STAFF = "{user_id} is not on the staff table; nobody else may decide"


def _person_id(row: Row) -> str:
    return row.text("person_id") or str(row["user_id"])


def _ceilings(case: Case, roles: frozenset[str], currency: str) -> tuple[tuple[str, str, int], ...]:
    """Rows of authorities that cap these roles; one that cannot be converted caps at nothing."""
    found = []
    for row in case.book.all("authorities"):
        most = row.number("max_amount")
        fits = row.text("role") in roles and row.text("company_id") in (None, case.company_id)
        if not fits or most is None:
            continue
        try:
            step = rate(case.book, row.text("currency") or currency, currency, case.today)
            amount = to_minor(step.apply(most), currency)
        except NotKnown:
            amount = 0
        found.append((str(row["role"]), str(row["action"]), amount))
    return tuple(sorted(found))


def person_of(case: Case, user_id: str, currency: str) -> Person:
    """The person behind an account, on the day and for the company of a case.

    Args:
        case: the case to be decided on.
        user_id: the account.
        currency: the policy currency of limits.

    Raises:
        Denied: the staff table does not know the account.
    """
    row = case.book.one("staff", user_id=user_id)
    if row is None:
        raise Denied(NOT_ON_STAFF.format(user_id=user_id), ("staff",))
    own, roles = accounts_of(case.book, row), roles_of(row)
    away = [other for one in own for other in _absent_for(case, one)]
    return Person(
        user_id=user_id,
        person_id=_person_id(row),
        roles=roles,
        company_id=row.text("company_id") or "",
        site_id=row.text("site_id") or "",
        approval_limit=limit_to_minor(authority(case, row, currency), currency),
        ceilings=_ceilings(case, roles, currency),
        absent=any(is_absent(one, case.today) for one in own),
        stand_in=row.text("stand_in") or "",
        stands_in_for=frozenset(_person_id(other) for other in away),
        other_roles=frozenset[str]().union(*(roles_of(one) for one in own)) - roles,
    )


def accounts_of(book: Book, row: Row) -> list[Row]:
    """The accounts of the person behind an account, this one among them."""
    person = row.text("person_id")
    return book.by("staff", person_id=person) if person else [row]


def _absent_for(case: Case, row: Row) -> list[Row]:
    """The accounts whose owners are absent today and named this account as stand-in."""
    named = case.book.by("staff", stand_in=row.text("user_id"))
    return [other for other in named if is_absent(other, case.today)]


def staff_of(case: Case, currency: str) -> list[Person]:
    """Everybody on the staff table, on the day and for the company of a case."""
    return [person_of(case, str(row["user_id"]), currency) for row in case.book.all("staff")]
