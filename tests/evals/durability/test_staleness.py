"""A few kinds of evidence at each moment, and changes that are what they say."""

from __future__ import annotations

import pytest

from evals.durability.staleness import MOMENTS, QUICK, run
from evals.durability.staleness_changes import CHANGES, Change
from evals.durability.staleness_company import tables


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.name)
def test_a_material_change_stops_and_an_immaterial_one_does_not(moment: object) -> None:
    body = run([change for change in CHANGES if change.name in QUICK], [moment])  # type: ignore[list-item]
    assert body["violations"] == []
    assert (body["material"], body["immaterial"]) == (5, 3)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_every_change_changes_the_tables(change: Change) -> None:
    before, after = tables(), tables()
    change.apply(after)
    assert after != before


def test_twelve_kinds_of_evidence_and_more_are_covered() -> None:
    assert sum(change.material for change in CHANGES) >= 12
    assert sum(not change.material for change in CHANGES) >= 12


def test_a_material_change_that_is_called_immaterial_is_a_violation() -> None:
    wrong = Change("limit", False, next(c for c in CHANGES if c.name == "credit limit").apply)
    (violation,) = run([wrong], MOMENTS[:1])["violations"]
    assert violation.startswith("limit, after the draft: ")
    assert violation.endswith("it must not stop")
