"""Where tests keep a desk: a SQLite file, or a schema of its own in the PostgreSQL that is named.

`HOLDDESK_TEST_POSTGRES` names the server; without it the tests on PostgreSQL are named as not run.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text

POSTGRES = os.environ.get("HOLDDESK_TEST_POSTGRES", "")

on_postgres = pytest.param(
    "postgres",
    marks=[
        pytest.mark.postgres,
        pytest.mark.skipif(not POSTGRES, reason="not run: HOLDDESK_TEST_POSTGRES names no server"),
    ],
)
BOTH = ["sqlite", on_postgres]


@contextmanager
def postgres_schema() -> Iterator[str]:
    """The URL of an empty schema, which is dropped afterwards."""
    schema = f"desk_{uuid.uuid4().hex[:12]}"
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{schema}"
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()
