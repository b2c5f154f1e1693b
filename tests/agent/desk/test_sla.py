"""The clock of a case: from the audit, paused while information is awaited, escalated once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.desk import audit, cases
from agent.desk.audit_models import Audit
from agent.desk.decisions import decide
from agent.desk.models import Packet
from agent.desk.sla import ASKS, ESCALATED, Clock, Happened, clocks, escalate, pauses
from agent.desk.store import Desk
from policies.guard import shipped
from tests.agent.desk.people import NOW, a_packet, approve, order_facts, person
from tools.calendars import SiteCalendar
from tools.working_time import WorkingTime

WEEK = SiteCalendar("D01", ZoneInfo("UTC"), True, frozenset({1, 2, 3, 4, 5}))
PLACED = NOW.replace(day=2, hour=9)
DUE = NOW.replace(day=2, hour=17)


def site_hours(_: Packet | None) -> WorkingTime:
    return WorkingTime(WEEK, time(9), time(17))


def minute(at: int) -> datetime:
    return NOW + timedelta(minutes=at)


def a_case(desk: Desk, order_id: str = "SO-1", due: datetime | None = DUE) -> None:
    opening = cases.Opening(order_id, "H-1", PLACED, due)
    cases.open_cases(desk, [opening], NOW)


def read(desk: Desk, now: datetime) -> Clock:
    with desk.read() as session:
        (found,) = clocks(session, site_hours, now)
    return found


@pytest.mark.parametrize(
    ("events", "now", "found"),
    [
        ([], 60, []),
        ([(ASKS, 10)], 60, [(10, 60)]),
        ([(ASKS, 10), ("decision.answer", 30)], 60, [(10, 30)]),
        ([(ASKS, 10), (ASKS, 20), ("packet.drafted", 30)], 60, [(10, 30)]),
        ([(ASKS, 10), (ESCALATED, 20)], 60, [(10, 60)]),
        ([(ASKS, 10), ("decision.answer", 20), (ASKS, 30)], 60, [(10, 20), (30, 60)]),
        ([(ASKS, 90), ("decision.answer", 95)], 60, [(60, 60)]),
    ],
)
def test_the_clock_stands_from_a_request_for_information_to_what_comes_next(
    events: list[tuple[str, int]], now: int, found: list[tuple[int, int]]
) -> None:
    happened = [Happened(name, minute(at)) for name, at in events]
    assert pauses(happened, minute(now)) == [(minute(a), minute(b)) for a, b in found]


def test_time_is_used_from_the_placement_of_the_hold(desk: Desk) -> None:
    a_case(desk)
    found = read(desk, NOW.replace(hour=15))
    assert (found.used, found.allowed) == (timedelta(hours=6), timedelta(hours=8))
    assert (found.state, found.due_at, found.breached) == ("running", DUE, False)


def test_a_case_is_breached_a_minute_after_it_is_due(desk: Desk) -> None:
    a_case(desk)
    assert read(desk, DUE).state == "running"
    assert read(desk, NOW.replace(day=3, hour=9, minute=1)).state == "breached"


def test_a_case_without_a_hold_has_no_sla(desk: Desk) -> None:
    cases.open_cases(desk, [cases.Opening("SO-1")], NOW)
    found = read(desk, NOW + timedelta(days=9))
    assert (found.state, found.due_at, found.breached) == ("none", None, False)
    assert found.past(Decimal(1)) is False


def test_waiting_for_information_moves_the_due_moment(desk: Desk) -> None:
    a_packet(desk)  # opens a case of the order without a hold
    ask = approve(who=person(), decision="request_info", action="", reason="which ramp?")
    decide(desk, ask, shipped(), "v1")
    with desk.read() as session:
        asked_at = session.query(Audit.at).filter_by(event=ASKS).scalar()
    later = datetime.fromisoformat(asked_at) + timedelta(days=14)
    found = read(desk, later)
    assert found.waits_for_information
    assert found.paused == site_hours(None).elapsed(datetime.fromisoformat(asked_at), later)
    assert found.paused >= timedelta(hours=8 * 9)


def test_a_closed_case_has_no_clock(desk: Desk) -> None:
    a_case(desk)
    with desk.write() as session:
        cases.close(desk, session, read(desk, NOW).case_id, "reject", "")
    with desk.read() as session:
        assert clocks(session, site_hours, NOW) == []


def test_an_escalation_is_audited_once_and_shown_with_its_role(desk: Desk) -> None:
    a_case(desk)
    late = read(desk, DUE + timedelta(days=1))
    assert late.past(Decimal(100))
    assert escalate(desk, [(late, "finance")]) == ["SO-1"]
    assert escalate(desk, [(late, "executive")]) == []
    assert read(desk, DUE).escalated_to == "finance"
    with desk.read() as session:
        events = [e for e in audit.events(session) if e["event"] == ESCALATED]
    assert len(events) == 1


def test_two_who_escalate_at_once_escalate_once(desk: Desk) -> None:
    a_case(desk)
    late = read(desk, DUE + timedelta(days=1))
    done: list[Any] = []
    workers = [
        threading.Thread(target=lambda: done.extend(escalate(desk, [(late, "finance")])))
        for _ in range(6)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert done == ["SO-1"]


def test_the_share_of_the_time_decides_when_a_case_is_escalated(desk: Desk) -> None:
    a_case(desk)
    found = replace(read(desk, NOW), used=timedelta(hours=6))
    assert found.past(Decimal(70))
    assert not found.past(Decimal(75))
    assert order_facts().order_id == found.order_id
