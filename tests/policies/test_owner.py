"""Who decides: the role of the primary class, the person who is there, the stand-in."""

from __future__ import annotations

import pytest

from policies.findings import Clearing, Finding, Sentence, Unknown
from policies.owner import OWNER_ROLES, Owner, choose_owner
from policies.settings import ExceptionClass
from tests.builders import Rows, a_case

EMPTY = Sentence("", {})


def finding(cls: ExceptionClass, **values: str) -> Finding:
    return Finding(cls, "code", EMPTY, Clearing(EMPTY), values=values)


def owner(
    staff: Rows, cls: ExceptionClass | None = "credit_hold", *, created_by: str = "",
    executive: bool = False, **values: str,
) -> Owner:  # fmt: skip
    """The owner where `staff` replaces or joins u.credit of the clean company."""
    order = {"order_id": "SO-1", "created_by": created_by}
    case = a_case({"staff": staff, "orders": [order]})
    found = [finding(cls, **values)] if cls else []
    return choose_owner(case, cls, found, [], executive=executive)


def away(first: str, last: str, stand_in: str = "") -> dict[str, str]:
    return {"user_id": "u.credit", "absent_from": first, "absent_to": last, "stand_in": stand_in}


DEPUTY = {"user_id": "u.deputy", "roles": "credit_control", "company_id": "C1"}


@pytest.mark.parametrize(("cls", "role"), OWNER_ROLES.items())
def test_every_class_has_its_role(cls: ExceptionClass, role: str):
    assert owner([], cls).role == role


def test_a_finding_may_name_another_role_than_its_class():
    assert owner([], "price_mismatch", owner="finance").role == "finance"


def test_without_a_finding_sales_operations_own_the_order():
    assert owner([], None).role == "sales_operations"


def test_what_is_not_known_belongs_to_the_role_of_that_check():
    gap = Unknown("route_risk", ("routes",), "it is not there")

    assert choose_owner(a_case(), None, [], [gap], executive=False).role == "logistics"


def test_who_holds_the_role_and_is_there_owns_it():
    assert owner([]).user_id == "u.credit"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-03-02", "2026-03-02"),
        ("2026-02-20", "2026-03-02"),
        ("2026-03-02", ""),
        ("", "2026-03-02"),
    ],
)
def test_a_stand_in_takes_over_on_the_first_and_the_last_day_of_an_absence(first: str, last: str):
    assert owner([away(first, last, "u.deputy"), DEPUTY]).user_id == "u.deputy"


@pytest.mark.parametrize(
    ("first", "last"), [("2026-03-03", "2026-03-09"), ("2026-02-20", "2026-03-01")]
)
def test_nobody_stands_in_before_and_after_an_absence(first: str, last: str):
    assert owner([away(first, last, "u.deputy"), DEPUTY]).user_id == "u.credit"


def test_a_stand_in_without_the_role_takes_nothing_over():
    assert owner([away("2026-03-02", "2026-03-02", "u.log")]).user_id is None


def test_a_stand_in_who_created_the_order_takes_nothing_over():
    third = {**DEPUTY, "user_id": "u.third"}
    absent = away("2026-03-02", "2026-03-02", "u.deputy")

    assert owner([absent, DEPUTY, third], created_by="u.deputy").user_id == "u.third"


def test_whoever_entered_the_order_does_not_decide_on_it_by_another_account():
    second = {"user_id": "u.a", "person_id": "P-1", "roles": "credit_control"}
    entered = {"user_id": "u.sales", "person_id": "P-1", "roles": "sales_operations"}
    third = {"user_id": "u.third", "person_id": "P-3", "roles": "credit_control"}

    staff = [away("2026-03-02", "2026-03-02"), second, entered, third]
    assert owner(staff, created_by="u.sales").user_id == "u.third"


def test_the_staff_of_another_company_own_nothing():
    assert owner([{"user_id": "u.credit", "company_id": "C2"}]).user_id is None


def test_an_executive_owns_it_as_well_from_the_executive_threshold_on():
    assert owner([], executive=True).also == ("executive",)
    assert owner([]).also == ()
