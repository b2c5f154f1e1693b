"""Answers about one order: why, who, what would clear it, where it is, whether it is twice."""

from __future__ import annotations

from agent.llm.telling import (
    say_class,
    say_clearing,
    say_dates,
    say_gap_of,
    say_gaps,
    say_holds,
    say_lead,
    say_owner,
    say_signatures,
    say_state,
    say_why,
)
from agent.llm.turn import Turn, classes
from agent.llm.values import Packet

ACTION_OF_CLASS = {
    "credit_hold": "override_credit", "price_mismatch": "change_price",
    "substitution_need": "substitute_item", "route_risk": "change_promise",
    "stock_shortage": "allocate_stock", "customer_priority_conflict": "allocate_stock",
}  # fmt: skip
"""What deciding a class usually comes to, beside releasing the order."""


def why(turn: Turn) -> None:
    """Why it is blocked: primary reason, the others, holds, gaps, what clears it, who decides."""
    for packet in turn.packets():
        say_why(turn, packet)
        say_clearing(turn, packet, limit=1)
        say_owner(turn, packet)


def who(turn: Turn) -> None:
    """Who decides, who may sign for what, and who may not."""
    for packet in turn.packets():
        say_owner(turn, packet)
        primary = classes(packet)[:1]
        for action in dict.fromkeys(
            [*(ACTION_OF_CLASS.get(c, "") for c in primary), "release_order"]
        ):
            if action:
                say_signatures(turn, packet, action)
        say_class(turn, packet, "approval_gap")
        creator = turn.cell(packet, f"orders/{packet['order_id']}", "created_by")
        if creator is not None:
            turn.says.say("not_creator", packet, creator=creator)
        say_lead(turn, packet)


def clear(turn: Turn) -> None:
    """What would clear it, finding by finding, and who decides."""
    for packet in turn.packets():
        if not packet["exceptions"]:
            if not packet["not_known"]:
                turn.says.say("nothing_to_clear", packet, order=turn.order(packet))
            say_lead(turn, packet)
        say_clearing(turn, packet)
        say_holds(turn, packet, forced_only=True)
        say_gaps(turn, packet)
        say_owner(turn, packet)


def status(turn: Turn) -> None:
    """Where it is: status, promise, feasible date, until when to act, what stands against it."""
    for packet in turn.packets():
        say_state(turn, packet)
        say_dates(turn, packet)
        say_lead(turn, packet)
        say_owner(turn, packet)


def duplicate(turn: Turn) -> None:
    """Whether two orders are the same: number of the customer, customer, value."""
    packets = turn.packets()
    if len(packets) == 2:
        _compare(turn, *packets)
    for packet in packets:
        said = say_class(turn, packet, "approval_gap", code="possible_duplicate")
        if not said and len(packets) != 2 and not say_gap_of(turn, packet, "approval_gap"):
            turn.says.say("no_duplicate", packet, order=turn.order(packet))


def _compare(turn: Turn, one: Packet, two: Packet) -> None:
    says, order, other = turn.says, turn.order(one), turn.order(two)
    ref, other_ref = turn.at(one, "order/customer_ref"), turn.at(two, "order/customer_ref")
    if ref is None or other_ref is None:
        says.say("no_reference", one, order=order, other=other)
    elif str(ref.value).upper() == str(other_ref.value).upper():
        says.say("same_reference", one, order=order, other=other, reference=ref)
    else:
        says.say("other_reference", one, order=order, other=other, reference=ref,
                 other_reference=other_ref)  # fmt: skip
    if one["customer"]["customer_id"] == two["customer"]["customer_id"]:
        says.say("same_customer", one, customer=turn.customer(one))
    else:
        says.say(
            "other_customer", one, customer=turn.customer(one), other_customer=turn.customer(two)
        )
    net, other_net = turn.at(one, "order/net"), turn.at(two, "order/net")
    if net is not None and other_net is not None:
        says.say("compared_value", one, order=order, other=other, net=net, other_net=other_net)
