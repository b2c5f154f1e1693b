"""The smallest change of a line or of a price row that clears a price finding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from policies.findings import Bound, Clearing, Sentence
from tools.money import minor_unit
from tools.pricing_expected import TiedPrices
from tools.pricing_facts import PriceFacts
from tools.pricing_stated import Lever, lever
from tools.rows import Figure, plain

FINER_STEPS = 7
"""How many digits finer a price is looked for, where no price in cents lies within tolerance."""
FIELD_WORDS = {"unit_price": "a unit price", "discount_pct": "a discount"}


@dataclass(frozen=True, slots=True)
class Move:
    """A field of the line, the value that clears a finding, and its figure for the text."""

    change: dict[str, Any]
    figure: Figure
    words: str


def _move(facts: PriceFacts, moves: Lever, position: Decimal, name: str, rule: str) -> Move:
    value = moves.value(position)
    change = {"kind": "line", "line_no": facts.line_no, "field": moves.field, "value": plain(value)}
    unit = facts.terms.price_unit(value) if moves.field == "unit_price" else "percent"
    inputs: list[Bound] = [facts.line.cell("unit_price")]
    if facts.line.number("discount_pct") is not None:
        inputs.append(facts.line.cell("discount_pct"))
    figure = Figure(f"{facts.terms.key}.{name}", value, unit, f"by rule: {rule}", tuple(inputs))
    return Move(change, figure, FIELD_WORDS[moves.field])


def to_expected(facts: PriceFacts, tolerance: Decimal) -> Move | None:
    """The smallest move of the price that brings the line's difference within the tolerance."""
    charged, least, quantity = facts.charged, facts.expected, facts.quantity
    if charged is None or least is None or quantity is None:
        return None
    cent = minor_unit(facts.terms.currency)
    room = Fraction(floor(tolerance / cent) * cent + cent / 2) / Fraction(quantity.number)
    low, high = Fraction(least.number) - room, Fraction(least.number) + room
    for finer in range(FINER_STEPS):
        moves = lever(facts.terms, finer)
        if moves is None:
            return None
        under = charged.number < least.number
        position = moves.above(low) if under else moves.below(high)
        if low < moves.net(position) < high:
            rule = "the nearest value at which the difference is within the tolerance"
            return _move(facts, moves, position, "clearing_value", rule)
    return None


def difference_clears(facts: PriceFacts, tolerance: Figure) -> Clearing:
    """Price within tolerance of the rule, or an override with a valid approval."""
    move = to_expected(facts, tolerance.number)
    if move is None or facts.expected is None:
        return Clearing(Sentence("Clears with the rule's price, or with an approved override."))
    lowered = facts.difference is not None and facts.difference.number > 0
    side = "or less" if lowered == (move.change["field"] == "unit_price") else "or more"
    text = f"Clears at {move.words} of {{value}} {side} (the rule gives {{expected}} net), "
    figures: dict[str, Bound] = {"value": move.figure, "expected": facts.expected}
    return Clearing(Sentence(text + "or with an approved override.", figures), move.change)


def floor_clears(facts: PriceFacts, percent: Figure) -> Clearing:
    """The smallest price that leaves the margin floor."""
    cost, moves = facts.margin.unit_cost, lever(facts.terms)
    if cost is None or moves is None or percent.number >= 100:
        return Clearing(Sentence("Clears with a price that leaves the floor."))
    net = Fraction(cost.number) / (1 - Fraction(percent.number) / 100)
    rule = "the smallest price that leaves the margin floor"
    move = _move(facts, moves, moves.at_least(net), "value_at_floor", rule)
    side = "or more" if moves.field == "unit_price" else "or less"
    text = f"Clears at {move.words} of {{value}} {side}, which leaves a margin of {{floor}}."
    return Clearing(Sentence(text, {"value": move.figure, "floor": percent}), move.change)


def free_clears(facts: PriceFacts) -> Clearing:
    """Any price above nothing, or an entry as free goods."""
    moves = lever(facts.terms)
    text = "Clears when the line carries a price, or is entered as free goods."
    if moves is None:
        return Clearing(Sentence(text))
    rule = "the smallest price above nothing"
    move = _move(facts, moves, moves.above(Fraction(0)), "smallest_price", rule)
    side = "or more" if moves.field == "unit_price" else "or less"
    text = f"Clears at {move.words} of {{value}} {side}, or when the line is entered as free goods."
    return Clearing(Sentence(text, {"value": move.figure}), move.change)


def tie_clears(facts: PriceFacts, tied: TiedPrices) -> Clearing:
    """The charged row of the tie, else the lowest id, gets the higher priority number."""
    charged = facts.charged.number if facts.charged else None
    same = (r for r, price in zip(tied.rows, tied.prices, strict=True) if price.number == charged)
    row = next(same, tied.rows[0]).row
    priority = int(row.amount("priority")) + 1
    figure = Figure(
        f"{facts.terms.key}.priority", priority, "count", "by rule: above the rows that rank alike",
        (row.cell("price_id"),),
    )  # fmt: skip
    sentence = Sentence(
        "Clears when {rule} gets the priority {priority} or another rank than the others.",
        {"rule": row.cell("price_id"), "priority": figure},
    )
    change = {"kind": "row", "ref": row.ref, "field": "priority", "value": priority}
    return Clearing(sentence, change)
