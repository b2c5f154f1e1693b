"""One question being answered: what was asked, about what, from where, and the answer so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.llm.compose import Composer
from agent.llm.parse import Asked
from agent.llm.phrases import word
from agent.llm.source import Source
from agent.llm.subject import Subject
from agent.llm.values import Packet, Shown, at, shown_cell

SHOWN_ORDERS = 3
"""Orders that one question is answered for in full."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What an answer is made from."""

    asked: Asked
    subject: Subject
    source: Source
    says: Composer

    @property
    def language(self) -> str:
        """The asker's language."""
        return self.says.language

    def packets(self) -> list[Packet]:
        """The packets of the orders asked about, a few at most."""
        found: list[Packet] = list(self.source.packets(self.subject.orders[:SHOWN_ORDERS]))
        self.says.about(*(packet["order_id"] for packet in found))
        return found

    def word(self, text: str) -> str:
        """A class, role or action in the asker's language."""
        return word(text, self.language)

    def listed(self, texts: Iterable[str], joiner: str = "and") -> str:
        """Words as a list: "a, b and c"."""
        named = [self.word(text) for text in texts]
        if len(named) < 2:
            return "".join(named)
        return ", ".join(named[:-1]) + self.word(joiner) + named[-1]

    def at(self, packet: Packet, path: str) -> Shown | None:
        """What the packet shows at a place, taken over into the answer."""
        return self.says.use(packet, at(packet, path))

    def cell(self, packet: Packet, ref: str, column: str) -> Shown | None:
        """A cell of the packet's evidence, taken over into the answer."""
        return self.says.use(packet, shown_cell(packet, f"{ref}#{column}"))

    def order(self, packet: Packet) -> Shown:
        """The order's id."""
        found = self.cell(packet, f"orders/{packet['order_id']}", "order_id")
        return found or self.says.made(
            f"{packet['order_id']}.order",
            packet["order_id"],
            "text",
            "by rule: order of the packet",
        )

    def customer(self, packet: Packet) -> Shown:
        """The sold-to: its name, else its id."""
        key = packet["customer"]["customer_id"]
        return self.at(packet, "customer/name") or self.known_as(key, key)

    def known_as(self, key: str, name: str) -> Shown:
        """A customer by a name on file."""
        return self.says.made(f"customer.{key}.name", name, "text", "by rule: name on file")


def classes(packet: Packet) -> list[str]:
    """The packet's classes with findings, the primary first."""
    return [exception["class"] for exception in packet["exceptions"]]


def is_held(packet: Packet) -> bool:
    """Whether the ERP holds the order."""
    return bool(packet["hold_check"]) or packet["order"].get("status") == "blocked"


def lines_asked(turn: Turn, entries: Sequence[Packet]) -> list[tuple[int, Packet]]:
    """The entries of a section, with their places, that the question names; all without a name."""
    placed = list(enumerate(entries))
    skus = {sku.upper() for sku in turn.subject.skus}
    named = [
        (n, entry) for n, entry in placed
        if entry["line_no"] in turn.subject.lines or str(entry.get("sku") or "").upper() in skus
    ]  # fmt: skip
    return named if turn.subject.lines or skus else placed
