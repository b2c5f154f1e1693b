"""The outbox: what an approval asks for, who may take it, and what stands against it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from agent.desk import deliveries, outbox, switch
from agent.desk.decisions import decide
from agent.desk.outbox_models import Outbox
from agent.desk.store import Desk
from policies.guard import shipped
from tests.agent.desk.handing import LEASE, approved, claimed, now, set_to
from tests.agent.desk.people import NOW, a_packet, approve, lock_facts, order_facts, person
from tools.errors import NotFound


def test_an_approval_becomes_an_instruction_that_says_what_to_do(desk: Desk) -> None:
    row = approved(desk, parameters={"lines": [10]})

    assert (row.status, row.kind, row.company_id) == ("pending", "release_order", "C1")
    assert row.body["parameters"] == {"lines": [10]}
    assert row.body["instruction"] == row.outbox_id
    assert row.expires_at == NOW + timedelta(hours=24)


def test_a_waiver_asks_nothing_of_another_system(desk: Desk) -> None:
    a_packet(desk)
    bounds = {"class": "approval_gap", "code": "missing", "until": "2026-03-31", "values": "h1"}
    request = approve(
        action="waive_finding", parameters=bounds, reason="insured", reason_code="secured"
    )
    decide(desk, request, shipped(), "v1")

    with desk.read() as session:
        assert outbox.all_of(session) == []


def test_the_key_differs_between_orders_and_has_no_dot(desk: Desk) -> None:
    keys = {approved(desk, name).idempotency_key for name in ("SO-1", "SO-2")}

    assert len(keys) == 2
    assert not any("." in key for key in keys)


def test_an_approval_to_write_to_the_customer_carries_the_text_and_its_hash(desk: Desk) -> None:
    row = approved(
        desk, action="notify_customer", person=person("customer_service"), reason_code=""
    )

    assert set(row.body["message"]) == {"language", "text", "text_hash"}


def test_one_of_many_workers_gets_the_claim(desk: Desk) -> None:
    row = approved(desk)
    start, won = threading.Barrier(4), []

    def race(worker: str) -> None:
        start.wait()
        if outbox.claim(desk, row.outbox_id, worker, "webhook", "", LEASE) is not None:
            won.append(worker)

    racers = [threading.Thread(target=race, args=(f"w{n}",)) for n in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert len(won) == 1
    assert now(desk, row).claimed_by == won[0]


def test_a_claimed_instruction_is_not_claimed_again(desk: Desk) -> None:
    row = approved(desk)
    claimed(desk, row)

    assert outbox.claim(desk, row.outbox_id, "w2", "webhook", "", LEASE) is None


def test_nothing_is_claimed_for_a_company_that_is_stopped(desk: Desk) -> None:
    row = approved(desk)
    switch.switch(desk, "C1", True, "stocktaking", person("warehouse"), shipped())

    assert outbox.claim(desk, row.outbox_id, "w1", "webhook", "", LEASE) is None
    assert outbox.due(desk, "pending") == []
    assert now(desk, row).status == "pending"


def test_an_expired_approval_is_not_claimed(desk: Desk) -> None:
    row = approved(desk)
    set_to(desk, row, expires_at=NOW)

    assert outbox.claim(desk, row.outbox_id, "w1", "webhook", "", LEASE) is None


def test_it_is_claimed_until_the_last_moment_of_the_approval(desk: Desk) -> None:
    row = approved(desk)
    set_to(desk, row, expires_at=NOW + timedelta(milliseconds=1))

    assert outbox.claim(desk, row.outbox_id, "w1", "webhook", "", LEASE) is not None


def test_an_instruction_stays_with_the_channel_that_first_sent_it(desk: Desk) -> None:
    row = approved(desk)
    claim = claimed(desk, row, channel="file")
    deliveries.record(desk, claim, deliveries.Result("retry"), timedelta(0))

    assert outbox.claim(desk, row.outbox_id, "w1", "webhook", "", LEASE) is None
    assert outbox.claim(desk, row.outbox_id, "w1", "file", "", LEASE) is not None


def test_what_was_put_off_is_not_due(desk: Desk) -> None:
    row = approved(desk)
    deliveries.postpone(desk, row.outbox_id, "later", timedelta(hours=1))

    assert outbox.due(desk, "pending") == []
    assert outbox.claim(desk, row.outbox_id, "w1", "webhook", "", LEASE) is None


def test_an_instruction_that_is_not_there_is_named(desk: Desk) -> None:
    with desk.read() as session, pytest.raises(NotFound, match="O-404"):
        outbox.one(session, "O-404")


def test_instructions_of_an_order_are_found_in_any_spelling(desk: Desk) -> None:
    approved(desk, "SO-1")
    approved(desk, "SO-2")

    with desk.read() as session:
        found: list[Outbox] = outbox.all_of(session, "so-2")
    assert [row.order_id for row in found] == ["SO-2"]


def test_two_signatures_make_one_instruction(desk: Desk) -> None:
    facts = order_facts(lock=lock_facts(order_value=30_000_000))
    packet = a_packet(desk, facts)
    rich = {"approval_limit": 10**12}
    decide(desk, approve(packet.packet_id, person("executive", **rich)), shipped(), "v1")
    with desk.read() as session:
        assert outbox.all_of(session) == []
    decide(desk, approve(packet.packet_id, person(**rich)), shipped(), "v1")

    with desk.read() as session:
        assert len(outbox.all_of(session)) == 1
