"""File drop and task list: whole files, and what a kill at any step leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from agent.app.channels import Folder, Letter, TaskList
from agent.desk.outbox import Claim

LETTER = Letter("O-1", "abc123", {"order_id": "SO-1"})
CLAIM = Claim("O-1", 1, "w1", datetime(2099, 1, 1, tzinfo=UTC))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "out")


def seen(folder: Folder) -> list[str]:
    """What a watcher of the folder sees."""
    return sorted(path.name for path in folder.folder.glob("*.json"))


def test_the_file_appears_whole_and_under_its_key(folder: Folder):
    folder.prepare(LETTER, "t1")
    assert seen(folder) == []

    assert folder.send(LETTER, CLAIM, "t1").kind == "accepted"
    assert seen(folder) == ["abc123.json"]
    document = orjson.loads((folder.folder / "abc123.json").read_bytes())
    assert document["idempotency_key"] == "abc123"
    assert document["data"]["order_id"] == "SO-1"


def test_killed_before_the_rename_it_was_not_handed_over(folder: Folder):
    folder.prepare(LETTER, "t1")

    assert folder.ask(LETTER, "t1").kind == "absent"
    assert list(folder.folder.iterdir()) == []


def test_killed_after_the_rename_it_was_even_where_it_was_taken_away(folder: Folder):
    folder.prepare(LETTER, "t1")
    folder.send(LETTER, CLAIM, "t1")
    (folder.folder / "abc123.json").unlink()

    assert folder.ask(LETTER, "t1").kind == "accepted"


def test_a_worker_that_lost_the_claim_leaves_nothing(folder: Folder):
    folder.prepare(LETTER, "t1")
    folder.prepare(LETTER, "t2")
    folder.discard(LETTER, "t2")
    folder.send(LETTER, CLAIM, "t1")

    assert [path.name for path in folder.folder.iterdir()] == ["abc123.json"]


def test_a_part_of_a_killed_loser_is_no_doubt_about_the_winner(folder: Folder):
    folder.prepare(LETTER, "t1")
    folder.prepare(LETTER, "t2")
    folder.send(LETTER, CLAIM, "t1")

    assert folder.ask(LETTER, "t1").kind == "accepted"
    assert [path.name for path in folder.folder.iterdir()] == ["abc123.json"]


def test_what_cannot_be_renamed_was_not_handed_over(folder: Folder):
    folder.folder.mkdir()

    assert folder.send(LETTER, CLAIM, "t1").kind == "retry"
    assert seen(folder) == []


def test_a_task_is_listed_and_a_silent_worker_listed_nothing():
    tasks = TaskList()

    assert tasks.send(LETTER, CLAIM, "t1").kind == "accepted"
    assert tasks.ask(LETTER, "t1").kind == "absent"
