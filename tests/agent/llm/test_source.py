"""The source over a snapshot: orders, customers and packets of what was loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.llm.questions import ask
from agent.llm.source import SnapshotSource
from policies.settings import load_rules
from tests.builders import AS_OF, BASE
from tools.snapshot import Snapshot, current_snapshot
from tools.sources.publish import folder_stage, publish

REFERENCES = """order_id,company_id,customer_id,ordered_at,requested_on,promised_on,status,currency,site_id,route_id,created_by,version,customer_ref
SO-1,C1,CU-1,2026-02-27T10:00:00+01:00,2026-03-06,2026-03-06,blocked,EUR,D01,R1,u.sales,1,4500017723
SO-2,C1,CU-1,2026-02-28T10:00:00+01:00,2026-03-06,2026-03-06,open,EUR,D01,R1,u.sales,1,
SO-3,C1,CU-1,2026-02-28T10:00:00+01:00,2026-03-06,2026-03-06,closed,EUR,D01,R1,u.sales,1,
so-4,C1,CU-2,2026-02-28T10:00:00+01:00,2026-03-06,2026-03-06,open,EUR,D01,R1,u.sales,1,
"""  # fmt: skip
LINES = """order_id,line_no,sku,uom,ordered_qty,unit_price,price_uom,price_source
SO-1,10,SKU-1,EA,100,10.00,EA,price_list
SO-2,10,SKU-1,EA,10,10.00,EA,price_list
SO-3,10,SKU-1,EA,10,10.00,EA,price_list
so-4,10,SKU-1,EA,10,10.00,EA,price_list
"""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    folder: Path = tmp_path_factory.mktemp("source")
    for table, text in {**BASE, "orders": REFERENCES, "order_lines": LINES}.items():
        if text:
            (folder / f"{table}.csv").write_text(text.rstrip() + "\n", encoding="utf-8")
    home = tmp_path_factory.mktemp("home")
    publish(folder_stage(folder), home, "source", AS_OF)
    with current_snapshot(home) as opened:
        yield opened


@pytest.fixture
def source(snapshot: Snapshot) -> SnapshotSource:
    return SnapshotSource(snapshot, AS_OF, load_rules())


def test_packets_come_in_the_order_given_and_only_of_what_exists(source: SnapshotSource) -> None:
    found = source.packets(["SO-2", "SO-99", "SO-1"])
    assert [packet["order_id"] for packet in found] == ["SO-2", "SO-1"]


def test_a_packet_is_reviewed_once(source: SnapshotSource) -> None:
    assert source.packets(["SO-1"])[0] is source.packets(["SO-1"])[0]


def test_the_queue_is_what_is_held(source: SnapshotSource) -> None:
    assert [packet["order_id"] for packet in source.queue()] == ["SO-1"]


def test_ids_are_known_in_upper_and_lower_case(source: SnapshotSource) -> None:
    assert source.known(["so-1", "SO-4", "SO-9"]) == {"so-1": "SO-1", "SO-4": "so-4"}


def test_the_nearest_ids_are_offered(source: SnapshotSource) -> None:
    assert "SO-1" in source.nearest("SO-11")


def test_a_customers_number_finds_the_order(source: SnapshotSource) -> None:
    assert source.by_reference("4500017723") == ["SO-1"]
    assert source.by_reference("") == []


def test_customers_come_with_their_names(source: SnapshotSource) -> None:
    assert ("CU-2", "Birch Retail") in source.customers()


def test_unfinished_orders_of_a_customer_come_with_the_held_first(source: SnapshotSource) -> None:
    assert source.orders_of(["CU-1"]) == ["SO-1", "SO-2"]
    assert source.orders_of([]) == []


def test_questions_are_answered_from_a_snapshot(source: SnapshotSource) -> None:
    asked = ask("why is so1 blocked", source)
    assert asked["orders"] == ["SO-1"]
    assert asked["answer"].startswith("SO-1 is blocked")
    assert "I don't know about credit hold, because" in asked["answer"]
