"""The evidence that every query reads: one immutable snapshot file, opened for reading only.

A snapshot may be shared by threads: each query runs on a cursor of its own, which also keeps
anything temporary that one of them might make out of sight of the others.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import orjson

from tools.errors import HolddeskError, NotFound, Unavailable
from tools.sources.format import FORMAT, content_id

POINTER = "current.json"
SNAPSHOTS = "snapshots"
AGAIN = "run `holddesk load DIR` again"

HARDENED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "allow_community_extensions": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "max_temp_directory_size": "0B",
    "threads": min(4, os.cpu_count() or 1),
}
"""Nothing outside the file can be read or written; then the settings are locked."""


_FAULTS_OF_THE_QUERY = (
    duckdb.ProgrammingError,
    duckdb.DataError,
    duckdb.NotSupportedError,
    duckdb.PermissionException,
    duckdb.TransactionException,
)
"""Errors of whoever wrote the query; any other error of the database is the file's."""


@dataclass(frozen=True, slots=True)
class TableInfo:
    """What the source had of a table: absent, or so many rows and so many set aside.

    `dated`: its rows say when they became known; otherwise the table is "current only".
    """

    present: bool
    rows: int
    quarantined: int
    dated: bool
    filled: tuple[str, ...] = ()
    """The canonical columns that are filled in at least one row, in their order."""


_limits: dict[Path, str] = {}
"""The memory limit that each file was first opened with: a process must not change it."""


def _connect(path: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    limit = _limits.setdefault(path.resolve(), memory_limit)
    config = {**HARDENED, "memory_limit": limit}
    connection = duckdb.connect(str(path), read_only=True, config=config)
    with suppress(duckdb.InvalidInputException):  # locked by an earlier opening in this process
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
    return connection


def _single_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type is not duckdb.StatementType.SELECT:
        raise ValueError("a snapshot answers one SELECT at a time")


def _plain(value: object) -> object:
    """Aware times as UTC without zone, which is how the snapshot holds them."""
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def _stop(cursor: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.Error):  # it has just ended by itself
        cursor.interrupt()


class Snapshot:
    """A published snapshot. Open it with `Snapshot.open` or `current_snapshot`."""

    def __init__(
        self,
        path: Path,
        connection: duckdb.DuckDBPyConnection,
        snapshot_id: str,
        tables: dict[str, TableInfo],
        timeout_s: float,
    ) -> None:
        self.path = path
        self.id = snapshot_id
        self.tables = tables
        self._connection = connection
        self._timeout_s = timeout_s
        self._checked: set[str] = set()

    @classmethod
    def open(cls, path: Path, *, memory_limit: str = "2GB", timeout_s: float = 30.0) -> Snapshot:
        """Open a snapshot file; a file that is open already in this process is shared.

        Args:
            path: the `.duckdb` file.
            memory_limit: of the whole file's readers in this process; the first opening counts.
            timeout_s: seconds after which a query is stopped.

        Raises:
            Unavailable: the file is missing, damaged or no snapshot of this format.
        """
        if not path.is_file():
            raise Unavailable(f"the snapshot {path.name} is missing; {AGAIN}")
        if not os.access(path, os.R_OK):
            raise Unavailable(
                f"the snapshot {path.name} may not be read by this user; make it readable"
            )
        try:
            connection = _connect(path, memory_limit)
        except duckdb.Error as error:
            raise Unavailable(f"the snapshot {path.name} is damaged; {AGAIN}") from error
        try:
            meta = dict(connection.execute("SELECT key, value FROM main._meta").fetchall())
            rows = connection.execute(
                "SELECT name, present, rows, quarantined, dated, filled FROM main._tables"
            ).fetchall()
        except duckdb.Error as error:
            connection.close()
            raise Unavailable(f"{path.name} is no snapshot of holddesk; {AGAIN}") from error
        if meta.get("version") != FORMAT:
            connection.close()
            raise Unavailable(f"{path.name} is of another version of holddesk; {AGAIN}")
        tables = {row[0]: TableInfo(row[1], row[2], row[3], row[4], tuple(row[5])) for row in rows}
        return cls(path, connection, meta["snapshot"], tables, timeout_s)

    def select(
        self, sql: str, parameters: Mapping[str, object]
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run one SELECT with named parameters (`$name`) and return column names and rows.

        Timestamps go in aware or in UTC without zone, and come out in UTC without zone.

        Raises:
            ValueError: the text is not exactly one SELECT.
            Unavailable: the time or memory is used up, or the file is damaged.
        """
        try:
            with self._connection.cursor() as cursor:
                if sql not in self._checked:
                    _single_select(cursor, sql)
                    self._checked.add(sql)
                return self._timed(cursor, sql, parameters)
        except _FAULTS_OF_THE_QUERY:
            raise
        except duckdb.Error as error:
            raise Unavailable(self._sentence(error)) from error

    def _timed(
        self, cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object]
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        timer = threading.Timer(self._timeout_s, _stop, (cursor,))
        timer.daemon = True
        timer.start()
        try:
            cursor.execute(sql, {name: _plain(v) for name, v in parameters.items()})
            return [c[0] for c in cursor.description or ()], cursor.fetchall()
        finally:
            timer.cancel()

    def _sentence(self, error: duckdb.Error) -> str:
        if isinstance(error, duckdb.InterruptException):
            return f"a query took longer than {self._timeout_s:g} s; narrow it or try again"
        if isinstance(error, duckdb.OutOfMemoryException):
            return "a query needs more memory than allowed; narrow it"
        return f"the snapshot {self.path.name} is damaged; {AGAIN}"

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def valid_snapshot(path: Path, snapshot_id: str) -> bool:
    """Whether the file opens and its content still hashes to that id."""
    with suppress(HolddeskError, duckdb.Error), Snapshot.open(path) as snapshot:
        return snapshot.id == content_id(snapshot._connection.cursor()) == snapshot_id
    return False


def pointer(home: Path) -> dict[str, str]:
    """What the home points at: `snapshot`, `file`, `loaded_at`, `source`.

    Raises:
        NotFound: nothing was loaded into the home.
        Unavailable: the pointer is damaged.
    """
    try:
        found = orjson.loads((home / POINTER).read_bytes())
        if Path(found["file"]).parts != (SNAPSHOTS, Path(found["file"]).name):
            raise ValueError("the pointer leaves the home")
        return {key: str(found[key]) for key in ("snapshot", "file", "loaded_at", "source")}
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"no data in {home}; run `holddesk load DIR` or `holddesk demo`") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"{home / POINTER} is damaged; {AGAIN}") from error


def current_snapshot(home: Path) -> Snapshot:
    """Open the snapshot that the home points at.

    Raises:
        NotFound: nothing was loaded into the home.
        Unavailable: the pointer or the snapshot is damaged or gone.
    """
    return Snapshot.open(home / pointer(home)["file"])
