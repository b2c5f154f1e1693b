"""What has to be signed and is not validly signed (A1-A5): approval_gap."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from policies.checks.approval_orders import (
    duplicate_findings,
    incomplete_findings,
    split_findings,
    threshold,
)
from policies.checks.approval_prices import manual_gaps, price_gaps
from policies.checks.approval_validity import verdict
from policies.checks.approval_words import CLS, Wanted, gap_findings
from policies.findings import CheckResult, Finding, Unknown
from policies.settings import Settings
from tools.book import Case
from tools.pricing import priced_lines
from tools.unknown import NotKnown
from tools.values import order_value

DONE = frozenset({"closed", "cancelled"})
FOR_FINANCE = frozenset({"credit_hold", "below_margin_floor", "free_goods"})
"""A credit hold, and the findings of P3."""


def check(
    case: Case, settings: Settings, *, standing: frozenset[str] = frozenset()
) -> CheckResult:  # fmt: skip
    """Judge the approvals of one order.

    `standing` names what earlier checks found: with one of `FOR_FINANCE` in it, finance signs the
    release instead of sales operations (A1).
    """
    result = CheckResult()
    if not case.book.present("staff"):
        why = "there is no staff table to tell who may sign"
        result.not_known.append(Unknown(CLS, ("staff",), why))
    roles = ("finance",) if standing & FOR_FINANCE else ("sales_operations",)
    units: list[Callable[[], list[Finding]]] = [
        *(
            unit
            for line in priced_lines(case)
            for unit in (
                partial(manual_gaps, case, line),
                partial(price_gaps, case, settings, line),
            )
        ),
        partial(incomplete_findings, case),
    ]
    if case.order.text("status") not in DONE:
        units[:0] = [partial(_release, case, settings, roles)]
        units += [
            partial(split_findings, case, settings, roles), partial(duplicate_findings, case),
        ]  # fmt: skip
    for unit in units:
        _add(result, unit)
    return result


def _add(result: CheckResult, unit: Callable[[], list[Finding]]) -> None:
    try:
        result.findings += unit()
    except NotKnown as gap:
        unknown = Unknown(CLS, gap.missing, gap.why)
        if unknown not in result.not_known:
            result.not_known.append(unknown)


def _release(case: Case, settings: Settings, roles: tuple[str, ...]) -> list[Finding]:
    """A1: a release from the threshold on needs a signature, from the higher one on two."""
    currency = settings.approval.policy_currency
    value = order_value(case.book, case.order, currency=currency, on=case.today, gross=False)
    limit = threshold(settings, "release_from")
    if value.number < limit.number:
        return []
    judged = verdict(case, settings, "release_order", value, roles=roles)
    if judged.valid:
        return []
    wanted = Wanted(
        case, "release_order", value,
        "The release of {amount}, from {threshold} on, needs a signature",
        {"threshold": limit}, {"threshold": limit, "version": case.order.cell("version")}, (),
    )  # fmt: skip
    return gap_findings(wanted, judged)
