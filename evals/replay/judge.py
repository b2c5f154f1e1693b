"""Judge one hold of the past with the functions that review an order today."""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict, dataclass
from typing import Any

from agent.review import stages
from agent.review.fingerprint import canonical
from evals.replay.holds import PastHold
from policies.settings import Rules
from tools.errors import HolddeskError
from tools.evidence import look_up
from tools.snapshot import Snapshot

NOT_COMPARED = frozenset({"packet_id", "version", "usage", "drafted_by", "withheld", "snapshot"})
"""Keys of a packet that may differ between two runs over the same visible rows and rules; the
snapshot's id names all its rows, those that became known later too."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the desk would have said of one hold at the moment it was placed.

    `status` is `judged`, `not on file` where the order was not known then, or `failed` with `why`.
    """

    hold_id: str
    order_id: str
    status: str
    why: str = ""
    classes: tuple[str, ...] = ()
    primary: str = ""
    owner_role: str = ""
    disposition: str = ""
    erp_classes: tuple[str, ...] = ()
    """The classes that the ERP's own hold codes stand for."""
    not_known: tuple[str, ...] = ()
    withheld: int = 0
    unsound: int = 0
    """Figures, dates or ids of the packet that do not verify."""
    unlocked: int = 0
    """Locked actions that were not locked: a violation of the guard."""
    packet: str = ""
    """SHA-256 of the deterministic part of the packet."""
    ms: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """As one line of the run's file."""
        return asdict(self)

    @classmethod
    def of_json(cls, body: dict[str, Any]) -> Judgement:
        """Read back from the run's file."""
        lists = {name: tuple(body[name]) for name in ("classes", "erp_classes", "not_known")}
        return cls(**{**body, **lists})


def deterministic(packet: dict[str, Any]) -> dict[str, Any]:
    """The part of a packet that the same rows and rules always give."""
    return {key: value for key, value in packet.items() if key not in NOT_COMPARED}


def judge(snapshot: Snapshot, hold: PastHold, rules: Rules) -> tuple[Judgement, dict[str, Any]]:
    """The judgement of a hold as of its placement, and the packet (empty where there is none)."""
    started = time.perf_counter()
    try:
        if not look_up(snapshot, "known_orders", hold.placed_at, wanted=[hold.order_id]):
            return Judgement(hold.hold_id, hold.order_id, "not on file"), {}
        (packet,) = stages.review(snapshot, [hold.order_id], hold.placed_at, rules)
    except (HolddeskError, ValueError) as error:
        return Judgement(hold.hold_id, hold.order_id, "failed", str(error)), {}
    spent = (time.perf_counter() - started) * 1000
    return _judgement(hold, packet, spent), packet


def _judgement(hold: PastHold, packet: dict[str, Any], spent: float) -> Judgement:
    found = packet["exceptions"]
    erp = {held["maps_to"] for held in packet["hold_check"] if held["maps_to"]}
    return Judgement(
        hold_id=hold.hold_id,
        order_id=hold.order_id,
        status="judged",
        classes=tuple(one["class"] for one in found),
        primary=next((one["class"] for one in found if one["primary"]), ""),
        owner_role=packet["owner"]["role"] or "",
        disposition=packet["recommendation"]["disposition"] or "",
        erp_classes=tuple(sorted(erp)),
        not_known=tuple(one["check"] for one in packet["not_known"]),
        withheld=len(packet["withheld"]),
        unsound=len(stages.sound(packet)),
        unlocked=sum(1 for action in packet["actions"] if action["allowed"] or not action["rules"]),
        packet=hashlib.sha256(canonical(deterministic(packet))).hexdigest(),
        ms=round(spent, 1),
    )
