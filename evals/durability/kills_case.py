"""The life of a case in a process, what a kill left of it, and what the rows say in the end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.app.working import Workplace, decide, open_workplace, sweep, work
from agent.desk import audit, cases, packets
from agent.desk.audit_models import Audit
from agent.desk.models import OPEN_STATUSES, Case, Decision, Packet
from agent.desk.outbox_models import Outbox
from evals.durability.world import NOW, POLICY, PlainStages, pinned, request, somebody
from tools.errors import Refused

LIFE = ("case.opened", "packet.drafted", "decision.approve", "case.closed")
"""The audit of a case that nothing interrupted, and of one that a kill did."""


def open_place(home: Path, url: str | None) -> Workplace:
    """The desk and the graph over stages without a snapshot."""
    return open_workplace(home, PlainStages(), POLICY, desk_url=url, clock=pinned)


def live(home: Path, url: str | None, order_id: str) -> None:
    """A whole case: opened, drafted, waiting, approved, resumed, closed."""
    place = open_place(home, url)
    work(place, [cases.Opening(order_id)], NOW)
    _approve(place, order_id)


def _found_at(place: Workplace, order_id: str) -> str:
    with place.desk.read() as session:
        packet = session.get(Packet, packets.packet_id_of(order_id, 1))
        case = session.scalars(select(Case).where(Case.order_id == order_id)).one_or_none()
        if case is None:
            return "nothing"
        if packet is None:
            return "case"
        return f"packet {packet.status}, case {case.status}"


def heal(home: Path, url: str | None, order_id: str) -> str:
    """Sweep, decide what waits as the person would after the restart, and sweep again.

    Returns:
        What the kill had left of the case, in words.

    Raises:
        Refused: the sweep failed, or left a case unfinished.
    """
    place = open_place(home, url)
    found = _found_at(place, order_id)
    work(place, [cases.Opening(order_id)], NOW)  # the hold is still there: the same case again
    _swept(place)
    with place.desk.read() as session:
        waits = packets.packet(session, packets.packet_id_of(order_id, 1)).status in OPEN_STATUSES
    if waits:
        _approve(place, order_id)
    _swept(place)
    with place.desk.read() as session:
        if cases.unfinished(session):
            raise Refused(f"{order_id} is not finished")
    return found


def _swept(place: Workplace) -> None:
    report = sweep(place, NOW)
    if report.failed:
        raise Refused(f"the sweep failed: {report.failed}")


def _approve(place: Workplace, order_id: str) -> None:
    decide(place, request(order_id, somebody("sales_operations", 1), "approve"), NOW)


def witness(home: Path, url: str | None, count: int) -> dict[str, Any]:
    """Look at every case: one version, one approval, one instruction, closed, audited once."""
    place = open_place(home, url)
    with place.desk.read(one_state=True) as session:
        wrong = [f"SO-{n}: {why}" for n in range(1, count + 1) for why in _faults(session, n)]
        instructions = Counter(session.scalars(select(Outbox.decision_id)))
    wrong += [f"SO-{n}: a thread still waits" for n in range(1, count + 1) if _waits(place, n)]
    chain = audit.verify(place.desk)
    if not chain.ok:
        wrong.append(f"audit: {chain.why}")
    lost = count - sum(instructions.values())
    twice = sum(many - 1 for many in instructions.values())
    place.threads.close()
    place.desk.close()
    return {"cases": count, "lost": max(lost, 0), "done_twice": twice,
            "audit_rows": chain.rows, "violations": wrong}  # fmt: skip


def _waits(place: Workplace, number: int) -> bool:
    return place.threads.pending(packets.packet_id_of(f"SO-{number}", 1)) is not None


def _faults(session: Session, number: int) -> list[str]:
    order_id = f"SO-{number}"
    case = session.scalars(select(Case).where(Case.order_id == order_id)).one_or_none()
    if case is None:
        return ["it is lost"]
    drafted = list(session.scalars(select(Packet).where(Packet.order_id == order_id)))
    signed = select(Decision).join(Packet, Packet.packet_id == Decision.packet_id)
    decided = list(session.scalars(signed.where(Packet.order_id == order_id)))
    sent = list(session.scalars(select(Outbox).where(Outbox.order_id == order_id)))
    names = list(
        session.scalars(select(Audit.event).where(Audit.order_id == order_id).order_by(Audit.seq))
    )
    found = []
    if (case.status, case.outcome) != ("closed", "approve release_order"):
        found.append(f"its case is {case.status} with outcome {case.outcome}")
    if [one.status for one in drafted] != ["approved"] or not all(p.resumed for p in drafted):
        found.append(f"its packets are {[one.status for one in drafted]}")
    if len(decided) != 1 or len(sent) != 1:
        found.append(f"{len(decided)} decisions, {len(sent)} instructions")
    if any(one.status in OPEN_STATUSES for one in drafted):
        found.append("a packet still waits")
    if tuple(names) != LIFE:
        found.append(f"its audit is {names}")
    return found
