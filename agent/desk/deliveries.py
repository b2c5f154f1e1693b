"""What came of an attempt to hand an instruction over, recorded once and audited.

pending -> claimed -> sent | pending (later) | unknown | failed
unknown -> sent | pending | refused             by asking the receiver
sent | claimed | unknown -> done | refused      by its reply, or by the person who did the task
pending -> withdrawn | stale | expired          before it left
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from agent.desk import audit, notices, outbox
from agent.desk.models import Case, Decision, Packet
from agent.desk.outbox import Claim
from agent.desk.outbox_models import Delivery, EffectApproval, Outbox
from agent.desk.store import Desk, database_clock
from policies.guard import Person, Verdict
from tools.errors import Refused

Kind = Literal["accepted", "done", "refused", "retry", "unknown", "absent", "failed", "gone"]


@dataclass(frozen=True, slots=True)
class Result:
    """What the receiver, or the lack of an answer from it, says about an instruction."""

    kind: Kind
    """
    accepted: it has it. done: it carried it out. refused: it will not. retry: it surely has it
    not, try later. unknown: it may have it. absent: asked, it has it not. failed: it can never be
    delivered as it is. gone: the receiver wants nothing any more.
    """
    detail: str = ""
    reference: str = ""
    after: timedelta | None = None
    """The wait that the receiver asks for."""


_STATUS = {
    "accepted": "sent", "done": "done", "refused": "refused", "retry": "pending",
    "unknown": "unknown", "absent": "pending", "failed": "failed", "gone": "pending",
}  # fmt: skip
ENDED = ("done", "refused", "failed", "withdrawn", "stale", "expired")


def record(desk: Desk, claim: Claim, result: Result, wait: timedelta) -> str:
    """Record what came of a claimed attempt; the status of the instruction then.

    A claim that was given up meanwhile, or a reply that was faster, stands: then only the attempt
    itself is noted.
    """
    with desk.write() as session:
        row = outbox.one(session, claim.outbox_id)
        _end_attempt(session, claim, result)
        mine: tuple[Any, ...] = (
            Outbox.outbox_id == claim.outbox_id,
            Outbox.status == "claimed",
            Outbox.claimed_by == claim.worker,
            Outbox.attempts == claim.attempt,
        )
        if result.kind in ("accepted", "done", "refused"):
            # what surely arrived is never sent again, even where the claim was given up
            mine = (Outbox.outbox_id == claim.outbox_id, Outbox.status.in_(("claimed", "unknown")))
        return _move(desk, session, row, mine, result, wait)


def reconcile(desk: Desk, outbox_id: str, result: Result, wait: timedelta) -> str:
    """Record the answer to a question about an instruction in doubt; its status then."""
    with desk.write() as session:
        row = outbox.one(session, outbox_id)
        mine = (Outbox.outbox_id == outbox_id, Outbox.status == "unknown")
        return _move(desk, session, row, mine, result, wait)


def arrived(desk: Desk, session: Session, row: Outbox, reference: str) -> bool:
    """The receiver says that it has an instruction; False where that was known."""
    mine = (Outbox.outbox_id == row.outbox_id, Outbox.status.in_(("claimed", "unknown")))
    result = Result("accepted", "by its reply", reference)
    known = row.status
    return _move(desk, session, row, mine, result, timedelta(0)) == "sent" and known != "sent"


def give_up_silent(desk: Desk) -> list[str]:
    """Put in doubt what a worker claimed and never came back to; the ids."""
    with desk.write() as session:
        now = database_clock(session)
        silent = select(Outbox).where(Outbox.status == "claimed", Outbox.claim_until < now)
        found = list(session.scalars(silent))
        result = Result("unknown", "the worker fell silent")
        for row in found:
            mine = (
                Outbox.outbox_id == row.outbox_id,
                Outbox.status == "claimed",
                Outbox.attempts == row.attempts,
            )
            _move(desk, session, row, mine, result, timedelta(0))
        return [row.outbox_id for row in found]


def postpone(desk: Desk, outbox_id: str, why: str, wait: timedelta) -> str:
    """Try a pending instruction later: nothing was sent. Its status then."""
    with desk.write() as session:
        row = outbox.one(session, outbox_id)
        mine = (Outbox.outbox_id == outbox_id, Outbox.status == "pending")
        return _move(desk, session, row, mine, Result("retry", why), wait)


def void(desk: Desk, outbox_id: str, status: str, why: str) -> bool:
    """End an instruction that has not left, as stale or expired, and the approval with it.

    The case is open again, so that the order is reviewed anew, and who approved is told.
    """
    with desk.write() as session:
        row = outbox.one(session, outbox_id)
        if not end(desk, session, row, ("pending",), status, why):
            return False
        if row.decision_id is not None:
            _reopen(session, row, status)
        _tell(desk, session, row, why)
        return True


def withdraw(
    desk: Desk, session: Session, row: Outbox, why: str, person: Person, verdict: Verdict
) -> bool:
    """End an instruction that has not left, by a person; its order waits for a new decision."""
    told = by_person(person, verdict, why)
    if not end(desk, session, row, ("pending",), "withdrawn", why, **told):
        return False
    if row.decision_id is not None:
        _reopen(session, row, "superseded")
    return True


def by_person(person: Person, verdict: Verdict, why: str) -> dict[str, Any]:
    """What an audit event says of who acted; words are named by their hash, to be erasable."""
    digest = hashlib.sha256(why.encode()).hexdigest()
    return {
        **audit.by(person),
        "verdict": "allow" if verdict.allowed else "deny",
        "rules": verdict.rules,
        "reason_hash": digest,
        "body": {"why": ""},
    }


def end(
    desk: Desk,
    session: Session,
    row: Outbox,
    before: tuple[str, ...],
    status: str,
    why: str,
    *,
    reference: str = "",
    **event: Any,
) -> bool:
    """Move an instruction to its end by compare-and-set, audited; False where it was elsewhere."""
    values: dict[str, Any] = {"status": status, "why": why, "ended_at": desk.now(session)}
    if reference:
        values["reference"] = reference
    where = (Outbox.outbox_id == row.outbox_id, Outbox.status.in_(before))
    if not _set(session, row, where, values):
        return False
    body = {"why": why.partition(";")[0], **event.pop("body", {})}  # the figures stay out of it
    told = outbox.event_of(
        f"handoff.{status}", session, row, body=body, erp_reply=reference, **event
    )
    audit.append(desk, session, told)
    return True


def try_again(desk: Desk, session: Session, row: Outbox, by: dict[str, Any]) -> None:
    """Let a failed instruction leave once more, with the same key.

    Raises:
        Refused: it has not failed.
    """
    if not _leave_again(desk, session, row, "failed", "handoff.retried", by):
        raise Refused(f"{row.outbox_id} is {row.status}; only what failed is sent again")


def absent(desk: Desk, session: Session, row: Outbox, by: dict[str, Any]) -> bool:
    """A person knows that an instruction in doubt did not arrive; False where it is in none."""
    return _leave_again(desk, session, row, "unknown", "handoff.absent", by)


def _leave_again(
    desk: Desk, session: Session, row: Outbox, before: str, name: str, by: dict[str, Any]
) -> bool:
    where = (Outbox.outbox_id == row.outbox_id, Outbox.status == before)
    values = {"status": "pending", "next_at": database_clock(session), "ended_at": None, "why": ""}
    if not _set(session, row, where, values):
        return False
    audit.append(desk, session, outbox.event_of(name, session, row, **by))
    return True


def _move(
    desk: Desk,
    session: Session,
    row: Outbox,
    where: tuple[Any, ...],
    result: Result,
    wait: timedelta,
) -> str:
    status = _STATUS[result.kind]
    now = database_clock(session)
    values: dict[str, Any] = {
        "status": status,
        "why": "" if status in ("sent", "done") else result.detail,
        "next_at": now + (result.after or wait),
        "claim_until": None,
    }
    if result.reference:
        values["reference"] = result.reference
    if status in ("sent", "done", "refused") and row.sent_at is None:
        values["sent_at"] = desk.now(session)
    if status in ENDED:
        values["ended_at"] = desk.now(session)
    before = (row.status, row.why)
    if not _set(session, row, where, values):
        return row.status
    if before == (status, values["why"]):
        return status  # a receiver that stays away is not told to the audit again and again
    name = "handoff.later" if status == "pending" else f"handoff.{status}"
    body = {"result": result.kind, "detail": result.detail}
    told = outbox.event_of(name, session, row, body=body, erp_reply=result.reference)
    audit.append(desk, session, told)
    return status


def _set(session: Session, row: Outbox, where: tuple[Any, ...], values: dict[str, Any]) -> bool:
    moved = session.execute(
        update(Outbox).where(*where).values(**values).execution_options(synchronize_session=False)
    )
    session.refresh(row)
    return bool(moved.rowcount == 1)  # type: ignore[attr-defined]


def _end_attempt(session: Session, claim: Claim, result: Result) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.outbox_id == claim.outbox_id, Delivery.attempt == claim.attempt)
        .values(ended_at=database_clock(session), result=result.kind, detail=result.detail)
    )


def _tell(desk: Desk, session: Session, row: Outbox, why: str) -> None:
    """Tell who approved that nothing was sent."""
    found = session.get_one(Packet, row.packet_id)
    statement = select(Decision.user_id).where(
        Decision.packet_id == row.packet_id, Decision.decision == "approve"
    )
    people = list(session.scalars(statement))
    if row.effect_id is not None:
        people = [session.get_one(EffectApproval, row.effect_id).decided_by]
    action = row.kind.replace("_", " ")
    says = f"nothing was sent: {action} of {row.order_id}, because {why}"
    notices.tell(desk, session, found, "not_sent", says, user_ids=sorted(set(people)))


def _reopen(session: Session, row: Outbox, status: str) -> None:
    """Void the approval of the packet: its case waits for a new version."""
    voided = session.execute(
        update(Packet)
        .where(Packet.packet_id == row.packet_id, Packet.status == "approved")
        .values(status=status)
    )
    if voided.rowcount == 1:  # type: ignore[attr-defined]
        found = session.get(Packet, row.packet_id)
        session.execute(
            update(Case)
            .where(Case.case_id == (found.case_id if found else ""))
            .values(status="open", closed_at=None, outcome=None)
        )


def attempts(session: Session, outbox_id: str) -> list[Delivery]:
    """The attempts of an instruction, oldest first."""
    statement = select(Delivery).where(Delivery.outbox_id == outbox_id)
    return list(session.scalars(statement.order_by(Delivery.attempt)))


def late_at(row: Outbox, allowed: timedelta) -> datetime:
    """When the hand-off of an instruction is late."""
    return row.created_at + allowed
