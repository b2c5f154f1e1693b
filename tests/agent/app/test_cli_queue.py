"""`holddesk queue` on screens of any width, and what it says where little is known."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from agent.app.show_queue import queue_view, time_left, why_held
from tests.agent.app.conftest import HoldDesk

Rows = list[dict[str, Any]]
WIDTHS = (80, 100, 120, 160)


def shown_at(rows: Rows, columns: int) -> list[str]:
    """The lines of the queue on a screen of this width."""
    console = Console(width=columns, file=io.StringIO())
    console.print(queue_view(rows, "then", columns), crop=False)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_a_pipe_gets_every_order_as_json_does(
    queue_rows: Rows, demo_home: Path, holddesk: HoldDesk
):
    said = holddesk("queue", "--home", demo_home)

    ids = [word for word in said.out.split() if word.startswith("SO-")]
    assert ids == [row["order_id"] for row in queue_rows]
    assert len(said.out.splitlines()) == len(queue_rows) + 2


@pytest.mark.parametrize("columns", WIDTHS)
def test_no_id_and_no_amount_is_cut(columns: int, queue_rows: Rows):
    shown = "\n".join(shown_at(queue_rows, columns))

    assert "…" not in shown
    for row in queue_rows:
        assert row["order_id"] in shown
        assert row["net_shown"] in shown


@pytest.mark.parametrize("columns", WIDTHS)
def test_no_line_is_wider_than_the_screen(columns: int, queue_rows: Rows):
    assert max(map(len, shown_at(queue_rows, columns))) <= columns


def test_a_narrow_screen_keeps_words_whole(queue_rows: Rows):
    shown = "\n".join(shown_at(queue_rows, 80))

    for word in ("customer", "conflict", "substitution", "operations", "credit control"):
        assert word in shown


def test_a_screen_that_is_too_narrow_still_shows_every_digit(queue_rows: Rows):
    assert "14,698.80 CHF" in "\n".join(shown_at(queue_rows, 30))


def test_a_very_long_id_is_shown_whole_over_several_lines(queue_rows: Rows):
    long = "SO-" + "7" * 200

    shown = shown_at([queue_rows[0] | {"order_id": long}], 80)

    assert "".join(shown).count("7") >= 200
    assert max(map(len, shown)) <= 80


def test_the_time_left_orders_the_queue(queue_rows: Rows):
    left = [row["minutes_left"] for row in queue_rows]

    in_time = [minutes for minutes in left if minutes is not None and minutes >= 0]
    assert left[: len(in_time)] == sorted(in_time)


def test_without_holds_any_order_can_still_be_reviewed(
    tables: Path, tmp_path: Path, holddesk: HoldDesk
):
    (tables / "holds.csv").unlink()
    home = tmp_path / "home"
    holddesk("load", tables, "--home", home)

    queue = holddesk("queue", "--home", home)

    assert queue.code == 0
    assert "no active holds" in queue.out
    assert holddesk("queue", "--home", home, "--json").json["orders"] == []
    assert holddesk("review", "SO-1", "--home", home).code == 0
    assert holddesk("work", "--home", home).code == 0


def test_before_any_data_nothing_is_held(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("queue", "--as-of", "2020-01-01T00:00:00+00:00", "--home", demo_home)

    assert (said.code, said.err) == (0, "")
    assert "no active holds" in said.out


def test_what_is_not_known_is_never_shown_as_clear(loaded, holddesk: HoldDesk):
    home = loaded("credit_accounts", credit_limit="999999")

    shown = holddesk("queue", "--home", home).out

    assert "not known" in shown
    assert "clear" not in shown


ROW = {"primary": None, "also": [], "not_known": [], "minutes_left": None, "left_shown": "past"}


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ({}, "clear"),
        ({"primary": "credit_hold", "also": ["stock_shortage"]}, "credit hold, stock shortage"),
        ({"not_known": ["route_risk", "route_risk"]}, "not known: route risk"),
        ({"primary": "credit_hold", "not_known": ["route_risk"]},
         "credit hold; not known: route risk"),
    ],
)  # fmt: skip
def test_why_an_order_is_held_in_words(found: dict[str, object], shown: str):
    assert why_held(ROW | found) == shown


def test_the_time_left_is_not_known_where_no_route_could_be_judged():
    assert time_left(ROW | {"not_known": ["route_risk"]}) == "not known"


def test_the_time_left_is_past_where_the_moment_is_gone():
    assert time_left(ROW | {"minutes_left": -1}) == "past"


def test_one_order_is_not_called_orders(loaded, holddesk: HoldDesk):
    shown = holddesk("queue", "--home", loaded()).out

    assert re.match(r"1 held order as of ", shown)
