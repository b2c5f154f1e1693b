"""One CSV file, read strictly: UTF-8, one header, rows no wider than it.

A first pass in Python settles encoding, quoting and widths, numbers the rows as a spreadsheet
does, and writes plain CSV in one known dialect, which the database then reads without guessing.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from tools.errors import BadInput
from tools.sources.header import header_names
from tools.tables import Table

MAX_ROW = 1_000_000
"""Characters in one row, and so in one cell."""

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass
class _Lines:
    """The file's lines; counts what the row being read has taken, so that a huge one stops."""

    handle: TextIO
    file: str
    taken: int = 0
    row: int = field(default=1)

    def __iter__(self) -> Iterator[str]:
        while line := self.handle.readline(MAX_ROW + 1):
            self.taken += len(line)
            if self.taken > MAX_ROW:
                raise BadInput(
                    f"{self.file}: row {self.row} is longer than {MAX_ROW:,} characters; "
                    "is a quote left open?"
                )
            if "\0" in line:
                raise BadInput(f"{self.file} is not a CSV file: row {self.row} holds a NUL byte")
            yield line


def _refuse_binary(file: Path) -> None:
    try:
        with file.open("rb") as handle:
            start = handle.read(8192)
    except OSError as error:
        raise BadInput(f"{file.name} cannot be read: {error.strerror}") from error
    if not start:
        raise BadInput(f"{file.name} is empty; it needs at least its header row")
    if start.startswith(UTF16_MARKS):
        raise BadInput(f"{file.name} is UTF-16; save it as CSV UTF-8")
    if b"\0" in start:
        raise BadInput(f"{file.name} is not a CSV file; save it as CSV UTF-8")


def _undecodable_line(file: Path) -> int:
    with file.open("rb") as handle:
        for number, line in enumerate(iter(lambda: handle.readline(4 * MAX_ROW), b""), start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 1


def _rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Row number and cells; the header is row 1, empty lines are counted and left out."""
    with file.open(encoding="utf-8-sig", newline="") as handle:
        lines = _Lines(handle, file.name)
        try:
            for cells in csv.reader(lines, strict=True):
                if cells:
                    yield lines.row, cells
                lines.row += 1
                lines.taken = 0
        except csv.Error as error:
            raise BadInput(f"{file.name}: row {lines.row} is not valid CSV: {error}") from error


@dataclass(frozen=True)
class Plain:
    """What the pass left: header, file of numbered rows, file of rows wider than the header."""

    header: tuple[str, ...]
    rows: Path
    wide: Path


def _split(
    rows: Iterator[tuple[int, list[str]]], header: tuple[str, ...], drawn: int, wide: TextIO
) -> Iterator[list[object]]:
    """Rows cut or filled to the header; wider ones go to `wide`.

    `drawn` is the header's width with its trailing unnamed columns, which must stay empty.
    """
    width, out = len(header), csv.writer(wide)
    empty = [""] * width
    for number, cells in rows:
        count = len(cells)
        if count <= width:
            yield [number, *cells, *empty[count:]]
        elif count <= drawn and not any(cells[width:]):
            yield [number, *cells[:width]]
        else:
            raw = {**dict(zip(header, cells, strict=False)), "": cells[width:]}
            out.writerow([number, json.dumps(raw, ensure_ascii=False)])


def plain_csv(table: Table, file: Path, folder: Path) -> Plain:
    """Check the `file` of a table and write it plainly into `folder`.

    Raises:
        BadInput: not CSV, not UTF-8, a row over `MAX_ROW`; or see `header_names`.
    """
    _refuse_binary(file)
    # The csv module's own limit is one for the whole process, and lower: raised, never put back.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_ROW + 1))
    rows = _rows(file)
    try:
        first = next(rows, None)
        if first is None:
            raise BadInput(f"{file.name} is empty; it needs at least its header row")
        header = header_names(table, file.name, first[1])
        plain = Plain(header, folder / f"{file.stem}.rows", folder / f"{file.stem}.wide")
        with (
            plain.rows.open("w", encoding="utf-8", newline="") as good,
            plain.wide.open("w", encoding="utf-8", newline="") as wide,
        ):
            fitting = _split(rows, header, len(first[1]), wide)
            csv.writer(good).writerows(fitting)
    except UnicodeDecodeError as error:
        line = _undecodable_line(file)
        raise BadInput(f"{file.name}: line {line} is not UTF-8; save it as CSV UTF-8") from error
    return plain
