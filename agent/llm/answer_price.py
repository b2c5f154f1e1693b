"""Answers about prices and about compliance."""

from __future__ import annotations

from agent.llm.answer_goods import line_no
from agent.llm.telling import say_class, say_gap_of, say_owner
from agent.llm.turn import Turn, classes, lines_asked
from agent.llm.values import Packet

CUSTOMERS_ORDERS = 5
"""Orders of a customer whose compliance findings are told at most."""


def price(turn: Turn) -> None:
    """What each line asked about charges and should charge, by which rule; then the findings."""
    for packet in turn.packets():
        lines = lines_asked(turn, packet["price"])
        if not turn.subject.lines and not turn.subject.skus:
            lines = [pair for pair in lines if _differs(pair[1])] or lines
        found = say_price_findings(turn, packet)
        for n, entry in lines:
            if entry["line_no"] not in found:
                say_price(turn, packet, n, entry)
        if not lines and not found:
            turn.says.say("no_price_line", packet, order=turn.order(packet))
        say_gap_of(turn, packet, "price_mismatch")
        if "price_mismatch" in classes(packet):
            say_owner(turn, packet)


def _differs(entry: Packet) -> bool:
    return str(entry.get("difference") or "0") != "0"


def say_price_findings(turn: Turn, packet: Packet) -> set[int | None]:
    """The price findings of the lines asked about; the lines that they are about."""
    wanted = {entry["line_no"] for _, entry in lines_asked(turn, packet["price"])}
    kept = []
    for exception in packet["exceptions"]:
        if exception["class"] == "price_mismatch":
            kept = [f["line_no"] for f in exception["findings"] if f["line_no"] in wanted]
    if kept or not (turn.subject.lines or turn.subject.skus):
        say_class(turn, packet, "price_mismatch")
    return set(kept)


def say_price(turn: Turn, packet: Packet, n: int, entry: Packet) -> None:
    """One line: charged, expected, by which rule, margin and floor."""
    names = ("sku", "charged", "expected", "difference", "rule", "margin_pct", "floor_pct")
    sku, charged, expected, difference, rule, margin, floor = (
        turn.at(packet, f"price/{n}/{name}") for name in names
    )
    line = line_no(turn, packet, entry)
    sku = sku or turn.cell(packet, f"order_lines/{packet['order_id']}/{entry['line_no']}", "sku")
    if sku is None:
        return
    if charged is None or expected is None or difference is None or rule is None:
        turn.says.say("price_unknown", packet, line=line, sku=sku)
        return
    figures = {"line": line, "sku": sku, "charged": charged, "expected": expected, "rule": rule}
    if difference.number:
        turn.says.say("price_differs", packet, difference=difference, **figures)
    else:
        turn.says.say("price_same", packet, **figures)
    if margin is not None and floor is not None:
        turn.says.say("margin", packet, margin=margin, floor=floor)


def compliance(turn: Turn) -> None:
    """What compliance finds for the orders or the customer's orders; never that they may ship."""
    packets = turn.packets()
    if not packets and turn.subject.customers:
        ids = turn.source.orders_of([customer_id for customer_id, _ in turn.subject.customers])
        packets = turn.source.packets(ids[:CUSTOMERS_ORDERS])
        packets.sort(key=lambda packet: "compliance_issue" not in classes(packet))
        turn.says.about(*(packet["order_id"] for packet in packets))
    for packet in packets:
        said = say_class(turn, packet, "compliance_issue")
        if not said and not say_gap_of(turn, packet, "compliance_issue"):
            name = turn.word("compliance_issue")
            turn.says.say("no_finding_of", packet, order=turn.order(packet), **{"class": name})
    if packets:
        turn.says.say("no_release", packets[0])
    else:
        for customer_id, name in turn.subject.customers[:1]:
            turn.says.say("no_open_orders", None, customer=turn.known_as(customer_id, name))
