"""Answers about goods: what a line gets, who gets it instead, what could take its place."""

from __future__ import annotations

from agent.llm.telling import say_class, say_gap_of, say_owner
from agent.llm.turn import Turn, lines_asked
from agent.llm.values import Packet, Shown

NAMED = 4
"""Options, batches and competitors that are named at most."""
HELD = 10
"""Held orders that an article is looked for in, as an answer."""


def packets_of_goods(turn: Turn) -> list[Packet]:
    """The packets of the orders asked about, else the held orders with the article."""
    if turn.subject.orders:
        return turn.packets()
    skus = {sku.upper() for sku in turn.subject.skus}
    found = [
        packet for packet in turn.source.queue()
        if any(str(entry.get("sku") or "").upper() in skus for entry in packet["stock"])
    ]  # fmt: skip
    turn.says.about(*(packet["order_id"] for packet in found))
    if not found:
        for sku in turn.subject.skus[:1]:
            turn.says.say("sku_nowhere", None, sku=turn.says.typed(sku.upper()))
    return found[:HELD]


def stock(turn: Turn) -> None:
    """What each line asked about needs and gets, when it is complete, and what is possible."""
    packets = packets_of_goods(turn)
    for packet in packets:
        lines = lines_asked(turn, packet["stock"])
        if not turn.subject.lines and not turn.subject.skus:
            lines = [pair for pair in lines if _is_short(pair[1])] or lines
        for n, entry in lines:
            say_line(turn, packet, n, entry, several=len(packets) > 1)
        if not lines:
            turn.says.say("no_stocked_line", packet, order=turn.order(packet))
        say_gap_of(turn, packet, "stock_shortage")


def contest(turn: Turn) -> None:
    """Who gets the goods instead, and why."""
    for packet in packets_of_goods(turn):
        said = say_class(turn, packet, "customer_priority_conflict")
        for n, entry in lines_asked(turn, packet["stock"]):
            if _is_short(entry) or turn.subject.lines or turn.subject.skus:
                say_line(turn, packet, n, entry, options=False)
                said = say_competitors(turn, packet, n, entry) or said
        if not said and not say_gap_of(turn, packet, "stock_shortage"):
            turn.says.say("no_contest", packet, order=turn.order(packet))
        say_owner(turn, packet)


def substitute(turn: Turn) -> None:
    """What could take the place of the goods, or that nothing is on file."""
    for packet in packets_of_goods(turn):
        said = say_class(turn, packet, "substitution_need")
        for n, entry in lines_asked(turn, packet["stock"]):
            found = [o for o in entry.get("options") or [] if o["kind"] == "substitute"]
            if not found and (_is_short(entry) or turn.subject.lines or turn.subject.skus):
                sku = turn.at(packet, f"stock/{n}/sku")
                if sku is not None:
                    turn.says.say("no_substitute", packet, sku=sku, order=turn.order(packet))
                    said = True
            elif found:
                say_line(turn, packet, n, entry, only="substitute")
            said = said or bool(found)
        for note_at, note in enumerate(packet["data_notes"]):
            if note["code"] == "no_substitutes_accepted":
                turn.says.quote(packet, f"data_notes/{note_at}/note")
        said = say_gap_of(turn, packet, "substitution_need") or said
        if not said and not say_gap_of(turn, packet, "stock_shortage"):
            turn.says.say("nothing_short", packet, order=turn.order(packet))


def _is_short(entry: Packet) -> bool:
    return str(entry.get("short") or "0") != "0"


def say_line(
    turn: Turn, packet: Packet, n: int, entry: Packet, *,
    options: bool = True, only: str | None = None, several: bool = False,
) -> None:  # fmt: skip
    """What a line needs and gets, when it is complete, and its options."""
    line, sku = line_no(turn, packet, entry), turn.at(packet, f"stock/{n}/sku")
    if sku is None:
        return
    if several:
        turn.says.say("of_order", packet, order=turn.order(packet), customer=turn.customer(packet))
    needed, available, short = (
        turn.at(packet, f"stock/{n}/{name}") for name in ("needed", "available", "short")
    )
    if needed is None or available is None or short is None:
        turn.says.say("line_unknown", packet, line=line, sku=sku)
        return
    figures = {"line": line, "sku": sku, "needed": needed, "available": available}
    if short.number > 0:
        turn.says.say("line_short", packet, short=short, **figures)
        _say_full_on(turn, packet, n)
        _say_unusable(turn, packet, n, entry)
    else:
        turn.says.say("line_full", packet, **figures)
    if options:
        for m, option in enumerate((entry.get("options") or [])[:NAMED]):
            if only in (None, option["kind"]):
                say_option(turn, packet, f"stock/{n}/options/{m}", option, sku)


def line_no(turn: Turn, packet: Packet, entry: Packet) -> Shown:
    """The number of a line."""
    ref = f"order_lines/{packet['order_id']}/{entry['line_no']}"
    return turn.cell(packet, ref, "line_no") or turn.says.made(
        f"{packet['order_id']}.line_{entry['line_no']}.line_no", entry["line_no"], "count",
        "by rule: line of the order",
    )  # fmt: skip


def _say_full_on(turn: Turn, packet: Packet, n: int) -> None:
    path = f"stock/{n}/in_full_on"
    day = turn.at(packet, path)
    if day is not None:
        turn.says.say("in_full", packet, day=day)
    elif path in packet["bindings"]:
        turn.says.say("never_full", packet)


def _say_unusable(turn: Turn, packet: Packet, n: int, entry: Packet) -> None:
    """Stock that is there and cannot be used, with the reason where the packet gives one."""
    for m, batch in enumerate((entry.get("not_usable") or [])[:NAMED]):
        path = f"stock/{n}/not_usable/{m}"
        quantity, name = turn.at(packet, f"{path}/quantity"), turn.at(packet, f"{path}/batch_id")
        why = _words(turn, packet, path, batch.get("why"))
        if quantity is not None and name is not None:
            turn.says.say("not_usable_why", packet, quantity=quantity, batch=name, why=why)
        elif quantity is not None:
            turn.says.say("unusable_here", packet, quantity=quantity, why=why)


def say_option(turn: Turn, packet: Packet, path: str, option: Packet, sku: Shown) -> None:
    """One option for an article: its kind, quantity and day."""
    quantity, day = turn.at(packet, f"{path}/quantity"), turn.at(packet, f"{path}/available_on")
    if quantity is None:
        return
    kind = turn.word(option["kind"])
    other = turn.at(packet, f"{path}/substitute_sku") or turn.at(packet, f"{path}/sku")
    if option["kind"] == "substitute" and other is not None and day is not None:
        turn.says.say("option_substitute", packet, sku=sku, substitute=other,
                      quantity=quantity, day=day)  # fmt: skip
    elif day is not None:
        turn.says.say("option", packet, kind=kind, quantity=quantity, day=day)
    else:
        turn.says.say("option_undated", packet, kind=kind, quantity=quantity)


def _words(turn: Turn, packet: Packet, path: str, text: object) -> Shown:
    """A reason that the packet gives in words, quoted: it may hold dates or numbers."""
    key = f"{packet['order_id']}.{path.replace('/', '_')}.why"
    return turn.says.made(key, turn.word(str(text or "")), "text", "by rule: as the packet says")


def say_competitors(turn: Turn, packet: Packet, n: int, entry: Packet) -> bool:
    """The other orders that take of the goods; whether there were any."""
    said = False
    for m, rival in enumerate((entry.get("competitors") or [])[:NAMED]):
        path = f"stock/{n}/competitors/{m}"
        other, quantity = turn.at(packet, f"{path}/order_id"), turn.at(packet, f"{path}/quantity")
        if other is not None and quantity is not None:
            why = _words(turn, packet, path, rival.get("rank_why"))
            turn.says.say(f"competitor_{rival['claim']}", packet, other=other, quantity=quantity,
                          rank=turn.word(rival["rank"]), why=why)  # fmt: skip
            said = True
            if rival.get("held"):
                turn.says.say("competitor_held", packet, other=other)
    for name in ("taken", "ahead"):
        amount = turn.at(packet, f"stock/{n}/{name}")
        if amount is not None and amount.number > 0:
            turn.says.say(name, packet, **{name: amount})
            said = True
    return said
