"""The races at a quick size, and a witness that cannot be fooled."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evals.durability.races import Race, open_at, races, run
from evals.durability.races_witness import witness
from evals.durability.world import SMALL, draft_packets, order_facts, request, somebody
from policies.guard import shipped
from tests.agent.stores import BOTH, postgres_schema

RACES = 24


@pytest.mark.parametrize("database", BOTH)
def test_every_race_in_two_processes_has_one_winner(tmp_path: Path, database: str) -> None:
    if database == "sqlite":
        body = run(RACES, 7, 2, tmp_path, None)
    else:
        with postgres_schema() as url:
            body = run(RACES, 7, 2, tmp_path, url)
    assert body["violations"] == []
    assert body["one_winner"] == RACES
    assert body["told"]["decided"] == RACES
    assert body["told"]["refused"] > RACES
    assert body["told"]["told again"] > 0
    assert body["attempts"] == sum(body["told"].values())


def test_the_races_of_a_seed_are_always_the_same_and_hold_every_kind() -> None:
    assert races(60, 3) == races(60, 3)
    assert races(60, 3) != races(60, 4)
    planned = races(60, 3)
    assert len({race.kind for race in planned}) == 7
    assert {len(race.attempts) for race in planned} <= set(range(2, 17))


def _decided(home: Path) -> tuple[list[Race], list[tuple[int, str, str]]]:
    from agent.desk.decisions import decide

    race = Race(0, "approve", SMALL, ())
    desk = open_at(home, None)
    draft_packets(desk, [order_facts(race.order_id)])
    who = somebody("sales_operations", 1)
    outcome = decide(desk, request(race.order_id, who, "approve"), shipped(), "p1")
    desk.close()
    return [race], [(0, "decided", str(outcome.decision_id))]


def test_the_witness_is_content_with_one_winner(tmp_path: Path) -> None:
    assert witness(open_at(tmp_path, None), *_decided(tmp_path))["violations"] == []


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("DELETE FROM outbox", "0 instructions left"),
        ("UPDATE packets SET status = 'rejected'", "its status is rejected"),
        ("DROP TRIGGER audit_no_delete; DELETE FROM audit", "0 audit rows for 1 signatures"),
        ("DROP TRIGGER decisions_no_delete; DELETE FROM decisions", "0 decisions ended the packet"),
    ],
)
def test_the_witness_names_rows_that_do_not_fit(tmp_path: Path, damage: str, says: str) -> None:
    planned, told = _decided(tmp_path)
    with closing(sqlite3.connect(tmp_path / "desk.sqlite")) as connection:
        connection.executescript(damage)
    violations = witness(open_at(tmp_path, None), planned, told)["violations"]
    assert any(says in line for line in violations)


def test_the_witness_names_a_reviewer_who_was_told_wrongly(tmp_path: Path) -> None:
    planned, told = _decided(tmp_path)
    violations = witness(open_at(tmp_path, None), planned, told * 2)["violations"]
    assert violations == ["race 0 (approve): more than one reviewer was told that they decided"]
