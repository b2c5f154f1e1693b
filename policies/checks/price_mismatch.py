"""price_mismatch (P1-P4): what each line charges against what its price rows give."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from policies.checks import price_findings
from policies.checks.price_section import section_entry
from policies.findings import CheckResult, DataNote, Finding, Sentence, Unknown
from policies.settings import Settings
from tools.book import Case
from tools.pricing import expected_price, priced_lines
from tools.pricing_facts import PriceFacts
from tools.rows import Figure
from tools.unknown import NotKnown

NAMED_GAPS = 3
"""Gaps that are spelled out; the rest are said to be there."""


@dataclass
class _Tally:
    """What the lines say, gathered."""

    result: CheckResult = field(default_factory=CheckResult)
    gaps: list[NotKnown] = field(default_factory=list)
    given_up: list[Figure] = field(default_factory=list)


def check(case: Case, settings: Settings) -> CheckResult:
    """Judge the price of every line that has one; section `price`, facts for choose and risk.

    `shared` holds `below_floor` (a P3 finding stands) and `margin_loss` (what undercharged lines
    give up, order currency, or None).
    """
    tally = _Tally()
    if not case.book.present("prices"):
        tally.gaps.append(NotKnown("there is no table prices", "prices"))
    entries = []
    for line in priced_lines(case):
        try:
            facts = expected_price(case, line)
        except NotKnown as gap:
            tally.gaps.append(gap)
        else:
            entries.append(_judge(case, settings, facts, tally))
    result = tally.result
    result.not_known = _not_known(tally.gaps)
    result.sections["price"] = entries
    result.shared["below_floor"] = any(
        finding.code in ("below_margin_floor", "free_goods") for finding in result.findings
    )
    result.shared["margin_loss"] = _margin_loss(tally.given_up)
    return result


def _judge(case: Case, settings: Settings, facts: PriceFacts, tally: _Tally) -> object:
    floor, allowed = (
        price_findings.floor_of(facts, settings),
        price_findings.tolerance(facts, settings),
    )
    tally.gaps.extend(facts.gaps)
    tally.result.notes.extend(_no_cost(facts))
    findings = _margin_findings(facts, floor)
    if facts.tied is not None:
        findings.insert(0, price_findings.ambiguous(facts, facts.tied))
    elif allowed is not None and price_findings.differs(facts, allowed):
        below = price_findings.breaks_floor(facts, floor)
        findings = [*_difference(case, settings, facts, allowed, below, tally), *findings]
    tally.result.findings.extend(findings)
    return section_entry(facts, floor)


def _difference(
    case: Case, settings: Settings, facts: PriceFacts, allowed: Figure, below: bool, tally: _Tally
) -> list[Finding]:
    try:
        reason = price_findings.excuse(case, settings, facts, below_floor=below)
    except NotKnown as gap:
        tally.gaps.append(gap)
        reason = price_findings.Excuse(explains=False)
    if reason.explains:
        return []
    if (loss := facts.margin_given_up) is not None and loss.number:
        tally.given_up.append(loss)
    return [price_findings.difference(facts, allowed, reason.rows)]


def _margin_findings(facts: PriceFacts, floor: Figure) -> list[Finding]:
    if price_findings.is_unwanted_gift(facts):
        return [price_findings.free_goods(facts)]
    return (
        [price_findings.below_floor(facts, floor)]
        if price_findings.breaks_floor(facts, floor)
        else []
    )


def _no_cost(facts: PriceFacts) -> list[DataNote]:
    if facts.margin.gap is None or facts.charged is None:
        return []
    product = facts.terms.product
    text = "The margin of line {line_no}, {sku}, is not known: "
    text += (
        "no unit cost is on file."
        if product.number("unit_cost") is None
        else "the unit cost cannot be converted to the unit and currency of the order."
    )
    figures = {"line_no": facts.line.cell("line_no"), "sku": facts.line.cell("sku")}
    return [DataNote("no_cost", Sentence(text, figures), (facts.line, product))]


def _not_known(gaps: list[NotKnown]) -> list[Unknown]:
    """One entry for the class: every table and field missing, the first reasons spelled out."""
    if not gaps:
        return []
    reasons = list(dict.fromkeys(gap.why for gap in gaps))
    why = "; ".join(reasons[:NAMED_GAPS])
    if len(reasons) > NAMED_GAPS:
        why += "; and further lines"
    missing = tuple(dict.fromkeys(name for gap in gaps for name in gap.missing))
    return [Unknown("price_mismatch", missing, why)]


def _margin_loss(parts: list[Figure]) -> Figure | None:
    if not parts:
        return None
    total = sum((part.number for part in parts), Decimal(0))
    return Figure("price.margin_loss", total, parts[0].unit, "sum(given_up)", tuple(parts))
