"""Put an answer together: sentences over figures of packets, each verified before it is shown.

What fails the check of its figures is dropped, and a sentence says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import TypeAlias

from agent.llm.figures import Figures
from agent.llm.phrases import phrase
from agent.llm.values import Json, Packet, Shown, inputs_of, shown, text_of
from agent.review.verify import check_sentence

CITED = 50
"""Rows that a sentence cites at most; the figures' own inputs name the rest."""
MOMENT = "by rule: local time of the site"
Value: TypeAlias = Shown | str | list[Shown]
"""What fills a placeholder: a figure, plain words, or figures that are listed."""


class Composer(Figures):
    """Gathers the sentences of one answer with the figures and rows that they rest on."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.sentences: list[Json] = []
        self.orders: list[str] = []
        self.request: Json | None = None
        self._withheld = False

    def about(self, *order_ids: str) -> None:
        """Say which orders the answer is about, the most relevant first."""
        self.orders = list(dict.fromkeys([*self.orders, *order_ids]))

    def say(self, key: str, packet: Packet | None = None, **values: Value) -> None:
        """Add a sentence by its phrase. Plain strings are words; figures are bound."""
        template, language = phrase(key, self.language)
        self.add(template, language, packet, values)

    def words(self, key: str, **words: str) -> tuple[str, str]:
        """A phrase without figures as text, and its language."""
        template, language = phrase(key, self.language)
        return template.format_map(words), language

    def add(self, template: str, language: str, packet: Packet | None,
            values: Mapping[str, Value], cite: Sequence[str] = ()) -> None:  # fmt: skip
        """Add a sentence from a template in a language; `packet` is the one its figures are of."""
        template, values = _spread(template, values)
        zone = packet["timezone"] if packet else "UTC"
        if packet is not None:
            self.take_rows(packet, cite)
        parts, figures, refs = [], [], dict.fromkeys(cite)
        for text, name, _, _ in Formatter().parse(template):
            parts.append(text)
            value = values[name] if name else ""
            if isinstance(value, Shown):
                bound = self._local(value, language, zone)
                figures.append({"name": name, "source": bound.source, "unit": bound.unit,
                                "rendered": text_of(bound, language, zone)})  # fmt: skip
                parts.append(str(figures[-1]["rendered"]))
                refs |= dict.fromkeys(self._rows_under(bound.source))
            else:
                parts.append(value)
        if not refs and packet is not None:
            refs[self._order_row(packet)] = None
        self._keep({"text": "".join(parts), "citations": sorted(refs)[:CITED], "figures": figures},
                   language)  # fmt: skip

    def quote(self, packet: Packet, path: str, lead: str = "", only: int | None = None) -> None:
        """Add the packet's own sentences at a place (they are in English), after a lead."""
        found = packet["sentences"].get(path, [])
        if not found:
            self._withheld = self._withheld or path in packet["sentences"]
        for sentence in found[:only]:
            figures = [self._taken(packet, figure) for figure in sentence["figures"]]
            self.take_rows(packet, sentence["citations"])
            text = f"{lead} {sentence['text']}" if lead else sentence["text"]
            refs = [ref for ref in sentence["citations"] if ref in self.evidence]
            self._keep({"text": text, "citations": refs, "figures": figures}, "en")

    def _taken(self, packet: Packet, figure: Json) -> Json:
        bound = Shown(self.adopt(packet, figure["source"]), figure["rendered"], figure["unit"])
        found = shown(packet, figure["source"])
        if found is not None and figure["unit"] in ("moment", ""):
            value = Shown(bound.source, found.value, figure["unit"])
            bound = self._local(value, "en", packet["timezone"])
        return {**figure, "source": bound.source, "unit": bound.unit}

    def _local(self, value: Shown, language: str, zone: str) -> Shown:
        """A moment as local text: answers span sites, and each has its own clock."""
        if value.unit != "moment":
            return value
        text = text_of(value, language, zone)
        return self.made(f"{value.name}_local", text, "text", MOMENT, [value])

    def _order_row(self, packet: Packet) -> str:
        ref = f"orders/{packet['order_id']}"
        self.take_row(packet, ref)
        return ref

    def _rows_under(self, source: str) -> list[str]:
        body = {"calculations": self.calculations}
        refs = {one.rpartition("#")[0] for one in inputs_of(body, source) if "#" in one}
        return sorted(ref for ref in refs if ref in self.evidence)[:CITED]

    def _keep(self, sentence: Json, language: str) -> None:
        body = {"calculations": self.calculations, "evidence": self.evidence, "timezone": "UTC"}
        sound = all(self.is_sound(figure["source"]) for figure in sentence["figures"])
        if sound and check_sentence(body, sentence, language) is None:
            if sentence["text"] not in {one["text"] for one in self.sentences}:
                self.sentences.append(sentence)
        else:
            self._withheld = True

    def result(self, question: str) -> Json:
        """The answer as JSON; calculations and rows are those that its sentences rest on."""
        if self._withheld:
            self.say("withheld")
        elif not self.sentences:
            self.say("nothing_found")
        body = {"calculations": self.calculations}
        used = {one for sentence in self.sentences for figure in sentence["figures"]
                for one in inputs_of(body, figure["source"])}  # fmt: skip
        rows = {one.rpartition("#")[0] for one in used if "#" in one}
        rows |= {ref for sentence in self.sentences for ref in sentence["citations"]}
        rows |= {f"{table}/{self.evidence[ref].get(column)}" for ref in rows if ref in self.evidence
                 for table, column in (("orders", "order_id"), ("products", "sku"))}  # fmt: skip
        return {
            "question": question,
            "answer": " ".join(sentence["text"] for sentence in self.sentences),
            "sentences": self.sentences,
            "orders": self.orders,
            "calculations": {k: v for k, v in sorted(self.calculations.items()) if k in used},
            "evidence": {k: v for k, v in sorted(self.evidence.items()) if k in rows},
            "approval_request": self.request,
            "answered_by": "rules",
            "usage": {"llm_calls": 0, "input_tokens": 0, "output_tokens": 0, "ms": 0},
        }


def _spread(template: str, values: Mapping[str, Value]) -> tuple[str, dict[str, Shown | str]]:
    """Give every figure of a list a placeholder of its own."""
    flat: dict[str, Shown | str] = {}
    for name, value in values.items():
        if isinstance(value, list):
            names = [f"{name}_{n}" for n in range(len(value))]
            template = template.replace(f"{{{name}}}", ", ".join(f"{{{one}}}" for one in names))
            flat |= dict(zip(names, value, strict=True))
        else:
            flat[name] = value
    return template, flat
