"""What the command line prints: one JSON document for programs, tables for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import orjson
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

PIPED_WIDTH = 175
"""Columns where stdout is no terminal and COLUMNS says nothing."""
WHOLE = 18
"""Cells of at most this many columns (ids, amounts, dates) are never broken."""


def emit_json(body: Any) -> None:
    """Print one JSON document on stdout, and nothing else."""
    sys.stdout.buffer.write(orjson.dumps(body, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def emit_line(body: Any) -> None:
    """Print one JSON document on one line."""
    sys.stdout.buffer.write(orjson.dumps(body) + b"\n")


def console() -> Console:
    """The console for people."""
    made = Console(highlight=False)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = PIPED_WIDTH
    return made


def say(*parts: object) -> None:
    """Print text or tables for a person; words wrap, and nothing is cut at any width."""
    shown = [plain_text(part) if isinstance(part, str) else part for part in parts]
    console().print(*shown, sep="\n", crop=False, overflow="fold")


def say_line(text: str) -> None:
    """Print one line that is never wrapped, so that it can be copied."""
    console().print(plain_text(text), crop=False, soft_wrap=True)


def plain_text(value: object) -> Text:
    """Somebody's text as plain text: no markup, no control characters."""
    return Text(printable("" if value is None else str(value)))


def printable(text: str) -> str:
    """The text without control characters, which could move the cursor or hide what follows."""
    return "".join(c for c in text if c.isprintable() or c == "\n")


def words(name: object) -> str:
    """A name of the data as words: `credit_hold` is credit hold."""
    return str(name).replace("_", " ")


def counted(count: int, one: str) -> str:
    """A count with its noun: 1 order, 58 orders."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def indented(text: str, by: int = 2) -> Padding:
    """Text that stays indented where it wraps."""
    return Padding(plain_text(text), (0, 0, 0, by), expand=False)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> RenderableType:
    """A table whose cells are plain text; a column that begins with `>` is right-aligned."""
    made = Table(header_style="bold", box=None, pad_edge=False)
    cells = [[plain_text(cell) for cell in row] for row in rows]
    for at, column in enumerate(columns):
        name = column.lstrip(">")
        texts = [name, *(row[at].plain for row in cells)]
        lines = max(cell_len(line) for text in texts for line in (text.splitlines() or [""]))
        longest = max(cell_len(word) for text in texts for word in (text.split() or [""]))
        made.add_column(
            name,
            justify="right" if column.startswith(">") else "left",
            overflow="fold",
            no_wrap=lines <= WHOLE,
            min_width=lines if lines <= WHOLE else min(longest, WHOLE),
        )
    for row in cells:
        made.add_row(*row)
    return Group(Text(title, style="bold"), made) if title else made
