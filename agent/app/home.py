"""The home: where one installation keeps its snapshots, desk store, settings and pinned time."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from agent.app.signed_in import TOKEN, account_of
from agent.desk import circumstances
from policies.settings import Rules, load_rules
from tools.errors import BadInput, Denied
from tools.snapshot import Snapshot, current_snapshot

HOME_FILE = "home.json"
RULES_FILE = "rules.yaml"


@dataclass(frozen=True)
class Home:
    """A folder with its description; `demo` homes pin the moment and accept `--as USER`."""

    path: Path
    demo: bool = False
    pinned: datetime | None = None

    def as_of(self, given: str | None) -> datetime:
        """The moment to judge at: as given, else the home's own, else now."""
        if given is not None:
            return parse_moment(given)
        return self.pinned or datetime.now(UTC).replace(microsecond=0)

    def rules(self, given: Path | None = None) -> Rules:
        """The rules: of the given file, else the home's `rules.yaml`, else the shipped ones."""
        own = self.path / RULES_FILE
        return load_rules(given or (own if own.exists() else None))

    def snapshot(self) -> Snapshot:
        """The current snapshot, opened read-only."""
        return current_snapshot(self.path)

    def acting(self, user: str | None) -> str:
        """Who acts: in a demo home whom `--as` names, elsewhere the person of the token.

        Raises:
            Denied: `--as` outside a demo home, or no token that may decide.
            BadInput: a demo home, and nobody is named.
        """
        if self.demo:
            if user is None:
                raise BadInput("name who acts with --as USER (personas: holddesk demo shows them)")
            circumstances.state(auth="demo")
            return user
        secret = os.environ.get(TOKEN, "")
        if user is not None or not secret:
            raise Denied(
                f"--as is accepted only in a demo home; elsewhere the token in {TOKEN} says who "
                "acts (holddesk token add USER --scope decide), or sign in to the console",
                ("sign-in",),
            )
        circumstances.state(auth="token")
        return account_of(self.path, secret)


def may_have_desk(path: Path) -> bool:
    """Whether a desk may be there: looked at without opening one."""
    named = bool(os.environ.get("HOLDDESK_DESK_URL", "").strip())
    return named or any((path / name).exists() for name in ("desk.sqlite", "desk.url"))


def parse_moment(text: str) -> datetime:
    """An ISO 8601 moment with an offset.

    Raises:
        BadInput: it does not parse, or has no offset.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput(
            f"--as-of {text} is no moment; write it with an offset: 2026-03-02T09:00:00+01:00"
        )
    return moment


def open_home(path: Path) -> Home:
    """The home at a path; a folder without a description is an ordinary home.

    Raises:
        BadInput: the description is damaged.
    """
    file = path / HOME_FILE
    if not file.exists():
        return Home(path)
    try:
        body: dict[str, Any] = orjson.loads(file.read_bytes())
        pinned = body.get("as_of")
        return Home(path, body.get("demo") is True, parse_moment(pinned) if pinned else None)
    except (orjson.JSONDecodeError, OSError, AttributeError, TypeError, BadInput) as error:
        raise BadInput(f"{file} is damaged; restore it or choose another --home") from error


def write_home(path: Path, *, demo: bool, pinned: datetime | None) -> Home:
    """Describe a home.

    Raises:
        BadInput: the folder cannot be written.
    """
    body = {"demo": demo, "as_of": pinned.isoformat() if pinned else None}
    try:
        path.mkdir(parents=True, exist_ok=True)
        (path / HOME_FILE).write_bytes(orjson.dumps(body))
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written ({error.strerror}); choose another --home"
        ) from error
    return Home(path, demo, pinned)
