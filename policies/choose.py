"""Choose: the primary class, the disposition and its options. It recommends, it never decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from policies.findings import SEVERITIES, Finding, Sentence, Unknown
from policies.settings import ExceptionClass, Settings
from tools.rows import Figure

Disposition = Literal["ship", "wait", "split", "substitute", "escalate", "hold"]
DISPOSITIONS: tuple[Disposition, ...] = ("ship", "wait", "split", "substitute", "escalate", "hold")
ACTION_OF: dict[str, str] = {
    "ship": "release_order", "wait": "change_promise", "split": "ship_partial",
    "substitute": "substitute_item",
}  # fmt: skip
"""The locked action that each disposition would need."""
STOCK_CLASSES = frozenset({"stock_shortage", "customer_priority_conflict", "substitution_need"})
GOODS = STOCK_CLASSES | {"route_risk"}


@dataclass(frozen=True, slots=True)
class Option:
    """One disposition: whether the evidence allows it, its cost (None: not known), and its date."""

    disposition: Disposition
    feasible: bool
    cost: Figure | None
    available_on: Figure | None
    why: Sentence


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The review path recommended, what it is subject to, and all options compared."""

    disposition: Disposition
    subject_to: tuple[ExceptionClass, ...]
    why: Sentence
    options: tuple[Option, ...]


def counts(finding: Finding) -> bool:
    """Whether a finding is of medium severity or higher."""
    return SEVERITIES.index(finding.severity) >= SEVERITIES.index("medium")


def primary_class(findings: Iterable[Finding], settings: Settings) -> ExceptionClass | None:
    """The first class in the published order with a finding of medium or higher, else any."""
    found = list(findings)
    for pool in ([f for f in found if counts(f)], found):
        classes = {finding.cls for finding in pool}
        for name in settings.general.primary_order:
            if name in classes:
                return name
    return None


def _date_options(stock: list[Mapping[str, Any]]) -> dict[str, list[Figure]]:
    """By kind of stock option, the day of each line that wants goods on which it is served."""
    short = [line for line in stock if _wants(line)]
    kinds: dict[str, list[Figure]] = {}
    for kind in ("transfer", "inbound", "substitute", "partial"):
        days = []
        for line in short:
            found = [o for o in line.get("options", []) if o["kind"] == kind]
            dated = [o["available_on"] for o in found if isinstance(o["available_on"], Figure)]
            if dated:
                days.append(min(dated, key=lambda figure: figure.value or date.max))
        if short and (len(days) == len(short) or (kind == "partial" and days)):
            kinds[kind] = days
    return kinds


def _complete_line(stock: list[Mapping[str, Any]]) -> Figure | None:
    """The day on which a line that wants nothing is there, where another line does."""
    if not any(_wants(line) for line in stock):
        return None
    days = [
        line.get("in_full_on")
        for line in stock
        if _number(line.get("needed")) > 0 and not _wants(line)
    ]
    dated = [d for d in days if isinstance(d, Figure) and d.value is not None]
    return min(dated, key=_day, default=None)


def _wants(line: Mapping[str, Any]) -> bool:
    """Whether a line is short, or could go as a substitute because its product is blocked."""
    options = line.get("options", [])
    return _number(line.get("short")) > 0 or any(o["kind"] == "substitute" for o in options)


def _number(value: object) -> Any:
    return value.number if isinstance(value, Figure) else 0


def _latest(days: list[Figure]) -> Figure:
    return max(days, key=lambda figure: figure.value or date.min)


WORDS: dict[Disposition, tuple[str, str]] = {
    "ship": ("No finding stands against shipping.", "Findings stand against shipping."),
    "wait": (
        "The goods can be complete later.",
        "No dated supply or transfer completes the order.",
    ),
    "split": ("A part can go now.", "No part of a line that is short can go now."),
    "substitute": ("A usable substitute is on hand.", "No usable substitute is on file."),
    "escalate": ("Somebody with the right has to decide.", "There is nothing to decide."),
    "hold": ("The order can stay on hold.", "The order can stay on hold."),
}
GOODS_PATHS = frozenset({"wait", "split", "substitute"})
NOTHING_SHORT = "No line is short."
STOCK_NOT_KNOWN = "Whether a line is short is not known."
LATER_RUN = "A later run takes it, after the promise."
NO_RUN = "No run on file takes it."
NO_PART = "Order or customer takes no part delivery."


def _against_shipping(blocking: bool, forced: bool, grave: bool) -> str:
    """Why an order may not ship: findings first, then what is not known, then a forced hold."""
    if not blocking and grave:
        return "Credit or compliance is not known."
    return "A forced hold is active." if not blocking and forced else WORDS["ship"][1]


def _no_goods_path(
    name: Disposition, findings: list[Finding], may_split: bool, stock_known: bool
) -> str:
    """Why waiting, splitting or a substitute does not serve the order."""
    if any(finding.cls in STOCK_CLASSES for finding in findings):
        return NO_PART if name == "split" and not may_split else WORDS[name][1]
    return NOTHING_SHORT if stock_known else STOCK_NOT_KNOWN


def _options(
    findings: list[Finding], stock: list[Mapping[str, Any]], cost_of_waiting: Figure | None,
    delivery_on: Figure | None, *, may_ship: bool, may_split: bool, stock_known: bool, against: str,
) -> tuple[Option, ...]:  # fmt: skip
    kinds = _date_options(stock)
    waits = [_latest(kinds[kind]) for kind in ("transfer", "inbound") if kind in kinds]
    wait = min(waits, key=lambda figure: figure.value or date.max) if waits else None
    substitute = _latest(kinds["substitute"]) if "substitute" in kinds else None
    partial = _latest(kinds["partial"]) if "partial" in kinds else _complete_line(stock)
    if not may_split:
        partial = None
    runs_later = any(f.cls == "route_risk" for f in findings) and not any(map(_wants, stock))
    if runs_later:
        wait = delivery_on
    table: list[tuple[Disposition, bool, Figure | None, Figure | None]] = [
        ("ship", may_ship, None, None),
        ("wait", wait is not None, cost_of_waiting, wait),
        ("split", partial is not None, None, partial),
        ("substitute", substitute is not None, None, substitute),
        ("escalate", bool(findings), None, None),
        ("hold", True, None, None),
    ]

    def why(name: Disposition, feasible: bool) -> str:
        if name == "wait" and runs_later:
            return LATER_RUN if feasible else NO_RUN
        if feasible:
            return WORDS[name][0]
        if name == "ship":
            return against
        if name in GOODS_PATHS:
            return _no_goods_path(name, findings, may_split, stock_known)
        return WORDS[name][1]

    return tuple(
        Option(name, feasible, cost, on, Sentence(why(name, feasible)))
        for name, feasible, cost, on in table
    )


def _earliest(options: tuple[Option, ...]) -> Disposition:
    """The cheapest where costs are known, else the earliest in full, else a part, else a person."""
    full = [o for o in options if o.disposition in ("wait", "substitute") and o.feasible]
    priced = [o for o in full if o.cost is not None]
    if full and len(priced) == len(full):
        return min(priced, key=lambda o: o.cost.number if o.cost else 0).disposition
    if full:
        return min(full, key=lambda o: _day(o.available_on)).disposition
    split = next(o for o in options if o.disposition == "split")
    return "split" if split.feasible else "escalate"


def _day(figure: Figure | None) -> date:
    value = figure.value if figure else None
    return value if isinstance(value, date) else date.max


def recommend(
    findings: list[Finding],
    unknown: list[Unknown],
    stock: list[Mapping[str, Any]],
    *,
    forced: bool,
    may_split: bool = True,
    cost_of_waiting: Figure | None = None,
    delivery_on: Figure | None = None,
) -> Recommendation:
    """The disposition by the published rule, with what it is subject to.

    Args:
        findings: the unwaived findings.
        unknown: the classes that are not known.
        stock: the packet's stock section, with its options.
        may_split: whether order and customer take a part delivery now.
        forced: whether a forced hold is active (figures never clear it).
        cost_of_waiting: the penalty of delivering later, where it is known.
        delivery_on: the earliest delivery by a run on file, with all lines taken as available.
    """
    blocking = [f for f in findings if counts(f)]
    names = {u.check for u in unknown}
    grave = sorted(names & {"compliance_issue", "credit_hold"})
    compliance = any(f.cls == "compliance_issue" for f in findings)
    may_ship = not blocking and not forced and not grave and not compliance
    against = _against_shipping(bool(blocking) or compliance, forced, bool(grave))
    options = _options(
        blocking, stock, cost_of_waiting, delivery_on, may_ship=may_ship, may_split=may_split,
        stock_known="stock_shortage" not in names, against=against,
    )  # fmt: skip
    if compliance:
        chosen: Disposition = "hold"
        why = "A compliance finding stands."
    elif grave:
        chosen, why = "hold", "Credit or compliance is not known."
    elif blocking and {f.cls for f in blocking} <= GOODS:
        chosen, why = (
            _earliest(options),
            "It is the earliest way to serve the order in full or in part.",
        )
    elif blocking:
        chosen, why = "escalate", "A person with the right has to decide first."
    elif forced:
        chosen, why = "hold", "A forced hold is active; only a person lifts it."
    else:
        chosen, why = "ship", "No finding of weight stands."
    subject = tuple(sorted(names - set(grave))) if chosen == "ship" else tuple(sorted(names))
    return Recommendation(chosen, subject, Sentence(why), options)
