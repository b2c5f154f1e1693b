"""A desk on SQLite, and the same tests on PostgreSQL where a server is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.desk.store import Desk, open_desk
from tests.agent.desk.people import a_desk, pinned
from tests.agent.stores import BOTH, postgres_schema


@pytest.fixture(params=BOTH)
def desk(request: Any, tmp_path: Path) -> Iterator[Desk]:
    if request.param == "sqlite":
        opened = a_desk(tmp_path)
        yield opened
        opened.close()
        return
    with postgres_schema() as url:
        opened = open_desk(url, head=tmp_path / "audit.head", clock=pinned)
        yield opened
        opened.close()
