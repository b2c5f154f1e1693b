"""K1-K4 and their fine print: parties, licences, ages, VAT ids."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.checks.compliance_issue import check
from policies.checks.compliance_vat import EU_COUNTRIES
from policies.settings import Settings
from tests.builders import AS_OF, Rows, a_case
from tests.policies.proving import SETTINGS, after, cited, codes, problems, settings, the

LISTS = settings("compliance", required_lists=["EU-CFSP", "OFAC"])


def found(tables: dict[str, Rows], rules: Settings = SETTINGS, **more: Any) -> list[str]:
    return codes(check(a_case(tables, **more), rules))


def screening(number: int, **values: str) -> dict[str, str]:
    """A check of CU-1 against EU-CFSP, clear; its number may be that of an existing one."""
    base = {
        "check_id": f"CK-{number}", "kind": "denied_party", "customer_id": "CU-1",
        "list_name": "EU-CFSP", "list_version": "2026-02", "result": "clear",
        "checked_on": "2026-02-15", "valid_to": "2026-12-31",
    }  # fmt: skip
    return {**base, **values}


def screened(*rows: dict[str, str]) -> dict[str, Rows]:
    return {"compliance_checks": list(rows)}


# --- K1 --------------------------------------------------------------------------------------


def test_a_party_that_is_screened_clear_has_no_finding() -> None:
    assert found({}) == []


def test_without_the_table_the_class_is_not_known() -> None:
    result = check(a_case(absent=("compliance_checks",)), SETTINGS)
    assert [(u.check, u.missing) for u in result.not_known] == [
        ("compliance_issue", ("compliance_checks",))
    ]


@pytest.mark.parametrize(("column", "role"), [("bill_to_id", "bill-to"), ("ship_to_id", "ship-to")])
def test_every_party_that_differs_is_screened(column: str, role: str) -> None:
    tables = {
        "customers": [{"customer_id": "CU-9", "country": "DE"}],
        "orders": [{"order_id": "SO-1", column: "CU-9"}],
    }
    case = a_case(tables)
    finding = the(check(case, SETTINGS), "not_screened")
    assert finding.values["roles"] == role
    assert {"orders/SO-1", "customers/CU-9"} <= cited(finding)
    assert problems(case) == []


def test_a_ship_to_address_is_a_party_of_its_own() -> None:
    tables = {
        "ship_tos": [{"ship_to_id": "ST-1", "customer_id": "CU-1", "country": "DE"}],
        "orders": [{"order_id": "SO-1", "ship_to_id": "ST-1"}],
    }
    assert found(tables) == ["not_screened"]


def test_a_new_check_valid_on_the_ship_date_clears_and_a_day_less_does_not() -> None:
    case = a_case({"orders": [{"order_id": "SO-1", "bill_to_id": "CU-9"}]})
    change = the(check(case, SETTINGS), "not_screened").clears_when.change
    assert change is not None
    assert codes(check(after(case, change), SETTINGS)) == []
    short = {**change["values"], "valid_to": "2026-03-04"}
    assert codes(check(after(case, change, values=short), SETTINGS)) == ["screening_expired"]


def test_a_check_is_valid_on_its_last_day_and_expired_the_day_after() -> None:
    """The ship date is 5 March: the promise of the 6th less a working day of lead time."""
    assert found(screened(screening(1, valid_to="2026-03-05"))) == []
    assert found(screened(screening(1, valid_to="2026-03-04"))) == ["screening_expired"]


def test_the_latest_ship_date_of_the_open_lines_decides() -> None:
    lines = [{"order_id": "SO-1", "line_no": "20", "sku": "SKU-1", "uom": "EA", "ordered_qty": "1",
              "unit_price": "10", "ship_on": "2026-03-20"}]  # fmt: skip
    tables = {**screened(screening(1, valid_to="2026-03-19")), "order_lines": lines}
    assert found(tables) == ["screening_expired"]
    lines[0]["shipped_qty"] = "1"
    assert found(tables) == []


def test_a_ship_date_that_is_past_counts_as_today() -> None:
    tables = {
        **screened(screening(1, valid_to="2026-03-01")),
        "orders": [{"order_id": "SO-1", "ship_on": "2026-02-20"}],
    }
    assert found(tables) == ["screening_expired"]


def test_without_a_ship_date_an_end_to_come_is_not_known() -> None:
    tables: dict[str, Rows] = {
        "orders": [{"order_id": "SO-1", "requested_on": "", "promised_on": ""}]
    }
    result = check(a_case(tables), SETTINGS)
    assert codes(result) == []
    assert result.not_known[0].missing == ("orders.ship_on",)
    endless = {**tables, **screened(screening(1, valid_to=""))}
    assert check(a_case(endless), SETTINGS).not_known == []


def test_a_check_older_than_the_allowed_age_is_expired() -> None:
    """Checked on 15 February, 15 days before 2 March."""
    assert found({}, settings("compliance", screening_max_age_days=15)) == []
    rules = settings("compliance", screening_max_age_days=14)
    finding = the(check(a_case(), rules), "screening_expired")
    assert "max_age" in finding.values


def test_a_possible_match_names_list_version_and_date_and_cites_the_check() -> None:
    case = a_case(screened(screening(1, result="possible")))
    finding = the(check(case, SETTINGS), "possible_match")
    assert finding.severity == "medium"
    assert {"list", "version", "checked_on", "result"} <= set(finding.values)
    assert "compliance_checks/CK-1" in cited(finding)
    assert problems(case) == []


def test_a_possible_match_is_clear_once_compliance_cleared_it() -> None:
    case = a_case(screened(screening(1, result="possible")))
    change = the(check(case, SETTINGS), "possible_match").clears_when.change
    assert change is not None
    assert change["value"] == "u.comp"
    assert codes(check(after(case, change), SETTINGS)) == []


@pytest.mark.parametrize("user", ["u.sales", "u.credit", "u.nobody"])
def test_a_match_cleared_without_the_role_is_not_clear(user: str) -> None:
    assert found(screened(screening(1, result="possible", cleared_by=user))) == ["possible_match"]


def test_whoever_created_the_order_cannot_clear_its_match() -> None:
    tables = {
        **screened(screening(1, result="possible", cleared_by="u.comp")),
        "orders": [{"order_id": "SO-1", "created_by": "u.other"}],
        "staff": [
            {"user_id": "u.comp", "person_id": "P-1"}, {"user_id": "u.other", "person_id": "P-1"}
        ],
    }  # fmt: skip
    assert found(tables) == ["possible_match"]


def test_without_a_staff_table_a_match_cannot_be_shown_clear() -> None:
    tables = screened(screening(1, result="possible", cleared_by="u.comp"))
    assert found(tables, absent=("staff",)) == ["possible_match"]


def test_a_cleared_match_expires_like_any_check() -> None:
    row = screening(1, result="possible", cleared_by="u.comp", valid_to="2026-03-04")
    assert found(screened(row)) == ["screening_expired"]


def test_nobody_overrides_a_hit() -> None:
    case = a_case(screened(screening(1, result="hit", cleared_by="u.comp")))
    finding = the(check(case, SETTINGS), "hit")
    assert finding.severity == "high"
    assert finding.clears_when.change is None
    assert problems(case) == []


def test_a_pending_check_clears_with_its_result() -> None:
    case = a_case(screened(screening(1, result="pending")))
    finding = the(check(case, SETTINGS), "pending")
    assert codes(check(after(case, finding.clears_when.change), SETTINGS)) == []


def test_the_newest_check_of_a_list_counts() -> None:
    hit = screening(9, result="hit", checked_on="2026-02-10")
    assert found(screened(hit)) == []
    assert found(screened({**hit, "checked_on": "2026-02-16"})) == ["hit"]


def test_of_equally_old_checks_the_worst_counts() -> None:
    assert found(screened(screening(9, result="pending"))) == ["pending"]


def test_a_check_made_after_today_is_not_seen() -> None:
    assert found(screened(screening(1, checked_on="2026-03-03"))) == ["not_screened"]
    assert found(screened(screening(1, checked_on="2026-03-02"))) == []


def test_without_required_lists_an_expired_list_beside_a_clear_one_is_no_finding() -> None:
    old = screening(9, list_name="OFAC", valid_to="2026-01-31")
    assert found(screened(old)) == []
    assert found(screened(old, screening(1, valid_to="2026-01-31"))) == ["screening_expired"] * 2


def test_a_hit_on_any_list_counts_beside_a_clear_one() -> None:
    assert found(screened(screening(9, list_name="OFAC", result="hit"))) == ["hit"]


def test_every_required_list_is_named_until_a_check_of_it_is_there() -> None:
    case = a_case()
    finding = the(check(case, LISTS), "list_missing")
    wanted = finding.values["list"]
    assert getattr(wanted, "value", None) == "OFAC"
    assert codes(check(after(case, finding.clears_when.change), LISTS)) == []


def test_a_required_list_that_expired_is_expired_whatever_the_others_say() -> None:
    old = screening(9, list_name="OFAC", valid_to="2026-01-31")
    assert found(screened(old), LISTS) == ["screening_expired"]


def test_a_list_that_is_not_required_may_expire() -> None:
    rows = [screening(9, list_name="OFAC"), screening(8, list_name="UN", valid_to="2026-01-31")]
    assert found(screened(*rows), LISTS) == []


def test_an_empty_result_is_not_known() -> None:
    result = check(a_case(screened(screening(1, result=""))), SETTINGS)
    assert [u.missing for u in result.not_known] == [("compliance_checks.result",)]


# --- K2, K3 ----------------------------------------------------------------------------------

ALCOHOL = {"products": [{"sku": "SKU-1", "restricted_class": "ALCOHOL"}]}
ADULT = {"products": [{"sku": "SKU-1", "min_age": "18"}]}


def licence(number: int = 7, **values: str) -> dict[str, str]:
    base = {
        "check_id": f"CK-{number}", "kind": "licence", "customer_id": "CU-1", "result": "clear",
        "checked_on": "2026-01-10", "valid_to": "2026-12-31", "licence_no": f"L-{number}",
    }  # fmt: skip
    return {**base, **values}


def licensed(*rows: dict[str, str], **more: Rows) -> dict[str, Rows]:
    return {**ALCOHOL, "compliance_checks": list(rows), **more}


def test_a_restricted_product_without_a_licence_cites_the_product() -> None:
    case = a_case(ALCOHOL)
    finding = the(check(case, SETTINGS), "licence_missing")
    assert finding.line_no == 10
    assert "products/SKU-1" in cited(finding)
    assert codes(check(after(case, finding.clears_when.change), SETTINGS)) == []
    assert problems(case) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"sku": "SKU-1"}, []),
        ({"sku": "SKU-2"}, ["licence_missing"]),
        ({"customer_id": "CU-2"}, ["licence_missing"]),
        ({"kind": "trade_licence"}, ["licence_missing"]),
        ({"valid_to": ""}, []),
        ({"valid_to": "2026-03-05"}, []),
        ({"valid_to": "2026-03-04"}, ["licence_expired"]),
        ({"result": "pending"}, ["pending"]),
        ({"result": "possible"}, ["possible_match"]),
        ({"result": "possible", "cleared_by": "u.comp"}, []),
        ({"result": "hit"}, ["hit"]),
        ({"licence_qty_left": "100"}, []),
        ({"licence_qty_left": "99.5"}, ["licence_quantity"]),
    ],
)
def test_a_licence_counts_by_party_product_result_date_and_quantity(
    change: dict[str, str], expected: list[str]
) -> None:
    case = a_case(licensed(licence(**change)))
    assert codes(check(case, SETTINGS)) == expected
    assert problems(case) == []


def test_a_licence_of_the_ship_to_is_enough() -> None:
    tables = licensed(
        licence(customer_id="CU-2"), orders=[{"order_id": "SO-1", "ship_to_id": "CU-2"}]
    )
    assert found(tables) == []


def test_a_licence_satisfies_whatever_the_others_say() -> None:
    assert found(licensed(licence(8, result="pending"), licence(9))) == []


def test_the_newest_check_of_a_licence_number_counts() -> None:
    newer = licence(8, licence_no="L-7", result="hit", checked_on="2026-02-01")
    assert found(licensed(licence(7), newer)) == ["hit"]


def test_what_the_licence_lacks_is_the_change_and_a_unit_less_is_not_enough() -> None:
    case = a_case(licensed(licence(licence_qty_left="40")))
    change = the(check(case, SETTINGS), "licence_quantity").clears_when.change
    assert change is not None
    assert change["value"] == "100"
    assert codes(check(after(case, change), SETTINGS)) == []
    assert codes(check(after(case, change, value="99"), SETTINGS)) == ["licence_quantity"]


def test_quantities_are_summed_over_the_order_in_base_units() -> None:
    boxes = {"order_id": "SO-1", "line_no": "20", "sku": "SKU-1", "uom": "BOX", "ordered_qty": "2",
             "unit_price": "120"}  # fmt: skip
    enough = licensed(licence(licence_qty_left="124"), order_lines=[boxes])
    assert found(enough) == []
    short = licensed(licence(licence_qty_left="123"), order_lines=[boxes])
    assert found(short) == ["licence_quantity"] * 2


def other_order(**values: str) -> dict[str, Rows]:
    order = {"order_id": "SO-0", "customer_id": "CU-1", "company_id": "C1", "status": "open",
             "currency": "EUR", "ordered_at": "2026-02-26T10:00:00+01:00", "site_id": "D01",
             "promised_on": "2026-03-06"}  # fmt: skip
    line = {"order_id": "SO-0", "line_no": "10", "sku": "SKU-1", "uom": "EA", "ordered_qty": "50",
            "shipped_qty": "20", "unit_price": "10"}  # fmt: skip
    return {"orders": [{**order, **values}], "order_lines": [line]}


@pytest.mark.parametrize(
    ("change", "draws"),
    [
        ({}, True),
        ({"ordered_at": "2026-02-28T10:00:00+01:00"}, False),
        ({"status": "draft"}, False),
        ({"customer_id": "CU-2"}, False),
        ({"customer_id": "CU-2", "ship_to_id": "CU-1"}, True),
    ],
)
def test_earlier_confirmed_orders_draw_on_the_licence_first(
    change: dict[str, str], draws: bool
) -> None:
    for left, expected in (("130", []), ("129", ["licence_quantity"] if draws else [])):
        tables = licensed(licence(licence_qty_left=left), **other_order(**change))
        assert found(tables) == expected


def test_a_line_that_is_shipped_needs_no_licence() -> None:
    lines = [{"order_id": "SO-1", "line_no": "10", "shipped_qty": "100"}]
    assert found({**ALCOHOL, "order_lines": lines}) == []


@pytest.mark.parametrize("kind", ["age", "trade_licence"])
def test_an_age_or_a_trade_licence_is_enough_for_a_minimum_age(kind: str) -> None:
    assert found({**ADULT, "compliance_checks": [licence(kind=kind)]}) == []


def test_a_minimum_age_without_a_check_and_with_an_expired_one() -> None:
    case = a_case(ADULT)
    finding = the(check(case, SETTINGS), "age_missing")
    assert codes(check(after(case, finding.clears_when.change), SETTINGS)) == []
    assert problems(case) == []
    old = licence(kind="age", valid_to="2026-03-04")
    assert found({**ADULT, "compliance_checks": [old]}) == ["age_expired"]


# --- K4 --------------------------------------------------------------------------------------


def abroad(country: str, **order: str) -> dict[str, Rows]:
    return {
        "customers": [{"customer_id": "CU-1", "country": country}],
        "orders": [{"order_id": "SO-1", **order}],
    }


def vat(**values: str) -> Rows:
    return [{"check_id": "CK-7", "kind": "vat_id", "customer_id": "CU-1", "result": "clear",
             "checked_on": "2026-01-10", **values}]  # fmt: skip


def test_an_untaxed_order_to_another_member_state_needs_a_vat_id() -> None:
    case = a_case(abroad("FR"))
    finding = the(check(case, SETTINGS), "vat_id_invalid")
    assert {"sites/D01", "customers/CU-1"} <= cited(finding)
    assert codes(check(after(case, finding.clears_when.change), SETTINGS)) == []
    assert problems(case) == []


@pytest.mark.parametrize("country", ["DE", "CH", "GB", "US"])
def test_the_same_country_or_one_outside_the_eu_needs_none(country: str) -> None:
    assert found(abroad(country)) == []


def test_a_taxed_order_needs_none() -> None:
    assert found(abroad("FR", tax_rate="19")) == []


def test_a_tax_rate_of_the_line_comes_before_the_orders() -> None:
    lines = [{"order_id": "SO-1", "line_no": "10", "tax_rate": "0"}]
    assert found({**abroad("FR", tax_rate="19"), "order_lines": lines}) == ["vat_id_invalid"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [({}, []), ({"valid_to": "2026-03-05"}, []), ({"valid_to": "2026-03-04"}, ["vat_id_invalid"]),
     ({"result": "hit"}, ["vat_id_invalid"]), ({"result": "pending"}, ["vat_id_invalid"])],
)  # fmt: skip
def test_the_vat_id_check_must_be_clear_and_valid(
    change: dict[str, str], expected: list[str]
) -> None:
    assert found({**abroad("FR"), "compliance_checks": vat(**change)}) == expected


def test_an_unknown_country_is_not_known() -> None:
    result = check(a_case(abroad("")), SETTINGS)
    assert codes(result) == []
    assert result.not_known[0].missing == ("country",)


def test_the_union_has_twenty_seven_members() -> None:
    assert len(EU_COUNTRIES) == 27


# --- properties ------------------------------------------------------------------------------


@given(weeks=st.integers(min_value=-60, max_value=60))
def test_shifting_every_date_by_whole_weeks_changes_no_finding(weeks: int) -> None:
    shift = timedelta(weeks=weeks)

    def moved(tables: dict[str, Rows]) -> dict[str, Rows]:
        return {
            table: [
                {k: (date.fromisoformat(v) + shift).isoformat() if k in DATES and v else v
                 for k, v in row.items()} for row in rows
            ] for table, rows in tables.items()
        }  # fmt: skip

    tables = licensed(
        screening(1, valid_to="2026-03-04"), licence(valid_to="2026-03-05"),
        orders=[{"order_id": "SO-1", "requested_on": "2026-03-06", "promised_on": "2026-03-06"}],
    )  # fmt: skip
    assert found(moved(tables), as_of=AS_OF + shift) == found(tables) == ["screening_expired"]


DATES = {"checked_on", "valid_to", "requested_on", "promised_on"}


def test_a_later_order_of_unknown_quantity_leaves_the_licence_of_an_earlier_one_known() -> None:
    products = [{"sku": "SKU-1", "restricted_class": "ADR"}]
    licence = screening(9, kind="licence", list_name="", licence_qty_left="99")
    later = {"order_id": "SO-2", "company_id": "C1", "customer_id": "CU-1", "status": "open",
             "ordered_at": "2026-02-28T10:00:00+01:00", "site_id": "D01"}  # fmt: skip
    lines = [{"order_id": "SO-2", "line_no": "10", "sku": "SKU-1", "uom": "EA", "ordered_qty": ""}]
    tables = {"products": products, "orders": [later], "order_lines": lines, **screened(licence)}
    result = check(a_case(tables), SETTINGS)
    assert codes(result) == ["licence_quantity"]
    assert result.not_known == []
