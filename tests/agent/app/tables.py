"""Change CSV tables on disk, as somebody with a spreadsheet would."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path


def records(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def write(file: Path, rows: list[dict[str, str]]) -> None:
    """Write the rows of a CSV file."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def rewrite(file: Path, where: Mapping[str, str] | None = None, **cells: str) -> None:
    """Set cells in every row, or in the rows that have the values of `where`."""
    rows = records(file)
    for row in rows:
        if all(row[name] == value for name, value in (where or {}).items()):
            row.update(cells)
    write(file, rows)
