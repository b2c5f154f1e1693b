"""`holddesk review`: explains any order, stores nothing, decides nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.agent.app.conftest import HoldDesk

STORY = "SO-1042"
CLEAR = "SO-1043"


def files_of(home: Path) -> dict[str, bytes]:
    """Everything under a home but the locks and logs that a reader of SQLite may touch."""
    found = (path for path in home.rglob("*") if path.is_file())
    return {path.name: path.read_bytes() for path in found}


def test_one_order_as_json_is_one_packet(demo_home: Path, holddesk: HoldDesk):
    packet = holddesk("review", STORY, "--home", demo_home, "--json").json

    assert packet["order_id"] == STORY
    assert packet["answer"].startswith(f"{STORY} is blocked")
    assert all(action["allowed"] is False for action in packet["actions"])


def test_several_orders_as_json_are_an_array_in_the_order_asked(
    demo_home: Path, holddesk: HoldDesk
):
    packets = holddesk("review", "SO-1305", STORY, "--home", demo_home, "--json").json

    assert [packet["order_id"] for packet in packets] == ["SO-1305", STORY]


def test_jsonl_is_one_packet_a_line(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("review", STORY, "SO-1305", "--home", demo_home, "--jsonl")

    lines = said.out.splitlines()
    assert [json.loads(line)["order_id"] for line in lines] == [STORY, "SO-1305"]


@pytest.mark.parametrize("order", [STORY, CLEAR])
def test_review_ends_well_whether_blocked_or_clear(order: str, demo_home: Path, holddesk: HoldDesk):
    said = holddesk("review", order, "--home", demo_home)

    assert (said.code, said.err) == (0, "")


def test_an_order_that_is_not_held_says_so(demo_home: Path, holddesk: HoldDesk):
    packet = holddesk("review", CLEAR, "--home", demo_home, "--json").json

    assert "is not on hold" in packet["answer"]
    assert "Nothing has to be decided." in packet["answer"]
    assert "release decision" not in packet["answer"]
    assert packet["exceptions"] == []


def test_review_stores_and_decides_nothing(home: Path, holddesk: HoldDesk):
    before = files_of(home)

    holddesk("review", STORY, "--home", home, "--json")
    holddesk("review", STORY, "--what-if", "payment 12400", "--home", home)

    assert files_of(home) == before


def test_an_id_in_lower_case_is_the_same_order(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("review", STORY.lower(), "--home", demo_home, "--json")

    assert said.json["order_id"] == STORY


def test_an_order_named_twice_is_reviewed_once(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("review", STORY, STORY, "--home", demo_home, "--json")

    assert [packet["order_id"] for packet in said.json] == [STORY]


@pytest.mark.parametrize("form", [(), ("--json",), ("--jsonl",)])
def test_an_unknown_order_offers_the_nearest_and_prints_nothing(
    form: tuple[str, ...], demo_home: Path, holddesk: HoldDesk
):
    said = holddesk("review", "SO-10422", "--home", demo_home, *form)

    said.refuses(2, "no order SO-10422", "did you mean", STORY)


def test_a_selection_has_to_be_made(demo_home: Path, holddesk: HoldDesk):
    holddesk("review", "--home", demo_home).refuses(2, "name an order", "--all")


def test_orders_by_name_and_all_of_them_contradict(demo_home: Path, holddesk: HoldDesk):
    holddesk("review", STORY, "--all", "--home", demo_home).refuses(2, "not both")


def test_days_of_entry_are_never_ignored(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("review", "--all", "--ordered-from", "2026-03-01", "--home", demo_home)

    said.refuses(2, "--ordered-from", "--open")


def test_a_day_of_entry_that_is_no_date_is_named(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("review", "--open", "--ordered-from", "monday", "--home", demo_home)

    said.refuses(2, "--ordered-from monday is no date", "2026-03-02")


def test_open_orders_of_a_day_are_counted(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("review", "--open", "--ordered-from", "2026-03-10", "--summary", "--json",
                    "--home", demo_home)  # fmt: skip

    assert said.json["orders"] > 0
    assert said.code == 0


@pytest.mark.parametrize("moment", ["yesterday", "2026-03-02", "2026-03-02T09:00:00", ""])
def test_a_moment_needs_a_time_and_an_offset(moment: str, demo_home: Path, holddesk: HoldDesk):
    said = holddesk("review", STORY, "--as-of", moment, "--home", demo_home, "--json")

    said.refuses(2, "is no moment", "2026-03-02T09:00:00+01:00")


def test_every_packet_says_as_of_when(demo_home: Path, holddesk: HoldDesk):
    moment = "2026-03-09T08:00:00+01:00"

    packet = holddesk("review", STORY, "--as-of", moment, "--home", demo_home, "--json").json

    assert packet["as_of"] == moment


def test_an_order_is_not_known_before_it_was_entered(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("review", STORY, "--as-of", "2020-01-01T00:00:00+00:00", "--home", demo_home)

    said.refuses(2, f"no order {STORY}")


def test_before_any_data_there_is_nothing_to_review(demo_home: Path, holddesk: HoldDesk):
    early = ("--as-of", "2020-01-01T00:00:00+00:00", "--home", demo_home)

    assert "no orders to review" in holddesk("review", "--all", *early).out
    assert holddesk("review", "--all", *early, "--json").json == []
    assert holddesk("review", "--all", *early, "--jsonl").out == ""


def test_a_payment_that_clears_the_order_is_marked_hypothetical(
    demo_home: Path, holddesk: HoldDesk
):
    asked = ("review", STORY, "--what-if", "payment 12400", "--home", demo_home)

    packet = holddesk(*asked, "--json").json

    assert [found["class"] for found in packet["exceptions"]] == ["stock_shortage"]
    assert packet["hypothetical"] == ["payment 12400"]
    assert packet["packet_id"] is None
    assert "hypothetical, not to be approved" in holddesk(*asked).out


def test_a_cent_less_does_not_clear_it(demo_home: Path, holddesk: HoldDesk):
    packet = holddesk("review", STORY, "--what-if", "payment 12399.99", "--home", demo_home,
                      "--json").json  # fmt: skip

    assert "credit_hold" in [found["class"] for found in packet["exceptions"]]


def test_changes_add_up(demo_home: Path, holddesk: HoldDesk):
    packet = holddesk("review", STORY, "--what-if", "payment 12400", "--what-if",
                      "line 20 qty 3", "--home", demo_home, "--json").json  # fmt: skip

    assert packet["exceptions"] == []


@pytest.mark.parametrize(
    "change", ["bla", "payment -5", "payment many", "line 10 colour red", "ship soon", ""]
)
def test_a_change_that_is_not_understood_shows_the_forms(
    change: str, demo_home: Path, holddesk: HoldDesk
):
    said = holddesk("review", STORY, "--what-if", change, "--home", demo_home)

    said.refuses(2, change.split()[-1] if change else "''", "2026-03-09")


def test_a_change_of_a_line_that_is_not_there_is_refused(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("review", STORY, "--what-if", "line 99 qty 60", "--home", demo_home, "--json")

    said.refuses(2, STORY)


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("bla", "section.key=value"),
        ("credit.scop=group", "credit.scop"),
        ("credit.scope=nobody", "credit.scope"),
        ("credit.scope=[", "no value in YAML"),
    ],
)
def test_a_wrong_setting_is_named(setting: str, named: str, demo_home: Path, holddesk: HoldDesk):
    holddesk("review", STORY, "--set", setting, "--home", demo_home).refuses(2, named)


def test_a_changed_setting_changes_the_policy_version(demo_home: Path, holddesk: HoldDesk):
    usual = holddesk("review", STORY, "--home", demo_home, "--json").json
    other = holddesk("review", STORY, "--set", "credit.tolerance_pct=50", "--home", demo_home,
                     "--json").json  # fmt: skip

    assert usual["policy_version"] != other["policy_version"]
    assert "credit_hold" not in [found["class"] for found in other["exceptions"]]


def test_a_summary_counts_every_held_order(demo_home: Path, holddesk: HoldDesk):
    counted = holddesk("review", "--all", "--summary", "--json", "--home", demo_home).json

    assert counted["orders"] == 58
    assert sum(counted["primary"].values()) + counted["clear"] <= 58
