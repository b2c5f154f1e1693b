"""The switch of a company: off, and nothing leaves for it any more, without a restart.

It is looked at in the transaction in which an instruction is claimed. What was claimed before is
on its way and is counted for the person who stops.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from agent.desk import audit, outbox
from agent.desk.outbox_models import EffectSwitch, Outbox
from agent.desk.store import Desk
from policies.guard import Guard, LockFacts, OrderFacts, PacketFacts, Person, Verdict
from tools.errors import BadInput, Denied

ACTION_OF = {True: "stop_effects", False: "start_effects"}


@dataclass(frozen=True, slots=True)
class Switched:
    """The switch after a change, with what waits behind it and what was on its way before it."""

    company_id: str
    stopped: bool
    changed: bool
    waiting: int
    on_its_way: int


def switch(
    desk: Desk, company_id: str, stop: bool, reason: str, person: Person, guard: Guard
) -> Switched:
    """Stop or start everything that leaves for a company.

    Raises:
        BadInput: no reason is given.
        Denied: the person may not; the attempt is audited.
    """
    if not reason.strip():
        raise BadInput("say why with --reason; it stands in the audit")
    verdict = guard.may(person, ACTION_OF[stop], company_facts(company_id))
    if not verdict.allowed:
        with desk.write() as session:
            audit.append(desk, session, _event("denied", company_id, stop, reason, person, verdict))
        raise Denied(verdict.reason, verdict.rules)
    with desk.write() as session:
        return _set(desk, session, company_id, stop, reason, person, verdict)


def stop_by_receiver(desk: Desk, company_id: str, reason: str) -> None:
    """Stop a company whose receiver wants nothing any more; a person starts it again."""
    with desk.write() as session:
        _set(desk, session, company_id, True, reason, None, None)


def switches(session: Session) -> list[EffectSwitch]:
    """Every switch that was ever touched."""
    statement = select(EffectSwitch).where(EffectSwitch.changed_by != "")
    return list(session.scalars(statement.order_by(EffectSwitch.company_id)))


def company_facts(company_id: str) -> PacketFacts:
    """What the guard is told where no order is meant: a company, and nothing that stands open."""
    lock = LockFacts(frozenset(), frozenset(), 0, 0, 0)
    order = OrderFacts(lock, order_id="", company_id=company_id)
    return PacketFacts(order, "", True, "", "", "", "", now=0, expires_at=1)


def _set(
    desk: Desk,
    session: Session,
    company_id: str,
    stop: bool,
    reason: str,
    person: Person | None,
    verdict: Verdict | None,
) -> Switched:
    outbox.make_switch(session, company_id)
    changed = session.execute(
        update(EffectSwitch)
        .where(EffectSwitch.company_id == company_id, EffectSwitch.stopped.is_(not stop))
        .values(
            stopped=stop,
            reason=reason,
            changed_by=person.user_id if person else "desk",
            changed_at=desk.now(session),
        )
    )
    did = changed.rowcount == 1  # type: ignore[attr-defined]
    if did:
        name = "stopped" if stop else "started"
        audit.append(desk, session, _event(name, company_id, stop, reason, person, verdict))
    return Switched(
        company_id,
        stop,
        did,
        _count(session, company_id, "pending"),
        _count(session, company_id, "claimed"),
    )


def _count(session: Session, company_id: str, status: str) -> int:
    statement = select(func.count()).where(Outbox.company_id == company_id, Outbox.status == status)
    return int(session.execute(statement).scalar_one())


def _event(
    name: str,
    company_id: str,
    stop: bool,
    reason: str,
    person: Person | None,
    verdict: Verdict | None,
) -> audit.Event:
    return audit.Event(
        f"handoff.{name}",
        **(audit.by(person) if person else {}),
        company_id=company_id,
        verdict="" if verdict is None else ("allow" if verdict.allowed else "deny"),
        rules=verdict.rules if verdict else (),
        body={"asked": ACTION_OF[stop], "why": reason},
    )
