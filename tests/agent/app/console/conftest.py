"""A service that tests only read, and one of their own for tests that change something."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.app.desks import Served, serve


@pytest.fixture(scope="session")
def served(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """The demo company, served; tests only read it and sign in."""
    import shutil

    return serve(Path(shutil.copytree(demo_home, tmp_path_factory.mktemp("served") / "home")))


@pytest.fixture
def own(home: Path) -> Served:
    """A service over a copy of the demo home, to decide in."""
    return serve(home)
