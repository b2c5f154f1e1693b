"""What became of an order in the end: said by a person, or shown by a later load; once a packet.

The decision is not judged here; evaluation compares outcomes with decisions afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from agent.desk import audit, packets
from agent.desk.models import DECIDED_STATUSES, Packet
from agent.desk.outbox_models import OUTCOMES, OrderOutcome
from agent.desk.store import Desk
from agent.desk.switch import company_facts
from policies.guard import Guard, Person
from tools.errors import BadInput, Denied, NotFound, Refused

OF_STATUS = {"shipped": "shipped", "invoiced": "shipped", "cancelled": "cancelled"}
"""The outcome that a status of the order shows; a closed one may have shipped or not."""


def record(
    desk: Desk, order_id: str, outcome: str, note: str, person: Person, guard: Guard
) -> OrderOutcome:
    """Record what became of an order, for its newest decided packet.

    Args:
        desk: the store.
        order_id: the order.
        outcome: one of `OUTCOMES`.
        note: in the person's words.
        person: who says so.
        guard: whether they may: whoever may ask for an approval in the order's company.

    Raises:
        BadInput: no such outcome.
        NotFound: nothing was decided on the order.
        Denied: the guard says no.
        Refused: another outcome is recorded already.
    """
    if outcome not in OUTCOMES:
        raise BadInput(f"{outcome} is no outcome; use one of {', '.join(OUTCOMES)}")
    with desk.read() as session:
        company = str(_decided(session, order_id).facts.get("company_id", ""))
    verdict = guard.may(person, "request_approval", company_facts(company))
    if not verdict.allowed:
        raise Denied(verdict.reason, verdict.rules)
    with desk.write() as session:
        found = _decided(session, order_id)
        before = session.get(OrderOutcome, found.packet_id)
        if before is not None:
            if before.outcome == outcome:
                return before
            raise Refused(
                f"{found.order_id} is recorded as {before.outcome.replace('_', ' ')} by "
                f"{before.source}; an outcome is recorded once"
            )
        return _add(desk, session, found, outcome, person.user_id, note, person.person_id)


def open_orders(session: Session) -> list[str]:
    """Orders with a decided packet whose outcome is not known."""
    statement = (
        select(Packet.order_id)
        .outerjoin(OrderOutcome, OrderOutcome.packet_id == Packet.packet_id)
        .where(Packet.status.in_(DECIDED_STATUSES), OrderOutcome.packet_id.is_(None))
        .distinct()
    )
    return sorted(session.scalars(statement))


def from_load(desk: Desk, statuses: Mapping[str, str], snapshot: str) -> list[str]:
    """Record what a load shows of the orders whose outcome is not known; the orders recorded.

    Args:
        desk: the store.
        statuses: the status by order, of the snapshot.
        snapshot: its id.
    """
    recorded = []
    with desk.read() as session:
        wanted = open_orders(session)
    for order_id in wanted:
        outcome = OF_STATUS.get(statuses.get(order_id, ""))
        if outcome is None:
            continue
        with desk.write() as session:
            found = _decided(session, order_id)
            if session.get(OrderOutcome, found.packet_id) is None:
                _add(desk, session, found, outcome, f"snapshot {snapshot}", "", "")
                recorded.append(order_id)
    return recorded


def _decided(session: Session, order_id: str) -> Packet:
    statement = (
        select(Packet)
        .where(func.upper(Packet.order_id) == order_id.upper(),
               Packet.status.in_(DECIDED_STATUSES))
        .order_by(Packet.version.desc())
    )  # fmt: skip
    found = session.scalars(statement.limit(1)).first()
    if found is None:
        raise NotFound(f"nothing was decided on {order_id} in this desk: it has no outcome here")
    return found


def _add(
    desk: Desk,
    session: Session,
    found: Packet,
    outcome: str,
    source: str,
    note: str,
    person_id: str,
) -> OrderOutcome:
    row = OrderOutcome(
        packet_id=found.packet_id,
        order_id=found.order_id,
        outcome=outcome,
        source=source,
        note=note,
        at=desk.now(session),
    )
    session.add(row)
    session.flush()
    by: dict[str, Any] = {}
    if person_id:
        by = {"actor": source, "actor_kind": "human", "person_id": person_id}
    shown = {} if person_id else {"shown_by": source}
    event = packets.event_of("outcome.recorded", found, outcome=outcome, body=shown, **by)
    audit.append(desk, session, event)
    return row
