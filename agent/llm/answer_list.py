"""Answers about the queue: lists with totals, what is worst, how much is stuck."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from agent.llm.filters import Filter, Filtered
from agent.llm.phrases import phrase
from agent.llm.rates import rate_cells
from agent.llm.telling import say_clearing
from agent.llm.turn import Turn, classes
from agent.llm.values import Packet, Shown, at

SHOWN = 10
"""Orders that a list describes; the answer's `orders` names all."""
WORST = 5


def orders(turn: Turn) -> None:
    """The held orders asked for: how many, their total, then each."""
    found = _filtered(turn)
    if not found.packets:
        _say_none(turn, found)
        return
    if turn.asked.has("by_value"):
        found.packets.sort(key=_value, reverse=True)
    turn.says.about(*(packet["order_id"] for packet in found.packets))
    _say_lead(turn, found)
    _say_totals(turn, found.packets)
    for packet in found.packets[: turn.asked.top or SHOWN]:
        say_item(turn, packet)
    _say_more(turn, found.packets, turn.asked.top or SHOWN)
    if turn.asked.has("fits", "clean"):
        turn.says.say("still_decided", found.packets[0])


def total(turn: Turn) -> None:
    """How much is held: number, sums by currency and together, the oldest hold."""
    found = _filtered(turn)
    if not found.packets:
        _say_none(turn, found)
        return
    turn.says.about(*(packet["order_id"] for packet in found.packets))
    _say_lead(turn, found)
    _say_totals(turn, found.packets)
    _say_oldest(turn, found.packets)
    turn.says.say("counted_once", found.packets[0])


def worst(turn: Turn) -> None:
    """The most pressing orders, each with the one thing that would clear its first finding."""
    found = _filtered(turn)
    if not found.packets:
        _say_none(turn, found)
        return
    key, found.packets = _ranked(turn, found.packets)
    shown = found.packets[: turn.asked.top or WORST]
    turn.says.about(*(packet["order_id"] for packet in shown))
    count = turn.says.count("held", [turn.order(packet) for packet in found.packets])
    turn.says.say(key, found.packets[0], count=count)
    for packet in shown:
        say_item(turn, packet)
        if packet["exceptions"]:
            say_clearing(turn, packet, limit=1)


def _ranked(turn: Turn, packets: list[Packet]) -> tuple[str, list[Packet]]:
    """The phrase of the ranking asked for, and the orders by it."""
    if turn.asked.has("biggest", "by_value"):
        return "biggest_lead", sorted(packets, key=_value, reverse=True)
    if turn.asked.has("oldest"):
        return "oldest_lead", sorted(packets, key=_held_since)
    return "worst_lead", packets


def _value(packet: Packet) -> Decimal:
    value = at(packet, "order/policy_value") or at(packet, "order/net")
    return value.number if value is not None else Decimal(0)


def _held_since(packet: Packet) -> str:
    return min((str(row["placed_at"]) for _, row in _own_holds(packet)), default="9999")


def say_item(turn: Turn, packet: Packet) -> None:
    """One order of a list: customer, value, class, who decides, until when to act."""
    found = classes(packet)
    if found:
        named = turn.listed(found)
    else:
        named, _ = turn.says.words("unknown_item" if packet["not_known"] else "clear_item")
    unknown, _ = turn.says.words("unknown_item")
    values: dict[str, Shown | str | list[Shown]] = {
        "order": turn.order(packet), "customer": turn.customer(packet), "class": named,
        "net": turn.at(packet, "order/net") or unknown, "role": turn.word(packet["owner"]["role"]),
    }  # fmt: skip
    latest = turn.at(packet, "delivery/latest_action_at")
    if latest is not None:
        turn.says.say("item_by", packet, **values, moment=latest)
    else:
        turn.says.say("item", packet, **values)


def _filtered(turn: Turn) -> Filtered:
    return Filter(turn, turn.source.queue()).run()


def _say_with_filters(turn: Turn, key: str, found: Filtered, **more: Shown | str) -> None:
    template, language = phrase(key, turn.language)
    template = template.replace("{filters}", found.template)
    packet = found.packets[0] if found.packets else None
    turn.says.add(template, language, packet, {**found.values, **more})


def _say_none(turn: Turn, found: Filtered) -> None:
    if found.template:
        _say_with_filters(turn, "list_none", found)
    else:
        turn.says.say("queue_empty")
    _say_uncompared(turn, found)


def _say_lead(turn: Turn, found: Filtered) -> None:
    count = turn.says.count("held", [turn.order(packet) for packet in found.packets])
    _say_with_filters(turn, "list_lead", found, count=count)
    _say_uncompared(turn, found)


def _say_uncompared(turn: Turn, found: Filtered) -> None:
    if found.rate is not None:
        rate, day = (turn.says.use(found.rate.packet, one) for one in rate_cells(found.rate))
        if rate is not None and day is not None:
            turn.says.say("compared_at", found.rate.packet, rate=rate, day=day)
    if found.uncompared:
        count = turn.says.count("uncompared", [turn.order(packet) for packet in found.uncompared])
        turn.says.say("not_compared", found.uncompared[0], count=count, currency=found.currency)


def _say_totals(turn: Turn, packets: Sequence[Packet]) -> None:
    by_currency: dict[str, list[Shown]] = defaultdict(list)
    unvalued = []
    for packet in packets:
        net = turn.at(packet, "order/net")
        if net is None:
            unvalued.append(packet)
        else:
            by_currency[net.unit].append(net)
    for currency, amounts in sorted(by_currency.items()):
        turn.says.say("total", packets[0], sum=turn.says.total(f"net_{currency}", amounts))
    if len(by_currency) > 1:
        _say_together(turn, packets)
    if unvalued:
        count = turn.says.count("unvalued", [turn.order(packet) for packet in unvalued])
        turn.says.say("total_gap", packets[0], count=count)


def _say_together(turn: Turn, packets: Sequence[Packet]) -> None:
    values = [turn.says.use(packet, at(packet, "order/policy_value")) for packet in packets]
    known = [value for value in values if value is not None]
    if len(known) == len(values):
        turn.says.say("total_policy", packets[0], sum=turn.says.total("net_together", known))


def _say_oldest(turn: Turn, packets: Sequence[Packet]) -> None:
    placed = [
        (str(row["placed_at"]), ref, packet)
        for packet in packets
        for ref, row in _own_holds(packet)
    ]
    if placed:
        _, ref, packet = min(placed, key=lambda entry: entry[:2])
        day = turn.cell(packet, ref, "placed_at")
        if day is not None:
            turn.says.say("oldest_hold", packet, day=day, order=turn.order(packet))


def _own_holds(packet: Packet) -> list[tuple[str, Packet]]:
    """The hold rows of the order that say when they were placed."""
    return [
        (ref, row) for ref, row in packet["evidence"].items()
        if ref.startswith("holds/") and row["order_id"] == packet["order_id"] and "placed_at" in row
    ]  # fmt: skip


def _say_more(turn: Turn, packets: Sequence[Packet], shown: int) -> None:
    if len(packets) > shown:
        rest = turn.says.count("more", [turn.order(packet) for packet in packets[shown:]])
        turn.says.say("more", packets[0], count=rest)
