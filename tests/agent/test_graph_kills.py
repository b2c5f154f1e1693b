"""Processes that are killed at every node and around every decision: nothing is lost or done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent.app import threads as graph_threads
from agent.app.working import (
    Workplace,
    audit_verify,
    decide,
    sweep,
)
from agent.desk import packets
from agent.desk.decisions import decisions
from agent.desk.outbox_models import Outbox
from tests.agent.desk.people import NOW, person
from tests.agent.stores import each_database  # noqa: F401 - every test runs on both
from tests.agent.test_graph import (
    FakeStages,
    approve_as,
    case_status,
    draft_one,
    event_names,
    kill,
    place_at,
)

DRIVER = """
import sys
from pathlib import Path
from tests.agent import test_graph_kills as t
t.run_and_die(Path(sys.argv[1]), sys.argv[2])
"""


def run_and_die(home: Path, where: str) -> None:
    """In a process of its own: draft one order, approve it, and be killed at one place."""
    stages = FakeStages(kill_in=where)
    place = place_at(home, stages)
    if where == "guard after storing":
        original = packets.save

        def save_and_die(*args: Any) -> Any:
            original(*args)
            kill()

        packets.save = save_and_die  # type: ignore[assignment]
    if where == "approve before the checkpoint":
        place.threads.graph.checkpointer.put = lambda *_: kill()
    if where == "approve after the checkpoint":
        packets.mark_waiting = lambda *_: kill()  # type: ignore[assignment]
    draft_one(place)
    _approve_and_die(place, where)


def _approve_and_die(place: Workplace, where: str) -> None:
    from agent import nodes

    original = nodes.record_outcome

    def record_and_die(*args: Any) -> str:
        if where == "record before closing":
            kill()
        original(*args)
        kill()
        return ""

    if where.startswith("record"):
        nodes.record_outcome = record_and_die
    if where == "decided":
        graph_threads.Threads.resume = lambda *_: kill()  # type: ignore[assignment, method-assign]
    if where == "resumed":
        packets.mark_resumed = lambda *_: kill()  # type: ignore[assignment]
    decide(place, approve_as(person()), NOW)


def in_a_process(home: Path, where: str) -> int:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(home), where],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        check=False,
    )
    return done.returncode


BEFORE_THE_DECISION = [
    "intake",
    "gather",
    "classify",
    "draft",
    "verify",
    "guard",
    "guard after storing",
    "approve before the checkpoint",
    "approve after the checkpoint",
]
AFTER_THE_DECISION = ["decided", "record before closing", "record after closing", "resumed"]


@pytest.mark.parametrize("where", BEFORE_THE_DECISION)
def test_a_kill_before_the_decision_loses_nothing(tmp_path: Path, where: str) -> None:
    assert in_a_process(tmp_path, where) == -signal.SIGKILL
    place = place_at(tmp_path)
    assert sweep(place, NOW).failed == {}
    assert sweep(place, NOW).waiting == []
    assert event_names(place) == ["case.opened", "packet.drafted"]
    assert decide(place, approve_as(person()), NOW).final
    assert case_status(place) == "closed"
    assert audit_verify(place).ok


@pytest.mark.parametrize("where", AFTER_THE_DECISION)
def test_a_kill_after_the_decision_does_nothing_twice(tmp_path: Path, where: str) -> None:
    assert in_a_process(tmp_path, where) == -signal.SIGKILL
    place = place_at(tmp_path)
    assert sweep(place, NOW).failed == {}
    assert sweep(place, NOW).resumed == []
    assert case_status(place) == "closed"
    names = event_names(place)
    assert names == ["case.opened", "packet.drafted", "decision.approve", "case.closed"]
    with place.desk.read() as session:
        assert len(decisions(session, "SO-1.v1")) == 1
        assert session.query(Outbox).count() == 1
    assert place.threads.pending("SO-1.v1") is None
    assert audit_verify(place).ok


def test_one_process_drafts_and_another_decides_and_resumes(tmp_path: Path) -> None:
    assert in_a_process(tmp_path, "approve after the checkpoint") == -signal.SIGKILL
    stages = FakeStages()
    place = place_at(tmp_path, stages)
    assert decide(place, approve_as(person()), NOW).final
    assert case_status(place) == "closed"
    assert stages.ran == []
    assert place.threads.pending("SO-1.v1") is None
