"""The demo company, loaded once and gathered around the orders under test."""

from __future__ import annotations

from typing import Any

import pytest

from agent.app.loading import load
from agent.review.stages import gather, review_book
from policies.settings import load_rules
from seeds import DEMO_DIR, load_demo
from tests.metamorphic.worlds import DEMO_ORDERS
from tools.book import Book
from tools.snapshot import current_snapshot

Packets = list[dict[str, Any]]


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The book of the demo company around the orders under test; tests only read it."""
    home = tmp_path_factory.mktemp("metamorphic")
    load(DEMO_DIR, home)
    return gather(current_snapshot(home), DEMO_ORDERS, load_demo().as_of, load_rules())


@pytest.fixture(scope="package")
def demo_packets(demo: Book) -> Packets:
    """The packets of the unchanged demo company."""
    return review_book(demo, DEMO_ORDERS, load_rules())
