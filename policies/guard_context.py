"""From facts to what Cedar reads: a packet, a request, and the bands that locks depend on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from policies.guard_engine import authority, refs
from policies.guard_facts import (
    NO_AUTHORITY,
    OPEN_STATUSES,
    LockFacts,
    OrderFacts,
    PacketFacts,
    Person,
)

EXECUTIVE = "executive"
MOST = 2**63 - 1
MEASURES = {
    "release_order": "order_value",
    "override_credit": "credit_excess",
    "change_credit_limit": "credit_excess",
    "change_price": "margin_given_up",
    "ship_partial": "line_value",
    "substitute_item": "line_value",
    "credit_hold": "credit_excess",
    "price_mismatch": "margin_given_up",
    "approval_gap": "order_value",
}
"""What an action, or the waiver of a finding of a class, is measured against."""


def packet_of(packet: PacketFacts, handlers: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The attributes of a packet: the order's facts, and the packet as it stands."""
    lock = packet.order.lock
    return {
        **_order_attributes(packet.order),
        "credit_authority": _credit_authority(lock),
        "release_from": lock.release_from,
        "executive_from": lock.executive_from,
        "approvers": sorted(packet.approvers),
        "overriders": sorted(packet.overriders),
        "releasers": sorted(packet.releasers),
        "communicators": sorted(packet.communicators),
        "approved_roles": refs("Role", lock.approved_roles),
        "handlers": refs("Role", handlers),
        "pending": packet.pending,
        "fingerprint": packet.fingerprint,
        "policy_version": packet.policy_version,
        "expires_at": packet.expires_at,
    }


def request_of(
    action: str, packet: PacketFacts, waived: frozenset[str], authority: int = NO_AUTHORITY
) -> dict[str, Any]:
    """What is asked, by somebody of that authority, and when."""
    names = measures(action, waived)
    amounts = [getattr(packet.order.lock, name) for name in names]
    return {
        "amount": max([0, *(amount for amount in amounts if amount is not None)]),
        "amount_known": None not in amounts,
        "authority": authority,
        "waived": refs("ExceptionClass", waived),
        "second": packet.first_signer != "",
        "first_signer": [packet.first_signer],
        "first_roles": refs("Role", packet.first_roles),
        "first_site": packet.first_site,
        "shown": packet.shown,
        "policy_now": packet.policy_now,
        "now": packet.now,
    }


def authority_of(
    person: Person, action: str, waived: frozenset[str], roles: tuple[str, ...]
) -> int:
    """The person's authority for the action; what is not measured needs none."""
    known = authority(person, action, roles)
    return known if measures(action, waived) else max(known, 0)


def banded(facts: LockFacts) -> LockFacts:
    """Facts that lock alike made equal: amounts become 0, a threshold, or above it."""
    excess = facts.credit_excess
    above = max(excess or 0, 0) > _credit_authority(facts)
    executive = max(excess or 0, 0) >= facts.executive_from
    return replace(
        facts,
        order_value=_band(facts.order_value, facts),
        margin_given_up=_band(facts.margin_given_up, facts),
        line_value=_band(facts.line_value, facts),
        credit_excess=None if excess is None else 2 * executive + 1,
        credit_authority=NO_AUTHORITY if above else 9,
        release_from=min(facts.release_from, 1),
        executive_from=2 if facts.executive_from > 0 else 0,
        order_status="open" if facts.order_status in OPEN_STATUSES else "closed",
    )


READ_CLASSES = frozenset({"compliance_issue", "credit_hold"})
READ_NOT_KNOWN = READ_CLASSES | {"price_mismatch"}
"""Classes that rules ask for by name; any other class is asked for by a waiver alone."""


def read_by(action: str, waived: frozenset[str], facts: LockFacts) -> LockFacts:
    """The facts that rules read for an action; what none of them reads is made equal.

    Who may approve is remembered by these. A decision itself is always asked with all facts.
    """
    unread: dict[str, Any] = dict.fromkeys(
        set(MEASURES.values()) - set(measures(action, waived)), 0
    )
    asked = facts.approved_roles if action == "update_erp" else frozenset()
    return replace(
        facts,
        classes=facts.classes & (READ_CLASSES | waived),
        not_known=facts.not_known & READ_NOT_KNOWN,
        approved_roles=asked,
        expires_hours=24,
        **unread,
    )


def probe_of(facts: LockFacts) -> PacketFacts:
    """A packet that nothing but its facts stands against."""
    order = OrderFacts(facts, order_id="")
    return PacketFacts(order, "", True, "", "", "", "", now=0, expires_at=1)


def _band(amount: int | None, facts: LockFacts) -> int | None:
    if amount is None:
        return None
    counted = max(amount, 0)
    return 2 if counted >= facts.executive_from else int(counted >= facts.release_from)


def _credit_authority(facts: LockFacts) -> int:
    return NO_AUTHORITY if facts.credit_authority is None else facts.credit_authority


def measures(action: str, waived: frozenset[str]) -> list[str]:
    """The facts that an action, or a waiver of those classes, is measured against."""
    keys = sorted(waived) if action == "waive_finding" else [action]
    return [MEASURES[key] for key in keys if key in MEASURES]


def _order_attributes(order: OrderFacts) -> dict[str, Any]:
    return {
        "company_id": order.company_id,
        "site_id": order.site_id,
        "sending_site_id": order.sending_site_id,
        "order_open": order.lock.order_status in OPEN_STATUSES,
        "creators": sorted(order.creators),
        "requesters": sorted(order.requesters),
        "changers": sorted(order.changers),
        "classes": refs("ExceptionClass", order.lock.classes),
        "not_known": refs("ExceptionClass", order.lock.not_known),
        "hit": order.lock.hit,
        "below_floor": order.lock.below_floor,
    }
