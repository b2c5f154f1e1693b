"""Answers about a customer's credit: headroom, which orders fit, what was paid."""

from __future__ import annotations

from agent.llm.telling import say_class, say_gap_of, say_lead
from agent.llm.turn import Turn
from agent.llm.values import Packet, Shown, shown, shown_cell

TRIED = 12
"""Waiting orders that are listed at most."""


def account_packet(turn: Turn) -> Packet | None:
    """The packet that shows the account: of the order asked about, else the customer's first."""
    if turn.subject.orders:
        return next(iter(turn.packets()), None)
    customer_ids = [customer_id for customer_id, _ in turn.subject.customers]
    for packet in turn.source.packets(turn.source.orders_of(customer_ids)[:5]):
        if packet["customer"]["bill_to_id"] in customer_ids:
            return packet
    found = turn.source.packets(turn.source.orders_of(customer_ids)[:1])
    return found[0] if found else None


def asked_customer(turn: Turn, packet: Packet) -> Shown:
    """The customer as asked for, else the order's."""
    for customer_id, name in turn.subject.customers[:1]:
        if packet["customer"]["customer_id"] != customer_id:
            return turn.known_as(customer_id, name)
    return turn.customer(packet)


def no_orders(turn: Turn) -> None:
    """Say that the customer has no order at which anything could be worked out."""
    for customer_id, name in turn.subject.customers[:1]:
        turn.says.say("no_orders", None, customer=turn.known_as(customer_id, name))


def headroom(turn: Turn) -> None:
    """How much the customer can still order, with what it rests on, and what is overdue."""
    packet = account_packet(turn)
    if packet is None:
        no_orders(turn)
        return
    turn.says.about(packet["order_id"])
    say_headroom(turn, packet)
    say_exposures(turn, packet)
    say_components(turn, packet)
    say_overdue(turn, packet)
    if turn.subject.orders:
        say_class(turn, packet, "credit_hold")
    else:
        say_waiting(turn, packet)


def fits(turn: Turn) -> None:
    """Which waiting orders fit under the limit, the cheapest tried before the dearer."""
    packet = account_packet(turn)
    if packet is None:
        no_orders(turn)
        return
    for n, entry in enumerate((packet.get("credit") or {}).get("which_can_go") or []):
        if entry["order_id"] in turn.subject.orders:
            _say_place(turn, packet, f"credit/which_can_go/{n}", bool(entry["fits"]))
    say_waiting(turn, packet)
    say_headroom(turn, packet)
    say_overdue(turn, packet)
    turn.says.about(packet["order_id"])


def payment(turn: Turn) -> None:
    """What was paid last, what is received and not cleared, and what it would change."""
    packet = account_packet(turn)
    if packet is None:
        no_orders(turn)
        return
    say_payments(turn, packet)
    say_headroom(turn, packet)
    say_overdue(turn, packet)
    turn.says.about(packet["order_id"])
    if turn.subject.orders:
        say_lead(turn, packet)
    else:
        say_waiting(turn, packet)


def say_headroom(turn: Turn, packet: Packet) -> None:
    """The headroom, or by how much the account is over."""
    says, customer = turn.says, asked_customer(turn, packet)
    values = {name: turn.at(packet, f"credit/{name}")
              for name in ("limit", "exposure_after", "headroom", "excess")}  # fmt: skip
    limit, after, room, excess = values.values()
    if limit is None or after is None or room is None:
        says.say("no_credit", packet, customer=customer)
        say_gap_of(turn, packet, "credit_hold")
        return
    figures = {"customer": customer, "order": turn.order(packet), "limit": limit, "after": after}
    if room.number > 0:
        says.say("headroom", packet, headroom=room, **figures)
    elif excess is not None and excess.number > 0:
        says.say("no_headroom", packet, excess=excess, **figures)
    else:
        says.say("at_limit", packet, **figures)


def say_exposures(turn: Turn, packet: Packet) -> None:
    """The account and its exposure without this order and without other open orders."""
    says, customer = turn.says, packet["customer"]
    if customer.get("bill_to_id") not in (None, customer["customer_id"]):
        bill_to = turn.at(packet, "customer/bill_to_name")
        if bill_to is not None:
            says.say("account", packet, bill_to=bill_to)
    before = turn.at(packet, "credit/exposure_before")
    if before is not None:
        says.say("without_order", packet, order=turn.order(packet), before=before)
    without = turn.at(packet, "credit/exposure_after_without_open_orders")
    if without is not None:
        says.say("without_open", packet, without=without)


def say_components(turn: Turn, packet: Packet) -> None:
    """What the exposure is made of, where the arithmetic is asked for."""
    if not turn.asked.has("arithmetic"):
        return
    for name in (packet.get("credit") or {}).get("components") or {}:
        amount = turn.at(packet, f"credit/components/{name}")
        if amount is not None and amount.number:
            turn.says.say("component", packet, name=turn.word(name), amount=amount)


def say_overdue(turn: Turn, packet: Packet) -> None:
    """What is overdue, where anything is."""
    overdue = turn.at(packet, "credit/overdue")
    if overdue is not None and overdue.number > 0:
        turn.says.say("overdue", packet, overdue=overdue)


def say_waiting(turn: Turn, packet: Packet) -> None:
    """The waiting orders with what each would leave; those that fit come first."""
    says, customer = turn.says, asked_customer(turn, packet)
    waiting = (packet.get("credit") or {}).get("which_can_go")
    if waiting is None:
        says.say("fits_unknown", packet, customer=customer)
        return
    placed = sorted(enumerate(waiting), key=lambda pair: not pair[1]["fits"])
    fitting = [n for n, entry in placed if entry["fits"]]
    ids = [turn.at(packet, f"credit/which_can_go/{n}/order_id") for n in fitting]
    if fitting:
        count = says.count("fitting", [one for one in ids if one is not None])
        says.say("fits_lead", packet, customer=customer, count=count)
    else:
        says.say("fits_none", packet, customer=customer)
    for n, entry in placed[:TRIED]:
        _say_place(turn, packet, f"credit/which_can_go/{n}", bool(entry["fits"]))
    says.about(*(str(entry["order_id"]) for _, entry in placed))


def _say_place(turn: Turn, packet: Packet, path: str, fitting: bool) -> None:
    names = ("order_id", "gross", "headroom_after")
    order, gross, left = (turn.at(packet, f"{path}/{name}") for name in names)
    if order is not None and gross is not None and left is not None:
        key = "fits" if fitting else "fits_not"
        turn.says.say(key, packet, order=order, gross=gross, left=left)


def say_payments(turn: Turn, packet: Packet) -> None:
    """The last payment, and those that are received and not cleared."""
    credit, says = packet.get("credit") or {}, turn.says
    names = ("payment_id", "amount", "received_on", "status")
    last = [turn.at(packet, f"credit/last_payment/{name}") for name in names]
    if credit.get("last_payment") is None or None in last:
        says.say("no_payment", packet, customer=asked_customer(turn, packet))
    else:
        number, paid, day, state = (one for one in last if one is not None)
        says.say("last_payment", packet, payment=number, amount=_money(turn, packet, paid),
                 day=day, status=state)  # fmt: skip
    for n, entry in enumerate(credit.get("uncleared_payments") or []):
        path = f"credit/uncleared_payments/{n}"
        payment_id, amount = (
            turn.at(packet, f"{path}/payment_id"),
            turn.at(packet, f"{path}/amount"),
        )
        if payment_id is None or amount is None:
            continue
        figures = {"payment": payment_id, "amount": _money(turn, packet, amount)}
        if entry["clears"]:
            says.say("uncleared_clears", packet, order=turn.order(packet), **figures)
        else:
            says.say("uncleared", packet, **figures)


def _money(turn: Turn, packet: Packet, amount: Shown) -> Shown:
    """An amount with the currency of its row."""
    found = shown(packet, amount.source) or shown_cell(packet, amount.source)
    return amount if found is None else Shown(amount.source, amount.value, found.unit)
