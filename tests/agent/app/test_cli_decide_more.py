"""`holddesk decide` beyond yes and no: claims, views, edits, parts, limits, waivers, requests."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest

from seeds import DEMO_DIR
from tests.agent.app.conftest import HoldDesk, Said
from tests.agent.app.tables import rewrite

CREDIT = "SO-1042"
TWO_SIGNATURES = "SO-1387"
BECAUSE = ("--reason-code", "payment_promised", "--reason", "paid on Friday")


@pytest.fixture
def do(home: Path, holddesk: HoldDesk) -> Any:
    """Type a command as a persona: `do("u.vogt", "show", "SO-1042")`, JSON on stdout."""

    def typed(user: str, *words: str) -> Said:
        return holddesk(*words, "--as", user, "--home", home, "--json")

    return typed


def test_nobody_approves_what_they_were_not_shown(do: Any):
    do("u.vogt", "decide", CREDIT, "approve", *BECAUSE).refuses(1, "holddesk show SO-1042.v1")

    shown = do("u.vogt", "show", CREDIT).json
    outcome = do("u.vogt", "decide", CREDIT, "approve", *BECAUSE).json

    assert (shown["first_view"], shown["evidence_is_current"]) == (True, True)
    assert shown["packet"]["fingerprint"] == shown["fingerprint"]
    assert outcome["status"] == "approved"


def test_an_order_of_another_company_is_not_shown(do: Any):
    do("u.mackay", "show", CREDIT).refuses(1, "another company")


def test_an_override_without_its_reason_is_told_the_codes(do: Any):
    do("u.vogt", "show", CREDIT)

    do("u.vogt", "decide", CREDIT, "approve").refuses(2, "--reason-code", "payment_promised")


def test_a_claimed_packet_waits_for_its_holder(do: Any):
    do("u.neumann", "decide", CREDIT, "claim")
    do("u.vogt", "decide", CREDIT, "reject", "--reason", "no").refuses(1, "claimed by u.neumann")
    do("u.neumann", "decide", CREDIT, "unclaim")

    assert do("u.vogt", "decide", CREDIT, "reject", "--reason", "no").json["final"]


def test_an_edit_makes_a_version_without_what_has_no_source(do: Any):
    edited = do("u.neumann", "decide", CREDIT, "edit", "--note",
                "Birch owes 12400 EUR over the limit. They pay 99 EUR.").json  # fmt: skip
    packet = do("u.vogt", "show", CREDIT).json["packet"]

    note = [sentence["text"] for sentence in packet["internal_note"]["sentences"]]
    assert note == ["Birch owes 12,400.00 EUR over the limit."]
    assert [one["text"] for one in edited["withheld"]] == ["They pay 99 EUR."]
    assert (edited["new_packet_id"], packet["packet_id"]) == (f"{CREDIT}.v2", f"{CREDIT}.v2")


def test_the_editor_does_not_approve_and_somebody_else_does(do: Any, tmp_path: Path):
    (tmp_path / "note.txt").write_text("Ask the driver.")
    do("u.vogt", "decide", CREDIT, "edit", "--note-file", str(tmp_path / "note.txt"))
    do("u.vogt", "show", CREDIT)
    do("u.dahl", "show", CREDIT)

    do("u.vogt", "decide", CREDIT, "approve", *BECAUSE).refuses(1, "edited the packet")
    assert do("u.dahl", "decide", CREDIT, "approve", *BECAUSE).json["status"] == "approved"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("edit",), "new text"),
        (("edit", "--note-file", "nowhere.txt"), "nowhere.txt"),
        (("approve", "--amount", "40000"), "currency"),
        (("approve", "--amount", "99000 EUR"), "more than the order"),
        (("approve", "--amount", "10 USD"), "is in EUR"),
        (("approve", "--lines", "15"), "no line 15"),
        (("approve", "--condition", "when it rains"), "payment 12400 EUR"),
        (("approve", "--action", "change_credit_limit"), "name the new limit"),
        (("approve", "--action", "change_credit_limit", "--amount", "100 EUR"), "not above"),
        (("approve", "--action", "waive_finding", "--until", "2026-03-20"), "credit_hold/"),
        (("approve", "--action", "waive_finding", "--class", "credit_hold"), "--until"),
        (("reassign", "--to", "u.vogd"), "did you mean u.vogt"),
        (("approve", "--reason-code", "because"), "payment_received"),
    ],
)
def test_what_does_not_fit_the_order_is_told_and_decides_nothing(
    words: tuple[str, ...], why: str, demo_home: Path, holddesk: HoldDesk
):
    said = holddesk("decide", CREDIT, *words, "--as", "u.vogt", "--home", demo_home)

    said.refuses(2, why)


def test_a_part_goes_now_and_the_rest_after_the_payment(do: Any):
    part = ("--amount", "3,000 EUR", "--condition", "payment 12400 EUR", "--key", "k1")
    do("u.vogt", "show", CREDIT)
    first = do("u.vogt", "decide", CREDIT, "approve", *BECAUSE, *part).json
    again = do("u.vogt", "decide", CREDIT, "approve", *BECAUSE, *part).json

    assert first["says"].endswith("3000 EUR now, the rest after payment 12400 EUR.")
    assert (again["decision_id"], again["repeated"]) == (first["decision_id"], True)


def test_a_higher_limit_is_measured_by_the_raise_and_leaves_the_order_to_be_decided(do: Any):
    limit = ("approve", "--action", "change_credit_limit", *BECAUSE, "--until", "2026-03-31")
    do("u.neumann", "show", CREDIT)

    high = do("u.neumann", "decide", CREDIT, *limit, "--amount", "532400 EUR")
    fits = do("u.neumann", "decide", CREDIT, *limit, "--amount", "132400 EUR").json

    high.refuses(1, "authority", "finance, executive")
    assert fits["status"] == "approved"
    assert do("u.vogt", "show", CREDIT).json["packet"]["packet_id"] == f"{CREDIT}.v2"


def test_a_waived_finding_is_shown_and_stands_against_nothing(do: Any):
    do("u.neumann", "show", CREDIT)
    waive = ("approve", "--action", "waive_finding", "--class", "credit_hold", "--up-to", "15000")
    do("u.neumann", "decide", CREDIT, *waive, *BECAUSE, "--until", "2026-03-20")

    packet = do("u.petersen", "show", CREDIT).json["packet"]
    released = do("u.petersen", "decide", CREDIT, "approve", *BECAUSE).json

    assert [one["class"] for one in packet["exceptions"]] == ["stock_shortage"]
    (waived,) = packet["waived"]
    assert (waived["code"], waived["user_id"]) == ("exposure_over_limit", "u.neumann")
    assert "132,400.00 EUR" in waived["statement"]
    assert packet["changes"]["findings"] == [
        {"finding": "credit_hold exposure_over_limit", "change": "gone"}
    ]
    assert released["status"] == "approved"


def test_the_second_signer_is_told_and_signs_what_the_first_signed(do: Any):
    do("u.hoffmann", "show", TWO_SIGNATURES)
    part = ("--condition", "document proforma")
    first = do("u.hoffmann", "decide", TWO_SIGNATURES, "approve", *BECAUSE, *part).json
    waiting = do("u.dahl", "inbox").json
    do("u.dahl", "show", TWO_SIGNATURES)
    second = do("u.dahl", "decide", TWO_SIGNATURES, "approve", *BECAUSE).json

    assert (first["next_roles"], first["next_people"]) == (["executive"], ["u.dahl"])
    assert [one["packet_id"] for one in waiting] == [f"{TWO_SIGNATURES}.v1"]
    assert (second["signed"], second["status"]) == (2, "approved")
    assert "after document proforma" in second["says"]


def test_a_request_names_who_may_and_gives_no_right(do: Any):
    asked = do("u.brandt", "decide", CREDIT, "request-approval", "--reason", "they wait",
               "--action", "change_credit_limit", "--amount", "132400 EUR").json  # fmt: skip
    waiting = do("u.neumann", "inbox").json

    assert (asked["status"], asked["decision_id"]) == ("pending", None)
    assert "credit control" in asked["says"]
    assert any("132400 EUR" in one["says"] for one in waiting)


def test_a_waiver_repeated_with_its_key_gets_its_first_answer(do: Any):
    do("u.neumann", "show", CREDIT)
    waive = ("approve", "--action", "waive_finding", "--class", "credit_hold", "--key", "w1")
    first = do("u.neumann", "decide", f"{CREDIT}.v1", *waive, *BECAUSE, "--until", "2026-03-20")
    again = do("u.neumann", "decide", f"{CREDIT}.v1", *waive, *BECAUSE, "--until", "2026-03-20")

    assert (first.json["repeated"], again.json["repeated"]) == (False, True)
    assert again.json["decision_id"] == first.json["decision_id"]


def test_a_waiver_on_evidence_that_changed_is_stale_and_not_a_wrong_name(
    do: Any, home: Path, tmp_path: Path, holddesk: HoldDesk
):
    shutil.copytree(DEMO_DIR, tmp_path / "changed")
    rewrite(tmp_path / "changed" / "credit_accounts.csv", {"customer_id": "CU-110"},
            credit_limit="900000")  # fmt: skip
    holddesk("load", tmp_path / "changed", "--home", home)
    waive = ("approve", "--action", "waive_finding", "--class", "credit_hold")

    said = do("u.neumann", "decide", CREDIT, *waive, *BECAUSE, "--until", "2026-03-20")

    said.refuses(1, "nothing was decided", f"{CREDIT}.v2")


def test_the_snapshot_that_a_decision_cites_outlives_later_loads(
    do: Any, home: Path, tmp_path: Path, holddesk: HoldDesk
):
    cited = do("u.vogt", "show", CREDIT).json["packet"]["snapshot"]
    do("u.vogt", "decide", CREDIT, "approve", *BECAUSE)
    for n in range(3):
        shutil.copytree(DEMO_DIR, tmp_path / f"load{n}")
        rewrite(tmp_path / f"load{n}" / "credit_accounts.csv", {"customer_id": "CU-110"},
                credit_limit=str(100000 + n))  # fmt: skip
        assert holddesk("load", tmp_path / f"load{n}", "--home", home).code == 0

    replayed = holddesk("audit", "replay", f"D-{CREDIT}.v1.1", "--home", home, "--json")

    assert cited in replayed.out
    assert replayed.code == 0


@pytest.mark.parametrize(("answer", "code", "status"), [("y", 0, "approved"), ("n", 1, "pending")])
def test_at_a_terminal_the_version_is_shown_and_asked_about_before_it_is_approved(
    answer: str, code: int, status: str, do: Any, home: Path, monkeypatch: pytest.MonkeyPatch,
    holddesk: HoldDesk,
):  # fmt: skip
    monkeypatch.setattr("agent.app.deciding.terminal", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))

    said = holddesk("decide", CREDIT, "approve", *BECAUSE, "--as", "u.vogt", "--home", home)

    assert said.code == code
    assert "exposure 132,400.00 EUR" in said.out
    assert f"Approve {CREDIT}.v1 as shown?" in said.out
    assert do("u.vogt", "show", f"{CREDIT}.v1").json["status"] == status


def test_a_version_with_a_waiver_and_an_edit_is_made_again_to_the_byte(
    do: Any, home: Path, holddesk: HoldDesk
):
    do("u.neumann", "show", CREDIT)
    waive = ("approve", "--action", "waive_finding", "--class", "credit_hold")
    do("u.neumann", "decide", CREDIT, *waive, *BECAUSE, "--until", "2026-03-20")
    do("u.brandt.wms", "decide", CREDIT, "edit", "--note", "200 EA are short. Call 7 people.")
    do("u.petersen", "show", CREDIT)
    decided = do("u.petersen", "decide", CREDIT, "approve", *BECAUSE).json

    replayed = holddesk("audit", "replay", decided["decision_id"], "--home", home, "--json")

    assert decided["packet_id"] == f"{CREDIT}.v3"
    assert replayed.json["same"] is True
