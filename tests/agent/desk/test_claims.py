"""Claims: one person holds a packet, the others are told who and since when, and it runs out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.desk.claims import LASTS
from agent.desk.store import Desk
from tests.agent.desk.asking import a_row, ask, audited
from tests.agent.desk.people import NOW, a_packet, approve, order_facts, person
from tools.errors import Denied, Refused

ANN, BOB = person(who="ann"), person(who="bob")


def claim(desk: Desk, who=ANN, decision: str = "claim"):
    return ask(desk, approve(who=who, decision=decision, action=""))


def later(desk: Desk, by: timedelta) -> None:
    desk.now = lambda _: NOW + by


def test_a_claim_names_its_holder_and_its_end(desk: Desk) -> None:
    a_packet(desk)
    outcome = claim(desk)
    row = a_row(desk)
    assert (outcome.status, outcome.final) == ("claimed", False)
    assert (row.claimed_by, row.claimed_at, row.claimed_until) == ("u.ann", NOW, NOW + LASTS)
    assert audited(desk)[-1] == "decision.claim"


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": "claim", "action": ""},
        {"decision": "approve"},
        {"decision": "reject", "reason": "no"},
        {"decision": "snooze", "parameters": {"until": "2026-03-02T14:00:00+01:00"}},
        {"decision": "edit", "parameters": {"note": "Call them."}},
    ],
)
def test_while_it_is_claimed_others_are_told_by_whom_and_until_when(
    desk: Desk, changes: dict[str, object]
) -> None:
    a_packet(desk)
    claim(desk)
    with pytest.raises(Refused, match=r"claimed by u\.ann since 2026-03-02T10:00.* at .*10:30"):
        ask(desk, approve(who=BOB, **changes))
    assert a_row(desk).status == "claimed"
    assert audited(desk)[-1] == "decision.refused"


@pytest.mark.parametrize(("after", "free"), [(LASTS, True), (LASTS - timedelta(seconds=1), False)])
def test_a_claim_runs_out_at_its_second(desk: Desk, after: timedelta, free: bool) -> None:
    a_packet(desk)
    claim(desk)
    later(desk, after)
    if free:
        assert ask(desk, approve(who=BOB)).final
    else:
        with pytest.raises(Refused, match="claimed by"):
            ask(desk, approve(who=BOB))


def test_the_holder_decides_under_any_of_their_accounts(desk: Desk) -> None:
    a_packet(desk)
    claim(desk)
    assert ask(desk, approve(who=person(who="ann.mobile", person_id="p.ann"))).final


def test_claiming_again_prolongs_it(desk: Desk) -> None:
    a_packet(desk)
    claim(desk)
    later(desk, timedelta(minutes=20))
    claim(desk)
    row = a_row(desk)
    assert (row.claimed_at, row.claimed_until) == (NOW, NOW + timedelta(minutes=50))


def test_whoever_gives_a_claim_back_lets_others_decide(desk: Desk) -> None:
    a_packet(desk)
    claim(desk)
    assert claim(desk, decision="unclaim").status == "pending"
    assert ask(desk, approve(who=BOB)).final


def test_nobody_gives_back_what_is_not_theirs(desk: Desk) -> None:
    a_packet(desk)
    claim(desk)
    with pytest.raises(Refused, match=r"claimed by u\.ann"):
        claim(desk, BOB, "unclaim")
    later(desk, LASTS)
    with pytest.raises(Refused, match=r"not claimed by u\.bob"):
        claim(desk, BOB, "unclaim")


def test_a_first_signature_ends_the_claim_so_that_the_second_can_follow(desk: Desk) -> None:
    a_packet(desk, order_facts(order_value=25_000_000))
    rich = {"approval_limit": 90_000_000}
    ann, boss = person(who="ann", **rich), person("executive", "boss", **rich)
    claim(desk, ann)
    ask(desk, approve(who=ann))
    assert (a_row(desk).claimed_by, a_row(desk).status) == (None, "pending")
    assert ask(desk, approve(who=boss)).final


def test_who_may_only_approve_one_action_may_claim_too(desk: Desk) -> None:
    a_packet(desk)
    assert claim(desk, person("warehouse", site_id="D01")).status == "claimed"


@pytest.mark.parametrize("role", ["admin", "auditor", "evaluator"])
def test_who_decides_nothing_claims_nothing(desk: Desk, role: str) -> None:
    a_packet(desk)
    with pytest.raises(Denied):
        claim(desk, person(role))
