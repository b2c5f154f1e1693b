"""Citations: each figure gets a number, and the number opens its row or its calculation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from agent.app.console.render import amount

Json = Mapping[str, Any]
WORDS = "word."
"""Sources of words that code chose; there is no row to open."""


@dataclass
class Marks:
    """The numbers that a page gave to sources, in the order in which they came up."""

    packet: Json
    base: str
    """The path of the order's citations."""
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, source: str) -> int:
        """The number of a source, the next free one where it has none."""
        return self.numbers.setdefault(source, len(self.numbers) + 1)

    def href(self, source: str) -> str:
        """The address of what a source says."""
        return f"{self.base}?{urlencode({'of': source})}"

    def parts(self, sentence: Json) -> list[dict[str, Any]]:
        """A sentence in pieces: plain text, and figures with their number and address."""
        pieces: list[dict[str, Any]] = []
        text, end = str(sentence["text"]), 0
        for at, figure in _placed(text, sentence.get("figures", ())):
            pieces.append({"text": text[end:at]})
            pieces.append(self._figure(figure))
            end = at + len(figure["rendered"])
        pieces.append({"text": text[end:]})
        return [piece for piece in pieces if piece["text"]]

    def prose(self, path: str) -> list[list[dict[str, Any]]]:
        """The sentences of one place of the packet, in pieces; the plain text where it has none."""
        sentences = self.packet["sentences"].get(path)
        if sentences is None:
            return [[{"text": str(_at(self.packet, path) or "")}]]
        return [self.parts(sentence) for sentence in sentences]

    def bound(self, path: str) -> dict[str, Any] | None:
        """Number and address of the source of a value of the packet, if it has one."""
        source = self.packet["bindings"].get(path)
        if not source or source.startswith(WORDS):
            return None
        return {"n": self.number(source), "href": self.href(source), "source": source}

    def listed(self) -> list[dict[str, Any]]:
        """Every numbered source with its value, for the list at the end of the page."""
        return [
            {"n": n, "source": source, "href": self.href(source), "value": self.value(source)}
            for source, n in self.numbers.items()
        ]

    def value(self, source: str) -> str:
        """What a source says, in short."""
        found = self.packet["calculations"].get(source)
        if found is not None:
            return amount(found["value"], found["unit"])
        ref, _, column = source.partition("#")
        row = self.packet["evidence"].get(ref, {})
        return str(row.get(column, "")) if column else ref

    def _figure(self, figure: Json) -> dict[str, Any]:
        text = figure["rendered"]
        if figure["source"].startswith(WORDS):
            return {"text": text}
        source = figure["source"]
        return {"text": text, "n": self.number(source), "href": self.href(source)}


def _placed(text: str, figures: Sequence[Json]) -> list[tuple[int, Json]]:
    """The figures with their places in the text, in order; one that is not in it is left out."""
    placed = []
    taken: list[tuple[int, int]] = []
    for figure in sorted(figures, key=lambda one: -len(one["rendered"])):
        at = _free(text, figure["rendered"], taken)
        if at is not None:
            placed.append((at, figure))
            taken.append((at, at + len(figure["rendered"])))
    return sorted(placed, key=lambda one: one[0])


def _free(text: str, wanted: str, taken: Sequence[tuple[int, int]]) -> int | None:
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        if all(at + len(wanted) <= first or at >= last for first, last in taken):
            return at
        at = text.find(wanted, at + 1)
    return None


def _at(packet: Json, path: str) -> Any:
    here: Any = packet
    for part in path.split("/"):
        here = here[int(part)] if isinstance(here, list) else here[part]
    return here


def card_of(packet: Json, source: str, marks: Marks) -> dict[str, Any] | None:
    """What a citation opens: a calculation with its inputs, or a row with its columns.

    Returns:
        None where the packet holds no such source.
    """
    found = packet["calculations"].get(source)
    if found is not None:
        inputs = [
            {"source": one, "href": marks.href(one), "value": marks.value(one)}
            for one in found["inputs"]
        ]
        return {"kind": "calculation", "id": source, **found, "inputs": inputs}
    ref, _, column = source.partition("#")
    row = packet["evidence"].get(ref)
    if row is None:
        return None
    table, _, key = ref.partition("/")
    return {"kind": "row", "ref": ref, "table": table, "key": key, "columns": row,
            "column": column, "hash": packet["evidence_hashes"].get(ref, "")}  # fmt: skip
