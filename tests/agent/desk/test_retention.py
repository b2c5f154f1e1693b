"""Retention: old rows go to a signed archive, and the chain holds from its anchor on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select, text

from agent.desk import anchors, audit, audit_export, cases, retention
from agent.desk.audit_models import Audit
from agent.desk.store import Desk
from tests.agent.desk.people import NOW, a_packet
from tests.agent.desk.test_audit import force, say
from tools.errors import BadInput, HolddeskError, Refused

BY = audit.Event("audit.retained")
SOON = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A retention of no time at all."""
    monkeypatch.setattr(retention, "_too_young", lambda *_: "")


def seqs(desk: Desk) -> list[int]:
    with desk.read() as session:
        return list(session.scalars(select(Audit.seq).order_by(Audit.seq)))


@pytest.mark.usefixtures("no_wait")
def test_old_rows_are_archived_and_the_chain_goes_on(desk: Desk, tmp_path: Path) -> None:
    say(desk, *"abcde")
    done = retention.retain(desk, SOON, 7, tmp_path / "archive", BY)
    assert (done.rows, done.last) == (5, 5)
    assert done.archive is not None
    assert audit_export.check(done.archive, desk.head.key.public())["rows"] == 5
    assert seqs(desk) == [6]
    assert audit.verify(desk) == audit.Report(True, 1, None, "")
    say(desk, "f")
    assert audit.verify(desk).ok


@pytest.mark.usefixtures("no_wait")
def test_it_can_be_repeated(desk: Desk, tmp_path: Path) -> None:
    for _ in range(3):
        say(desk, "a", "b")
        retention.retain(desk, SOON, 7, tmp_path / "archive", BY)
    assert audit.verify(desk).ok
    assert len(list((tmp_path / "archive").iterdir())) == 3


@pytest.mark.usefixtures("no_wait")
def test_rows_of_an_open_case_and_what_follows_stay(desk: Desk, tmp_path: Path) -> None:
    say(desk, "a", "b")
    a_packet(desk)
    assert retention.retain(desk, SOON, 7, tmp_path / "archive", BY).rows == 2
    assert retention.retain(desk, SOON, 7, tmp_path / "archive", BY).rows == 0
    assert audit.verify(desk).ok


def test_rows_within_the_retention_are_never_cut(desk: Desk, tmp_path: Path) -> None:
    say(desk, "a")
    with pytest.raises(BadInput, match="7 years"):
        retention.retain(desk, SOON, 7, tmp_path / "archive", BY)
    assert seqs(desk) == [1]


@pytest.mark.usefixtures("no_wait")
def test_nothing_is_cut_from_a_damaged_audit(desk: Desk, tmp_path: Path) -> None:
    say(desk, "a", "b")
    force(desk, "UPDATE audit SET actor = 'x' WHERE seq = 2")
    with pytest.raises(Refused, match="row 2 was changed"):
        retention.retain(desk, SOON, 7, tmp_path / "archive", BY)


@pytest.mark.usefixtures("no_wait")
def test_an_archive_that_cannot_be_written_cuts_nothing(desk: Desk, tmp_path: Path) -> None:
    say(desk, "a")
    (tmp_path / "archive").write_text("a file")
    with pytest.raises(BadInput, match="nothing was cut"):
        retention.retain(desk, SOON, 7, tmp_path / "archive", BY)
    assert seqs(desk) == [1]


def test_a_front_that_was_cut_without_an_anchor_is_found(desk: Desk) -> None:
    say(desk, *"abcd")
    force(desk, "DELETE FROM audit WHERE seq < 3")
    assert audit.verify(desk).first_bad_seq == 1


@pytest.mark.usefixtures("no_wait")
def test_an_anchor_that_was_moved_or_removed_is_found(desk: Desk, tmp_path: Path) -> None:
    say(desk, *"abcd")
    retention.retain(desk, SOON, 7, tmp_path / "archive", BY)
    say(desk, *"efgh")
    file = desk.head.folder / anchors.FILE
    kept = file.read_bytes()
    file.write_bytes(orjson.dumps({**orjson.loads(kept), "seq": 6}) + b"\n")
    assert not audit.verify(desk).ok
    file.unlink()
    assert audit.verify(desk).first_bad_seq == 1
    file.write_bytes(kept)
    assert audit.verify(desk).ok
    force(desk, "DELETE FROM audit WHERE seq < 7")
    assert audit.verify(desk).first_bad_seq == 5


def test_the_database_lets_nobody_delete_rows_without_an_anchor(desk: Desk) -> None:
    say(desk, "a")
    with pytest.raises(HolddeskError, match="append-only"), desk.write() as session:
        session.execute(text("DELETE FROM audit"))


@pytest.mark.usefixtures("no_wait")
def test_a_closed_case_goes_with_its_rows(desk: Desk, tmp_path: Path) -> None:
    (case_id,) = cases.open_cases(desk, [cases.Opening("SO-1")], NOW)
    with desk.write() as session:
        cases.close(desk, session, case_id, "reject", "")
    assert retention.retain(desk, SOON, 7, tmp_path / "archive", BY).rows == 2
