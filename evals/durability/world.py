"""People, orders and packets for checks of the desk, made without a snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from agent.desk import cases, packets
from agent.desk.decisions import Request
from agent.desk.store import Desk
from policies.guard import LockFacts, OrderFacts, Person, facts_json

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
POLICY = "p1"
FINGERPRINT = "f1"
SMALL, LARGE = 6_000_000, 30_000_000
"""Order values in minor units: one signature is enough; two are needed, one of an executive."""


def pinned(_: Session) -> datetime:
    """The desk's clock stands still, so that nothing expires under a check."""
    return NOW


def somebody(role: str, number: int, account: str = "a") -> Person:
    """A person of a role with enough authority; `account` names one of their accounts."""
    name = f"{role}.{number}"
    return Person(f"u.{name}.{account}", f"p.{name}", frozenset({role}), "C1", approval_limit=10**9)


def order_facts(order_id: str, value: int = SMALL) -> OrderFacts:
    """What the guard reads of an order that only lacks an approval."""
    lock = LockFacts(
        classes=frozenset({"approval_gap"}), not_known=frozenset(), order_value=value,
        release_from=5_000_000, executive_from=25_000_000, credit_authority=10**9,
    )  # fmt: skip
    return OrderFacts(
        lock, order_id, company_id="C1", site_id="D01", creators=frozenset({"p.creator"}),
        owner_role="sales_operations",
    )  # fmt: skip


def draft_packets(desk: Desk, orders: Sequence[OrderFacts]) -> None:
    """Open a case for each order and store its first packet."""
    opened = cases.open_cases(desk, [cases.Opening(order.order_id) for order in orders], NOW)
    for case_id, facts in zip(opened, orders, strict=True):
        body = {"fingerprint": FINGERPRINT, "policy_version": POLICY, "snapshot": "s1"}
        until = NOW + timedelta(hours=24)
        packets.save(desk, case_id, 1, packets.Draft(body, facts_json(facts), NOW, until, "g1"))


def request(order_id: str, who: Person, decision: str) -> Request:
    """A request on the first packet of an order, as it was shown."""
    base = Request(packets.packet_id_of(order_id, 1), who, decision, FINGERPRINT, reason="checked")
    if decision == "approve":
        return replace(base, action="release_order", shown_now=True)
    more = {
        "edit": {"note": "Call them."},
        "snooze": {"until": (NOW + timedelta(hours=1)).isoformat()},
    }
    return replace(base, parameters=more.get(decision, {}))


class PlainStages:
    """Stages without a snapshot: they carry the order's id and much evidence through the graph."""

    def intake(self, order_ids: Sequence[str], as_of: datetime) -> list[str]:
        """The order."""
        return list(order_ids)

    def gather(self, work: list[str]) -> list[str]:
        """Much evidence, which no checkpoint may hold."""
        return [*work, "evidence " * 10_000]

    def classify(self, work: list[str]) -> list[str]:
        """As it is."""
        return work

    def draft(self, work: list[str]) -> list[str]:
        """As it is."""
        return work

    def verify(self, work: list[str]) -> list[str]:
        """As it is."""
        return work

    def guard(self, work: list[str]) -> list[str]:
        """As it is."""
        return work

    def revise(self, work: list[str], edits: Mapping[str, Any]) -> list[str]:
        """As it is."""
        return work

    def packet(self, work: list[str]) -> dict[str, Any]:
        """The packet of the order."""
        return {
            "order_id": work[0], "fingerprint": FINGERPRINT, "policy_version": POLICY,
            "snapshot": "s1", "recommendation": {"disposition": "ship"},
        }  # fmt: skip

    def facts(self, work: list[str]) -> OrderFacts:
        """What the guard reads of it."""
        return order_facts(work[0])
