"""What changed between two versions of a packet: figures and rows, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent.review.fingerprint import SECTIONS, material_part

Json = Mapping[str, Any]
NAMED_BY = ("class", "code", "line_no", "order_id", "hold_id", "disposition", "action", "check",
            "kind", "term")  # fmt: skip
"""What tells the entries of a list apart, so that a new one moves no other."""


def differences(before: Json, after: Json) -> dict[str, Any]:
    """The material differences of two versions of a packet.

    Returns:
        `since`: the version before; `findings`: those that came or went; `figures`: each with
        `path`, `before` and `after`; `rows`: each with `ref`, and `before` and `after` with the
        columns that differ (None: the version does not rest on the row).
    """
    made: dict[str, Any] = {"since": before.get("packet_id"), "findings": [], "figures": [],
                            "rows": []}  # fmt: skip
    if before.get("fingerprint") == after.get("fingerprint") or "evidence" not in before:
        return made
    old, new = (material_part(one, _today(one)) for one in (before, after))
    made["rows"] = _rows(old.pop("evidence"), new.pop("evidence"))
    was, now = _findings(old.pop("exceptions")), _findings(new.pop("exceptions"))
    for key in sorted({*was, *now}):
        if key not in was or key not in now:
            made["findings"].append({"finding": key, "change": "new" if key in now else "gone"})
    both = was.keys() & now.keys()
    old |= {"findings": {key: was[key] for key in both}}
    new |= {"findings": {key: now[key] for key in both}}
    made["figures"] = _figures(dict(_leaves("", old)), dict(_leaves("", new)))
    return made


def _findings(exceptions: list[dict[str, Any]]) -> dict[str, Any]:
    return {f"{e['class']} {_name(f)}": f for e in exceptions for f in e["findings"]}


def _figures(was: dict[str, Any], now: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"path": path, "before": was.get(path), "after": now.get(path)}
        for path in sorted({*was, *now}, key=_in_order)
        if was.get(path) != now.get(path)
    ]


def _today(packet: Json) -> str:
    zone = ZoneInfo(packet.get("timezone") or "UTC")
    return datetime.fromisoformat(packet["as_of"]).astimezone(zone).date().isoformat()


def _rows(old: Json, new: Json) -> list[dict[str, Any]]:
    made = []
    for ref in sorted({*old, *new}):
        was, now = old.get(ref), new.get(ref)
        if was == now:
            continue
        columns = {name for name in {*(was or {}), *(now or {})}
                   if (was or {}).get(name) != (now or {}).get(name)}  # fmt: skip
        made.append({"ref": ref, "before": _only(was, columns), "after": _only(now, columns)})
    return made


def _only(row: Json | None, columns: set[str]) -> dict[str, Any] | None:
    return None if row is None else {name: row.get(name) for name in sorted(columns)}


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(f"{path}/{key}" if path else str(key), item)
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        for n, item in enumerate(value):
            yield from _leaves(f"{path}/{_name(item) or n}", item)
    else:
        yield path, value


def _name(item: Json) -> str:
    return " ".join(str(item[key]) for key in NAMED_BY if item.get(key) is not None)


def _in_order(path: str) -> tuple[int, str]:
    """Figures of the sections first, in the order of the packet, then findings."""
    first = path.partition("/")[0]
    return (SECTIONS.index(first) if first in SECTIONS else len(SECTIONS), path)
