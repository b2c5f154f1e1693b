"""A person's own text: figures of the packet are bound, sentences with any other are withheld."""

from __future__ import annotations

from typing import Any

import pytest

from agent.review.edits import revise
from agent.review.stages import verify


def packet(**changes: Any) -> dict[str, Any]:
    drafted = {"text": "Drafted.", "citations": [], "figures": []}
    body: dict[str, Any] = {
        "order_id": "SO-1", "timezone": "Europe/Berlin",
        "calculations": {
            "credit.excess": {"value": "12400", "unit": "EUR", "formula": "after - limit",
                              "inputs": ["credit_accounts/C#credit_limit"]},
            "stock.short": {"value": "200", "unit": "EA", "formula": "by rule: stock",
                            "inputs": []},
            "count": {"value": "3", "unit": "orders", "formula": "by rule: count", "inputs": []},
        },
        "evidence": {
            "orders/SO-1": {"order_id": "SO-1", "promised_on": "2026-03-12", "currency": "EUR",
                            "customer_ref": "4500017723", "version": 3},
            "credit_accounts/C": {"credit_limit": "120000", "currency": "EUR"},
            "order_lines/SO-1/10": {"line_no": 10},
            "order_lines/SO-1/20": {"sku": "77-120", "unit_price": "17.40"},
        },
        "internal_note": {"sentences": [drafted]},
        "customer_message": {"language": "de", "sentences": [drafted], "locked": True},
        "withheld": [], "sentences": {}, "bindings": {},
    }  # fmt: skip
    return body | changes


def note(text: str) -> dict[str, Any]:
    """The packet with that note, revised and then verified as every version is."""
    return verify([revise(packet(), {"note": text})])[0]


def texts(made: dict[str, Any], place: str = "internal_note") -> list[str]:
    return [sentence["text"] for sentence in made[place]["sentences"]]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("They are over by 12,400.00 EUR.", "They are over by 12,400.00 EUR."),
        ("They are over by 12400 EUR.", "They are over by 12,400.00 EUR."),
        ("The limit is 120000 EUR.", "The limit is 120,000.00 EUR."),
        ("Promised for 2026-03-12.", "Promised for 12 Mar 2026."),
        ("We lack 200 EA of 77-120 on SO-1.", "We lack 200 EA of 77-120 on SO-1."),
        ("Their order is 4500017723.", "Their order is 4500017723."),
        ("Ask the driver.", "Ask the driver."),
    ],
)
def test_what_the_packet_knows_stands_as_the_packet_shows_it(typed: str, shown: str) -> None:
    made = note(typed)
    assert texts(made) == [shown]
    assert made["withheld"] == []


@pytest.mark.parametrize(
    "typed",
    [
        "They are over by 12,400.01 EUR.",
        "They are over by 12,400.00 USD.",
        "We lack 201 EA.",
        "We lack 1200 EA.",
        "They pay 3 USD.",
        "Call 3 people.",
        "They pay 200 USD.",
        "They pay 4500017723 USD.",
        "They pay 10 USD.",
        "They owe 120000.",
        "Promised for 13 Mar 2026.",
        "They pay on Monday.",
        "They pay tomorrow.",
        "About twenty are there.",
        "We will ship the rest.",
        "The order is hereby released.",
        "Call SO-10.",
    ],
)
def test_what_the_packet_does_not_know_is_withheld_and_said(typed: str) -> None:
    made = note(f"Ask the driver. {typed}")
    assert texts(made) == ["Ask the driver."]
    assert [one["text"] for one in made["withheld"]] == [typed]
    assert made["withheld"][0]["reason"]


def test_where_nothing_holds_the_drafted_text_stays() -> None:
    made = note("It is 7 EUR.")
    assert texts(made) == ["Drafted."]
    assert len(made["withheld"]) == 1


def test_a_bound_figure_cites_the_rows_under_it() -> None:
    (sentence,) = note("They are over by 12400 EUR.")["internal_note"]["sentences"]
    assert sentence["citations"] == ["credit_accounts/C", "orders/SO-1"]
    assert sentence["figures"][0]["source"] == "credit.excess"


def test_a_message_is_read_in_its_own_language() -> None:
    made = verify([revise(packet(), {"message": "Es fehlen 12.400,00 EUR. Es fehlen 7 EUR."})])[0]
    assert texts(made, "customer_message") == ["Es fehlen 12.400,00 EUR."]
    assert made["customer_message"]["locked"] is True
    assert texts(made) == ["Drafted."]


def test_the_same_figure_twice_is_bound_twice() -> None:
    (sentence,) = note("From 200 EA to 200 EA.")["internal_note"]["sentences"]
    assert len(sentence["figures"]) == 2


def test_lines_are_sentences() -> None:
    assert texts(note("Ask the driver\nCall them")) == ["Ask the driver", "Call them"]
