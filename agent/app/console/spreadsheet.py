"""Exports for spreadsheets, in which no cell of somebody's text can become a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tools.errors import Unavailable

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
QUOTES = " \"'"
INVISIBLE = ("Cf", "Zs", "Cc")
"""Categories of letters that a spreadsheet may drop before it reads a cell."""


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula; full-width signs count as plain ones."""
    plain = unicodedata.normalize("NFKC", text)
    start = 0
    while start < len(plain) and (
        plain[start] in QUOTES or unicodedata.category(plain[start]) in INVISIBLE
    ):
        start += 1
    if plain[start:].startswith(STARTS) or set(plain[:start]) & set("\t\r\n"):
        return f"'{text}"
    return text


def cell(value: Any) -> str | int:
    """A value of ours as a cell: numbers stay numbers, everything else is safe text."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return safe(str(value))


def csv_of(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows as CSV in UTF-8, with a mark by which spreadsheets know that."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(row[name]) for name in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def xlsx_of(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows as a workbook whose cells are strings or numbers, never formulas.

    Raises:
        Unavailable: the extra `excel` is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise Unavailable(
            "XLSX needs the extra excel: pip install 'holddesk[excel]'; or export as CSV"
        ) from error
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("queue")
        sheet.write_row(0, 0, columns)
        for at, row in enumerate(rows, start=1):
            for column, name in enumerate(columns):
                value = cell(row[name])
                write = sheet.write_number if isinstance(value, int) else sheet.write_string
                write(at, column, value)
    return out.getvalue()
