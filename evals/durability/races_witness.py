"""The witness of the races: what the rows of the database say, against what reviewers were told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.desk import audit
from agent.desk.audit_models import Audit
from agent.desk.models import Decision, Packet
from agent.desk.outbox_models import Outbox
from agent.desk.packets import packet_id_of
from agent.desk.requests import ENDING
from agent.desk.store import Desk

SHOWN = 20


class Run(Protocol):
    """What the witness needs to know of a race."""

    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def order_id(self) -> str: ...  # noqa: D102


def witness(
    desk: Desk, races: Sequence[Run], told: Sequence[tuple[int, str, str]]
) -> dict[str, Any]:
    """Count winners by the rows, and name every race whose rows do not fit.

    A race fits where one decision ended its packet, the packet has that status, an approval left
    exactly one instruction, every signature is another person's, each has its audit row, and
    whoever was told that they decided did.
    """
    with desk.read(one_state=True) as session:
        rows = _rows(session)
    heard: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for number, what, decision_id in told:
        heard[number].append((what, decision_id))
    wrong = [
        f"race {race.number} ({race.kind}): {why}"
        for race in races
        for why in _faults(race, rows, heard[race.number])
    ]
    chain = audit.verify(desk)
    if not chain.ok:
        wrong.append(f"audit: {chain.why}")
    return {
        "races": len(races), "attempts": len(told),
        "one_winner": len(races) - len({line.partition(" (")[0] for line in wrong}),
        "told": dict(Counter(_spoken(what) for _, what, _ in told)),
        "by_kind": dict(Counter(race.kind for race in races)),
        "ended": dict(Counter(p.status for p in rows["packets"].values())),
        "audit_rows": chain.rows, "violations": wrong[:SHOWN], "violations_count": len(wrong),
    }  # fmt: skip


def _spoken(what: str) -> str:
    return what if ":" not in what else "error"


def _rows(session: Session) -> dict[str, Any]:
    decisions: dict[str, list[Decision]] = defaultdict(list)
    for row in session.scalars(select(Decision).order_by(Decision.slot)):
        decisions[row.packet_id].append(row)
    sent = Counter(session.scalars(select(Outbox.decision_id)))
    allowed = select(Audit.packet_id, Audit.body).where(
        Audit.event.like("decision.%"), Audit.verdict == "allow"
    )
    audited = Counter(
        packet_id for packet_id, body in session.execute(allowed) if '"slot":0' not in body
    )
    found = {row.packet_id: row for row in session.scalars(select(Packet))}
    return {"packets": found, "decisions": decisions, "outbox": sent, "audited": audited}


def _faults(race: Run, rows: dict[str, Any], heard: Sequence[tuple[str, str]]) -> list[str]:
    packet_id = packet_id_of(race.order_id, 1)
    signed: list[Decision] = rows["decisions"][packet_id]
    final = [one for one in signed if one.final]
    if len(final) != 1:
        return [f"{len(final)} decisions ended the packet"]
    (winner,) = final
    found = []
    if rows["packets"][packet_id].status != ENDING[winner.decision]:
        found.append(f"its status is {rows['packets'][packet_id].status}")
    instructions = sum(rows["outbox"][one.decision_id] for one in signed)
    if instructions != (winner.decision == "approve"):
        found.append(f"{instructions} instructions left")
    if len({one.person_id for one in signed}) != len(signed):
        found.append("one person signed twice")
    if rows["audited"][packet_id] != len(signed):
        found.append(f"{rows['audited'][packet_id]} audit rows for {len(signed)} signatures")
    if race.kind == "two signatures":
        found += _two(signed)
    return found + _told_wrongly(winner, heard)


def _two(signed: Sequence[Decision]) -> list[str]:
    roles = {role for one in signed for role in one.roles}
    return [] if len(signed) == 2 and "executive" in roles else [f"signed by {sorted(roles)}"]


def _told_wrongly(winner: Decision, heard: Sequence[tuple[str, str]]) -> list[str]:
    named = {decision_id for what, decision_id in heard if what in ("decided", "told again")}
    errors = [what for what, _ in heard if ":" in what]
    if named != {winner.decision_id}:
        errors.append(f"told that {sorted(named)} decided, and {winner.decision_id} did")
    if sum(what == "decided" for what, _ in heard) != 1:
        errors.append("more than one reviewer was told that they decided")
    return errors
