"""What a check says: findings with their figures, what is not known, notes about the data.

A `Sentence` is a template whose placeholders are bound to figures and cells; code renders it, and
the verifier renders it again. No digit, number word, date or id stands in a template itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from policies.settings import ExceptionClass
from tools.rows import Cell, Figure, Row

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
Bound: TypeAlias = Figure | Cell


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template such as "Exposure {after} is above the limit {limit}." and what fills it."""

    template: str
    figures: Mapping[str, Bound] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clearing:
    """The smallest change that clears a finding: as text, and as a change that what-if can apply.

    `change` is None where no change of facts clears it (a forced hold, a signature of a person).
    """

    text: Sentence
    change: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, of one class, at the order or one of its lines."""

    cls: ExceptionClass
    code: str
    statement: Sentence
    clears_when: Clearing
    line_no: int | None = None
    severity: Severity = "medium"
    values: Mapping[str, Bound | str | int | None] = field(default_factory=dict)
    """Named figures and cells of the finding (numbers, dates, ids only as bound values)."""
    citations: tuple[Row, ...] = ()
    """Rows to cite beside those under the values and the statement."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A class that cannot be judged, what is missing, and why in a sentence."""

    check: ExceptionClass
    missing: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class DataNote:
    """A remark about the data: stale orders, late supplies, cash to apply, quarantined rows."""

    code: str
    note: Sentence
    citations: tuple[Row, ...] = ()


Section: TypeAlias = dict[str, Any]
"""A part of the packet: nested dicts and lists whose leaves are figures, cells or plain values."""


@dataclass(slots=True)
class CheckResult:
    """What one check found for one order."""

    findings: list[Finding] = field(default_factory=list)
    not_known: list[Unknown] = field(default_factory=list)
    notes: list[DataNote] = field(default_factory=list)
    sections: dict[str, Any] = field(default_factory=dict)
    """Parts of the packet by key: credit, stock, price, delivery."""
    shared: dict[str, Any] = field(default_factory=dict)
    """Facts that `choose` reads: the margin, the overdue share, dates in full and the like."""
