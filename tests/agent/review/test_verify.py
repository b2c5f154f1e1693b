"""The citation verifier: a packet holds, and any figure, unit, sign or row changed is caught."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.review import stages
from agent.review.verify import check_sentence, problems
from agent.review.verify.formula import FormulaError, compute
from agent.review.verify.sentences import sentence_problem
from policies.settings import load_rules
from tests.builders import a_book

Packet = dict[str, Any]


@pytest.fixture(scope="module")
def packet() -> Packet:
    """An order that is over its limit, short and undercharged: every kind of figure occurs."""
    book = a_book(
        {
            "invoices": [{"invoice_id": "I-1", "kind": "invoice", "company_id": "C1", "customer_id": "CU-1",
                          "issued_on": "2026-02-18", "due_on": "2026-02-20", "amount": "49500.25",
                          "open_amount": "49500.25", "currency": "EUR", "posted": "true"}],
            "order_lines": [{"order_id": "SO-1", "line_no": "10", "unit_price": "9.00"}],
            "stock": [{"site_id": "D01", "sku": "SKU-1", "batch_id": "", "on_hand_qty": "60"}],
        }
    )  # fmt: skip
    (made,) = stages.review_book(book, ["SO-1"], load_rules())
    return made


def test_a_packet_as_it_was_made_holds(packet: Packet) -> None:
    assert problems(packet) == []
    assert packet["withheld"] == []


def test_every_digit_of_the_answer_is_bound(packet: Packet) -> None:
    for sentence in packet["sentences"]["answer"]:
        assert check_sentence(packet, sentence) is None
        bare = {**sentence, "figures": []}
        if any(c.isdigit() for c in sentence["text"]):
            assert check_sentence(packet, bare)


def _money_figures(packet: Packet) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for place, sentences in packet["sentences"].items():
        for sentence in sentences:
            if len(sentence["figures"]) > 1:
                yield place, sentences


def test_two_figures_swapped_in_a_text_are_caught(packet: Packet) -> None:
    places = 0
    for place, sentences in _money_figures(packet):
        for n, sentence in enumerate(sentences):
            shown = [f["rendered"] for f in sentence["figures"]]
            for first, second in pairwise(shown):
                if first == second or first in second or second in first:
                    continue
                broken = copy.deepcopy(packet)
                text = sentence["text"].replace(first, "\0").replace(second, first)
                broken["sentences"][place][n]["text"] = text.replace("\0", second)
                assert problems(broken), (place, first, second)
                places += 1
    assert places > 3


def test_two_calculations_swapped_are_caught(packet: Packet) -> None:
    keys = sorted(packet["calculations"])
    for first, second in pairwise(keys):
        one, other = packet["calculations"][first], packet["calculations"][second]
        shown = first in packet["bindings"].values() or not one["formula"].startswith("by rule")
        if one["value"] == other["value"] or not shown:
            continue
        broken = copy.deepcopy(packet)
        broken["calculations"][first]["value"] = other["value"]
        assert problems(broken), (first, second)


def test_a_changed_sign_is_caught_in_every_section_figure(packet: Packet) -> None:
    for path, source in packet["bindings"].items():
        value = packet["calculations"].get(source, {}).get("value")
        if (
            not isinstance(value, str)
            or not value.strip("-").replace(".", "").isdigit()
            or value == "0"
        ):
            continue
        broken = copy.deepcopy(packet)
        here: Any = broken
        *parents, last = path.split("/")
        for part in parents:
            here = here[int(part)] if isinstance(here, list) else here[part]
        here[last] = value[1:] if value.startswith("-") else f"-{value}"
        assert problems(broken), path


def test_a_changed_unit_is_caught(packet: Packet) -> None:
    changed = 0
    for place, sentences in packet["sentences"].items():
        for n, sentence in enumerate(sentences):
            for m, figure in enumerate(sentence["figures"]):
                if figure["unit"] != "EUR":
                    continue
                broken = copy.deepcopy(packet)
                there = broken["sentences"][place][n]
                there["figures"][m] |= {"unit": "USD"}
                there["text"] = there["text"].replace("EUR", "USD")
                assert problems(broken), (place, figure)
                changed += 1
    assert changed > 3


def test_a_unit_changed_in_text_and_binding_alike_is_caught(packet: Packet) -> None:
    changed = 0
    for sentences in packet["sentences"].values():
        for sentence in sentences:
            broken = copy.deepcopy(sentence)
            for figure in broken["figures"]:
                if figure["unit"] == "EUR" and figure["source"] in packet["calculations"]:
                    figure["unit"] = "USD"
                    broken["text"] = broken["text"].replace(
                        figure["rendered"], figure["rendered"].replace("EUR", "USD")
                    )
            if broken != sentence:
                assert check_sentence(packet, broken) is not None, broken["text"]
                changed += 1
    assert changed > 3


def test_every_cell_of_every_row_is_bound_by_its_hash(packet: Packet) -> None:
    for ref, row in packet["evidence"].items():
        for column, value in row.items():
            broken = copy.deepcopy(packet)
            broken["evidence"][ref][column] = f"{value}9"
            assert problems(broken), (ref, column)


def test_a_row_taken_away_is_caught(packet: Packet) -> None:
    cited = {
        i.split("#")[0] for c in packet["calculations"].values() for i in c["inputs"] if "#" in i
    }
    for ref in cited:
        broken = copy.deepcopy(packet)
        del broken["evidence"][ref]
        assert problems(broken), ref


@pytest.mark.parametrize(
    ("text", "shown", "why"),
    [
        ("The limit is 50,000.00 EUR.", ["50,000.00 EUR"], None),
        ("The limit is 50,000.00 EUR and 3 more.", ["50,000.00 EUR"], "bound to no figure"),
        ("There are three invoices.", [], "bound to no figure"),
        ("Es sind zwei Rechnungen.", [], "bound to no figure"),
        ("Il reste deux factures.", [], "bound to no figure"),
        ("The goods arrive tomorrow.", [], "bound to no figure"),
        ("Sie kommen am Montag.", [], "bound to no figure"),
        ("The limit is 150,000.00 EUR.", ["50,000.00 EUR"], "not in the text"),
        ("The limit is -500.00 EUR.", ["500.00 EUR"], "not in the text"),
        ("A B", ["B", "A"], "not in its place"),
        ("The order is released.", [], "commits"),
        ("We guarantee delivery.", [], "commits"),
        ("Die Bestellung wird geliefert.", [], "commits"),
    ],
)  # fmt: skip
def test_what_is_left_of_a_sentence_counts_nothing(
    text: str, shown: list[str], why: str | None
) -> None:
    problem = sentence_problem(text, shown)
    assert problem is None if why is None else why in (problem or "")


def test_the_words_of_a_name_are_quoted_and_commit_nothing() -> None:
    assert sentence_problem("Held for Guaranteed Foods.", ["Guaranteed Foods"]) is None


@given(st.decimals(-(10**9), 10**9, places=2), st.decimals(-(10**9), 10**9, places=2))
def test_sums_compute_again_exactly(first: Any, second: Any) -> None:
    assert compute("sum(a) - b", {"a": [first, second], "b": [second]}, "EUR") == first


@pytest.mark.parametrize(
    "formula",
    ["a.b", "__import__('os')", "a ** 2", "sum(a, b)", "[a]", "a if a else b", "missing", "a / 0"],
)
def test_a_formula_that_is_no_arithmetic_is_an_error(formula: str) -> None:
    from decimal import Decimal

    with pytest.raises(FormulaError):
        compute(formula, {"a": [Decimal(1)], "b": [Decimal(2)]}, "EUR")
