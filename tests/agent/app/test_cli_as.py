"""`review --as` and `ask --as`: a packet and an answer as one person may see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.app.conftest import HoldDesk

STORY = "SO-1042"
OF_C2 = "u.holt"


def test_a_review_hides_from_the_warehouse_what_credit_sees(demo_home: Path, holddesk: HoldDesk):
    shown = holddesk("review", STORY, "--home", demo_home, "--as", "u.jensen", columns=200)
    full = holddesk("review", STORY, "--home", demo_home, "--as", "u.neumann", columns=200)

    assert "exposure hidden is above the limit hidden" in shown.out
    assert "hidden from you" in shown.out
    assert "exposure 132,400.00 EUR is above the limit 120,000.00 EUR" in full.out


def test_a_review_as_somebody_is_the_same_packet_otherwise(demo_home: Path, holddesk: HoldDesk):
    plain = holddesk("review", STORY, "--home", demo_home, "--json").json
    shown = holddesk("review", STORY, "--home", demo_home, "--as", "u.jensen", "--json").json

    assert shown["fingerprint"] == plain["fingerprint"]
    assert shown["stock"][1]["short"] == plain["stock"][1]["short"]
    assert shown["credit"]["limit"] == "hidden"
    assert shown["view"]["who"] == "u.jensen"


@pytest.mark.parametrize("order", [STORY, "SO-77777", "so-1042"])
def test_an_order_of_another_company_reads_as_one_that_does_not_exist(
    order: str, demo_home: Path, holddesk: HoldDesk
):
    said = holddesk("review", order, "--home", demo_home, "--as", OF_C2)

    said.refuses(2, f"{order} is not among the orders that {OF_C2} may see")
    assert "SO-10" not in said.err.replace(order, "").replace(order.upper(), "")


def test_a_review_of_all_shows_the_orders_of_the_own_company(demo_home: Path, holddesk: HoldDesk):
    found = holddesk("review", "--all", "--home", demo_home, "--as", OF_C2, "--json").json
    everybody = holddesk("review", "--all", "--home", demo_home, "--as", "u.schreiber", "--json")

    assert {packet["order"]["company_id"] for packet in found} == {"C2"}
    assert {packet["order"]["company_id"] for packet in everybody.json} == {"C1", "C2"}


def test_a_summary_counts_the_orders_of_the_own_company(demo_home: Path, holddesk: HoldDesk):
    summary = ("review", "--all", "--summary", "--home", demo_home, "--json")
    own = holddesk(*summary, "--as", OF_C2).json
    everybody = holddesk(*summary, "--as", "u.schreiber").json

    assert 0 < own["orders"] < everybody["orders"]
    assert everybody == holddesk(*summary).json


def test_a_hypothetical_review_is_masked_as_well(demo_home: Path, holddesk: HoldDesk):
    shown = holddesk("review", STORY, "--what-if", "line 20 qty 40", "--home", demo_home,
                     "--as", "u.jensen", "--json").json  # fmt: skip

    assert (shown["credit"]["limit"], bool(shown["hypothetical"])) == ("hidden", True)


def test_an_answer_hides_figures_and_says_why(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("ask", f"why is {STORY} blocked?", "--home", demo_home, "--as", "u.jensen",
                    columns=300)  # fmt: skip

    assert "exposure hidden is above the limit hidden" in said.out
    assert "hidden: u.jensen may not see the columns credit" in said.out


def test_an_answer_knows_no_order_of_another_company(demo_home: Path, holddesk: HoldDesk):
    body = holddesk("ask", f"why is {STORY} blocked?", "--home", demo_home, "--as", OF_C2,
                    "--json").json  # fmt: skip
    listed = holddesk("ask", "which orders are stuck in credit", "--home", demo_home, "--as", OF_C2,
                      "--json").json  # fmt: skip

    assert f"orders/{STORY}" not in body["evidence"]
    assert "no order" in body["answer"]
    assert listed["orders"]
    assert {row["company_id"] for ref, row in listed["evidence"].items()
            if ref.startswith("orders/")} == {"C2"}  # fmt: skip


@pytest.mark.parametrize("command", [("review", STORY), ("ask", "why is SO-1042 blocked?")])
def test_somebody_who_is_not_on_the_staff_table_reads_nothing(
    command: tuple[str, str], demo_home: Path, holddesk: HoldDesk
):
    said = holddesk(*command, "--home", demo_home, "--as", "u.nobody")

    said.refuses(1, "u.nobody", "staff table")


def test_reading_as_somebody_is_for_demo_homes(tmp_path: Path, demo_home: Path, holddesk: HoldDesk):
    holddesk("template", tmp_path / "t")
    holddesk("load", tmp_path / "t", "--home", tmp_path / "home")

    said = holddesk("review", "--all", "--home", tmp_path / "home", "--as", "u.jensen")

    said.refuses(1, "--as is accepted only in a demo home")
