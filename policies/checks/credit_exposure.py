"""C1 `exposure_over_limit`: what exposure the limit allows, and what clears an excess."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from policies.findings import Bound, Clearing, Finding, Sentence, Severity
from policies.settings import Settings
from tools.book import Case
from tools.credit import Exposure, derived
from tools.credit_account import temporary_runs
from tools.credit_amounts import number_of
from tools.credit_documents import Money
from tools.credit_facts import CreditFacts
from tools.money import minor_unit
from tools.rows import Figure, Row
from tools.unknown import NotKnown

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The highest exposure that is allowed, or the lowest that is not (`reached_is_over`)."""

    limit: Figure
    allowed: Figure
    reached_is_over: bool

    def exceeded(self, exposure: Decimal) -> bool:
        """Whether an exposure is over the limit."""
        if self.reached_is_over:
            return exposure >= self.allowed.number
        return exposure > self.allowed.number

    def clearing_payment(self, after: Figure) -> Figure:
        """The smallest payment, in whole minor units, that brings the exposure back."""
        unit = minor_unit(after.unit)
        steps, name = (after.number - self.allowed.number) / unit, self.allowed.id.split(".")[-1]
        if self.reached_is_over:
            count = steps.to_integral_value(ROUND_FLOOR) + 1
            formula = f"floor((exposure_after - {name}) / {unit}) * {unit} + {unit}"
        else:
            count = steps.to_integral_value(ROUND_CEILING)
            formula = f"ceil((exposure_after - {name}) / {unit}) * {unit}"
        return derived("clearing_payment", after.unit, formula, count * unit, after, self.allowed)


def has_shipped(case: Case) -> bool:
    """Whether some of the order has left: tolerance is only for orders not yet shipped."""
    status = case.order.text("status")
    return status in ("shipped", "invoiced") or any(
        line.amount("shipped_qty") > 0 for line in case.lines
    )


def ceiling(case: Case, limit: Figure, settings: Settings) -> Ceiling:
    """What the limit allows: itself, with the tolerance while nothing has shipped."""
    tolerance = settings.credit.tolerance_pct
    allowed = limit
    if tolerance and not has_shipped(case):
        allowed = derived(
            "allowed", limit.unit, f"limit * (1 + {tolerance} / 100)",
            limit.number * (1 + tolerance / HUNDRED), limit,
        )  # fmt: skip
    return Ceiling(limit, allowed, settings.credit.limit_comparator == ">=")


def _severity(excess: Figure, limit: Figure, settings: Settings) -> Severity:
    high = limit.number * settings.general.high_from_pct / HUNDRED
    return "high" if excess.number >= high else "medium"


def _statement(exposure: Exposure, limit: Figure, excess: Figure) -> Sentence:
    figures: dict[str, Bound] = {"after": exposure.after, "limit": limit}
    if not excess.number:
        return Sentence("Exposure {after} has reached the limit {limit}.", figures)
    text = "Exposure {after} is above the limit {limit} by {excess}."
    return Sentence(text, {**figures, "excess": excess})


def _new_limit(case: Case, account: Row, top: Ceiling, payment: Figure) -> Figure | None:
    """The credit limit that would do as well; None where the limit is not what binds."""
    replaced = case.book.conventions.temporary_limit_mode == "replace"
    if top.allowed is not top.limit or (replaced and temporary_runs(account, case.today)):
        return None
    value = account.amount("credit_limit") + payment.number
    cell = account.cell("credit_limit")
    return derived(
        "new_limit", payment.unit, "credit_limit + clearing_payment", value, cell, payment
    )


def _clearing(case: Case, payment: Figure, limit: Figure | None, enough: Money | None) -> Clearing:
    bound: dict[str, Bound] = {"payment": payment}
    text = "A cleared payment of {payment} clears it"
    if limit is not None:
        text += ", or a credit limit of {new_limit}"
        bound["new_limit"] = limit
    if enough is not None:
        text += "; payment {received} of {unapplied} is enough if it clears"
        bound |= {"received": enough.row.cell("payment_id"), "unapplied": enough.amount}
    change = {
        "kind": "payment", "customer_id": case.bill_to_id, "company_id": case.company_id,
        "amount": format(payment.number, "f"), "currency": payment.unit,
    }  # fmt: skip
    return Clearing(Sentence(text + ".", bound), change)


def _enough(facts: CreditFacts, payment: Figure) -> Money | None:
    """A payment on the way that would do, if it cleared."""
    found = [] if isinstance(facts.would_lower, NotKnown) else facts.would_lower
    return next((m for m in found if number_of(m.amount) >= payment.number), None)


def excess_pct(excess: Figure, limit: Figure) -> Figure | None:
    """The excess in per cent of the limit, rounded down to hundredths; None for a limit of 0."""
    if not limit.number:
        return None
    hundredths = (excess.number / limit.number * 10000).to_integral_value(ROUND_FLOOR)
    formula = "floor(excess / limit * 10000) / 100"
    return derived("excess_pct", "percent", formula, hundredths / HUNDRED, excess, limit)


def exposure_over_limit(case: Case, facts: CreditFacts, settings: Settings) -> Finding | None:
    """C1, where limit and exposure are known; None where the exposure is allowed."""
    limit, exposure, excess = facts.limit, facts.exposure, facts.excess
    if isinstance(limit, NotKnown) or isinstance(exposure, NotKnown) or excess is None:
        return None
    top = ceiling(case, limit, settings)
    if facts.account is None or not top.exceeded(exposure.after.number):
        return None
    payment = top.clearing_payment(exposure.after)
    new_limit = _new_limit(case, facts.account, top, payment)
    values = {
        "exposure_after": exposure.after,
        "exposure_before": exposure.before,
        "this_order": exposure.this_order,
        "limit": limit,
        "excess": excess,
        "excess_pct": excess_pct(excess, limit),
        "clearing_payment": payment,
    }
    return Finding(
        "credit_hold",
        "exposure_over_limit",
        _statement(exposure, limit, excess),
        _clearing(case, payment, new_limit, _enough(facts, payment)),
        severity=_severity(excess, limit, settings),
        values=values,
        citations=(facts.account,),
    )
