"""Breaches by data: one person did what two should have done, whichever account they used."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from policies.access_breaches import Records, breaches

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
STAFF = (
    {"user_id": "u.one", "person_id": "P-1"},
    {"user_id": "u.one.wms", "person_id": "P-1"},
    {"user_id": "u.two", "person_id": "P-2"},
    {"user_id": "u.away", "person_id": "P-3", "absent_from": date(2026, 3, 2),
     "absent_to": date(2026, 3, 2), "stand_in": "u.one", "timezone": "Europe/Berlin"},
)  # fmt: skip
EMPTY = {"absent_from": None, "absent_to": None, "stand_in": None, "timezone": None}


def approval(**changes: Any) -> dict[str, Any]:
    return {"approval_id": "AP-1", "order_id": "SO-1", "action": "release_order",
            "requested_by": "u.edi", "approved_by": "u.one", "role": "sales_operations",
            "decided_at": AT, "company_id": "C1", "created_by": "u.edi", "sales_owner": None,
            **changes}  # fmt: skip


def signature(number: int, **changes: Any) -> dict[str, Any]:
    return {"decision_id": f"D-{number}", "order_id": "SO-1", "user_id": "u.one",
            "person_id": "P-1", "decision": "approve", "action": "release_order",
            "decided_at": AT, "created_by": "u.edi", **changes}  # fmt: skip


def found(**records: Any) -> list[str]:
    staff = tuple({**EMPTY, **row} for row in STAFF)
    made = breaches(Records(staff, **{name: tuple(rows) for name, rows in records.items()}))
    return [one["breach"] for one in made]


def test_an_approval_by_somebody_else_is_no_breach() -> None:
    assert found(approvals=[approval()]) == []


@pytest.mark.parametrize("account", ["u.one", "u.one.wms"])
@pytest.mark.parametrize(
    ("column", "breach"),
    [("created_by", "creator approved"), ("requested_by", "requester approved"),
     ("sales_owner", "sales owner approved")],
)  # fmt: skip
def test_the_same_person_on_both_sides_is_a_breach(column: str, breach: str, account: str) -> None:
    assert found(approvals=[approval(**{column: account})]) == [breach]
    assert found(approvals=[approval(**{column: "u.two"})]) == []


def test_the_last_editor_before_the_approval_must_be_another() -> None:
    early = {"order_id": "SO-1", "changed_by": "u.one.wms", "changed_at": AT.replace(hour=8)}
    later = {"order_id": "SO-1", "changed_by": "u.two", "changed_at": AT.replace(hour=9)}
    after = {"order_id": "SO-1", "changed_by": "u.one", "changed_at": AT.replace(hour=12)}
    other = {"order_id": "SO-2", "changed_by": "u.one", "changed_at": AT.replace(hour=9)}
    assert found(approvals=[approval()], editors=[early]) == ["last editor approved"]
    assert found(approvals=[approval()], editors=[early, later]) == []
    assert found(approvals=[approval()], editors=[later, after, other]) == []


@pytest.mark.parametrize(
    ("moment", "away"),
    [(AT, True), (datetime(2026, 3, 1, 23, 30, tzinfo=UTC), True),
     (datetime(2026, 3, 2, 23, 30, tzinfo=UTC), False), (AT.replace(day=3), False)],
)  # fmt: skip
def test_an_approval_on_a_day_of_absence_is_a_breach_by_the_local_day(
    moment: datetime, away: bool
) -> None:
    made = found(approvals=[approval(approved_by="u.away", decided_at=moment)])
    assert made == (["approved while absent"] if away else [])


def test_a_stand_in_does_not_approve_what_their_principal_asked_for() -> None:
    asked = approval(requested_by="u.away", approved_by="u.one.wms")
    assert found(approvals=[asked]) == ["stand-in approved"]
    assert found(approvals=[{**asked, "decided_at": AT.replace(day=4)}]) == []


def test_an_override_and_the_release_of_the_hold_by_one_person() -> None:
    hold = {"hold_id": "H-1", "order_id": "SO-1", "released_by": "u.one.wms", "released_at": AT}
    override = approval(action="override_credit")
    assert found(approvals=[override], releases=[hold]) == ["override approver released"]
    assert found(approvals=[approval()], releases=[hold]) == []
    assert found(approvals=[override], releases=[{**hold, "order_id": "SO-2"}]) == []


def test_a_price_override_that_its_requester_approved() -> None:
    row = {"override_id": "PO-1", "order_id": "SO-1", "requested_by": "u.one",
           "approved_by": "u.one.wms"}  # fmt: skip
    assert found(overrides=[row]) == ["requester approved"]
    assert found(overrides=[{**row, "requested_by": "u.two"}]) == []


@pytest.mark.parametrize(
    ("first", "second", "breach"),
    [
        ({"action": "override_credit"}, {"action": "release_order"}, True),
        ({"action": "release_order"}, {"action": "notify_customer"}, True),
        ({"action": "allocate_stock"}, {"action": "notify_customer"}, True),
        ({"decision": "edit", "action": ""}, {"action": "release_order"}, True),
        ({"action": "release_order"}, {"action": "update_erp"}, False),
        ({"action": "allocate_stock"}, {"action": "release_order"}, False),
        ({"action": "override_credit"}, {"decision": "reject", "action": ""}, False),
    ],
)
def test_two_duties_of_the_desk_by_one_person(first: Any, second: Any, breach: bool) -> None:
    rows = [signature(1, **first), signature(2, user_id="u.one.wms", **second)]
    assert found(decisions=rows) == (["two duties"] if breach else [])
    apart = [rows[0], {**rows[1], "person_id": "P-2"}]
    assert found(decisions=apart) == []
    elsewhere = [rows[0], {**rows[1], "order_id": "SO-2"}]
    assert found(decisions=elsewhere) == []


def test_a_signature_of_the_creator_or_of_somebody_absent_in_the_desk() -> None:
    assert found(decisions=[signature(1, created_by="u.one.wms")]) == ["creator approved"]
    away = signature(1, user_id="u.away", person_id="P-3")
    assert found(decisions=[away]) == ["approved while absent"]


def test_a_breach_names_order_person_accounts_and_rows() -> None:
    staff = tuple({**EMPTY, **row} for row in STAFF)
    (one,) = breaches(Records(staff, approvals=(approval(created_by="u.one.wms"),)))
    assert one == {
        "breach": "creator approved", "says": "entered the order and approved it",
        "order_id": "SO-1", "person_id": "P-1", "accounts": ["u.one", "u.one.wms"],
        "refs": ["approvals/AP-1", "orders/SO-1"],
    }  # fmt: skip
