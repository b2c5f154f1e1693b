"""The databases that a check runs on: files in a folder, and a schema of its own in PostgreSQL."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

SERVER = "HOLDDESK_TEST_POSTGRES"
"""Names the PostgreSQL server of tests and checks, as an SQLAlchemy URL."""
NOT_RUN = f"not run: {SERVER} names no server"


@contextmanager
def postgres_schema(server: str) -> Iterator[str]:
    """The URL of an empty schema of a server, which is dropped afterwards."""
    schema = f"desk_{uuid.uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()


@contextmanager
def database(name: str, home: Path) -> Iterator[str | None]:
    """A desk URL for `postgresql`; none for `sqlite`, whose files are in the home."""
    home.mkdir(parents=True, exist_ok=True)
    if name == "sqlite":
        yield None
        return
    with postgres_schema(os.environ[SERVER]) as url:
        yield url


def databases(only: str | None = None) -> list[str]:
    """SQLite, and PostgreSQL where a server is named; or the one that is asked for."""
    found = ["sqlite", *(["postgresql"] if os.environ.get(SERVER) else [])]
    return found if only is None else [only]


def not_run(only: str | None = None) -> list[str]:
    """What to say where a run that asked for every database has one alone."""
    return [] if only or len(databases()) > 1 else [NOT_RUN]
