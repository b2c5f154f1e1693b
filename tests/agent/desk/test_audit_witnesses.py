"""The head and the checkpoints: what they show that the chain alone cannot."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from agent.desk import audit, audit_verify, checkpoints
from agent.desk.store import Desk
from tests.agent.desk.people import a_desk
from tests.agent.desk.test_audit import force, rewrite, say
from tools.errors import Refused, Unavailable


@pytest.fixture
def small(tmp_path: Path) -> Desk:
    """A desk with a checkpoint every three rows."""
    return a_desk(tmp_path, checkpoint_rows=3)


def lines(desk: Desk) -> list[bytes]:
    return (desk.head.folder / checkpoints.FILE).read_bytes().splitlines(keepends=True)


def put(desk: Desk, kept: list[bytes]) -> None:
    (desk.head.folder / checkpoints.FILE).write_bytes(b"".join(kept))


def found(desk: Desk) -> tuple[int | None, str]:
    report = audit.verify(desk)
    assert not report.ok
    return report.first_bad_seq, report.why


def test_a_checkpoint_is_laid_down_every_so_many_rows_and_covers_each(small: Desk) -> None:
    say(small, *"abcdefgh")
    bodies = [orjson.loads(line) for line in lines(small)]
    assert [(b["n"], b["first"], b["seq"]) for b in bodies] == [(1, 1, 3), (2, 4, 6)]
    assert audit.verify(small).ok


def test_a_transaction_of_many_rows_is_covered_whole(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, checkpoint_rows=3)
    with desk.write() as session:
        for n in range(2345):
            audit.append(desk, session, audit.Event(str(n)))
    assert [orjson.loads(line)["seq"] for line in lines(desk)] == [1000, 2000, 2345]
    assert audit.verify(desk).ok


def test_old_rows_get_their_checkpoint_with_the_next_write(small: Desk) -> None:
    later = [datetime.now(UTC)]
    small.head._clock = lambda: later[0]
    say(small, "a")
    assert not (small.head.folder / checkpoints.FILE).exists()
    later[0] += timedelta(minutes=6)
    say(small, "b")
    assert orjson.loads(lines(small)[0])["seq"] == 2


def test_a_checkpoint_can_be_asked_for(small: Desk) -> None:
    say(small, "a")
    assert small.checkpoint() == 1
    assert small.checkpoint() == 1
    assert audit.verify(small).ok


def test_a_rewritten_chain_is_found_at_its_first_forged_row(desk: Desk) -> None:
    say(desk, *"abcde")
    rewrite(desk, 4, actor="u.forger")
    assert found(desk)[0] == 4
    assert "rewritten" in found(desk)[1]


def test_a_chain_rewritten_by_the_desk_itself_is_found_at_its_first_forged_row(
    small: Desk,
) -> None:
    say(small, *"abcdefgh")
    force(
        small,
        "DELETE FROM audit WHERE seq > 4",
        "UPDATE chain SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)",
    )
    assert small.head.path is not None
    small.head.path.unlink()
    small.head.start()
    with pytest.raises(Refused, match="does not match"):
        say(small, "forged")
    (small.head.folder / checkpoints.FILE).write_bytes(lines(small)[0])
    assert not audit.verify(small).ok


def test_a_backup_put_back_is_found_at_the_first_lost_row(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, checkpoint_rows=3)
    say(desk, *"abcd")
    desk.close()
    shutil.copy(tmp_path / "desk.sqlite", tmp_path / "backup")
    say(desk, *"efgh")
    desk.close()
    for left in tmp_path.glob("desk.sqlite-*"):
        left.unlink()
    shutil.copy(tmp_path / "backup", tmp_path / "desk.sqlite")
    assert found(desk) == (5, "rows 5 to 8 were removed: they were witnessed")


def test_a_backup_with_its_head_is_found_by_the_checkpoints(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, checkpoint_rows=3)
    say(desk, *"abcd")
    desk.close()
    for name in ("desk.sqlite", "audit.head"):
        shutil.copy(tmp_path / name, tmp_path / f"{name}.old")
    say(desk, *"efgh")
    desk.close()
    for left in tmp_path.glob("desk.sqlite-*"):
        left.unlink()
    for name in ("desk.sqlite", "audit.head"):
        shutil.copy(tmp_path / f"{name}.old", tmp_path / name)
    assert found(desk)[0] == 5


def test_a_whole_home_put_back_is_found_by_checkpoints_kept_elsewhere(tmp_path: Path) -> None:
    home, old, copies = tmp_path / "home", tmp_path / "old", tmp_path / "copies"
    desk = a_desk(home, checkpoint_rows=3)
    say(desk, *"abcd")
    desk.close()
    shutil.copytree(home, old)
    say(desk, *"efgh")
    desk.close()
    shutil.copytree(home / "audit", copies)
    shutil.rmtree(home)
    shutil.copytree(old, home)
    assert audit.verify(desk).ok
    assert audit_verify.verify(desk, folder=copies).first_bad_seq == 5


def test_checkpoints_signed_with_another_key_do_not_pass_an_auditors_copy(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, checkpoint_rows=3)
    say(desk, *"abcd")
    kept = tmp_path / "kept.pub"
    shutil.copy(desk.head.key.public_file, kept)
    assert audit_verify.verify(desk, public_key=kept).ok
    forged = a_desk(tmp_path / "forged", checkpoint_rows=3)
    say(forged, *"abcd")
    report = audit_verify.verify(forged, public_key=kept)
    assert (report.ok, report.first_bad_seq) == (False, 1)


CHANGES: list[tuple[str, Callable[[list[bytes]], list[bytes]], int]] = [
    ("one is changed", lambda a: [a[0], a[1].replace(b'"seq":6', b'"seq":7'), a[2]], 4),
    ("one is no JSON", lambda a: [a[0], b"{\n", a[2]], 4),
    ("the first is removed", lambda a: a[1:], 1),
    ("one is removed", lambda a: [a[0], a[2]], 4),
    ("two are swapped", lambda a: [a[1], a[0], a[2]], 1),
    ("one is repeated", lambda a: [a[0], a[0], a[1], a[2]], 4),
    ("the newest is removed", lambda a: a[:2], 7),
    ("all are removed", lambda a: [], 1),
]


@pytest.mark.parametrize(("what", "change", "bad"), CHANGES)
def test_tampering_with_checkpoints_is_found(
    small: Desk, what: str, change: Callable[[list[bytes]], list[bytes]], bad: int
) -> None:
    say(small, *"abcdefghij")
    put(small, change(lines(small)))
    assert found(small)[0] == bad, what


def test_a_head_set_back_is_found_by_the_rows_written_after_it(small: Desk) -> None:
    say(small, *"abcd")
    assert small.head.path is not None
    old = small.head.path.read_bytes()
    say(small, "e", "f")
    small.head.path.write_bytes(old)
    assert found(small)[0] == 5


@pytest.mark.parametrize("name", ["seq", "hash", "witness", "signature", "checkpoint"])
def test_a_changed_head_is_found(small: Desk, name: str) -> None:
    say(small, *"abcde")
    assert small.head.path is not None
    body = orjson.loads(small.head.path.read_bytes())
    body[name] = 4 if isinstance(body[name], int) else body[name][:-1]
    small.head.path.write_bytes(orjson.dumps(body))
    assert found(small)[0] == 4
    with pytest.raises(Refused, match="audit verify"):
        say(small, "f")


def test_a_head_without_a_signature_is_found_even_when_the_key_is_gone(small: Desk) -> None:
    say(small, *"ab")
    assert small.head.path is not None
    body = orjson.loads(small.head.path.read_bytes())
    shutil.rmtree(small.head.folder)
    small.head.path.write_bytes(orjson.dumps({"seq": body["seq"], "hash": body["hash"]}))
    assert not audit.verify(small).ok


def test_a_missing_public_key_is_told(small: Desk) -> None:
    say(small, *"abcd")
    small.head.key.public_file.unlink()
    assert "public key" in found(small)[1]


def test_without_its_key_nothing_is_recorded_unsigned(small: Desk) -> None:
    say(small, "a")
    small.head.key.private_file.unlink()
    with pytest.raises(Unavailable, match="signing key"):
        say(small, "b")


def test_only_the_owner_reads_the_key(small: Desk) -> None:
    say(small, "a")
    assert small.head.key.private_file.stat().st_mode & 0o777 == 0o600


def test_the_folder_and_the_key_can_be_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDDESK_AUDIT_DIR", str(tmp_path / "worm"))
    monkeypatch.setenv("HOLDDESK_AUDIT_KEY", str(tmp_path / "vault" / "key"))
    desk = a_desk(tmp_path / "home", checkpoint_rows=1)
    say(desk, "a")
    assert sorted(p.name for p in (tmp_path / "worm").iterdir()) == [
        "audit.head", "checkpoints.jsonl", "signing.pub",
    ]  # fmt: skip
    assert (tmp_path / "vault" / "key").exists()
    assert audit.verify(desk).ok


def test_a_checkpoint_cut_short_by_a_crash_is_no_alarm_and_is_written_again(small: Desk) -> None:
    say(small, *"ab")
    with (small.head.folder / checkpoints.FILE).open("ab") as file:
        file.write(b'{"n":1,"chain"')
    assert audit.verify(small).ok
    say(small, *"cdef")
    assert [orjson.loads(line)["seq"] for line in lines(small)] == [3, 6]
    assert audit.verify(small).ok


def test_a_crash_between_checkpoint_and_head_is_no_alarm(small: Desk) -> None:
    say(small, *"ab")
    assert small.head.path is not None
    with small.write() as session:
        audit.append(small, session, audit.Event("c"))
        session.info["audit_appended"] = 0
    with small.read() as session:
        known = small.head.read()
        assert known is not None
        small.head._lay_down = lambda body, _: body  # type: ignore[method-assign]
        small.head.follow(session)
    before = small.head.path.read_bytes()
    del small.head._lay_down  # type: ignore[method-assign]
    small.checkpoint()
    small.head.path.write_bytes(before)
    assert audit.verify(small).ok
    say(small, *"defg")
    assert [orjson.loads(line)["seq"] for line in lines(small)] == [3, 6]
    assert audit.verify(small).ok


def test_a_head_that_was_lost_with_the_power_is_taken_from_its_checkpoint(small: Desk) -> None:
    say(small, *"ab")
    assert small.head.path is not None
    before = small.head.path.read_bytes()
    say(small, "c")
    small.head.path.write_bytes(before)
    say(small, *"de")
    assert audit.verify(small) == audit.Report(True, 5, None, "")


def test_a_store_of_before_the_checkpoints_goes_on_and_is_covered_from_its_first_row(
    tmp_path: Path,
) -> None:
    desk = a_desk(tmp_path, checkpoint_rows=3)
    say(desk, "a", "b")
    as_in_revision_1(desk)
    assert audit.verify(desk).ok
    say(desk, "c")
    assert orjson.loads(lines(desk)[0])["first"] == 1
    assert audit.verify(desk).ok


def as_in_revision_1(desk: Desk) -> None:
    """The two rows that are there as the first release of the store wrote them."""
    rewrite(desk, 1, schema=1, chain="", context="")
    rewrite(desk, 2, schema=1, chain="", context="")
    with desk.read() as session:
        seq, hash_ = session.execute(text("SELECT seq, hash FROM chain")).one()
    assert desk.head.path is not None
    desk.head.path.write_bytes(orjson.dumps({"seq": seq, "hash": hash_}))
    shutil.rmtree(desk.head.folder)
