"""`holddesk decide` in the demo company: who may, who may not, and what happens in between."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policies.settings import default_text
from seeds import DEMO_DIR
from tests.agent.app.conftest import HoldDesk, Said
from tests.agent.app.tables import rewrite

CREDIT = "SO-1042"
OWN_ENTRY = "SO-1366"
TWO_SIGNATURES = "SO-1387"


BECAUSE = ("--reason-code", "payment_promised", "--reason", "paid on Friday")


def approve(holddesk: HoldDesk, home: Path, order: str, user: str, *words: str) -> Said:
    """Read the packet as it waits, then approve it with a reason, as one person."""
    holddesk("show", order, "--as", user, "--home", home)
    return holddesk("decide", order, "approve", *BECAUSE, *words, "--as", user, "--home", home,
                    "--json")  # fmt: skip


def audited(home: Path, holddesk: HoldDesk) -> int:
    """How many rows the audit trail has; the chain must hold."""
    report = holddesk("audit", "verify", "--home", home, "--json").json
    assert report["ok"]
    return int(report["rows"])


@pytest.mark.parametrize(
    ("user", "why"),
    [
        ("u.jensen", "credit finding"),
        ("u.neumann", "finance"),
        ("u.keller", "approves nothing"),
        ("svc.edi", "may not"),
    ],
)
def test_the_wrong_role_is_told_which_rule_and_who_could(
    user: str, why: str, home: Path, holddesk: HoldDesk
):
    said = holddesk("decide", CREDIT, "approve", "--as", user, "--home", home, "--json")

    said.refuses(1, user, why, "Could be approved by: finance")


def test_a_denied_attempt_is_audited_and_the_packet_still_waits(home: Path, holddesk: HoldDesk):
    before = audited(home, holddesk)

    holddesk("decide", CREDIT, "approve", "--as", "u.jensen", "--home", home)

    assert audited(home, holddesk) == before + 1
    assert approve(holddesk, home, CREDIT, "u.vogt").code == 0


def test_finance_approves_while_credit_stands(home: Path, holddesk: HoldDesk):
    outcome = approve(holddesk, home, CREDIT, "u.vogt").json

    assert outcome["status"] == "approved"
    assert outcome["final"] is True
    assert audited(home, holddesk) > 0


@pytest.mark.parametrize("again", [("approve",), ("reject", "--reason", "late")])
def test_a_second_decision_is_told_about_the_first(
    again: tuple[str, ...], home: Path, holddesk: HoldDesk
):
    approve(holddesk, home, CREDIT, "u.vogt")

    said = holddesk("decide", CREDIT, *again, "--as", "u.vogt", "--home", home)

    said.refuses(1, "already approved", "u.vogt")


def test_what_is_decided_is_not_opened_again(home: Path, holddesk: HoldDesk):
    holddesk("decide", CREDIT, "reject", "--reason", "stock", "--as", "u.neumann", "--home", home)

    assert holddesk("work", CREDIT, "--home", home, "--json").json["waiting"] == []


def test_who_entered_an_order_does_not_approve_it(home: Path, holddesk: HoldDesk):
    said = holddesk("decide", OWN_ENTRY, "approve", "--as", "u.petersen", "--home", home)

    said.refuses(1, "entered the order")


def test_a_large_order_needs_two_people(home: Path, holddesk: HoldDesk):
    first = approve(holddesk, home, TWO_SIGNATURES, "u.dahl").json
    second = approve(holddesk, home, TWO_SIGNATURES, "u.dahl")

    assert (first["signed"], first["needed"], first["final"]) == (1, 2, False)
    second.refuses(1, "does not sign twice")


def test_authority_below_the_amount_does_not_count(home: Path, holddesk: HoldDesk):
    said = holddesk("decide", TWO_SIGNATURES, "approve", "--as", "u.petersen", "--home", home)

    said.refuses(1, "above the person's authority")


@pytest.mark.parametrize("decision", ["reject", "send-back", "request-info"])
def test_a_no_needs_a_reason(decision: str, home: Path, holddesk: HoldDesk):
    said = holddesk("decide", CREDIT, decision, "--as", "u.vogt", "--home", home)

    said.refuses(2, "needs a reason")


def test_a_packet_that_is_sent_back_is_drafted_again(home: Path, holddesk: HoldDesk):
    holddesk("decide", CREDIT, "send-back", "--reason", "count the stock", "--as", "u.neumann",
             "--home", home)  # fmt: skip

    outcome = approve(holddesk, home, CREDIT, "u.vogt").json

    assert outcome["packet_id"] == f"{CREDIT}.v2"


@pytest.mark.parametrize(
    "words",
    [("reassign", "--to", "u.vogt"), ("snooze", "--until", "2026-03-10T15:00:00+01:00")],
)
def test_a_packet_that_is_put_off_still_waits(
    words: tuple[str, ...], home: Path, holddesk: HoldDesk
):
    outcome = holddesk("decide", CREDIT, *words, "--as", "u.neumann", "--home", home, "--json").json

    assert outcome["final"] is False
    assert "still waits" in outcome["says"]


@pytest.mark.parametrize("until", ["tomorrow", "2026-03-10T15:00:00"])
def test_a_snooze_needs_a_time_with_offset(until: str, home: Path, holddesk: HoldDesk):
    said = holddesk("decide", CREDIT, "snooze", "--until", until, "--as", "u.neumann", "--home",
                    home)  # fmt: skip

    said.refuses(2, until)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((CREDIT, "maybe", "--as", "u.vogt"), "approve, reject"),
        ((CREDIT, "approve", "--as", "u.vogt", "--action", "dance"), "release_order"),
        ((CREDIT, "approve"), "--as USER"),
        (("SO-9999", "approve", "--as", "u.vogt"), "holddesk work"),
    ],
)
def test_wrong_words_decide_nothing(
    words: tuple[str, ...], why: str, demo_home: Path, holddesk: HoldDesk
):
    holddesk("decide", *words, "--home", demo_home).refuses(2, why)


def test_somebody_who_is_not_on_the_staff_may_not(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("decide", CREDIT, "approve", "--as", "u.nobody", "--home", demo_home)

    said.refuses(1, "u.nobody", "staff table")


def test_a_name_is_believed_only_in_a_demo_home(loaded, holddesk: HoldDesk):
    home = loaded()
    holddesk("work", "--home", home)

    holddesk("decide", "SO-1", "approve", "--as", "u.vogt", "--home", home).refuses(1, "demo home")


def reload(home: Path, folder: Path, holddesk: HoldDesk, **cells: str) -> None:
    """Load the demo tables again, with the packet's open invoice changed."""
    shutil.copytree(DEMO_DIR, folder)
    rewrite(folder / "credit_accounts.csv", {"customer_id": "CU-110"}, **cells)
    assert holddesk("load", folder, "--home", home).code == 0


def test_evidence_that_changed_stops_an_approval(home: Path, tmp_path: Path, holddesk: HoldDesk):
    reload(home, tmp_path / "changed", holddesk, credit_limit="100000")

    said = holddesk("decide", CREDIT, "approve", "--as", "u.vogt", "--home", home)

    said.refuses(1, "evidence", "nothing was decided", "credit_limit 120000 -> 100000",
                 f"holddesk show {CREDIT}.v2")  # fmt: skip


def test_after_the_evidence_changed_a_version_waits_that_says_what_changed(
    home: Path, tmp_path: Path, holddesk: HoldDesk
):
    reload(home, tmp_path / "changed", holddesk, credit_limit="100000")
    holddesk("decide", CREDIT, "approve", "--as", "u.vogt", "--home", home)

    changes = holddesk("show", CREDIT, "--as", "u.vogt", "--home", home, "--json").json["packet"][
        "changes"
    ]

    assert changes["since"] == f"{CREDIT}.v1"
    assert {"path": "credit/limit", "before": "120000", "after": "100000"} in changes["figures"]
    assert [row["ref"] for row in changes["rows"]] == ["credit_accounts/CU-110/C1"]
    assert approve(holddesk, home, CREDIT, "u.vogt").code == 0


def test_the_same_evidence_loaded_again_stops_nothing(
    home: Path, tmp_path: Path, holddesk: HoldDesk
):
    reload(home, tmp_path / "same", holddesk)

    assert approve(holddesk, home, CREDIT, "u.vogt").code == 0


def test_rules_that_changed_stop_an_approval_until_work_drafts_again(
    home: Path, holddesk: HoldDesk
):
    other = default_text().replace("tolerance_pct: 0.5", "tolerance_pct: 0.6")
    (home / "rules.yaml").write_text(other)

    stopped = approve(holddesk, home, CREDIT, "u.vogt")
    holddesk("work", CREDIT, "--home", home)
    outcome = approve(holddesk, home, CREDIT, "u.vogt")

    stopped.refuses(1, "rules changed", f"holddesk work {CREDIT}")
    assert outcome.json["packet_id"] == f"{CREDIT}.v2"
