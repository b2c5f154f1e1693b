"""Parameters of an approval: one form for one intent, so that its hash binds what was meant."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.desk.parameters import amount, digest, normalised, worded
from tools.errors import BadInput

MONEY = st.decimals(min_value="0.01", max_value="999999999", places=2)
CURRENCY = st.sampled_from(["EUR", "USD", "GBP"])


@given(MONEY, CURRENCY)
def test_an_amount_reads_the_same_however_it_is_written(value: Decimal, currency: str) -> None:
    forms = [f"{value} {currency}", f"{value:,} {currency.lower()}", f"{value}0{currency}",
             amount(f"{value} {currency}")]  # fmt: skip
    assert len({digest(normalised({"amount": form})) for form in forms}) == 1
    assert Decimal(amount(forms[0])["value"]) == value


@given(MONEY, MONEY, CURRENCY)
def test_another_amount_has_another_hash(one: Decimal, other: Decimal, currency: str) -> None:
    first, second = (digest(normalised({"amount": f"{v} {currency}"})) for v in (one, other))
    assert (first == second) is (one == other)


@given(st.lists(st.integers(1, 9999), min_size=1, max_size=8))
def test_lines_have_no_order_and_no_repetition(lines: list[int]) -> None:
    typed = normalised({"lines": ", ".join(map(str, reversed(lines)))})
    assert typed == normalised({"lines": lines}) == {"lines": sorted(set(lines))}


@given(st.permutations(["payment 12,400 EUR", "document licence R-9", "goods 77-120 200"]))
def test_conditions_have_no_order(conditions: list[str]) -> None:
    wanted = normalised({"conditions": sorted(conditions)})
    assert normalised({"conditions": conditions}) == wanted


@given(st.lists(st.sampled_from(["payment 5 EUR", "document x", "goods A 2.50"]), min_size=1))
def test_to_normalise_again_changes_nothing(conditions: list[str]) -> None:
    once = normalised({"conditions": conditions, "amount": "4.50 EUR", "lines": "3,1"})
    assert normalised(once) == once


def test_the_same_moment_in_two_zones_is_the_same() -> None:
    forms = ("2026-03-02T14:00:00+01:00", "2026-03-02T13:00:00+00:00", "2026-03-02T13:00:00Z")
    assert len({normalised({"until": form})["until"] for form in forms}) == 1


def test_what_is_empty_is_left_out() -> None:
    assert normalised({"lines": "", "amount": None, "conditions": []}) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "40000"},
        {"amount": "40.000,00 EUR"},
        {"amount": "1,00 EUR"},
        {"amount": "-5 EUR"},
        {"amount": "0 EUR"},
        {"amount": "NaN EUR"},
        {"amount": "1e9 EUR"},
        {"amount": "\uff15 EUR"},
        {"lines": "ten"},
        {"lines": "10;20"},
        {"until": "soon"},
        {"until": "2026-03-02T13:00:00"},
        {"conditions": ["payment"]},
        {"conditions": ["payment tomorrow"]},
        {"conditions": ["goods 77-120 many"]},
        {"conditions": ["if the boss agrees"]},
        {"ratio": 0.5},
    ],
)
def test_what_cannot_be_read_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        normalised(wrong)


def test_a_part_and_what_the_rest_waits_for_read_as_a_sentence() -> None:
    given = {"amount": "40000 EUR", "lines": "10,20", "conditions": ["payment 12400 EUR"]}
    assert worded(normalised(given)) == (
        "40000 EUR of lines 10, 20 now, the rest after payment 12400 EUR"
    )
    assert worded(normalised({"conditions": ["document licence"]})) == "after document licence"
