"""The eight stages as nodes: each wraps one plain function, and keeps big things out of the state.

The state carries ids and hashes. What a stage computed stays in the memory of the process until
the packet is stored in the desk; it can be derived again from the snapshot at any time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypedDict

from agent.desk import packets
from agent.desk.decisions import record_outcome
from agent.desk.store import Desk
from policies.choose import ACTION_OF
from policies.guard import OrderFacts, facts_json
from tools.errors import HolddeskError, Refused


class State(TypedDict, total=False):
    """What a checkpoint holds: plain ids and hashes."""

    case_id: str
    order_id: str
    packet_id: str
    version: int
    as_of: str
    graph_version: str
    snapshot: str
    fingerprint: str
    action: str
    decision_id: str
    outcome: str


class Stages(Protocol):
    """The stages as plain functions over sets of orders; what they hand on is theirs alone."""

    def intake(self, order_ids: Sequence[str], as_of: datetime) -> Any:
        """Cases of the orders."""

    def gather(self, work: Any) -> Any:
        """Their evidence."""

    def classify(self, work: Any) -> Any:
        """Findings, primary class, owner, risk, options."""

    def draft(self, work: Any) -> Any:
        """Packet text, note and message."""

    def revise(self, work: Any, edits: Mapping[str, Any]) -> Any:
        """A person's own note and message in place of the drafted ones."""

    def verify(self, work: Any) -> Any:
        """What fails is withheld."""

    def guard(self, work: Any) -> Any:
        """The locks of every action."""

    def packet(self, work: Any) -> dict[str, Any]:
        """The packet JSON, with fingerprint, policy_version and snapshot."""

    def facts(self, work: Any) -> OrderFacts:
        """What the policy guard reads at a decision."""


class Redraft(HolddeskError):
    """The version is stored with other evidence: a newer one has to be drafted."""


REVIEW = "review_packet"
"""What is asked where the recommended disposition (hold, escalate) asks for no locked action."""
NOT_DECIDED = "not decided in the desk"


class Nodes:
    """The nodes over one desk and one set of stages."""

    def __init__(self, stages: Stages, desk: Desk, graph_version: str) -> None:
        self._stages = stages
        self._desk = desk
        self._graph_version = graph_version
        self._memory: dict[str, Any] = {}

    def intake(self, state: State) -> State:
        """From the order to its case."""
        as_of = datetime.fromisoformat(state["as_of"])
        return self._keep(state, self._stages.intake([state["order_id"]], as_of))

    def gather(self, state: State) -> State:
        """The required evidence."""
        return self._keep(state, self._stages.gather(self._memory[state["packet_id"]]))

    def classify(self, state: State) -> State:
        """One check a class, then the choice."""
        return self._keep(state, self._stages.classify(self._memory[state["packet_id"]]))

    def draft(self, state: State) -> State:
        """The text of the packet."""
        work = self._stages.draft(self._memory[state["packet_id"]])
        with self._desk.read() as session:
            edits = packets.edits(session, state["case_id"], state["version"])
        return self._keep(state, self._stages.revise(work, edits) if edits else work)

    def verify(self, state: State) -> State:
        """The text again, by code that shares nothing with the drafter."""
        return self._keep(state, self._stages.verify(self._memory[state["packet_id"]]))

    def guard(self, state: State) -> State:
        """Locks every action, and stores the packet in the desk."""
        work = self._stages.guard(self._memory.pop(state["packet_id"]))
        body, facts = self._stages.packet(work), self._stages.facts(work)
        as_of = datetime.fromisoformat(state["as_of"])
        expires_at = as_of + timedelta(hours=facts.lock.expires_hours)
        draft = packets.Draft(body, facts_json(facts), as_of, expires_at, self._graph_version)
        stored = packets.save(self._desk, state["case_id"], state["version"], draft)
        if stored is None:
            raise Redraft(f"{state['packet_id']} is stored with other evidence")
        disposition = body.get("recommendation", {}).get("disposition", "")
        return {
            "snapshot": stored.snapshot,
            "fingerprint": stored.fingerprint,
            "action": ACTION_OF.get(disposition, REVIEW),
        }

    def approve(self, state: State) -> State:
        """Waits for a person, whose decision is in the desk before the graph goes on."""
        from langgraph.types import interrupt

        answer = interrupt(approval_request(state))
        return {"decision_id": _decision_id(answer)}

    def record(self, state: State) -> State:
        """Reads the decision from the desk and closes the case, once."""
        try:
            outcome = record_outcome(self._desk, state["packet_id"], state["decision_id"])
        except Refused:  # resumed by hand: nothing is decided, and the sweep lets it wait again
            outcome = NOT_DECIDED
        return {"outcome": outcome}

    def _keep(self, state: State, work: Any) -> State:
        self._memory[state["packet_id"]] = work
        return {}


def approval_request(state: State) -> dict[str, Any]:
    """The interrupt's payload, in the shape that LangChain's inboxes render."""
    name = state["action"]
    args = {key: state[key] for key in ("packet_id", "order_id", "fingerprint")}
    description = f"Packet {state['packet_id']} waits for a decision in the desk."
    return {
        "action_requests": [{"name": name, "args": args, "description": description}],
        "review_configs": [
            {"action_name": name, "allowed_decisions": ["approve", "edit", "reject", "respond"]}
        ],
    }


def _decision_id(answer: Any) -> str:
    return str(answer.get("decision_id", "")) if isinstance(answer, dict) else ""
