"""Each finding's `clears_when.change` is applied and the checks run again: it clears.

One unit less does not: a cent, a piece, a day, a hundredth of a kilogram.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import policies.checks
from policies.checks.approval_validity import FAILURES
from policies.checks.compliance_words import NOT_CLEAR
from tests.policies import clearing_goods, clearing_money, clearing_papers
from tests.policies.clearing import Scenario, less
from tests.policies.clearing_goods import RANK, ROUTE, STOCK, SUBSTITUTE
from tests.policies.clearing_money import CREDIT, PRICE
from tests.policies.clearing_papers import APPROVALS, COMPLIANCE
from tools.money import minor_unit
from tools.rows import Figure

SCENARIOS = [*CREDIT, *PRICE, *STOCK, *RANK, *SUBSTITUTE, *ROUTE, *COMPLIANCE, *APPROVALS]
DIVISIBLE = [scenario for scenario in SCENARIOS if not scenario.indivisible]
WITHOUT_CHANGE = [*clearing_money.NO_CHANGE, *clearing_goods.NO_CHANGE, *clearing_papers.NO_CHANGE]
"""Findings that no change of facts clears."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_the_change_clears_the_finding(scenario: Scenario) -> None:
    change = scenario.change
    assert (change["kind"], change.get("field")) == (scenario.kind, scenario.column)
    assert not scenario.stands(change)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_the_change_leaves_nothing_that_cannot_be_judged(scenario: Scenario) -> None:
    known = {gap.check for gap in scenario.before.not_known}
    assert {gap.check for gap in scenario.after(scenario.change).not_known} <= known


@pytest.mark.parametrize("scenario", DIVISIBLE, ids=str)
def test_one_unit_less_does_not_clear_it(scenario: Scenario) -> None:
    shorter = list(less(scenario))
    assert shorter
    for nearly in shorter:
        assert scenario.stands(nearly, scenario.becomes), nearly


def test_a_change_without_units_is_said_to_be_one() -> None:
    for scenario in SCENARIOS:
        assert bool(list(less(scenario))) is not scenario.indivisible, str(scenario)


@pytest.mark.parametrize("scenario", WITHOUT_CHANGE, ids=str)
def test_what_a_person_or_nobody_can_lift_has_no_change(scenario: Scenario) -> None:
    assert scenario.found.clears_when.change is None


LIMITED = [
    scenario for scenario in CREDIT
    if scenario.code == "exposure_over_limit" and scenario.name != "beyond the tolerance"
]  # fmt: skip


@pytest.mark.parametrize("scenario", LIMITED, ids=str)
def test_the_credit_limit_that_is_named_clears_as_well_and_a_cent_less_does_not(
    scenario: Scenario,
) -> None:
    named, account = (
        scenario.found.clears_when.text.figures["new_limit"],
        scenario.found.citations[0],
    )
    assert isinstance(named, Figure)
    change = {
        "kind": "limit", "customer_id": account["customer_id"], "company_id": account["company_id"],
        "amount": str(named.number), "currency": named.unit,
    }  # fmt: skip
    assert not scenario.stands(change)
    assert scenario.stands({**change, "amount": str(named.number - minor_unit(named.unit))})


# --- no code without its case ----------------------------------------------------------------

BY_VARIABLE = {
    ("approval_prices.py", "_override_gaps"), ("approval_words.py", "_finding"),
    ("compliance_issue.py", "_not_clear"), ("compliance_licences.py", "_finding"),
    ("compliance_licences.py", "_missing"), ("route_risk.py", "_late"),
}  # fmt: skip
"""Functions that take the code of their finding from one of the families below."""
FAMILIES = {
    *FAILURES, *NOT_CLEAR, "late", "already_late",
    *(f"{word}_{what}" for word in ("licence", "age") for what in ("missing", "expired")),
}  # fmt: skip


def _findings_made() -> Iterator[tuple[str, str, ast.expr]]:
    """File, function and code of every call of Finding in the checks."""
    for file in sorted(Path(policies.checks.__file__).parent.glob("*.py")):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
                for call in calls:
                    if isinstance(call.func, ast.Name) and call.func.id == "Finding":
                        yield file.name, function.name, call.args[1]


def test_every_code_of_the_checks_has_a_case() -> None:
    written = {
        code.value for _, _, code in _findings_made()
        if isinstance(code, ast.Constant) and isinstance(code.value, str)
    }  # fmt: skip
    cases = {scenario.code for scenario in chain(SCENARIOS, WITHOUT_CHANGE)}
    assert written | FAMILIES == cases


def test_every_code_that_is_no_plain_text_is_of_a_known_family() -> None:
    found = {(file, name) for file, name, code in _findings_made()
             if not isinstance(code, ast.Constant)}  # fmt: skip
    assert found == BY_VARIABLE
