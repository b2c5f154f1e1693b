"""Checkpoints of the graph: in a SQLite file of the home, or in the PostgreSQL of the desk."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import finalize

from tenacity import Retrying, retry_if_not_result, stop_after_delay, wait_fixed

from tools.errors import Unavailable

if TYPE_CHECKING:
    import psycopg
    from langgraph.checkpoint.base import BaseCheckpointSaver

SETUP_LOCK = 4150002
"""The advisory lock of whoever makes the checkpoint tables."""
SETUP_SECONDS = 60
POOL = 8
"""Connections to PostgreSQL that one process uses for checkpoints."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Checkpoints:
    """A langgraph checkpointer, and how to let it go; it is let go with this object at last."""

    saver: BaseCheckpointSaver[Any]
    close: Callable[[], None]

    def __post_init__(self) -> None:
        finalize(self, self.close)


def open_checkpoints(where: Path | str) -> Checkpoints:
    """Open the checkpoints and make their tables where they are missing.

    Args:
        where: a path of a SQLite file, or a PostgreSQL connection string.

    Raises:
        Unavailable: they cannot be opened.
    """
    os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"  # read by langgraph when it is imported
    os.environ["LANGSMITH_TRACING"] = "false"
    return _sqlite(where) if isinstance(where, Path) else _postgres(where)


def _sqlite(path: Path) -> Checkpoints:
    from langgraph.checkpoint.sqlite import SqliteSaver

    try:
        connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
        saver = SqliteSaver(connection)
        saver.setup()
        connection.execute("PRAGMA synchronous=NORMAL")  # a lost checkpoint is driven again
    except sqlite3.Error as error:
        raise Unavailable(f"{path}: the checkpoints cannot be opened: {error}") from error
    return Checkpoints(saver, connection.close)


def _postgres(url: str) -> Checkpoints:
    try:
        import psycopg
        from langgraph.checkpoint.postgres import PostgresSaver
        from psycopg.rows import dict_row
        from psycopg_pool import ConnectionPool
    except ImportError as error:
        raise Unavailable("PostgreSQL needs its extra: pip install 'holddesk[postgres]'") from error
    # a checkpoint that the server loses in a crash is driven again: its commits need not wait
    options = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row,
               "connect_timeout": 10}  # fmt: skip
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            _make_tables(url, connection)
    except psycopg.Error as error:
        raise Unavailable(f"the checkpoints cannot be opened: {_first_line(error)}") from error
    pool: Any = ConnectionPool(
        url, kwargs=options, min_size=1, max_size=POOL, open=True, configure=_relaxed,
        check=ConnectionPool.check_connection,
    )  # fmt: skip
    return Checkpoints(PostgresSaver(pool), pool.close)


def _relaxed(connection: psycopg.Connection[Any]) -> None:
    connection.execute("SET synchronous_commit TO off")


def _make_tables(url: str, connection: psycopg.Connection[Any]) -> None:
    """Run the checkpointer's migrations, one process at a time.

    The lock is polled: whoever waited inside a statement would hold up the indexes that are built
    concurrently, which wait for every running statement.
    """
    from langgraph.checkpoint.postgres import PostgresSaver

    def locked() -> bool:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (SETUP_LOCK,)).fetchone()
        return bool(row and row[0])

    waiting = Retrying(
        retry=retry_if_not_result(bool), wait=wait_fixed(0.1), stop=stop_after_delay(SETUP_SECONDS)
    )
    waiting(locked)
    try:
        with PostgresSaver.from_conn_string(url) as saver:
            saver.setup()
    finally:
        with suppress(Exception):
            connection.execute("SELECT pg_advisory_unlock(%s)", (SETUP_LOCK,))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["unknown"])[0]
