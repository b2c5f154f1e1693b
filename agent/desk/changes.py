"""What changed in the desk since a moment: every change of a packet is an event of the audit."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.desk.audit_models import Audit, Chain


def newest_event(session: Session) -> int:
    """The number of the newest event; it grows with every change."""
    return session.execute(select(Chain.seq).where(Chain.name == "audit")).scalar_one()


def changed_cases(session: Session, after: int) -> set[str]:
    """The cases with an event after that number."""
    statement = select(Audit.case_id).where(Audit.seq > after, Audit.case_id != "").distinct()
    return set(session.scalars(statement))
