"""Who read what others may not see: kept in the audit before it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from agent.app.home import Home
from policies.guard import ROLES
from policies.views import COLUMN_GROUPS, roles_that_see
from tools.view import View

NAMED = 50
"""Orders that the event names; it always counts them."""


@cache
def masked_groups() -> frozenset[str]:
    """The column groups that are hidden from some role."""
    return frozenset(g for g in COLUMN_GROUPS if len(roles_that_see(g)) < len(ROLES))


def record_read(home: Home, view: View | None, orders: Sequence[str], by: str) -> None:
    """Keep that a person read columns that are hidden from others.

    Args:
        home: the home; one without a desk keeps nothing yet.
        view: what the person sees; None where nobody is named.
        orders: the orders that are shown.
        by: the command, such as `review`.

    Raises:
        Refused: the audit is damaged: what cannot be kept is not shown.
    """
    groups = sorted(view.seen & masked_groups()) if view is not None else []
    if view is None or not groups or not orders:
        return
    from agent.app.desk_place import desk_place  # the desk is read by those alone who are named
    from agent.desk import audit

    place = desk_place(home.path)
    if not place.exists:
        return
    desk = place.open()
    try:
        body = {"groups": groups, "orders": list(orders[:NAMED]), "count": len(orders)}
        event = audit.Event(
            "read.masked_columns", actor=view.who, actor_kind="human",
            order_id=orders[0] if len(orders) == 1 else "", verdict="allow",
            body={**body, "command": by},
        )  # fmt: skip
        with desk.write() as session:
            audit.append(desk, session, event)
    finally:
        desk.close()
