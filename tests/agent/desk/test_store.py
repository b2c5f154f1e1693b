"""Opening the desk: migrations, pragmas, times, and plain sentences for what goes wrong."""

from __future__ import annotations

import multiprocessing
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from agent.desk import cases
from agent.desk.models import Base, Case
from agent.desk.store import REVISION, Desk, database_clock, open_desk
from tests.agent.desk.people import NOW, a_desk
from tools.errors import NotFound, Unavailable


def test_migrations_give_the_tables_of_the_models(desk: Desk) -> None:
    with desk.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_the_newest_migration_is_the_one_that_the_store_expects() -> None:
    folder = Path(cases.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == REVISION


def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    cases.open_cases(a_desk(tmp_path), [cases.Opening("SO-1")], NOW)
    with a_desk(tmp_path).read() as session:
        assert len(cases.unfinished(session)) == 1


def test_a_store_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    with desk.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="newer release"):
        a_desk(tmp_path)


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "desk.sqlite").write_text("orders,customers\n" * 100)
    with pytest.raises(Unavailable, match="desk store"):
        a_desk(tmp_path)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("foreign_keys", 1),
        ("busy_timeout", 30000),
        ("recursive_triggers", 1),
        ("synchronous", 2),
    ],
)
def test_sqlite_is_set_for_safety(tmp_path: Path, pragma: str, value: Any) -> None:
    with a_desk(tmp_path).read() as session:
        assert session.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_a_writer_takes_the_lock_at_its_start(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    with desk.write():
        other = sqlite3.connect(tmp_path / "desk.sqlite", timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_times_come_back_aware_and_in_utc(desk: Desk) -> None:
    east = NOW.astimezone(timezone(timedelta(hours=5)))
    (case_id,) = cases.open_cases(desk, [cases.Opening("SO-1", placed_at=east)], east)
    with desk.read() as session:
        case = cases.case(session, case_id)
    assert (case.placed_at, case.opened_at) == (NOW, NOW)
    assert case.opened_at.tzinfo is UTC


def test_a_naive_time_is_refused(desk: Desk) -> None:
    naive = datetime(2026, 3, 2)  # noqa: DTZ001
    with pytest.raises(Unavailable, match="without a zone"):
        cases.open_cases(desk, [cases.Opening("SO-1")], naive)


def test_the_clock_is_the_one_of_the_database(desk: Desk) -> None:
    with desk.read() as session:
        assert abs(database_clock(session) - datetime.now(UTC)) < timedelta(seconds=30)


def test_a_hold_placed_again_is_a_new_case_and_a_repeated_event_is_not(desk: Desk) -> None:
    first = cases.Opening("SO-1", "H-1", NOW)
    again = cases.Opening("SO-1", "H-1", NOW + timedelta(days=1))
    ids = cases.open_cases(desk, [first, first, again, cases.Opening("SO-1")], NOW)
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_a_case_that_is_not_there_is_named(desk: Desk) -> None:
    with desk.read() as session, pytest.raises(NotFound, match="C-404"):
        cases.case(session, "C-404")


def test_an_undecided_status_outside_the_list_is_refused_by_the_database(desk: Desk) -> None:
    (case_id,) = cases.open_cases(desk, [cases.Opening("SO-1")], NOW)
    with pytest.raises(Unavailable), desk.write() as session:
        session.get(Case, case_id).status = "released"  # type: ignore[union-attr]


def _open(home: str, start: Any, done: Any) -> None:
    start.wait()
    open_desk(Path(home) / "desk.sqlite").close()
    done.put("ok")


def test_two_processes_may_create_the_store_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    start, done = spawn.Barrier(2), spawn.Queue()
    racers = [spawn.Process(target=_open, args=(str(tmp_path), start, done)) for _ in range(2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    assert [racer.exitcode for racer in racers] == [0, 0]
