"""Risk: a published sum of terms, and the level that the sum gives."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from policies.risk import Risk, assess
from policies.settings import Settings
from tests.builders import Rows, a_case
from tests.policies.proving import SETTINGS, settings
from tools.rows import Figure


def risk(
    changes: dict[str, Rows] | None = None, rules: Settings = SETTINGS, *,
    primary: str | None = "credit_hold", share: str | None = None, below_floor: bool = False,
) -> Risk:  # fmt: skip
    figure = Figure("credit.overdue_share", Decimal(share), "", "by rule: test") if share else None
    return assess(a_case(changes), rules, primary, overdue_share=figure, below_floor=below_floor)


def points(found: Risk) -> dict[str, Decimal]:
    return {name: figure.number for name, figure in found.terms}


def order(**values: Any) -> dict[str, Rows]:
    return {"orders": [{"order_id": "SO-1", **values}]}


def test_the_score_is_the_sum_of_its_terms():
    found = risk(share="0.5", below_floor=True)

    assert found.score.number == sum(points(found).values())


@pytest.mark.parametrize(("tier", "given"), [("A", 15), ("B", 8), ("C", 3)])
def test_a_customer_of_a_better_tier_gives_more_points(tier: str, given: int):
    assert points(risk({"customers": [{"customer_id": "CU-1", "tier": tier}]}))["tier"] == given


@pytest.mark.parametrize(
    ("price", "given"), [("909.10", 25), ("454.55", 12), ("2000", 25), ("0", 0)]
)
def test_the_value_at_stake_gives_its_share_of_the_points_and_no_more(price: str, given: int):
    line = {"order_id": "SO-1", "line_no": "10", "unit_price": price}

    assert points(risk({"order_lines": [line]}))["value"] == given


@pytest.mark.parametrize(
    ("ship_on", "given"),
    [
        ("2026-03-02", 25),
        ("2026-02-20", 25),
        ("2026-03-04", 15),
        ("2026-03-07", 0),
        ("2026-04-01", 0),
    ],
)
def test_a_nearer_ship_date_gives_more_points(ship_on: str, given: int):
    assert points(risk(order(ship_on=ship_on)))["days"] == given


@pytest.mark.parametrize(("share", "given"), [("0", 0), ("0.5", 7), ("1", 15), ("1.5", 15)])
def test_the_overdue_share_gives_at_most_its_points(share: str, given: int):
    assert points(risk(share=share))["overdue"] == given


def test_a_margin_below_the_floor_gives_its_points():
    assert points(risk(below_floor=True))["margin"] == 10
    assert points(risk())["margin"] == 0


@pytest.mark.parametrize(
    ("placed_at", "given"),
    [
        ("2026-03-02T07:00:00+01:00", 0),
        ("2026-02-27T11:00:00+01:00", 10),
        ("2026-02-28T11:00:00+01:00", 10),
    ],
)
def test_a_hold_ages_by_working_days_against_its_sla(placed_at: str, given: int):
    hold = {"hold_id": "H-1", "placed_at": placed_at}

    assert points(risk({"holds": [hold]}))["age"] == given


def test_a_term_whose_input_is_not_known_is_left_out():
    assert "overdue" not in points(risk())
    assert "age" not in points(risk({"holds": [{"hold_id": "H-1", "status": "released"}]}))


@pytest.mark.parametrize(
    ("levels", "level"),
    [
        ([33, 50, 75], "medium"),
        ([34, 50, 75], "low"),
        ([25, 33, 75], "high"),
        ([1, 2, 33], "critical"),
    ],
)
def test_the_level_is_reached_at_its_score(levels: list[int], level: str):
    found = risk(order(ship_on="2026-03-04"), settings("risk", levels=levels))
    assert found.score.number == 33

    assert found.level == level
