"""Changes of a book that must not matter: rows permuted, strangers added, ids renamed, dates moved.

Every change makes a new book without memo and leaves the old one alone. `Packets` undoes a
renaming or a move in what comes out, so that the result can be held against the unchanged one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from babel.dates import format_date

from tests.builders import Rows, rows_of
from tools.book import Book, TableState
from tools.rows import Row, Scalar, make_row
from tools.tables import tables

CLOCK = ZoneInfo("Europe/Berlin")
"""Moments are moved by wall time: nine in the morning stays nine in the morning."""

PEOPLE = {"created_by", "requested_by", "approved_by", "changed_by", "cleared_by", "stand_in",
          "placed_by", "released_by", "author", "owner", "sales_owner"}  # fmt: skip
NAMES = PEOPLE | {"sku", "substitute_sku", "customer_ref", "licence_no"}


def remade(book: Book, row: Callable[[str, Row], Row], as_of: datetime | None = None) -> Book:
    """The book with every row replaced."""
    rows = {table: [row(table, old) for old in found] for table, found in book.rows.items()}
    return Book(as_of or book.as_of, book.snapshot_id, book.conventions, rows, dict(book.states),
                list(book.set_aside))  # fmt: skip


def permuted(book: Book, luck: random.Random) -> Book:
    """The rows of every table in another order."""
    made = remade(book, lambda _, row: row)
    for rows in made.rows.values():
        luck.shuffle(rows)
    return made


def with_rows(book: Book, more: dict[str, Rows], luck: random.Random) -> Book:
    """The book with further rows put between the others."""
    made = remade(book, lambda _, row: row)
    for table, records in more.items():
        rows = made.rows.setdefault(table, [])
        made.states[table] = made.states.get(table, TableState(True))
        for row in rows_of(table, records):
            rows.insert(luck.randint(0, len(rows)), row)
    return made


def is_name(column: str) -> bool:
    """Whether a column holds an id."""
    return column.endswith("_id") or column in NAMES


def renamed(book: Book, prefix: str) -> Book:
    """Every id with a prefix, which keeps the order of the ids and what they refer to."""

    def row(table: str, old: Row) -> Row:
        values = {
            column: f"{prefix}{value}" if is_name(column) and isinstance(value, str) else value
            for column, value in old.values.items()
        }
        return make_row(table, tables()[table].key, values)

    made = remade(book, row)
    made.set_aside = [
        replace(gap, keys={key: f"{prefix}{value}" for key, value in gap.keys.items()})
        for gap in made.set_aside
    ]
    return made


def moved(value: Scalar, by: timedelta) -> Scalar:
    """A date or moment moved by whole days of the clock."""
    if isinstance(value, datetime):
        local = value.astimezone(CLOCK).replace(tzinfo=None) + by
        return local.replace(tzinfo=CLOCK).astimezone(UTC)
    if isinstance(value, str) and DAY.fullmatch(value):
        return str(date.fromisoformat(value) + by)  # the version of a list is named by its day
    return value + by if isinstance(value, date) else value


def shifted(book: Book, weeks: int) -> Book:
    """Every date and moment, `as_of` included, moved by whole weeks."""
    by = timedelta(weeks=weeks)

    def row(table: str, old: Row) -> Row:
        values = {column: moved(value, by) for column, value in old.values.items()}
        return make_row(table, tables()[table].key, values)

    as_of = moved(book.as_of, by)
    assert isinstance(as_of, datetime)
    return remade(book, row, as_of)


# --- what comes out, with the change undone ----------------------------------------------------

CHANGING = ("packet_id", "fingerprint", "evidence_hashes", "usage", "policy_version")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
DAY = re.compile(r"(?<![\w-])20\d\d-[01]\d-[0-3]\d(?![\w-])")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec".split()
WRITTEN = re.compile(rf"(\d{{1,2}}) ({'|'.join(MONTHS)}|Sep) (\d{{4}})")


def everything(packets: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The packets without the milliseconds, fingerprints included."""
    return [{key: value for key, value in p.items() if key != "usage"} for p in packets]


def unnamed(packets: Iterable[dict[str, Any]], prefix: str = "") -> list[dict[str, Any]]:
    """The packets with a prefix of ids taken away, without what is hashed from them."""
    kept = [{key: value for key, value in p.items() if key not in CHANGING} for p in packets]
    text = orjson.dumps(kept).decode()
    for written in (prefix, prefix.replace("/", "%2F")):
        text = text.replace(written, "") if written else text
    made: list[dict[str, Any]] = orjson.loads(text)
    return made


def moved_back(packets: Iterable[dict[str, Any]], weeks: int = 0) -> list[dict[str, Any]]:
    """The packets with every date in them moved back, moments as wall time.

    The customer's message is left out: its dates are in the customer's language.
    """
    by = timedelta(weeks=-weeks)

    def moment(found: re.Match[str]) -> str:
        at = moved(datetime.fromisoformat(found[0]), by)
        assert isinstance(at, datetime)
        return f"{at.astimezone(CLOCK):%Y/%m/%d %H:%M:%S}"

    def day(found: re.Match[str]) -> str:
        return f"{date.fromisoformat(found[0]) + by:%Y/%m/%d}"

    def written(found: re.Match[str]) -> str:
        month = MONTHS.index("Sept" if found[2] == "Sep" else found[2]) + 1
        return format_date(date(int(found[3]), month, int(found[1])) + by, "d MMM y", "en_GB")

    kept = [
        {k: v for k, v in p.items() if k not in (*CHANGING, "customer_message")} for p in packets
    ]
    text = WRITTEN.sub(written, DAY.sub(day, MOMENT.sub(moment, orjson.dumps(kept).decode())))
    made: list[dict[str, Any]] = orjson.loads(text)
    return made


def differences(found: Any, wanted: Any, path: str = "") -> list[str]:
    """The paths at which two packets differ, with both values; empty where they are equal."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        keys = [*wanted, *(key for key in found if key not in wanted)]
        return [d for key in keys
                for d in differences(found.get(key), wanted.get(key), f"{path}/{key}")]  # fmt: skip
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        pairs = enumerate(zip(found, wanted, strict=True))
        return [d for n, (a, b) in pairs for d in differences(a, b, f"{path}/{n}")]
    return [] if found == wanted else [f"{path}: {found!r} for {wanted!r}"]
