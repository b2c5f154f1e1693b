"""What the tests of hand-off share: an approved instruction, and somebody who acts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from agent.desk import audit, outbox
from agent.desk.decisions import Current, decide
from agent.desk.effects import Acting
from agent.desk.outbox import Claim
from agent.desk.outbox_models import Outbox
from agent.desk.store import Desk
from policies.guard import OrderFacts, Person, shipped
from tests.agent.desk.people import a_packet, approve, order_facts, person

LEASE = timedelta(seconds=30)


def approved(desk: Desk, order_id: str = "SO-1", **request: Any) -> Outbox:
    """An order's packet, approved: its instruction."""
    packet = a_packet(desk, order_facts(order_id))
    outcome = decide(desk, approve(packet.packet_id, **request), shipped(), "v1")
    with desk.read() as session:
        return outbox.one(session, f"O-{outcome.decision_id}")


def now(desk: Desk, row: Outbox) -> Outbox:
    """The instruction as it is now."""
    with desk.read() as session:
        return outbox.one(session, row.outbox_id)


def claimed(desk: Desk, row: Outbox, worker: str = "w1", channel: str = "webhook") -> Claim:
    """The instruction, claimed."""
    claim = outbox.claim(desk, row.outbox_id, worker, channel, "there", LEASE)
    assert claim is not None
    return claim


def set_to(desk: Desk, row: Outbox, **values: Any) -> None:
    """Put the row of an instruction into a state."""
    with desk.write() as session:
        session.execute(update(Outbox).where(Outbox.outbox_id == row.outbox_id).values(**values))


def acting(who: Person | None = None, facts: OrderFacts | None = None, seen: str = "f1") -> Acting:
    """Somebody who acts on the order as it is."""
    current = Current(seen, facts or order_facts())
    return Acting(who or person("executive", approval_limit=10**12), shipped(), "v1", current)


def events(desk: Desk, start: str = "") -> list[str]:
    """The names of the audit's events that begin so."""
    with desk.read() as session:
        names = [str(event["event"]) for event in audit.events(session)]
    return [name for name in names if name.startswith(start)]
