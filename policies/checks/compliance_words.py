"""What the compliance checks share: how a check on file counts, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from policies.findings import Bound, CheckResult, Clearing, Finding, Sentence, Unknown
from policies.settings import ExceptionClass
from tools.approvals import holders_of, person_of, roles_of
from tools.book import Case
from tools.rows import Figure, Row
from tools.unknown import NotKnown

CLS: ExceptionClass = "compliance_issue"
NOT_CLEAR = ("hit", "possible_match", "pending")
SHOWN = {
    "check": "check_id", "list": "list_name", "version": "list_version", "result": "result",
    "checked_on": "checked_on", "valid_to": "valid_to", "cleared_by": "cleared_by",
    "licence_no": "licence_no", "left": "licence_qty_left",
}  # fmt: skip


def is_cleared(case: Case, row: Row) -> bool:
    """Whether a possible match was cleared by compliance, and not by whoever created the order."""
    user = row.text("cleared_by")
    if user is None or "compliance" not in roles_of(case.book, user):
        return False
    creator = case.order.text("created_by")
    return person_of(case.book, user) != person_of(case.book, creator)


def state(case: Case, row: Row, ship: Figure, dated: bool, max_age: int | None = None) -> str:
    """How a check counts on a ship date: clear, expired, possible_match, pending or hit.

    `dated` says whether the ship date is sure; `max_age` is the age in days that it may have.

    Raises:
        NotKnown: the result, or a date that decides, is empty.
    """
    result = row.text("result")
    if result is None:
        raise NotKnown(f"the result of {row.ref} is empty", "compliance_checks.result")
    if result in ("hit", "pending"):
        return result
    if result == "possible" and not is_cleared(case, row):
        return "possible_match"
    return "expired" if _is_expired(case, row, ship, dated, max_age) else "clear"


def _is_expired(case: Case, row: Row, ship: Figure, dated: bool, max_age: int | None) -> bool:
    end, day = row.day("valid_to"), ship.value
    if end is not None and end < (day if isinstance(day, date) else case.today):
        return True
    if max_age is not None:
        checked = row.day("checked_on")
        if checked is None:
            raise NotKnown(f"{row.ref} has no date", "compliance_checks.checked_on")
        if case.today - checked > timedelta(days=max_age):
            return True
    if end is not None and not dated:
        raise NotKnown(f"no ship date to hold {row.ref} against", "orders.ship_on")
    return False


def shown(row: Row) -> dict[str, Bound]:
    """The filled cells of a check that a reader wants: list, version, date, result, number."""
    return {name: row.cell(c) for name, c in SHOWN.items() if row[c] is not None}


def told(row: Row, noun: str) -> str:
    """A clause that names a check by its filled cells, such as "check {check} of {checked_on}"."""
    text = noun + " {check}"
    if row["list_name"] is not None:
        text += " against {list}"
    if row["list_version"] is not None:
        text += " version {version}"
    return text + (" of {checked_on}" if row["checked_on"] is not None else "")


def a_clear_check(case: Case, ship: Figure, **values: Any) -> dict[str, Any]:
    """The change that adds a clear check made today and valid just until the ship date."""
    day = ship.value if isinstance(ship.value, date) else case.today
    row = {
        "result": "clear", "checked_on": case.today.isoformat(), "valid_to": day.isoformat(),
        **{name: value for name, value in values.items() if value is not None},
    }  # fmt: skip
    return {"kind": "document", "table": "compliance_checks", "values": row}


def clearing(case: Case, code: str, row: Row, document: dict[str, Any]) -> Clearing:
    """What clears a check that is not clear: nothing for a hit, a person for a possible match."""
    bound = {"check": row.cell("check_id")}
    if code == "hit":
        return Clearing(Sentence("Nobody overrides the hit of check {check}.", bound))
    if code == "possible_match":
        words = "Clears when compliance, and not whoever entered the order, clears match {check}."
        return Clearing(Sentence(words, bound), _cleared_by_compliance(case, row))
    if code == "pending":
        words = "Clears when the result of check {check} comes in clear."
        return Clearing(Sentence(words, bound), _change(row, "result", "clear"))
    words = "Clears with a new clear check that is valid on the ship date."
    return Clearing(Sentence(words, {}), document)


def _change(row: Row, field: str, value: str) -> dict[str, Any]:
    return {"kind": "row", "ref": row.ref, "field": field, "value": value}


def _cleared_by_compliance(case: Case, row: Row) -> dict[str, Any] | None:
    creator = person_of(case.book, case.order.text("created_by"))
    for person in holders_of(case, "compliance"):
        user = person.text("user_id")
        if user and person_of(case.book, user) != creator:
            return _change(row, "cleared_by", user)
    return None


def gather(result: CheckResult, units: Iterable[Callable[[], list[Finding]]]) -> None:
    """Add the findings of each unit; what one of them cannot know leaves the others standing."""
    for unit in units:
        try:
            result.findings.extend(unit())
        except NotKnown as gap:
            unknown = Unknown(CLS, gap.missing, gap.why)
            if unknown not in result.not_known:
                result.not_known.append(unknown)
