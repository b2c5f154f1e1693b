"""Facts that other checks read of a price: overrides, discounts beyond the rule, judged lines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import a_case
from tools.pricing import expected_price, priced_lines
from tools.pricing_facts import PriceFacts
from tools.rows import Figure, plain

OVERRIDE = {
    "override_id": "OV-1", "order_id": "SO-1", "line_no": 10, "old_price": "10.00",
    "new_price": "9.00", "currency": "EUR", "requested_by": "u.sales",
    "at": "2026-02-27T10:05:00+01:00",
}  # fmt: skip


def facts(
    line: dict[str, Any] | None = None,
    override: dict[str, Any] | None = None,
    **tables: list[dict[str, Any]],
) -> PriceFacts:
    changes = {"order_lines": [{"order_id": "SO-1", "line_no": 10, **(line or {})}], **tables}
    if override is not None:
        changes["price_overrides"] = [{**OVERRIDE, **override}]
    case = a_case(changes)
    return expected_price(case, case.lines[0])


def shown(figure: Figure | None) -> object:
    return None if figure is None else plain(figure.value)


# --- overrides -------------------------------------------------------------------------------


def test_the_newest_override_of_the_line_counts() -> None:
    newer = {**OVERRIDE, "override_id": "OV-0", "at": "2026-02-28T10:00:00+01:00"}
    found = facts(price_overrides=[OVERRIDE, newer]).override
    assert found is not None
    assert found["override_id"] == "OV-0"


def test_an_override_after_the_moment_is_not_seen() -> None:
    assert facts(override={"at": "2026-03-02T09:00:01+01:00"}).override is None


def test_an_override_of_the_whole_order_counts_where_none_names_the_line() -> None:
    assert facts(override={"line_no": None}).override is not None


def test_an_override_of_another_line_is_another_matter() -> None:
    assert facts(override={"line_no": 20}).override is None


@pytest.mark.parametrize(
    ("line", "override", "same"),
    [
        ({"unit_price": "9.00"}, {}, True),
        ({"unit_price": "9.01"}, {}, False),
        ({"unit_price": "10.00", "discount_pct": "10"}, {}, True),
        ({"unit_price": "9.00", "discount_pct": "10"}, {}, False),
        ({"unit_price": "9.00", "price_per": "10"}, {}, True),
        ({"unit_price": "9.00"}, {"currency": "USD"}, False),
        ({"unit_price": "9.00"}, {"new_price": None}, False),
        ({"unit_price": None}, {}, False),
    ],
)
def test_an_override_is_charged_when_the_line_states_its_price(
    line: dict[str, Any], override: dict[str, Any], same: bool
) -> None:
    assert facts(line, override).override_is_charged is same


@pytest.mark.parametrize(("price", "needs"), [("9.00", True), ("10.00", False)])
def test_an_override_at_the_expected_price_needs_nothing(price: str, needs: bool) -> None:
    assert facts(override={"new_price": price}).override_needs_approval is needs


def test_without_an_override_nothing_needs_approval() -> None:
    assert not facts().override_needs_approval


# --- given up, discount ----------------------------------------------------------------------


def test_the_margin_given_up_is_the_undercharged_line() -> None:
    assert shown(facts({"unit_price": "9.00"}).margin_given_up) == "100"


def test_an_overcharged_line_gives_nothing_up() -> None:
    assert shown(facts({"unit_price": "11.00"}).margin_given_up) == "0"


def test_without_a_rule_the_old_price_of_the_override_is_the_measure() -> None:
    no_rule = [{"price_id": "PR-1", "valid_to": "2026-01-31"}]
    assert shown(facts({"unit_price": "9.00"}, {}, prices=no_rule).margin_given_up) == "100"


@pytest.mark.parametrize(
    ("price", "discount", "beyond"),
    [("10.00", "20", "20"), ("12.50", "20", "0"), ("11.00", "20", "10.9"), ("9.00", "20", "20"),
     ("10.00", None, None), ("10.00", "-5", "0")],
)  # fmt: skip
def test_a_discount_counts_as_far_as_it_goes_beyond_the_rule(
    price: str, discount: str | None, beyond: str | None
) -> None:
    found = facts({"unit_price": price, "discount_pct": discount}).discount_beyond
    assert (None if found is None else str(shown(found))[:4]) == beyond


def test_a_discount_that_the_promotion_gives_is_not_beyond_it() -> None:
    promotion = {"price_id": "P", "kind": "promotion", "sku": "SKU-1", "discount_pct": "20"}
    found = facts({"discount_pct": "20"}, prices=[promotion]).discount_beyond
    assert shown(found) == "0"


def test_without_a_rule_the_whole_discount_counts() -> None:
    no_rule = [{"price_id": "PR-1", "valid_to": "2026-01-31"}]
    assert shown(facts({"discount_pct": "20"}, prices=no_rule).discount_beyond) == "20"


# --- which lines -----------------------------------------------------------------------------


def line(line_no: int, **columns: Any) -> dict[str, Any]:
    plain_line = {"sku": "SKU-1", "uom": "EA", "ordered_qty": "1", "unit_price": "10.00"}
    return {"order_id": "SO-1", "line_no": line_no, **plain_line, **columns}


def judged(*lines: dict[str, Any]) -> list[object]:
    return [row["line_no"] for row in priced_lines(a_case({"order_lines": list(lines)}))]


def test_a_line_that_is_all_cancelled_is_not_judged() -> None:
    assert judged(line(20, cancelled_qty="1")) == [10]


def test_a_shipped_line_is_judged() -> None:
    assert judged(line(20, shipped_qty="1", invoiced_qty="1")) == [10, 20]


@pytest.mark.parametrize("fulfilment", ["text", "kit_header"])
def test_a_text_or_kit_header_without_a_price_is_not_judged(fulfilment: str) -> None:
    assert judged(line(20, fulfilment=fulfilment, unit_price=None)) == [10]
    assert judged(line(20, fulfilment=fulfilment)) == [10, 20]


def test_parts_of_a_kit_are_priced_at_its_header() -> None:
    header = line(20, fulfilment="kit_header", unit_price="99.00")
    part = line(30, parent_line_no=20, unit_price="0")
    assert judged(header, part) == [10, 20]
    assert judged({**header, "unit_price": "0"}, part) == [10, 30]
    assert judged({**header, "fulfilment": "stock"}, part) == [10, 20, 30]


def test_a_line_without_a_quantity_is_judged_and_its_price_is_not_known() -> None:
    found = facts({"ordered_qty": None})
    assert found.quantity is None
    assert found.gaps[0].missing == ("order_lines.ordered_qty",)


def test_free_goods_at_no_price_are_expected_at_none() -> None:
    found = facts({"fulfilment": "free_goods", "unit_price": "0"})
    assert (shown(found.expected), found.gaps) == ("0", ())
