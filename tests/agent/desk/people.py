"""People, orders and packets of the desk's tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from agent.desk import cases, packets
from agent.desk.decisions import Request
from agent.desk.models import Packet
from agent.desk.store import Desk, open_desk
from policies.guard import LockFacts, OrderFacts, PacketFacts, Person, facts_json

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CREATOR = "p.creator"


def pinned(_: Session) -> datetime:
    return NOW


def person(role: str = "sales_operations", who: str = "", **changes: Any) -> Person:
    name = who or role
    base = Person(f"u.{name}", f"p.{name}", frozenset({role}), "C1", approval_limit=10_000_000)
    return replace(base, **changes)


def lock_facts(**changes: Any) -> LockFacts:
    base = LockFacts(
        classes=frozenset({"approval_gap"}),
        not_known=frozenset(),
        order_value=6_000_000,
        release_from=5_000_000,
        executive_from=25_000_000,
        credit_authority=10_000_000,
        credit_excess=1_000_000,
        margin_given_up=10_000,
        line_value=100_000,
    )
    return replace(base, **changes)


def order_facts(order_id: str = "SO-1", **changes: Any) -> OrderFacts:
    inside = {k: changes.pop(k) for k in list(changes) if k in LockFacts.__dataclass_fields__}
    base = OrderFacts(
        lock_facts(**inside),
        order_id,
        company_id="C1",
        site_id="D01",
        sending_site_id="D02",
        creators=frozenset({CREATOR}),
        requesters=frozenset({"p.requester"}),
        changers=frozenset({"p.changer"}),
        owner_role="sales_operations",
    )
    return replace(base, **changes)


def packet_facts(**changes: Any) -> PacketFacts:
    of_packet = {k: changes.pop(k) for k in list(changes) if k in PacketFacts.__dataclass_fields__}
    base = PacketFacts(
        order_facts(**changes),
        packet_id="SO-1.v1",
        pending=True,
        fingerprint="f1",
        shown="f1",
        policy_version="v1",
        policy_now="v1",
        now=100,
        expires_at=200,
    )
    return replace(base, **of_packet)


def a_desk(home: Path, **options: Any) -> Desk:
    return open_desk(home / "desk.sqlite", clock=pinned, **options)


def draft(facts: OrderFacts, fingerprint: str = "f1") -> packets.Draft:
    body = {"fingerprint": fingerprint, "policy_version": "v1", "snapshot": "s1"}
    return packets.Draft(body, facts_json(facts), NOW, NOW + timedelta(hours=24), "g1")


def a_packet(desk: Desk, facts: OrderFacts | None = None, fingerprint: str = "f1") -> Packet:
    facts = facts or order_facts()
    (case_id,) = cases.open_cases(desk, [cases.Opening(facts.order_id)], NOW)
    with desk.read() as session:
        version = packets.next_version(session, case_id)
    stored = packets.save(desk, case_id, version, draft(facts, fingerprint))
    assert stored is not None
    return stored


def approve(packet_id: str = "SO-1.v1", who: Person | None = None, **changes: Any) -> Request:
    base = Request(
        packet_id, who or person(), "approve", "f1", action="release_order", shown_now=True
    )
    return replace(base, **changes)
