"""Similar past holds: of the same class, how they ended and what came of overrides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import median
from typing import Any

from agent.app.service.office import Office
from tools.evidence import look_up
from tools.snapshot import Snapshot

OVERRIDES = 3


def past_holds(office: Office, cls: str | None) -> dict[str, Any] | None:
    """Counts over the past holds of a class; None where there are none on file."""
    basis = office.basis()
    if cls is None or not basis.snapshot.tables["hold_history"].present:
        return None
    return _past(basis.snapshot, cls, basis.as_of.date().isoformat(), basis.as_of)


@lru_cache(maxsize=256)
def _past(snapshot: Snapshot, cls: str, day: str, as_of: Any) -> dict[str, Any] | None:
    rows = look_up(snapshot, "similar_holds", as_of, cls=cls)
    return _summed(rows) if rows else None


def _summed(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    minutes = [row["review_minutes"] for row in rows if row["review_minutes"] is not None]
    dated = [row for row in rows if row["promised_on"] and row["shipped_on"]]
    late = sum(row["shipped_on"] > row["promised_on"] for row in dated)
    return {
        "count": len(rows),
        "paths": Counter(str(row["disposition"]) for row in rows).most_common(4),
        "minutes": median(minutes) if minutes else None,
        "late": late,
        "dated": len(dated),
        "overrides": [row for row in rows if row["override"]][:OVERRIDES],
    }
