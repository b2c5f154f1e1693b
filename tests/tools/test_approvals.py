"""Approvals on file, the people behind accounts, versions, and how far somebody may sign."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.builders import Rows, a_case
from tools.approvals import (
    approvals_of,
    authority,
    changes_since,
    converted,
    is_for_this_version,
    person_of,
    roles_of,
)
from tools.book import Case, SetAside
from tools.rows import Row
from tools.unknown import NotKnown

APPROVAL = {"approval_id": "AP-1", "order_id": "SO-1", "order_version": "1",
            "action": "release_order", "amount": "100", "currency": "EUR", "decision": "approved",
            "approved_by": "u.lead", "decided_at": "2026-02-28T10:00:00+01:00"}  # fmt: skip
SECOND = [{"order_id": "SO-1", "version": "2"}]


def with_approval(**tables: Rows) -> tuple[Case, Row]:
    case = a_case({"approvals": [APPROVAL], **tables})
    return case, approvals_of(case, "release_order")[0]


def a_change(**values: str) -> Rows:
    base = {"order_id": "SO-1", "version": "2", "field": "ordered_qty", "line_no": "10",
            "changed_by": "u.sales", "changed_at": "2026-03-01T10:00:00+01:00"}  # fmt: skip
    return [{**base, **values}]


def test_approvals_of_other_actions_and_orders_are_not_read() -> None:
    rows = [APPROVAL, {**APPROVAL, "approval_id": "AP-2", "action": "change_price"},
            {**APPROVAL, "approval_id": "AP-3", "order_id": "SO-2"}]  # fmt: skip
    found = approvals_of(a_case({"approvals": rows}), "release_order")
    assert [row.ref for row in found] == ["approvals/AP-1"]


def test_an_account_that_names_no_person_is_a_person() -> None:
    case = a_case({"staff": [{"user_id": "u.lead", "person_id": "P-1"}]})
    assert person_of(case.book, "u.lead") == "P-1"
    assert person_of(case.book, "u.sales") == "u.sales"
    assert person_of(case.book, "u.gone") == "u.gone"


def test_roles_are_read_from_a_list_and_nobody_unknown_holds_one() -> None:
    case = a_case({"staff": [{"user_id": "u.lead", "roles": "sales_operations, finance"}]})
    assert roles_of(case.book, "u.lead") == {"sales_operations", "finance"}
    assert roles_of(case.book, "u.gone") == set()


@pytest.mark.parametrize(
    ("changes", "stands"),
    [
        (None, False),
        ([], True),
        (a_change(), False),
        (a_change(field="remark"), True),
        (a_change(field="customer_ref"), True),
        ([*a_change(field="remark"), *a_change(field="promised_on")], False),
        (a_change(version="1"), True),
    ],
)
def test_an_older_version_stands_while_nothing_material_is_logged(
    changes: Rows | None, stands: bool
) -> None:
    tables: dict[str, Rows] = {"orders": SECOND}
    if changes is not None:
        tables["order_changes"] = changes
    case, approval = with_approval(**tables)
    assert is_for_this_version(case, approval) is stands


def test_a_log_with_a_row_set_aside_is_no_complete_log() -> None:
    case, approval = with_approval(orders=SECOND, order_changes=[])
    lost = SetAside("order_changes", "order_changes.csv", 3, "version", "x", {"order_id": "SO-1"})
    case.book.set_aside.append(lost)
    assert not is_for_this_version(case, approval)


@pytest.mark.parametrize(
    "lost",
    [
        SetAside("approvals", "approvals.csv", 3, "amount", "x", {"order_id": "SO-1"}),
        SetAside("order_changes", "order_changes.csv", 3, "version", "x", {"order_id": "SO-9"}),
        SetAside("order_changes", "order_changes.csv", 3, "", "x", {"order_id": "SO-1"}, True),
    ],
)
def test_rows_of_other_tables_and_orders_and_exact_duplicates_leave_the_log_complete(
    lost: SetAside,
) -> None:
    case, approval = with_approval(orders=SECOND, order_changes=[])
    case.book.set_aside.append(lost)
    assert is_for_this_version(case, approval)


def test_changes_since_are_those_of_later_versions_or_moments() -> None:
    rows = [*a_change(version="1", changed_at="2026-02-27T10:00:00+01:00"),
            *a_change(version="1", field="remark"), *a_change(changed_at="")]  # fmt: skip
    case, approval = with_approval(order_changes=rows)
    assert {row.ref for row in changes_since(case, approval)} == {
        "order_changes/SO-1/1/remark/10", "order_changes/SO-1/2/ordered_qty/10",
    }  # fmt: skip


def test_a_change_of_the_moment_of_the_approval_is_no_later_one() -> None:
    rows = a_change(version="1", changed_at="2026-02-28T10:00:00+01:00")
    case, approval = with_approval(order_changes=rows)
    assert changes_since(case, approval) == []


def test_an_amount_is_converted_once_at_todays_rate() -> None:
    case, approval = with_approval()
    found = converted(case, approval.cell("amount"), "EUR", "USD")
    assert (found.number, found.unit, found.formula) == (
        Decimal("110.00"),
        "USD",
        "money(amount * rate)",
    )
    with pytest.raises(NotKnown):
        converted(case, approval.cell("amount"), None, "USD")


def test_a_newest_rate_that_is_empty_is_not_known() -> None:
    rates = [{"from_currency": "EUR", "to_currency": "USD", "valid_on": "2026-02-01", "rate": ""}]
    case, approval = with_approval(fx_rates=rates)
    with pytest.raises(NotKnown, match="rate of fx_rates/EUR/USD/2026-02-01 is empty"):
        converted(case, approval.cell("amount"), "EUR", "USD")


def authority_of(user: str, *roles: str, **tables: Rows) -> Decimal | None:
    found = authority(a_case(dict(tables)), user, "release_order", roles, "USD")
    return found.number if found else None


def test_the_limit_of_the_person_is_the_authority_where_none_is_on_file_for_the_action() -> None:
    assert authority_of("u.lead", "sales_operations") == 100000
    other = [{"role": "sales_operations", "action": "change_price", "max_amount": "1"}]
    assert authority_of("u.lead", "sales_operations", authorities=other) == 100000


def test_the_widest_of_the_roles_caps_the_person() -> None:
    rows = [
        {
            "role": "sales_operations",
            "action": "release_order",
            "max_amount": "100",
            "currency": "USD",
        },
        {"role": "finance", "action": "release_order", "max_amount": "500", "currency": "USD"},
    ]
    assert authority_of("u.lead", "sales_operations", "finance", authorities=rows) == 500
    assert authority_of("u.lead", "sales_operations", authorities=rows) == 100


def test_a_role_without_authority_for_the_action_has_none() -> None:
    rows = [{"role": "finance", "action": "release_order", "max_amount": "500", "currency": "USD"}]
    assert authority_of("u.lead", "sales_operations", authorities=rows) is None


def test_a_limit_in_another_currency_is_converted() -> None:
    staff = [{"user_id": "u.lead", "approval_limit": "1000", "currency": "EUR"}]
    assert authority_of("u.lead", "sales_operations", staff=staff) == Decimal("1100.00")


def test_a_limit_of_nothing_needs_no_currency() -> None:
    staff = [{"user_id": "u.lead", "approval_limit": "0", "currency": ""}]
    assert authority_of("u.lead", "sales_operations", staff=staff) == 0
