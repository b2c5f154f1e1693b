"""K2-K4: licences, minimum ages and VAT ids."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.checks.compliance_issue import check
from policies.checks.compliance_vat import EU_COUNTRIES
from tests.builders import AS_OF, Rows, a_case
from tests.policies.proving import SETTINGS, after, cited, codes, problems, the
from tests.policies.screenings import found, screened, screening

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
