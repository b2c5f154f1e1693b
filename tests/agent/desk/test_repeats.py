"""The same request with the same key has one answer, and the key stands for nothing else."""

from __future__ import annotations

import threading

import pytest

from agent.desk.decision_models import Asked
from agent.desk.models import Decision
from agent.desk.outbox_models import Outbox
from agent.desk.store import Desk
from tests.agent.desk.asking import ask, audited, counted
from tests.agent.desk.people import a_packet, approve, person
from tools.errors import Refused


def test_a_repeated_approval_gets_its_first_answer(desk: Desk) -> None:
    a_packet(desk)
    first = ask(desk, approve(key="k1"))
    before = audited(desk)
    again = ask(desk, approve(key="k1"))
    assert (again.decision_id, again.status, again.says) == (
        first.decision_id,
        first.status,
        first.says,
    )
    assert (first.repeated, again.repeated) == (False, True)
    assert (counted(desk, Decision), counted(desk, Outbox), audited(desk)) == (1, 1, before)


@pytest.mark.parametrize(
    "other",
    [
        {"parameters": {"lines": [10]}},
        {"action": "override_credit"},
        {"decision": "reject", "reason": "no"},
        {"reason": "another"},
    ],
)
def test_a_key_that_stands_for_another_request_is_refused(
    desk: Desk, other: dict[str, object]
) -> None:
    a_packet(desk)
    ask(desk, approve(key="k1"))
    with pytest.raises(Refused, match="k1 stands for another request"):
        ask(desk, approve(key="k1", **other))


def test_the_same_intent_in_another_form_is_the_same_request(desk: Desk) -> None:
    a_packet(desk)
    ask(desk, approve(key="k1", parameters={"lines": "20, 10", "amount": "40,000 eur"}))
    again = approve(key="k1", parameters={"lines": [10, 20, 10], "amount": "40000.00 EUR"})
    assert ask(desk, again).repeated


def test_two_people_may_use_the_same_key(desk: Desk) -> None:
    a_packet(desk)
    ask(desk, approve(key="k1"))
    with pytest.raises(Refused, match="already approved"):
        ask(desk, approve(who=person(who="bob"), key="k1"))


def test_a_request_that_was_refused_may_be_sent_again(desk: Desk) -> None:
    a_packet(desk)
    with pytest.raises(Refused, match="not shown"):
        ask(desk, approve(key="k1", shown_now=False))
    assert counted(desk, Asked) == 0
    assert ask(desk, approve(key="k1")).final


def test_of_eight_clicks_with_one_key_all_get_the_one_answer(desk: Desk) -> None:
    a_packet(desk)
    answers: list[tuple[str | None, bool]] = []
    start = threading.Barrier(8)

    def click() -> None:
        start.wait()
        outcome = ask(desk, approve(key="k1"))
        answers.append((outcome.decision_id, outcome.repeated))

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one for one, _ in answers} == {"D-SO-1.v1.1"}
    assert sorted(repeated for _, repeated in answers) == [False] + [True] * 7
    assert (counted(desk, Decision), counted(desk, Outbox)) == (1, 1)
