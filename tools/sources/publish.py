"""Publishing: build a snapshot beside the others, then move the pointer; or change nothing.

A published path is never written again: readers may hold it open, and a path that is replaced
under a reader gives old rows for new ones.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import orjson

from tools.errors import BadInput, Unavailable
from tools.snapshot import POINTER, SNAPSHOTS, valid_snapshot
from tools.sources.folder import table_files
from tools.sources.format import content_id, write_macros, write_meta, write_tables
from tools.sources.header import near_misses
from tools.sources.lookups import write_lookups
from tools.sources.sqltext import text
from tools.sources.stage import Staged, stage_folder
from tools.sources.validate import QUARANTINE, create_absent, in_reference_order, validate

SHOWN = 50
"""Quarantined rows that a load reports; all of them are in the snapshot."""

ROW_GROUP = 8192
"""Rows that the file keeps together: what is looked up by a sorted key reads few of them."""

FULL = os.strerror(errno.ENOSPC)
SCRATCH = ".load-"
LEFT_BEHIND_S = 86_400
"""A scratch folder older than this belongs to a load that was killed, and is removed."""

Stage = Callable[[duckdb.DuckDBPyConnection, Path], list[Staged]]
"""Brings a source to text cells; the folder is for files that are removed again."""


@dataclass(frozen=True)
class Published:
    """What a load did: the snapshot, its file relative to the home, and what it set aside."""

    snapshot: str
    file: str
    tables: dict[str, int] = field(default_factory=dict)
    quarantined: int = 0
    quarantine: list[dict[str, object]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def folder_stage(source: Path) -> Stage:
    """The stage of a canonical folder; the folder is looked at now."""
    files = table_files(source)
    return lambda connection, scratch: stage_folder(connection, files, scratch)


def publish(stage: Stage, home: Path, source: str, loaded_at: datetime) -> Published:
    """Build, publish and point at the snapshot of a source.

    Args:
        stage: brings the source to text cells.
        home: state folder; made where it is missing.
        source: the name to keep in the pointer.
        loaded_at: aware time of the load, kept in the pointer only.

    Raises:
        BadInput: the source or the home is wrong; nothing was changed.
        Unavailable: the snapshot could not be written; nothing was changed.
    """
    scratch = _scratch(home, loaded_at)
    try:
        built = scratch / "snapshot.duckdb"
        done = _build(stage, built, scratch)
        file = _place(built, home, done.snapshot)
        _point(home, done.snapshot, file, source, loaded_at, scratch)
    except (duckdb.Error, OSError) as error:
        raise Unavailable(_not_written(error, home)) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Published(
        done.snapshot, file, done.tables, done.quarantined, done.quarantine, done.warnings
    )


def _not_written(error: Exception, home: Path) -> str:
    """Why no snapshot was written, in one sentence; DuckDB names a full disk only in its text."""
    if FULL in str(error):
        return f"no space is left for {home}; free some and load again, nothing was changed"
    return f"the snapshot could not be written: {str(error).splitlines()[0]}"


def _scratch(home: Path, loaded_at: datetime) -> Path:
    """A private folder inside the home, so that publishing is a rename on one file system."""
    try:
        (home / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
        for left in home.glob(f"{SCRATCH}*"):
            if left.stat().st_mtime < loaded_at.timestamp() - LEFT_BEHIND_S:
                shutil.rmtree(left, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=SCRATCH, dir=home))
    except OSError as error:
        raise BadInput(
            f"the home {home} cannot be written ({error.strerror}); give another with --home"
        ) from error


def _connect(built: Path, scratch: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={
            "temp_directory": str(scratch / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"ATTACH {text(str(built))} AS built (ROW_GROUP_SIZE {ROW_GROUP})")
    connection.execute("USE built")
    connection.execute("ATTACH ':memory:' AS stage")
    return connection


def _build(stage: Stage, built: Path, scratch: Path) -> Published:
    with _connect(built, scratch) as connection:
        staged = in_reference_order(stage(connection, scratch))
        connection.execute(QUARANTINE)
        for each in staged:
            validate(connection, each)
        connection.execute("BEGIN")  # one commit for many small tables
        create_absent(connection, {each.table.name for each in staged})
        write_tables(connection, staged)
        write_macros(connection)
        write_lookups(connection)
        connection.execute("COMMIT")
        snapshot = content_id(connection)
        write_meta(connection, snapshot)
        connection.execute("DETACH stage")
        connection.execute("CHECKPOINT built")
        return _report(connection, snapshot, staged)


def _report(
    connection: duckdb.DuckDBPyConnection, snapshot: str, staged: list[Staged]
) -> Published:
    tables = connection.execute("SELECT name, rows FROM main._tables WHERE present").fetchall()
    total = connection.execute("SELECT count(*) FROM main._quarantine").fetchone()
    keys = ("table", "file", "row", "column", "reason")
    first = connection.execute(
        'SELECT "table", "file", "row", "column", reason FROM main._quarantine '
        f"ORDER BY rowid LIMIT {SHOWN}"
    ).fetchall()
    return Published(
        snapshot,
        "",
        dict(tables),
        total[0] if total else 0,
        [dict(zip(keys, row, strict=True)) for row in first],
        [w for each in staged for w in near_misses(each.table, each.file, each.columns)],
    )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _named(built: Path, final: Path) -> bool:
    """Name the file unless that name is taken; a link, unlike a rename, never replaces."""
    try:
        os.link(built, final)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if final.exists():
            return False
        os.rename(built, final)
    _sync(final.parent)
    return True


def _place(built: Path, home: Path, snapshot: str) -> str:
    """Give the file its name, or find the sound file of the same content; its relative path."""
    _sync(built)
    for n in range(1, 1000):
        final = home / SNAPSHOTS / (f"{snapshot}.duckdb" if n == 1 else f"{snapshot}-{n}.duckdb")
        if _named(built, final) or valid_snapshot(final, snapshot):
            return f"{SNAPSHOTS}/{final.name}"
    raise Unavailable(f"the home holds too many damaged copies of {snapshot}; remove them")


def _point(
    home: Path, snapshot: str, file: str, source: str, loaded_at: datetime, scratch: Path
) -> None:
    """Replace the pointer in one step."""
    pointer = {
        "snapshot": snapshot,
        "file": file,
        "loaded_at": loaded_at.isoformat(),
        "source": source,
    }
    written = scratch / POINTER
    written.write_bytes(orjson.dumps(pointer, option=orjson.OPT_INDENT_2))
    _sync(written)
    os.replace(written, home / POINTER)
    _sync(home)
