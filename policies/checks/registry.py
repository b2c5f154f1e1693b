"""The checks in the order in which they run: later ones read what earlier ones found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from policies.checks.approval_gap import check as approval_gap
from policies.checks.compliance_issue import check as compliance_issue
from policies.checks.credit_hold import check as credit_hold
from policies.checks.customer_priority_conflict import check as customer_priority_conflict
from policies.checks.price_mismatch import check as price_mismatch
from policies.checks.route_risk import check as route_risk
from policies.checks.stock_shortage import check as stock_shortage
from policies.checks.substitution_need import check as substitution_need
from policies.findings import CheckResult, Unknown
from policies.settings import ExceptionClass, Settings
from tools.book import Case
from tools.unknown import NotKnown

Check: TypeAlias = Callable[[Case, Settings], CheckResult]

CHECKS: dict[ExceptionClass, Check] = {
    "compliance_issue": compliance_issue,
    "credit_hold": credit_hold,
    "stock_shortage": stock_shortage,
    "customer_priority_conflict": customer_priority_conflict,
    "substitution_need": substitution_need,
    "price_mismatch": price_mismatch,
    "route_risk": route_risk,
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
        | ({"below_margin_floor"} if merged.shared.get("below_floor") else set())
    )
    gap = run(
        "approval_gap",
        lambda c, s: approval_gap(c, s, standing=standing),
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
