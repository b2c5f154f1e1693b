"""Citations: figures are found in their sentence, numbered once, and open what they rest on."""

from __future__ import annotations

from typing import Any

from agent.app.console.cite import Marks, card_of
from agent.app.console.diff import word_diff

PACKET: dict[str, Any] = {
    "sentences": {},
    "bindings": {"order/net": "SO-1.net", "owner/role": "word.role"},
    "calculations": {
        "SO-1.net": {"value": "12", "unit": "EUR", "formula": "a + b",
                     "inputs": ["lines/SO-1/10#qty", "SO-1.rest"]},
        "SO-1.rest": {"value": "2", "unit": "EUR", "formula": "2", "inputs": []},
    },
    "evidence": {"lines/SO-1/10": {"qty": "10", "note": None}},
    "evidence_hashes": {"lines/SO-1/10": "abc"},
}  # fmt: skip


def figure(rendered: str, source: str) -> dict[str, str]:
    return {"rendered": rendered, "source": source}


def marks() -> Marks:
    return Marks(PACKET, "/cases/SO-1/cite")


def test_a_figure_is_marked_where_it_stands_and_the_text_stays_whole() -> None:
    sentence = {
        "text": "Net 12 EUR, of 112 EUR.",
        "figures": [figure("12 EUR", "SO-1.net"), figure("112 EUR", "SO-1.rest")],
    }
    parts = marks().parts(sentence)
    assert "".join(part["text"] for part in parts) == sentence["text"]
    assert [(p["text"], p["n"]) for p in parts if "n" in p] == [("12 EUR", 1), ("112 EUR", 2)]


def test_the_same_source_has_the_same_number_everywhere() -> None:
    made = marks()
    made.parts({"text": "12 EUR", "figures": [figure("12 EUR", "SO-1.net")]})
    bound = made.bound("order/net")
    assert bound is not None
    assert bound["n"] == 1
    assert [one["source"] for one in made.listed()] == ["SO-1.net"]


def test_words_that_code_chose_have_no_number() -> None:
    made = marks()
    parts = made.parts({"text": "for finance", "figures": [figure("finance", "word.role")]})
    assert all("n" not in part for part in parts)
    assert made.bound("owner/role") is None


def test_a_calculation_opens_with_its_inputs_and_a_cell_with_its_row() -> None:
    card = card_of(PACKET, "SO-1.net", marks())
    assert card is not None
    assert [one["value"] for one in card["inputs"]] == ["10", "2.00 EUR"]
    row = card_of(PACKET, "lines/SO-1/10#qty", marks())
    assert row is not None
    assert (row["table"], row["key"], row["column"]) == ("lines", "SO-1/10", "qty")
    assert card_of(PACKET, "lines/SO-9#qty", marks()) is None


def test_a_word_diff_names_what_came_and_what_went() -> None:
    assert word_diff("ship it today please", "ship it on Thursday please") == [
        ("same", "ship it"), ("out", "today"), ("in", "on Thursday"), ("same", "please"),
    ]  # fmt: skip
