"""`holddesk policy` and `holddesk ask`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policies.settings import default_text
from tests.agent.app.conftest import HoldDesk

STORY = "SO-1042"
EXPLAIN = ("policy", "explain", "release_order", "--order")


def test_every_setting_is_shown_with_its_meaning(tmp_path: Path, holddesk: HoldDesk):
    body = holddesk("policy", "check", "--home", tmp_path, "--json").json

    assert all(setting["meaning"] for setting in body["settings"])
    assert body["policy_version"] in holddesk("policy", "check", "--home", tmp_path).out


def test_a_changed_setting_is_shown_beside_its_default(tmp_path: Path, holddesk: HoldDesk):
    (tmp_path / "rules.yaml").write_text(default_text().replace("scope: bill_to", "scope: group"))

    shown = holddesk("policy", "check", "--home", tmp_path).out

    assert "credit.scope = group  (default bill_to)" in shown


def setting(body: dict[str, Any], key: str) -> dict[str, Any]:
    (found,) = [row for row in body["settings"] if row["key"] == key]
    return found


def test_a_setting_states_unit_default_and_the_rule_it_belongs_to(
    tmp_path: Path, holddesk: HoldDesk
):
    body = holddesk("policy", "check", "--home", tmp_path, "--json").json

    assert setting(body, "price.tolerance_pct") == {
        "key": "price.tolerance_pct", "value": "0.5", "default": "0.5", "changed": False,
        "unit": "per cent of the expected line", "source": "P2", "companies": {},
        "meaning": "line difference tolerated, as a share of the expected line",
    }  # fmt: skip


def test_a_person_reads_unit_and_rule(tmp_path: Path, holddesk: HoldDesk):
    said = holddesk("policy", "check", "--home", tmp_path).out

    assert "general.stale_order_days = 60 days" in said
    assert "    Terms: time after the last ship date" in said


def test_companies_that_override_a_setting_are_named(tmp_path: Path, holddesk: HoldDesk):
    own = "companies: {C2: {price: {tolerance_pct: 2}}}"
    (tmp_path / "rules.yaml").write_text(default_text().replace("companies: {}", own))

    body = holddesk("policy", "check", "--home", tmp_path, "--json").json

    assert setting(body, "price.tolerance_pct")["companies"] == {"C2": "2"}
    assert setting(body, "price.tolerance_amount")["companies"] == {}
    assert "company C2: 2" in holddesk("policy", "check", "--home", tmp_path).out


def test_a_wrong_override_of_a_company_ends_the_check_with_its_key(
    tmp_path: Path, holddesk: HoldDesk
):
    own = "companies: {C2: {price: {tolerance_pct: 101}}}"
    (tmp_path / "rules.yaml").write_text(default_text().replace("companies: {}", own))

    said = holddesk("policy", "check", "--home", tmp_path)

    said.refuses(2, "rules.yaml: companies.C2.price.tolerance_pct", "101")


def test_the_agent_may_never_release(demo_home: Path, holddesk: HoldDesk):
    answer = holddesk(*EXPLAIN, STORY, "--home", demo_home, "--json").json

    assert answer["allowed"] is False
    assert "agent-locked" in [rule["id"] for rule in answer["rules"]]
    assert "u.vogt" in answer["people"]
    assert "u.jensen" not in answer["people"]


@pytest.mark.parametrize(("user", "may"), [("u.vogt", "may release"), ("u.aydin", "may not")])
def test_a_person_is_told_whether_they_may(
    user: str, may: str, demo_home: Path, holddesk: HoldDesk
):
    said = holddesk(*EXPLAIN, STORY, "--as", user, "--home", demo_home)

    assert said.code == 0
    assert f"{user} {may}" in said.out


def test_a_refusal_never_reads_as_a_permission(demo_home: Path, holddesk: HoldDesk):
    said = holddesk(*EXPLAIN, "SO-1387", "--as", "u.vogt", "--home", demo_home)

    assert "may not release order" in said.out
    assert "permits" not in said.out


def test_only_people_with_the_authority_are_named(demo_home: Path, holddesk: HoldDesk):
    answer = holddesk(*EXPLAIN, "SO-1387", "--home", demo_home, "--json").json

    assert "u.brandt" not in answer["people"]  # requested it, and has 20,000 USD


def test_the_measure_and_the_authority_are_told_in_the_policy_currency(
    demo_home: Path, holddesk: HoldDesk
):
    said = holddesk(*EXPLAIN, "SO-1387", "--as", "u.brandt", "--home", demo_home, columns=200)
    answer = holddesk(*EXPLAIN, "SO-1387", "--as", "u.brandt", "--home", demo_home, "--json").json

    assert "u.brandt may sign up to 20,000.00 USD" in said.out
    assert (answer["authority"], answer["currency"]) == ("20000.00", "USD")
    assert answer["packet_id"].startswith("SO-1387.v")
    assert float(answer["measured"]) > 250_000


def test_a_waiver_is_explained_for_the_class_that_it_names(demo_home: Path, holddesk: HoldDesk):
    waive = ("policy", "explain", "waive_finding", "--order", STORY, "--home", demo_home, "--json")

    allowed = holddesk(*waive, "--class", "stock_shortage", "--as", "u.jensen").json
    other = holddesk(*waive, "--class", "route_risk", "--as", "u.aydin").json
    holddesk(*waive, "--class", "dance").refuses(2, "dance", "stock_shortage")

    assert (allowed["allowed"], allowed["measured"]) == (True, None)
    assert [rule["id"] for rule in other["rules"]] == ["waiver-names-a-finding"]


def test_a_signature_that_stands_is_part_of_the_explanation(home: Path, holddesk: HoldDesk):
    act = ("--reason-code", "other", "--reason", "agreed", "--home", home)
    holddesk("show", "SO-1387", "--as", "u.hoffmann", "--home", home)
    signed = holddesk("decide", "SO-1387", "approve", "--as", "u.hoffmann", *act)
    assert signed.code == 0, signed

    again = holddesk(*EXPLAIN, "SO-1387", "--as", "u.hoffmann", "--home", home, "--json").json
    boss = holddesk(*EXPLAIN, "SO-1387", "--as", "u.dahl", "--home", home, "--json").json

    assert "signs-once" in [rule["id"] for rule in again["rules"]]
    assert (boss["allowed"], boss["draft_again"]) == (True, False)


def test_an_action_that_is_none_is_refused_with_the_list(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("policy", "explain", "dance", "--order", STORY, "--home", demo_home)

    said.refuses(2, "dance", "release_order")


def test_ask_answers_a_person_with_its_sources(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("ask", f"why is {STORY} blocked?", "--home", demo_home)

    assert f"{STORY} is blocked" in said.out
    assert "cites: " in said.out


def test_ask_as_json_has_the_contracts_keys(demo_home: Path, holddesk: HoldDesk):
    answer = holddesk("ask", f"why is {STORY} blocked?", "--home", demo_home, "--json").json

    assert {"question", "answer", "sentences", "orders", "calculations", "evidence",
            "approval_request", "answered_by", "usage"} <= set(answer)  # fmt: skip
    assert answer["orders"][0] == STORY


@pytest.mark.parametrize("question", ["", "\x00\x1b[31m[red]why[/red] 🚚", "?" * 5000])
def test_a_question_that_is_none_gets_an_answer_all_the_same(
    question: str, demo_home: Path, holddesk: HoldDesk
):
    said = holddesk("ask", question, "--home", demo_home)

    assert (said.code, said.err) == (0, "")
    assert said.out.strip()
    assert "\x1b" not in said.out
