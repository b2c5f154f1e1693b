"""The list of mutants is usable: texts occur once, tests exist, every class has enough of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from evals.mutants import ROOT, Mutant, mutants, stale
from evals.mutants.__main__ import main, report
from evals.mutants.running import Result, tried
from policies.settings import ExceptionClass

PARTS = ("guard", "choose", "verify", "calendars", "money")
FOUND = mutants()


def test_every_text_to_find_occurs_once_in_its_file():
    assert stale(ROOT, FOUND) == []


def test_every_class_and_part_has_at_least_five():
    count = Counter(mutant.area for mutant in FOUND)

    assert {area for area in (*get_args(ExceptionClass), *PARTS) if count[area] < 5} == set()


def test_every_mutant_has_its_own_id_and_tests_that_exist():
    assert len({mutant.id for mutant in FOUND}) == len(FOUND)
    assert {
        test for mutant in FOUND for test in mutant.tests if not (ROOT / test).is_file()
    } == set()


def a_project(folder: Path, body: str = "LIMIT = 5\n") -> Path:
    (folder / "rule.py").write_text(body)
    (folder / "test_rule.py").write_text(
        "from rule import LIMIT\n\ndef test_limit():\n    assert LIMIT > 3\n"
    )
    return folder


def a_mutant(replace: str, find: str = "LIMIT = 5", test: str = "test_rule.py") -> Mutant:
    return Mutant(id="m", area="money", rule="r", file="rule.py", find=find, replace=replace,
                  tests=(test,))  # fmt: skip


@pytest.mark.parametrize(
    ("mutant", "outcome"),
    [
        (a_mutant("LIMIT = 2"), "caught"),
        (a_mutant("LIMIT = 4"), "survived"),
        (a_mutant("LIMIT = 2", find="LIMIT = 6"), "stale"),
        (a_mutant("LIMIT = = 2"), "unusable"),
        (a_mutant("LIMIT = 2", test="test_gone.py"), "unusable"),
    ],
)
def test_a_mutant_ends_as_its_tests_say(mutant: Mutant, outcome: str, tmp_path: Path):
    folder = a_project(tmp_path)

    assert tried(folder, mutant) == outcome
    assert (folder / "rule.py").read_text() == "LIMIT = 5\n"


def test_a_text_that_occurs_twice_is_stale(tmp_path: Path):
    assert stale(a_project(tmp_path, "LIMIT = 5\nLIMIT = 5\n"), [a_mutant("LIMIT = 2")]) == ["m"]


def test_the_report_counts_what_is_caught_and_names_what_is_not():
    body = report([Result(a_mutant("a"), "caught"), Result(a_mutant("b"), "survived")])

    assert (body["mutants"], body["caught"], body["survived"], body["stale"]) == (2, 1, ["m"], [])


def test_an_id_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "no-such-mutant"])
    assert "no-such-mutant" in capsys.readouterr().err
