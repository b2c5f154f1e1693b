"""price_mismatch: what is found, at which threshold, and what is said of it (P2-P4)."""

from __future__ import annotations

from typing import Any

import pytest

from policies.checks.price_mismatch import check
from policies.findings import CheckResult, Finding, Sentence
from policies.settings import Settings, for_company, load_rules
from tests.builders import a_case
from tools.rows import Cell, Figure, plain, rows_under

SETTINGS = for_company(load_rules(), "C1")
PROMOTION = {"price_id": "P", "kind": "promotion", "sku": "SKU-1", "currency": "EUR", "uom": "EA"}
CONTRACT = {**PROMOTION, "price_id": "C", "kind": "contract"}
OVERRIDE = {
    "override_id": "OV-1", "order_id": "SO-1", "line_no": 10, "old_price": "10.00",
    "new_price": "9.00", "currency": "EUR", "reason": "match competitor",
    "requested_by": "u.sales", "approved_by": "u.lead", "approval_id": "AP-1",
    "at": "2026-02-27T10:05:00+01:00",
}  # fmt: skip
APPROVAL = {
    "approval_id": "AP-1", "order_id": "SO-1", "line_no": 10, "order_version": 1,
    "action": "change_price", "amount": "100", "currency": "EUR", "requested_by": "u.sales",
    "approved_by": "u.lead", "role": "sales_operations", "decision": "approved",
    "decided_at": "2026-02-27T11:00:00+01:00",
}  # fmt: skip


def judged(
    line: dict[str, Any] | None = None,
    *,
    settings: Settings = SETTINGS,
    absent: tuple[str, ...] = (),
    **tables: list[dict[str, Any]],
) -> CheckResult:
    changes: dict[str, list[dict[str, Any]]] = dict(tables)
    if line is not None:
        changes["order_lines"] = [{"order_id": "SO-1", "line_no": 10, **line},
                                  *changes.get("order_lines", [])]  # fmt: skip
    case = a_case(changes, absent=absent, conventions=settings.conventions())
    return check(case, settings)


def codes(result: CheckResult) -> list[str]:
    return [finding.code for finding in result.findings]


def said(sentence: Sentence) -> str:
    """The sentence with its values in plain form."""
    return sentence.template.format(**{k: plain(v.value) for k, v in sentence.figures.items()})


def cited(finding: Finding) -> set[str]:
    bound = [v for v in finding.values.values() if isinstance(v, Cell | Figure)]
    sources = [*bound, *finding.statement.figures.values(), *finding.citations]
    return {row.ref for row in rows_under(sources)}


def section(result: CheckResult, name: str) -> object:
    value = result.sections["price"][0][name]
    return plain(value.value) if isinstance(value, Cell | Figure) else value


def by(**changes: Any) -> Settings:
    price = {**SETTINGS.price.model_dump(), **changes}
    return Settings.model_validate({**SETTINGS.model_dump(), "price": price})


# --- P2 --------------------------------------------------------------------------------------


def test_the_clean_order_has_no_finding() -> None:
    result = judged()
    assert (codes(result), result.not_known, result.notes) == ([], [], [])


def test_charging_less_than_the_list_is_undercharged() -> None:
    finding = judged({"unit_price": "9.00"}).findings[0]
    assert finding.values["direction"] == "undercharged"
    assert said(finding.statement) == (
        "Line 10, SKU-1, is undercharged: 9 against 10 by PR-1; the difference is -1 per unit and "
        "-100 for the line, by the order date 2026-02-27."
    )
    assert {"prices/PR-1", "order_lines/SO-1/10"} <= cited(finding)


def test_charging_more_than_the_list_is_overcharged() -> None:
    finding = judged({"unit_price": "11.00"}).findings[0]
    assert finding.values["direction"] == "overcharged"
    assert " is overcharged: 11 against 10" in said(finding.statement)


@pytest.mark.parametrize(
    ("price", "quantity", "found"),
    [
        ("9.95", "100", False), ("9.94", "100", True),  # 0.5 % of 1,000.00 is 5.00
        ("10.05", "100", False), ("10.06", "100", True),
        ("9.00", "1", False), ("8.99", "1", True),  # 1.00 at least
        ("9.95", "5000", False), ("9.9499", "5000", True),  # 250.00 at most
        ("9.96", "10000", True), ("9.975", "10000", False),
    ],
)  # fmt: skip
def test_the_tolerance_is_the_amount_or_the_share_up_to_the_cap(
    price: str, quantity: str, found: bool
) -> None:
    result = judged({"unit_price": price, "ordered_qty": quantity})
    assert codes(result) == (["charged_differs"] if found else [])


def test_the_tolerances_are_settings() -> None:
    assert codes(judged({"unit_price": "9.00"}, settings=by(tolerance_pct=10))) == []
    assert codes(judged({"unit_price": "9.00"}, settings=by(tolerance_amount=100))) == []
    tight = by(tolerance_amount=0, tolerance_pct=0)
    assert codes(judged({"unit_price": "9.99"}, settings=tight)) == ["charged_differs"]


def test_tax_in_the_price_is_no_difference() -> None:
    order = {"order_id": "SO-1", "prices_include_tax": "true", "tax_rate": "19"}
    assert codes(judged({"unit_price": "11.90"}, orders=[order])) == []


def test_a_price_of_another_row_in_force_matches_that_rule_and_is_low() -> None:
    promotion = {**PROMOTION, "unit_price": "9.50"}
    result = judged({"unit_price": "10.00"}, prices=[promotion])
    finding = result.findings[0]
    assert (finding.code, finding.severity) == ("matches_other_rule", "low")
    assert {"prices/P", "prices/PR-1"} <= cited(finding)
    assert finding.values["other_rule"] is not None
    assert section(result, "other_rules") == ["PR-1"]


def test_a_discount_that_would_be_typed_alike_matches_the_other_rule() -> None:
    contract = {**CONTRACT, "unit_price": "8.00"}
    promotion = {**PROMOTION, "discount_pct": "33.3333"}
    assert codes(judged({"unit_price": "6.67"}, prices=[contract, promotion])) == [
        "matches_other_rule"
    ]


@pytest.mark.parametrize(
    "window", [{"valid_to": "2026-02-26"}, {"valid_from": "2026-02-28"}]
)  # fmt: skip
def test_a_price_of_a_row_out_of_date_names_that_row(window: dict[str, str]) -> None:
    old = {**PROMOTION, "unit_price": "9.00", **window}
    result = judged({"unit_price": "9.00"}, prices=[old])
    finding = result.findings[0]
    assert (finding.code, finding.values["cause"]) == ("charged_differs", "expired_rule")
    assert "prices/P" in cited(finding)
    assert section(result, "expired_rule") == "P"


@pytest.mark.parametrize(
    ("basis", "found"), [("order", ["charged_differs"]), ("ship", [])]
)  # fmt: skip
def test_a_promotion_counts_by_the_date_that_it_names(basis: str, found: list[str]) -> None:
    """B26b, P06: ordered before the window, shipped within it; the date used is said."""
    window = {"valid_from": "2026-03-05", "valid_to": "2026-03-05", "date_basis": basis}
    result = judged({"unit_price": "9.00"}, prices=[{**PROMOTION, "unit_price": "9.00", **window}])
    assert codes(result) == found
    used = {"order": ("order", "2026-02-27"), "ship": ("ship", "2026-03-05")}[basis]
    assert (section(result, "date_basis"), section(result, "date_used")) == used


def test_rows_that_rank_alike_are_ambiguous_and_nothing_else_is_claimed() -> None:
    twins = [
        {**CONTRACT, "unit_price": "8.00"},
        {**CONTRACT, "price_id": "D", "unit_price": "9.00"},
    ]
    result = judged({"unit_price": "7.00"}, prices=twins)
    finding = result.findings[0]
    assert codes(result) == ["ambiguous_price"]
    assert finding.severity == "low"
    assert {"prices/C", "prices/D"} <= cited(finding)
    assert (section(result, "expected"), section(result, "difference")) == (None, None)


# --- P3 --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cost", "found"), [("9.00", []), ("9.01", ["below_margin_floor"])])
def test_a_margin_at_the_floor_does_not_break_it(cost: str, found: list[str]) -> None:
    result = judged(products=[{"sku": "SKU-1", "unit_cost": cost}])
    assert codes(result) == found
    assert result.shared["below_floor"] is bool(found)


def test_a_margin_that_divides_without_end_is_at_the_floor() -> None:
    """Cost 6.00, price 20/3: the margin is 10 % exactly."""
    line = {"unit_price": "20.00", "price_per": "3"}
    assert codes(judged(line, prices=[{"price_id": "PR-1", "unit_price": "6.66667"}])) == []


def test_a_broken_floor_belongs_to_finance() -> None:
    finding = judged(products=[{"sku": "SKU-1", "unit_cost": "9.50"}]).findings[0]
    assert finding.values["owner"] == "finance"
    assert "the margin 5 is below the floor 10: net price 10, unit cost 9.5" in said(
        finding.statement
    )
    assert "products/SKU-1" in cited(finding)


def test_the_floor_may_differ_by_product_group() -> None:
    cost = [{"sku": "SKU-1", "unit_cost": "9.50"}]
    assert codes(judged(products=cost, settings=by(margin_floor_pct_by_group={"DRINKS": 5}))) == []
    strict = by(margin_floor_pct_by_group={"DRINKS": 41})
    assert codes(judged(settings=strict)) == ["below_margin_floor"]


def test_without_a_cost_only_the_margin_is_not_known() -> None:
    result = judged(products=[{"sku": "SKU-1", "unit_cost": None}])
    assert (codes(result), result.not_known) == ([], [])
    assert [note.code for note in result.notes] == ["no_cost"]
    assert section(result, "margin_pct") is None


def test_goods_for_nothing_are_found() -> None:
    result = judged({"unit_price": "0"})
    assert codes(result) == ["charged_differs", "free_goods"]
    assert result.shared["below_floor"] is True


def test_goods_for_nothing_by_discount_are_found() -> None:
    assert "free_goods" in codes(judged({"discount_pct": "100"}))


@pytest.mark.parametrize("gift", [{"unit_price": "0"}, {"discount_pct": "100"}])
def test_free_goods_of_a_promotion_are_wanted(gift: dict[str, str]) -> None:
    line = {"unit_price": "0", "price_source": "promotion"}
    assert codes(judged(line, prices=[{**PROMOTION, **gift}])) == []


def test_a_list_price_of_nothing_does_not_want_free_goods() -> None:
    result = judged({"unit_price": "0"}, prices=[{"price_id": "PR-1", "unit_price": "0"}])
    assert codes(result) == ["free_goods"]


def test_lines_entered_as_free_goods_are_wanted() -> None:
    assert codes(judged({"unit_price": "0", "fulfilment": "free_goods"})) == []


# --- P4 and what is not known ----------------------------------------------------------------


def test_without_a_matching_row_there_is_no_price_on_file() -> None:
    result = judged(prices=[{"price_id": "PR-1", "valid_to": "2026-01-31"}])
    assert codes(result) == []
    assert result.not_known[0].missing == ("prices",)
    assert "no price on file" in result.not_known[0].why


def test_without_the_prices_table_the_class_is_not_known() -> None:
    result = judged(absent=("prices",))
    assert [u.check for u in result.not_known] == ["price_mismatch"]
    assert section(result, "charged") == "10"


def test_without_the_prices_table_a_broken_floor_is_still_found() -> None:
    result = judged(products=[{"sku": "SKU-1", "unit_cost": "9.50"}], absent=("prices",))
    assert codes(result) == ["below_margin_floor"]
    assert result.not_known


def test_an_empty_unit_price_is_not_known() -> None:
    result = judged({"unit_price": None})
    assert codes(result) == []
    assert result.not_known[0].missing == ("order_lines.unit_price",)


@pytest.mark.parametrize("row", [{"uom": "PAL"}, {"currency": "GBP"}, {"uom": None}])
def test_a_row_that_cannot_be_converted_is_not_known(row: dict[str, Any]) -> None:
    result = judged({"unit_price": "9.00"}, prices=[{"price_id": "PR-1", **row}])
    assert (codes(result), len(result.not_known)) == ([], 1)


def test_a_finding_of_one_line_stays_beside_a_gap_of_another() -> None:
    other = {"order_id": "SO-1", "line_no": 20, "sku": "SKU-2", "uom": "EA", "ordered_qty": "1"}
    result = judged({"unit_price": "9.00"}, order_lines=[other])
    assert (codes(result), len(result.not_known)) == (["charged_differs"], 1)


def test_many_gaps_are_said_in_short() -> None:
    lines = [
        {"order_id": "SO-1", "line_no": n, "sku": "SKU-1", "uom": "EA", "ordered_qty": "1"}
        for n in (20, 30, 40, 50)
    ]
    result = judged(order_lines=lines)
    assert len(result.not_known) == 1
    assert result.not_known[0].why.endswith("and further lines")


# --- overrides -------------------------------------------------------------------------------


def test_an_approved_override_explains_the_difference() -> None:
    result = judged({"unit_price": "9.00"}, price_overrides=[OVERRIDE], approvals=[APPROVAL])
    assert codes(result) == []
    assert section(result, "difference") == "-1"
    assert result.shared["margin_loss"] is None


@pytest.mark.parametrize(
    ("override", "approval"),
    [
        ({"approved_by": None}, {}),
        ({"approved_by": "u.sales"}, {}),
        ({"new_price": "9.10"}, {}),
        ({}, {"decision": "pending"}),
        ({}, {"amount": "99.99"}),
        ({}, {"approved_by": "u.sales"}),
        ({}, {"expires_at": "2026-03-02T09:00:00+01:00"}),
    ],
)
def test_an_override_without_a_sound_approval_explains_nothing(
    override: dict[str, Any], approval: dict[str, Any]
) -> None:
    result = judged(
        {"unit_price": "9.00"},
        price_overrides=[{**OVERRIDE, **override}],
        approvals=[{**APPROVAL, **approval}],
    )
    assert codes(result) == ["charged_differs"]
    assert "price_overrides/OV-1" in cited(result.findings[0])
    assert section(result, "override") == "OV-1"


def test_below_the_floor_only_finance_can_explain_an_override() -> None:
    cost = [{"sku": "SKU-1", "unit_cost": "8.50"}]
    staff = {"user_id": "u.fin", "roles": "finance", "company_id": "C1", "approval_limit": "1000",
             "currency": "USD"}  # fmt: skip
    for signer, found in (("u.lead", ["charged_differs", "below_margin_floor"]),
                          ("u.fin", ["below_margin_floor"])):  # fmt: skip
        result = judged(
            {"unit_price": "9.00"},
            products=cost,
            staff=[staff],
            price_overrides=[{**OVERRIDE, "approved_by": signer}],
            approvals=[{**APPROVAL, "approved_by": signer}],
        )
        assert codes(result) == found


def test_an_override_at_the_expected_price_needs_nothing() -> None:
    result = judged(price_overrides=[{**OVERRIDE, "new_price": "10.00", "approved_by": None}])
    assert codes(result) == []


def test_an_override_that_cannot_be_judged_is_not_known_and_not_clear() -> None:
    result = judged(
        {"unit_price": "9.00"}, price_overrides=[OVERRIDE], approvals=[APPROVAL], absent=("staff",)
    )
    assert codes(result) == ["charged_differs"]
    assert result.not_known[0].missing == ("staff",)


# --- section and shared ----------------------------------------------------------------------


def test_every_line_has_an_entry_in_the_section() -> None:
    result = judged()
    assert section(result, "line_no") == 10
    assert section(result, "rule") == "PR-1"
    assert section(result, "rule_name") == "List 2026"
    assert section(result, "margin_pct") == "40"
    assert section(result, "floor_pct") == "10"
    assert section(result, "unit") == "EUR per EA"


def test_the_margin_loss_adds_up_undercharged_lines() -> None:
    lines = [
        {"order_id": "SO-1", "line_no": n, "sku": "SKU-1", "uom": "EA", "ordered_qty": "10",
         "unit_price": price} for n, price in ((20, "8.00"), (30, "12.00"))
    ]  # fmt: skip
    loss = judged({"unit_price": "9.00"}, order_lines=lines).shared["margin_loss"]
    assert (loss.number, loss.unit, loss.formula) == (120, "EUR", "sum(given_up)")


def test_a_line_without_a_product_hides_no_finding_of_another_line() -> None:
    blank = {"order_id": "SO-1", "line_no": 20, "sku": "", "ordered_qty": "1", "unit_price": "1"}
    wrong = {"order_id": "SO-1", "line_no": 10, "unit_price": "11.00"}
    result = judged(None, order_lines=[wrong, blank])
    assert [(f.code, f.line_no) for f in result.findings] == [("charged_differs", 10)]
    assert [unknown.missing for unknown in result.not_known] == [("products",)]
