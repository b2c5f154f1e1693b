"""Runs, promises and the delivery section, for the tests of route_risk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from policies.checks.route_risk import check
from policies.findings import CheckResult
from tests.builders import Rows, a_case
from tests.policies.proving import SETTINGS

NOON = datetime.fromisoformat("2026-03-02T14:00:00+01:00")
RUNS = ("RR-0302", "RR-0303", "RR-0304", "RR-0305", "RR-0306")


def judged(tables: dict[str, Rows] | None = None, **more: Any) -> CheckResult:
    return check(a_case(tables, **more), SETTINGS)


def value(entry: Any) -> Any:
    return getattr(entry, "value", entry)


def delivery(tables: dict[str, Rows] | None = None, **more: Any) -> dict[str, Any]:
    section = judged(tables, **more).sections["delivery"]
    return {key: value(entry) for key, entry in section.items()}


def promised(day: str) -> dict[str, Rows]:
    return {"orders": [{"order_id": "SO-1", "promised_on": day, "requested_on": day}]}


def runs(*ids: str, **values: str) -> Rows:
    return [{"run_id": run_id, **values} for run_id in ids]


FULL_TILL_THE_3RD = {
    **promised("2026-03-04"), "route_runs": runs("RR-0302", "RR-0303", used_kg="950"),
}  # fmt: skip
