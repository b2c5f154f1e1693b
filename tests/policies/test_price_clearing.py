"""What clears a price finding: the change clears it, the next step short of it does not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import settings as run
from hypothesis import strategies as st

from agent.review.verify.formula import compute
from policies.checks.price_mismatch import check
from policies.findings import CheckResult, Finding
from policies.settings import for_company, load_rules
from tests.builders import a_case
from tools.rows import Cell, Figure, Trail

SETTINGS = for_company(load_rules(), "C1")
Tables = dict[str, list[dict[str, Any]]]
PROMOTION = {"price_id": "P", "kind": "promotion", "sku": "SKU-1", "currency": "EUR", "uom": "EA"}


def tables(line: dict[str, Any], **others: list[dict[str, Any]]) -> Tables:
    return {"order_lines": [{"order_id": "SO-1", "line_no": 10, **line}], **others}


def judged(changes: Tables) -> CheckResult:
    return check(a_case(changes), SETTINGS)


def finding(changes: Tables, code: str) -> Finding | None:
    return next((f for f in judged(changes).findings if f.code == code), None)


def with_field(changes: Tables, field: str, value: Decimal) -> Tables:
    line = {**changes["order_lines"][0], field: str(value)}
    return {**changes, "order_lines": [line]}


def assert_smallest(changes: Tables, code: str, step: str) -> None:
    """The change clears the finding; a step back towards what stands there does not."""
    found = finding(changes, code)
    assert found is not None
    change = found.clears_when.change
    assert change is not None
    field, value = change["field"], Decimal(change["value"])
    stands = Decimal(str(changes["order_lines"][0].get(field, "10.00")))
    assert finding(with_field(changes, field, value), code) is None
    back = Decimal(step) if stands > value else -Decimal(step)
    assert finding(with_field(changes, field, value + back), code) is not None


@pytest.mark.parametrize(
    "line",
    [
        {"unit_price": "9.00"},
        {"unit_price": "11.00"},
        {"unit_price": "0"},
        {"unit_price": "12.00", "discount_pct": "50"},
        {"unit_price": "900", "price_per": "100"},
        {"unit_price": "100", "uom": "BOX", "price_uom": "BOX"},
        {"unit_price": "8.00", "ordered_qty": "1"},
        {"unit_price": "8.00", "ordered_qty": "3", "cancelled_qty": "2"},
        {"unit_price": "9.00", "ordered_qty": "20000"},
    ],
)
def test_the_nearest_price_within_the_tolerance_clears_a_difference(line: dict[str, Any]) -> None:
    assert_smallest(tables(line), "charged_differs", "0.01")


def test_a_price_with_tax_is_cleared_by_a_price_with_tax() -> None:
    order = {"order_id": "SO-1", "prices_include_tax": "true", "tax_rate": "19"}
    changes = tables({"unit_price": "10.00"}, orders=[order])
    assert_smallest(changes, "charged_differs", "0.01")


def test_where_no_cent_is_near_enough_a_finer_price_clears() -> None:
    changes = tables(
        {"unit_price": "0.02", "ordered_qty": "1000000"},
        prices=[{"price_id": "PR-1", "unit_price": "0.0145"}],
    )
    assert_smallest(changes, "charged_differs", "0.0001")


def test_a_full_discount_is_cleared_by_a_smaller_discount() -> None:
    changes = tables({"discount_pct": "100"})
    assert_smallest(changes, "charged_differs", "0.01")
    found = finding(changes, "charged_differs")
    assert found is not None
    assert "a discount of {value} or less" in found.clears_when.text.template


def test_a_price_of_nothing_with_a_full_discount_is_moved_by_no_field() -> None:
    found = finding(tables({"unit_price": "0", "discount_pct": "100"}), "charged_differs")
    assert found is not None
    assert found.clears_when.change is None


def test_a_price_of_another_rule_is_cleared_by_the_rule_that_ranks_before_it() -> None:
    changes = tables({"unit_price": "10.00"}, prices=[{**PROMOTION, "unit_price": "9.50"}])
    found = finding(changes, "matches_other_rule")
    assert found is not None
    assert found.clears_when.change is not None
    value = Decimal(found.clears_when.change["value"])
    assert judged(with_field(changes, "unit_price", value)).findings == []
    assert judged(with_field(changes, "unit_price", value + Decimal("0.01"))).findings != []


@pytest.mark.parametrize(
    "line",
    [
        {"unit_price": "6.50"},
        {"unit_price": "6.50", "discount_pct": "1"},
        {"unit_price": "70", "uom": "BOX", "price_uom": "BOX"},
        {"unit_price": "650", "price_per": "100"},
    ],
)
def test_the_smallest_price_that_leaves_the_floor_clears_it(line: dict[str, Any]) -> None:
    assert_smallest(tables(line), "below_margin_floor", "0.01")


def test_a_price_for_nothing_is_cleared_by_any_price() -> None:
    assert_smallest(tables({"unit_price": "0"}), "free_goods", "0.01")


@pytest.mark.parametrize("priority", [None, 3])
def test_a_tie_is_cleared_by_the_next_priority(priority: int | None) -> None:
    twins = [
        {**PROMOTION, "price_id": name, "unit_price": price, "priority": priority}
        for name, price in (("P", "8.00"), ("Q", "9.00"))
    ]
    found = finding(tables({"unit_price": "9.00"}, prices=twins), "ambiguous_price")
    assert found is not None
    change = found.clears_when.change
    assert change == {
        "kind": "row", "ref": "prices/Q", "field": "priority", "value": (priority or 0) + 1,
    }  # fmt: skip
    for value, left in ((change["value"], []), (change["value"] - 1, ["ambiguous_price"])):
        raised = [twins[0], {**twins[1], "priority": value}]
        after = judged(tables({"unit_price": "9.00"}, prices=raised))
        assert [f.code for f in after.findings] == left


# --- properties ------------------------------------------------------------------------------

PRICES = st.decimals("0.01", "99.99", places=2)
QUANTITIES = st.decimals("0.5", "5000", places=1)


@st.composite
def an_order(draw: st.DrawFn) -> Tables:
    """A line with any price, quantity, discount and tax against any list price."""
    line = {
        "unit_price": str(draw(PRICES)),
        "ordered_qty": str(draw(QUANTITIES)),
        "discount_pct": str(draw(st.sampled_from(["0", "3", "12.5", "33.33"]))),
        "price_per": draw(st.sampled_from([None, "1", "3", "100"])),
    }
    order = {
        "order_id": "SO-1",
        "prices_include_tax": draw(st.sampled_from(["true", "false"])),
        "tax_rate": draw(st.sampled_from(["0", "7", "19"])),
    }
    price = {"price_id": "PR-1", "unit_price": str(draw(PRICES)), "min_qty": None,
             "currency": draw(st.sampled_from(["EUR", "USD"]))}  # fmt: skip
    return tables(line, orders=[order], prices=[price])


@given(an_order())
@run(max_examples=60, deadline=None)
def test_every_difference_names_a_price_that_clears_it(changes: Tables) -> None:
    found = finding(changes, "charged_differs")
    assume(found is not None)
    assert found is not None
    change = found.clears_when.change
    assert change is not None
    cleared = with_field(changes, change["field"], Decimal(change["value"]))
    assert finding(cleared, "charged_differs") is None


def _numbers(figure: Figure) -> dict[str, list[Decimal]]:
    values: dict[str, list[Decimal]] = {}
    for source in figure.inputs:
        name = source.column if isinstance(source, Cell) else source.id.rsplit(".", 1)[-1]
        value = source.value
        number = Decimal(0) if value is None else Decimal(str(value))
        values.setdefault(name, []).append(number)
    return values


def _figures(result: CheckResult) -> Iterator[Figure]:
    trail = Trail()
    leaves = [*result.sections["price"][0].values(), result.shared["margin_loss"]]
    for found in result.findings:
        texts = (found.statement, found.clears_when.text)
        leaves += [*found.values.values(), *(v for t in texts for v in t.figures.values())]
    trail.add(leaf for leaf in leaves if isinstance(leaf, Cell | Figure))
    yield from trail.figures.values()


@given(an_order())
@run(max_examples=60, deadline=None)
def test_every_figure_computes_again_from_its_inputs(changes: Tables) -> None:
    for figure in _figures(judged(changes)):
        if not figure.formula.startswith("by rule: "):
            again = compute(figure.formula, _numbers(figure), figure.unit)
            assert abs(again - figure.number) < Decimal("1e-9"), figure.id
