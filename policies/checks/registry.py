"""The checks in the order in which they run: later ones read what earlier ones found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from policies.checks import (
    approval_gap,
    compliance_issue,
    credit_hold,
    customer_priority_conflict,
    price_mismatch,
    route_risk,
    stock_shortage,
    substitution_need,
)
from policies.findings import CheckResult, Unknown
from policies.settings import ExceptionClass, Settings
from tools.book import Case
from tools.unknown import NotKnown

Check: TypeAlias = Callable[[Case, Settings], CheckResult]

CHECKS: dict[ExceptionClass, Check] = {
    "compliance_issue": compliance_issue.check,
    "credit_hold": credit_hold.check,
    "stock_shortage": stock_shortage.check,
    "customer_priority_conflict": customer_priority_conflict.check,
    "substitution_need": substitution_need.check,
    "price_mismatch": price_mismatch.check,
    "route_risk": route_risk.check,
}


def run(name: ExceptionClass, check: Check, case: Case, settings: Settings) -> CheckResult:
    """Run one check; what it cannot judge, for whatever reason, is not known and never clear."""
    try:
        return check(case, settings)
    except NotKnown as gap:
        return CheckResult(not_known=[Unknown(name, gap.missing, gap.why)])
    except Exception as error:  # noqa: BLE001 - a check that fails must deny, not end the review
        why = f"the check failed ({type(error).__name__})"
        return CheckResult(not_known=[Unknown(name, (name,), why)])


def run_all(case: Case, settings: Settings) -> CheckResult:
    """Run all eight checks of one order and merge what they say."""
    merged = CheckResult()
    for name, check in CHECKS.items():
        _merge(merged, run(name, check, case, settings))
    standing = frozenset(
        {"credit_hold" for f in merged.findings if f.cls == "credit_hold"}
        | {f.code for f in merged.findings if f.code == "below_margin_floor"}
    )
    gap = run(
        "approval_gap",
        lambda c, s: approval_gap.check(c, s, standing=standing),
        case,
        settings,
    )
    return _merge(merged, gap)


def _merge(into: CheckResult, result: CheckResult) -> CheckResult:
    into.findings += result.findings
    into.not_known += result.not_known
    into.notes += result.notes
    into.sections |= result.sections
    into.shared |= result.shared
    return into
