"""An outline counts exactly what the packet of the order would."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.app.loading import load
from agent.review import stages
from agent.review.summary import Summary
from policies.settings import load_rules
from seeds import DEMO_DIR, load_demo
from tests.agent.review.test_stages import a_snapshot
from tests.builders import AS_OF, BASE
from tools.evidence import look_up
from tools.snapshot import Snapshot, current_snapshot


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    home = tmp_path_factory.mktemp("demo")
    load(DEMO_DIR, home, None)
    return current_snapshot(home)


def test_the_summary_of_outlines_is_that_of_the_packets(demo: Snapshot) -> None:
    as_of, rules = load_demo().as_of, load_rules()
    held = [str(row["order_id"]) for row in look_up(demo, "held_orders", as_of)]
    detected = Summary.of(stages.detect(demo, held, as_of, rules)).as_json()
    assert detected == Summary.of(stages.review(demo, held, as_of, rules)).as_json()
    assert len(detected["classes"]) == 8


def test_what_is_not_known_is_not_counted_as_clear(tmp_path: Path) -> None:
    snapshot = a_snapshot(tmp_path, stock="")
    found = Summary.of(stages.detect(snapshot, ["SO-1"], AS_OF, load_rules()))
    assert (found.orders, found.clear) == (1, 0)
    assert found.not_known["stock_shortage"] == 1


def test_a_short_line_is_counted_with_its_product(tmp_path: Path) -> None:
    snapshot = a_snapshot(tmp_path, stock=BASE["stock"].replace("1000", "60"))
    found = Summary.of(stages.detect(snapshot, ["SO-1"], AS_OF, load_rules()))
    assert found.codes["short"] == 1
    assert found.short_skus == {"SKU-1"}
