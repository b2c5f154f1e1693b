"""People as the guard knows them: one human being behind several accounts, stand-ins with dates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agent.app.people import person_of
from policies.guard import Person
from tests.builders import a_case
from tools.errors import Denied

TODAY = "2026-03-02"
PAIR = [
    {"user_id": "u.credit", "person_id": "P-1"},
    {"user_id": "u.second", "person_id": "P-1", "roles": "sales_operations", "company_id": "C1"},
]


def person(user_id: str, *staff: dict[str, Any], **tables: Any) -> Person:
    return person_of(a_case({"staff": list(staff), **tables}), user_id, "USD")


def test_an_account_holds_its_own_roles_and_the_persons_others_only_exclude() -> None:
    found = person("u.credit", *PAIR)
    assert (found.person_id, found.roles) == ("P-1", {"credit_control"})
    assert found.other_roles == {"sales_operations"}
    assert person("u.second", *PAIR).other_roles == {"credit_control"}


def test_an_account_without_a_person_stands_for_itself() -> None:
    found = person("u.credit")
    assert (found.person_id, found.other_roles) == ("u.credit", frozenset())


def test_a_person_who_is_absent_is_so_in_every_account() -> None:
    away = {**PAIR[1], "absent_from": TODAY, "absent_to": TODAY}
    assert person("u.credit", PAIR[0], away).absent
    assert not person("u.credit", PAIR[0], {**away, "absent_to": "2026-03-01",
                                            "absent_from": "2026-03-01"}).absent  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "stands_in"),
    [(TODAY, TODAY, True), ("2026-03-01", TODAY, True), ("2026-03-03", "2026-03-04", False),
     ("2026-02-01", "2026-03-01", False), (TODAY, "", True), ("", "2026-03-01", False)],
)  # fmt: skip
def test_a_stand_in_stands_in_on_the_days_of_the_absence(
    first: str, last: str, stands_in: bool
) -> None:
    away = {"user_id": "u.lead", "person_id": "P-9", "stand_in": "u.credit",
            "absent_from": first, "absent_to": last}  # fmt: skip
    assert person("u.credit", away).stands_in_for == ({"P-9"} if stands_in else set())


def test_a_stand_in_named_by_another_account_of_the_same_person_counts() -> None:
    away = {"user_id": "u.lead", "person_id": "P-9", "stand_in": "u.second", "absent_from": TODAY}
    assert person("u.credit", *PAIR, away).stands_in_for == {"P-9"}


def test_standing_in_is_never_transitive() -> None:
    first = {"user_id": "u.lead", "stand_in": "u.junior", "absent_from": TODAY}
    second = {"user_id": "u.junior", "stand_in": "u.credit", "absent_from": TODAY}
    assert person("u.credit", first, second).stands_in_for == {"u.junior"}


def test_a_ceiling_of_the_role_caps_and_one_that_cannot_be_converted_caps_at_nothing() -> None:
    rows = [
        {"role": "credit_control", "action": "override_credit", "company_id": "C1",
         "max_amount": "60000", "currency": "USD"},
        {"role": "credit_control", "action": "change_credit_limit", "company_id": "",
         "max_amount": "60000", "currency": "CHF"},
        {"role": "finance", "action": "override_credit", "company_id": "C1",
         "max_amount": "1", "currency": "USD"},
    ]  # fmt: skip
    assert person("u.credit", authorities=rows).ceilings == (
        ("credit_control", "change_credit_limit", 0),
        ("credit_control", "override_credit", 6_000_000),
    )


def test_an_account_that_is_not_on_the_staff_table_is_refused_with_its_name() -> None:
    with pytest.raises(Denied, match=r"u\.gone is not on the staff table"):
        person("u.gone")


def test_the_day_is_that_of_the_orders_site() -> None:
    assert a_case().today == date.fromisoformat(TODAY)
