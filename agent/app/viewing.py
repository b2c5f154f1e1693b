"""Who reads: the view of a person named with `--as`, and the orders that they may know of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agent.app.home import Home
from agent.app.people import NOT_ON_STAFF
from policies.guard import Person
from policies.views import view_of
from tools.errors import Denied, NotFound
from tools.evidence import look_up
from tools.snapshot import Snapshot
from tools.view import View


def reader_of(snapshot: Snapshot, as_of: datetime, user_id: str) -> Person:
    """The person behind an account, as far as reading goes: roles and company.

    Raises:
        Denied: the staff table does not know the account.
    """
    for row in look_up(snapshot, "staff_accounts", as_of):
        if row["user_id"] == user_id:
            roles = frozenset(part.strip() for part in str(row["roles"] or "").split(","))
            company = str(row["company_id"] or "")
            return Person(user_id, str(row["person_id"] or user_id), roles - {""}, company)
    raise Denied(NOT_ON_STAFF.format(user_id=user_id), ("staff",))


def viewed_as(home: Home, snapshot: Snapshot, as_of: datetime, user: str | None) -> View | None:
    """The view of the person named with `--as`; None without one: nothing is hidden.

    Raises:
        Denied: the home is no demo home, or the account is not on the staff table.
    """
    if user is None:
        return None
    return view_of(reader_of(snapshot, as_of, home.acting(user)))


def visible(
    snapshot: Snapshot, as_of: datetime, view: View | None, order_ids: Sequence[str]
) -> list[str]:
    """The orders that the reader may know of, in the order given."""
    if view is None or view.companies is None:
        return list(order_ids)
    rows = look_up(snapshot, "known_orders", as_of, wanted=list(order_ids))
    shown = {str(row["order_id"]) for row in rows if view.covers(_company(row["company_id"]))}
    return [order_id for order_id in order_ids if order_id in shown]


def refuse_unseen(
    snapshot: Snapshot, as_of: datetime, view: View | None, named: Sequence[str]
) -> None:
    """Refuse orders that do not exist and those of other companies alike, so that none is told.

    Raises:
        NotFound: one of the named orders is not among those that the reader may see.
    """
    if view is None or view.companies is None:
        return
    rows = look_up(snapshot, "known_orders", as_of, wanted=list(named))
    shown = {
        str(row["order_id"]).upper() for row in rows if view.covers(_company(row["company_id"]))
    }
    for order_id in named:
        if order_id.upper() not in shown:
            raise NotFound(
                f"{order_id} is not among the orders that {view.who} may see; check the number, "
                "or ask somebody of the order's company"
            )


def _company(value: object) -> str:
    return str(value or "")
