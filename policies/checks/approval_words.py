"""The findings of an action that is not validly approved: one for each thing that fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from policies.checks.approval_validity import Seats, Verdict, signs_as
from policies.findings import Bound, Clearing, Finding, Sentence
from policies.settings import ExceptionClass
from tools.approvals import authority, person_of, roles_of, staff_row
from tools.book import Case
from tools.rows import Cell, Figure, Row
from tools.unknown import NotKnown

CLS: ExceptionClass = "approval_gap"

WORDS = {
    "missing": "no approval is on file",
    "pending": "approval {approval} is still pending",
    "rejected": "the newest decision, {approval}, is a rejection",
    "expired": "approval {approval} ended at {expires_at}",
    "older_version": "approval {approval} is of version {approved_version}, the order is at "
                     "version {version}",
    "amount_too_low": "approval {approval} covers {approved_amount} only",
    "self_approved": "approval {approval} is signed by {approver}, who entered, requested or "
                     "changed the order",
    "wrong_role": "approval {approval} is signed by {approver}, who does not hold the role",
    "over_authority": "approval {approval} is signed by {approver}, whose authority does not "
                      "reach so far",
    "quorum_short": "{counted} of {needed} signatures are there",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """An action that needs an approval: what is signed, how it is measured, and who may sign.

    `what` begins a sentence, with {amount} for the measure in the policy currency; `figures`
    fills it; `values` are further values of the findings, `citations` the rows behind them.
    """

    case: Case
    action: str
    measure: Figure
    what: str
    figures: dict[str, Bound]
    values: dict[str, Bound | str | int | None]
    citations: tuple[Row, ...]
    line_no: int | None = None
    percent: Figure | None = None
    also: str = ""
    """What is needed beside the approval, in words: then no single change clears the finding."""


def spoken(seats: Seats) -> str:
    """The signers in words, such as "sales operations and an executive"."""
    return " and ".join(" or ".join(_spoken_role(role) for role in seat) for seat in seats)


def _spoken_role(role: str) -> str:
    return "an executive" if role == "executive" else role.replace("_", " ")


def gap_findings(wanted: Wanted, judged: Verdict) -> list[Finding]:
    """A finding for every failure of the approvals on file."""
    return [_finding(wanted, judged, code) for code in judged.failures]


def _finding(wanted: Wanted, judged: Verdict, code: str) -> Finding:
    approval = _approval_of(judged, code)
    bound = {**wanted.figures, "amount": wanted.measure, **_bound(wanted, judged, approval, code)}
    owner = open_seat(wanted.case, judged)[0]
    return Finding(
        CLS, code, Sentence(f"{wanted.what}: {_words(wanted, approval, code)}.", bound),
        Clearing(
            Sentence(
                f"Clears with a valid approval over {{amount}}, signed by {spoken(judged.seats)}"
                f"{wanted.also}.",
                {"amount": wanted.measure},
            ),
            None if wanted.also else approval_change(wanted, judged),
        ),
        line_no=wanted.line_no,
        values={
            "action": wanted.action, "amount": wanted.measure, **wanted.values,
            **_bound(wanted, judged, approval, code),
            "roles": ", ".join("|".join(seat) for seat in judged.seats),
            "signer": _signer_cell(wanted, judged), "owner": owner,
        },
        citations=(*wanted.citations, wanted.case.order, *judged.rows),
    )  # fmt: skip


def _words(wanted: Wanted, approval: Row | None, code: str) -> str:
    if code == "amount_too_low" and approval is not None and approval.number("amount") is None:
        return "approval {approval} names no amount"
    if code == "older_version" and approval is not None and approval["order_version"] is None:
        return "approval {approval} names no version"
    if code == "older_version" and wanted.case.order["version"] is None:
        return "approval {approval} is of version {approved_version}, the order names none"
    if approval is not None and approval["approved_by"] is None and "{approver}" in WORDS[code]:
        return "approval {approval} names nobody who signed it"
    return WORDS[code]


def _approval_of(judged: Verdict, code: str) -> Row | None:
    """The newest approval that fails so."""
    rows = [row for row, failed in judged.judged if code in failed]
    if code == "rejected":
        rows = [row for row, _ in judged.judged if row.text("decision") == "rejected"]
    dated = sorted(rows, key=lambda row: str(row["decided_at"] or ""))
    return dated[-1] if dated else None


def _bound(
    wanted: Wanted, judged: Verdict, approval: Row | None, code: str
) -> dict[str, Bound]:  # fmt: skip
    if code == "quorum_short":
        return _quorum(wanted, judged)
    if approval is None:
        return {}
    columns = {
        "approval": "approval_id", "expires_at": "expires_at", "approver": "approved_by",
        "approved_version": "order_version", "approved_amount": "amount",
    }  # fmt: skip
    cells: dict[str, Bound] = {
        name: approval.cell(c) for name, c in columns.items() if approval[c] is not None
    }
    if wanted.case.order["version"] is not None:
        cells["version"] = wanted.case.order.cell("version")
    return cells


def _quorum(wanted: Wanted, judged: Verdict) -> dict[str, Bound]:
    key = f"approval.{wanted.action}.{wanted.line_no or 'order'}"
    people = {person_of(wanted.case.book, row.text("approved_by")) for row in judged.counted}
    return {
        "needed": Figure(f"{key}.needed", len(judged.seats), "count",
                         "by rule: signatures that the action needs at this value"),
        "counted": Figure(
            f"{key}.counted", len(people), "count",
            "by rule: persons whose approvals count",
            tuple(row.cell("approved_by") for row in judged.counted),
        ),
    }  # fmt: skip


# --- who may still sign ----------------------------------------------------------------------


def open_seat(case: Case, judged: Verdict) -> tuple[str, ...]:
    """The first signature that the approvals that count leave open."""
    taken: set[str | None] = set()
    for seat in judged.seats:
        people = [
            person for row in judged.counted
            if signs_as(roles_of(case.book, row.text("approved_by")), seat)
            and (person := person_of(case.book, row.text("approved_by"))) not in taken
        ]  # fmt: skip
        if not people:
            return seat
        taken.add(people[0])
    return judged.seats[0]


def signers(wanted: Wanted, judged: Verdict, seat: tuple[str, ...]) -> list[Row]:
    """The staff who may still take a seat, those present today first."""
    case, book = wanted.case, wanted.case.book
    taken = {person_of(book, row.text("approved_by")) for row in judged.counted}
    taken.add(person_of(book, case.order.text("created_by")))
    return sorted(
        (row for row in able_to_sign(wanted, seat)
         if person_of(book, row.text("user_id")) not in taken),
        key=lambda row: (_is_absent(case, row), row.ref),
    )  # fmt: skip


def able_to_sign(wanted: Wanted, seat: tuple[str, ...]) -> list[Row]:
    """The staff of the order's company with a role and the authority for a seat.

    Somebody whose authority is not known (a limit without currency or rate) is not named.
    """
    case = wanted.case
    found = []
    for row in case.book.all("staff"):
        user, company = row.text("user_id"), row.text("company_id")
        roles = signs_as(roles_of(case.book, user), seat)
        if not roles or company not in (None, case.company_id):
            continue
        try:
            limit = authority(case, user, wanted.action, roles, wanted.measure.unit)
        except NotKnown:
            continue
        if limit is not None and limit.number >= wanted.measure.number:
            found.append(row)
    return found


def _is_absent(case: Case, person: Row) -> bool:
    start, end = person.day("absent_from"), person.day("absent_to")
    if start is None and end is None:
        return False
    return (start is None or start <= case.today) and (end is None or case.today <= end)


def _signer_cell(wanted: Wanted, judged: Verdict) -> Cell | None:
    found = signers(wanted, judged, open_seat(wanted.case, judged))
    return found[0].cell("user_id") if found else None


def approval_change(wanted: Wanted, judged: Verdict) -> dict[str, Any] | None:
    """The one approval that would be enough; None where more are missing or nobody may sign."""
    if len({row.text("approved_by") for row in judged.counted}) < len(judged.seats) - 1:
        return None
    found = signers(wanted, judged, open_seat(wanted.case, judged))
    if not found:
        return None
    values: dict[str, Any] = {
        "order_id": wanted.case.order_id, "line_no": wanted.line_no, "action": wanted.action,
        "order_version": wanted.case.order["version"], "decision": "approved",
        "amount": format(wanted.measure.number, "f"), "currency": wanted.measure.unit,
        "approved_by": found[0].text("user_id"), "decided_at": wanted.case.book.as_of.isoformat(),
    }  # fmt: skip
    filled = {name: value for name, value in values.items() if value is not None}
    return {"kind": "document", "table": "approvals", "values": filled}


def is_own_requester(case: Case, override: Row) -> bool:
    """Whether whoever approved an override also asked for it (the same person)."""
    signer = person_of(case.book, override.text("approved_by"))
    return signer is not None and signer == person_of(case.book, override.text("requested_by"))


def person_row(case: Case, user_id: str | None) -> tuple[Row, ...]:
    """The staff row of a user, to cite."""
    row = staff_row(case.book, user_id)
    return (row,) if row else ()
