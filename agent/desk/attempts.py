"""Attempts that came to nothing leave a trace too: what was tried, by whom, and why not."""

from __future__ import annotations

from collections.abc import Sequence

from agent.desk import audit, packets
from agent.desk.models import Packet
from agent.desk.requests import Request
from agent.desk.store import Desk
from policies.guard import Verdict


def denied_event(request: Request, found: Packet, verdict: Verdict) -> audit.Event:
    """The audit event of an attempt that the guard denied."""
    return _event("decision.denied", request, found, rules=verdict.rules)


def record_denied(desk: Desk, request: Request, verdict: Verdict) -> None:
    """Keep what the guard denied, in a transaction of its own."""
    with desk.write() as session:
        found = packets.packet(session, request.packet_id)
        audit.append(desk, session, denied_event(request, found, verdict))


def record_refused(desk: Desk, request: Request, why: str) -> None:
    """Keep what the desk refused: too late, claimed by another, not shown, evidence changed."""
    with desk.write() as session:
        found = packets.packet(session, request.packet_id)
        audit.append(desk, session, _event("decision.refused", request, found, why=why))


def record_stranger(
    desk: Desk, packet_id: str, user: str, rules: Sequence[str], asked: str
) -> None:
    """Keep that somebody tried whom the desk does not know, or who did not sign in."""
    with desk.write() as session:
        found = packets.packet(session, packet_id)
        event = packets.event_of(
            "decision.denied", found, actor=user or "nobody", actor_kind="human", verdict="deny",
            rules=rules, body={"decision": asked},
        )  # fmt: skip
        audit.append(desk, session, event)


def _event(
    name: str, request: Request, found: Packet, rules: Sequence[str] = (), why: str = ""
) -> audit.Event:
    body = {
        "decision": request.decision,
        "action": request.action,
        "person_id": request.person.person_id,
        "shown": request.shown_fingerprint,
    }
    return packets.event_of(
        name, found, **audit.by(request.person), verdict="deny", rules=rules,
        decision=request.decision, errors=[why] if why else [],
        reason_code=request.reason_code, body={**body, "why": why} if why else body,
    )  # fmt: skip
