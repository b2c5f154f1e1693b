"""Outside a demo home a token says who acts on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from agent.app.signed_in import TOKEN
from tests.agent.app.conftest import HoldDesk


@pytest.fixture
def own_home(demo_home: Path, tmp_path: Path) -> Path:
    """The demo's data and desk in a home that is none of a demo; its moment stays pinned."""
    home = Path(shutil.copytree(demo_home, tmp_path / "home"))
    described = json.loads((home / "home.json").read_text())
    (home / "home.json").write_text(json.dumps({**described, "demo": False}))
    return home


def token(holddesk: HoldDesk, home: Path, user: str, *scopes: str) -> tuple[str, str]:
    """A token's secret and id."""
    given = [word for scope in scopes for word in ("--scope", scope)]
    made = holddesk("token", "add", user, *given, "--home", home, "--json").json
    return made["token"], made["token_id"]


REJECT = ("decide", "SO-1042", "reject", "--reason", "stock first", "--json")


def test_the_person_of_the_token_decides(
    own_home: Path, holddesk: HoldDesk, monkeypatch: pytest.MonkeyPatch
):
    secret, _ = token(holddesk, own_home, "u.neumann", "read", "decide")
    monkeypatch.setenv(TOKEN, secret)
    assert holddesk(*REJECT, "--home", own_home).json["status"] == "rejected"


def test_without_a_token_nobody_acts(own_home: Path, holddesk: HoldDesk):
    holddesk(*REJECT, "--home", own_home).refuses(1, "HOLDDESK_TOKEN", "token add")


def test_a_token_and_a_name_are_not_mixed(
    own_home: Path, holddesk: HoldDesk, monkeypatch: pytest.MonkeyPatch
):
    secret, _ = token(holddesk, own_home, "u.neumann", "decide")
    monkeypatch.setenv(TOKEN, secret)
    said = holddesk(*REJECT, "--home", own_home, "--as", "u.vogt")
    said.refuses(1, "--as is accepted only in a demo home")


@pytest.mark.parametrize("secret", ["hd_unknown", " ", "\u00e4"])
def test_a_token_that_is_not_known_is_refused(
    own_home: Path, holddesk: HoldDesk, monkeypatch: pytest.MonkeyPatch, secret: str
):
    monkeypatch.setenv(TOKEN, secret)
    holddesk(*REJECT, "--home", own_home).refuses(1, "not known, ran out or was revoked")


def test_a_token_for_reading_decides_nothing(
    own_home: Path, holddesk: HoldDesk, monkeypatch: pytest.MonkeyPatch
):
    secret, _ = token(holddesk, own_home, "u.neumann", "read")
    monkeypatch.setenv(TOKEN, secret)
    holddesk(*REJECT, "--home", own_home).refuses(1, "is for read", "scope decide")


def test_a_revoked_token_is_worth_nothing(
    own_home: Path, holddesk: HoldDesk, monkeypatch: pytest.MonkeyPatch
):
    secret, token_id = token(holddesk, own_home, "u.neumann", "decide")
    holddesk("token", "revoke", token_id, "--home", own_home)
    monkeypatch.setenv(TOKEN, secret)
    holddesk(*REJECT, "--home", own_home).refuses(1, "revoked")
