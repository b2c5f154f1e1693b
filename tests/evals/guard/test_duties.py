"""No sequence of duties lets one person do two; a rule that is missing lets some through."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from evals.guard import duties
from evals.guard.duties import Move, State, after, moves, search, violation
from policies.guard import Guard, shipped

TEXT = (files("policies") / "rights.cedar").read_text(encoding="utf-8")
SCHEMA = (files("policies") / "rights.cedarschema").read_text(encoding="utf-8")
SEPARATING = [
    "override-approver-does-not-release", "releaser-does-not-override", "approver-does-not-notify",
    "communicator-does-not-approve", "approver-does-not-edit", "creator-does-not-edit",
    "not-own-request", "not-own-order", "not-for-one-who-touched-it", "signs-once", "absent",
]  # fmt: skip


def test_a_quick_search_finds_no_violation(capsys: pytest.CaptureFixture[str]) -> None:
    assert duties.main(["--quick"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["violations"] == 0
    assert body["sequences"] > body["states"] > 20


@pytest.mark.parametrize("rule", SEPARATING)
def test_without_one_of_the_separating_rules_the_search_finds_a_violation(rule: str) -> None:
    start = TEXT.index(f'@id("{rule}")')
    end = TEXT.index(";\n", start) + 2
    without = Guard(TEXT[:start] + TEXT[end:], SCHEMA)
    assert rule not in without.rules()
    found = [search(without, depth=2, people=2, dual=dual, created=created).violations
             for dual in (False, True) for created in (False, True)]  # fmt: skip
    assert any(found)


def test_states_that_differ_by_names_alone_are_asked_once_and_counted_all_the_same() -> None:
    once = search(shipped(), depth=2, people=2)
    each = search(shipped(), depth=2, people=2, reduced=False)
    assert once.sequences == each.sequences
    assert once.states < each.states
    assert (once.violations, each.violations) == ([], [])


def test_every_duty_account_absence_and_delegation_is_tried() -> None:
    tried = list(moves(5))
    assert len(tried) == len(set(tried)) == 4 * 5 * (2 + 2 + 4 + 6)
    assert {move.duty for move in tried} == set(duties.DUTIES)


def test_a_second_signature_completes_a_duty_and_an_edit_ends_the_first() -> None:
    nothing = State((frozenset(), frozenset(), frozenset()))
    first = after(nothing, Move("approve", 0), dual=True)
    assert first.pending == ("approve", 0)
    both = after(first, Move("approve", 1), dual=True)
    assert both == State((frozenset({"approve"}), frozenset({"approve"}), frozenset()))
    edited = after(first, Move("edit", 2), dual=True)
    assert edited == State((frozenset({"approve"}), frozenset(), frozenset({"edit"})))


@pytest.mark.parametrize(
    ("move", "broken"),
    [(Move("release", 0), "did"), (Move("approve", 0), ""), (Move("release", 1), ""),
     (Move("release", 1, principals=(0,)), "stands in"), (Move("release", 1, absent=True), "absent")],
)  # fmt: skip
def test_what_counts_as_a_violation(move: Move, broken: str) -> None:
    state = State((frozenset({"approve"}), frozenset()))
    assert violation(state, move).find(broken) >= 0
    assert bool(violation(state, move)) == bool(broken)
