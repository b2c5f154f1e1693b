"""Which files of a folder are tables, and what is wrong with the folder, in one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rapidfuzz import process

from tools.errors import BadInput, NotFound
from tools.tables import tables

SUFFIXES = (".csv", ".parquet")
NEAR = 80
"""From this likeness (0-100) on, a name is taken for a slip of the pen of another."""


def nearest(word: str, known: Iterable[str], least: int = NEAR) -> str | None:
    """The known name most like `word`, or None where nothing is near."""
    found = process.extractOne(word.lower(), list(known), score_cutoff=least)
    return str(found[0]) if found else None


def _suggestion(stem: str) -> str:
    near = nearest(stem, tables(), least=60)
    return f"; did you mean {near}?" if near else f"; the tables are {', '.join(tables())}"


def checked_folder(source: Path) -> Path:
    """The folder itself.

    Raises:
        NotFound: there is no such folder.
        BadInput: it is a file, or may not be read.
    """
    try:
        found, folder = source.exists(), source.is_dir()
    except OSError as error:
        raise BadInput(f"the folder {source} cannot be read: {error.strerror}") from error
    if not found:
        raise NotFound(f"there is no folder {source}; give the folder that holds the tables")
    if not folder:
        raise BadInput(f"{source} is a file; give the folder that holds the tables")
    return source


def _candidates(source: Path) -> list[Path]:
    try:
        found = sorted(source.iterdir())
    except OSError as error:
        raise BadInput(f"the folder {source} cannot be read: {error.strerror}") from error
    return [p for p in found if p.suffix.lower() in SUFFIXES and not p.name.startswith(".")]


def table_files(source: Path) -> dict[str, Path]:
    """The files of a canonical folder by table, in the order of `tables.yaml`.

    Files of other kinds, and hidden ones, are left alone.

    Raises:
        BadInput: no table, an unknown or doubled table, a missing required table.
    """
    found: dict[str, Path] = {}
    for file in _candidates(checked_folder(source)):
        table = file.stem.lower()
        if table not in tables():
            raise BadInput(f"{file.name}: unknown table {file.stem}{_suggestion(table)}")
        if table in found:
            raise BadInput(f"{found[table].name} and {file.name} are the same table; keep one")
        if not file.is_file():
            raise BadInput(f"{file.name} is not a file")
        found[table] = file
    _require(source, found)
    return {table: found[table] for table in tables() if table in found}


def left_alone(source: Path) -> list[str]:
    """A warning for each file that is named after a table and is neither CSV nor Parquet."""
    return [
        f"{file.name} is not read; save it as {file.name.split('.')[0].lower()}.csv (CSV UTF-8)"
        for file in sorted(source.iterdir())
        if file.suffix.lower() not in SUFFIXES and file.name.split(".")[0].lower() in tables()
    ]


def _require(source: Path, found: dict[str, Path]) -> None:
    if not found:
        raise BadInput(
            f"the folder {source} holds no table: put files such as orders.csv there, "
            "or write an example with `holddesk template DIR`"
        )
    missing = [t.name for t in tables().values() if t.required and t.name not in found]
    if missing:
        raise BadInput(f"the folder {source} lacks {', '.join(missing)} (CSV or Parquet)")
