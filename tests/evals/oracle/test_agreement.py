"""Two programs that share no code find the same: random companies, judged twice."""

from __future__ import annotations

from typing import Any

import pytest

from evals.oracle.run import run

CODES = {
    "approval_gap": (
        "amount_too_low expired incomplete_order manual_price_unreferenced missing older_version"
        " over_authority pending possible_duplicate quorum_short rejected self_approved"
        " split_below_threshold wrong_role"
    ),
    "compliance_issue": (
        "age_expired age_missing hit licence_expired licence_missing licence_quantity list_missing"
        " not_screened pending possible_match screening_expired vat_id_invalid"
    ),
    "credit_hold": (
        "broken_promise customer_blocked exposure_over_limit limit_expired manual_hold overdue"
        " review_due terms_extended"
    ),
    "customer_priority_conflict": "held_by_lower_rank outranked starves_higher_rank",
    "price_mismatch": (
        "ambiguous_price below_margin_floor charged_differs free_goods matches_other_rule"
    ),
    "route_risk": "already_late exceeds_vehicle late promise_after_request",
    "stock_shortage": "mixed_dates product_blocked short",
    "substitution_need": "substitute",
}
EVERY = {f"{kind}.{code}" for kind, codes in CODES.items() for code in codes.split()}


def seen(result: dict[str, Any], least: int) -> set[str]:
    return {code for code, count in result["codes"].items() if count >= least}


def test_some_hundred_random_orders_are_judged_alike() -> None:
    result = run(orders=300, seed=1)
    assert result["kinds"] == {}
    assert result["disagreements"] == 0
    assert len(seen(result, 1)) > 40


@pytest.mark.long
def test_ten_thousand_random_orders_are_judged_alike_and_show_every_code() -> None:
    result = run(orders=10_000, seed=100_000)
    assert result["kinds"] == {}
    assert EVERY - seen(result, 50) == set()
