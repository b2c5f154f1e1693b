"""Where tests keep a desk: a SQLite file, or a schema of its own in the PostgreSQL that is named.

`HOLDDESK_TEST_POSTGRES` names the server; without it the tests on PostgreSQL are named as not run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from agent.app.desk_place import ENVIRONMENT
from evals.durability import databases

POSTGRES = os.environ.get(databases.SERVER, "")

on_postgres = pytest.param(
    "postgres",
    marks=[
        pytest.mark.postgres,
        pytest.mark.skipif(not POSTGRES, reason=databases.NOT_RUN),
    ],
)
BOTH = ["sqlite", on_postgres]


def postgres_schema() -> AbstractContextManager[str]:
    """The URL of an empty schema of that server, which is dropped afterwards."""
    return databases.postgres_schema(POSTGRES)


@pytest.fixture(autouse=True, params=BOTH)
def each_database(request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Desk and checkpoints in files of the home, and again in PostgreSQL, where it is imported."""
    if request.param == "sqlite":
        monkeypatch.delenv(ENVIRONMENT, raising=False)
        yield
        return
    with postgres_schema() as url:
        monkeypatch.setenv(ENVIRONMENT, url)
        yield
