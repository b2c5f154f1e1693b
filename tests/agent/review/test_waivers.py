"""A waiver covers one finding, up to a value and until a day, and hides nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.review.waivers import Waiver, covers, measured, split, values_hash
from policies.findings import Clearing, Finding, Sentence
from tools.rows import Figure

TODAY = date(2026, 3, 10)
MONEY = st.decimals(min_value="0.01", max_value="99999999", places=2)


def finding(code: str = "exposure_over_limit", cls: Any = "credit_hold", **changes: Any) -> Finding:
    excess = Figure("f.excess", Decimal("12400"), "EUR", "a - b")
    values = changes.pop("values", {"excess": excess, "owner": "x"})
    base = Finding(cls, code, Sentence("Over."), Clearing(Sentence("Pay.")), values=values)
    return replace(base, **changes)


def waiver(**changes: Any) -> Waiver:
    base = Waiver("D-1", "u.ann", "credit_hold", "exposure_over_limit", None, TODAY,
                  Decimal(15000), "EUR", "")  # fmt: skip
    return replace(base, **changes)


def over(amount: Decimal, unit: str = "EUR") -> Finding:
    return finding(values={"excess": Figure("f.excess", amount, unit, "a - b")})


def test_it_covers_the_finding_that_it_names() -> None:
    assert covers(waiver(), finding(), TODAY)


@given(MONEY, MONEY)
def test_it_ends_where_the_value_gets_worse_than_what_was_accepted(
    accepted: Decimal, now: Decimal
) -> None:
    assert covers(waiver(worst=accepted), over(now), TODAY) is (now <= accepted)


@given(st.decimals("-50", "50", places=2), st.decimals("-50", "50", places=2))
def test_a_margin_is_worse_the_lower_it_is(accepted: Decimal, now: Decimal) -> None:
    thin = finding("below_margin_floor", "price_mismatch",
                   values={"margin_pct": Figure("f", now, "percent", "a")})  # fmt: skip
    by = waiver(cls="price_mismatch", code="below_margin_floor", worst=accepted, unit="percent")
    assert covers(by, thin, TODAY) is (now >= accepted)


@given(st.integers(-30, 30))
def test_it_holds_through_its_last_day(days: int) -> None:
    by = waiver(until=TODAY + timedelta(days=days))
    assert covers(by, finding(), TODAY) is (days >= 0)


@pytest.mark.parametrize(
    "other",
    [
        finding(cls="stock_shortage"),
        finding("overdue", values={"overdue": Figure("f", Decimal(1), "EUR", "a")}),
        finding(line_no=10),
        over(Decimal(1), "USD"),
    ],
)
def test_it_covers_no_other_finding(other: Finding) -> None:
    assert not covers(waiver(), other, TODAY)


def test_compliance_is_never_waived() -> None:
    hit = finding("possible_match", "compliance_issue", values={})
    by = waiver(cls="compliance_issue", code="possible_match", worst=None, values=values_hash(hit))
    assert not covers(by, hit, TODAY)


def test_what_has_no_measure_is_waived_as_it_stands() -> None:
    held = finding("manual_hold", values={"manual_hold": "on"})
    by = waiver(code="manual_hold", worst=None, unit="", values=values_hash(held))
    assert measured(held) is None
    assert covers(by, held, TODAY)
    assert not covers(by, finding("manual_hold", values={"manual_hold": "off"}), TODAY)


def test_what_only_ages_does_not_end_it() -> None:
    def held(days: int) -> Finding:
        return finding("manual_hold", values={"age": Figure("f", Decimal(days), "days", "a")})

    by = waiver(code="manual_hold", worst=None, unit="", values=values_hash(held(3)))
    assert covers(by, held(4), TODAY)


def test_findings_are_parted_and_none_is_lost() -> None:
    found = [finding(), finding("short", "stock_shortage", line_no=20)]
    standing, waived = split(found, [waiver()], TODAY)
    assert (standing, [one.finding for one in waived]) == (found[1:], found[:1])
