"""The outline of an order: what a summary counts of its packet, without words, rows or bindings.

Detection over a whole book needs no sentence: the orders are judged by the same checks as for
their packets, and the codes and values that are counted are read from what the checks said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.review.classify import Classified
from agent.review.packet import stated
from tools.rows import Cell, Figure

CREDIT = ("limit", "exposure_after", "exposure_after_without_open_orders", "this_order_stale")
PRICE = ("kind", "difference")
STOCK = ("sku", "short")


def _bare(section: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """The values of a section under some of its keys, as the packet states them."""
    found = {key: section[key] for key in keys if key in section}
    return {
        key: stated(value.value if isinstance(value, Figure | Cell) else value)
        for key, value in found.items()
    }


def _exceptions(judged: Classified) -> list[dict[str, Any]]:
    """The classes that were found, each with the codes of its findings."""
    codes: dict[str, list[dict[str, str]]] = {}
    for finding in judged.findings:
        codes.setdefault(finding.cls, []).append({"code": finding.code})
    return [
        {"class": name, "primary": name == judged.primary, "findings": found}
        for name, found in codes.items()
    ]


def outline(judged: Classified) -> dict[str, Any]:
    """Classes, codes, gaps and the values that are counted, under the keys of the packet."""
    sections = judged.result.sections
    return {
        "order_id": judged.case.order_id,
        "exceptions": _exceptions(judged),
        "not_known": [{"check": gap.check} for gap in judged.unknown],
        "data_notes": [{"code": remark.code} for remark in judged.notes],
        "recommendation": {"disposition": judged.recommendation.disposition},
        "credit": _bare(sections.get("credit", {}), CREDIT),
        "price": [_bare(line, PRICE) for line in sections.get("price", [])],
        "stock": [_bare(line, STOCK) for line in sections.get("stock", [])],
    }
