"""The kills at a quick size, in a process that has no threads, and their points."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from agent.desk.store import open_desk
from agent.graph import NODES
from evals.durability.kills_case import LIFE, open_place, witness
from evals.durability.kills_points import points
from tests.agent.stores import BOTH

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("database", BOTH)
def test_what_a_kill_interrupts_is_finished_once_by_the_sweep(database: str) -> None:
    name = {"postgres": "postgresql"}.get(database, database)
    words = ["-m", "evals.durability.kills", "--kills", "8", "--only", name]
    around = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=around, capture_output=True, check=False
    )
    body = orjson.loads(done.stdout)[name]
    assert body["violations"] == []
    assert done.returncode == 0
    assert (body["kills"], body["at_points"], body["cases"]) == (8, 4, 9)
    assert (body["lost"], body["done_twice"]) == (0, 0)
    assert body["audit_rows"] == 9 * len(LIFE)
    assert sum(body["found_after_the_kill"].values()) == 8


def test_every_node_has_a_point_before_inside_and_after_it() -> None:
    names = {point.name for point in points(SqliteSaver)}
    assert {f"{when} {node}" for node in NODES for when in ("before", "inside", "after")} <= names
    assert all(callable(getattr(one.owner, one.function)) for one in points(SqliteSaver))


def test_the_witness_names_a_case_that_is_not_there(tmp_path: Path) -> None:
    open_desk(tmp_path / "desk.sqlite", head=tmp_path / "audit.head").close()
    open_place(tmp_path, None).threads.close()
    found = witness(tmp_path, None, 1)
    assert found["lost"] == 1
    assert found["violations"] == ["SO-1: it is lost"]
