"""`holddesk demo`: the first thing that a newcomer types."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from agent.app.demo import _next
from tests.agent.app.conftest import HoldDesk, Said

STORY = "SO-1042"


Demos = tuple[Path, Said, Said]


def test_demo_as_json_is_one_document_with_a_packet(demos: Demos):
    body = demos[1].json

    assert body["as_of"] == "2026-03-10T13:15:00+01:00"
    assert body["packet"]["order_id"] == STORY
    assert body["failed"] == {}


def test_demo_opens_a_packet_for_every_held_order(demos: Demos):
    body = demos[1].json

    assert len(body["waiting"]) == body["held"] == 58


def test_demo_may_be_repeated_and_opens_nothing_twice(demos: Demos):
    again = demos[2]

    assert (again.code, again.err) == (0, "")
    assert "58 held orders, 0 new packets" in " ".join(again.out.split())


def test_demo_shows_the_answer_and_who_decides(demos: Demos):
    shown = " ".join(demos[2].out.replace("│", " ").split())

    assert f"{STORY} is blocked: exposure" in shown
    assert "it needs a decision by credit control (u.neumann)" in shown


def test_demo_cuts_nothing_at_the_width_of_a_terminal(demos: Demos):
    assert "…" not in demos[2].out


def test_demo_tells_what_to_type_next_in_lines_that_can_be_copied(demos: Demos):
    home, _, said = demos

    lines = [line.strip() for line in said.out.splitlines()]
    assert all(command in lines for command, _ in _next(home))


@pytest.mark.parametrize("at", range(6))
def test_each_command_that_demo_proposes_works(at: int, home: Path, holddesk: HoldDesk):
    command, _ = _next(home)[at]
    program, *words = shlex.split(command)

    said = holddesk(*words)

    assert program == "holddesk"
    assert said.code == 0, said
    assert said.err == ""


def test_a_home_with_a_space_in_its_name_is_quoted_in_what_to_type_next():
    command, _ = _next(Path("my desk"))[0]
    assert shlex.split(command) == ["holddesk", "queue", "--home", "my desk"]


def test_demo_leaves_a_home_with_other_data_alone(loaded, holddesk: HoldDesk):
    own = loaded()
    before = (own / "current.json").read_bytes()

    holddesk("demo", "--home", own).refuses(2, "holds other data", "--home")

    assert (own / "current.json").read_bytes() == before
