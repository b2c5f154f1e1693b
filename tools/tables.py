"""The canonical tables, read once from `tables.yaml`: names, types, keys, bounds, references."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

import yaml

ColumnType = Literal[
    "text", "date", "time", "timestamp", "decimal", "integer", "bool", "weekdays", "currency",
    "country", "enum",
]  # fmt: skip

COMMON_COLUMNS: dict[str, str] = {
    "source_system": "text",
    "source_ref": "text",
    "recorded_at": "timestamp",
    "superseded_at": "timestamp",
}
"""Columns that any table may carry; the last two say when a row was visible."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, the allowed words of an enum, and an optional bound such as `>=0`."""

    name: str
    type: ColumnType
    words: tuple[str, ...] = ()
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table; `references` maps a column to the table that must hold it."""

    name: str
    columns: dict[str, Column]
    key: tuple[str, ...]
    may_be_empty: tuple[str, ...] = ()
    required: bool = False
    references: dict[str, str] | None = None
    order: tuple[tuple[str, str], ...] = ()


def _column(name: str, spec: str) -> Column:
    kind, *rest = spec.split()
    if kind not in get_args(ColumnType):
        raise ValueError(f"tables.yaml: column {name} has the unknown type {kind}")
    if kind == "enum":
        return Column(name, "enum", tuple(rest))
    return Column(name, kind, bound=" ".join(rest))  # type: ignore[arg-type]


def _table(name: str, spec: dict[str, Any]) -> Table:
    columns = {n: _column(n, t) for n, t in {**spec["columns"], **COMMON_COLUMNS}.items()}
    pairs = [*spec.get("order", []), ["recorded_at", "superseded_at"]]
    return Table(
        name,
        columns,
        tuple(spec["key"]),
        tuple(spec.get("may_be_empty", ())),
        bool(spec.get("required", False)),
        spec.get("references"),
        tuple((first, second) for first, second in pairs),
    )


@cache
def tables() -> dict[str, Table]:
    """Every canonical table by name, in the order of `tables.yaml`."""
    text = (files("tools") / "tables.yaml").read_text(encoding="utf-8")
    return {name: _table(name, spec) for name, spec in yaml.safe_load(text).items()}


def reference(table: str, key: tuple[object, ...]) -> str:
    """The citation of a row: `table/key`, parts joined by `/`, an empty part left empty.

    A slash inside a key is written `%2F`, so that a citation names one row only.
    """
    parts = ("" if part is None else str(part).replace("/", "%2F") for part in key)
    return "/".join((table, *parts))
