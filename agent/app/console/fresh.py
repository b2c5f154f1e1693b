"""How fresh the sources of a packet are, and what differs between two reviews of an order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from agent.app.console.render import amount
from agent.app.loading import freshness
from agent.app.service.office import Office
from tools.snapshot import Snapshot

Json = Mapping[str, Any]
MOST = 30


@lru_cache(maxsize=8)
def _all(snapshot: Snapshot) -> tuple[dict[str, Any], ...]:
    return tuple(freshness(snapshot))


def freshness_of(office: Office, packet: Json) -> dict[str, str | None]:
    """When each table that the packet cites was extracted; None where the source did not say."""
    cited = {ref.split("/", 1)[0] for ref in packet["evidence"]}
    found: dict[str, str | None] = dict.fromkeys(sorted(cited))
    for row in _all(office.basis().snapshot):
        table, at = str(row["table"]), row["extracted_at"]
        if table in cited and at and (found[table] is None or str(at) < str(found[table])):
            found[table] = str(at)
    return found


def age_shown(at: str | None, now: datetime) -> str:
    """How old an extract is."""
    if at is None:
        return "not known"
    hours = int((now - datetime.fromisoformat(at)).total_seconds() // 3600)
    return f"{hours // 24} d old" if hours >= 48 else f"{max(hours, 0)} h old"


def differences(before: Json, after: Json) -> list[dict[str, str]]:
    """Findings that came or went, and figures that changed, the findings first."""
    was, now = _findings(before), _findings(after)
    gone = [{"what": text, "before": "stands", "after": "gone"} for text in was if text not in now]
    came = [{"what": text, "before": "not there", "after": "stands"} for text in now
            if text not in was]  # fmt: skip
    figures = [
        {"what": name, "before": _figure(old), "after": _figure(new)}
        for name, old in before["calculations"].items()
        if (new := after["calculations"].get(name)) is not None and new["value"] != old["value"]
    ]
    return [*came, *gone, *figures][:MOST]


def _findings(packet: Json) -> list[str]:
    return [f["statement"] for one in packet["exceptions"] for f in one["findings"]]


def _figure(calculation: Json) -> str:
    return amount(calculation["value"], calculation["unit"])
