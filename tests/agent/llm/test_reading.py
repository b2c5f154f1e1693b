"""Amounts, order ids and names as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.llm import names
from agent.llm.amounts import bounds, number
from agent.llm.lexicon import folded, groups
from agent.llm.parse import parse
from agent.llm.spelling import Shape, shapes, variants

SHAPES = [Shape("SO-", 4)]
CUSTOMERS = [
    ("CU-1", "Birch Retail"), ("CU-2", "Harbour Lane Grocers"), ("CU-3", "Harbour Lane Holdings"),
    ("CU-4", "Marché du Nord"), ("CU-5", "Deichgraf Cash & Carry"), ("CU-6", "Thistle & Rowan Stores"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("20000", "20000"), ("20.000", "20000"), ("20,000", "20000"), ("20 000", "20000"),
        ("1.5", "1.5"), ("1,5", "1.5"), ("20,000.50", "20000.50"), ("20.000,50", "20000.50"),
        ("1'234'567.8", "1234567.8"), ("2,5000", "2.5000"),
    ],
)  # fmt: skip
def test_a_group_of_three_digits_after_a_mark_means_thousands(typed: str, value: str) -> None:
    assert number(typed) == Decimal(value)


@pytest.mark.parametrize(
    ("typed", "over", "under", "currency"),
    [
        ("> 20k", 20000, None, None), ("over 20,000 eur", 20000, None, "EUR"),
        ("more than €5000", 5000, None, "EUR"), ("uber 1.000 eur", 1000, None, "EUR"),
        ("under 1.5k", None, 1500, None), ("between 10 and 20k usd", 10000, 20000, "USD"),
        ("zwischen 10k und 20k", 10000, 20000, None), ("mas de 3 mil", 3000, None, None),
        (">= 1,5 mio chf", 1500000, None, "CHF"), ("meer dan 2000 euro", 2000, None, "EUR"),
    ],
)  # fmt: skip
def test_bounds_are_read_with_their_currency(
    typed: str, over: int | None, under: int | None, currency: str | None
) -> None:
    found, rest = bounds(f"orders {typed} please")
    assert found is not None
    assert (found.over, found.under, found.currency) == (over, under, currency)
    assert rest.split() == ["orders", "please"]


@given(st.integers(min_value=1, max_value=10**9))
def test_any_whole_amount_is_read_in_either_style_of_grouping(amount: int) -> None:
    english, _ = bounds(f"over {amount:,}")
    german, _ = bounds("uber " + f"{amount:,}".replace(",", "."))
    assert english is not None
    assert german is not None
    assert english.over == german.over == amount


@pytest.mark.parametrize("typed", ["1042", "#1042", "so1042", "SO 1042", "so-1042", "SO_1042"])
def test_every_spelling_leads_to_the_id(typed: str) -> None:
    assert "SO-1042" in [variant.upper() for variant in variants(typed, SHAPES)]


def test_digits_are_filled_up_to_the_length_on_file() -> None:
    assert "0000004711" in variants("4711", [Shape("", 10)])


def test_another_prefix_is_another_order() -> None:
    assert "SO-1042" not in variants("QT-1042", SHAPES)


def test_shapes_are_learnt_from_ids_the_most_frequent_first() -> None:
    assert shapes(["SO-1", "QT-22", "QT-23"]) == [Shape("QT-", 2), Shape("SO-", 1)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("birch", ["CU-1"]), ("brich", ["CU-1"]), ("birchs", ["CU-1"]), ("birch's", ["CU-1"]),
        ("birch retial", ["CU-1"]), ("harbour lane", ["CU-2", "CU-3"]), ("marche du nord", ["CU-4"]),
        ("harbour lane grocers", ["CU-2"]), ("deichgraff", ["CU-5"]), ("thistel rowan", ["CU-6"]),
        ("acme", []), ("bir", []), ("", []),
    ],
)  # fmt: skip
def test_a_name_is_found_as_typed(typed: str, found: list[str]) -> None:
    asked = parse(f"headroom {typed}")
    assert [c for c, _ in names.find(asked.text, asked.names, CUSTOMERS).customers] == found


def test_a_name_that_fits_nobody_gets_those_it_resembles() -> None:
    near = names.find("harbor lain", ("harbor", "lain"), [("CU-2", "Harbour Lane Grocers")])
    assert near.customers or near.near


def test_times_dates_and_shares_are_no_orders() -> None:
    asked = parse("did the 2pm truck of 2026-03-10 or 10.3.2026 leave 50 % at 14:30 uhr")
    assert asked.codes == ()


def test_lines_and_articles_are_told_from_orders() -> None:
    asked = parse("price of sku 77-120 on 1042 line 20 wrong?")
    assert (asked.lines, asked.skus) == ((20,), ("77-120",))
    assert [code.typed for code in asked.codes] == ["1042"]


def test_accents_and_capitals_do_not_matter() -> None:
    assert folded("  Bloquée   FÜR Straße ") == "bloquee fur strasse"


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert parse(text).question == text


def test_every_language_has_words_for_the_main_questions() -> None:
    needed = ("why", "who", "clear", "status", "list", "total", "release_order", "headroom")
    assert all(set(groups()[group]) == {"en", "de", "es", "fr", "nl"} for group in needed)
