"""Decisions: one per packet, or two signatures where the rights ask for two.

The guard is asked in full, then one transaction claims the packet by compare-and-set and writes
decision, audit and outbox. Of several who decide at once exactly one wins. What the guard denies
is audited too, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.desk import audit, cases, packets
from agent.desk.history import decisions, facts_of, final_decision
from agent.desk.models import OPEN_STATUSES, Decision, Packet
from agent.desk.requests import ENDING, KEEPING, Current, Outcome, Request
from agent.desk.signing import decided_event, denied_event, sign
from agent.desk.store import Desk
from policies.guard import LOCKED_ACTIONS, Guard, Verdict
from tools.errors import BadInput, Denied, Refused

__all__ = [
    "Current", "Outcome", "Request", "decide", "decisions", "final_decision", "record_outcome",
]  # fmt: skip

NEEDS_REASON = ("reject", "send_back", "request_info")


def decide(
    desk: Desk,
    request: Request,
    guard: Guard,
    policy_now: str,
    current: Callable[[Packet], Current] | None = None,
) -> Outcome:
    """Decide on a packet.

    Args:
        desk: the store.
        request: who decides what, on which packet as shown.
        guard: the policy guard.
        policy_now: the policy version in force, compared with that of the packet.
        current: reviews the order again; a packet whose evidence changed becomes stale.

    Raises:
        BadInput: the request itself is wrong.
        Denied: the guard says no; the attempt is audited.
        Refused: somebody was faster, or the evidence changed.
    """
    _check(request)
    now = None if current is None else current(_shown(desk, request.packet_id))
    try:
        with desk.write() as session:
            return _decide(desk, session, request, guard, policy_now, now)
    except _Denial as denial:
        with desk.write() as session:
            found = packets.packet(session, request.packet_id)
            audit.append(desk, session, denied_event(request, found, denial.verdict))
        raise Denied(denial.verdict.reason, denial.verdict.rules) from None
    except _Stale:
        with desk.write() as session:
            stale = packets.packet(session, request.packet_id)
            packets.end(desk, session, stale, "stale")
        raise Refused(
            f"the evidence of {request.packet_id} changed after it was drafted: nothing was "
            f"decided; draft it again: holddesk work {stale.order_id}"
        ) from None


def record_outcome(desk: Desk, packet_id: str, decision_id: str) -> str:
    """Close the case of a decided packet with what was decided; repeating it changes nothing.

    An edited or returned packet leaves its case open for the next version.

    Raises:
        Refused: the desk holds no such decision on the packet.
    """
    with desk.write() as session:
        found = packets.packet(session, packet_id)
        final = final_decision(session, packet_id)
        if final is None or final.decision_id != decision_id:
            raise Refused(f"{packet_id} has no decision {decision_id} in the desk")
        outcome = f"{final.decision} {final.action}".strip()
        if final.decision in ("approve", "reject"):
            cases.close(desk, session, found.case_id, outcome, packet_id)
        return outcome


class _Denial(Exception):
    """Carries the verdict out of the transaction, which is undone."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


class _Stale(Exception):
    """The evidence is not what the packet was drafted from."""


def _check(request: Request) -> None:
    if request.decision not in (*ENDING, *KEEPING):
        raise BadInput(f"{request.decision!r} is no decision: use {', '.join((*ENDING, *KEEPING))}")
    if request.decision == "approve" and request.action not in LOCKED_ACTIONS:
        raise BadInput(f"name the action to approve: {', '.join(LOCKED_ACTIONS)}")
    if request.decision in NEEDS_REASON and not request.reason.strip():
        raise BadInput(f"{request.decision.replace('_', ' ')} needs a reason")
    wanted = {"reassign": "to", "snooze": "until"}.get(request.decision)
    if wanted and not request.parameters.get(wanted):
        raise BadInput(f"{request.decision} needs the parameter {wanted!r}")


def _shown(desk: Desk, packet_id: str) -> Packet:
    with desk.read() as session:
        return packets.packet(session, packet_id)


def _decide(
    desk: Desk,
    session: Session,
    request: Request,
    guard: Guard,
    policy_now: str,
    now: Current | None,
) -> Outcome:
    found = _locked(session, request.packet_id)
    before = decisions(session, found.packet_id)
    if found.status not in OPEN_STATUSES:
        raise Refused(_already(found, before))
    if now is not None and now.fingerprint != found.fingerprint:
        raise _Stale
    facts = facts_of(desk, session, request, found, before, policy_now, now)
    asked = request.action if request.decision == "approve" else request.decision
    verdict = guard.may(request.person, asked, facts)
    if not verdict.allowed:
        raise _Denial(verdict)
    if request.decision in KEEPING:
        return _keep(desk, session, request, found, verdict)
    return sign(desk, session, request, found, before, verdict)


def _locked(session: Session, packet_id: str) -> Packet:
    packets.packet(session, packet_id)
    statement = select(Packet).where(Packet.packet_id == packet_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def _keep(
    desk: Desk, session: Session, request: Request, found: Packet, verdict: Verdict
) -> Outcome:
    found.status = KEEPING[request.decision]
    if request.decision == "reassign":
        found.assigned_to = str(request.parameters["to"])
    if request.decision == "snooze":
        found.snoozed_until = _instant(request.parameters["until"])
    session.flush()
    audit.append(desk, session, decided_event(request, found, verdict, None))
    says = f"{found.packet_id} is {found.status.replace('_', ' ')} and still waits for a decision."
    return Outcome(found.packet_id, found.status, None, False, found.signed, verdict.count, says)


def _already(found: Packet, before: list[Decision]) -> str:
    final = next((one for one in before if one.final), None)
    if final is None:
        return f"{found.packet_id} is {found.status}: open the newest version of the review"
    when = final.decided_at.isoformat(timespec="minutes")
    return f"{found.packet_id} is already {found.status}, by {final.user_id} at {when}"


def _instant(value: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BadInput(f"{value!r} is no time: write it as 2026-03-02T14:00:00+01:00") from error
    if found.tzinfo is None:
        raise BadInput(f"{value!r} names no time zone")
    return found
