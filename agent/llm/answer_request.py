"""Requests for what only a person may do: nothing is done, a request is drafted to who may."""

from __future__ import annotations

from collections.abc import Callable

from agent.llm import answer_credit, answer_goods, answer_price
from agent.llm.answer_list import say_item
from agent.llm.intent import action_of
from agent.llm.source import orders_held
from agent.llm.telling import (
    approvers,
    say_clearing,
    say_dates,
    say_holds,
    say_lead,
    say_owner,
    say_signatures,
    say_state,
)
from agent.llm.turn import Turn
from agent.llm.values import Packet

OFFERED = 5
"""Orders of a customer that are offered where none was named."""


def request(turn: Turn) -> None:
    """Do nothing, say so, say who may, and draft the request with what they are judged on."""
    action = action_of(turn.asked)
    packets = turn.packets()
    if action is None:
        turn.says.say("never_mine", next(iter(packets), None), action=turn.word("cancel"))
        _say_standing(turn, packets)
        return
    packets = packets or _only_order(turn)
    turn.says.say("nothing_done", next(iter(packets), None), action=turn.word(action))
    for packet in packets:
        _say_roles(turn, packet, action)
    if turn.asked.has("hearsay"):
        turn.says.say("unsigned_word", next(iter(packets), None))
    if not packets:
        _ask_for_order(turn)
    for packet in packets:
        FACTS.get(action, _standing)(turn, packet)


def _only_order(turn: Turn) -> list[Packet]:
    """The customer's waiting order, where it has exactly one."""
    if len(turn.subject.customers) != 1:
        return []
    held = orders_held(turn.source, turn.subject.customers[0][0])
    if len(held) == 1:
        turn.says.about(held[0]["order_id"])
        return held
    return []


def _say_roles(turn: Turn, packet: Packet, action: str) -> None:
    roles, count = approvers(packet, action)
    if not roles:
        turn.says.say("no_signer", packet, action=turn.word(action))
        return
    turn.says.say("may_approve", packet, order=turn.order(packet), roles=turn.listed(roles, "or"),
                  action=turn.word(action))  # fmt: skip
    if count > 1:
        say_signatures(turn, packet, action)
    if turn.says.request is None:
        turn.says.request = {"action": action, "order_id": packet["order_id"], "roles": roles}


def _ask_for_order(turn: Turn) -> None:
    customers = turn.subject.customers
    held = orders_held(turn.source, customers[0][0]) if customers else []
    turn.says.about(*(packet["order_id"] for packet in held))
    if turn.asked.has("payment", "credit", "change_credit_limit") and customers:
        packet = answer_credit.account_packet(turn)
        if packet is not None:
            answer_credit.say_payments(turn, packet)
            answer_credit.say_headroom(turn, packet)
            answer_credit.say_overdue(turn, packet)
            answer_credit.say_waiting(turn, packet)
    else:
        for packet in held[:OFFERED]:
            say_item(turn, packet)
    turn.says.say("which_order_for", next(iter(held), None))


def _say_standing(turn: Turn, packets: list[Packet]) -> None:
    for packet in packets:
        _standing(turn, packet)


def _standing(turn: Turn, packet: Packet) -> None:
    say_lead(turn, packet)
    say_clearing(turn, packet, limit=1)
    say_holds(turn, packet, forced_only=True)
    if turn.asked.has("payment"):
        answer_credit.say_payments(turn, packet)
        answer_credit.say_overdue(turn, packet)
    say_owner(turn, packet)


def _credit(turn: Turn, packet: Packet) -> None:
    answer_credit.say_headroom(turn, packet)
    answer_credit.say_overdue(turn, packet)
    say_owner(turn, packet)


def _price(turn: Turn, _: Packet) -> None:
    answer_price.price(turn)


def _promise(turn: Turn, packet: Packet) -> None:
    say_state(turn, packet)
    say_dates(turn, packet)
    say_lead(turn, packet)


def _part(turn: Turn, packet: Packet) -> None:
    for option in packet["recommendation"]["options"]:
        if option["disposition"] == "split":
            turn.says.say("part_possible" if option["feasible"] else "part_impossible", packet)
    answer_goods.stock(turn)
    say_lead(turn, packet)


def _goods(turn: Turn, packet: Packet) -> None:
    answer_goods.stock(turn)
    say_lead(turn, packet)


def _instead(turn: Turn, packet: Packet) -> None:
    answer_goods.substitute(turn)
    say_lead(turn, packet)


def _message(turn: Turn, packet: Packet) -> None:
    turn.says.say("note_locked", packet)
    say_lead(turn, packet)


FACTS: dict[str, Callable[[Turn, Packet], None]] = {
    "override_credit": _credit, "change_credit_limit": _credit, "change_price": _price,
    "change_promise": _promise, "ship_partial": _part, "substitute_item": _instead,
    "allocate_stock": _goods, "transfer_stock": _goods, "notify_customer": _message,
}  # fmt: skip
"""What whoever approves an action is judged on."""
