"""A person's own text in a packet: every figure in it is bound to one of the packet, or withheld.

The text is taken sentence by sentence. A figure, date or id that the packet knows is bound to the
calculation or cell that holds it; a sentence with any other is withheld, like every sentence that
does not verify. Where nothing of a text holds, the drafted text stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from agent.review.render import is_currency, render_value
from agent.review.verify import check_sentence
from tools.rows import Scalar

Json = Mapping[str, Any]
PLACES = {"note": "internal_note", "message": "customer_message"}
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_])|\n+")
MONEY = re.compile(r"(?<![\w.,-])(\d[\d,]*(?:\.\d+)?)\s?([A-Z]{3})\b")

DAY = re.compile(r"(?<![\w.,-])(\d{4}-\d{2}-\d{2})()\b")

BARE = re.compile(r"-?[\d.,\s]+")
SHORTEST_ID = 6
NO_UNIT = r"(?!\s?[A-Z]{2,3}\b)"
"""An id of digits alone is none where a unit follows it."""
ID_COLUMNS = ("_id", "_ref", "_no")
"""Columns whose digits are an id, and stand for themselves."""


class Known(NamedTuple):
    """A value of the packet as it reads in a language: where it is from, and in which unit."""

    source: str
    unit: str


def revise(packet: dict[str, Any], edits: Mapping[str, str]) -> dict[str, Any]:
    """The packet with a person's texts in place of the drafted ones.

    Args:
        packet: as drafted, with its calculations and evidence.
        edits: the new text of `note` and of `message`, where there is one.
    """
    for name, place in PLACES.items():
        if edits.get(name):
            _replace(packet, place, edits[name])
    return packet


def _replace(packet: dict[str, Any], place: str, text: str) -> None:
    language = packet[place].get("language", "en")
    known = _known(packet, language)
    kept = []
    for part in filter(None, (part.strip() for part in SENTENCE.split(text))):
        sentence = _bound(packet, _as_shown(part, known, language), known)
        reason = check_sentence(packet, sentence, language)
        if reason is None:
            kept.append(sentence)
        else:
            packet["withheld"].append({"text": part, "reason": reason, "edited": True})
    if kept:
        packet[place] = {**packet[place], "sentences": kept}


def _bound(packet: Json, text: str, known: Mapping[str, Known]) -> dict[str, Any]:
    """A sentence with the figures that it shows, in their order, and the rows under them."""
    figures = [
        {"name": f"edit_{n}", "source": known[shown].source, "unit": known[shown].unit,
         "rendered": shown}
        for n, shown in enumerate(_shown_in(text, known))
    ]  # fmt: skip
    refs = {f"orders/{packet['order_id']}"}
    for figure in figures:
        refs |= set(_rows_under(packet, str(figure["source"])))
    cited = sorted(ref for ref in refs if ref in packet["evidence"])
    return {"text": text, "citations": cited, "figures": figures}


def _shown_in(text: str, known: Mapping[str, Known]) -> list[str]:
    """The known values in a text, left to right, the longest where several begin alike."""
    there = sorted((shown for shown in known if shown in text), key=len, reverse=True)
    if not there:
        return []
    either = "|".join(re.escape(one) + (NO_UNIT if one.isdigit() else "") for one in there)
    return re.findall(rf"(?<![\w.,-])(?:{either})(?!\w|[.,]\d)", text)


def _as_shown(text: str, known: Mapping[str, Known], language: str) -> str:
    """Amounts and days as the packet shows them, where it knows them.

    "12400 EUR" reads "12,400.00 EUR", and "2026-03-12" reads "12 Mar 2026".
    """

    def shown(found: re.Match[str]) -> str:
        unit = found[2] if is_currency(found[2] or "") else ""
        value = _typed(found[1].replace(",", ""), unit)
        made = render_value(value, unit, language, None)
        return made if made in known else found[0]

    return DAY.sub(shown, MONEY.sub(shown, text))


def _known(packet: Json, language: str) -> dict[str, Known]:
    """Every value that a sentence may show, as it reads; calculations go before cells."""
    found: dict[str, Known] = {}
    for value, source, unit in (*_calculated(packet), *_cells(packet)):
        shown = _render(value, unit, language, str(packet.get("timezone") or "UTC"))
        if any(letter.isdigit() for letter in shown) and not _bare(shown, unit):
            found.setdefault(shown, Known(source, unit))
    return found


def _bare(shown: str, unit: str) -> bool:
    """Whether it is a number without its unit: "5" of some count must not vouch for "5 USD"."""
    is_id = unit == "text" and len(shown) >= SHORTEST_ID
    return not is_id and BARE.fullmatch(shown) is not None


def _calculated(packet: Json) -> Iterator[tuple[object, str, str]]:
    for key, stated in packet["calculations"].items():
        yield stated["value"], key, stated["unit"]


def _cells(packet: Json) -> Iterator[tuple[object, str, str]]:
    for ref, row in packet["evidence"].items():
        currency = row.get("currency")
        for column, value in row.items():
            if column.endswith(ID_COLUMNS):
                yield value, f"{ref}#{column}", "text"
                continue
            yield value, f"{ref}#{column}", ""
            if currency and isinstance(_typed(value, ""), Decimal):
                yield value, f"{ref}#{column}", str(currency)


def _render(value: object, unit: str, language: str, timezone: str) -> str:
    from zoneinfo import ZoneInfo

    return str(render_value(_typed(value, unit), unit, language, ZoneInfo(timezone)))


def _typed(value: object, unit: str) -> Scalar:
    """A value of the packet's JSON as the type that it was."""
    if isinstance(value, bool) or value is None:
        return value
    text = str(value)
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(text) if len(text) >= 10 and text[4] == "-" else _number(text, unit)
        except ValueError:
            continue
    return text


def _number(text: str, unit: str) -> Scalar:
    try:
        return Decimal(text) if unit != "text" else text
    except InvalidOperation:
        return text


def _rows_under(packet: Json, source: str) -> Iterator[str]:
    """The rows that a calculation rests on, or the row of a cell."""
    if "#" in source:
        yield source.rpartition("#")[0]
    for inner in packet["calculations"].get(source, {}).get("inputs", ()):
        yield from _rows_under(packet, inner)
