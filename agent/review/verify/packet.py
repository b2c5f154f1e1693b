"""Verify a whole packet: calculations, sections, evidence hashes, sentences.

Works on the packet's JSON alone. Nothing here is shared with the code that drafts.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import orjson

from agent.review.verify.formula import BY_RULE, FormulaError, compute
from agent.review.verify.rendering import as_number, rendered
from agent.review.verify.sentences import sentence_problem

Json = Mapping[str, Any]
STATED_TO = Decimal("1e-9")
"""Packets state quotients to twelve places; money is exact, as its rounding is in the formula."""


def source_value(packet: Json, source: str) -> tuple[object, str] | None:
    """The value and unit of a calculation or a cell (`ref#column`); None where it is not there."""
    calculation = packet["calculations"].get(source)
    if calculation is not None:
        return calculation["value"], calculation["unit"]
    ref, mark, column = source.rpartition("#")
    row = packet["evidence"].get(ref) if mark else None
    return (row.get(column), "") if row is not None else None


def _inputs(packet: Json, sources: list[str]) -> dict[str, list[Decimal]] | None:
    values: dict[str, list[Decimal]] = defaultdict(list)
    for source in sources:
        found = source_value(packet, source)
        if found is None:
            return None
        name = source.rpartition("#")[2] if "#" in source else source.rpartition(".")[2]
        number = Decimal(0) if found[0] is None else as_number(found[0])
        values[name].append(Decimal("NaN") if number is None else number)
    return values


def calculation_problem(packet: Json, key: str) -> str | None:
    """Why a calculation does not hold, or None."""
    stated = packet["calculations"][key]
    inputs = _inputs(packet, stated["inputs"])
    if inputs is None:
        return f"{key} names an input that is not in the packet"
    if stated["formula"].startswith(BY_RULE):
        return None
    number = as_number(stated["value"])
    if number is None:
        return f"{key} is no number"
    try:
        again = compute(stated["formula"], inputs, stated["unit"])
    except FormulaError as error:
        return f"{key}: {error}"
    if again.is_nan():
        return f"{key} computes with something that is no number"
    same = abs(again - number) <= STATED_TO * max(Decimal(1), abs(number))
    return None if same else f"{key} is stated as {number} and computes to {again}"


def row_hash(ref: str, row: Json) -> str:
    """SHA-256 over a row's citation and filled columns."""
    return hashlib.sha256(orjson.dumps([ref, row], option=orjson.OPT_SORT_KEYS)).hexdigest()


def shown_values(packet: Json, figures: list[Json], language: str) -> list[str] | None:
    """Every bound value rendered again, in order; None where a source or its unit does not hold."""
    shown = []
    for figure in figures:
        found = source_value(packet, figure["source"])
        if found is None or not _unit_holds(packet, figure, found[1]):
            return None
        unit = figure["unit"]
        shown.append(rendered(found[0], unit, language, packet.get("timezone") or "UTC"))
    return shown


def _unit_holds(packet: Json, figure: Json, stated: str) -> bool:
    """A calculation's unit is its own; a cell's currency stands in its row, order or product."""
    unit, source = figure["unit"], figure["source"]
    if source in packet["calculations"]:
        return bool(unit == stated)
    if not (unit.isupper() and len(unit) == 3):
        return True
    row = packet["evidence"].get(source.rpartition("#")[0], {})
    order = packet["evidence"].get(f"orders/{row.get('order_id')}", {})
    product = packet["evidence"].get(f"products/{row.get('sku')}", {})
    return unit in {*row.values(), *order.values(), *product.values()}


def check_sentence(packet: Json, sentence: Json, language: str = "en") -> str | None:
    """Why a sentence of the packet may not be shown, or None."""
    shown = shown_values(packet, sentence["figures"], language)
    if shown is None:
        return "a figure names no calculation or cell of the packet, or another unit"
    missing = [ref for ref in sentence["citations"] if ref not in packet["evidence"]]
    if missing:
        return f"{missing[0]} is cited and is not in the evidence"
    return sentence_problem(sentence["text"], shown)


def _bound_leaves(packet: Json) -> Iterator[str]:
    for path, source in packet.get("bindings", {}).items():
        found = source_value(packet, source)
        if found is None:
            yield f"{path} is bound to {source}, which is not in the packet"
            continue
        value = at_path(packet, path)
        if value != found[0]:
            yield f"{path} shows {value}, {source} says {found[0]}"


def at_path(packet: Json, path: str) -> object:
    """The value at a path such as `credit/limit` or `stock/0/short`."""
    here: Any = packet
    for part in path.split("/"):
        try:
            here = here[int(part)] if isinstance(here, list) else here[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return here


def _prose(packet: Json) -> Iterator[tuple[Json, str]]:
    """Every sentence of the packet with its language."""
    for sentences in packet.get("sentences", {}).values():
        yield from ((s, "en") for s in sentences)
    yield from ((s, "en") for s in packet["internal_note"]["sentences"])
    message = packet["customer_message"]
    yield from ((s, message.get("language", "en")) for s in message["sentences"])


def problems(packet: Json) -> list[str]:
    """Everything in the packet that does not hold; an empty list means that all figures do."""
    found = [p for key in packet["calculations"] if (p := calculation_problem(packet, key))]
    hashes = packet.get("evidence_hashes", {})
    for ref, row in packet["evidence"].items():
        if hashes.get(ref) != row_hash(ref, row):
            found.append(f"{ref} is not the row that was read")
    found += _bound_leaves(packet)
    for sentence, language in _prose(packet):
        why = check_sentence(packet, sentence, language)
        if why:
            found.append(f"{sentence['text']}: {why}")
    for place, sentences in packet.get("sentences", {}).items():
        if at_path(packet, place) != " ".join(s["text"] for s in sentences):
            found.append(f"{place} is not its verified sentences")
    return found
