"""The function behind `audit replay`: a decision's packet, made again from what it was made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.app.acting import acting, event, require_reader
from agent.app.auditing import opened
from agent.app.home import Home
from agent.app.output import counted, emit_json, indented, say
from agent.desk import audit, packets, rule_books, waivers
from agent.desk.models import Decision, Packet
from agent.desk.store import Desk
from agent.review.fingerprint import canonical
from agent.review.staged import ReviewStages
from policies.settings import Rules
from policies.version import code_hash, policy_version
from tools.errors import NotFound, Refused
from tools.kept import kept_snapshot

NOT_COMPARED = frozenset({"packet_id", "version", "usage", "drafted_by", "withheld", "edits"})
"""What is no part of the deterministic packet."""
SHOWN = 20
"""Differences that are printed; all of them are in the JSON."""


@dataclass
class Replayed:
    """A packet then and now."""

    decision: Decision
    packet: Packet
    policy_now: str
    fingerprint_again: str
    sha256: str
    sha256_again: str
    differences: list[dict[str, Any]] = field(default_factory=list)
    why: list[str] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Byte for byte."""
        return self.sha256 == self.sha256_again

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        of, packet = self.decision, self.packet
        return {
            "decision_id": of.decision_id, "decision": of.decision, "action": of.action,
            "decided_at": of.decided_at.isoformat(), "roles": of.roles,
            "packet_id": packet.packet_id, "order_id": packet.order_id,
            "snapshot": packet.snapshot, "as_of": packet.as_of.isoformat(),
            "policy_version": packet.policy_version, "policy_now": self.policy_now,
            "fingerprint": packet.fingerprint, "fingerprint_again": self.fingerprint_again,
            "sha256": self.sha256, "sha256_again": self.sha256_again, "same": self.same,
            "differences": self.differences, "why": self.why,
        }  # fmt: skip


def replay_decision(where: Path, decision_id: str, user: str | None, json: bool) -> None:
    """Make the packet of a decision again; what differs ends with exit code 1."""
    home, desk = opened(where)
    with acting(home, user) as person:
        require_reader(desk, person, "replay")
        found = _replayed(home, desk, decision_id)
        result = "same" if found.same else "differs"
        about = packets.event_of(
            "replay.performed", found.packet, actor=person.user_id, actor_kind="human",
            body={"decision_id": decision_id, "result": result, "sha256": found.sha256_again},
        )  # fmt: skip
        with desk.write() as session:
            audit.append(desk, session, replace(about, roles=event("", person).roles))
    if json:
        emit_json(found.as_json())
    else:
        _print(found)
    if not found.same:
        raise Refused(
            f"{decision_id} does not give the same packet again: "
            f"{counted(len(found.differences), 'difference')}"
        )


def _replayed(home: Home, desk: Desk, decision_id: str) -> Replayed:
    with desk.read() as session:
        decision = _decision(session, decision_id)
        packet = packets.packet(session, decision.packet_id)
        rules, why = _rules(home, session, packet)
    known = waivers.approved(desk, [packet.order_id], before=packet.version)
    with kept_snapshot(home.path, packet.snapshot) as snapshot:
        body = _made_again(packet, ReviewStages(snapshot, rules, waivers=lambda _: known))
    then, again = deterministic(packet.body, body), deterministic(body, body)
    differences = list(_differing(then, again))
    return Replayed(
        decision, packet, policy_version(home.rules()), body["fingerprint"],
        _sha256(then), _sha256(again), differences, why if differences else [],
    )  # fmt: skip


def _as_of(packet: Packet) -> datetime:
    """The moment of the packet in its own offset, which the desk's column does not keep."""
    return datetime.fromisoformat(packet.body["as_of"])


def _made_again(packet: Packet, stages: ReviewStages) -> dict[str, Any]:
    """The packet by the same stages, with the texts that a person had put in."""
    work = stages.gather(stages.intake([packet.order_id], _as_of(packet)))
    work = stages.draft(stages.classify(work))
    if edits := packet.body.get("edits"):
        work = stages.revise(work, edits)
    return stages.packet(stages.guard(stages.verify(work)))


def _decision(session: Session, decision_id: str) -> Decision:
    found = session.get(Decision, decision_id)
    if found is not None:
        return found
    newest = session.scalars(
        select(Decision.decision_id).order_by(Decision.decided_at.desc()).limit(3)
    ).all()
    known = f"; the newest are {', '.join(newest)}" if newest else "; none was taken yet"
    raise NotFound(f"there is no decision {decision_id}{known}")


def _rules(home: Home, session: Session, packet: Packet) -> tuple[Rules, list[str]]:
    """The rules of the packet's policy version, and what stands in the way of the same result."""
    version = packet.policy_version
    try:
        rules, code = rule_books.stored(session, version)
    except NotFound:
        now = policy_version(home.rules())
        return home.rules(), [f"the rules of policy version {version} are not kept; used {now}"]
    if code == code_hash():
        return rules, []
    return rules, [
        f"policy version {version} was of other code of the checks: its own rules were used, with "
        "the code of this release"
    ]


def deterministic(packet: Mapping[str, Any], of: Mapping[str, Any]) -> dict[str, Any]:
    """What the same rows and rules always give; keys that the desk added later are left out."""
    return {
        key: value for key, value in packet.items() if key in of and key not in NOT_COMPARED
    }  # fmt: skip


def _sha256(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def _differing(then: Any, again: Any, path: str = "") -> Iterator[dict[str, Any]]:
    """Every place where the two differ, from the outside in."""
    if isinstance(then, Mapping) and isinstance(again, Mapping):
        for key in sorted({*then, *again}):
            yield from _differing(then.get(key), again.get(key), f"{path}.{key}" if path else key)
    elif isinstance(then, list) and isinstance(again, list) and len(then) == len(again):
        for at, (one, other) in enumerate(zip(then, again, strict=True)):
            yield from _differing(one, other, f"{path}[{at}]")
    elif then != again:
        yield {"path": path, "then": then, "now": again}


def _print(found: Replayed) -> None:
    packet = found.packet
    say(
        f"{found.decision.decision_id}: {found.decision.decision} on {packet.packet_id}, from "
        f"snapshot {packet.snapshot} as of {packet.as_of.isoformat()}, policy "
        f"{packet.policy_version}"
    )
    if found.same:
        say(f"the same packet again, byte for byte: sha256 {found.sha256}")
        say(f"fingerprint {found.fingerprint_again}")
        return
    for one in found.differences[:SHOWN]:
        say(indented(f"{one['path']}: then {one['then']}, now {one['now']}"))
    if len(found.differences) > SHOWN:
        say(indented(f"and {len(found.differences) - SHOWN} more; see --json"))
    for line in found.why:
        say(f"because {line}")
