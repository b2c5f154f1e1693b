"""Where the desk of a home is: a SQLite file in it, or a PostgreSQL database named by a URL.

The URL comes from `HOLDDESK_DESK_URL`, else from the file `desk.url` in the home, which
`holddesk init --desk URL` writes. Graph checkpoints live beside the desk, in the same database.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import BadInput

if TYPE_CHECKING:  # a home is read without its desk, and without what the desk needs
    from sqlalchemy.engine import URL

    from agent.desk.store import Clock, Desk

ENVIRONMENT = "HOLDDESK_DESK_URL"
URL_FILE = "desk.url"
DESK_FILE = "desk.sqlite"
CHECKPOINT_FILE = "checkpoints.sqlite"
HEAD_FILE = "audit.head"
EXAMPLE = "postgresql://user:password@host:5432/holddesk"


@dataclass(frozen=True, slots=True)
class DeskPlace:
    """The database of a home's desk; without a URL it is a file of the home."""

    home: Path
    url: URL | None = None
    said_by: str = ""
    """What named the URL: the environment variable or the file."""

    @property
    def shown(self) -> str:
        """The place as a person may read it: never with a password."""
        if self.url is None:
            return str(self.home / DESK_FILE)
        plain = self.url.set(drivername="postgresql", query={})
        return f"{plain.render_as_string(hide_password=True)} (by {self.said_by})"

    @property
    def exists(self) -> bool:
        """Whether there is something to open; a database server is asked when it is opened."""
        return self.url is not None or (self.home / DESK_FILE).exists()

    @property
    def checkpoints(self) -> Path | str:
        """The checkpoint file, or the connection string of the database."""
        if self.url is None:
            return self.home / CHECKPOINT_FILE
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    @property
    def where(self) -> Path | str:
        """As `open_desk` takes it."""
        return self.url.render_as_string(hide_password=False) if self.url else self.home / DESK_FILE

    def check(self) -> str:
        """Say in words what is there, without changing it.

        Raises:
            Unavailable: it cannot be reached.
        """
        if not self.exists:
            return f"{self.shown}, not made yet"
        from agent.desk.store import revision_of

        revision = revision_of(self.where)
        return f"{self.shown}, {f'revision {revision}' if revision else 'not made yet'}"

    def open(self, clock: Clock | None = None) -> Desk:
        """Open the desk, and bring it to the newest migration.

        Raises:
            Unavailable: it cannot be reached or opened.
        """
        from agent.desk.store import open_desk

        self.home.mkdir(parents=True, exist_ok=True)
        return open_desk(self.where, head=self.home / HEAD_FILE, clock=clock)


def desk_place(home: Path, given: str | None = None) -> DeskPlace:
    """Find where the desk of a home is.

    Args:
        home: the state folder.
        given: a URL that goes before the environment and the home's file.

    Raises:
        BadInput: the URL is none of PostgreSQL, or its file cannot be read.
    """
    if given:
        return DeskPlace(home, _parsed(given, "the URL of the desk"), "--desk")
    if named := os.environ.get(ENVIRONMENT, "").strip():
        return DeskPlace(home, _parsed(named, ENVIRONMENT), ENVIRONMENT)
    file = home / URL_FILE
    if not file.exists():
        return DeskPlace(home)
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read; write one line into it: {EXAMPLE}") from error
    return DeskPlace(home, _parsed(text, str(file)), str(file))


def init_desk(home: Path, url: str | None) -> str:
    """Make the desk of a home where it is missing, and keep its URL in the home.

    A home that joins a desk which others use begins to watch its audit from where it stands.

    Args:
        home: the state folder.
        url: the PostgreSQL database; None: as the environment and the home say.

    Returns:
        The place in words.

    Raises:
        BadInput: the URL is wrong, or the home keeps its desk in a file already.
        Unavailable: the database cannot be reached; nothing was kept.
    """
    if url and (home / DESK_FILE).exists():
        raise BadInput(
            f"{home} keeps its desk in {DESK_FILE} already; choose another folder with --home"
        )
    place = desk_place(home, url)
    desk = place.open()
    try:
        if desk.head.read() is None:
            desk.adopt_head()
    finally:
        desk.close()
    if url:
        _keep_url(home, url)
    return desk_place(home).check()


def _keep_url(home: Path, url: str) -> None:
    # only its owner may read the file: the URL may hold a password
    file = home / URL_FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_text(f"{url}\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be written ({error.strerror})") from error


def _parsed(text: str, named_by: str) -> URL:
    """The URL for psycopg; what is wrong is said without the text, which may hold a password."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise BadInput(f"{named_by} is no database URL; write it as {EXAMPLE}") from error
    if url.drivername not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise BadInput(
            f"{named_by} names a {url.get_backend_name()} database; the desk runs on SQLite in "
            f"its home (without a URL) or on PostgreSQL: {EXAMPLE}"
        )
    return url.set(drivername="postgresql+psycopg")
