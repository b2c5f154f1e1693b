"""The command line with its desk in PostgreSQL, and what it says when the desk cannot be reached."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.app.desk_place import ENVIRONMENT, HEAD_FILE, URL_FILE
from tests.agent.app.conftest import HoldDesk
from tests.agent.stores import on_postgres, postgres_schema

NOBODY_THERE = "postgresql://desk:s3cret@127.0.0.1:9/desk"
DESK_COMMANDS = [
    ("work", "SO-1042"),
    ("decide", "SO-1042", "reject", "--reason", "stock", "--as", "u.neumann"),
    ("audit", "verify"),
    ("init",),
]


@pytest.fixture(params=[on_postgres])
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an empty database; nothing in the environment names it."""
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    with postgres_schema() as url:
        yield url


@pytest.fixture
def data_home(demo_home: Path, tmp_path: Path) -> Path:
    """A demo home with its data, and no desk yet."""
    return Path(
        shutil.copytree(
            demo_home,
            tmp_path / "home",
            ignore=shutil.ignore_patterns("desk.*", "checkpoints.*", "audit*"),
        )
    )


def test_the_desk_of_a_demo_is_worked_decided_and_audited_in_postgres(
    holddesk: HoldDesk, data_home: Path, database: str
) -> None:
    at = ("--home", data_home)
    assert holddesk("init", *at, "--desk", database).code == 0
    worked = holddesk("work", "SO-1042", *at, "--json")
    assert worked.json["waiting"] == ["SO-1042.v1"]
    decided = holddesk(
        "decide", "SO-1042", "reject", "--reason", "stock", "--as", "u.neumann", *at, "--json"
    )
    assert decided.json["status"] == "rejected"
    again = holddesk("decide", "SO-1042", "reject", "--reason", "x", "--as", "u.neumann", *at)
    again.refuses(1, "already rejected")
    verified = holddesk("audit", "verify", *at, "--json")
    assert verified.json["ok"] is True
    assert verified.json["rows"] >= 4
    assert not (data_home / "desk.sqlite").exists()
    assert not (data_home / "checkpoints.sqlite").exists()


def test_the_environment_goes_before_the_file_of_the_home(
    holddesk: HoldDesk, data_home: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data_home / URL_FILE).write_text(NOBODY_THERE)
    monkeypatch.setenv(ENVIRONMENT, database)
    assert holddesk("work", "SO-1042", "--home", data_home).code == 0


def test_a_second_home_joins_the_desk_and_watches_its_audit_from_there(
    holddesk: HoldDesk, data_home: Path, database: str, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(data_home, tmp_path / "other"))
    for home in (data_home, other):
        assert holddesk("init", "--home", home, "--desk", database).code == 0
        assert holddesk("work", "SO-1042", "--home", home).code == 0
    decide = ("decide", "SO-1042", "reject", "--reason", "stock", "--as", "u.neumann")
    assert holddesk(*decide, "--home", other).code == 0
    assert (other / HEAD_FILE).exists()
    assert holddesk("audit", "verify", "--home", other).code == 0


def test_a_home_without_init_does_not_write_over_an_audit_that_it_never_saw(
    holddesk: HoldDesk, data_home: Path, database: str, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(data_home, tmp_path / "other"))
    assert holddesk("init", "--home", data_home, "--desk", database).code == 0
    assert holddesk("work", "SO-1042", "--home", data_home).code == 0
    (other / URL_FILE).write_text(database)
    said = holddesk("work", "SO-1008", "--home", other)
    assert said.code == 1
    assert "audit" in said.out + said.err


def test_the_url_is_kept_for_its_owner_only_and_shown_without_the_password(
    holddesk: HoldDesk, data_home: Path, database: str
) -> None:
    assert holddesk("init", "--home", data_home, "--desk", database).code == 0
    assert stat.S_IMODE(os.stat(data_home / URL_FILE).st_mode) == 0o600
    said = holddesk("doctor", "--home", data_home, "--json").json
    assert said["desk"].startswith("postgresql://")
    assert f"by {data_home / URL_FILE}" in said["desk"]
    assert "revision" in said["desk"]


@pytest.mark.parametrize("command", DESK_COMMANDS, ids=lambda words: words[0])
def test_a_desk_that_cannot_be_reached_ends_with_one_sentence_and_exit_code_3(
    holddesk: HoldDesk,
    data_home: Path,
    command: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(ENVIRONMENT, NOBODY_THERE)
    said = holddesk(*command, "--home", data_home)
    said.refuses(3, "desk store cannot be used", "127.0.0.1")
    assert "s3cret" not in said.err


def test_the_doctor_names_a_desk_that_cannot_be_reached(
    holddesk: HoldDesk, data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, NOBODY_THERE)
    said = holddesk("doctor", "--home", data_home, "--json").json
    assert said["healthy"] is False
    assert any("desk store cannot be used" in line for line in said["errors"])
    assert "s3cret" not in str(said)


def test_the_doctor_says_that_a_desk_in_a_file_is_not_made_yet(
    holddesk: HoldDesk, data_home: Path
) -> None:
    said = holddesk("doctor", "--home", data_home, "--json").json
    assert said["desk"] == f"{data_home / 'desk.sqlite'}, not made yet"
    assert not (data_home / "desk.sqlite").exists()


@pytest.mark.parametrize(
    "url", ["mysql://desk:s3cret@host/desk", "not a url s3cret", "sqlite:///x"]
)
def test_another_kind_of_database_is_refused_without_showing_the_password(
    holddesk: HoldDesk, data_home: Path, url: str
) -> None:
    said = holddesk("init", "--home", data_home, "--desk", url)
    said.refuses(2, "postgresql://")
    assert "s3cret" not in said.err
    assert not (data_home / URL_FILE).exists()


def test_a_home_with_its_desk_in_a_file_does_not_move_it_silently(
    holddesk: HoldDesk, home: Path
) -> None:
    holddesk("init", "--home", home, "--desk", NOBODY_THERE).refuses(2, "already")


def test_init_makes_the_desk_of_a_home_in_a_file(holddesk: HoldDesk, tmp_path: Path) -> None:
    said = holddesk("init", "--home", tmp_path / "mine", "--json").json
    assert (tmp_path / "mine" / "desk.sqlite").exists()
    assert str(tmp_path / "mine" / "desk.sqlite") in said["desk"]
