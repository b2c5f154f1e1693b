"""Gather the evidence rows around a set of orders: one query a table, the same for one or all.

Every query stands in `tools/sql/<subject>/<table>.sql`, is one SELECT, and takes the set of
order ids. `$related` is the set that the first query finds: the orders whose rows are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

from tools.book import Book, SetAside, TableState
from tools.conventions import Conventions
from tools.rows import Row, Scalar, make_row
from tools.snapshot import Snapshot
from tools.tables import tables

HIDDEN_COLUMNS = {"_row"}
LOOKUP = "lookup"
"""The folder of queries that find orders; the others return the rows around them."""


@dataclass(frozen=True, slots=True)
class Query:
    """One evidence query: the subject (its folder), the table it reads, its SQL text."""

    subject: str
    table: str
    sql: str


@cache
def registry() -> dict[str, Query]:
    """Every evidence query by the table whose rows it returns."""
    found: dict[str, Query] = {}
    for folder in sorted((files("tools") / "sql").iterdir(), key=lambda p: p.name):
        for file in sorted(folder.iterdir(), key=lambda p: p.name) if folder.is_dir() else ():
            name = PurePosixPath(file.name)
            if name.suffix == ".sql":
                text = file.read_text(encoding="utf-8")
                found[name.stem] = Query(folder.name, name.stem, text)
    return found


def utc(moment: datetime) -> datetime:
    """The naive UTC moment that snapshots store.

    Raises:
        ValueError: the moment has no offset.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs an offset")
    return moment.astimezone(UTC).replace(tzinfo=None)


def scalar(value: object) -> Scalar:
    """A database value as the rows carry it: short decimals, aware moments, empty as None."""
    if isinstance(value, Decimal):
        short = value.normalize()
        return short if int(short.as_tuple().exponent) <= 0 else short.quantize(Decimal(1))
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return None if value == "" else value  # type: ignore[return-value]


def _rows(table: str, columns: Sequence[str], records: Iterable[Sequence[object]]) -> list[Row]:
    key = tables()[table].key
    names = [(i, c) for i, c in enumerate(columns) if c not in HIDDEN_COLUMNS]
    return [make_row(table, key, {c: scalar(r[i]) for i, c in names}) for r in records]


def _set_aside(columns: Sequence[str], records: Iterable[Sequence[Any]]) -> list[SetAside]:
    found = []
    for record in records:
        row = dict(zip(columns, record, strict=True))
        keys = ("customer_id", "bill_to_id", "order_id", "sku", "site_id")
        found.append(
            SetAside(
                row["table"], row["file"], row["row"], row["column"] or "", row["reason"],
                {k: row[k] for k in keys if row.get(k)}, bool(row["duplicate_of_kept"]),
            )
        )  # fmt: skip
    return found


def gather(
    snapshot: Snapshot,
    order_ids: Sequence[str],
    as_of: datetime,
    conventions: Conventions | None = None,
) -> Book:
    """Read the book around `order_ids` as it was known at `as_of` (aware).

    Orders that do not exist are simply not in the book; the caller says so.
    """
    conventions = conventions or Conventions()
    parameters: dict[str, object] = {
        "orders": list(order_ids),
        "as_of": utc(as_of),
        "group_scope": conventions.credit_scope == "group",
    }
    rows: dict[str, list[Row]] = {"orders": _read(snapshot, "orders", parameters)}
    parameters["related"] = [str(row["order_id"]) for row in rows["orders"]]
    for name, query in registry().items():
        if name not in ("orders", "set_aside") and query.subject != LOOKUP:
            rows[name] = _read(snapshot, name, parameters)
    states = {
        name: TableState(info.present, info.quarantined, info.dated)
        for name, info in snapshot.tables.items()
    }
    touching = snapshot.select(registry()["set_aside"].sql, _used("set_aside", parameters))
    return Book(as_of, snapshot.id, conventions, rows, states, _set_aside(*touching))


def look_up(
    snapshot: Snapshot, name: str, as_of: datetime, **parameters: object
) -> list[dict[str, Scalar]]:
    """Run a query of the folder `lookup`: records by column name."""
    values = _used(name, {"as_of": utc(as_of), **parameters})
    columns, records = snapshot.select(registry()[name].sql, values)
    return [{c: scalar(v) for c, v in zip(columns, r, strict=True)} for r in records]


def _used(name: str, parameters: Mapping[str, object]) -> dict[str, object]:
    sql = registry()[name].sql
    return {key: value for key, value in parameters.items() if f"${key}" in sql}


def _read(snapshot: Snapshot, name: str, parameters: Mapping[str, object]) -> list[Row]:
    return _rows(name, *snapshot.select(registry()[name].sql, _used(name, parameters)))
