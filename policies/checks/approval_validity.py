"""Which approvals on file count for an action, and what fails in the others (rules A2).

An approval read from a source is evidence for the checks only; it unlocks nothing in the desk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from policies.settings import Settings
from tools.approvals import (
    DECIDED,
    approvals_of,
    approved_amount,
    authorities_of,
    authority,
    changes_since,
    holders_of,
    is_for_this_version,
    measured,
    person_of,
    roles_of,
    staff_row,
)
from tools.book import Case
from tools.rows import Figure, Row
from tools.unknown import NotKnown

Seats = tuple[tuple[str, ...], ...]
"""Signatures that are needed, each with the roles of which one must be held."""

SIGNERS: dict[str, Seats] = {
    "release_order": (("sales_operations",),),
    "change_price": (("sales_operations",),),
    "override_credit": (("credit_control",),),
    "change_credit_limit": (("credit_control",),),
    "allocate_stock": (("warehouse",),),
    "ship_partial": (("warehouse",),),
    "transfer_stock": (("warehouse",), ("warehouse",)),
    "substitute_item": (("sales_operations",),),
    "change_promise": (("logistics",), ("customer_service",)),
    "notify_customer": (("customer_service",),),
}
ABOVE_AUTHORITY: Seats = (("finance",), ("executive",))
"""Who signs credit actions that no credit controller has the authority for."""

FAILURES = ("missing", "pending", "rejected", "expired", "older_version", "amount_too_low",
            "self_approved", "wrong_role", "over_authority", "quorum_short")  # fmt: skip
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an action is approved, and if not, everything that fails.

    `failures` is empty where it is valid, ("missing",) where no approval is on file; `rows` are
    the approvals, people and changes to cite; `counted` the approvals that count; `seats` the
    signatures needed; `judged` each approval on file with what fails in it.
    """

    valid: bool
    failures: tuple[str, ...]
    rows: tuple[Row, ...]
    counted: tuple[Row, ...]
    seats: Seats = ()
    judged: tuple[tuple[Row, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class _Request:
    case: Case
    action: str
    measure: Figure | None
    currency: str
    seats: Seats
    percent: Decimal | None


def seats_for(
    case: Case, settings: Settings, action: str, measure: Figure | None, roles: tuple[str, ...] = ()
) -> Seats:
    """The signatures that an action needs; `roles` replaces who may give the first.

    A release from the executive threshold on needs a second person, an executive (A1); a credit
    action above every credit controller's authority needs finance and an executive.
    """
    seats = SIGNERS.get(action, ((),))
    if roles:
        seats = (roles, *seats[1:])
    if measure is None:
        return seats
    currency = settings.approval.policy_currency
    amount = measured(case, measure, currency).number
    if action == "release_order" and amount >= settings.approval.executive_from:
        return (*seats, ("executive",))
    if seats == (("credit_control",),) and not _within_authority(case, action, amount, currency):
        return ABOVE_AUTHORITY
    return seats


def _within_authority(case: Case, action: str, amount: Decimal, currency: str) -> bool:
    for person in holders_of(case, "credit_control"):
        limit = authority(case, person.text("user_id"), action, ("credit_control",), currency)
        if limit is not None and limit.number >= amount:
            return True
    return False


def signs_as(held: Iterable[str], seat: tuple[str, ...]) -> frozenset[str]:
    """The roles in which someone may take a seat: held ones, or any but compliance as executive."""
    held = frozenset(held)
    if "executive" in held and "compliance" not in seat:
        return frozenset(seat) | {"executive"}
    return held & frozenset(seat)


def verdict(
    case: Case, settings: Settings, action: str, measure: Figure | None, *,
    line_no: int | None = None, roles: tuple[str, ...] = (), percent: Decimal | None = None,
) -> Verdict:  # fmt: skip
    """Judge the approvals on file of an action, measured in the policy currency at today's rate.

    `measure` is what amounts and authorities are held against (any currency; None: nothing to
    measure), `line_no` the line concerned, `roles` the roles of which the signer must hold one
    where they differ from the action's usual ones, `percent` a discount that `max_pct` caps.

    Raises:
        NotKnown: there are decisions but no staff table, or a rate or currency is missing.
    """
    currency = settings.approval.policy_currency
    rows = approvals_of(case, action, line_no)
    if any(row.text("decision") in DECIDED for row in rows) and not case.book.present("staff"):
        raise NotKnown("there is no staff table to tell who may sign", "staff")
    limit = measured(case, measure, currency) if measure is not None else None
    request = _Request(
        case, action, limit, currency, seats_for(case, settings, action, measure, roles), percent
    )
    return _judge(request, rows)


def _judge(request: _Request, rows: list[Row]) -> Verdict:
    judged = tuple((row, _failures(request, row)) for row in rows)
    sound = [row for row, failed in judged if not failed and row.text("decision") == "approved"]
    found = {name for _, failed in judged for name in failed}
    rejected = _newest_is_rejection(request.case, rows)
    filled = _fills(request, sound, request.seats)
    if rejected:
        found.add("rejected")
    if not filled and len(request.seats) > 1 and _has(rows, "approved"):
        found.add("quorum_short")
    if all(row.text("decision") == "rejected" for row in rows) and not rejected:
        found.add("missing")
    valid = filled and not rejected
    failures = () if valid else tuple(name for name in FAILURES if name in found)
    cited = _evidence(request.case, rows)
    return Verdict(valid, failures, cited, () if rejected else tuple(sound), request.seats, judged)


def _has(rows: list[Row], *decisions: str) -> bool:
    return any(row.text("decision") in decisions for row in rows)


def _newest_is_rejection(case: Case, rows: list[Row]) -> bool:
    """Whether the newest decision of the order's version is a rejection; in doubt it is."""
    own = [r for r in rows if r.text("decision") in DECIDED and is_for_this_version(case, r)]

    def moment(row: Row) -> tuple[datetime, bool]:
        is_rejection = row.text("decision") == "rejected"
        return row.moment("decided_at") or (LATEST if is_rejection else EARLIEST), is_rejection

    return bool(own) and moment(max(own, key=moment))[1]


def _failures(request: _Request, row: Row) -> tuple[str, ...]:
    decision = row.text("decision")
    if decision == "rejected":
        return ()
    if decision != "approved":
        return ("pending",)
    tests = {
        "expired": _is_expired(request.case, row),
        "older_version": not is_for_this_version(request.case, row),
        "amount_too_low": _is_too_low(request, row),
        "self_approved": _is_self_approved(request.case, row),
        "wrong_role": not any(_signs_as(request, row)),
        "over_authority": _is_over_authority(request, row),
    }
    return tuple(name for name, failed in tests.items() if failed)


def _is_expired(case: Case, row: Row) -> bool:
    end = row.moment("expires_at")
    return end is not None and end <= case.book.as_of


def _is_too_low(request: _Request, row: Row) -> bool:
    if request.measure is None:
        return False
    amount = approved_amount(request.case, row, request.currency)
    return amount is None or amount.number < request.measure.number


def _is_self_approved(case: Case, row: Row) -> bool:
    users = [case.order.text("created_by"), row.text("requested_by")]
    users += [change.text("changed_by") for change in changes_since(case, row)]
    touched = {person_of(case.book, user) for user in users if user}
    return person_of(case.book, row.text("approved_by")) in touched


def _signs_as(request: _Request, row: Row) -> list[frozenset[str]]:
    held = roles_of(request.case.book, row.text("approved_by"))
    return [signs_as(held, seat) for seat in request.seats]


def _is_over_authority(request: _Request, row: Row) -> bool:
    roles = frozenset[str]().union(*_signs_as(request, row))
    if request.percent is not None and _is_over_percent(request, roles):
        return True
    if request.measure is None:
        return False
    user = row.text("approved_by")
    limit = authority(request.case, user, request.action, roles, request.currency)
    return limit is None or limit.number < request.measure.number


def _is_over_percent(request: _Request, roles: frozenset[str]) -> bool:
    rows = [r for r in authorities_of(request.case, request.action) if r.text("role") in roles]
    caps = [cap for r in rows if (cap := r.number("max_pct")) is not None]
    return bool(caps) and len(caps) == len(rows) and (request.percent or 0) > max(caps)


def _fills(request: _Request, sound: list[Row], seats: Seats) -> bool:
    """Whether distinct persons can take every seat."""
    if not seats:
        return True
    book = request.case.book
    for row in sound:
        if signs_as(roles_of(book, row.text("approved_by")), seats[0]):
            person = person_of(book, row.text("approved_by"))
            others = [r for r in sound if person_of(book, r.text("approved_by")) != person]
            if _fills(request, others, seats[1:]):
                return True
    return False


def _evidence(case: Case, rows: list[Row]) -> tuple[Row, ...]:
    found: dict[str, Row] = {}
    for row in rows:
        people = [staff_row(case.book, row.text(c)) for c in ("approved_by", "requested_by")]
        for item in (row, *people, *changes_since(case, row)):
            if item is not None:
                found.setdefault(item.ref, item)
    return tuple(found.values())
