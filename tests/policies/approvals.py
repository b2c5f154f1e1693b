"""Approvals, staff and orders of a value, for the tests of approval_gap."""

from __future__ import annotations

from typing import Any

from policies.checks.approval_gap import check
from policies.findings import CheckResult
from policies.settings import Settings
from tests.builders import Rows, a_case
from tests.policies.proving import SETTINGS

FINANCE = {"user_id": "u.fin", "roles": "finance", "company_id": "C1", "approval_limit": "900000",
           "currency": "USD"}  # fmt: skip
BOSS = {**FINANCE, "user_id": "u.boss", "roles": "executive"}
LEAD = {"user_id": "u.lead", "approval_limit": "900000"}
HELD = frozenset({"credit_hold"})


def worth(euros: str, **line: str) -> dict[str, Rows]:
    """The order over pieces of 10.00 EUR, so many euros in all; 1 EUR is 1.10 USD."""
    quantity = str(int(euros) // 10)
    row = {"order_id": "SO-1", "line_no": "10", "ordered_qty": quantity, "unit_price": "10.00"}
    return {"order_lines": [{**row, **line}]}


def approval(**values: str) -> dict[str, str]:
    base = {
        "approval_id": "AP-1", "order_id": "SO-1", "order_version": "1",
        "action": "release_order", "amount": "66000", "currency": "USD", "requested_by": "u.sales",
        "approved_by": "u.lead", "decision": "approved", "decided_at": "2026-02-28T10:00:00+01:00",
    }  # fmt: skip
    return {**base, **values}


def judged(
    tables: dict[str, Rows] | None = None, rules: Settings = SETTINGS,
    standing: frozenset[str] = frozenset(), **more: Any,
) -> CheckResult:  # fmt: skip
    return check(a_case(tables, **more), rules, standing=standing)
