"""approval_gap: which approvals an order needs, and which of those on file count.

Not said by the rules, and taken as the product does:

- remark, channel, customer_ref and version are the fields whose change is not material;
- an amount in no currency cannot be compared, and makes the class not known;
- authorities of the company come before those of none; where an action has any, a role without
  one has no authority; an approver without the role has none either;
- what an override gives up is not below 0 (an overcharge gives up nothing);
- a discount goes beyond the rule by the price that it gives up, and never by more than itself;
- orders entered within a span of the window around this order are added up, the dearest span;
- closed and cancelled orders need no release; cancelled lines are not incomplete.
"""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

from evals.oracle.calendar import shift
from evals.oracle.compliance import person_of
from evals.oracle.model import (
    HUNDRED,
    MINOR_DIGITS,
    POLICY_CURRENCY,
    ZERO,
    Books,
    Gap,
    Row,
    Verdict,
    flag,
    moment,
    money,
    number,
    text,
    total,
)
from evals.oracle.offers import Line, lines_to_judge
from evals.oracle.orders import bill_to, now_of, order_day, order_value, ship_to, tax_share
from evals.oracle.price import Priced, breaks_floor, digits_of, priced, typed
from evals.oracle.signatures import Need, failures, open_seat, report

KIND = "approval_gap"
RELEASE_FROM = Fraction(50000)
EXECUTIVE_FROM = Fraction(250000)
DISCOUNT_FROM = Fraction(15)
SPLIT_DAYS = 2


def judge(books: Books, order: Row, verdict: Verdict) -> None:
    """A1 to A5 of one order; the other classes are judged before."""
    if not books.has("staff"):
        verdict.unknown.add(KIND)
    done = text(order, "status") in ("closed", "cancelled")
    finance = verdict.has("credit_hold") or any(
        verdict.has("price_mismatch", code) for code in ("below_margin_floor", "free_goods")
    )
    role = "finance" if finance else "sales_operations"
    if not done:
        attempt(verdict, lambda: release(books, order, role, verdict))
    for row in lines_to_judge(books, order):
        attempt(verdict, partial(of_line, books, order, row, verdict))
    incomplete(books, order, verdict)
    if not done:
        attempt(verdict, lambda: split(books, order, role, verdict))
        duplicate(books, order, verdict)


def attempt(verdict: Verdict, part: Callable[[], None]) -> None:
    """Judge a part; what cannot be judged makes the class not known."""
    try:
        part()
    except Gap:
        verdict.unknown.add(KIND)


def value_of(books: Books, order: Row, now: date) -> Fraction:
    """Give the net value of an order in the policy currency at today's rate."""
    return order_value(books, order, POLICY_CURRENCY, now, gross=False)


def release(books: Books, order: Row, role: str, verdict: Verdict) -> None:
    """A1: the release of an order of some value."""
    value = value_of(books, order, now_of(books, order))
    if value >= RELEASE_FROM:
        seats = (role, "executive") if value >= EXECUTIVE_FROM else (role,)
        report(books, order, Need("release_order", "", value, seats), verdict)


def of_line(books: Books, order: Row, row: Row, verdict: Verdict) -> None:
    """Judge what the price of a line needs signed."""
    price_changes(Line(books, order, row), verdict)


def price_changes(line: Line, verdict: Verdict) -> None:
    """A1, P4: overrides, discounts beyond what the chosen price gives, and manual prices."""
    found, books, number_of = priced(line), line.books, line.line["line_no"]
    none_valid = books.has("prices") and not any(o.valid for o in found.offers)
    if none_valid and text(line.line, "price_source") == "manual":
        verdict.find(KIND, "manual_price_unreferenced", number_of, owner="sales_operations")
    override, deep = override_of(line), discount_beyond(line, found) >= DISCOUNT_FROM
    changes = override is not None and override_changes(line, found, override)
    if not changes and not deep:
        return
    need = change_price(line, found, breaks_floor(line, found))
    if report(books, line.order, need, verdict) or not changes or override is None:
        return
    by, asked = text(override, "approved_by"), text(override, "requested_by")
    if by and person_of(books, by) == person_of(books, asked):
        verdict.find(KIND, "self_approved", number_of, owner=need.seats[0])
    elif not by or not is_charged(line, override):
        verdict.find(KIND, "missing", number_of, owner=need.seats[0])


def change_price(line: Line, found: Priced, below: bool) -> Need:
    """Give the approval that the price of a line needs."""
    now = now_of(line.books, line.order)
    rate = line.books.rate(line.currency, POLICY_CURRENCY, now)
    measure = money(given_up(line, found) * rate, POLICY_CURRENCY)
    seats = ("finance",) if below else ("sales_operations",)
    return Need("change_price", line.line["line_no"], measure, seats)


def given_up(line: Line, found: Priced) -> Fraction:
    """Give the margin given up: against the expected, the old, or the undiscounted price."""
    if found.quantity is None:
        raise Gap("order_lines")
    if found.expected is not None and found.charged is not None:
        return line.money(max(ZERO, found.expected - found.charged) * found.quantity)
    override = override_of(line)
    if (
        override
        and text(override, "old_price")
        and text(override, "new_price")
        and same_currency(line, override)
    ):
        gap = number(override, "old_price") - number(override, "new_price")
        gap /= number(line.line, "price_per", Fraction(1))
        if flag(line.order, "prices_include_tax", False):
            gap /= tax_share(line.order, line.line)
        return line.money(max(ZERO, gap) * found.quantity)
    if found.charged is None:
        raise Gap("order_lines")
    return line.money(max(ZERO, line.undiscounted() - found.charged) * found.quantity)


def discount_beyond(line: Line, found: Priced) -> Fraction:
    """Give the per cent of the line's discount that go beyond what its price rule gives."""
    given = number(line.line, "discount_pct", ZERO)
    if found.charged is None or found.expected is None or not line.undiscounted():
        return max(ZERO, given)
    gap = (found.expected - found.charged) / line.undiscounted() * HUNDRED
    return max(ZERO, min(given, gap))


def override_of(line: Line) -> Row | None:
    """Give the newest override of the line, or of the order where none names the line."""
    for line_no in (line.line["line_no"], ""):
        rows = line.books.rows("price_overrides", order_id=line.order["order_id"], line_no=line_no)
        seen = [
            (str(at or ""), r["override_id"], r)
            for r in rows
            if (at := moment(r, "at")) is None or at <= line.books.as_of
        ]
        if seen:
            return max(seen, key=lambda found: found[:2])[2]
    return None


def same_currency(line: Line, override: Row) -> bool:
    """Say whether an override is stated in the order's currency."""
    return text(override, "currency") in ("", line.currency)


def is_charged(line: Line, override: Row) -> bool:
    """Say whether the line charges the override's price, its discount taken off."""
    if not text(override, "new_price") or not text(line.line, "unit_price"):
        return False
    stated = number(line.line, "unit_price")
    stated *= 1 - number(line.line, "discount_pct", ZERO) / HUNDRED
    new = number(override, "new_price")
    step = typed_step(line, new)
    return same_currency(line, override) and abs(stated - new) * 2 < step


def typed_step(line: Line, price: Fraction) -> Fraction:
    """Give the step in which a price is stated: the minor unit, or finer."""
    digits = max(digits_of(price), MINOR_DIGITS.get(line.currency, 2))
    return Fraction(1, 10**digits)


def override_changes(line: Line, found: Priced, override: Row) -> bool:
    """Say whether an override changes the price that is expected."""
    if found.expected is not None and text(override, "new_price") and same_currency(line, override):
        slope = 1 / number(line.line, "price_per", Fraction(1))
        if flag(line.order, "prices_include_tax", False):
            slope /= tax_share(line.order, line.line)
        new = number(override, "new_price")
        if typed(line, found.expected / slope, new) == new:
            return False
    if is_charged(line, override) or found.expected is None or found.charged is None:
        return True
    return found.charged != found.expected


def override_explains(line: Line, found: Priced, below: bool) -> bool:
    """Say whether an override approved by another person gives the price charged."""
    override = override_of(line)
    if override is None or not is_charged(line, override):
        return False
    by, asked = text(override, "approved_by"), text(override, "requested_by")
    if not by or person_of(line.books, by) == person_of(line.books, asked):
        return False
    need = change_price(line, found, below)
    return not failures(line.books, line.order, need)


def split(books: Books, order: Row, role: str, verdict: Verdict) -> None:
    """A3: small orders that together need what none of them needs."""
    own_day, now, site = order_day(books, order), now_of(books, order), text(order, "site_id")
    if own_day is None:
        return
    near: list[tuple[date, Row]] = [
        (on, o)
        for o in books.confirmed
        if bill_to(o) == bill_to(order) and o["order_id"] != order["order_id"]
        if (on := order_day(books, o))
    ]
    for threshold in (EXECUTIVE_FROM, RELEASE_FROM):
        own = value_of(books, order, now)
        if own >= threshold:
            continue
        sums = []
        for first in {own_day, *(on for on, _ in near)}:
            last = shift(books, site, first, SPLIT_DAYS + 1) - timedelta(days=1)
            if first <= own_day <= last:
                group = [value_of(books, o, now) for on, o in near if first <= on <= last]
                sums.append(own + total(v for v in group if v < threshold))
        if max(sums) >= threshold:
            seats = (role, "executive") if max(sums) >= EXECUTIVE_FROM else (role,)
            need = Need("release_order", "", max(sums), seats)
            if failures(books, order, need):
                verdict.find(KIND, "split_below_threshold", owner=open_seat(books, order, need))
            return


def incomplete(books: Books, order: Row, verdict: Verdict) -> None:
    """A4: something that the order needs is not said."""
    owner, place = "customer_service", ship_to(order)
    if text(order, "incomplete_codes").strip():
        verdict.find(KIND, "incomplete_order", owner=owner)
    if not books.one("ship_tos", ship_to_id=place) and not books.one(
        "customers", customer_id=place
    ):
        verdict.find(KIND, "incomplete_order", owner=owner)
    for line in lines_to_judge(books, order):
        if not books.one("products", sku=text(line, "sku")) or not text(line, "unit_price"):
            verdict.find(KIND, "incomplete_order", line["line_no"], owner=owner)


def duplicate(books: Books, order: Row, verdict: Verdict) -> None:
    """A5: the customer's own number is on another order, spelling aside."""
    reference = text(order, "customer_ref").strip().casefold()
    for other in books.confirmed:
        if other["order_id"] == order["order_id"] or bill_to(other) != bill_to(order):
            continue
        if reference and text(other, "customer_ref").strip().casefold() == reference:
            verdict.find(KIND, "possible_duplicate", owner="sales_operations")
