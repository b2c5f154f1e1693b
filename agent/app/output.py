"""What the command line prints: one JSON document for programs, tables for people."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text


def emit_json(body: Any) -> None:
    """Print one JSON document on stdout, and nothing else."""
    sys.stdout.buffer.write(orjson.dumps(body, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def emit_line(body: Any) -> None:
    """Print one JSON document on one line."""
    sys.stdout.buffer.write(orjson.dumps(body) + b"\n")


def console() -> Console:
    """The console for people."""
    return Console(highlight=False, soft_wrap=False)


def plain_text(value: object) -> Text:
    """Somebody's text as plain text: no markup, no control characters."""
    text = "" if value is None else str(value)
    return Text("".join(c for c in text if c.isprintable() or c == "\n"))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """A table whose cells are plain text; a column that begins with `>` is right-aligned."""
    made = Table(
        title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False
    )
    for column in columns:
        made.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left")
    for row in rows:
        made.add_row(*(plain_text(cell) for cell in row))
    return made
