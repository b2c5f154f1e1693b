"""The fingerprint: what an approval is bound to, and what "material" means.

SHA-256 over the canonical JSON of the deterministic part without `as_of`, what only ages with it,
prose (it restates the figures) and rows that no finding, option or lock cites.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

AGEING = frozenset(
    {"ageing", "oldest_overdue_days", "expires_at", "late_probability", "latest_action_at"}
)
PROSE = frozenset({"statement", "why", "note", "text", "answer", "citations", "remark", "reason"})
"""Words: they restate figures, or are free text that nothing is judged by."""
IMMATERIAL = AGEING | PROSE
SECTIONS = ("order", "customer", "credit", "stock", "price", "delivery", "owner", "hold_check",
            "not_known", "recommendation", "actions")  # fmt: skip
TODAY = "today"


def canonical(value: object) -> bytes:
    """Canonical JSON: sorted keys, no floats."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _material(value: Any, today: str) -> Any:
    kind = type(value)
    if kind is str:
        return TODAY if value == today else value
    if kind is dict:
        return {k: _material(v, today) for k, v in value.items() if k not in IMMATERIAL}
    if kind is list:
        return [_material(item, today) for item in value]
    return value


def _finding(packet: Mapping[str, Any], finding: Mapping[str, Any]) -> dict[str, Any]:
    calculations = packet["calculations"]
    values = {}
    for name, source in finding["values"].items():
        stated = calculations.get(source) if isinstance(source, str) else None
        if stated is None:
            values[name] = source
        elif stated["unit"] != "days":
            values[name] = [stated["value"], stated["unit"]]
    return {
        "code": finding["code"], "line_no": finding["line_no"], "severity": finding["severity"],
        "values": values, "change": finding["clears_when"]["change"],
    }  # fmt: skip


def cited_rows(packet: Mapping[str, Any]) -> dict[str, Any]:
    """The rows that a finding cites; the order itself is always among them."""
    refs = {f"orders/{packet['order_id']}"}
    for exception in packet["exceptions"]:
        for finding in exception["findings"]:
            refs.update(finding["citations"])
    return {ref: packet["evidence"][ref] for ref in sorted(refs) if ref in packet["evidence"]}


def material_part(packet: Mapping[str, Any], today: str) -> dict[str, Any]:
    """The part of a packet whose change is material."""
    exceptions = [
        {"class": e["class"], "primary": e["primary"], "severity": e["severity"],
         "findings": [_finding(packet, f) for f in e["findings"]]}
        for e in packet["exceptions"]
    ]  # fmt: skip
    sections = {key: _material(packet[key], today) for key in SECTIONS}
    return {
        "order_id": packet["order_id"],
        "exceptions": exceptions,
        "evidence": _material(cited_rows(packet), today),
        **sections,
    }


def fingerprint(packet: Mapping[str, Any], today: str) -> str:
    """The fingerprint of a packet; `today` is the ISO date of the order's site at `as_of`."""
    return hashlib.sha256(canonical(material_part(packet, today))).hexdigest()
