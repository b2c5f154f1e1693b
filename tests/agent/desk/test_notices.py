"""Who is told when it is their turn, what is asked and answered, and who is reminded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from agent.desk import notices
from agent.desk.decision_models import Notice, Proposal
from agent.desk.decisions import Current
from agent.desk.reminders import REMIND_AFTER, remind
from agent.desk.store import Desk
from tests.agent.desk.asking import a_row, ask, audited, counted
from tests.agent.desk.people import NOW, a_packet, approve, order_facts, person
from tools.errors import BadInput, Denied

BIG = {"order_value": 25_000_000}
RICH = {"approval_limit": 90_000_000}
ANN = person(who="ann", **RICH)
BOSS = person("executive", "boss", **RICH)
STAFF = (ANN, BOSS, person("executive", "poor"), person("executive", "away", absent=True, **RICH))


def told(desk: Desk, packet_id: str = "SO-1.v1") -> list[Notice]:
    with desk.read() as session:
        return notices.told(session, packet_id)


def now(**facts: Any) -> Any:
    return lambda _: Current("f1", order_facts(**facts), lambda: STAFF)


def test_after_the_first_signature_the_next_signer_is_told_by_role_and_name(desk: Desk) -> None:
    a_packet(desk, order_facts(**BIG))
    outcome = ask(desk, approve(who=ANN), current=now(**BIG))
    last = told(desk)[-1]
    assert (outcome.next_roles, outcome.next_people) == (("executive",), ("u.boss",))
    assert "Next: executive (u.boss), told at 2026-03-02T10:00" in outcome.says
    assert (last.kind, last.roles, last.user_ids, last.told_at) == (
        "your_turn",
        ["executive"],
        ["u.boss"],
        NOW,
    )


def test_customer_service_follows_logistics_on_a_promise(desk: Desk) -> None:
    a_packet(desk)
    outcome = ask(desk, approve(who=person("logistics"), action="change_promise"))
    assert outcome.next_roles == ("customer_service", "executive")


def test_a_question_waits_for_its_answer_which_puts_the_packet_back(desk: Desk) -> None:
    a_packet(desk)
    question = approve(decision="request_info", action="", reason="which bank?",
                       parameters={"to": "u.clerk"})  # fmt: skip
    answer = approve(who=person("warehouse", "clerk"), decision="answer", action="", reason="DB")
    assert ask(desk, question).status == "info_requested"
    assert (told(desk)[-1].user_ids, told(desk)[-1].says.endswith("which bank?")) == (
        ["u.clerk"],
        True,
    )
    assert ask(desk, answer).status == "pending"
    assert (told(desk)[-1].kind, told(desk)[-1].roles) == ("answered", ["sales_operations"])


def test_whoever_gets_a_packet_is_told(desk: Desk) -> None:
    a_packet(desk)
    ask(desk, approve(decision="reassign", action="", parameters={"to": "u.bob"}))
    with desk.read() as session:
        mine = notices.inbox(session, person(who="bob"))
        others = notices.inbox(session, person(who="carl"))
    assert [packet.packet_id for _, packet in mine] == ["SO-1.v1"]
    assert others == []


def test_what_is_decided_leaves_the_inbox(desk: Desk) -> None:
    a_packet(desk)
    ask(desk, approve(decision="reassign", action="", parameters={"to": "u.bob"}))
    ask(desk, approve(who=person(who="bob")))
    with desk.read() as session:
        assert notices.inbox(session, person(who="bob")) == []


@pytest.mark.parametrize(
    ("after", "reminded"),
    [(REMIND_AFTER, ["SO-1.v1"]), (REMIND_AFTER - timedelta(seconds=1), [])],
)
def test_a_step_that_waits_too_long_is_told_again(
    desk: Desk, after: timedelta, reminded: list[str]
) -> None:
    a_packet(desk, order_facts(**BIG))
    ask(desk, approve(who=ANN), current=now(**BIG))
    desk.now = lambda _: NOW + after
    assert remind(desk) == reminded
    assert remind(desk) == []
    if reminded:
        assert (told(desk)[-1].kind, told(desk)[-1].user_ids) == ("reminder", ["u.boss"])
        assert audited(desk)[-1] == "packet.reminded"


@pytest.mark.parametrize("decision", ["request_info", "snooze"])
def test_nobody_is_reminded_of_what_waits_for_something_else(desk: Desk, decision: str) -> None:
    a_packet(desk)
    until = (NOW + 9 * REMIND_AFTER).isoformat()
    ask(desk, approve(decision=decision, action="", reason="?", parameters={"until": until}))
    desk.now = lambda _: NOW + 2 * REMIND_AFTER
    assert remind(desk) == []


def test_a_snoozed_packet_wakes_at_its_time_and_somebody_is_told(desk: Desk) -> None:
    a_packet(desk)
    until = NOW + timedelta(minutes=30)
    ask(desk, approve(decision="snooze", action="", parameters={"until": until.isoformat()}))
    desk.now = lambda _: until
    assert remind(desk) == ["SO-1.v1"]
    assert a_row(desk).status == "pending"


def test_a_claim_that_ran_out_leaves_a_pending_packet(desk: Desk) -> None:
    a_packet(desk)
    ask(desk, approve(decision="claim", action=""))
    desk.now = lambda _: NOW + timedelta(hours=1)
    remind(desk)
    assert a_row(desk).status == "pending"


def a_proposal(who: Any = None, **changes: Any) -> Any:
    base: dict[str, Any] = {"decision": "request_approval", "reason": "they wait"}
    return approve(who=who or person("customer_service"), **{**base, **changes})


def test_a_request_for_an_approval_tells_who_may_give_it(desk: Desk) -> None:
    a_packet(desk, order_facts(**BIG))
    outcome = ask(desk, a_proposal(), current=now(**BIG))
    assert (outcome.status, outcome.decision_id) == ("pending", None)
    assert "decided by: sales operations, executive (u.ann, u.boss)" in outcome.says
    assert (told(desk)[-1].kind, told(desk)[-1].user_ids) == ("requested", ["u.ann", "u.boss"])


def test_the_same_request_is_kept_once(desk: Desk) -> None:
    a_packet(desk)
    for _ in range(2):
        ask(desk, a_proposal())
    assert counted(desk, Proposal) == 1
    assert [one.kind for one in told(desk)].count("requested") == 1


def test_who_asked_for_an_approval_does_not_give_it(desk: Desk) -> None:
    a_packet(desk)
    ask(desk, a_proposal(person()))
    with pytest.raises(Denied) as denied:
        ask(desk, approve())
    assert denied.value.rules == ("not-own-request",)
    assert ask(desk, approve(who=person(who="other"))).final


def test_a_request_needs_its_reason(desk: Desk) -> None:
    a_packet(desk)
    with pytest.raises(BadInput, match="request approval needs a reason"):
        ask(desk, a_proposal(reason=" "))


@pytest.mark.parametrize("role", ["auditor", "evaluator"])
def test_who_only_reads_requests_nothing(desk: Desk, role: str) -> None:
    a_packet(desk)
    with pytest.raises(Denied):
        ask(desk, a_proposal(person(role)))
