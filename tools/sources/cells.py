"""What a cell may hold: the SQL that reads a trimmed text cell as its type, and what is wrong.

A cell that is empty is NULL and never wrong by itself; a cell that does not read gives NULL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.sources.sqltext import name, text
from tools.tables import Column, Table

DECIMAL = "DECIMAL(38,12)"
STORED: dict[str, str] = {
    "date": "DATE", "time": "TIME", "timestamp": "TIMESTAMP", "decimal": DECIMAL,
    "integer": "BIGINT", "bool": "BOOLEAN",
}  # fmt: skip
"""Column types of the snapshot; every other type is VARCHAR. Timestamps are UTC, naive."""

BLANKS = text(" \t\r\n\u00a0")


@dataclass(frozen=True)
class Problem:
    """A condition in SQL that makes a row unusable, the column to blame, and the reason."""

    condition: str
    column: str
    reason: str


def stored_type(column: Column) -> str:
    """The type of the column in the snapshot."""
    return STORED.get(column.type, "VARCHAR")


def trimmed(column: str) -> str:
    """The cell without surrounding blanks; NULL where nothing is left."""
    return f"nullif(trim({name(column)}, {BLANKS}), '')"


def _matching(cell: str, pattern: str, value: str) -> str:
    return f"CASE WHEN regexp_full_match({cell}, {text(pattern)}) THEN {value} END"


def _decimal(cell: str, column: Column) -> str:
    """Plain digits only; more than 12 decimals are rounded half up by the cast."""
    return _matching(cell, r"[+-]?(\d+\.?\d*|\.\d+)", f"TRY_CAST({cell} AS {DECIMAL})")


def _integer(cell: str, column: Column) -> str:
    return _matching(cell, r"[+-]?\d{1,18}", f"TRY_CAST({cell} AS BIGINT)")


def _date(cell: str, column: Column) -> str:
    """Year 0000 would be read as 1 BC, which Python cannot hold."""
    pattern = r"(000[1-9]|00[1-9]\d|0[1-9]\d\d|[1-9]\d{3})-\d\d-\d\d"
    return _matching(cell, pattern, f"TRY_CAST({cell} AS DATE)")


def _time(cell: str, column: Column) -> str:
    return _matching(cell, r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", f"TRY_CAST({cell} AS TIME)")


def _timestamp(cell: str, column: Column) -> str:
    """By way of TIMESTAMPTZ: a cast straight to TIMESTAMP drops the offset without a word."""
    pattern = (
        r"(19|[2-9]\d)\d\d-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
        r" ?(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"
    )
    value = f"timezone('UTC', TRY_CAST({cell} AS TIMESTAMPTZ))"
    return _matching(cell, pattern, f"CASE WHEN year({value}) < 10000 THEN {value} END")


def _bool(cell: str, column: Column) -> str:
    return (
        f"CASE WHEN lower({cell}) IN ('true', '1', 'yes') THEN true"
        f" WHEN lower({cell}) IN ('false', '0', 'no') THEN false END"
    )


def _weekdays(cell: str, column: Column) -> str:
    return _matching(cell, r"[1-7](\s*,\s*[1-7])*", rf"regexp_replace({cell}, '\s', '', 'g')")


def _enum(cell: str, column: Column) -> str:
    return f"CASE WHEN {cell} IN ({', '.join(map(text, column.words))}) THEN {cell} END"


READ: dict[str, tuple[Callable[[str, Column], str], str]] = {
    "text": (lambda cell, column: cell, ""),
    "decimal": (_decimal, "is no decimal number (digits with a dot, at most 26 before it)"),
    "integer": (_integer, "is no whole number"),
    "date": (_date, "is no date (YYYY-MM-DD)"),
    "time": (_time, "is no time of day (HH:MM)"),
    "timestamp": (_timestamp, "is no timestamp with an offset (YYYY-MM-DDTHH:MM:SS+HH:MM)"),
    "bool": (_bool, "is neither true nor false"),
    "weekdays": (_weekdays, "is no list of weekdays from 1 to 7"),
    "currency": (lambda c, _: _matching(c, "[A-Z]{3}", c), "is no currency code (three capitals)"),
    "country": (lambda c, _: _matching(c, "[A-Z]{2}", c), "is no country code (two capitals)"),
    "enum": (_enum, "is none of: "),
}


def reading(column: Column) -> str:
    """The expression that reads the trimmed cell as the column's type."""
    return READ[column.type][0](name(column.name), column)


OPPOSITE = {">=": ("<", "below"), ">": ("<=", "not above"), "<=": (">", "above")}
SIGN_RULE = "amounts are ≥ 0 for every kind, the kind carries the sign"


def _out_of_bound(table: Table, column: Column, value: str) -> Problem:
    operator, limit = column.bound.rstrip("0123456789"), column.bound.lstrip("<>=")
    against, words = OPPOSITE[operator]
    reason = f"is impossible: {words} {limit}"
    if table.name == "invoices":
        reason += f" ({SIGN_RULE})"
    return Problem(f"{value} {against} {limit}", column.name, f"{column.name} {reason}")


def cell_problems(table: Table, column: Column, value: str) -> list[Problem]:
    """What can be wrong with one cell; `value` names the cell as read."""
    if column.type == "text":
        return []
    cell = name(column.name)
    reason = READ[column.type][1] + ", ".join(column.words)
    found = [
        Problem(
            f"{cell} IS NOT NULL AND {value} IS NULL",
            column.name,
            f"{column.name} does not parse: it {reason}",
        )
    ]
    return [*found, _out_of_bound(table, column, value)] if column.bound else found
