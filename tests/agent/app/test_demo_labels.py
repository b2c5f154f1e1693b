"""Every held order of the demo company shows what was planted in it, and nothing else."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from agent.desk.models import Packet
from agent.desk.store import open_desk
from agent.review import stages
from agent.review.verify import problems
from policies.settings import load_rules
from seeds import LABELS, RULES, load_demo
from tools.snapshot import Snapshot, current_snapshot

Json = dict[str, Any]
LABELLED = {row["order_id"]: row for row in csv.DictReader(LABELS.read_text().splitlines())}
NOT_COMPARED = ("packet_id", "version", "usage")
ONE_OF_EACH_KIND = {(row["classes"], row["not_known"]): name for name, row in LABELLED.items()}
every_order = pytest.mark.parametrize("order_id", LABELLED)


@pytest.fixture(scope="module")
def snapshot(demo_home: Path) -> Snapshot:
    """The demo company's snapshot."""
    return current_snapshot(demo_home)


@pytest.fixture(scope="module")
def packets(snapshot: Snapshot) -> dict[str, Json]:
    """The packets of all labelled orders, reviewed as one set."""
    return {packet["order_id"]: packet for packet in review(snapshot, *LABELLED)}


def review(snapshot: Snapshot, *order_ids: str) -> list[Json]:
    """The packets of a set of orders at the demo's moment."""
    return list(stages.review(snapshot, order_ids, load_demo().as_of, load_rules(RULES)))


def listed(text: str) -> set[str]:
    """The names of a cell that lists some."""
    return {name for name in text.split(",") if name}


def test_every_held_order_is_labelled(queue_rows: list[Json]):
    assert {row["order_id"] for row in queue_rows} == set(LABELLED)


@every_order
def test_the_classes_are_those_that_were_planted(order_id: str, packets: dict[str, Json]):
    exceptions = packets[order_id]["exceptions"]
    label = LABELLED[order_id]

    assert {found["class"] for found in exceptions} == listed(label["classes"])
    assert [found["class"] for found in exceptions if found["primary"]] == (
        [label["primary"]] if label["primary"] else []
    )


@every_order
def test_every_planted_code_is_found(order_id: str, packets: dict[str, Json]):
    found = {f["code"] for e in packets[order_id]["exceptions"] for f in e["findings"]}

    assert listed(LABELLED[order_id]["codes"]) <= found


@every_order
def test_only_what_was_left_out_is_not_known(order_id: str, packets: dict[str, Json]):
    gaps = packets[order_id]["not_known"]

    assert {gap["check"] for gap in gaps} == listed(LABELLED[order_id]["not_known"])
    assert not [gap for gap in gaps if "the check failed" in gap["why"]]


@every_order
def test_every_sentence_holds(order_id: str, packets: dict[str, Json]):
    assert packets[order_id]["withheld"] == []
    assert problems(packets[order_id]) == []


@pytest.mark.parametrize("order_id", ONE_OF_EACH_KIND.values())
def test_an_order_alone_is_judged_as_in_the_set(
    order_id: str, snapshot: Snapshot, packets: dict[str, Json]
):
    (alone,) = review(snapshot, order_id)

    assert same_part(alone) == same_part(packets[order_id])


def same_part(packet: Json) -> bytes:
    """What the same data, rules and moment must give to the byte."""
    kept = {key: value for key, value in packet.items() if key not in NOT_COMPARED}
    return orjson.dumps(kept, option=orjson.OPT_INDENT_2)


def test_the_graph_stored_what_review_says(demo_home: Path, packets: dict[str, Json]):
    desk = open_desk(demo_home / "desk.sqlite")
    with desk.read() as session:
        stored = {packet.order_id: packet for packet in session.scalars(select(Packet))}
    desk.close()

    assert set(stored) == set(packets)
    for order_id, packet in packets.items():
        assert stored[order_id].fingerprint == packet["fingerprint"]
        assert stored[order_id].body["fingerprint"] == packet["fingerprint"]
        assert stored[order_id].body["exceptions"] == packet["exceptions"]


@every_order
def test_what_clears_a_finding_never_reads_as_a_fact(order_id: str, packets: dict[str, Json]):
    for exception in packets[order_id]["exceptions"]:
        for found in exception["findings"]:
            text = found["clears_when"]["text"]
            assert "clear" in text.lower() or text.startswith(("Only", "Nobody")), text


@every_order
def test_the_answer_names_every_check_that_is_not_known(order_id: str, packets: dict[str, Json]):
    packet = packets[order_id]
    for gap in packet["not_known"]:
        assert gap["check"].replace("_", " ") in packet["answer"]


def test_a_forced_hold_is_named_where_every_check_is_clear(packets: dict[str, Json]):
    forced = [p for p in packets.values() if not p["exceptions"] and not p["not_known"]
              and any(h["forced"] for h in p["hold_check"])]  # fmt: skip

    assert forced
    for packet in forced:
        assert any(h["hold_id"] in packet["answer"] for h in packet["hold_check"] if h["forced"])
        assert "forced" in packet["answer"]
