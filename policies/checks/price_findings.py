"""The findings of a line's price, each with its figures, its rows and what clears it (P1-P3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from policies.checks.approval_validity import verdict
from policies.checks.price_clearing import (
    difference_clears,
    floor_clears,
    free_clears,
    tie_clears,
)
from policies.findings import Bound, Finding, Sentence
from policies.settings import Settings
from tools.approvals import person_of
from tools.book import Case
from tools.pricing import matching_rows
from tools.pricing_expected import TiedPrices
from tools.pricing_facts import PriceFacts
from tools.rows import Cell, Figure, Row

MARGIN_PRECISION = Decimal("1e-9")
"""Per cent: a margin this near to the floor is at the floor (quotients are not exact)."""
DATE_WORDS = {"order": "order date", "ship": "ship date"}


@dataclass(frozen=True, slots=True)
class Excuse:
    """Whether an override explains a difference, and the approvals that were judged for it."""

    explains: bool
    rows: tuple[Row, ...] = ()


def tolerance(facts: PriceFacts, settings: Settings) -> Figure | None:
    """The line difference that is let pass: max(amount, per cent of the expected line), capped."""
    line, rules = facts.expected_line, settings.price
    if line is None:
        return None
    share = line.number * rules.tolerance_pct / 100
    value = min(max(rules.tolerance_amount, share), rules.always_above)
    formula = (
        f"min(max({rules.tolerance_amount}, expected_line * {rules.tolerance_pct} / 100), "
        f"{rules.always_above})"
    )
    return Figure(f"{facts.terms.key}.tolerance", value, line.unit, formula, (line,))


def floor_of(facts: PriceFacts, settings: Settings) -> Figure:
    """The margin floor of the line's product group, per cent."""
    value = settings.price.floor(facts.terms.product.text("product_group"))
    return Figure(f"{facts.terms.key}.floor_pct", value, "percent", f"{value}")


def differs(facts: PriceFacts, allowed: Figure | None) -> bool:
    """Whether the line's difference is above what is let pass (P2)."""
    found = facts.difference_line
    return found is not None and allowed is not None and abs(found.number) > allowed.number


def excuse(case: Case, settings: Settings, facts: PriceFacts, *, below_floor: bool) -> Excuse:
    """Whether an approved override explains the difference (P4).

    It is approved by somebody other than its requester, at the price charged, with a valid
    change_price approval of the margin given up (finance signs below the floor).

    Raises:
        NotKnown: the approvals cannot be judged.
    """
    override = facts.override
    if override is None:
        return Excuse(explains=False)
    signer = person_of(case.book, override.text("approved_by"))
    signed = signer is not None and signer != person_of(case.book, override.text("requested_by"))
    if not signed or not facts.override_is_charged:
        return Excuse(explains=False)
    judged = verdict(
        case, settings, "change_price", facts.margin_given_up,
        line_no=facts.line_no, roles=("finance",) if below_floor else (),
    )  # fmt: skip
    return Excuse(judged.valid, judged.rows)


def breaks_floor(facts: PriceFacts, floor: Figure) -> bool:
    """Whether the margin is known and below the floor (P3)."""
    margin = facts.margin.percent
    return margin is not None and margin.number.quantize(MARGIN_PRECISION) < floor.number


def is_unwanted_gift(facts: PriceFacts) -> bool:
    """Whether the net price is 0 without a promotion or fulfilment free_goods that wants it."""
    if facts.charged is None or facts.charged.number:
        return False
    if facts.line.text("fulfilment") == "free_goods":
        return False
    rows = facts.others if facts.chosen is None else (facts.chosen, *facts.others)
    return not any(row.kind == "promotion" for row in matching_rows(facts, rows))


def _subject(facts: PriceFacts) -> dict[str, Bound]:
    return {"line_no": facts.line.cell("line_no"), "sku": facts.line.cell("sku")}


def _values(facts: PriceFacts, allowed: Figure) -> dict[str, Bound | str | int | None]:
    charged, chosen = facts.charged, facts.chosen
    return {
        "charged": charged, "expected": facts.expected, "difference": facts.difference,
        "difference_line": facts.difference_line, "tolerance": allowed,
        "margin_pct": facts.margin.percent,
        "rule": chosen.row.cell("price_id") if chosen else None,
        "date_basis": chosen.basis if chosen else None, "date_used": chosen.on if chosen else None,
    }  # fmt: skip


def _bound(**figures: Bound | None) -> dict[str, Bound]:
    return {name: figure for name, figure in figures.items() if figure is not None}


def difference(facts: PriceFacts, allowed: Figure, approvals: tuple[Row, ...]) -> Finding:
    """charged_differs, or matches_other_rule (low) where another row in force gives the price."""
    others = matching_rows(facts, facts.others)
    if others:
        return _matches_other(facts, allowed, others[0].row)
    return _differs(facts, allowed, approvals)


def _tail(facts: PriceFacts) -> tuple[str, dict[str, Bound]]:
    """The end of a sentence: difference per unit and for the line, and the date used."""
    bound = _bound(difference=facts.difference, difference_line=facts.difference_line)
    text = "the difference is {difference} per unit and {difference_line} for the line"
    chosen = facts.chosen
    if chosen is None:
        return f"{text}.", bound
    if chosen.on.value is not None:
        text += f", by the {DATE_WORDS[chosen.basis]} {{date_used}}"
        bound["date_used"] = chosen.on
    return f"{text}.", bound


def _rule_name(facts: PriceFacts) -> Cell | None:
    return facts.chosen.row.cell("price_id") if facts.chosen else None


def _differs(facts: PriceFacts, allowed: Figure, approvals: tuple[Row, ...]) -> Finding:
    over = facts.difference is not None and facts.difference.number > 0
    direction = "overcharged" if over else "undercharged"
    expired = next(iter(matching_rows(facts, facts.out_of_date)), None)
    tail, figures = _tail(facts)
    figures |= _subject(facts) | _bound(
        charged=facts.charged, expected=facts.expected, rule=_rule_name(facts)
    )
    by_rule = " by {rule}" if "rule" in figures else ""
    text = f"Line {{line_no}}, {{sku}}, is {direction}: {{charged}} against {{expected}}{by_rule}; "
    text += tail
    rows = [*facts.rests_on, *approvals]
    if expired is not None:
        text += " The price is that of {expired_rule}, which is not valid on its date."
        figures["expired_rule"] = expired.row.cell("price_id")
        rows.append(expired.row)
    if facts.override is not None:
        text += " The override {override} does not explain it."
        figures["override"] = facts.override.cell("override_id")
    return Finding(
        "price_mismatch", "charged_differs", Sentence(text, figures),
        difference_clears(facts, allowed), facts.line_no,
        values={**_values(facts, allowed), "direction": direction, "cause": _cause(facts, expired),
                "expired_rule": figures.get("expired_rule"), "override": figures.get("override")},
        citations=(facts.line, *rows),
    )  # fmt: skip


def _cause(facts: PriceFacts, expired: object | None) -> str | None:
    if expired is not None:
        return "expired_rule"
    if facts.override is not None:
        return "override"
    return "manual" if facts.line.text("price_source") == "manual" else None


def _matches_other(facts: PriceFacts, allowed: Figure, other: Row) -> Finding:
    over = facts.difference is not None and facts.difference.number > 0
    override = () if facts.override is None else (facts.override,)
    tail, figures = _tail(facts)
    figures |= _subject(facts) | _bound(
        charged=facts.charged, expected=facts.expected, rule=_rule_name(facts),
        other_rule=other.cell("price_id"),
    )  # fmt: skip
    text = (
        "Line {line_no}, {sku}: {charged} is the price of {other_rule}, but {rule} ranks before it "
        "and gives {expected}; "
    )
    return Finding(
        "price_mismatch", "matches_other_rule", Sentence(text + tail, figures),
        difference_clears(facts, allowed), facts.line_no, "low",
        values={**_values(facts, allowed), "other_rule": other.cell("price_id"),
                "direction": "overcharged" if over else "undercharged"},
        citations=(facts.line, *facts.rests_on, other, *override),
    )  # fmt: skip


def ambiguous(facts: PriceFacts, tied: TiedPrices) -> Finding:
    """Rows that rank alike and differ in price: nothing is claimed of the expected price."""
    figures = _subject(facts) | {
        "rule": tied.rows[0].row.cell("price_id"), "price": tied.prices[0],
        "other_rule": tied.rows[1].row.cell("price_id"), "other_price": tied.prices[1],
    }  # fmt: skip
    text = (
        "Line {line_no}, {sku}: {rule} with {price} and {other_rule} with {other_price} rank "
        "alike; which of them counts is not known."
    )
    rows = tuple(row.row for row in tied.rows)
    values: dict[str, Bound | str | int | None] = {
        "charged": facts.charged, "rule": figures["rule"], "other_rule": figures["other_rule"],
        "price": figures["price"], "other_price": figures["other_price"],
    }  # fmt: skip
    return Finding(
        "price_mismatch", "ambiguous_price", Sentence(text, figures), tie_clears(facts, tied),
        facts.line_no, "low", values=values, citations=(facts.line, *rows),
    )  # fmt: skip


def below_floor(facts: PriceFacts, floor: Figure) -> Finding:
    """The margin that the price leaves is below the floor: finance owns it."""
    margin = facts.margin
    figures = _subject(facts) | _bound(
        margin=margin.percent, floor=floor, charged=facts.charged, cost=margin.unit_cost
    )
    text = (
        "Line {line_no}, {sku}: the margin {margin} is below the floor {floor}: "
        "net price {charged}, unit cost {cost}."
    )
    return Finding(
        "price_mismatch", "below_margin_floor", Sentence(text, figures),
        floor_clears(facts, floor), facts.line_no,
        values={"margin_pct": margin.percent, "floor_pct": floor, "charged": facts.charged,
                "unit_cost": margin.unit_cost, "owner": "finance"},
        citations=(facts.line, facts.terms.product),
    )  # fmt: skip


def free_goods(facts: PriceFacts) -> Finding:
    """Goods at a net price of 0 that neither a promotion nor the fulfilment wants."""
    figures = _subject(facts) | _bound(charged=facts.charged)
    text = (
        "Line {line_no}, {sku}: the net price is {charged}, and neither a promotion nor an entry "
        "as free goods wants that."
    )
    return Finding(
        "price_mismatch", "free_goods", Sentence(text, figures), free_clears(facts), facts.line_no,
        values={"charged": facts.charged, "unit_cost": facts.margin.unit_cost, "owner": "finance"},
        citations=(facts.line, facts.terms.product),
    )  # fmt: skip
