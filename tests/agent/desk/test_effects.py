"""Messages and reversals: an approval of their own, bound to their text, decided once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from agent.desk import deliveries, effects, messages, outbox, outcomes, packets, reversals
from agent.desk.deliveries import Result
from agent.desk.outbox_models import EffectApproval, Outbox
from agent.desk.packets import Draft
from agent.desk.store import Desk
from agent.desk.undoing import UNDO, undo_of
from policies.guard import LOCKED_ACTIONS, facts_json, shipped
from tests.agent.desk.handing import acting, approved, claimed, events, now
from tests.agent.desk.people import NOW, order_facts, person
from tools.errors import BadInput, Denied, NotFound, Refused

TEXT = "Thank you for your order 4711."
BOSS = person("executive", "boss", approval_limit=10**12)


def arrived(desk: Desk, row: Outbox) -> Outbox:
    """The instruction, handed over."""
    deliveries.record(desk, claimed(desk, row), Result("accepted"), timedelta(0))
    return now(desk, row)


def a_message(desk: Desk) -> tuple[str, str]:
    """A packet with a message to the customer, and the code that confirms it."""
    from agent.desk import cases

    facts = order_facts("SO-9")
    (case_id,) = cases.open_cases(desk, [cases.Opening("SO-9")], NOW)
    body = {"fingerprint": "f1", "policy_version": "v1", "snapshot": "s1",
            "customer_message": {"language": "en", "sentences": [{"text": TEXT}]}}  # fmt: skip
    until = NOW + timedelta(hours=24)
    packet = packets.save(desk, case_id, 1, Draft(body, facts_json(facts), NOW, until, "g1"))
    assert packet is not None
    text = outbox.message_of(packet)
    return packet.packet_id, effects.code_of(effects.digest_of("notify_customer", text))


def test_every_locked_action_but_a_waiver_says_how_it_is_undone() -> None:
    assert set(LOCKED_ACTIONS) - set(UNDO) == {"waive_finding"}
    assert all(undo.says for undo in UNDO.values())


def test_what_moved_goods_that_shipped_is_final() -> None:
    for action in ("release_order", "allocate_stock", "substitute_item"):
        made = undo_of(action, shipped=True)
        assert made is not None
        assert made.how == "final"
    limit = undo_of("change_credit_limit", shipped=True)
    assert limit is not None
    assert limit.how == "reversible"


def test_a_message_leaves_with_the_text_that_was_read(desk: Desk) -> None:
    packet_id, code = a_message(desk)
    service = person("customer_service")

    made = messages.send_message(desk, packet_id, code, acting(service, order_facts("SO-9")))

    assert made.body["parameters"]["text"] == TEXT
    assert events(desk, "message.") == ["message.approved"]


def test_another_text_than_the_one_read_is_not_sent(desk: Desk) -> None:
    packet_id, code = a_message(desk)
    wrong = f"{'0' if code[0] != '0' else '1'}{code[1:]}"
    with pytest.raises(BadInput, match=code):
        messages.send_message(desk, packet_id, wrong, acting(person("customer_service")))
    assert events(desk, "message.") == []


def test_a_message_on_changed_evidence_is_not_sent(desk: Desk) -> None:
    packet_id, code = a_message(desk)
    with pytest.raises(Refused, match="changed"):
        messages.send_message(desk, packet_id, code, acting(person("customer_service"), seen="f2"))


def test_who_may_not_write_to_the_customer_is_audited(desk: Desk) -> None:
    packet_id, code = a_message(desk)
    with pytest.raises(Denied):
        messages.send_message(desk, packet_id, code, acting(person("finance"), order_facts("SO-9")))
    assert events(desk, "message.") == ["message.denied"]


def test_a_reversal_of_what_arrived_is_approved_by_another_person(desk: Desk) -> None:
    row = arrived(desk, approved(desk))
    asked = reversals.prepare_reversal(desk, row, "customer called", acting(person("finance")))
    with pytest.raises(Denied, match="does not approve its reversal"):
        reversals.decide_reversal(desk, asked.effect_id, True, "", acting(person()))

    made = reversals.decide_reversal(desk, asked.effect_id, True, "", acting(BOSS))

    assert made is not None
    assert (made.kind, made.body["reverses"]) == ("hold_order", row.outbox_id)
    assert now(desk, row).status == "sent"
    assert events(desk, "rollback.") == [
        "rollback.prepared", "rollback.denied", "rollback.approved",
    ]  # fmt: skip


def test_of_many_who_approve_a_reversal_one_wins(desk: Desk) -> None:
    row = arrived(desk, approved(desk))
    asked = reversals.prepare_reversal(desk, row, "", acting(person("finance")))
    start, won, lost = threading.Barrier(4), [], []

    def race(number: int) -> None:
        who = person("executive", f"boss{number}", approval_limit=10**12)
        start.wait()
        try:
            made = reversals.decide_reversal(desk, asked.effect_id, True, "", acting(who))
            won.append(made)
        except Refused as error:
            lost.append(str(error))

    racers = [threading.Thread(target=race, args=(n,)) for n in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert (len(won), len(lost)) == (1, 3)
    with desk.read() as session:
        assert len(outbox.all_of(session)) == 2


def test_a_rejected_reversal_leaves_nothing(desk: Desk) -> None:
    row = arrived(desk, approved(desk))
    asked = reversals.prepare_reversal(desk, row, "", acting(person("finance")))

    assert reversals.decide_reversal(desk, asked.effect_id, False, "", acting(BOSS)) is None
    with pytest.raises(Refused, match="rejected already"):
        reversals.decide_reversal(desk, asked.effect_id, True, "", acting(BOSS))
    with desk.read() as session:
        assert len(outbox.all_of(session)) == 1


def test_a_request_that_ran_out_is_not_approved_and_may_be_asked_again(desk: Desk) -> None:
    row = arrived(desk, approved(desk))
    asked = reversals.prepare_reversal(desk, row, "", acting(person("finance")))
    with desk.write() as session:
        session.get_one(EffectApproval, asked.effect_id).expires_at = NOW

    with pytest.raises(Denied, match="expired"):
        reversals.decide_reversal(desk, asked.effect_id, True, "", acting(BOSS))
    with desk.read() as session:
        assert effects.waiting(session, NOW) == []
    again = reversals.prepare_reversal(desk, row, "", acting(person("finance")))
    assert again.effect_id != asked.effect_id


def test_a_reversal_that_did_not_leave_may_be_asked_again(desk: Desk) -> None:
    row = arrived(desk, approved(desk))
    asked = reversals.prepare_reversal(desk, row, "", acting(person("finance")))
    made = reversals.decide_reversal(desk, asked.effect_id, True, "", acting(BOSS))
    assert made is not None
    with pytest.raises(Refused, match="is approved"):
        reversals.prepare_reversal(desk, row, "", acting(person("finance")))

    deliveries.void(desk, made.outbox_id, "expired", "too late")
    assert reversals.prepare_reversal(desk, row, "", acting(person("finance")))


def test_an_auditor_asks_for_no_reversal(desk: Desk) -> None:
    row = arrived(desk, approved(desk))
    with pytest.raises(Denied):
        reversals.prepare_reversal(desk, row, "", acting(person("auditor")))
    assert events(desk, "rollback.") == ["rollback.denied"]


def test_a_withdrawn_instruction_cannot_leave_and_one_that_left_cannot_be_withdrawn(
    desk: Desk,
) -> None:
    first, second = approved(desk, "SO-1"), approved(desk, "SO-2")
    reversals.withdraw(desk, first, "wrong", acting(person()))
    assert outbox.claim(desk, first.outbox_id, "w1", "tasks", "", timedelta(1)) is None

    claimed(desk, second)
    with pytest.raises(Refused, match="it has left"):
        reversals.withdraw(desk, second, "wrong", acting(person(), order_facts("SO-2")))


def test_a_request_that_is_not_there_is_named(desk: Desk) -> None:
    with pytest.raises(NotFound, match="E-404"):
        reversals.decide_reversal(desk, "E-404", True, "", acting(BOSS))


def test_a_load_records_what_it_shows_once(desk: Desk) -> None:
    approved(desk, "SO-1")
    approved(desk, "SO-2")
    shows = {"SO-1": "invoiced", "SO-2": "blocked"}

    assert outcomes.from_load(desk, shows, "s2") == ["SO-1"]
    assert outcomes.from_load(desk, shows | {"SO-2": "cancelled"}, "s3") == ["SO-2"]
    assert outcomes.from_load(desk, shows, "s4") == []
    assert events(desk, "outcome.") == ["outcome.recorded"] * 2


def test_a_person_of_another_company_records_no_outcome(desk: Desk) -> None:
    approved(desk)
    stranger = person("warehouse", company_id="C2")
    with pytest.raises(Denied):
        outcomes.record(desk, "SO-1", "shipped", "", stranger, shipped())
