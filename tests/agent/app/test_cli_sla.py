"""`holddesk sla`, the queue's SLA, and escalation by `work`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.agent.app.conftest import HoldDesk

CASE_KEYS = {
    "case_id", "order_id", "primary", "owner", "user_id", "started_at", "state",
    "allowed_minutes", "used_minutes", "paused_minutes", "due_at", "breached", "escalated_to",
    "escalated_at",
}  # fmt: skip


@pytest.fixture(scope="module")
def said(demo_home: Path) -> Any:
    from tests.agent.app.conftest import type_in

    return type_in("sla", "--home", demo_home, "--json").json


def test_every_open_case_has_its_clock_the_most_urgent_first(said: Any) -> None:
    assert len(said["cases"]) == 58
    assert all(set(case) == CASE_KEYS for case in said["cases"])
    dues = [case["due_at"] for case in said["cases"] if case["due_at"]]
    assert dues == sorted(dues)


def test_a_case_is_breached_when_it_used_more_than_it_may(said: Any) -> None:
    for case in said["cases"]:
        assert case["breached"] == (case["used_minutes"] > case["allowed_minutes"])
        assert (case["due_at"] < said["as_of"]) or not case["breached"]


def test_what_is_breached_was_escalated_to_the_role_of_the_rules(said: Any) -> None:
    to = {case["primary"]: case["escalated_to"] for case in said["cases"] if case["breached"]}
    assert to["credit_hold"] == "finance"
    assert to["compliance_issue"] == "executive"
    assert all(to.values())
    assert not any(case["escalated_to"] for case in said["cases"] if not case["breached"])


def test_the_workload_counts_every_case_once(said: Any) -> None:
    assert sum(row["open"] for row in said["workload"]) == len(said["cases"])
    breached = sum(case["breached"] for case in said["cases"])
    assert sum(row["breached"] for row in said["workload"]) == breached


def test_the_queue_shows_the_state_and_when_a_case_is_due(
    queue_rows: list[dict[str, Any]], said: Any
) -> None:
    clocks = {case["order_id"]: case for case in said["cases"]}
    for row in queue_rows:
        case = clocks[row["order_id"]]
        assert (row["sla"]["state"], row["sla"]["due_at"]) == (case["state"], case["due_at"])
        due_or_state = re.compile(r"\d\d \w{3}|\d\d:\d\d|breached|paused")
        assert due_or_state.fullmatch(row["sla"]["shown"])
        assert (row["sla"]["shown"] == "breached") == (case["state"] == "breached")


def test_work_again_escalates_nothing_again(holddesk: HoldDesk, home: Path) -> None:
    assert holddesk("work", "--home", home, "--json").json["escalated"] == []


def test_a_case_that_waits_for_information_is_paused(holddesk: HoldDesk, home: Path) -> None:
    asked = holddesk(
        "decide", "SO-1042", "request-info", "--reason", "which ramp?", "--as", "u.neumann",
        "--home", home,
    )  # fmt: skip
    assert asked.code == 0, asked
    found = holddesk("sla", "--home", home, "--json").json
    states = {case["order_id"]: case["state"] for case in found["cases"]}
    assert states["SO-1042"] == "paused"


def test_a_home_without_a_desk_says_how_cases_are_opened(
    holddesk: HoldDesk, template_home: Path
) -> None:
    said = holddesk("sla", "--home", template_home)
    assert said.code == 0
    assert "holddesk work" in said.out
    assert not (template_home / "desk.sqlite").exists()
