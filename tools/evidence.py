"""Gather the evidence rows around a set of orders: one query a table, the same for one or all.

Every query stands in `tools/sql/<subject>/<table>.sql`, is one SELECT, and takes the set of
order ids. `$related` is the set that the first query finds: the orders whose rows are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import repeat
from pathlib import PurePosixPath
from typing import Any, cast

from tools import scope
from tools.book import Book, SetAside, TableState
from tools.collector import collector_paused
from tools.conventions import Conventions
from tools.rows import Row, Scalar, references
from tools.snapshot import Snapshot, TableInfo
from tools.sources import sqltext
from tools.tables import tables

HIDDEN_COLUMNS = {"_row"}
SET_ASIDE = "set_aside"
LOOKUP = "lookup"
"""The folder of queries that find orders; the others return the rows around them."""
RESULT = re.compile(r"^SELECT \*(?= FROM)", re.MULTILINE)
"""The columns of an evidence query: a line that begins with them states its result."""
AROUND = ("accounts", "sold_tos", "bill_tos", "ship_tos", "own_routes", "ordered", "goods",
          "wanted_skus", "wanted_by")  # fmt: skip
"""What the query `around` finds; the others look up by these keys."""


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


def _column(values: Sequence[object]) -> Sequence[Scalar]:
    """The values of a column as rows carry them; what often comes again is made once."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds <= {int, bool, date, time} or (kinds == {str} and "" not in values):
        return cast("Sequence[Scalar]", values)
    if kinds <= {Decimal, datetime} or kinds == {str}:
        made = {value: scalar(value) for value in set(values)}
        return list(map(made.__getitem__, values))
    return [scalar(value) for value in values]


def _rows(table: str, columns: Sequence[str], records: Sequence[Sequence[object]]) -> list[Row]:
    if not records:
        return []
    found = {
        name: _column(values)
        for name, values in zip(columns, zip(*records, strict=True), strict=True)
        if name not in HIDDEN_COLUMNS
    }
    empty: Sequence[Scalar] = [None] * len(records)
    keys = [found.get(name, empty) for name in tables()[table].key]
    values = map(dict, map(zip, repeat(tuple(found)), zip(*found.values(), strict=True)))
    return list(map(Row, repeat(table), references(table, keys), values))


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
    run = _Run(snapshot, order_ids, as_of, group=conventions.credit_scope == "group")
    states = {
        name: TableState(info.present, info.quarantined, info.dated)
        for name, info in snapshot.tables.items()
    }
    with collector_paused():
        return Book(as_of, snapshot.id, conventions, run.rows(), states, run.set_aside())


class _Run:
    """One run of the evidence queries: the parameters grow with what the first queries find."""

    def __init__(
        self, snapshot: Snapshot, order_ids: Sequence[str], as_of: datetime, *, group: bool
    ) -> None:
        self.snapshot, self.group = snapshot, group
        self.picked, self.moment = list(order_ids), utc(as_of)
        self.parameters: dict[str, object] = {
            "orders": self.picked, "as_of": self.moment,
        }  # fmt: skip
        self.accounts: frozenset[str] = frozenset()
        self.found: dict[str, list[Row]] = {}

    def rows(self) -> dict[str, list[Row]]:
        """The rows of every table, the orders and their lines first."""
        self.parameters["members"] = self._members() if self.group else []
        self.parameters.update(self._around())
        orders = self._read("orders")
        self.parameters["related"] = scope.keys_of(orders, "order_id")
        self.parameters["parties"] = scope.parties_of(orders)
        self.parameters["routes"] = scope.keys_of(orders, "route_id")
        picked = frozenset(self.picked)
        runs = frozenset(run["run_id"] for run in self._read("route_runs"))
        today = self.moment.date()
        near = scope.near_orders(orders, picked)
        whole = scope.whole_orders(orders, picked, runs, today, group=self.group)
        self.parameters |= {"near": near, "whole": whole}
        self.parameters["elsewhere"] = scope.elsewhere(
            orders, self.accounts, frozenset([*near, *whole])
        )
        self.parameters["skus"] = scope.keys_of(self._read("order_lines"), "sku")
        for name, query in registry().items():
            if name not in self.found and query.subject != LOOKUP and name != SET_ASIDE:
                self._read(name)
        return self.found

    def _members(self) -> list[str]:
        """Who shares the credit of the bill-tos, where a group is judged as one."""
        values = _used("group_members", self.parameters)
        return [key for (key,) in self.snapshot.select(registry()["group_members"].sql, values)[1]]

    def _around(self) -> dict[str, object]:
        """The keys that the queries look up by, as sorted lists."""
        found: dict[str, list[str]] = {kind: [] for kind in AROUND}
        values = _used("around", self.parameters)
        for kind, key, by in self.snapshot.select(registry()["around"].sql, values)[1]:
            found[kind].append(key)
            if kind == "wanted_skus":
                found["wanted_by"].append(by)
        self.accounts = frozenset(found["accounts"])
        return dict(found)

    def set_aside(self) -> list[SetAside]:
        """The quarantined rows that touch the orders."""
        if not any(info.quarantined for info in self.snapshot.tables.values()):
            return []
        sql = registry()[SET_ASIDE].sql
        return _set_aside(*self.snapshot.select(sql, _used(SET_ASIDE, self.parameters)))

    def _read(self, name: str) -> list[Row]:
        """The rows of a table; one that holds no row at all is not asked."""
        info = self.snapshot.tables.get(name)
        if info is not None and not info.rows:
            self.found[name] = []
        else:
            sql = RESULT.sub(_select(info), registry()[name].sql)
            self.found[name] = _rows(name, *self.snapshot.select(sql, _used(name, self.parameters)))
        return self.found[name]


def _select(info: TableInfo | None) -> str:
    """All columns of a table, less those that are empty in every row of the snapshot."""
    if info is None or not info.filled:
        return "SELECT *"
    return "SELECT " + ", ".join(sqltext.name(column) for column in info.filled)


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
