"""Reason codes: the published list from which an override or a refusal names its cause.

A code is counted and compared; the text beside it says what a code cannot. Both are required for
an override: an approval that goes against a finding or against the rules of credit and price.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

REASON_CODES: dict[str, str] = {
    "payment_received": "the money has come and is not booked yet",
    "payment_promised": "the customer promised a dated payment",
    "secured": "an insurance, a guarantee or a letter of credit covers it",
    "standing_customer": "the customer's record bears the exception",
    "goods_confirmed": "warehouse or supplier confirmed the goods",
    "price_agreed": "the price was agreed with the customer",
    "customer_accepts": "the customer accepts the date, the part or the substitute",
    "data_wrong": "the data are late or wrong, and the text says what is true",
    "risk_too_high": "the risk is not worth the order",
    "evidence_missing": "what is needed to decide is not there",
    "duplicate": "the order is a duplicate",
    "customer_cancelled": "the customer does not want it any more",
    "other": "none of these, and the text says what",
}

ALWAYS_OVERRIDE = frozenset(
    {"override_credit", "change_credit_limit", "change_price", "waive_finding"}
)


def is_override(decision: str, action: str, against: AbstractSet[str]) -> bool:
    """Whether an approval goes against a finding; `against` are classes found or not known.

    A release is one while any class but approval_gap stands or is not known: the signature is
    what an approval gap asks for.
    """
    if decision != "approve":
        return False
    releases = action == "release_order" and bool(against - {"approval_gap"})
    return action in ALWAYS_OVERRIDE or releases


def reason_problem(code: str, text: str, *, override: bool) -> str:
    """What is wrong with a reason, as a sentence; empty where nothing is."""
    if code and code not in REASON_CODES:
        return f"{code} is no reason code; use one of {', '.join(REASON_CODES)}"
    if override and not (code and text.strip()):
        return (
            "this approval is an override: it needs a reason code and a text "
            f"(--reason-code and --reason); codes: {', '.join(REASON_CODES)}"
        )
    return ""
