"""A small sound folder, and a way to load it and look at what came of it."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.app.loading import LoadReport, load
from tools.snapshot import current_snapshot
from tools.sources.template import write_template

Row = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The template: one order of one customer, with one line."""
    source = tmp_path / "company"
    write_template(source, date(2026, 3, 2))
    return source


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def loaded(folder: Path, home: Path) -> Callable[[], LoadReport]:
    return lambda: load(folder, home)


@pytest.fixture
def rows(home: Path) -> Callable[[str], list[Row]]:
    """The rows of a query over the home's snapshot."""

    def select(sql: str, **parameters: object) -> list[Row]:
        with current_snapshot(home) as snapshot:
            names, found = snapshot.select(sql, parameters)
        return [dict(zip(names, row, strict=True)) for row in found]

    return select


@pytest.fixture
def quarantine(
    folder: Path, loaded: Callable[[], LoadReport], rows: Callable[[str], list[Row]]
) -> Callable[[str, str], list[Row]]:
    """Replace a table's file, load, and give what was set aside, in the order of the file."""

    def load_with(table: str, text: str) -> list[Row]:
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
        loaded()
        found = rows("SELECT * FROM _quarantine ORDER BY rowid")
        return [{**row, "raw": json.loads(row["raw"])} for row in found]

    return load_with
