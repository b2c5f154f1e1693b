"""Cases: one order and one instance of a hold on it.

The row is written before anything is drafted, so that a process killed at any later moment loses
nothing: the sweep finds the case and starts over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from agent.desk import audit
from agent.desk.models import DECIDED_STATUSES, Case, Packet
from agent.desk.store import Desk
from tools.errors import NotFound

MOVES_THE_ORDER = frozenset({"release_order", "ship_partial", "substitute_item", "change_promise"})
"""Actions whose approval decides what becomes of the order. Any other (a waiver, a higher limit)
leaves it to be decided, on a new version."""


def ends_case(decision: str, action: str) -> bool:
    """Whether a final decision leaves nothing to decide about the order."""
    return decision == "reject" or (decision == "approve" and action in MOVES_THE_ORDER)


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a case: an order, and the instance of the hold on it (none: at risk)."""

    order_id: str
    hold_id: str | None = None
    placed_at: datetime | None = None
    sla_due_at: datetime | None = None
    deadline_at: datetime | None = None

    @property
    def key(self) -> str:
        """The same hold placed again is another case; the same event twice is the same case."""
        placed = self.placed_at.isoformat() if self.placed_at else ""
        return "|".join((self.order_id, self.hold_id or "", placed))


def open_cases(desk: Desk, openings: Sequence[Opening], as_of: datetime) -> list[str]:
    """Open the cases that are not open yet, in one transaction.

    Returns:
        The id of the case of every opening, in their order, new or not.
    """
    with desk.write() as session:
        return [_open(desk, session, opening, as_of) for opening in openings]


def case(session: Session, case_id: str) -> Case:
    """A case by id."""
    found = session.get(Case, case_id)
    if found is None:
        raise NotFound(f"there is no case {case_id}")
    return found


def unfinished(session: Session) -> list[str]:
    """Cases that are not closed, or have a decided packet whose thread has not ended."""
    lagging = select(Packet.case_id).where(
        Packet.status.in_(DECIDED_STATUSES), Packet.resumed.is_(False)
    )
    statement = select(Case.case_id).where(or_(Case.status != "closed", Case.case_id.in_(lagging)))
    return list(session.scalars(statement.order_by(Case.opened_at, Case.case_id)))


def close(desk: Desk, session: Session, case_id: str, outcome: str, packet_id: str) -> bool:
    """Close a case with its outcome; False where it was closed before."""
    closed = session.execute(
        update(Case)
        .where(Case.case_id == case_id, Case.status != "closed")
        .values(status="closed", outcome=outcome, closed_at=desk.now(session))
    )
    if closed.rowcount != 1:  # type: ignore[attr-defined]
        return False
    order_id = case(session, case_id).order_id
    body = {"outcome": outcome}
    audit.append(
        desk,
        session,
        audit.Event(
            "case.closed", case_id=case_id, packet_id=packet_id, order_id=order_id, body=body
        ),
    )
    return True


def _open(desk: Desk, session: Session, opening: Opening, as_of: datetime) -> str:
    known = session.execute(select(Case.case_id).where(Case.case_key == opening.key)).scalar()
    if known is not None:
        return known
    case_id = f"C-{hashlib.sha256(opening.key.encode()).hexdigest()[:16]}"
    session.add(
        Case(
            case_id=case_id,
            case_key=opening.key,
            order_id=opening.order_id,
            hold_id=opening.hold_id,
            placed_at=opening.placed_at,
            opened_at=as_of,
            sla_due_at=opening.sla_due_at,
            deadline_at=opening.deadline_at,
            status="open",
        )
    )
    session.flush()
    body = {"hold_id": opening.hold_id or "", "as_of": as_of.isoformat()}
    audit.append(
        desk,
        session,
        audit.Event("case.opened", case_id=case_id, order_id=opening.order_id, body=body),
    )
    return case_id
