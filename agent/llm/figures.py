"""The figures and rows that an answer rests on, taken over from packets or made for it.

A figure keeps its id; where two packets use one id for different figures, the order's id is put
before it, so that a calculation still names its own inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from agent.llm.values import Json, Packet, Shown, inputs_of
from agent.review.verify.packet import calculation_problem
from tools.rows import plain

NAMED = 200
"""Inputs that a sum or count names at most."""


class Figures:
    """Calculations and rows by their ids; nothing in here is shown before it is verified."""

    def __init__(self) -> None:
        self.calculations: dict[str, Json] = {}
        self.evidence: dict[str, Json] = {}
        self._sound: dict[str, bool] = {}
        self._final: dict[str, dict[str, str]] = {}
        """By order: a packet's own id of a figure to its id in the answer."""

    def use(self, packet: Packet, value: Shown | None) -> Shown | None:
        """Take over a packet's figure with all that it rests on; its id may change."""
        if value is None:
            return None
        return Shown(self.adopt(packet, value.source), value.value, value.unit)

    def adopt(self, packet: Packet, source: str) -> str:
        """Take over a calculation or cell; its id in the answer."""
        final = self._final.setdefault(packet["order_id"], {})
        if source in final:
            return final[source]
        found = packet["calculations"].get(source)
        if found is None:
            self.take_row(packet, source.rpartition("#")[0])
            final[source] = source
            return source
        inputs = [self.adopt(packet, one) for one in found["inputs"]]
        entry = {**found, "inputs": inputs}
        own = source
        if self.calculations.get(source, entry) != entry:
            own = f"{packet['order_id']}.{source}"
        self.calculations[own] = entry
        final[source] = own
        return own

    def take_rows(self, packet: Packet, refs: Iterable[str]) -> None:
        """Take over rows of the packet, to be cited."""
        for ref in refs:
            self.take_row(packet, ref)

    def take_row(self, packet: Packet, ref: str) -> None:
        """Take over a row, with the order and product that say its currency."""
        row = packet["evidence"].get(ref)
        if row is None:
            return
        for one in (ref, f"orders/{row.get('order_id')}", f"products/{row.get('sku')}"):
            if one in packet["evidence"]:
                self.evidence.setdefault(one, packet["evidence"][one])

    def made(self, key: str, value: object, unit: str, formula: str,
             inputs: Iterable[Shown] = ()) -> Shown:  # fmt: skip
        """A figure of the answer itself."""
        stated = plain(value) if isinstance(value, Decimal) else value
        entry = {"value": stated, "unit": unit, "formula": formula,
                 "inputs": [one.source for one in inputs]}  # fmt: skip
        own, n = f"ask.{key}", 1
        while self.calculations.get(own, entry) != entry:
            n += 1
            own = f"ask.{n}.{key}"
        self.calculations[own] = entry
        return Shown(own, stated, unit)

    def typed(self, text: str) -> Shown:
        """Words of the question, quoted."""
        return self.made("typed", " ".join(text.split())[:80], "text", "by rule: as typed")

    def count(self, key: str, things: Sequence[Shown]) -> Shown:
        """How many there are."""
        named = things[:NAMED]
        if len(things) > NAMED:
            rest = self.made(f"{key}_further", len(things) - NAMED, "orders",
                             "by rule: further orders of the list")  # fmt: skip
            formula = f"count({named[0].name}) + {key}_further"
            return self.made(key, len(things), "orders", formula, [*named, rest])
        formula = f"count({named[0].name})" if named else "0"
        return self.made(key, len(things), "orders", formula, named)

    def total(self, key: str, amounts: Sequence[Shown]) -> Shown:
        """The sum of amounts in one currency."""
        named, unit = list(amounts[:NAMED]), amounts[0].unit
        value = sum((one.number for one in amounts), Decimal(0))
        if len(amounts) > NAMED:
            left = sum((one.number for one in amounts[NAMED:]), Decimal(0))
            named.append(self.made(f"{key}_further", left, unit,
                                   "by rule: sum over the further orders of the list"))  # fmt: skip
        names = sorted({one.name for one in named})
        return self.made(key, value, unit, " + ".join(f"sum({n})" for n in names), named)

    def is_sound(self, source: str) -> bool:
        """Whether a calculation and all that it rests on computes."""
        body = {"calculations": self.calculations, "evidence": self.evidence}
        for one in inputs_of(body, source):
            if one in self.calculations and one not in self._sound:
                self._sound[one] = calculation_problem(body, one) is None
            if not self._sound.get(one, True):
                return False
        return True
