"""Versions of a packet, and two processes that decide on the same one."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from agent.desk import audit, cases, packets
from agent.desk.decisions import decide, decisions
from agent.desk.store import Desk
from policies.guard import shipped
from tests.agent.desk.people import NOW, a_desk, a_packet, approve, draft, order_facts, person
from tools.errors import NotFound, Refused


def test_the_same_draft_is_stored_once(desk: Desk) -> None:
    first, second = a_packet(desk), a_packet(desk)
    assert first.packet_id == second.packet_id == "SO-1.v1"
    with desk.read() as session:
        drafted = [e for e in audit.events(session) if e["event"] == "packet.drafted"]
    assert len(drafted) == 1


def test_a_version_with_other_evidence_is_superseded(desk: Desk) -> None:
    stored = a_packet(desk)
    assert packets.save(desk, stored.case_id, 1, draft(order_facts(), "f2")) is None
    assert a_packet(desk, fingerprint="f2").packet_id == "SO-1.v2"
    with desk.read() as session:
        assert packets.packet(session, "SO-1.v1").status == "superseded"


def test_a_decided_version_is_not_superseded(desk: Desk) -> None:
    stored = a_packet(desk)
    decide(desk, approve(), shipped(), "v1")
    assert packets.save(desk, stored.case_id, 1, draft(order_facts(), "f2")) is None
    with desk.read() as session:
        assert packets.packet(session, "SO-1.v1").status == "approved"


def test_two_cases_of_one_order_do_not_share_a_version(desk: Desk) -> None:
    a_packet(desk)
    (other,) = cases.open_cases(desk, [cases.Opening("SO-1", "H-2", NOW)], NOW)
    assert packets.save(desk, other, 1, draft(order_facts())) is None
    with desk.read() as session:
        assert packets.packet(session, "SO-1.v1").status == "pending"
        assert packets.next_version(session, other) == 2


def test_the_stored_body_names_its_packet_and_version(desk: Desk) -> None:
    body = a_packet(desk).body
    assert (body["packet_id"], body["version"]) == ("SO-1.v1", 1)


def test_a_packet_that_is_not_there_is_named_with_the_way_out(desk: Desk) -> None:
    with desk.read() as session, pytest.raises(NotFound, match="holddesk queue"):
        packets.packet(session, "SO-404.v1")


def _decide(home: str, name: str, rounds: int, start: Any, won: Any) -> None:
    desk = a_desk(Path(home))
    for number in range(rounds):
        start.wait()
        try:
            decide(desk, approve(f"SO-{number}.v1", person(who=name)), shipped(), "v1")
            won.put(number)
        except Refused:
            pass


def test_of_two_processes_one_decides_each_packet(tmp_path: Path) -> None:
    desk, rounds = a_desk(tmp_path), 12
    for number in range(rounds):
        a_packet(desk, order_facts(f"SO-{number}"))
    spawn = multiprocessing.get_context("spawn")
    start, won = spawn.Barrier(2), spawn.Queue()
    racers = [
        spawn.Process(target=_decide, args=(str(tmp_path), name, rounds, start, won))
        for name in ("ann", "bob")
    ]
    for racer in racers:
        racer.start()
    winners = sorted(won.get(timeout=60) for _ in range(rounds))
    for racer in racers:
        racer.join(60)
    assert winners == list(range(rounds))
    assert won.empty()
    with desk.read() as session:
        assert all(len(decisions(session, f"SO-{n}.v1")) == 1 for n in range(rounds))
    assert audit.verify(desk).ok
