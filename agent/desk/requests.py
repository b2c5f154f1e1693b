"""What a person asks of a packet, what it is compared with, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.guard import OrderFacts, Person

ENDING = {"approve": "approved", "reject": "rejected", "edit": "edited", "send_back": "sent_back"}
"""Decisions that end a packet, and its status then."""
KEEPING = {"request_info": "info_requested", "reassign": "reassigned", "snooze": "snoozed"}
"""What leaves the packet undecided."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for, on the packet as it was shown to them."""

    packet_id: str
    person: Person
    decision: str
    """approve, reject, edit, send_back, request_info, reassign or snooze."""
    shown_fingerprint: str
    action: str = ""
    """The locked action that is approved."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Of the action; of reassign `to`, of snooze `until`, of waive_finding `class`."""
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Current:
    """The order as it is now: what the packet is compared with before a decision."""

    fingerprint: str
    facts: OrderFacts


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request."""

    packet_id: str
    status: str
    decision_id: str | None
    """None where the packet stays undecided."""
    final: bool
    signed: int
    needed: int
    says: str
