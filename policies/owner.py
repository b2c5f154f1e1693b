"""Who decides: the role of the primary class, and the person who holds it and is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policies.findings import Bound, Finding, Sentence, Unknown
from policies.settings import ExceptionClass
from tools.approvals import person_of
from tools.book import Case
from tools.rows import Figure, Row

OWNER_ROLES: dict[ExceptionClass, str] = {
    "credit_hold": "credit_control",
    "stock_shortage": "warehouse",
    "customer_priority_conflict": "warehouse",
    "substitution_need": "sales_operations",
    "price_mismatch": "sales_operations",
    "route_risk": "logistics",
    "compliance_issue": "compliance",
    "approval_gap": "sales_operations",
}
NOBODY_ELSE = "sales_operations"
"""The owner of an order without any finding."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The role that decides, its person present on the day (None: nobody on file), and why."""

    role: str
    user_id: str | None
    why: Sentence
    also: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


def roles_of(staff: Row) -> frozenset[str]:
    """The roles of a staff row."""
    return frozenset(
        part.strip() for part in (staff.text("roles") or "").split(",") if part.strip()
    )


def is_absent(staff: Row, day: date) -> bool:
    """Whether a person is absent on that local day (both ends inclusive, an empty end open)."""
    first, last = staff.day("absent_from"), staff.day("absent_to")
    if first is None and last is None:
        return False
    return (first or date.min) <= day <= (last or date.max)


def _holders(case: Case, role: str) -> list[Row]:
    def fits(row: Row) -> bool:
        company = row.text("company_id") in (None, case.company_id)
        site = role != "warehouse" or row.text("site_id") in (None, case.site_id)
        return company and site and role in roles_of(row)

    return sorted(filter(fits, case.book.all("staff")), key=lambda row: row.ref)


def person_for(case: Case, role: str) -> tuple[Row | None, Row | None]:
    """Who holds the role today: (the person, the absent colleague whom they stand in for).

    A stand-in must hold the role as well, be there, and not have created the order.
    """
    holders = _holders(case, role)
    present = [row for row in holders if not is_absent(row, case.today)]
    for absent in (row for row in holders if is_absent(row, case.today)):
        stand_in = case.book.one("staff", user_id=absent["stand_in"])
        if stand_in in present and not _entered(case, stand_in):
            return stand_in, absent
    free = [row for row in present if not _entered(case, row)]
    return next(iter(free or present), None), None


def _entered(case: Case, staff: Row) -> bool:
    """Whether the order was created by this person, under this account or another of theirs."""
    creator = person_of(case.book, case.order.text("created_by"))
    return creator is not None and person_of(case.book, staff.text("user_id")) == creator


def role_of(primary: ExceptionClass | None, findings: list[Finding], unknown: list[Unknown]) -> str:
    """The deciding role: a finding may name another one than its class (margin, approvals)."""
    if primary is None:
        return OWNER_ROLES[unknown[0].check] if unknown and not findings else NOBODY_ELSE
    named = [str(f.values["owner"]) for f in findings if f.cls == primary and f.values.get("owner")]
    return named[0] if named else OWNER_ROLES[primary]


def choose_owner(
    case: Case,
    primary: ExceptionClass | None,
    findings: list[Finding],
    unknown: list[Unknown],
    *,
    executive: bool,
) -> Owner:
    """The owner of a packet; `executive` where the order's value needs an executive as well."""
    role = role_of(primary, findings, unknown)
    person, absent = person_for(case, role)
    figures: dict[str, Bound] = {
        "role": Figure("owner.role", role, "text", "by rule: role of the class")
    }
    text = "{role} decides: no finding stands."
    if primary is not None:
        text = "{role} decides on {primary}."
        figures["primary"] = Figure("owner.primary", primary, "text", "by rule: primary class")
    elif unknown:
        text = "{role} decides: a check of theirs is not known."
    rows = tuple(row for row in (person, absent) if row is not None)
    if person is not None and absent is not None:
        text += " {stand_in} stands in for {absent}."
        figures |= {"stand_in": person.cell("user_id"), "absent": absent.cell("user_id")}
    also = ("executive",) if executive and role != "executive" else ()
    user_id = person.text("user_id") if person else None
    return Owner(role, user_id, Sentence(text, figures), also, rows)
