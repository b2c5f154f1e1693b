"""Whatever is wrong: one clear line, the right exit code, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.app.conftest import HoldDesk
from tests.agent.app.tables import records, rewrite, write

STORY = "SO-1042"
NEED_DATA = [
    ("review", "SO-1"), ("queue",), ("work",), ("ask", "why?"),
    ("policy", "explain", "release_order", "--order", "SO-1"),
]  # fmt: skip


@pytest.mark.parametrize("words", NEED_DATA)
@pytest.mark.parametrize("json", [(), ("--json",)])
def test_a_home_without_data_says_how_to_get_some(
    words: tuple[str, ...], json: tuple[str, ...], tmp_path: Path, holddesk: HoldDesk
):
    said = holddesk(*words, "--home", tmp_path / "none", *json)

    said.refuses(2, "holddesk load DIR", "holddesk demo")
    assert not (tmp_path / "none").exists()


def test_doctor_examines_a_home_without_data(tmp_path: Path, holddesk: HoldDesk):
    report = holddesk("doctor", "--home", tmp_path / "none", "--json").json

    assert report["healthy"] is False
    assert "no data" in report["errors"][0]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("reviw",), "review"),
        (("queue", "--bogus"), "--bogus"),
        (("review", "--as-of"), "--as-of"),
        (("decide", "SO-1"), "DECISION"),
        (("policy", "explain", "release_order"), "--order"),
        (("template",), "FOLDER"),
    ],
)
def test_wrong_usage_is_one_line(words: tuple[str, ...], named: str, holddesk: HoldDesk):
    said = holddesk(*words)

    said.refuses(2, "see holddesk --help")
    assert named.lower() in said.err.lower()


@pytest.mark.parametrize("words", [(), ("audit",), ("policy",)])
def test_a_command_that_is_missing_shows_the_commands(words: tuple[str, ...], holddesk: HoldDesk):
    said = holddesk(*words)

    assert said.code == 2
    assert "Usage: holddesk" in said.out
    assert said.err == "holddesk: name a command; see holddesk --help\n"


def test_an_empty_folder_is_no_source(tmp_path: Path, holddesk: HoldDesk):
    (tmp_path / "empty").mkdir()

    said = holddesk("load", tmp_path / "empty", "--home", tmp_path / "home", "--json")

    said.refuses(2, "holds no table", "holddesk template")


@pytest.mark.parametrize(("name", "why"), [("nowhere", "no folder"), ("file.csv", "is a file")])
def test_a_source_has_to_be_a_folder(name: str, why: str, tmp_path: Path, holddesk: HoldDesk):
    (tmp_path / "file.csv").write_text("a,b\n")

    holddesk("load", tmp_path / name, "--home", tmp_path / "home").refuses(2, why)


def test_a_missing_table_is_named(tables: Path, tmp_path: Path, holddesk: HoldDesk):
    (tables / "orders.csv").unlink()

    holddesk("load", tables, "--home", tmp_path / "home").refuses(2, "orders")


def test_an_unknown_column_offers_the_nearest(tables: Path, tmp_path: Path, holddesk: HoldDesk):
    rows = [{"custmer_id" if k == "customer_id" else k: v for k, v in row.items()}
            for row in records(tables / "customers.csv")]  # fmt: skip
    write(tables / "customers.csv", rows)

    said = holddesk("load", tables, "--home", tmp_path / "home")

    said.refuses(2, "customers", "customer_id")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("customer_id,name\nC-1,Müller\n".encode("latin-1"), "UTF-8"),
        ("customer_id,name\nC-1,Müller\n".encode("utf-16"), "UTF-8"),
        (b"PK\x03\x04" + bytes(range(256)) * 40, "customers.csv"),
        (b"\x00\x01\x02\n" * 100, "customers.csv"),
        (b"", "customers"),
    ],
    ids=["latin-1", "utf-16", "zip", "zero bytes", "empty"],
)
def test_a_file_that_is_no_csv_is_named(
    content: bytes, why: str, tables: Path, tmp_path: Path, holddesk: HoldDesk
):
    (tables / "customers.csv").write_bytes(content)

    holddesk("load", tables, "--home", tmp_path / "home").refuses(2, "customers", why)


def test_a_cell_of_a_hundred_megabytes_is_refused_by_its_row(
    tables: Path, tmp_path: Path, holddesk: HoldDesk
):
    rewrite(tables / "customers.csv", name="x" * 100_000_000)

    said = holddesk("load", tables, "--home", tmp_path / "home")

    said.refuses(2, "customers.csv", "row 2")


def test_a_load_that_fails_leaves_the_data_of_before(
    tables: Path, tmp_path: Path, loaded, holddesk: HoldDesk
):
    home = loaded()
    (tables / "orders.csv").write_bytes(b"\xff\xfe")

    holddesk("load", tables, "--home", home).refuses(2, "orders")

    assert holddesk("review", "SO-1", "--home", home).code == 0


@pytest.mark.parametrize("words", [("load", "{tables}"), ("demo",)])
@pytest.mark.parametrize("place", ["file", "file/inside"])
def test_a_home_that_cannot_be_written_is_named(
    words: tuple[str, ...], place: str, tables: Path, tmp_path: Path, holddesk: HoldDesk
):
    (tmp_path / "file").write_text("mine")
    command = [word.format(tables=tables) for word in words]

    holddesk(*command, "--home", tmp_path / place).refuses(2, "cannot be written", "--home")

    assert (tmp_path / "file").read_text() == "mine"


def test_a_template_never_overwrites(tables: Path, holddesk: HoldDesk):
    before = (tables / "orders.csv").read_bytes()

    holddesk("template", tables).refuses(2, "already has", "empty folder")

    assert (tables / "orders.csv").read_bytes() == before


def snapshot_of(home: Path) -> Path:
    """The one snapshot file of a home."""
    (found,) = (home / "snapshots").glob("*.duckdb")
    return found


def test_a_snapshot_that_is_gone_is_said_so(loaded, holddesk: HoldDesk):
    home = loaded()
    snapshot_of(home).unlink()

    holddesk("review", "SO-1", "--home", home, "--json").refuses(3, "missing", "holddesk load")


@pytest.mark.parametrize("keep", [0, 100, 100_000])
def test_a_damaged_snapshot_is_said_so(keep: int, loaded, holddesk: HoldDesk):
    home = loaded()
    whole = snapshot_of(home).read_bytes()
    snapshot_of(home).chmod(0o600)
    snapshot_of(home).write_bytes(whole[:keep] + b"\x55" * (len(whole) - keep))

    holddesk("review", "SO-1", "--home", home).refuses(3, "holddesk load")


def test_a_damaged_pointer_is_said_so(loaded, holddesk: HoldDesk):
    home = loaded()
    (home / "current.json").write_text("{bad")

    holddesk("queue", "--home", home).refuses(3, "current.json", "damaged")


@pytest.mark.parametrize("text", ["{bad", "[]", '{"demo": true, "as_of": 5}',
                                  '{"demo": true, "as_of": "soon"}'])  # fmt: skip
def test_a_damaged_home_is_said_so(text: str, loaded, holddesk: HoldDesk):
    home = loaded()
    (home / "home.json").write_text(text)

    holddesk("queue", "--home", home).refuses(2, "home.json", "damaged")


def test_a_damaged_desk_is_unavailable(home: Path, holddesk: HoldDesk):
    for file in home.glob("desk.sqlite*"):
        file.unlink()
    (home / "desk.sqlite").write_bytes(b"junk" * 2000)

    holddesk("work", "--home", home).refuses(3, "desk store")
    holddesk("audit", "verify", "--home", home).refuses(3, "desk store")


def test_checkpoints_that_are_gone_lose_no_decision(home: Path, holddesk: HoldDesk):
    for file in home.glob("checkpoints.sqlite*"):
        file.unlink()

    said = holddesk("decide", STORY, "reject", "--reason", "stock", "--as", "u.vogt", "--home",
                    home, "--json")  # fmt: skip

    assert said.json["status"] == "rejected"


@pytest.mark.parametrize("text", ["credit: [", "just words", "credit:\n  scope: nobody\n"])
def test_a_wrong_rules_file_is_named(
    text: str, tmp_path: Path, demo_home: Path, holddesk: HoldDesk
):
    file = tmp_path / "ours.yaml"
    file.write_text(text)

    said = holddesk("review", STORY, "--rules", file, "--home", demo_home, "--json")

    said.refuses(2, "ours.yaml")


def test_a_fault_of_our_own_is_one_line_too(
    demo_home: Path, holddesk: HoldDesk, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("first\nsecond \x1b[31m")

    monkeypatch.setattr("agent.app.reviewing.show_queue", broken)
    monkeypatch.delenv("HOLDDESK_DEBUG", raising=False)

    said = holddesk("queue", "--home", demo_home)

    said.refuses(3, "unexpected RuntimeError: first;", "HOLDDESK_DEBUG")


def test_control_characters_in_what_was_typed_do_not_reach_the_terminal(
    demo_home: Path, holddesk: HoldDesk
):
    said = holddesk("review", "SO\x1b[31m\x07-\u202e9\nX", "--home", demo_home)

    said.refuses(2, "no order")
    assert not set(said.err) & {"\x1b", "\x07", "\u202e"}


def test_a_very_long_id_is_answered_in_a_line_that_ends(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("review", "SO-" + "9" * 50_000, "--home", demo_home)

    said.refuses(2, "no order")
    assert len(said.err) < 1100


@pytest.mark.parametrize("words", [("review", "\udcff"), ("ask", "why \udcff"), ("load", "\udcff")])
def test_words_that_are_no_text_are_refused(words: tuple[str, ...], holddesk: HoldDesk):
    holddesk(*words).refuses(2, "?", "is not UTF-8 text")


def test_a_rules_file_that_is_not_there_is_not_called_unreadable(
    demo_home: Path, tmp_path: Path, holddesk: HoldDesk
):
    words = ("queue", "--home", demo_home, "--rules", tmp_path / "none.yaml")

    holddesk(*words).refuses(2, "there is no file", "none.yaml")
