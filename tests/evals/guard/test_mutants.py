"""Mutants of the rights are made mechanically, one place each, and the oracle catches them."""

from __future__ import annotations

from collections import Counter

import pytest

from evals.guard.mutants import caught, corpus, policy_text, report, run
from evals.guard.mutations import Mutant, mutants
from policies.guard import shipped
from policies.guard_engine import Engine

ALL = list(mutants(policy_text()))
SIZE = 2500


def test_every_rule_is_broken_in_several_ways() -> None:
    per_rule = Counter(one.rule for one in ALL)
    assert set(per_rule) == set(shipped().rules())
    assert len(ALL) > 800
    kinds = {one.kind for one in ALL}
    assert {"drop", "negate", "by one", "edge", "swap Role", "half", "junction"} <= kinds


def test_each_mutant_differs_from_the_shipped_text_and_from_the_others() -> None:
    texts = {one.text for one in ALL}
    assert policy_text() not in texts
    assert len(texts) > 0.97 * len(ALL)


@pytest.mark.parametrize(
    "rule", ["release-sales", "compliance-hit", "authority-too-low", "signs-once", "agent-works",
             "executive-threshold", "override-approver-does-not-release", "credit-is-seen"]
)  # fmt: skip
def test_a_rule_that_is_dropped_is_caught(rule: str) -> None:
    (dropped,) = [one for one in ALL if one.rule == rule and one.kind == "drop"]
    assert rule not in Engine(dropped.text, policy_text("rights.cedarschema")).rules
    assert caught(dropped, corpus(SIZE, 5).about(rule)) in ("decision", "rules")


def test_a_threshold_that_moves_by_one_minor_unit_is_caught() -> None:
    moved = [m for m in ALL if m.rule == "authority-too-low" and m.kind in ("edge", "by one")]
    assert len(moved) == 3
    questions = corpus(SIZE, 5).about("authority-too-low")
    assert all(caught(one, questions) for one in moved)


def test_a_rule_that_reaches_into_an_action_where_it_never_decides_is_caught() -> None:
    (reaching,) = [m for m in ALL if (m.rule, m.what) == ("reads-only", "unless 1")
                   and m.kind == "forget"]  # fmt: skip
    assert caught(reaching, corpus(SIZE, 5).about("reads-only")) == "decision"


def test_the_shipped_text_itself_is_not_caught() -> None:
    same = Mutant("release-sales", "none", "", policy_text())
    assert caught(same, corpus(SIZE, 5).about("release-sales")) == ""


def test_a_text_that_is_refused_counts_in_neither() -> None:
    refused = Mutant("release-sales", "drop", "", "nonsense")
    assert caught(refused, ()) == "refused"
    body = report([(refused, "refused"), (ALL[0], "decision"), (ALL[1], "")], 0.0)
    assert (body["mutants"], body["caught"], body["refused_when_read"]) == (2, 1, 1)
    assert body["survivors"] == [{"rule": ALL[1].rule, "kind": ALL[1].kind, "what": ALL[1].what}]
    assert not body["holds"]


def test_a_sample_of_all_mutants_is_caught() -> None:
    results = run(SIZE, 5, 1, every=60)
    assert sum(bool(how) for _, how in results) >= 0.8 * len(results)
