"""Decisions: one winner, two signatures where two are needed, and a trace of every refusal."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from agent.desk import audit, cases, packets
from agent.desk.decisions import (
    Current,
    decisions,
    final_decision,
    record_outcome,
)
from agent.desk.models import Decision
from agent.desk.outbox_models import Outbox
from agent.desk.store import Desk
from tests.agent.desk.asking import ask, audited, counted
from tests.agent.desk.people import NOW, a_packet, approve, order_facts, person
from tools.errors import BadInput, Denied, NotFound, Refused

BIG = {"order_value": 25_000_000}
SIGNER = {"approval_limit": 90_000_000}


def status(desk: Desk, packet_id: str = "SO-1.v1") -> str:
    with desk.read() as session:
        return packets.packet(session, packet_id).status


def test_an_approval_writes_decision_outbox_and_audit_together(desk: Desk) -> None:
    a_packet(desk)
    outcome = ask(desk, approve(parameters={"lines": [10]}, reason="paid"))
    assert (outcome.status, outcome.final, outcome.signed) == ("approved", True, 1)
    with desk.read() as session:
        (decision,) = decisions(session, "SO-1.v1")
        outbox = session.scalars(select(Outbox)).one()
        event = audit.events(session, "SO-1.v1")[-1]
    assert (decision.user_id, decision.action, decision.parameters) == (
        "u.sales_operations",
        "release_order",
        {"lines": [10]},
    )
    assert decision.decided_at == NOW
    assert (outbox.kind, outbox.decision_id) == ("release_order", decision.decision_id)
    assert (event["event"], event["verdict"], event["rules"]) == (
        "decision.approve",
        "allow",
        "release-sales",
    )
    assert "paid" not in event["body"]


def test_nothing_is_decided_when_the_audit_fails(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_packet(desk)

    def broken(*_: Any) -> None:
        raise Refused("the audit is not writable")

    monkeypatch.setattr(audit, "append", broken)
    with pytest.raises(Refused, match="audit"):
        ask(desk, approve())
    assert (status(desk), counted(desk, Decision), counted(desk, Outbox)) == ("pending", 0, 0)


def test_a_second_click_is_refused_with_who_decided(desk: Desk) -> None:
    a_packet(desk)
    ask(desk, approve())
    with pytest.raises(Refused, match=r"already approved, by u\.sales_operations at 2026-03-02"):
        ask(desk, approve(who=person(who="other")))
    assert counted(desk, Decision) == 1


def test_a_denied_attempt_changes_nothing_and_is_audited(desk: Desk) -> None:
    a_packet(desk)
    with pytest.raises(Denied) as denied:
        ask(desk, approve(who=person("warehouse")))
    assert denied.value.rules == ("default-deny",)
    assert "Could be approved by: sales_operations" in str(denied.value)
    assert (status(desk), counted(desk, Decision)) == ("pending", 0)
    assert audited(desk)[-1] == "decision.denied"


def test_an_approval_of_other_evidence_than_shown_is_denied(desk: Desk) -> None:
    a_packet(desk)
    with pytest.raises(Denied) as denied:
        ask(desk, approve(shown_fingerprint="f0"))
    assert denied.value.rules == ("evidence-changed",)


def test_evidence_that_changed_since_makes_the_packet_stale(desk: Desk) -> None:
    a_packet(desk)
    with pytest.raises(Refused, match="changed after it was drafted"):
        ask(desk, approve(), current=lambda _: Current("f2", order_facts()))
    assert (status(desk), audited(desk)[-1]) == ("stale", "packet.stale")


def test_the_rights_are_asked_with_the_facts_of_now(desk: Desk) -> None:
    a_packet(desk)
    now = Current("f1", order_facts(creators=frozenset({"p.sales_operations"})))
    with pytest.raises(Denied) as denied:
        ask(desk, approve(), current=lambda _: now)
    assert denied.value.rules == ("not-own-order",)


def test_a_packet_of_older_rules_is_denied(desk: Desk) -> None:
    a_packet(desk)
    with pytest.raises(Denied) as denied:
        ask(desk, approve(), policy_now="v2")
    assert denied.value.rules == ("policy-changed",)


@pytest.mark.parametrize(("after", "allowed"), [(timedelta(hours=24), False), (timedelta(0), True)])
def test_a_packet_expires_at_its_second(desk: Desk, after: timedelta, allowed: bool) -> None:
    a_packet(desk)
    desk.now = lambda _: NOW + after
    if allowed:
        assert ask(desk, approve()).final
    else:
        with pytest.raises(Denied) as denied:
            ask(desk, approve())
        assert denied.value.rules == ("packet-expired",)


def test_stored_facts_that_cannot_be_read_allow_nothing(desk: Desk) -> None:
    stored = a_packet(desk)
    with desk.write() as session:
        packets.packet(session, stored.packet_id).facts = {"lock": {}}
    with pytest.raises(Refused, match="cannot be read"):
        ask(desk, approve())


def test_the_first_of_two_signatures_leaves_the_packet_pending(desk: Desk) -> None:
    a_packet(desk, order_facts(**BIG))
    outcome = ask(desk, approve(who=person(**SIGNER)))
    assert (outcome.status, outcome.final, outcome.signed, outcome.needed) == (
        "pending",
        False,
        1,
        2,
    )
    assert outcome.says.startswith("1 of 2 signed")
    assert counted(desk, Outbox) == 0


def test_an_executive_completes_two_signatures(desk: Desk) -> None:
    a_packet(desk, order_facts(**BIG))
    ask(desk, approve(who=person(**SIGNER)))
    outcome = ask(desk, approve(who=person("executive", **SIGNER)))
    assert (outcome.status, outcome.final) == ("approved", True)
    assert counted(desk, Outbox) == 1


def test_two_signatures_without_an_executive_do_not_count(desk: Desk) -> None:
    a_packet(desk, order_facts(**BIG))
    ask(desk, approve(who=person(**SIGNER)))
    with pytest.raises(Denied) as denied:
        ask(desk, approve(who=person(who="lead", **SIGNER)))
    assert denied.value.rules == ("executive-threshold",)


def test_one_person_with_two_accounts_does_not_sign_twice(desk: Desk) -> None:
    a_packet(desk, order_facts(**BIG))
    ask(desk, approve(who=person(**SIGNER)))
    other = person("executive", person_id="p.sales_operations", **SIGNER)
    with pytest.raises(Denied) as denied:
        ask(desk, approve(who=other))
    assert denied.value.rules == ("signs-once",)


def test_the_second_signature_is_on_the_same_parameters(desk: Desk) -> None:
    a_packet(desk, order_facts(**BIG))
    ask(desk, approve(who=person(**SIGNER), parameters={"lines": [10]}))
    with pytest.raises(Refused, match="other parameters"):
        ask(desk, approve(who=person("executive", **SIGNER), parameters={"lines": [10, 20]}))
    assert status(desk) == "pending"


def test_a_packet_with_one_signature_can_still_be_rejected(desk: Desk) -> None:
    a_packet(desk, order_facts(**BIG))
    ask(desk, approve(who=person(**SIGNER)))
    boss = person("executive", **SIGNER)
    outcome = ask(desk, approve(who=boss, decision="reject", reason="no"))
    assert (outcome.status, outcome.final) == ("rejected", True)
    assert counted(desk, Outbox) == 0


def test_a_transfer_is_signed_by_both_sites(desk: Desk) -> None:
    a_packet(desk)
    transfer = {"action": "transfer_stock"}
    ask(desk, approve(who=person("warehouse", "a", site_id="D01"), **transfer))
    with pytest.raises(Denied):
        ask(desk, approve(who=person("warehouse", "b", site_id="D01"), **transfer))
    assert ask(desk, approve(who=person("warehouse", "c", site_id="D02"), **transfer)).final


def test_the_erp_is_updated_by_the_role_that_approved(desk: Desk) -> None:
    a_packet(desk)
    with pytest.raises(Denied):
        ask(desk, approve(action="update_erp"))
    ask(desk, approve())
    a_packet(desk)
    with pytest.raises(Denied):
        ask(desk, approve("SO-1.v2", person("finance"), action="update_erp"))
    assert ask(desk, approve("SO-1.v2", action="update_erp")).final


def test_who_approved_an_action_of_the_order_does_not_notify(desk: Desk) -> None:
    both = person(roles=frozenset({"sales_operations", "customer_service"}))
    a_packet(desk)
    ask(desk, approve(who=both))
    a_packet(desk)
    with pytest.raises(Denied) as denied:
        ask(desk, approve("SO-1.v2", both, action="notify_customer"))
    assert denied.value.rules == ("approver-does-not-notify",)


@pytest.mark.parametrize(
    ("decision", "after"),
    [("reject", "rejected"), ("edit", "edited"), ("send_back", "sent_back")],
)
def test_what_ends_a_packet(desk: Desk, decision: str, after: str) -> None:
    a_packet(desk)
    texts = {"note": "Call them."} if decision == "edit" else {}
    outcome = ask(desk, approve(decision=decision, reason="because", action="", parameters=texts))
    assert (outcome.status, outcome.final, status(desk)) == (after, True, after)
    assert counted(desk, Outbox) == 0


@pytest.mark.parametrize(
    ("decision", "parameters", "after"),
    [
        ("request_info", {}, "info_requested"),
        ("reassign", {"to": "u.lead"}, "reassigned"),
        ("snooze", {"until": "2026-03-02T14:00:00+01:00"}, "snoozed"),
    ],
)
def test_what_leaves_a_packet_undecided(
    desk: Desk, decision: str, parameters: dict[str, Any], after: str
) -> None:
    a_packet(desk)
    outcome = ask(desk, approve(decision=decision, parameters=parameters, reason="later"))
    assert (outcome.status, outcome.final, outcome.decision_id) == (after, False, None)
    assert ask(desk, approve()).final


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": "release"},
        {"action": ""},
        {"action": "read"},
        {"decision": "reject", "reason": " "},
        {"decision": "snooze"},
        {"decision": "snooze", "parameters": {"until": "tomorrow"}},
        {"decision": "snooze", "parameters": {"until": "2026-03-02T14:00:00"}},
        {"decision": "reassign"},
        {"parameters": {"amount": 1.5}},
        {"parameters": {"at": object()}},
    ],
)
def test_a_request_that_makes_no_sense_is_told_so(desk: Desk, wrong: dict[str, Any]) -> None:
    a_packet(desk)
    with pytest.raises(BadInput):
        ask(desk, replace(approve(), **wrong))
    assert (status(desk), counted(desk, Decision)) == ("pending", 0)


def test_an_unknown_packet_is_named(desk: Desk) -> None:
    with pytest.raises(NotFound, match=r"SO-9\.v1"):
        ask(desk, approve("SO-9.v1"))


def test_the_outcome_is_recorded_once(desk: Desk) -> None:
    a_packet(desk)
    outcome = ask(desk, approve())
    assert outcome.decision_id
    for _ in range(2):
        assert record_outcome(desk, "SO-1.v1", outcome.decision_id) == "approve release_order"
    assert audited(desk).count("case.closed") == 1


def test_no_outcome_is_recorded_without_its_decision(desk: Desk) -> None:
    a_packet(desk, order_facts(**BIG))
    first = ask(desk, approve(who=person(**SIGNER)))
    assert first.decision_id
    with pytest.raises(Refused):
        record_outcome(desk, "SO-1.v1", first.decision_id)
    with desk.read() as session:
        case_id = packets.packet(session, "SO-1.v1").case_id
        assert cases.case(session, case_id).status == "open"
        assert final_decision(session, "SO-1.v1") is None


def test_of_sixteen_threads_one_decides(desk: Desk) -> None:
    a_packet(desk)
    results: list[str] = []
    start = threading.Barrier(16)

    def one(number: int) -> None:
        start.wait()
        decision = "approve" if number % 2 else "reject"
        try:
            ask(desk, approve(who=person(who=f"p{number}"), decision=decision, reason="r"))
            results.append("won")
        except Refused:
            results.append("lost")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["lost"] * 15 + ["won"]
    assert counted(desk, Decision) == 1
    assert counted(desk, Outbox) == (1 if status(desk) == "approved" else 0)
    assert len([e for e in audited(desk) if e in ("decision.approve", "decision.reject")]) == 1
    assert audit.verify(desk).ok


def test_of_eight_pairs_of_signers_exactly_two_sign(desk: Desk) -> None:
    a_packet(desk, order_facts(**BIG))
    results: list[str] = []
    start = threading.Barrier(8)

    def one(number: int) -> None:
        start.wait()
        try:
            outcome = ask(desk, approve(who=person("executive", f"e{number}", **SIGNER)))
            results.append(f"signed {outcome.signed}")
        except Refused:
            results.append("lost")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["lost"] * 6 + ["signed 1", "signed 2"]
    assert (counted(desk, Decision), counted(desk, Outbox)) == (2, 1)


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("change_credit_limit", {}),
        ("change_credit_limit", {"until": "2026-03-31"}),
        ("waive_finding", {"class": "approval_gap"}),
        ("waive_finding", {"class": "approval_gap", "code": "missing", "until": "2026-03-31"}),
    ],
)
def test_an_approval_without_its_bounds_grants_nothing(
    desk: Desk, action: str, parameters: dict[str, Any]
) -> None:
    a_packet(desk)
    role = "credit_control" if action == "change_credit_limit" else "sales_operations"
    with pytest.raises(BadInput, match="needs"):
        ask(
            desk,
            approve(
                who=person(role), action=action, parameters=parameters,
                reason_code="secured", reason="insured",
            ),
        )  # fmt: skip
    assert (status(desk), counted(desk, Decision)) == ("pending", 0)


def test_a_decision_locks_the_case_before_the_packet_as_drafting_does(desk: Desk) -> None:
    a_packet(desk)
    locked: list[str] = []

    def see(_c: object, _k: object, statement: str, *_: object) -> None:
        if "FOR UPDATE" in statement:
            locked.append(statement.split("FROM ")[1].split()[0])

    event.listen(desk.engine, "before_cursor_execute", see)
    ask(desk, approve())
    queues = desk.engine.dialect.name == "sqlite"  # its writers wait for the whole database
    assert locked[:2] == ([] if queues else ["cases", "packets"])
