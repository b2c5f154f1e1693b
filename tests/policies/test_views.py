"""Column views: who sees which tables and columns, by the rights and nothing else."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest

from policies.guard import ROLES, Agent, Guard, Person
from policies.views import COLUMN_GROUPS, column_groups, roles_that_see, view_of
from tools.tables import COMMON_COLUMNS, tables
from tools.view import HIDDEN, OTHER, View, shown_row

TEXT = (files("policies") / "rights.cedar").read_text(encoding="utf-8")
SCHEMA = (files("policies") / "rights.cedarschema").read_text(encoding="utf-8")

SEES = {
    "sales_operations": {"name", "people", "remark", "price", "cost", "credit", "note", "history"},
    "finance": {
        "name", "people", "remark", "price", "cost", "credit", "note", "history", "authority",
    },
    "credit_control": {"name", "people", "remark", "price", "credit", "note", "history"},
    "warehouse": {"name", "people", "remark"},
    "logistics": {"name", "people", "remark"},
    "customer_service": {"name", "people", "remark", "price", "note", "history"},
    "compliance": {"name", "people", "remark", "screening", "note", "history"},
    "executive": set(COLUMN_GROUPS),
    "evaluator": {"price", "cost", "credit", "screening", "authority", "history"},
    "auditor": set(COLUMN_GROUPS),
    "admin": {"name", "people", "remark", "authority"},
}  # fmt: skip
EVERYBODY = {"order", "goods", "route"}


def somebody(*roles: str, company: str = "C1") -> Person:
    return Person("u.one", "p.one", frozenset(roles), company)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_groups_and_no_other(role: str) -> None:
    assert view_of(somebody(role)).seen == EVERYBODY | SEES[role]


def test_the_agent_sees_less_than_any_role() -> None:
    agent = view_of(Agent()).seen
    assert agent == EVERYBODY
    assert all(agent < view_of(somebody(role)).seen for role in ROLES)


def test_several_roles_see_what_each_of_them_sees() -> None:
    both = view_of(somebody("warehouse", "compliance")).seen
    assert both == view_of(somebody("warehouse")).seen | view_of(somebody("compliance")).seen


def test_somebody_without_a_role_sees_keys_alone() -> None:
    view = view_of(somebody())
    assert view.seen == frozenset()
    assert not view.hides("orders", "order_id")
    assert view.hides("orders", "status")


def test_orders_of_other_companies_are_for_auditor_and_evaluator() -> None:
    everywhere = {role for role in ROLES if view_of(somebody(role)).companies is None}
    assert everywhere == {"auditor", "evaluator"}
    assert view_of(somebody("finance", company="C2")).companies == {"C2"}
    assert not view_of(somebody("finance", company="C2")).covers("C1")
    assert not view_of(somebody("finance", company="C2")).covers(None)


def test_every_column_of_the_data_model_is_in_one_group() -> None:
    listed = column_groups()
    assert set(listed) == set(tables())
    for name, table in tables().items():
        own = set(table.columns) - (set(COMMON_COLUMNS) - set(table.key))
        assert set(listed[name]) == own, name


def test_the_groups_are_those_of_the_schema() -> None:
    assert {group for table in column_groups().values() for group in table.values()} | {
        OTHER
    } == set(COLUMN_GROUPS)
    for group in COLUMN_GROUPS:
        assert f'"{group}"' in SCHEMA
        assert roles_that_see(group), group


def test_a_column_that_nobody_listed_is_for_executive_and_auditor() -> None:
    assert roles_that_see(OTHER) == ("executive", "auditor")
    assert view_of(somebody("sales_operations")).hides("orders", "margin_secret")
    assert not view_of(somebody("auditor")).hides("orders", "margin_secret")


@pytest.mark.parametrize("policies", ["", "nonsense", TEXT.replace("ColumnGroup", "Columns")])
def test_a_broken_policy_text_hides_everything_but_keys(policies: str) -> None:
    view = view_of(somebody("auditor"), Guard(policies, SCHEMA))
    assert view.seen == frozenset()
    assert view.companies == {"C1"}


@pytest.mark.parametrize(
    "who",
    [None, "u.one", Person("u", "p", frozenset({"boss"}), "C1"), Person("u", "p", None, "C1")],  # type: ignore[arg-type]
)
def test_somebody_whom_the_guard_cannot_read_sees_nothing(who: Any) -> None:
    guard = Guard(TEXT, SCHEMA)
    assert not any(guard.sees(who, group).allowed for group in COLUMN_GROUPS)


@pytest.mark.parametrize("group", ["", "salary", None, 3])
def test_a_group_that_nobody_knows_is_not_seen(group: Any) -> None:
    assert not Guard(TEXT, SCHEMA).sees(somebody("auditor"), group).allowed


def test_a_row_shows_hidden_cells_as_hidden_and_empty_ones_as_empty() -> None:
    view = View("u.one", frozenset({"order"}), column_groups())
    row = {"customer_id": "CU-1", "credit_limit": "60000", "temporary_limit": None}
    assert shown_row(view, "credit_accounts", row) == {
        "customer_id": "CU-1", "credit_limit": HIDDEN, "temporary_limit": None,
    }  # fmt: skip


def test_the_hidden_columns_of_a_view_are_listed_by_table() -> None:
    hidden = view_of(somebody("warehouse")).hidden_columns()
    assert hidden["products"] == ("unit_cost", "cost_currency")
    assert "stock" not in hidden
    assert view_of(somebody("auditor")).hidden_columns() == {}
