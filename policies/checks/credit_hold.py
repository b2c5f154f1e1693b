"""credit_hold (credit_control): C1 to C8 of one order.

An account with manual_hold off is excluded from C1, C2, C3, C6 and C7, never from C5. What is
missing for a figure makes the class not known; what can be judged without it still is.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from policies.checks.credit_exposure import ceiling, exposure_over_limit
from policies.checks.credit_notes import (
    deposit_notes,
    excluded_note,
    stale_notes,
    uncleared_notes,
)
from policies.checks.credit_overdue import apply_cash, overdue
from policies.checks.credit_section import credit_section
from policies.checks.credit_standing import (
    broken_promises,
    customer_blocked,
    limit_expired,
    manual_hold,
    review_due,
    terms_extended,
)
from policies.findings import CheckResult, DataNote, Finding, Unknown
from policies.settings import Settings
from tools.book import Case
from tools.credit_account import attempt
from tools.credit_facts import CreditFacts, credit_facts
from tools.unknown import NotKnown


def _suppressible(case: Case, facts: CreditFacts, settings: Settings) -> Iterator[Finding | None]:
    """C1, C2, C3, C6, C7: not judged where the account is excluded from checks."""
    yield exposure_over_limit(case, facts, settings)
    yield overdue(case, facts, settings)
    if facts.account is not None:
        yield limit_expired(facts.account, case.today)
        yield review_due(facts.account, case.today)
    yield terms_extended(case.order)


def _gaps(facts: CreditFacts, blocked: list[Finding] | NotKnown) -> list[Unknown]:
    """What could not be judged, each cause once."""
    judged = [blocked]
    money = [] if facts.excluded else [facts.limit, facts.exposure, facts.overdue]
    gaps = [gap for gap in (*money, *judged) if isinstance(gap, NotKnown)]
    found = {gap.why: Unknown("credit_hold", gap.missing, gap.why) for gap in gaps}
    return list(found.values())


def _notes(case: Case, facts: CreditFacts, settings: Settings) -> Iterator[DataNote]:
    yield from excluded_note(facts)
    cash = apply_cash(facts, settings)
    if cash is not None:
        yield cash
    yield from uncleared_notes(facts)
    yield from deposit_notes(case)
    yield from stale_notes(case)


def check(case: Case, settings: Settings) -> CheckResult:
    """Judge the credit of an order (C1 to C8) and fill the section `credit`."""
    facts = credit_facts(case)
    blocked = attempt(lambda: list(customer_blocked(case)))
    found: list[Finding | None] = []
    if not facts.excluded:
        found += _suppressible(case, facts, settings)
    if facts.account is not None:
        found.append(manual_hold(facts.account))
    found += [] if isinstance(blocked, NotKnown) else blocked
    found += broken_promises(case)

    def fits(headroom: Decimal) -> bool:
        if isinstance(facts.limit, NotKnown):
            return False
        return not ceiling(case, facts.limit, settings).exceeded(facts.limit.number - headroom)

    return CheckResult(
        findings=[finding for finding in found if finding is not None],
        not_known=_gaps(facts, blocked),
        notes=list(_notes(case, facts, settings)),
        sections={"credit": credit_section(case, facts, fits)},
        shared={"overdue_share": facts.overdue_share, "excess": facts.excess},
    )
