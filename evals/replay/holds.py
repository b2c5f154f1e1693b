"""The holds of the past and what people made of them: the truth that a replay is held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tools.evidence import look_up, utc
from tools.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class PastHold:
    """One hold of `hold_history`."""

    hold_id: str
    order_id: str
    placed_at: datetime
    classes: tuple[str, ...]
    """The classes that people found, the primary one first; empty where none is recorded."""
    owner_role: str
    disposition: str
    harmed: bool
    """What followed was bad: a claim, or the goods left after the promise."""

    @property
    def primary(self) -> str:
        """The primary class, empty where none is recorded."""
        return self.classes[0] if self.classes else ""


def past_holds(
    snapshot: Snapshot, as_of: datetime, first: datetime | None, last: datetime | None
) -> list[PastHold]:
    """The holds placed from `first` on and before `last`, oldest first, as known at `as_of`."""
    rows = look_up(
        snapshot,
        "past_holds",
        as_of,
        first=utc(first) if first else None,
        last=utc(last) if last else None,
    )
    return [_hold(row) for row in rows]


def _hold(row: dict[str, Any]) -> PastHold:
    names = str(row["classes"] or "").split(",")
    return PastHold(
        hold_id=str(row["hold_id"]),
        order_id=str(row["order_id"]),
        placed_at=row["placed_at"],
        classes=tuple(name.strip() for name in names if name.strip()),
        owner_role=str(row["owner_role"] or ""),
        disposition=str(row["disposition"] or ""),
        harmed=row["claim_opened"] is True or _late(row["promised_on"], row["shipped_on"]),
    )


def _late(promised: date | None, shipped: date | None) -> bool:
    return promised is not None and shipped is not None and shipped > promised


def undated_tables(snapshot: Snapshot) -> list[str]:
    """Tables whose rows do not say when they became known: a replay sees them as they are today."""
    found = {name for name, t in snapshot.tables.items() if t.present and t.rows and not t.dated}
    return sorted(found - {"hold_history"})
