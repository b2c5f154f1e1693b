"""Waivers: a decision that accepts one finding of one order, up to a value and until a date.

A waived finding stays visible, and leaves class, primary and locks. The waiver ends with its date,
and when the value gets worse than what was accepted; it never hides another finding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import orjson

from policies.findings import Finding
from tools.rows import Cell, Figure, plain

MEASURES: dict[str, tuple[str, Literal["above", "below"]]] = {
    "exposure_over_limit": ("excess", "above"),
    "overdue": ("overdue", "above"),
    "short": ("short", "above"),
    "outranked": ("short", "above"),
    "held_by_lower_rank": ("short", "above"),
    "starves_higher_rank": ("short_then", "above"),
    "charged_differs": ("difference_line", "above"),
    "matches_other_rule": ("difference_line", "above"),
    "below_margin_floor": ("margin_pct", "below"),
    "split_below_threshold": ("together", "above"),
    "missing": ("amount", "above"),
    "older_version": ("amount", "above"),
    "self_approved": ("amount", "above"),
    "quorum_short": ("amount", "above"),
}
"""By code of the finding the value that a waiver limits, and on which side it is worse. Any other
finding is waived as it stands: another value is another finding."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """What was accepted, by which decision, until when."""

    decision_id: str
    user_id: str
    cls: str
    code: str
    line_no: int | None
    until: date
    """The last day on which it holds, local to the order's site."""
    worst: Decimal | None
    unit: str
    values: str
    """Hash of the finding's values, for findings that have no measure."""


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding with the waiver that covers it."""

    finding: Finding
    by: Waiver


def split(
    findings: Iterable[Finding], waivers: Sequence[Waiver], today: date
) -> tuple[list[Finding], tuple[Waived, ...]]:
    """The findings that stand, and those that a waiver covers today."""
    standing, waived = [], []
    for finding in findings:
        by = next((one for one in waivers if covers(one, finding, today)), None)
        if by is None:
            standing.append(finding)
        else:
            waived.append(Waived(finding, by))
    return standing, tuple(waived)


def covers(waiver: Waiver, finding: Finding, today: date) -> bool:
    """Whether a waiver covers a finding as it is today; compliance is never waived."""
    named = (finding.cls, finding.code, finding.line_no)
    if finding.cls == "compliance_issue" or today > waiver.until:
        return False
    if named != (waiver.cls, waiver.code, waiver.line_no):
        return False
    found = measured(finding)
    if found is None or waiver.worst is None:
        return waiver.values == values_hash(finding)
    value, unit = found
    below = MEASURES[finding.code][1] == "below"
    return unit == waiver.unit and (value >= waiver.worst if below else value <= waiver.worst)


def measured(finding: Finding) -> tuple[Decimal, str] | None:
    """The value that a waiver of the finding limits, with its unit; None where it has none."""
    name, side = MEASURES.get(finding.code, ("", "above"))
    value = finding.values.get(name)
    if not isinstance(value, Figure) or not isinstance(value.value, Decimal | int):
        return None
    number = Decimal(value.value)
    return (number if side == "below" else abs(number)), value.unit


def values_hash(finding: Finding) -> str:
    """SHA-256 of the finding's values without what only ages."""
    values = {
        name: _plain(value)
        for name, value in finding.values.items()
        if not (isinstance(value, Figure) and value.unit == "days")
    }
    body = orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()


def _plain(value: object) -> Any:
    if isinstance(value, Figure | Cell):
        return str(plain(value.value))
    return value
