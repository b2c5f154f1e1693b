"""What an action is measured against, and whose signatures that asks for."""

from __future__ import annotations

from evals.guard.asking import Facts

MEASURED = ("release_order", "override_credit", "change_credit_limit", "change_price",
            "ship_partial", "substitute_item", "waive_finding")  # fmt: skip
"""Actions that are compared with a person's authority."""
OPEN = ("open", "blocked", "released")


def amount_of(action: str, facts: Facts) -> tuple[int, bool]:
    """What the action is measured against (0 where nothing measures it), and whether it is known.

    A release: the order's value. Credit: what the limit would be exceeded by. A price: the margin
    given up. A part or a substitute: the line. A waiver: as the action that its class stands for.
    """
    if action == "release_order":
        amount = facts.order_value
    elif action in ("override_credit", "change_credit_limit"):
        amount = facts.credit_excess
    elif action == "change_price":
        amount = facts.margin_given_up
    elif action in ("ship_partial", "substitute_item"):
        amount = facts.line_value
    elif action == "waive_finding":
        amount = {
            "credit_hold": facts.credit_excess,
            "price_mismatch": facts.margin_given_up,
            "approval_gap": facts.order_value,
        }.get(facts.waives, 0)
    else:
        amount = 0
    return max(amount or 0, 0), amount is not None


def is_open(facts: Facts) -> bool:
    """Whether goods of the order may still move."""
    return facts.order_status in OPEN


def screening_open(facts: Facts) -> bool:
    """A compliance finding stands, or compliance is not known."""
    return "compliance_issue" in facts.classes | facts.not_known


def credit_or_margin_open(facts: Facts) -> bool:
    """A credit finding or a margin below its floor stands, or one of them is not known."""
    credit = "credit_hold" in facts.classes | facts.not_known
    return credit or facts.below_floor or "price_mismatch" in facts.not_known


def above_credit(action: str, facts: Facts) -> bool:
    """A credit action above what anybody in credit control may decide."""
    about_credit = action in ("override_credit", "change_credit_limit") or (
        action == "waive_finding" and facts.waives == "credit_hold"
    )
    most = -1 if facts.credit_authority is None else facts.credit_authority
    return about_credit and amount_of(action, facts)[0] > most


def executive_needed(action: str, facts: Facts) -> bool:
    """A measured action at or above the executive threshold."""
    return action in MEASURED and amount_of(action, facts)[0] >= facts.executive_from


def signatures(action: str, facts: Facts) -> int:
    """How many people sign."""
    two = action in ("change_promise", "transfer_stock")
    return 2 if two or executive_needed(action, facts) or above_credit(action, facts) else 1
