"""The `price` section of the packet: an entry for every line whose price is judged."""

from __future__ import annotations

from policies.findings import Section
from tools.pricing import matching_rows
from tools.pricing_facts import PriceFacts
from tools.rows import Figure


def section_entry(facts: PriceFacts, floor: Figure) -> Section:
    """What a line charges, what it should, by which row and date, and what it leaves.

    Prices are net, per price unit, in the order's currency; None is not known.
    """
    chosen, difference = facts.chosen, facts.difference
    off = difference is not None and difference.number != 0
    expired = matching_rows(facts, facts.out_of_date) if off else []
    return {
        "line_no": facts.line_no,
        "sku": facts.line.text("sku"),
        "charged": facts.charged,
        "expected": facts.expected,
        "difference": difference,
        "difference_line": facts.difference_line,
        "rule": chosen.row.cell("price_id") if chosen else None,
        "rule_name": chosen.row.cell("name") if chosen and chosen.row["name"] else None,
        "kind": chosen.kind if chosen else None,
        "date_basis": chosen.basis if chosen else None,
        "date_used": chosen.on if chosen else None,
        "unit": _unit(facts),
        "unit_cost": facts.margin.unit_cost,
        "margin_pct": facts.margin.percent,
        "margin_pct_expected": facts.margin_at_expected,
        "floor_pct": floor,
        "margin_effect": facts.difference_line,
        "other_rules": [row.price_id for row in facts.others],
        "expired_rule": expired[0].row.cell("price_id") if expired else None,
        "override": facts.override.cell("override_id") if facts.override else None,
        "price_source": facts.line.text("price_source"),
    }


def _unit(facts: PriceFacts) -> str | None:
    currency, unit = facts.terms.order.text("currency"), facts.terms.price_uom
    return f"{currency} per {unit}" if currency and unit else currency
