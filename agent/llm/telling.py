"""What is said about one order, whatever was asked: reasons, holds, gaps, dates, who decides."""

from __future__ import annotations

from agent.llm.statements import say_finding, say_hold
from agent.llm.turn import Turn, classes, is_held
from agent.llm.values import Packet

OTHERS = 4
"""Further findings, holds and gaps that an answer names at most, of each."""


def say_lead(turn: Turn, packet: Packet) -> None:
    """The first sentence: blocked or not, and its weightiest reason."""
    found, order = classes(packet), turn.order(packet)
    if turn.language == "en" and packet["sentences"].get("answer"):
        turn.says.quote(packet, "answer", only=1)
    elif found:
        key = "lead_blocked" if is_held(packet) else "lead_open"
        turn.says.say(key, packet, order=order, classes=turn.listed(found))
        say_finding(turn, packet, "exceptions/0/findings/0")
    elif not packet["not_known"]:
        key = "lead_blocked_clear" if is_held(packet) else "lead_open_clear"
        turn.says.say(key, packet, order=order)


def say_why(turn: Turn, packet: Packet) -> None:
    """The reasons: the weightiest, the other classes, holds and what is not known."""
    say_lead(turn, packet)
    for n, exception in enumerate(packet["exceptions"][1 : OTHERS + 1], start=1):
        lead, _ = turn.says.words("also_class", **{"class": turn.word(exception["class"])})
        say_finding(turn, packet, f"exceptions/{n}/findings/0", lead=lead)
    say_holds(turn, packet)
    say_gaps(turn, packet)


def say_holds(turn: Turn, packet: Packet, *, forced_only: bool = False) -> None:
    """The active holds: stage, what the code means, whether the evidence agrees."""
    for n, hold in enumerate(packet["hold_check"][:OTHERS]):
        if hold.get("forced") or not forced_only:
            say_hold(turn, packet, n, hold)


def say_gaps(turn: Turn, packet: Packet) -> None:
    """What is not known, and why."""
    for n, gap in enumerate(packet["not_known"][:OTHERS]):
        key, text = f"{packet['order_id']}.gap_{n}.reason", gap["why"].rstrip(".")
        reason = turn.says.made(key, text, "text", "by rule: evidence gap")
        turn.says.say("unknown_class", packet, why=reason, **{"class": turn.word(gap["check"])})


def say_clearing(turn: Turn, packet: Packet, limit: int | None = None) -> None:
    """What would clear the findings, the primary class first."""
    said = 0
    for n, exception in enumerate(packet["exceptions"]):
        lead, _ = turn.says.words("clears", **{"class": turn.word(exception["class"])})
        for m, _ in enumerate(exception["findings"]):
            if limit is None or said < limit:
                say_finding(turn, packet, f"exceptions/{n}/findings/{m}", part="clears", lead=lead)
            said += 1


def say_owner(turn: Turn, packet: Packet) -> None:
    """Who decides on the order."""
    owner, order = packet["owner"], turn.order(packet)
    user = owner.get("user_id")
    person = turn.cell(packet, f"staff/{user}", "name") or turn.cell(
        packet, f"staff/{user}", "user_id"
    )
    role = turn.word(owner["role"])
    if person is not None:
        turn.says.say("decides", packet, order=order, role=role, person=person)
    else:
        turn.says.say("decides_nobody", packet, order=order, role=role)
    if owner.get("also"):
        turn.says.say("also_decides", packet, roles=turn.listed(owner["also"]))


def approvers(packet: Packet, action: str) -> tuple[list[str], int]:
    """The roles that may approve an action of the order, and how many must sign."""
    for entry in packet["actions"]:
        if entry["action"] == action:
            return list(entry["approval"]["roles"]), int(entry["approval"]["count"])
    return [], 1


def say_signatures(turn: Turn, packet: Packet, action: str) -> None:
    """How many signatures an action needs, and whose."""
    roles, count = approvers(packet, action)
    if not roles:
        turn.says.say("no_signer", packet, action=turn.word(action))
        return
    needed = turn.says.made(f"{packet['order_id']}.{action}.signatures", count, "count",
                            "by rule: rights of the action")  # fmt: skip
    turn.says.say("signatures", packet, action=turn.word(action), count=needed,
                  roles=turn.listed(roles, "or"))  # fmt: skip


def say_state(turn: Turn, packet: Packet) -> None:
    """Status and promise."""
    state = turn.at(packet, "order/status")
    promise = turn.at(packet, "order/promise")
    if state is None:
        return
    figures = {
        "order": turn.order(packet), "customer": turn.customer(packet), "status": state,
        "net": turn.at(packet, "order/net") or turn.word("not_known"),
    }  # fmt: skip
    if promise is not None:
        turn.says.say("state", packet, promise=promise, **figures)
    else:
        turn.says.say("state_undated", packet, **figures)


def say_dates(turn: Turn, packet: Packet) -> None:
    """The feasible date, what binds, and until when to act."""
    delivery = packet.get("delivery") or {}
    feasible = turn.at(packet, "delivery/feasible_on")
    if feasible is not None:
        turn.says.say("feasible", packet, day=feasible)
    else:
        turn.says.say("no_feasible", packet)
    if delivery.get("binding_constraint"):
        turn.says.say("binding", packet, constraint=turn.word(delivery["binding_constraint"]))
    latest = turn.at(packet, "delivery/latest_action_at")
    if latest is not None:
        turn.says.say("act_by", packet, moment=latest)


def say_class(turn: Turn, packet: Packet, cls: str, *, code: str | None = None) -> bool:
    """Say every finding of a class; whether there was any."""
    said = False
    for n, exception in enumerate(packet["exceptions"]):
        for m, finding in enumerate(exception["findings"]):
            if exception["class"] == cls and code in (None, finding["code"]):
                say_finding(turn, packet, f"exceptions/{n}/findings/{m}")
                said = True
    return said


def say_gap_of(turn: Turn, packet: Packet, cls: str) -> bool:
    """Say why a class is not known; whether it is so."""
    gaps = [gap for gap in packet["not_known"] if gap["check"] == cls]
    if gaps:
        say_gaps(turn, {**packet, "not_known": gaps})
    return bool(gaps)
