"""A load publishes a new file and moves the pointer, or it changes nothing."""

import json
import os
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from agent.app.loading import load
from tools.errors import BadInput, Unavailable
from tools.snapshot import POINTER, current_snapshot
from tools.sources import publish
from tools.tables import tables


def files(home: Path) -> list[str]:
    return sorted(str(p.relative_to(home)) for p in home.rglob("*") if p.is_file())


def test_a_load_leaves_one_file_and_the_pointer_to_it(folder, home, loaded):
    report = loaded()
    name = f"snapshots/{report.snapshot}.duckdb"
    assert files(home) == [POINTER, name]
    assert json.loads((home / POINTER).read_text()) == {
        "snapshot": report.snapshot,
        "file": name,
        "loaded_at": report.loaded_at.isoformat(),
        "source": "company",
    }


def test_the_same_content_has_the_same_id_wherever_and_whenever_it_was_loaded(
    folder, home, tmp_path
):
    moved = tmp_path / "elsewhere"
    shutil.copytree(folder, moved)
    ids = {load(folder, home).snapshot, load(moved, home).snapshot}
    ids.add(load(moved, tmp_path / "other home").snapshot)
    assert len(ids) == 1
    assert len(files(home)) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda f: (f / "stock.csv").write_text("site_id,sku,batch_id,on_hand_qty\nS-1,SKU-1,,41\n"),
        lambda f: (f / "stock.csv").unlink(),
        lambda f: (f / "claims.csv").write_text("claim_id\n"),
        lambda f: (f / "sites.csv").write_text("site_id,country\nD01,Germany\n"),
        lambda f: (f / "stock.csv").write_text("site_id,sku,batch_id,on_hand_qty,x\nS-1,SKU-1,,40,\n"),
    ],
    ids=["a cell", "a table gone", "an empty table", "a quarantined row", "an extra column"],
)  # fmt: skip
def test_other_content_has_another_id(folder, home, loaded, change):
    before = loaded().snapshot
    change(folder)
    assert loaded().snapshot != before


def test_a_failed_load_keeps_the_last_snapshot_and_leaves_nothing_behind(folder, home, loaded):
    loaded()
    before = {name: (home / name).read_bytes() for name in files(home)}
    (folder / "orders.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput):
        loaded()
    assert {name: (home / name).read_bytes() for name in files(home)} == before
    assert not list(home.glob(".load-*"))


@pytest.mark.parametrize("step", ["_place", "_point", "write_macros", "content_id"])
def test_a_load_that_breaks_off_at_any_step_keeps_the_last_pointer(
    folder, home, loaded, monkeypatch, step
):
    loaded()
    before = (home / POINTER).read_bytes()
    (folder / "sites.csv").write_text("site_id\nD09\n")

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publish, step, full)
    with pytest.raises(Unavailable, match=r"no space is left for .*home; free some and load again"):
        loaded()
    assert (home / POINTER).read_bytes() == before
    assert not list(home.glob(".load-*"))
    with current_snapshot(home) as snapshot:
        assert not snapshot.tables["sites"].present


def test_a_full_disk_is_one_sentence_whoever_notices_it(folder, home, loaded, monkeypatch):
    def full(*args: object) -> None:
        raise duckdb.IOException('Checkpoint failed: Could not write "x": No space left on device')

    monkeypatch.setattr(publish, "write_macros", full)
    with pytest.raises(Unavailable, match=r"^no space is left for .*, nothing was changed$"):
        loaded()


def test_a_snapshot_that_may_not_be_read_is_not_called_damaged(loaded, home, monkeypatch):
    loaded()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(Unavailable, match="may not be read by this user"):
        current_snapshot(home)


def test_a_published_path_is_never_written_again(folder, home, loaded):
    report = loaded()
    file = home / "snapshots" / f"{report.snapshot}.duckdb"
    before = (file.stat().st_ino, file.stat().st_mtime_ns, file.read_bytes())
    (folder / "sites.csv").write_text("site_id\nD09\n")
    loaded()
    (folder / "sites.csv").unlink()
    assert loaded().snapshot == report.snapshot
    assert (file.stat().st_ino, file.stat().st_mtime_ns, file.read_bytes()) == before


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign", "emptied"])
def test_a_damaged_file_is_left_alone_and_another_name_is_used(folder, home, loaded, damage):
    report = loaded()
    file = home / "snapshots" / f"{report.snapshot}.duckdb"
    content = file.read_bytes()
    if damage == "foreign":
        file.unlink()
        duckdb.connect(str(file)).close()
    else:
        spoiled = {
            "cut": content[: len(content) // 2],
            "flipped": bytes(b ^ 0xFF for b in content),
            "emptied": b"",
        }
        file.write_bytes(spoiled[damage])
    before = file.read_bytes()
    assert loaded().snapshot == report.snapshot
    assert file.read_bytes() == before
    assert json.loads((home / POINTER).read_text())["file"].endswith("-2.duckdb")
    with current_snapshot(home) as snapshot:
        assert snapshot.id == report.snapshot
    loaded()
    assert len(files(home)) == 3


def test_a_file_whose_rows_were_changed_is_not_taken_for_sound(folder, home, loaded):
    report = loaded()
    file = home / "snapshots" / f"{report.snapshot}.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE stock SET on_hand_qty = 4000")
    loaded()
    assert json.loads((home / POINTER).read_text())["file"].endswith("-2.duckdb")


def test_where_links_are_not_possible_the_file_is_renamed(folder, home, loaded, monkeypatch):
    def no_links(*args: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", no_links)
    assert loaded().snapshot == loaded().snapshot
    assert len(files(home)) == 2


def test_two_loads_at_once_into_one_home_both_succeed(folder, home):
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(load(folder, home).snapshot)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(files(home)) == 2


def test_what_a_killed_load_left_is_removed_a_day_later(folder, home):
    recent, old = home / ".load-recent", home / ".load-old"
    for left in (recent, old):
        left.mkdir(parents=True)
    past = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(old, (past, past))
    load(folder, home)
    assert [p.name for p in home.glob(".load-*")] == [".load-recent"]


def test_a_home_with_characters_of_patterns_in_its_name_works(folder, tmp_path):
    source = folder.rename(tmp_path / "in [a]*'\"?")
    home = tmp_path / "home [b]*'\""
    assert load(source, home).tables["orders"] == 1


def test_every_canonical_table_is_there_with_its_columns_in_order(folder, home, loaded, rows):
    (folder / "stock.csv").write_text("shelf,sku,site_id,batch_id\nA,SKU-1,S-1,B\n")
    loaded()
    with current_snapshot(home) as snapshot:
        for table in tables().values():
            columns, _ = snapshot.select(f'SELECT * FROM main."{table.name}"', {})
            extra = ["shelf"] if table.name == "stock" else []
            assert columns == [*table.columns, *extra, "_row"]
            assert snapshot.tables[table.name].present == (folder / f"{table.name}.csv").exists()


def test_a_table_with_recorded_at_is_dated(folder, loaded, rows):
    (folder / "sites.csv").write_text("site_id,recorded_at\nD01,2026-03-01T00:00:00Z\n")
    loaded()
    dated = rows("SELECT name FROM _tables WHERE dated")
    assert dated == [{"name": "sites"}]


def test_rows_lie_in_the_order_they_are_looked_up_by(folder, loaded, rows):
    (folder / "stock.csv").write_text(
        "site_id,sku,batch_id\nA,SKU-9,\nB,SKU-1,\nA,SKU-1,\nA,SKU-5,\n"
    )
    loaded()
    found = rows("SELECT sku || site_id AS k FROM stock ORDER BY rowid")
    assert [row["k"] for row in found] == ["SKU-1A", "SKU-1B", "SKU-5A", "SKU-9A"]


SEEN = """SELECT site_id FROM sites_at($t) ORDER BY site_id"""


def test_a_row_is_visible_from_recorded_at_until_just_before_superseded_at(folder, loaded, rows):
    (folder / "sites.csv").write_text(
        "site_id,recorded_at,superseded_at\nalways,,\n"
        "from,2026-03-02T10:00:00+01:00,\nuntil,,2026-03-02T10:00:00+01:00\n"
    )
    loaded()
    moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    seen = {
        shift: [r["site_id"] for r in rows(SEEN, t=moment + timedelta(seconds=shift))]
        for shift in (-1, 0, 1)
    }
    assert seen == {-1: ["always", "until"], 0: ["always", "from"], 1: ["always", "from"]}


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("approvals", "approval_id,decided_at\n{}"),
        ("holds", "hold_id,placed_at\n{}"),
        ("reservations", "reservation_id,reserved_at\n{}"),
        ("customer_notes", "note_id,written_at\n{}"),
    ],
)
def test_a_row_dated_after_the_moment_is_not_seen(folder, loaded, rows, table, text):
    cells = "past,2026-03-02T09:00:00Z\nlater,2026-03-02T09:00:01Z\nundated,\n"
    (folder / f"{table}.csv").write_text(text.format(cells))
    loaded()
    key = tables()[table].key[0]
    sql = f"SELECT {key} AS k FROM {table}_at($t) ORDER BY _row"
    found = rows(sql, t=datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert [row["k"] for row in found] == ["past", "undated"]


def test_history_is_seen_as_a_whole_and_an_extra_column_t_does_not_confuse(folder, loaded, rows):
    (folder / "hold_history.csv").write_text("hold_id,placed_at,t\nH,2026-03-02T09:00:01Z,1\n")
    loaded()
    found = rows("SELECT hold_id FROM hold_history_at($t)", t=datetime(2026, 3, 2, tzinfo=UTC))
    assert len(found) == 1
