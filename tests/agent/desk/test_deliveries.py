"""What came of an attempt: recorded once, audited, and never sent again while in doubt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.desk import deliveries, outbox, packets
from agent.desk.deliveries import Result
from agent.desk.models import Case
from agent.desk.store import Desk
from tests.agent.desk.handing import approved, claimed, events, now, set_to

NOTHING = timedelta(0)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("accepted", "sent"),
        ("done", "done"),
        ("refused", "refused"),
        ("retry", "pending"),
        ("unknown", "unknown"),
        ("failed", "failed"),
        ("gone", "pending"),
    ],
)
def test_a_result_moves_the_instruction_and_is_audited(desk: Desk, kind: Any, status: str) -> None:
    row = approved(desk)
    claim = claimed(desk, row)

    assert deliveries.record(desk, claim, Result(kind, "said so", "ERP-1"), NOTHING) == status
    assert now(desk, row).status == status
    assert len(events(desk, "handoff.")) == 1
    with desk.read() as session:
        (attempt,) = deliveries.attempts(session, row.outbox_id)
    assert (attempt.result, attempt.detail) == (kind, "said so")


def test_a_silent_worker_leaves_its_instruction_in_doubt(desk: Desk) -> None:
    row = approved(desk)
    claimed(desk, row)
    assert deliveries.give_up_silent(desk) == []

    set_to(desk, row, claim_until=LONG_AGO)

    assert deliveries.give_up_silent(desk) == [row.outbox_id]
    assert now(desk, row).status == "unknown"
    assert outbox.claim(desk, row.outbox_id, "w2", "webhook", "", timedelta(1)) is None


def test_a_worker_that_comes_back_with_a_yes_is_believed(desk: Desk) -> None:
    row = approved(desk)
    claim = claimed(desk, row)
    set_to(desk, row, claim_until=LONG_AGO)
    deliveries.give_up_silent(desk)

    assert deliveries.record(desk, claim, Result("accepted"), NOTHING) == "sent"


def test_a_worker_that_comes_back_with_a_no_does_not_undo_what_others_did(desk: Desk) -> None:
    row = approved(desk)
    late = claimed(desk, row)
    set_to(desk, row, claim_until=LONG_AGO)
    deliveries.give_up_silent(desk)
    deliveries.reconcile(desk, row.outbox_id, Result("done"), NOTHING)

    assert deliveries.record(desk, late, Result("retry"), NOTHING) == "done"
    assert now(desk, row).status == "done"


def test_what_the_receiver_does_not_have_may_leave_again(desk: Desk) -> None:
    row = approved(desk)
    deliveries.record(desk, claimed(desk, row), Result("unknown"), NOTHING)

    assert deliveries.reconcile(desk, row.outbox_id, Result("absent"), NOTHING) == "pending"
    assert claimed(desk, row, "w2").attempt == 2


def test_only_what_is_in_doubt_is_reconciled(desk: Desk) -> None:
    row = approved(desk)

    assert deliveries.reconcile(desk, row.outbox_id, Result("done"), NOTHING) == "pending"


def test_the_wait_that_the_receiver_asks_for_is_kept(desk: Desk) -> None:
    row = approved(desk)
    busy = Result("retry", after=timedelta(hours=2))
    deliveries.record(desk, claimed(desk, row), busy, timedelta(seconds=5))

    assert now(desk, row).next_at - datetime.now(UTC) > timedelta(hours=1)
    assert outbox.due(desk, "pending") == []


def test_a_receiver_that_stays_away_is_told_to_the_audit_once(desk: Desk) -> None:
    row = approved(desk)
    for _ in range(3):
        deliveries.postpone(desk, row.outbox_id, "no connection", NOTHING)

    assert events(desk, "handoff.") == ["handoff.later"]


def test_a_void_approval_leaves_its_order_to_be_reviewed_anew(desk: Desk) -> None:
    row = approved(desk)

    assert deliveries.void(desk, row.outbox_id, "stale", "the evidence changed")
    with desk.read() as session:
        found = packets.packet(session, row.packet_id)
        case = session.get_one(Case, found.case_id)
    assert (now(desk, row).status, found.status, case.status) == ("stale", "stale", "open")
    assert events(desk, "handoff.") == ["handoff.stale"]


@pytest.mark.parametrize("kind", ["accepted", "done", "unknown"])
def test_what_left_is_not_void_any_more(desk: Desk, kind: Any) -> None:
    row = approved(desk)
    deliveries.record(desk, claimed(desk, row), Result(kind), NOTHING)

    assert not deliveries.void(desk, row.outbox_id, "stale", "too late")
    with desk.read() as session:
        assert packets.packet(session, row.packet_id).status == "approved"


def test_it_is_late_when_the_allowed_time_is_over(desk: Desk) -> None:
    row = approved(desk)

    assert deliveries.late_at(row, timedelta(minutes=15)) == row.created_at + timedelta(minutes=15)
