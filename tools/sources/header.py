"""The header of a file: its names, brought to the canonical spelling."""

from __future__ import annotations

from tools.errors import BadInput
from tools.sources.folder import nearest
from tools.tables import Table

RESERVED = "_"
"""Columns of a snapshot that begin so are the desk's own."""


def header_names(table: Table, file: str, cells: list[str]) -> tuple[str, ...]:
    """The names in a header row, known ones in canonical spelling.

    Trailing cells without a name are left out.

    Raises:
        BadInput: a name is missing, doubled or reserved, or a key column is not there that has
            to be filled.
    """
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names or "" in names:
        raise BadInput(f"{file}: column {names.index('') + 1 if names else 1} has no name")
    _refuse_doubled(file, names)
    found = tuple(n.lower() if n.lower() in table.columns else n for n in names)
    for key in table.key:
        if key not in found and key not in table.may_be_empty:
            raise BadInput(f"{file} has no column {key}{_hint(key, names)}")
    for column in found:
        if column.startswith(RESERVED):
            raise BadInput(f"{file}: a column must not begin with an underscore ({column})")
    return found


def _refuse_doubled(file: str, names: list[str]) -> None:
    seen: set[str] = set()
    for each in names:
        if each.lower() in seen:
            raise BadInput(f"{file}: the header names {each} twice")
        seen.add(each.lower())


def _hint(key: str, names: list[str]) -> str:
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        return "; its cells must be separated by commas"
    near = nearest(key, names)
    return f"; is {near} meant?" if near else ", which is part of the table's key"


def near_misses(table: Table, file: str, columns: tuple[str, ...]) -> list[str]:
    """Warnings about unknown columns that look like a known one that the file lacks."""
    absent = [c for c in table.columns if c not in columns]
    unknown = (c for c in columns if c not in table.columns)
    pairs = ((column, nearest(column, absent)) for column in unknown)
    return [
        f"{file}: unknown column {column} is kept as text; did you mean {near}?"
        for column, near in pairs
        if near
    ]
