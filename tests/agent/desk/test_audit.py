"""The audit: what is appended stays, and every way of tampering is found."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text

from agent.desk import audit
from agent.desk.audit_models import Audit, Chain
from agent.desk.models import canonical
from agent.desk.store import Desk
from tests.agent.desk.people import a_desk
from tools.errors import HolddeskError, Refused, Unavailable

COLUMNS = [column.name for column in Audit.__table__.columns]


def say(desk: Desk, *names: str) -> None:
    for name in names:
        with desk.write() as session:
            audit.append(desk, session, audit.Event(name, order_id="SO-1", body={"n": name}))


def force(desk: Desk, *statements: str) -> None:
    """As somebody who owns the database file would: without its triggers."""
    sqlite = desk.engine.dialect.name == "sqlite"
    off = (
        "DROP TRIGGER IF EXISTS audit_no_{}" if sqlite else "ALTER TABLE audit DISABLE TRIGGER ALL"
    )
    with desk.write() as session:
        for act in ("update", "delete") if sqlite else ("",):
            session.execute(text(off.format(act)))
        for statement in statements:
            session.execute(text(statement))


def rewrite(desk: Desk, seq: int, **changes: Any) -> None:
    """Change a row and hash everything from it on again, as a careful forger would."""
    with desk.write() as session:
        rows = [dict(r) for r in session.execute(select(Audit.__table__)).mappings()]
    rows.sort(key=lambda row: row["seq"])
    prev = ""
    for row in rows:
        row.update(changes if row["seq"] == seq else {})
        row["prev"] = prev
        row["hash"] = prev = audit.row_hash(row)
    force(desk, "DELETE FROM audit")
    with desk.write() as session:
        session.execute(Audit.__table__.insert(), rows)  # type: ignore[attr-defined]
        session.execute(text(f"UPDATE chain SET hash = '{prev}'"))


def test_an_untouched_chain_verifies(desk: Desk) -> None:
    say(desk, "a", "b", "c")
    assert audit.verify(desk) == audit.Report(True, 3, None, "")


def test_an_empty_chain_verifies(desk: Desk) -> None:
    assert audit.verify(desk) == audit.Report(True, 0, None, "")


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in ("seq", "prev")])
def test_an_edited_cell_is_found_with_its_row(desk: Desk, column: str) -> None:
    say(desk, "a", "b", "c")
    changed = "schema - 1" if column == "schema" else f"{column} || 'x'"
    force(desk, f"UPDATE audit SET {column} = {changed} WHERE seq = 2")
    report = audit.verify(desk)
    assert (report.ok, report.first_bad_seq) == (False, 2)


TAMPERINGS: list[tuple[str, tuple[str, ...], int]] = [
    ("a row is removed", ("DELETE FROM audit WHERE seq = 2",), 2),
    ("the first row is removed", ("DELETE FROM audit WHERE seq = 1",), 1),
    (
        "a row is inserted",
        (
            f"INSERT INTO audit ({', '.join(COLUMNS)}) SELECT 9, 'p', 'h', "
            f"{', '.join(COLUMNS[3:])} FROM audit WHERE seq = 2",
        ),
        5,
    ),
    (
        "a row is renumbered into a gap",
        ("DELETE FROM audit WHERE seq = 2", "UPDATE audit SET seq = 2 WHERE seq = 3"),
        2,
    ),
    (
        "two rows are swapped",
        (
            "UPDATE audit SET seq = 90 WHERE seq = 2",
            "UPDATE audit SET seq = 2 WHERE seq = 3",
            "UPDATE audit SET seq = 3 WHERE seq = 90",
        ),
        2,
    ),
    ("the tail is cut", ("DELETE FROM audit WHERE seq = 4",), 4),
    (
        "the tail is cut and the counter set back",
        (
            "UPDATE chain SET seq = 3, hash = (SELECT hash FROM audit WHERE seq = 3)",
            "DELETE FROM audit WHERE seq = 4",
        ),
        4,
    ),
    (
        "everything is removed",
        ("DELETE FROM audit", "UPDATE chain SET seq = 0, hash = ''"),
        1,
    ),
    ("the counter is removed", ("DELETE FROM chain",), 5),
    ("a previous hash is changed", ("UPDATE audit SET prev = 'x' WHERE seq = 3",), 3),
]


@pytest.mark.parametrize(("what", "statements", "bad"), TAMPERINGS)
def test_tampering_is_found(desk: Desk, what: str, statements: tuple[str, ...], bad: int) -> None:
    say(desk, "a", "b", "c", "d")
    force(desk, *statements)
    report = audit.verify(desk)
    assert (report.ok, report.first_bad_seq) == (False, bad), what
    assert report.why


def test_a_chain_that_was_rewritten_as_a_whole_is_found(desk: Desk) -> None:
    say(desk, "a", "b", "c")
    rewrite(desk, 2, actor="u.forger")
    report = audit.verify(desk)
    assert not report.ok
    assert "rewritten" in report.why


def test_a_missing_head_is_found(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    say(desk, "a")
    (tmp_path / "audit.head").unlink()
    assert "head of the audit is missing" in audit.verify(desk).why


def test_a_damaged_head_is_told(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    say(desk, "a")
    (tmp_path / "audit.head").write_text("{")
    assert "cannot be read" in audit.verify(desk).why
    with pytest.raises(Unavailable, match="cannot be read"):
        say(desk, "b")


@pytest.mark.parametrize(
    "damage",
    [
        (
            "DELETE FROM audit WHERE seq = 2",
            "UPDATE chain SET seq = 1, hash = (SELECT hash FROM audit)",
        ),
        ("UPDATE audit SET hash = 'x' WHERE seq = 2",),
    ],
)
def test_nothing_is_appended_to_a_chain_that_differs_from_its_head(
    desk: Desk, damage: tuple[str, ...]
) -> None:
    say(desk, "a", "b")
    force(desk, *damage)
    with pytest.raises(Refused, match="audit verify"):
        say(desk, "c")


def test_nothing_is_appended_without_a_head(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    say(desk, "a")
    (tmp_path / "audit.head").unlink()
    with pytest.raises(Refused, match="head of the audit is missing"):
        say(desk, "b")


def test_the_head_names_the_newest_row(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    say(desk, "a", "b")
    head = orjson.loads((tmp_path / "audit.head").read_bytes())
    with desk.read() as session:
        assert (head["seq"], head["hash"]) == (2, session.scalar(select(Chain.hash)))


def test_a_head_that_lags_behind_a_killed_writer_is_no_alarm(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    say(desk, "a")
    before = (tmp_path / "audit.head").read_bytes()
    say(desk, "b")
    (tmp_path / "audit.head").write_bytes(before)
    assert audit.verify(desk).ok
    say(desk, "c")
    assert audit.verify(desk) == audit.Report(True, 3, None, "")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
        "UPDATE decisions SET reason = 'x'",
        "DELETE FROM decisions",
    ],
)
def test_the_database_refuses_to_change_what_is_append_only(desk: Desk, statement: str) -> None:
    from tests.agent.desk.people import a_packet, approve
    from tests.agent.desk.test_decisions import ask

    a_packet(desk)
    ask(desk, approve())
    with pytest.raises(HolddeskError, match="append-only"), desk.write() as session:
        session.execute(text(statement))


def test_replacing_a_row_does_not_pass_the_triggers_by(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    say(desk, "a")
    columns = ", ".join("'x'" if name != "seq" else "1" for name in COLUMNS)
    with pytest.raises(HolddeskError, match="append-only"), desk.write() as session:
        session.execute(text(f"INSERT OR REPLACE INTO audit VALUES ({columns})"))


def test_an_event_that_is_rolled_back_leaves_no_trace(desk: Desk) -> None:
    def fail_after_appending() -> None:
        with desk.write() as session:
            audit.append(desk, session, audit.Event("b"))
            raise KeyError

    say(desk, "a")
    with pytest.raises(KeyError):
        fail_after_appending()
    say(desk, "c")
    assert audit.verify(desk) == audit.Report(True, 2, None, "")


def test_eight_writers_leave_one_chain_without_gaps(desk: Desk) -> None:
    def write() -> None:
        say(desk, *(str(n) for n in range(12)))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert audit.verify(desk) == audit.Report(True, 96, None, "")


def test_a_chain_that_grows_while_it_is_verified_is_no_alarm(desk: Desk) -> None:
    say(desk, "a")
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            say(desk, "more")

    writer = threading.Thread(target=write)
    writer.start()
    reports = [audit.verify(desk) for _ in range(20)]
    stop.set()
    writer.join()
    assert [report.why for report in reports if not report.ok] == []


def test_a_field_does_not_run_into_the_next() -> None:
    base = {**dict.fromkeys(COLUMNS, ""), "schema": 2}
    one = {**base, "actor": "ab", "actor_kind": "c"}
    two = {**base, "actor": "a", "actor_kind": "bc"}
    assert audit.row_hash(one) != audit.row_hash(two)


@pytest.mark.parametrize("value", [1.0, {"a": 1.5}, [{"b": (1, 2.0)}]])
def test_a_float_is_never_hashed(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": [1, {"d": 2, "c": 3}]}) == b'{"a":[1,{"c":3,"d":2}],"b":1}'
