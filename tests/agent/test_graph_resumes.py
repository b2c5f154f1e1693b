"""Who resumes a thread at the same moment, twice, or past a second gate: nothing is done twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agent.app.working import Workplace, audit_verify, decide, sweep
from agent.desk.decisions import decide as decide_in_desk
from agent.desk.decisions import decisions
from agent.desk.outbox_models import Outbox
from tests.agent.desk.people import NOW, order_facts
from tests.agent.stores import each_database  # noqa: F401 - every test runs on both
from tests.agent.test_graph import (
    FakeStages,
    approve_as,
    case_status,
    draft_one,
    event_names,
    person,
    place_at,
)
from tools.errors import Refused

DONE = ["case.opened", "packet.drafted", "decision.approve", "case.closed"]
LARGE = 30_000_000


def at_once(*acts: Callable[[], Any]) -> list[Exception]:
    """Do all at the same moment; what was raised."""
    start, raised = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        start.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001 - looked at by the test
            raised.append(error)

    workers = [threading.Thread(target=run, args=(act,)) for act in acts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return raised


def decided_not_resumed(home: Path) -> tuple[Workplace, str]:
    place = place_at(home)
    request = approve_as(person(), draft_one(place))
    outcome = decide_in_desk(place.desk, request, place.guard, "v1")
    return place, str(outcome.decision_id)


def test_two_resumes_at_once_close_the_case_once(tmp_path: Path) -> None:
    place, decision_id = decided_not_resumed(tmp_path)
    other = place_at(tmp_path)
    raised = at_once(
        lambda: place.threads.resume("SO-1.v1", decision_id),
        lambda: other.threads.resume("SO-1.v1", decision_id),
    )
    assert raised == []
    assert sweep(place, NOW).failed == {}
    assert event_names(place) == DONE
    assert place.threads.pending("SO-1.v1") is None
    with place.desk.read() as session:
        assert session.query(Outbox).count() == 1


def test_two_sweeps_at_once_finish_a_decided_case_once(tmp_path: Path) -> None:
    place, _ = decided_not_resumed(tmp_path)
    other = place_at(tmp_path)
    assert at_once(lambda: sweep(place, NOW), lambda: sweep(other, NOW)) == []
    assert case_status(place) == "closed"
    assert event_names(place) == DONE
    assert audit_verify(place).ok


def test_a_double_click_does_not_pass_the_second_gate(tmp_path: Path) -> None:
    stages = FakeStages(facts=order_facts(order_value=LARGE))
    place = place_at(tmp_path, stages)
    packet_id = draft_one(place)
    first = approve_as(person(approval_limit=10**10), packet_id)
    raised = at_once(*(lambda: decide(place, first, NOW) for _ in range(4)))
    assert all(isinstance(error, Refused) for error in raised)
    assert len(raised) == 3
    with place.desk.read() as session:
        signed = decisions(session, packet_id)
        assert session.query(Outbox).count() == 0
    assert [one.final for one in signed] == [False]
    assert place.threads.pending(packet_id) is not None


def test_the_second_gate_opens_for_another_person(tmp_path: Path) -> None:
    stages = FakeStages(facts=order_facts(order_value=LARGE))
    place = place_at(tmp_path, stages)
    packet_id = draft_one(place)
    assert not decide(place, approve_as(person(approval_limit=10**10), packet_id), NOW).final
    boss = person("executive", approval_limit=10**10)
    assert decide(place, approve_as(boss, packet_id), NOW).final
    assert case_status(place) == "closed"
    with place.desk.read() as session:
        people = [one.person_id for one in decisions(session, packet_id)]
        assert session.query(Outbox).count() == 1
    assert len(set(people)) == 2


def test_a_resume_of_an_unknown_thread_starts_nothing_however_many_try(tmp_path: Path) -> None:
    place = place_at(tmp_path)
    found: list[bool] = []
    at_once(*(lambda: found.append(place.threads.resume("SO-9.v1", "D-1")) for _ in range(4)))
    assert found == [False] * 4
    assert event_names(place) == []
