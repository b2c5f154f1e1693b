"""Answers where something is not found, fits several, or is not a question that is covered."""

from __future__ import annotations

from agent.llm.phrases import word
from agent.llm.telling import say_lead
from agent.llm.turn import Turn


def unknown_order(turn: Turn) -> None:
    """The order does not exist: the nearest that do."""
    for missing in turn.subject.unknown:
        near = turn.source.packets(missing.near)
        turn.says.about(*(packet["order_id"] for packet in near))
        turn.says.say("no_order", None, typed=turn.says.typed(missing.typed))
        if near:
            ids = [turn.order(packet) for packet in near]
            turn.says.say("did_you_mean", near[0], near=ids)


def which_order(turn: Turn) -> None:
    """A code that several orders answer to: ask, and list them."""
    for several in turn.subject.several:
        turn.says.say("several_orders", None, typed=turn.says.typed(several.typed.upper()))
        packets = turn.source.packets(several.orders)
        turn.says.about(*(packet["order_id"] for packet in packets))
        unknown = word("not_known", turn.language)
        for packet in packets:
            turn.says.say("candidate", packet, order=turn.order(packet),
                          customer=turn.customer(packet),
                          net=turn.at(packet, "order/net") or unknown,
                          status=turn.at(packet, "order/status") or unknown)  # fmt: skip


def unknown_customer(turn: Turn) -> None:
    """No customer of that name: those that resemble it."""
    turn.says.say("no_customer", None, typed=turn.says.typed(turn.subject.nobody or ""))
    near = [turn.known_as(*customer) for customer in turn.subject.near_customers]
    if near:
        turn.says.say("did_you_mean", None, near=near)


def several_customers(turn: Turn) -> None:
    """A name that several customers fit: ask, and list them."""
    names = [turn.known_as(*customer) for customer in turn.subject.customers]
    typed = " ".join(turn.asked.names) or turn.asked.question
    turn.says.say("several_customers", None, typed=turn.says.typed(typed), names=names)


def clarify(turn: Turn) -> None:
    """A question about an order that names none."""
    turn.says.say("which_order")


def history(turn: Turn) -> None:
    """What was before is not on file; what stands now is."""
    turn.says.say("no_history")
    for packet in turn.packets():
        say_lead(turn, packet)


def help_text(turn: Turn) -> None:
    """The kinds of questions that are answered."""
    turn.says.say("help")
