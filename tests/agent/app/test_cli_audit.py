"""`holddesk audit verify`: what was changed behind the desk's back is named by its row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.agent.app.conftest import HoldDesk


def change(home: Path, statement: str) -> None:
    """Change the store as somebody with the file could, triggers and all."""
    with closing(sqlite3.connect(home / "desk.sqlite")) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        connection.commit()


def test_an_untouched_trail_holds(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("audit", "verify", "--home", demo_home)

    assert (said.code, said.err) == (0, "")
    assert "the chain holds" in said.out


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'u.other' WHERE seq = 7",
        "DELETE FROM audit WHERE seq = 7",
    ],
)
def test_a_changed_row_is_named(statement: str, home: Path, holddesk: HoldDesk):
    change(home, statement)

    said = holddesk("audit", "verify", "--home", home)

    assert said.code == 1
    assert "broken at row 7" in said.out
    assert "broken at row 7" in said.err


def test_a_broken_chain_as_json_is_still_one_document(home: Path, holddesk: HoldDesk):
    change(home, "DELETE FROM audit WHERE seq = 7")

    said = holddesk("audit", "verify", "--home", home, "--json")

    assert said.code == 1
    assert said.json["first_bad_seq"] == 7


def test_a_trail_cut_off_at_its_end_is_noticed(home: Path, holddesk: HoldDesk):
    change(home, "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")

    assert holddesk("audit", "verify", "--home", home).code == 1


def test_a_home_without_a_desk_says_how_to_open_one(loaded, holddesk: HoldDesk):
    holddesk("audit", "verify", "--home", loaded()).refuses(2, "no desk yet", "holddesk work")
