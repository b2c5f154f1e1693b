"""A demo home made once, copied for each test that changes it; a small company that loads fast."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from agent.app.cli import run
from tests.agent.app.tables import rewrite


@dataclass(frozen=True)
class Said:
    """What one command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout as the one JSON document that it has to be."""
        return json.loads(self.out)

    def refuses(self, code: int, *words: str) -> None:
        """Assert: this exit code, one line on stderr with these words, nothing on stdout."""
        assert self.code == code, self
        assert self.out == ""
        assert self.err.startswith("holddesk: ")
        assert self.err.count("\n") == 1
        assert "Traceback" not in self.err
        for word in words:
            assert word in self.err


HoldDesk = Callable[..., Said]


def type_in(*words: object, columns: int | None = None) -> Said:
    """Type a command; `columns` is the width of the terminal, none means a pipe."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True), io.StringIO()
    around = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    around |= {"COLUMNS": str(columns)} if columns else {}
    with (
        patch.dict(os.environ, around, clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run([str(word) for word in words])
        out.flush()
    return Said(code, out.buffer.getvalue().decode(), err.getvalue())  # type: ignore[attr-defined]


@pytest.fixture
def holddesk(capsys: pytest.CaptureFixture[str]) -> Iterator[HoldDesk]:
    """Type commands; nothing may be printed past stdout and stderr of the command."""
    yield type_in
    assert capsys.readouterr() == ("", "")


@pytest.fixture(scope="session")
def demos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said, Said]:
    """The demo company, worked twice: its home, what was said as JSON, what to a person."""
    home = tmp_path_factory.mktemp("demo") / "home"
    first = type_in("demo", "--home", home, "--json")
    return home, first, type_in("demo", "--home", home, columns=80)


@pytest.fixture(scope="session")
def demo_home(demos: tuple[Path, Said, Said]) -> Path:
    """The demo home; tests only read it."""
    return demos[0]


@pytest.fixture(scope="session")
def queue_rows(demo_home: Path) -> list[dict[str, Any]]:
    """The queue of the demo company."""
    rows: list[dict[str, Any]] = type_in("queue", "--home", demo_home, "--json").json["orders"]
    return rows


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """A copy of the demo home, to change."""
    return Path(shutil.copytree(demo_home, tmp_path / "home"))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `holddesk template` writes."""
    folder = tmp_path_factory.mktemp("template") / "tables"
    assert run(["template", str(folder)]) == 0
    return folder


@pytest.fixture
def tables(template: Path, tmp_path: Path) -> Path:
    """A copy of the template, to change."""
    return Path(shutil.copytree(template, tmp_path / "tables"))


@pytest.fixture(scope="session")
def template_home(template: Path) -> Path:
    """The template, loaded."""
    home = template.parent / "home"
    assert type_in("load", template, "--home", home).code == 0
    return home


@pytest.fixture
def loaded(template_home: Path, tables: Path, tmp_path: Path) -> Callable[..., Path]:
    """A home with the template; `table` and cells change every row of it before it is loaded."""

    def load(table: str | None = None, **cells: str) -> Path:
        made = tmp_path / "own"
        if table is None:
            return Path(shutil.copytree(template_home, made))
        rewrite(tables / f"{table}.csv", **cells)
        assert type_in("load", tables, "--home", made).code == 0
        return made

    return load
