"""Pages of a list by cursor: the next page begins after the last row that was shown."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query

from tools.errors import BadInput

T = TypeVar("T")
Limit = Annotated[int, Query(ge=1, le=200, description="Rows a page.")]
Cursor = Annotated[
    str | None, Query(max_length=300, description="The next_cursor of the page before.")
]


def page(
    rows: Sequence[T], key: Callable[[T], str], cursor: str | None, limit: int
) -> tuple[Sequence[T], str | None]:
    """The rows after a cursor, and the cursor after them.

    A list that changed in between goes on after the same row; where that row is gone, at the place
    where it was.

    Raises:
        BadInput: the cursor is none of ours.
    """
    start = _start(rows, key, cursor) if cursor else 0
    shown = rows[start : start + limit]
    end = start + len(shown)
    return shown, _cursor(end, key(shown[-1])) if shown and end < len(rows) else None


def _cursor(end: int, key: str) -> str:
    return base64.urlsafe_b64encode(f"{end}|{key}".encode()).decode()


def _start(rows: Sequence[Any], key: Callable[[Any], str], cursor: str) -> int:
    try:
        end_text, mark, last = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        end = int(end_text)
    except (ValueError, binascii.Error, UnicodeError):
        end, mark = -1, ""
    if not mark or end < 0:
        raise BadInput("cursor: send next_cursor of the page before, or none")
    if end <= len(rows) and end and key(rows[end - 1]) == last:
        return end
    return next((at + 1 for at, row in enumerate(rows) if key(row) == last), min(end, len(rows)))
