"""Hide from a reader what they may not see: cells, the figures that rest on them, and their text.

The packet is made, verified and fingerprinted first, and the same for everybody; a view then says
`hidden` in the place of each cell and figure, and why. Classes, codes and owners stay: whoever may
read the order may know that it is held, and who decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from policies.views import roles_that_see
from tools.view import HIDDEN, View, shown_row

Json = Mapping[str, Any]
SECTIONS = ("answer", "exceptions", "not_known", "data_notes", "hold_check", "order", "customer",
            "credit", "stock", "price", "delivery", "owner", "risk", "recommendation")  # fmt: skip
GROUP_OF = {"credit": "credit", "price": "price"}
"""Sections of which unbound leaves, such as `fits`, are hidden with the group."""
PLAIN = frozenset({"line_no", "sku", "unit", "currency", "kind", "ref", "field"})
"""Keys that only name something; so do all that end in `_id`."""
WORDS = frozenset({"name", "note", "remark"})
"""Groups whose text is looked for in every sentence, bound or not."""


class Mask:
    """What is hidden in one packet or answer, and because of which column groups."""

    def __init__(self, view: View, calculations: Mapping[str, Json], evidence: Json) -> None:
        self.view, self._calculations = view, calculations
        self._known: dict[str, frozenset[str]] = {}
        self.words = sorted(
            {
                str(value)
                for ref, row in evidence.items()
                for column, value in row.items()
                if isinstance(value, str) and len(value) > 3
                and self.because(f"{ref}#{column}") & WORDS
            },
            key=len, reverse=True,
        )  # fmt: skip

    def because(self, source: str) -> frozenset[str]:
        """The column groups for which a cell or a calculation is hidden; empty: it is shown."""
        waiting = [source]
        while waiting:
            one = waiting[-1]
            inputs = self._calculations.get(one, {}).get("inputs", ())
            missing = [item for item in inputs if item not in self._known]
            if missing and one not in self._known:
                self._known[one] = frozenset()  # a figure never rests on itself
                waiting += missing
                continue
            groups = self._cell(one).union(*(self._known[item] for item in inputs))
            self._known[one] = groups
            waiting.pop()
        return self._known[source]

    def is_source(self, text: str) -> bool:
        """Whether a text names a calculation or a cell."""
        return text in self._calculations or "#" in text

    def _cell(self, source: str) -> frozenset[str]:
        ref, mark, column = source.rpartition("#")
        table = ref.partition("/")[0]
        if not mark or not self.view.hides(table, column):
            return frozenset()
        return frozenset({self.view.group(table, column)})

    def sentence(self, sentence: Json) -> dict[str, Any]:
        """A sentence with `hidden` in the place of each figure that is; its citations stay."""
        text, at, hidden = str(sentence["text"]), 0, []
        for figure in sentence["figures"]:
            rendered = str(figure["rendered"])
            found = _standing_alone(rendered).search(text, at) if rendered else None
            if self.because(figure["source"]) and rendered:
                hidden.append(rendered)
                if found:
                    text = text[: found.start()] + HIDDEN + text[found.end() :]
            if found:
                at = found.start() + len(HIDDEN if rendered in hidden else rendered)
        if any(_standing_alone(rendered).search(text) for rendered in hidden):
            text = f"This sentence is {HIDDEN}."
        for word in self.words:
            text = text.replace(word, HIDDEN)
        figures = [
            {**f, "rendered": HIDDEN} if self.because(f["source"]) else f
            for f in sentence["figures"]
        ]
        return {**sentence, "text": text, "figures": figures}

    def calculations(self) -> dict[str, Any]:
        """The calculations; a hidden one keeps its formula and inputs."""
        return {
            name: {**body, "value": HIDDEN} if self.because(name) else body
            for name, body in self._calculations.items()
        }

    def report(self, sources: Iterable[str]) -> tuple[dict[str, Any], list[dict[str, str]]]:
        """What was hidden by group, and the entries of `withheld` that say why."""
        counts: dict[str, int] = {}
        for source in sources:
            for group in self.because(source):
                counts[group] = counts.get(group, 0) + 1
        hidden: dict[str, Any] = {
            group: {"figures": count, "seen_by": list(roles_that_see(group))}
            for group, count in sorted(counts.items())
        }
        return hidden, [
            {"text": HIDDEN, "reason": _reason(self.view.who, group, body["seen_by"])}
            for group, body in hidden.items()
        ]


def _reason(who: str, group: str, roles: list[str]) -> str:
    seen_by = ", ".join(role.replace("_", " ") for role in roles)
    return (
        f"{who} may not see the columns {group}, nor figures that rest on them; seen by {seen_by}"
    )


def _standing_alone(text: str) -> re.Pattern[str]:
    """The text where it is no part of a longer word or number."""
    return re.compile(rf"(?<![\w.,]){re.escape(text)}(?!\w|[.,]\d)")


def _evidence(view: View, evidence: Json) -> dict[str, Any]:
    return {ref: shown_row(view, ref.partition("/")[0], row) for ref, row in evidence.items()}


def masked_packet(packet: Json, view: View) -> dict[str, Any]:
    """The packet as a reader sees it; what it was made from and its fingerprint stay the same."""
    mask = Mask(view, packet["calculations"], packet["evidence"])
    sentences = {path: [mask.sentence(s) for s in made]
                 for path, made in packet["sentences"].items()}  # fmt: skip
    walk = _Walk(mask, packet["bindings"], sentences)
    hidden, reasons = mask.report([*packet["calculations"], *_cells(packet["evidence"])])
    evidence = _evidence(view, packet["evidence"])
    earlier = [{**one, "text": HIDDEN} if hidden else one for one in packet["withheld"]]
    return {
        **packet,
        **{name: walk.section(name, packet[name]) for name in SECTIONS},
        "calculations": mask.calculations(),
        "sentences": sentences,
        **{
            name: {**packet[name], "sentences": [mask.sentence(s) for s in shown["sentences"]]}
            for name in ("internal_note", "customer_message")
            for shown in (packet[name],)
        },
        "evidence": evidence,
        "evidence_hashes": {
            ref: HIDDEN if evidence.get(ref) != packet["evidence"].get(ref) else digest
            for ref, digest in packet["evidence_hashes"].items()
        },
        "withheld": [*earlier, *reasons],
        "view": {"who": view.who, "hidden": hidden},
    }


def masked_answer(answer: Json, view: View) -> dict[str, Any]:
    """The answer to a question as a reader sees it."""
    mask = Mask(view, answer["calculations"], answer["evidence"])
    sentences = [mask.sentence(one) for one in answer["sentences"]]
    shown = {figure["source"] for one in answer["sentences"] for figure in one["figures"]}
    hidden, reasons = mask.report(shown)
    return {
        **answer,
        "answer": " ".join(one["text"] for one in sentences),
        "sentences": sentences,
        "calculations": mask.calculations(),
        "evidence": _evidence(view, answer["evidence"]),
        "withheld": reasons,
        "view": {"who": view.who, "hidden": hidden},
    }


def _cells(evidence: Json) -> list[str]:
    return [
        f"{ref}#{column}"
        for ref, row in evidence.items()
        for column, value in row.items()
        if value is not None
    ]


class _Walk:
    """Rebuilds sections of a packet, leaf by leaf."""

    def __init__(self, mask: Mask, bindings: Json, sentences: Json) -> None:
        self._mask, self._bindings, self._sentences = mask, bindings, sentences

    def section(self, path: str, value: Any) -> Any:
        """A node of a section as the reader sees it."""
        if path in self._sentences:
            return " ".join(one["text"] for one in self._sentences[path])
        if isinstance(value, Mapping):
            made = {key: self.section(f"{path}/{key}", item) for key, item in value.items()}
            return self._finding(path, made) if "clears_when" in made else made
        if isinstance(value, list):
            return [self.section(f"{path}/{n}", item) for n, item in enumerate(value)]
        return HIDDEN if value is not None and self._hides(path) else value

    def _hides(self, path: str) -> bool:
        source = self._bindings.get(path)
        if source is not None:
            return bool(self._mask.because(source))
        section, key = path.partition("/")[0], path.rpartition("/")[2]
        group = GROUP_OF.get(section)
        return bool(group) and group not in self._mask.view.seen and not _names_only(key)

    def _finding(self, path: str, finding: dict[str, Any]) -> dict[str, Any]:
        """Values and changes of a finding that shows a hidden figure are hidden as well."""
        bound = set(map(str, finding["values"].values()))
        for part in ("statement", "clears_when/text"):
            for sentence in self._sentences.get(f"{path}/{part}", []):
                bound |= {figure["source"] for figure in sentence["figures"]}
        if not any(self._mask.because(source) for source in bound):
            return finding
        values = {
            key: value if self._is_source(value) or key == "owner" else HIDDEN
            for key, value in finding["values"].items()
        }
        change = {
            key: value if value is None or _names_only(key) else HIDDEN
            for key, value in (finding["clears_when"]["change"] or {}).items()
        } or None
        clears = {**finding["clears_when"], "change": change}
        return {**finding, "values": values, "clears_when": clears}

    def _is_source(self, value: object) -> bool:
        return value is None or (isinstance(value, str) and self._mask.is_source(value))


def _names_only(key: str) -> bool:
    return key in PLAIN or key.endswith("_id") or key.isdigit()
