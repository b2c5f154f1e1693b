"""Quoting for generated SQL: identifiers, literals, file names and column lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def name(identifier: str) -> str:
    """An identifier, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text literal, quoted."""
    return "'" + value.replace("'", "''") + "'"


def path(file: Path) -> str:
    """A file name as a literal that the readers of DuckDB do not take for a pattern."""
    return text(re.sub(r"([*?\[])", r"[\1]", str(file)))


def names(identifiers: Iterable[str]) -> str:
    """Identifiers, quoted, with commas between."""
    return ", ".join(name(each) for each in identifiers)


def json_of(columns: Iterable[str]) -> str:
    """A JSON object, as text, of the row's columns."""
    members = ", ".join(f"{text(each)}: {name(each)}" for each in columns)
    return f"to_json({{{members}}})::VARCHAR"
