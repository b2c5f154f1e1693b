"""Which approvals on file count for an action, and what fails in the others (A2).

What the rules do not say about it, and how it is read, stands in `approval.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from evals.oracle.compliance import person_of, roles_of
from evals.oracle.model import (
    POLICY_CURRENCY,
    ZERO,
    Books,
    Gap,
    Row,
    Verdict,
    moment,
    money,
    number,
    text,
)
from evals.oracle.orders import now_of

KIND = "approval_gap"
IMMATERIAL = {"remark", "channel", "customer_ref", "version"}


@dataclass(frozen=True)
class Need:
    """An approval that an order needs: measured in the policy currency, a role for each seat."""

    action: str
    line_no: str
    measure: Fraction
    seats: tuple[str, ...]


def report(books: Books, order: Row, need: Need, verdict: Verdict) -> bool:
    """Name what is missing of an approval; say whether anything is."""
    codes = failures(books, order, need)
    for code in sorted(codes):
        verdict.find(KIND, code, need.line_no or None, owner=open_seat(books, order, need))
    return bool(codes)


def approvals_for(books: Books, order: Row, need: Need) -> list[Row]:
    """Give the approvals on file for an action; one of the whole order is for any line."""
    rows = books.rows("approvals", order_id=order["order_id"], action=need.action)
    return [r for r in rows if text(r, "line_no") in ("", need.line_no)]


def failures(books: Books, order: Row, need: Need) -> set[str]:
    """Give every reason why the approval does not stand; none where it does."""
    rows = approvals_for(books, order, need)
    decided = [r for r in rows if text(r, "decision") in ("approved", "rejected")]
    if decided and not books.has("staff"):
        raise Gap("staff")
    codes: set[str] = set()
    for row in rows:
        codes |= flaws(books, order, need, row)
    rejected = is_rejected(books, order, decided)
    if takes_seats(books, sound(books, order, need), need.seats) and not rejected:
        return set()
    if rejected:
        codes.add("rejected")
    if not rejected and not any(text(r, "decision") != "rejected" for r in rows):
        codes.add("missing")
    approved = any(text(r, "decision") == "approved" for r in rows)
    filled = takes_seats(books, sound(books, order, need), need.seats)
    if len(need.seats) > 1 and approved and not filled:
        codes.add("quorum_short")
    return codes


def sound(books: Books, order: Row, need: Need) -> list[str]:
    """Give who approved without a flaw."""
    rows = [r for r in approvals_for(books, order, need) if text(r, "decision") == "approved"]
    return [text(r, "approved_by") for r in rows if not flaws(books, order, need, r)]


def takes_seats(books: Books, users: list[str], seats: tuple[str, ...]) -> bool:
    """Say whether different persons can take every seat."""
    if not seats:
        return True
    for user in users:
        others = [u for u in users if person_of(books, u) != person_of(books, user)]
        if signs_as(books, user, seats[0]) and takes_seats(books, others, seats[1:]):
            return True
    return False


def open_seat(books: Books, order: Row, need: Need) -> str:
    """Give the first role that no counting approval takes."""
    decided = [
        r
        for r in approvals_for(books, order, need)
        if text(r, "decision") in ("approved", "rejected")
    ]
    users = [] if is_rejected(books, order, decided) else sound(books, order, need)
    taken: set[str] = set()
    for seat in need.seats:
        able = [
            p for u in users if signs_as(books, u, seat) and (p := person_of(books, u)) not in taken
        ]
        if not able:
            return seat
        taken.add(able[0])
    return need.seats[0]


def is_rejected(books: Books, order: Row, decided: list[Row]) -> bool:
    """Say whether the newest decision of the order's version is a rejection."""

    def rank(row: Row) -> tuple[datetime, bool]:
        no = text(row, "decision") == "rejected"
        unknown = datetime.max if no else datetime.min  # noqa: DTZ901 - a place in an order only
        return (moment(row, "decided_at") or unknown.replace(tzinfo=books.as_of.tzinfo), no)

    own = [r for r in decided if is_current(books, order, r)]
    return bool(own) and rank(max(own, key=rank))[1]


def flaws(books: Books, order: Row, need: Need, row: Row) -> set[str]:
    """Give what keeps one approval from counting."""
    decision, by = text(row, "decision"), text(row, "approved_by")
    if decision != "approved":
        return set() if decision == "rejected" else {"pending"}
    codes = set()
    expires = moment(row, "expires_at")
    if expires and expires <= books.as_of:
        codes.add("expired")
    if not is_current(books, order, row):
        codes.add("older_version")
    if not text(row, "amount") or in_policy(books, order, row, "amount") < need.measure:
        codes.add("amount_too_low")
    if by and person_of(books, by) in involved(books, order, row):
        codes.add("self_approved")
    signs = set().union(*(signs_as(books, by, seat) for seat in need.seats))
    if not signs:
        codes.add("wrong_role")
    limit = authority(books, order, by, signs, need.action)
    if limit is None or limit < need.measure:
        codes.add("over_authority")
    return codes


def signs_as(books: Books, user_id: str, seat: str) -> set[str]:
    """Give the roles in which somebody may take a seat; an executive takes any."""
    held = roles_of(books, user_id)
    return {seat, "executive"} if "executive" in held else held & {seat}


def in_policy(books: Books, order: Row, row: Row, column: str) -> Fraction:
    """Give an amount of a row in the policy currency at today's rate."""
    value = number(row, column)
    rate = books.rate(text(row, "currency"), POLICY_CURRENCY, now_of(books, order))
    return money(value * rate, POLICY_CURRENCY)


def is_current(books: Books, order: Row, row: Row) -> bool:
    """Say whether an approval speaks of the order as it is."""
    signed, now = text(row, "order_version"), text(order, "version")
    if signed == now:
        return True
    if not signed or not now or int(signed) > int(now) or not books.has("order_changes"):
        return False
    changes = books.rows("order_changes", order_id=order["order_id"])
    later = [c for c in changes if int(c["version"]) > int(signed)]
    return all(text(c, "field") in IMMATERIAL for c in later)


def involved(books: Books, order: Row, row: Row) -> set[str]:
    """Give the persons who may not approve: author, requester, and who changed the order since."""
    users = {text(order, "created_by"), text(row, "requested_by")}
    signed, at = text(row, "order_version"), moment(row, "decided_at")
    for change in books.rows("order_changes", order_id=order["order_id"]):
        changed = moment(change, "changed_at")
        newer = bool(signed) and int(change["version"]) > int(signed)
        if newer or (at and changed and changed > at):
            users.add(text(change, "changed_by"))
    return {person_of(books, u) for u in users if u}


def authority(
    books: Books, order: Row, user_id: str, roles: set[str], action: str
) -> Fraction | None:
    """Give up to which amount a person may approve, in the policy currency; none for nothing."""
    person = books.one("staff", user_id=user_id)
    if person is None or not text(person, "approval_limit"):
        return None
    limits = [limit_of(books, order, person, "approval_limit")]
    company = text(order, "company_id")
    rows = books.rows("authorities", action=action, company_id=company)
    named = {text(r, "role") for r in rows}
    if company:
        common = books.rows("authorities", action=action, company_id="")
        rows = rows + [r for r in common if text(r, "role") not in named]
    allowed = [r for r in rows if text(r, "role") in roles]
    if rows and not allowed:
        return None
    if allowed and all(text(r, "max_amount") for r in allowed):
        limits.append(max(limit_of(books, order, r, "max_amount") for r in allowed))
    return min(limits)


def limit_of(books: Books, order: Row, row: Row, column: str) -> Fraction:
    """Give a limit in the policy currency; nothing is nothing in any."""
    return in_policy(books, order, row, column) if number(row, column) else ZERO
