"""Column views: which tables and columns a person, or the agent, may see, by `rights.cedar`."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files

import yaml

from policies.guard import ROLES, Agent, Guard, LockFacts, OrderFacts, Person, shipped
from policies.guard_context import probe_of
from tools.view import OTHER, View

COLUMN_GROUPS = (
    "order", "goods", "route", "name", "people", "remark", "price", "cost", "credit", "screening",
    "authority", "note", "history", OTHER,
)  # fmt: skip
"""Every group of columns; `columns.yaml` lists their columns."""


@cache
def column_groups() -> dict[str, dict[str, str]]:
    """The group of every listed column, by table."""
    text = (files("policies") / "columns.yaml").read_text(encoding="utf-8")
    return {
        table: {column: group for group, columns in groups.items() for column in columns}
        for table, groups in yaml.safe_load(text).items()
    }


def view_of_nobody() -> View:
    """The view of somebody who sees no column group: what it hides rests on some group."""
    return View("", frozenset(), column_groups(), frozenset())


def view_of(who: Agent | Person, guard: Guard | None = None) -> View:
    """What somebody may see; a fault of the guard hides everything but keys.

    Args:
        who: the person as the staff table describes them, or the agent.
        guard: other rights than the shipped ones.
    """
    asked = guard or shipped()
    seen = frozenset(group for group in COLUMN_GROUPS if asked.sees(who, group).allowed)
    everywhere = asked.may(who, "read", _ELSEWHERE).allowed
    own = who.company_id if isinstance(who, Person) else ""
    return View(who.user_id, seen, column_groups(), None if everywhere else frozenset({own}))


@cache
def roles_that_see(group: str) -> tuple[str, ...]:
    """The roles that see a column group, by the shipped rights."""
    holders = {role: Person(role, role, frozenset({role})) for role in ROLES}
    return tuple(role for role in ROLES if shipped().sees(holders[role], group).allowed)


_NOTHING = LockFacts(frozenset(), frozenset(), 0, release_from=1, executive_from=1)
_ELSEWHERE = replace(
    probe_of(_NOTHING), order=OrderFacts(_NOTHING, "", company_id="a company of nobody here")
)
"""A packet of another company than anybody's: who reads it reads those of every company."""
