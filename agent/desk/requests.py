"""What a person asks of a packet, what it is compared with, and what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from agent.desk.models import Decision, Packet, canonical
from agent.desk.parameters import TEXTS, instant, normalised
from agent.desk.reasons import reason_problem
from agent.desk.store import Desk
from policies.guard import LOCKED_ACTIONS, Guard, OrderFacts, PacketFacts, Person, Verdict
from tools.errors import BadInput, Refused

ENDING = {"approve": "approved", "reject": "rejected", "edit": "edited", "send_back": "sent_back"}
"""Decisions that end a packet, and its status then."""
KEEPING = {
    "claim": "claimed",
    "unclaim": "pending",
    "request_info": "info_requested",
    "answer": "pending",
    "reassign": "reassigned",
    "snooze": "snoozed",
    "request_approval": "",
}
"""What leaves the packet undecided, and its status then (empty: as it was)."""
NEEDS_REASON = ("reject", "send_back", "request_info", "answer", "request_approval")
NAMES_ACTION = ("approve", "request_approval")
COMPLETE = {
    "change_credit_limit": ("amount",),
    "waive_finding": ("class", "code", "until", "values"),
}
"""Parameters without which an approval of the action would grant nothing, or anything."""
WITHOUT_SOURCES = ("unclaim", "answer")
"""What may be done on evidence that changed: nothing is decided on it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for, on the packet as it was shown to them."""

    packet_id: str
    person: Person
    decision: str
    """A key of `ENDING` or of `KEEPING`."""
    shown_fingerprint: str
    action: str = ""
    """The locked action that is approved or asked for."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Of the action; of reassign `to`, of snooze `until`, of edit `note` and `message`, of
    waive_finding `class`."""
    reason_code: str = ""
    reason: str = ""
    key: str = ""
    """Repeated by the same person with the same key, a request gets its first answer."""
    typed: Mapping[str, Any] = field(default_factory=dict)
    """Action and parameters as they were given, where the surface completed them."""
    shown_now: bool = False
    """The surface showed the version to the person in this very act, before they agreed."""

    def as_typed(self) -> dict[str, Any]:
        """The action and the parameters, before a surface completes them."""
        return {"action": self.action, "parameters": dict(self.parameters)}

    @property
    def digest(self) -> str:
        """SHA-256 over what is asked for."""
        asked = [self.packet_id, self.decision, dict(self.typed or self.as_typed())]
        return hashlib.sha256(canonical([*asked, self.reason_code, self.reason])).hexdigest()


@dataclass(frozen=True, slots=True)
class Current:
    """The order as it is now: what the packet is compared with before a decision."""

    fingerprint: str
    facts: OrderFacts
    staff: Callable[[], Sequence[Person]] = tuple
    """Everybody on the staff table, to name who signs next."""


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
    next_roles: tuple[str, ...] = ()
    """Roles of which one has to sign next."""
    next_people: tuple[str, ...] = ()
    """Accounts that may, as far as they are known."""
    repeated: bool = False
    """The answer was given before, to the same request."""


class Stale(Refused):
    """The evidence is not what the packet was drafted from: nothing was decided."""

    def __init__(self, message: str, packet_id: str, case_id: str, order_id: str) -> None:
        super().__init__(message)
        self.packet_id, self.case_id, self.order_id = packet_id, case_id, order_id


@dataclass(frozen=True, slots=True)
class Act:
    """One request under way, inside its transaction."""

    desk: Desk
    session: Session
    request: Request
    found: Packet
    before: list[Decision]
    """Signatures that stand on the packet."""
    facts: PacketFacts
    verdict: Verdict
    guard: Guard
    now: Current | None


def checked(request: Request) -> Request:
    """The request with its parameters normalised.

    Raises:
        BadInput: it makes no sense as it is; the sentence says what to add.
    """
    known = (*ENDING, *KEEPING)
    if request.decision not in known:
        raise BadInput(f"{request.decision!r} is no decision: use {', '.join(known)}")
    if request.decision in NAMES_ACTION and request.action not in LOCKED_ACTIONS:
        raise BadInput(f"name the action to approve: {', '.join(LOCKED_ACTIONS)}")
    said = request.decision.replace("_", " ")
    if request.decision in NEEDS_REASON and not request.reason.strip():
        raise BadInput(f"{said} needs a reason")
    if problem := reason_problem(request.reason_code, request.reason, override=False):
        raise BadInput(problem)
    made = replace(request, parameters=normalised(request.parameters))
    wanted = {"reassign": "to", "snooze": "until"}.get(request.decision)
    if wanted and not made.parameters.get(wanted):
        raise BadInput(f"{said} needs the parameter {wanted!r}")
    if request.decision == "snooze":
        instant(made.parameters["until"])
    if request.decision == "edit" and not set(TEXTS) & set(made.parameters):
        raise BadInput("edit needs a new text: of the internal note or of the customer message")
    return made


def must_be_complete(request: Request) -> None:
    """An approval names what it would otherwise grant without bounds, or not at all.

    Raises:
        BadInput: the sentence lists what is missing.
    """
    wanted = COMPLETE.get(request.action, ()) if request.decision == "approve" else ()
    if missing := [name for name in wanted if name not in request.parameters]:
        raise BadInput(f"{request.action.replace('_', ' ')} needs {', '.join(missing)}")
