"""Checks of a party against a list, for the tests of compliance_issue."""

from __future__ import annotations

from typing import Any

from policies.checks.compliance_issue import check
from policies.settings import Settings
from tests.builders import Rows, a_case
from tests.policies.proving import SETTINGS, codes, settings

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
