"""Every case of peers and field reports has a row, and every row that applies runs."""

from __future__ import annotations

import csv
import inspect
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from policies.settings import Rules, load_rules, with_settings
from tests.conformance import (
    scenarios_credit,
    scenarios_dates,
    scenarios_price,
    scenarios_reports,
    scenarios_stock,
)
from tests.conformance.reading import credit
from tests.credit_rows import account

Scenario = Callable[[Rules], None]
HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MODULES = (scenarios_credit, scenarios_dates, scenarios_price, scenarios_reports, scenarios_stock)
SOURCES = ("peer-cases.md", "field-reports.md")
COLUMNS = ["id", "applies", "reason", "setting", "given", "expected", "scenario"]
FIRST_CELL = re.compile(r"^\| ([A-Z]\d{2}[a-z]?)★? \|", re.MULTILINE)
NAME = re.compile(r"([a-z]\d{2}[a-z]?)_\w+\Z")


def _rows() -> list[dict[str, str]]:
    with (ROOT / "tests" / "conformance.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _scenarios() -> dict[str, Scenario]:
    return {
        name: function
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if NAME.match(name) and function.__module__ == module.__name__
    }


def _sources() -> Path:
    shared = os.environ.get("HOLDDESK_SHARED")
    return Path(shared or ROOT.parent / "shared") / "conformance"


ROWS = _rows()
APPLYING = [row for row in ROWS if row["applies"] == "yes"]
SCENARIOS = _scenarios()
PINNED = (HERE / "ids.txt").read_text(encoding="utf-8").split()


def _rules_of(row: dict[str, str]) -> Rules:
    """The shipped rules with the row's setting."""
    return _rules_with(row["setting"])


def _rules_with(setting: str) -> Rules:
    """The shipped rules with `section.key=value`; the value is quoted, a bare > is no YAML."""
    if setting == "default":
        return load_rules()
    key, _, value = setting.partition("=")
    return with_settings(load_rules(), [f'{key}="{value}"'])


def test_no_case_is_missing_twice_or_made_up() -> None:
    assert [row["id"] for row in ROWS] == PINNED
    assert len(set(PINNED)) == len(PINNED)


@pytest.mark.skipif(not _sources().is_dir(), reason="the public cases are not beside this tree")
def test_the_pinned_ids_are_those_of_the_public_cases() -> None:
    found = [
        name for file in SOURCES
        for name in FIRST_CELL.findall((_sources() / file).read_text(encoding="utf-8"))
    ]  # fmt: skip
    assert found == PINNED


def test_every_row_says_what_is_given_and_expected() -> None:
    for row in ROWS:
        assert list(row) == COLUMNS
        assert row["applies"] in ("yes", "no")
        assert all(row[name] for name in ("reason", "setting", "given", "expected")), row["id"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_reason_is_a_sentence(row: dict[str, str]) -> None:
    assert len(row["reason"].split()) >= 6
    assert row["reason"].endswith(".")


def test_a_row_that_does_not_apply_names_no_scenario() -> None:
    assert [row["id"] for row in ROWS if row["applies"] == "no" and row["scenario"]] == []


def test_no_scenario_stands_without_its_row() -> None:
    assert sorted(SCENARIOS) == sorted(row["scenario"] for row in APPLYING)


@pytest.mark.parametrize("row", APPLYING, ids=lambda row: row["id"])
def test_the_case_holds(row: dict[str, str]) -> None:
    assert row["scenario"].partition("_")[0] == row["id"].lower()
    SCENARIOS[row["scenario"]](_rules_of(row))


def test_a_row_may_set_either_comparator() -> None:
    """At the limit is over it only where a company says so (some peers do)."""
    for sign, codes in ((">", []), (">=", ["exposure_over_limit"])):
        rules = _rules_with(f"credit.limit_comparator={sign}")
        assert credit(rules, account(credit_limit="1000")).codes == codes
