"""Compare orders of different currencies: by the rate that the packets themselves use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.llm.values import Packet, Shown, at, inputs_of, shown_cell


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate between the currency asked for and the policy's, as a packet cites it."""

    packet: Packet
    ref: str
    factor: Decimal
    """Policy amounts times this are amounts in the currency asked for."""


def policy_currency(packets: Iterable[Packet]) -> str:
    """The currency in which packets state comparable values; empty where none is known."""
    found = (at(packet, "order/policy_value") for packet in packets)
    return next((value.unit for value in found if value is not None), "")


def rate_to(packets: Sequence[Packet], currency: str) -> Rate | None:
    """The rate from the policy's currency, of the first packet that uses one between the two."""
    policy = policy_currency(packets)
    for packet in packets:
        source = packet["bindings"].get("order/policy_value")
        if packet["order"].get("currency") != currency or source is None:
            continue
        for one in inputs_of(packet, source):
            if one.startswith("fx_rates/") and one.endswith("#rate"):
                return _rate(packet, one.removesuffix("#rate"), currency, policy)
    return None


def _rate(packet: Packet, ref: str, currency: str, policy: str) -> Rate | None:
    row, cell = packet["evidence"].get(ref, {}), shown_cell(packet, f"{ref}#rate")
    if cell is None or not cell.number:
        return None
    pair = (row.get("from_currency"), row.get("to_currency"))
    if pair == (currency, policy):
        return Rate(packet, ref, 1 / cell.number)
    return Rate(packet, ref, cell.number) if pair == (policy, currency) else None


def value_in(packet: Packet, currency: str, rate: Rate | None) -> Decimal | None:
    """The order's net value in a currency; None where it is not known."""
    net, policy = at(packet, "order/net"), at(packet, "order/policy_value")
    for value in (net, policy):
        if value is not None and value.unit == currency:
            return value.number
    return policy.number * rate.factor if policy is not None and rate is not None else None


def rate_cells(rate: Rate) -> tuple[Shown | None, Shown | None]:
    """The rate and its day, to be shown."""
    cell = shown_cell(rate.packet, f"{rate.ref}#rate")
    number = None if cell is None else Shown(cell.source, cell.value, "count")
    return number, shown_cell(rate.packet, f"{rate.ref}#valid_on")
