"""The queue's rows: what the newest packet of every case says, without reading bodies again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from agent.desk.account_models import QueueRow
from agent.desk.models import Case, Packet
from agent.desk.store import Desk

Json = Mapping[str, Any]
MakeRow = Callable[[Json], dict[str, Any]]
AT_ONCE = 500


def fill(desk: Desk, make: MakeRow) -> int:
    """Make the rows of packets that have none yet; returns how many were made."""
    with desk.read() as session:
        missing = list(
            session.scalars(
                select(Packet.packet_id)
                .outerjoin(QueueRow, QueueRow.packet_id == Packet.packet_id)
                .where(QueueRow.packet_id.is_(None))
            )
        )
    for some in _batched(missing):
        with desk.write() as session:
            known = set(
                session.scalars(select(QueueRow.packet_id).where(QueueRow.packet_id.in_(some)))
            )
            found = select(Packet.packet_id, Packet.body).where(Packet.packet_id.in_(some))
            for packet_id, body in session.execute(found):
                if packet_id not in known:
                    session.add(QueueRow(packet_id=packet_id, row=make(body)))
    return len(missing)


def rows(session: Session, case_ids: Iterable[str] | None = None) -> Iterator[dict[str, Any]]:
    """The rows of cases (of all, where none are named): the newest packet's, with its state."""
    if case_ids is None:
        yield from _rows(session, None)
        return
    for some in _batched(sorted(case_ids)):
        yield from _rows(session, some)


def _rows(session: Session, case_ids: list[str] | None) -> Iterator[dict[str, Any]]:
    newest = select(Packet.case_id, func.max(Packet.version).label("version"))
    if case_ids is not None:
        newest = newest.where(Packet.case_id.in_(case_ids))
    of = newest.group_by(Packet.case_id).subquery()
    statement = (
        select(
            Packet.packet_id, Packet.status, Packet.signed, Packet.assigned_to,
            Packet.snoozed_until, Packet.expires_at, Case.case_id, Case.order_id, Case.placed_at,
            Case.sla_due_at, Case.outcome, Case.status.label("case_status"), QueueRow.row,
        )
        .join(of, (of.c.case_id == Packet.case_id) & (of.c.version == Packet.version))
        .join(Case, Case.case_id == Packet.case_id)
        .join(QueueRow, QueueRow.packet_id == Packet.packet_id)
    )  # fmt: skip
    for found in session.execute(statement).mappings():
        state = dict(found)
        yield {**state.pop("row"), **state}


def _batched(values: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(values), AT_ONCE):
        yield values[at : at + AT_ONCE]
