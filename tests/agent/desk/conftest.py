"""A desk on SQLite, and the same tests on PostgreSQL where a server is named."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from agent.desk.store import Desk
from tests.agent.desk.people import a_desk, pinned

POSTGRES = os.environ.get("HOLDDESK_TEST_POSTGRES", "")


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgres",
            marks=[
                pytest.mark.postgres,
                pytest.mark.skipif(
                    not POSTGRES, reason="not run: HOLDDESK_TEST_POSTGRES names no server"
                ),
            ],
        ),
    ]
)
def desk(request: Any, tmp_path: Path) -> Iterator[Desk]:
    if request.param == "sqlite":
        opened = a_desk(tmp_path)
        yield opened
        opened.close()
    else:
        yield from on_postgres(tmp_path)


def on_postgres(home: Path) -> Iterator[Desk]:
    """A desk in a schema of its own, dropped afterwards."""
    from agent.desk.store import open_desk

    schema = f"desk_{uuid.uuid4().hex[:12]}"
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    separator = "&" if "?" in POSTGRES else "?"
    url = f"{POSTGRES}{separator}options=-csearch_path%3D{schema}"
    opened = open_desk(url, head=home / "audit.head", clock=pinned)
    yield opened
    opened.close()
    with admin.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.dispose()
