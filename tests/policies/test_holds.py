"""Hold codes against the evidence: what they map to, whether it agrees, what a reader is told."""

from __future__ import annotations

from typing import Any

import pytest

from policies.holds import HoldCheck, active_holds, check_holds, class_of
from policies.settings import Settings
from tests.builders import a_case
from tests.policies.proving import SETTINGS

CREDIT = "credit_hold"


def checked(
    code: str, found: set[str], not_known: set[str] = frozenset(), **hold: Any
) -> HoldCheck:  # type: ignore[assignment]
    case = a_case({"holds": [{"hold_id": "H-1", "code": code, **hold}]})
    (made,) = check_holds(case, SETTINGS, found, not_known)
    return made


def with_codes(**codes: str) -> Settings:
    return SETTINGS.model_copy(update={"hold_codes": codes})


@pytest.mark.parametrize(
    ("code", "cls"),
    [("CRED-LIMIT", "credit_hold"), ("cred", "credit_hold"), ("ATP-SHORT", "stock_shortage"),
     ("PRC1", "price_mismatch"), ("DLV-ROUTE", "route_risk"), ("CMP", "compliance_issue"),
     ("APR", "approval_gap"), ("ZZZ", None), ("", None), (None, None)],
)  # fmt: skip
def test_a_code_maps_to_a_class_by_its_prefix(code: str | None, cls: str | None):
    assert class_of(code, SETTINGS) == cls


def test_the_longest_prefix_that_fits_counts():
    rules = with_codes(C="credit_hold", CMP="compliance_issue")

    assert class_of("CMP-1", rules) == "compliance_issue"
    assert class_of("C-1", rules) == "credit_hold"


@pytest.mark.parametrize(
    "cls", ["stock_shortage", "customer_priority_conflict", "substitution_need"]
)
def test_a_code_of_the_stock_agrees_with_every_class_of_goods(cls: str):
    assert checked("ATP", {cls}).agrees is True


def test_a_code_agrees_with_its_own_class_only():
    assert checked("CRED", {CREDIT}).agrees is True
    assert checked("CRED", {"stock_shortage"}).agrees is False
    assert checked("ATP", {"route_risk"}).agrees is False


def test_whether_it_agrees_is_open_where_the_class_is_not_known_or_the_code_maps_to_none():
    assert checked("CRED", set(), {CREDIT}).agrees is None
    assert checked("ZZZ", {CREDIT}).agrees is None


def test_a_class_that_was_found_agrees_although_part_of_it_is_not_known():
    assert checked("CRED", {CREDIT}, {CREDIT}).agrees is True


def test_a_forced_hold_is_said_to_be_cleared_by_no_figure():
    assert "figures never clear it" in checked("CRED", set(), forced="true").note.template


def test_a_hold_is_active_until_the_moment_of_its_release():
    released = {"hold_id": "H-1", "status": "released", "released_at": "2026-03-02T09:00:01+01:00"}
    before = {**released, "released_at": "2026-03-02T09:00:00+01:00"}

    assert len(active_holds(a_case({"holds": [released]}))) == 1
    assert active_holds(a_case({"holds": [before]})) == []


def test_holds_come_the_oldest_first_whatever_the_order_of_their_rows():
    older = {"hold_id": "H-2", "order_id": "SO-1", "code": "ATP", "status": "active",
             "placed_at": "2026-02-20T11:00:00+01:00"}  # fmt: skip

    assert [hold["hold_id"] for hold in active_holds(a_case({"holds": [older]}))] == ["H-2", "H-1"]
