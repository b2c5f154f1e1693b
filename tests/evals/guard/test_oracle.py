"""The guard and its second opinion agree; a guard that is broken on purpose is noticed."""

from __future__ import annotations

import ast
import json
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest

import evals.guard
from evals.guard import oracle
from evals.guard.asking import ACTIONS, GROUPS, LOCKED, SEEING, Facts, Who
from evals.guard.comparing import lock_of
from evals.guard.rulebook import judge
from evals.guard.scenarios import asks
from policies.guard import Guard, LockFacts, locks, shipped
from policies.views import COLUMN_GROUPS

FOLDER = Path(evals.guard.__file__).parent
COMPARISON = {"comparing", "oracle", "mutants", "mutations", "duties", "faults", "broken"}
TEXT = (files("policies") / "rights.cedar").read_text(encoding="utf-8")
SCHEMA = (files("policies") / "rights.cedarschema").read_text(encoding="utf-8")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(f"{'.' * node.level}{node.module or ''}")
    return names


@pytest.mark.parametrize(
    "path", [p for p in FOLDER.glob("*.py") if p.stem not in COMPARISON], ids=lambda p: p.stem
)
def test_the_second_opinion_imports_nothing_of_the_product(path: Path) -> None:
    for name in imported(path):
        assert name.split(".")[0] not in {"policies", "tools", "agent", "seeds", "cedarpy"}
        assert not name.startswith(".")
        assert name not in {f"evals.guard.{one}" for one in COMPARISON}


def test_a_quick_run_agrees_on_every_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert oracle.main(["--quick"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["requests"] >= oracle.QUICK
    assert (body["disagreements"], body["locks_that_differ"]) == (0, 0)
    assert body["rules"]["seldom"] == {}
    assert body["allowed"]["least"] >= 0.2
    for edge in ("release", "executive", "credit authority", "limit", "ceiling", "expiry"):
        assert all(body["edges"][f"{edge} {step}"] for step in ("-1", "+0", "+1"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("context.authority < context.amount", "context.authority <= context.amount"),
        ("when { resource.hit }", "when { !resource.hit }"),
        ('permit (principal in Role::"sales_operations", action == Action::"release_order"',
         'permit (principal in Role::"logistics", action == Action::"release_order"'),
    ],
)  # fmt: skip
def test_a_guard_that_is_broken_on_purpose_disagrees(old: str, new: str) -> None:
    assert old in TEXT
    tally = oracle.compare(1500, 3, Guard(TEXT.replace(old, new), SCHEMA))
    assert tally.wrong > 0
    assert tally.disagreements[0]["oracle"] != tally.disagreements[0]["guard"]


def test_a_memory_that_forgets_a_fact_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard(TEXT, SCHEMA)
    monkeypatch.setattr(oracle, "LOCKS_EVERY", 10)
    monkeypatch.setattr(guard, "_locks", lambda facts: locks(LockFacts(
        frozenset(), frozenset(), 0, 1, 2)))  # fmt: skip
    assert oracle.compare(100, 1, guard).locks_differ > 0


def test_who_may_approve_is_the_same_from_memory_and_afresh() -> None:
    rng, guard = Random(7), shipped()
    for _ in range(12):
        for one in asks(rng):
            facts = lock_of(one.facts)
            assert guard.locks(facts) == guard.locks_in_full(facts)


def test_the_requests_cover_every_action_and_group() -> None:
    rng = Random(2)
    asked = {one.action for _ in range(3000) for one in asks(rng)}
    assert asked == {*ACTIONS, *SEEING}
    assert set(GROUPS) == set(COLUMN_GROUPS)


@pytest.mark.parametrize("action", LOCKED)
def test_the_second_opinion_never_lets_the_agent_decide(action: str) -> None:
    allowed, rules = judge(None, action, Facts(waives="route_risk"))
    assert not allowed
    assert "agent-locked" in rules


@pytest.mark.parametrize(
    ("limit", "allowed"), [(None, False), (99, False), (100, True), (101, True)]
)
def test_the_second_opinion_compares_authority_to_the_cent(
    limit: int | None, allowed: bool
) -> None:
    who = Who("u", "p", frozenset({"sales_operations"}), limit=limit)
    assert judge(who, "release_order", Facts(order_value=100))[0] is allowed
