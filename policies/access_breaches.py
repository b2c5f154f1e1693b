"""Access review by data: what one person did on one order that two should have done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policies.guard import OVERRIDES, RELEASES

Row = Mapping[str, Any]
DUTIES = {**dict.fromkeys(OVERRIDES, "override"), **dict.fromkeys(RELEASES, "release"),
          "notify_customer": "notify"}  # fmt: skip
"""The duty that approving an action is; any other action is a duty of its own."""


@dataclass(frozen=True)
class Records:
    """What the sources and the desk recorded; rows as plain mappings, moments aware.

    Attributes:
        staff: accounts with person, roles, absence and stand-in.
        approvals: approvals given in the source, with `created_by` and `sales_owner` of the order.
        overrides: price overrides that somebody approved.
        editors: changes of the orders.
        releases: releases of holds in the source.
        decisions: signatures in the desk: `decision_id`, `order_id`, `user_id`, `person_id`,
            `decision`, `action`, `decided_at`; and `created_by` of the order.

    Absence is judged by the local day of the account's site (`timezone` of its row, else UTC).
    """

    staff: tuple[Row, ...]
    approvals: tuple[Row, ...] = ()
    overrides: tuple[Row, ...] = ()
    editors: tuple[Row, ...] = ()
    releases: tuple[Row, ...] = ()
    decisions: tuple[Row, ...] = ()


def breaches(records: Records) -> list[dict[str, Any]]:
    """Every breach: its kind and sentence, the order, the person and their accounts, the rows."""
    people = _People(records)
    found = [
        *(one for row in records.approvals for one in _of_approval(records, people, row)),
        *_of_overrides(records, people),
        *_of_releases(records, people),
        *_of_desk(records, people),
    ]
    return sorted(found, key=lambda one: (one["order_id"], one["breach"], one["refs"]))


class _People:
    """Persons behind accounts, and who was away on a day."""

    def __init__(self, records: Records) -> None:
        self._rows = {str(row["user_id"]): row for row in records.staff}

    def person(self, user: object) -> str:
        row = self._rows.get(str(user or ""))
        return str((row and row["person_id"]) or user or "")

    def away(self, user: object, moment: datetime | None) -> bool:
        row = self._rows.get(str(user or ""))
        if row is None or moment is None or not (row["absent_from"] or row["absent_to"]):
            return False
        first, last = row["absent_from"] or date.min, row["absent_to"] or date.max
        return bool(first <= moment.astimezone(_zone(row["timezone"])).date() <= last)

    def principals(self, user: object, moment: datetime | None) -> set[str]:
        """Persons for whom somebody stood in at a moment."""
        person = self.person(user)
        return {
            self.person(name)
            for name, row in self._rows.items()
            if row["stand_in"] and self.person(row["stand_in"]) == person
            and self.away(name, moment)
        }  # fmt: skip


def _zone(name: object) -> tzinfo:
    try:
        return ZoneInfo(str(name or "UTC"))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return UTC


def _breach(kind: str, says: str, order: object, person: str, users: Iterable[object],
            refs: Iterable[str]) -> dict[str, Any]:  # fmt: skip
    accounts = sorted({str(user) for user in users if user})
    return {"breach": kind, "says": says, "order_id": str(order or ""), "person_id": person,
            "accounts": accounts, "refs": sorted(refs)}  # fmt: skip


def _of_approval(records: Records, people: _People, row: Row) -> Iterator[dict[str, Any]]:
    by, order, at = row["approved_by"], row["order_id"], row["decided_at"]
    person, ref = people.person(by), f"approvals/{row['approval_id']}"
    if not person:
        return
    same = {
        "creator approved": ("entered the order and approved it", row["created_by"]),
        "requester approved": ("asked for the approval and gave it", row["requested_by"]),
        "sales owner approved": ("sells to the customer and approved the order",
                                 row["sales_owner"]),
        "last editor approved": ("changed the order last and approved it",
                                 _last_editor(records, row)),
    }  # fmt: skip
    for kind, (says, user) in same.items():
        if user and people.person(user) == person:
            yield _breach(kind, says, order, person, (by, user), {ref, f"orders/{order}"})
    if people.away(by, at):
        yield _breach("approved while absent", "was recorded as absent that day", order, person,
                      (by,), {ref, f"staff/{by}"})  # fmt: skip
    if people.person(row["requested_by"]) in people.principals(by, at):
        yield _breach("stand-in approved", "stood in for the person who asked", order, person,
                      (by, row["requested_by"]), {ref})  # fmt: skip


def _last_editor(records: Records, approval: Row) -> object:
    before = [
        row for row in records.editors
        if row["order_id"] == approval["order_id"]
        and (approval["decided_at"] is None or row["changed_at"] is None
             or row["changed_at"] <= approval["decided_at"])
    ]  # fmt: skip
    return before[-1]["changed_by"] if before else None


def _of_overrides(records: Records, people: _People) -> Iterator[dict[str, Any]]:
    for row in records.overrides:
        person = people.person(row["approved_by"])
        if person == people.person(row["requested_by"]):
            yield _breach("requester approved", "asked for the price override and approved it",
                          row["order_id"], person, (row["approved_by"], row["requested_by"]),
                          {f"price_overrides/{row['override_id']}"})  # fmt: skip


def _of_releases(records: Records, people: _People) -> Iterator[dict[str, Any]]:
    for hold in records.releases:
        person = people.person(hold["released_by"])
        for row in records.approvals:
            same_order = row["action"] in OVERRIDES and row["order_id"] == hold["order_id"]
            if same_order and people.person(row["approved_by"]) == person:
                refs = {f"approvals/{row['approval_id']}", f"holds/{hold['hold_id']}"}
                users = (row["approved_by"], hold["released_by"])
                says = "approved an override and released the hold"
                yield _breach("override approver released", says, row["order_id"], person, users,
                              refs)  # fmt: skip


def _of_desk(records: Records, people: _People) -> Iterator[dict[str, Any]]:
    """The desk's own signatures: two duties by one person, absence, the creator's signature."""
    did: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for row in records.decisions:
        if row["decision"] not in ("approve", "edit"):
            continue
        duty = "edit" if row["decision"] == "edit" else DUTIES.get(str(row["action"]), "approve")
        did.setdefault((str(row["order_id"]), str(row["person_id"])), {}).setdefault(
            duty, []).append(row)  # fmt: skip
        yield from _of_signature(people, row)
    for (order, person), duties in did.items():
        if len(set(duties) - {"approve"}) > 1 or ("notify" in duties and len(duties) > 1):
            rows = [row for some in duties.values() for row in some]
            says = f"did {', '.join(sorted(duties))} on one order"
            yield _breach("two duties", says, order, person, (row["user_id"] for row in rows),
                          {f"decisions/{row['decision_id']}" for row in rows})  # fmt: skip


def _of_signature(people: _People, row: Row) -> Iterator[dict[str, Any]]:
    order, person, by = row["order_id"], str(row["person_id"]), row["user_id"]
    ref = {f"decisions/{row['decision_id']}"}
    if people.away(by, row["decided_at"]):
        yield _breach("approved while absent", "was recorded as absent that day", order, person,
                      (by,), ref)  # fmt: skip
    if row["decision"] == "approve" and people.person(row["created_by"]) == person:
        yield _breach("creator approved", "entered the order and approved it", order, person,
                      (by, row["created_by"]), ref)  # fmt: skip
