"""The credit account: currency, scope and effective limit (C1)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.builders import a_case
from tools.conventions import Conventions
from tools.credit_account import account_row, effective_limit, scope_of
from tools.unknown import NotKnown

ACCOUNT = {"customer_id": "CU-1", "company_id": "C1"}
GROUP = Conventions(credit_scope="group")


def account(**values: str) -> dict[str, list[dict[str, str]]]:
    return {"credit_accounts": [{**ACCOUNT, **values}]}


def test_the_limit_is_the_accounts_credit_limit():
    limit = effective_limit(a_case())
    assert (limit.value, limit.unit, limit.formula) == (Decimal(50000), "EUR", "credit_limit")


def test_an_expired_limit_still_counts_with_its_amount():
    case = a_case(account(limit_valid_to="2020-01-01"))
    assert effective_limit(case).value == 50000


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-03-02", "2026-03-02", 60000),
        ("", "", 60000),
        ("2026-03-03", "", 50000),
        ("", "2026-03-01", 50000),
    ],
)
def test_a_temporary_limit_is_added_while_it_runs_both_days_inclusive(first, last, expected):
    case = a_case(
        account(temporary_limit="10000", temporary_valid_from=first, temporary_valid_to=last)
    )
    assert effective_limit(case).value == expected


def test_a_temporary_limit_replaces_the_limit_where_the_convention_says_so():
    replaces = Conventions(temporary_limit_mode="replace")
    case = a_case(account(temporary_limit="10000"), conventions=replaces)
    limit = effective_limit(case)
    assert (limit.value, limit.formula) == (10000, "temporary_limit")


def test_an_insured_amount_is_no_limit():
    assert effective_limit(a_case(account(insured_amount="90000"))).value == 50000


def test_an_empty_limit_is_not_known_even_beside_a_temporary_one():
    case = a_case(account(credit_limit="", temporary_limit="10000"))
    with pytest.raises(NotKnown, match="no credit limit on file"):
        effective_limit(case)


def test_a_limit_of_zero_is_a_limit():
    assert effective_limit(a_case(account(credit_limit="0"))).value == 0


def test_without_an_account_there_is_no_limit_on_file():
    case = a_case({"orders": [{"order_id": "SO-1", "company_id": "C2"}]})
    with pytest.raises(NotKnown, match="no credit limit on file"):
        effective_limit(case)


def test_without_the_table_the_table_is_what_is_missing():
    with pytest.raises(NotKnown) as gap:
        effective_limit(a_case(absent=("credit_accounts",)))
    assert gap.value.missing == ("credit_accounts",)


def test_the_account_is_the_bill_tos_not_the_sold_tos():
    case = a_case(
        {
            "orders": [{"order_id": "SO-1", "bill_to_id": "CU-2"}],
            "credit_accounts": [{"customer_id": "CU-2", "company_id": "C1", "credit_limit": "7"}],
        }
    )
    assert effective_limit(case).value == 7


def test_an_account_without_a_currency_is_not_known():
    with pytest.raises(NotKnown) as gap:
        scope_of(a_case(account(currency="")))
    assert gap.value.missing == ("credit_accounts.currency",)


def test_without_an_account_the_bill_tos_currency_shows_the_figures():
    case = a_case(
        {"customers": [{"customer_id": "CU-1", "currency": "USD"}]}, absent=("credit_accounts",)
    )
    assert scope_of(case).currency == "USD"


def test_an_order_without_a_company_has_no_scope():
    with pytest.raises(NotKnown) as gap:
        scope_of(a_case({"orders": [{"order_id": "SO-1", "company_id": ""}]}))
    assert gap.value.missing == ("orders.company_id",)


FAMILY = {
    "customers": [
        {"customer_id": "CU-1", "parent_customer_id": "CU-3"},
        {"customer_id": "CU-2", "parent_customer_id": "CU-3"},
    ]
}


def test_by_default_only_the_bill_to_counts():
    assert scope_of(a_case(FAMILY)).members == ("CU-1",)


def test_in_group_scope_the_parent_and_all_its_children_count():
    assert set(scope_of(a_case(FAMILY, conventions=GROUP)).members) == {"CU-1", "CU-2", "CU-3"}


def test_in_group_scope_a_customer_without_a_parent_heads_its_own_group():
    case = a_case(FAMILY, conventions=GROUP)
    parent = a_case({**FAMILY, "orders": [{"order_id": "SO-1", "customer_id": "CU-3"}]},
                    conventions=GROUP)  # fmt: skip
    assert set(scope_of(parent).members) == set(scope_of(case).members)


def test_in_group_scope_a_member_without_an_account_inherits_its_parents():
    """C21: the group's limit of 350,000 holds for a member without one of its own."""
    changes = {
        "customers": [{"customer_id": "CU-9", "name": "Fir", "parent_customer_id": "CU-3",
                       "status": "active"}],
        "credit_accounts": [{"customer_id": "CU-3", "company_id": "C1", "credit_limit": "350000"}],
        "orders": [{"order_id": "SO-1", "customer_id": "CU-9"}],
    }  # fmt: skip
    assert effective_limit(a_case(changes, conventions=GROUP)).value == 350000
    with pytest.raises(NotKnown):
        effective_limit(a_case(changes))


def test_the_rate_day_is_the_sites_date_or_the_orders_own_day():
    by_order = a_case(conventions=Conventions(exposure_fx="order_date"))
    assert scope_of(a_case()).rate_day == a_case().today
    assert str(scope_of(by_order).rate_day) == "2026-02-27"


def test_grace_of_the_account_goes_before_the_setting():
    setting = Conventions(overdue_grace_days=9)
    assert scope_of(a_case(account(overdue_grace_days="3"), conventions=setting)).grace_days == 3
    assert scope_of(a_case(account(overdue_grace_days=""), conventions=setting)).grace_days == 9


def test_the_account_row_is_that_of_the_orders_company():
    changes = {"credit_accounts": [{**ACCOUNT, "company_id": "C2", "credit_limit": "5"}]}
    row = account_row(a_case(changes))
    assert row is not None
    assert row.ref == "credit_accounts/CU-1/C1"
