"""Decisions: one per packet, or two signatures where the rights ask for two.

The guard is asked in full, then one transaction claims the packet by compare-and-set and writes
decision, audit and outbox. Of several who decide at once exactly one wins. What is denied or
refused is audited too, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.desk import audit, cases, claims, packets, repeats, views
from agent.desk.attempts import record_denied, record_refused
from agent.desk.handling import keep
from agent.desk.history import decisions, facts_of, final_decision
from agent.desk.local_time import local
from agent.desk.models import OPEN_STATUSES, Decision, Packet
from agent.desk.reasons import is_override, reason_problem
from agent.desk.requests import (
    ENDING,
    KEEPING,
    WITHOUT_SOURCES,
    Act,
    Current,
    Outcome,
    Request,
    Stale,
    checked,
    must_be_complete,
)
from agent.desk.signing import sign
from agent.desk.store import Desk
from policies.guard import Guard, PacketFacts, Verdict
from tools.errors import BadInput, Denied, Refused

__all__ = [
    "ENDING", "KEEPING", "Current", "Outcome", "Request", "Stale", "decide", "decisions",
    "final_decision", "record_outcome",
]  # fmt: skip

ASKED_AS = {"unclaim": "draft_note", "answer": "draft_note"}
"""The right that is asked for where a decision has no right of its own."""


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
        Stale: the evidence changed; the packet is ended, and nothing was decided.
        Refused: somebody was faster, or has the packet, or the person was not shown it.
    """
    request = checked(request)
    now = None if current is None else current(_shown(desk, request.packet_id))
    try:
        with desk.write() as session:
            return _answer(desk, session, request, guard, policy_now, now)
    except _Denial as denial:
        record_denied(desk, request, denial.verdict)
        raise Denied(denial.verdict.reason, denial.verdict.rules) from None
    except _Changed:
        raise _stale(desk, request) from None
    except Refused as refusal:
        record_refused(desk, request, str(refusal))
        raise


def record_outcome(desk: Desk, packet_id: str, decision_id: str) -> str:
    """Close the case of a decided packet with what was decided; repeating it changes nothing.

    What leaves the order to be decided (an edit, a waiver, a higher limit) leaves the case open
    for the next version.

    Raises:
        Refused: the desk holds no such decision on the packet.
    """
    with desk.write() as session:
        found = packets.packet(session, packet_id)
        final = final_decision(session, packet_id)
        if final is None or final.decision_id != decision_id:
            raise Refused(f"{packet_id} has no decision {decision_id} in the desk")
        outcome = f"{final.decision} {final.action}".strip()
        if cases.ends_case(final.decision, final.action):
            cases.close(desk, session, found.case_id, outcome, packet_id)
        return outcome


class _Denial(Exception):
    """Carries the verdict out of the transaction, which is undone."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


class _Changed(Exception):
    """The evidence is not what the packet was drafted from."""


def _stale(desk: Desk, request: Request) -> Refused:
    who, body = request.person, {"decision": request.decision}
    with desk.write() as session:
        stale = _locked(session, request.packet_id)
        if stale.status not in OPEN_STATUSES:
            return Refused(_already(stale, decisions(session, stale.packet_id)))
        body["person_id"] = who.person_id
        packets.end(desk, session, stale, "stale", **audit.by(who), body=body)
    return Stale(
        f"the evidence of {request.packet_id} changed after it was drafted: nothing was "
        f"decided; draft it again: holddesk work {stale.order_id}",
        stale.packet_id, stale.case_id, stale.order_id,
    )  # fmt: skip


def _shown(desk: Desk, packet_id: str) -> Packet:
    with desk.read() as session:
        return packets.packet(session, packet_id)


def _answer(
    desk: Desk,
    session: Session,
    request: Request,
    guard: Guard,
    policy_now: str,
    now: Current | None,
) -> Outcome:
    found = _locked(session, request.packet_id)
    if (before := repeats.first_answer(session, request)) is not None:
        return before
    outcome = _decide(desk, session, request, found, guard, policy_now, now)
    repeats.keep_answer(desk, session, request, outcome)
    return outcome


def _decide(
    desk: Desk,
    session: Session,
    request: Request,
    found: Packet,
    guard: Guard,
    policy_now: str,
    now: Current | None,
) -> Outcome:
    before = decisions(session, found.packet_id)
    if found.status not in OPEN_STATUSES:
        raise Refused(_already(found, before))
    changed = now is not None and now.fingerprint != found.fingerprint
    if changed and request.decision not in WITHOUT_SOURCES:
        raise _Changed
    if request.decision not in ("answer", "request_approval"):
        claims.refuse_others(found, request.person, desk.now(session))
    facts = facts_of(desk, session, request, found, before, policy_now, now)
    verdict = _verdict(guard, request, facts)
    if not verdict.allowed:
        raise _Denial(verdict)
    act = Act(desk, session, request, found, before, facts, verdict, guard, now)
    if request.decision in KEEPING:
        return keep(act)
    _may_sign(act)
    return sign(act)


def _verdict(guard: Guard, request: Request, facts: PacketFacts) -> Verdict:
    if request.decision == "claim":
        return claims.may_claim(guard, request.person, facts)
    if request.decision == "approve":
        return guard.may(request.person, request.action, facts)
    return guard.may(request.person, ASKED_AS.get(request.decision, request.decision), facts)


def _may_sign(act: Act) -> None:
    """What an approval needs beside the right: a reason where it overrides, and proof of view."""
    request, found = act.request, act.found
    must_be_complete(request)
    lock = act.facts.order.lock
    override = is_override(request.decision, request.action, lock.classes | lock.not_known)
    if problem := reason_problem(request.reason_code, request.reason, override=override):
        raise BadInput(problem)
    if request.decision != "approve":
        return
    if request.shown_now:
        views.record(act.desk, act.session, found, request.person)
    if not views.was_shown(act.session, found, request.person):
        raise Refused(
            f"{request.person.user_id} was not shown {found.packet_id}, and nobody approves what "
            f"they have not seen; read it: holddesk show {found.packet_id} --as "
            f"{request.person.user_id}, then decide again"
        )


def _locked(session: Session, packet_id: str) -> Packet:
    shown = packets.packet(session, packet_id)
    packets.lock_case(session, shown.case_id)  # first, as drafting does: else the two deadlock
    statement = select(Packet).where(Packet.packet_id == packet_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def _already(found: Packet, before: list[Decision]) -> str:
    final = next((one for one in before if one.final), None)
    if final is None:
        return f"{found.packet_id} is {found.status}: open the newest version of the review"
    when = local(found, final.decided_at)
    return f"{found.packet_id} is already {found.status}, by {final.user_id} at {when}"
