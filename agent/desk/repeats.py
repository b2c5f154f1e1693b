"""Repeated requests: the same request of the same person with the same key has one answer."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy.orm import Session

from agent.desk.decision_models import Asked
from agent.desk.requests import Outcome, Request
from agent.desk.store import Desk
from tools.errors import Refused


def first_answer(session: Session, request: Request) -> Outcome | None:
    """The answer that this request got before, or None.

    Raises:
        Refused: the key stood for another request.
    """
    found = session.get(Asked, (request.person.person_id, request.key)) if request.key else None
    if found is None:
        return None
    if found.request_hash != request.digest:
        raise Refused(
            f"the key {request.key} stands for another request of {request.person.user_id} "
            f"(on {found.packet_id}); take a new key"
        )
    return replace(_outcome(found.outcome), repeated=True)


def keep_answer(desk: Desk, session: Session, request: Request, outcome: Outcome) -> None:
    """Keep the answer with its key, in the transaction of what it answers."""
    if not request.key:
        return
    session.add(
        Asked(
            person_id=request.person.person_id,
            key=request.key,
            request_hash=request.digest,
            packet_id=outcome.packet_id,
            outcome=asdict(outcome),
            asked_at=desk.now(session),
        )
    )
    session.flush()


def _outcome(body: dict[str, Any]) -> Outcome:
    given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in body.items()}
    return Outcome(**given)
