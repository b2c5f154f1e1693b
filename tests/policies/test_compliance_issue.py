"""K1-K4 and their fine print: parties, licences, ages, VAT ids."""

from __future__ import annotations

import pytest

from policies.checks.compliance_issue import check
from tests.builders import Rows, a_case
from tests.policies.proving import SETTINGS, after, cited, codes, problems, settings, the
from tests.policies.screenings import LISTS, found, screened, screening

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
