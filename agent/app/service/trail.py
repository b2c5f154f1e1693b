"""Pages of the audit trail, the newest event first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from agent.desk.audit_models import Audit
from agent.desk.pseudonyms import people
from agent.desk.store import Desk
from tools.errors import BadInput


def events(
    desk: Desk, order: str | None, cursor: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None, int]:
    """A page of events, the cursor after it, and how many there are.

    Pseudonyms are read as the accounts that they stand for, unless the person was erased.

    Args:
        desk: the store.
        order: only events of this order.
        cursor: the number of the last event that was shown.
        limit: events a page.

    Raises:
        BadInput: the cursor is none of ours.
    """
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16):
        raise BadInput("cursor: send next_cursor of the page before, or none")
    fits = [Audit.order_id == order] if order else []
    statement = select(Audit).where(*fits).order_by(Audit.seq.desc()).limit(limit + 1)
    if cursor is not None:
        statement = statement.where(Audit.seq < int(cursor))
    with desk.read() as session:
        total = session.execute(select(func.count(Audit.seq)).where(*fits)).scalar_one()
        found = list(session.scalars(statement))
        names = people(session)
    shown = [_event(row, names) for row in found[:limit]]
    return shown, str(shown[-1]["seq"]) if len(found) > limit else None, total


def _event(row: Audit, names: dict[str, str]) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in Audit.__table__.columns}
    return {**values, "actor": names.get(row.actor, row.actor)}
