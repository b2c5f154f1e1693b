"""What a reader may not see is hidden wherever it would show, and said; nothing else changes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agent.app.home import open_home
from agent.review.masking import Mask, masked_answer, masked_packet
from agent.review.stages import review
from policies.guard import Person
from policies.views import view_of
from tests.agent.app.conftest import demos  # noqa: F401
from tools.view import HIDDEN, View

STORIES = ["SO-1042", "SO-1387", "SO-1365", "SO-1247", "SO-1360"]
COMPLIANCE_STORY = "SO-1365"


@pytest.fixture(scope="module")
def packets(demos: Any) -> dict[str, dict[str, Any]]:  # noqa: F811
    home = open_home(demos[0])
    as_of = home.as_of(None)
    made = review(home.snapshot(), STORIES, as_of, home.rules())
    return {packet["order_id"]: packet for packet in made}


def view(*roles: str) -> View:
    return view_of(Person("u.one", "p.one", frozenset(roles), "C1"))


def texts(packet: dict[str, Any]) -> str:
    """All prose of a packet as one text."""
    made = [s["text"] for sentences in packet["sentences"].values() for s in sentences]
    for part in ("internal_note", "customer_message"):
        made += [s["text"] for s in packet[part]["sentences"]]
    return "\n".join([packet["answer"], *made])


def test_an_auditor_sees_the_packet_as_it_is(packets: dict[str, Any]) -> None:
    for packet in packets.values():
        shown = masked_packet(packet, view("auditor"))
        assert shown.pop("view") == {"who": "u.one", "hidden": {}}
        assert shown == packet


@pytest.mark.parametrize("role", ["warehouse", "customer_service", "compliance", "evaluator"])
def test_no_hidden_cell_is_left_in_the_evidence(role: str, packets: dict[str, Any]) -> None:
    mine = view(role)
    hidden = 0
    for packet in packets.values():
        for ref, row in masked_packet(packet, mine)["evidence"].items():
            for column, value in row.items():
                if mine.hides(ref.partition("/")[0], column) and value is not None:
                    assert value == HIDDEN, (ref, column)
                    hidden += 1
    assert hidden > 20


@pytest.mark.parametrize("role", ["warehouse", "customer_service", "compliance", "evaluator"])
def test_no_figure_that_rests_on_a_hidden_cell_is_shown(role: str, packets: dict[str, Any]) -> None:
    mine = view(role)
    for packet in packets.values():
        mask = Mask(mine, packet["calculations"], packet["evidence"])
        shown = masked_packet(packet, mine)
        for name, body in shown["calculations"].items():
            assert (body["value"] == HIDDEN) == bool(mask.because(name))
        for path, source in packet["bindings"].items():
            if mask.because(source):
                at: Any = shown
                for part in path.split("/"):
                    at = at[int(part)] if isinstance(at, list) else at[part]
                assert at in (HIDDEN, None), path


def test_an_amount_that_is_hidden_stands_in_no_text(packets: dict[str, Any]) -> None:
    packet = packets["SO-1042"]
    assert "132,400.00 EUR" in texts(packet)
    shown = masked_packet(packet, view("warehouse"))
    assert not re.search(r"\d\.\d\d (EUR|USD)", texts(shown))
    assert "exposure hidden is above the limit hidden by hidden" in shown["answer"]
    assert shown["exceptions"][0]["findings"][0]["clears_when"]["change"]["amount"] == HIDDEN
    assert shown["credit"]["which_can_go"][0]["fits"] == HIDDEN


def test_what_rests_on_visible_columns_alone_stays(packets: dict[str, Any]) -> None:
    packet, shown = packets["SO-1042"], masked_packet(packets["SO-1042"], view("warehouse"))
    line = {k: v for k, v in packet["stock"][1].items() if k != "options"}
    assert line == {k: v for k, v in shown["stock"][1].items() if k != "options"}
    assert shown["delivery"] == packet["delivery"]
    assert [e["class"] for e in shown["exceptions"]] == [e["class"] for e in packet["exceptions"]]
    for same in ("fingerprint", "owner", "actions", "hold_check", "snapshot", "policy_version"):
        assert shown[same] == packet[same]


def test_names_and_remarks_are_hidden_from_an_evaluator_also_where_they_are_plain_text(
    packets: dict[str, Any],
) -> None:
    for packet in packets.values():
        name = packet["customer"]["name"]
        shown = masked_packet(packet, view("evaluator"))
        assert name in texts(packet)
        assert name not in texts(shown)
        assert shown["customer"]["customer_id"] == packet["customer"]["customer_id"]


def test_a_screening_is_told_to_compliance_and_only_its_class_to_others(
    packets: dict[str, Any],
) -> None:
    packet = packets[COMPLIANCE_STORY]
    assert "EU-CFSP" in texts(masked_packet(packet, view("compliance")))
    shown = masked_packet(packet, view("sales_operations"))
    assert "EU-CFSP" not in texts(shown)
    assert shown["exceptions"][0]["class"] == "compliance_issue"


def test_what_is_hidden_is_said_with_its_reason_and_who_sees_it(packets: dict[str, Any]) -> None:
    shown = masked_packet(packets["SO-1042"], view("warehouse"))
    reasons = [one["reason"] for one in shown["withheld"] if one["text"] == HIDDEN]
    assert any(
        "u.one may not see the columns credit" in why and "credit control" in why for why in reasons
    )
    assert shown["view"]["hidden"]["credit"]["figures"] > 10


def test_the_hash_of_a_row_with_hidden_cells_is_hidden_as_it_could_be_guessed(
    packets: dict[str, Any],
) -> None:
    packet = packets["SO-1042"]
    shown = masked_packet(packet, view("warehouse"))
    assert shown["evidence_hashes"]["credit_accounts/CU-110/C1"] == HIDDEN
    assert shown["evidence_hashes"]["stock/D01/77-120/OD-2539"] != HIDDEN


CALCULATIONS = {
    "limit": {"value": "20", "inputs": ["credit_accounts/CU-1/C1#credit_limit"]},
    "twice": {"value": "40", "inputs": ["limit", "limit"]},
    "line": {"value": "20", "inputs": ["order_lines/SO-1/20#line_no"]},
}
EVIDENCE = {"credit_accounts/CU-1/C1": {"credit_limit": "20"}}


def sentence(text: str, *figures: tuple[str, str]) -> dict[str, Any]:
    return {
        "text": text, "citations": [],
        "figures": [{"name": s, "source": s, "unit": "", "rendered": r} for s, r in figures],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "figures", "shown"),
    [
        ("Limit 20.", [("limit", "20")], "Limit hidden."),
        ("Line 20: limit 20.", [("line", "20"), ("limit", "20")], "This sentence is hidden."),
        ("C20 has 20, twice 40.", [("limit", "20"), ("twice", "40")],
         "C20 has hidden, twice hidden."),
        ("20 of 20.", [("limit", "20"), ("limit", "20")], "hidden of hidden."),
        ("Line 20.", [("line", "20")], "Line 20."),
        ("Known as 20 before: 20.", [("limit", "20")], "This sentence is hidden."),
        ("2,020.50 is no 20.", [("limit", "20")], "2,020.50 is no hidden."),
    ],
)  # fmt: skip
def test_a_hidden_figure_is_never_left_in_its_sentence(
    text: str, figures: list[tuple[str, str]], shown: str
) -> None:
    mask = Mask(view("warehouse"), CALCULATIONS, EVIDENCE)
    assert mask.sentence(sentence(text, *figures))["text"] == shown


def test_an_answer_hides_as_a_packet_does() -> None:
    answer = {
        "question": "?", "answer": "Limit 20.", "orders": ["SO-1"],
        "sentences": [sentence("Limit 20.", ("limit", "20"))],
        "calculations": CALCULATIONS, "evidence": EVIDENCE,
    }  # fmt: skip
    shown = masked_answer(answer, view("warehouse"))
    assert shown["answer"] == "Limit hidden."
    assert shown["calculations"]["twice"]["value"] == HIDDEN
    assert shown["evidence"]["credit_accounts/CU-1/C1"]["credit_limit"] == HIDDEN
    assert "credit" in shown["withheld"][0]["reason"]
    assert masked_answer(answer, view("finance"))["answer"] == "Limit 20."
