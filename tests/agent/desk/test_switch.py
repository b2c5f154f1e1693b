"""The switch of a company: who may, what it stops, and that a claim never slips past it."""

from __future__ import annotations

import threading

import pytest

from agent.desk import outbox, switch
from agent.desk.store import Desk
from policies.guard import shipped
from tests.agent.desk.handing import LEASE, approved, claimed, events, now
from tests.agent.desk.people import person
from tools.errors import BadInput, Denied


def test_it_says_what_waits_and_what_was_on_its_way(desk: Desk) -> None:
    claimed(desk, approved(desk, "SO-1"))
    approved(desk, "SO-2")

    done = switch.switch(desk, "C1", True, "wrong prices", person("finance"), shipped())

    assert (done.changed, done.waiting, done.on_its_way) == (True, 1, 1)
    assert events(desk, "handoff.") == ["handoff.stopped"]


def test_stopping_twice_is_said_once(desk: Desk) -> None:
    for changed in (True, False):
        done = switch.switch(desk, "C1", True, "stop", person("finance"), shipped())
        assert done.changed is changed
    assert events(desk, "handoff.") == ["handoff.stopped"]


def test_after_a_start_it_leaves_again(desk: Desk) -> None:
    row = approved(desk)
    switch.switch(desk, "C1", True, "stop", person("finance"), shipped())
    switch.switch(desk, "C1", False, "go on", person("executive"), shipped())

    assert outbox.due(desk, "pending") == [row.outbox_id]
    assert outbox.claim(desk, row.outbox_id, "w1", "tasks", "", LEASE) is not None


def test_another_company_is_not_stopped(desk: Desk) -> None:
    row = approved(desk)
    switch.switch(desk, "C2", True, "stop", person("finance", company_id="C2"), shipped())

    assert outbox.due(desk, "pending") == [row.outbox_id]


def test_who_may_not_start_is_told_and_audited(desk: Desk) -> None:
    switch.switch(desk, "C1", True, "stop", person("finance"), shipped())
    with pytest.raises(Denied, match="may not start effects"):
        switch.switch(desk, "C1", False, "go", person("finance"), shipped())
    assert events(desk, "handoff.") == ["handoff.stopped", "handoff.denied"]


def test_a_reason_is_needed(desk: Desk) -> None:
    with pytest.raises(BadInput, match="--reason"):
        switch.switch(desk, "C1", True, " ", person("finance"), shipped())


def test_the_receiver_that_wants_nothing_stops_its_company(desk: Desk) -> None:
    switch.stop_by_receiver(desk, "C1", "HTTP 410")

    with desk.read() as session:
        (row,) = switch.switches(session)
        assert outbox.stopped(session, "C1")
    assert (row.changed_by, row.reason) == ("desk", "HTTP 410")


def test_no_claim_is_made_after_the_stop_was_confirmed(desk: Desk) -> None:
    rows = [approved(desk, f"SO-{n}") for n in range(12)]
    confirmed, after = threading.Event(), []

    def claim() -> None:
        for row in rows:
            known = confirmed.is_set()
            made = outbox.claim(desk, row.outbox_id, "w1", "tasks", "", LEASE)
            if known and made is not None:
                after.append(row.outbox_id)

    def stop() -> None:
        switch.switch(desk, "C1", True, "stop", person("finance"), shipped())
        confirmed.set()

    both = [threading.Thread(target=claim), threading.Thread(target=stop)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert after == []
    assert outbox.claim(desk, rows[-1].outbox_id, "w2", "tasks", "", LEASE) is None
    assert now(desk, rows[-1]).status in ("pending", "claimed")
