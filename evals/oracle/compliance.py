"""compliance_issue: screening of the parties, licences, ages and VAT ids.

Not said by the rules, and taken as the product does: of checks of one day the worst counts; a line
whose quantity is not known is open; a licence draws on every earlier confirmed order of its
holder, stale or not; a licence with a number is replaced by its newer check, and drawn on by all
its holders; every paper that
fails is named; K4 looks at lines that are not cancelled, and an empty tax rate is 0.
"""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import partial

from evals.oracle.model import ZERO, Books, Gap, Row, Verdict, day, moment, number, text
from evals.oracle.orders import (
    base_quantity,
    bill_to,
    kept_quantity,
    lines_of,
    now_of,
    open_quantity,
    ship_day,
    ship_to,
    site_of,
)

KIND = "compliance_issue"
BAD = ("hit", "possible_match", "pending")
EU = set("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split())


class Screen:
    """One order whose parties and goods are checked."""

    def __init__(self, books: Books, order: Row):
        self.books, self.order, self.now = books, order, now_of(books, order)
        self.lines = [line for line in lines_of(books, order) if is_open(line)]
        days = [ship_day(books, order, line) for line in self.lines]
        self.dated = all(days)
        self.last = max([self.now, *(d for d in days if d)])

    def parties(self) -> list[str]:
        """Sold-to, bill-to and ship-to, each once."""
        order = self.order
        return list(dict.fromkeys((text(order, "customer_id"), bill_to(order), ship_to(order))))

    def checks(self, party: str, *kinds: str) -> list[Row]:
        """The checks of a party that were made by today."""
        found = []
        for kind in kinds:
            found += self.books.seen("compliance_checks", self.now, kind=kind, customer_id=party)
        return found

    def on(self, line: Row) -> tuple[date, bool]:
        """The line's ship date, not before today, and whether it is sure."""
        ships = ship_day(self.books, self.order, line)
        return max(ships or self.now, self.now), ships is not None

    def state(self, row: Row, on: date, dated: bool) -> str:
        """What one check says on a day: clear, expired, hit, possible_match or pending."""
        result, end = text(row, "result"), day(row, "valid_to")
        if not result:
            raise Gap("compliance_checks.result")
        if result in ("hit", "pending"):
            return result
        if result == "possible" and not self.is_cleared(row):
            return "possible_match"
        if end and end < on:
            return "expired"
        if text(row, "kind") == "denied_party" and self.is_too_old(row):
            return "expired"
        if end and not dated:
            raise Gap("orders.ship_on")
        return "clear"

    def is_too_old(self, row: Row) -> bool:
        """Whether a screening is older than it may be."""
        most, checked = self.books.choice.screening_max_age_days, day(row, "checked_on")
        if most is None:
            return False
        if checked is None:
            raise Gap("compliance_checks.checked_on")
        return (self.now - checked).days > most

    def is_cleared(self, row: Row) -> bool:
        """Whether compliance cleared a possible match, and not the order's own author."""
        who, books = text(row, "cleared_by"), self.books
        author = text(self.order, "created_by")
        return "compliance" in roles_of(books, who) and person_of(books, who) != person_of(
            books, author
        )


def is_open(line: Row) -> bool:
    """Say whether something is left to ship, or may be."""
    try:
        return open_quantity(line) > 0
    except Gap:
        return True


def judge(books: Books, order: Row, verdict: Verdict) -> None:
    """K1 to K4 of one order."""
    if not books.has("compliance_checks"):
        verdict.unknown.add(KIND)
        return
    screen = Screen(books, order)
    for party in screen.parties():
        attempt(verdict, partial(of_party, screen, party))
    for line in screen.lines:
        attempt(verdict, partial(of_line, screen, line))
    attempt(verdict, lambda: [("vat_id_invalid", None)] if vat_missing(screen) else [])


Found = list[tuple[str, str | None]]


def attempt(verdict: Verdict, find: Callable[[], Found]) -> None:
    """Add what is found; what cannot be judged makes the class not known."""
    try:
        for code, line_no in find():
            verdict.find(KIND, code, line_no)
    except Gap:
        verdict.unknown.add(KIND)


def of_party(screen: Screen, party: str) -> Found:
    """Judge one party."""
    return [(code, None) for code in screening(screen, party)]


def of_line(screen: Screen, line: Row) -> Found:
    """Judge one line."""
    return [(code, line["line_no"]) for code in papers(screen, line)]


def newest(rows: list[Row], key: Callable[[Row], object]) -> list[Row]:
    """Give the newest row of each key; of one day the worst."""
    best: dict[object, tuple[tuple[object, ...], Row]] = {}
    for row in rows:
        badness = {"hit": 3, "possible": 2, "pending": 1}.get(text(row, "result"), 0)
        unknown = date.max if badness else date.min
        rank = (day(row, "checked_on") or unknown, badness, day(row, "valid_to") or date.max)
        if key(row) not in best or rank > best[key(row)][0]:
            best[key(row)] = (rank, row)
    return [row for _, row in best.values()]


def screening(screen: Screen, party: str) -> set[str]:
    """K1: what stands against a party."""
    checks = newest(screen.checks(party, "denied_party"), lambda r: text(r, "list_name"))
    if not checks:
        return {"not_screened"}
    states = {text(r, "list_name"): screen.state(r, screen.last, screen.dated) for r in checks}
    codes = {s for s in states.values() if s in BAD}
    required = screen.books.choice.required_lists
    if required:
        codes |= {"list_missing" for name in required if name not in states}
        codes |= {"screening_expired" for name in required if states.get(name) == "expired"}
    elif "clear" not in states.values() and "expired" in states.values():
        codes.add("screening_expired")
    return codes


def papers(screen: Screen, line: Row) -> set[str]:
    """K2 and K3 of one line."""
    product = screen.books.need("products", sku=text(line, "sku"))
    codes: set[str] = set()
    if text(product, "restricted_class"):
        codes |= failing(screen, line, "licence", "licence")
    if number(product, "min_age", ZERO) > 0:
        codes |= failing(screen, line, "age", "age", "trade_licence")
    return codes


def failing(screen: Screen, line: Row, word: str, *kinds: str) -> set[str]:
    """Give what is wrong with each paper for a line; nothing where one satisfies."""
    holders = dict.fromkeys((ship_to(screen.order), text(screen.order, "customer_id")))
    rows = [
        r for h in holders for r in screen.checks(h, *kinds) if text(r, "sku") in ("", line["sku"])
    ]
    rows = newest(
        rows,
        lambda r: (
            tuple(text(r, c) for c in ("kind", "customer_id", "sku", "licence_no"))
            if text(r, "licence_no")
            else r["check_id"]
        ),
    )
    if not rows:
        return {f"{word}_missing"}
    codes: set[str] = set()
    gap: Gap | None = None
    for row in rows:
        try:
            found = screen.state(row, *screen.on(line))
            if found == "clear" and enough(screen, row):
                return set()
            codes.add({"expired": f"{word}_expired", "clear": "licence_quantity"}.get(found, found))
        except Gap as missing:
            gap = missing
    if gap:
        raise gap
    return codes


def enough(screen: Screen, row: Row) -> bool:
    """Say whether a licence still covers this order after the earlier ones."""
    if not text(row, "licence_qty_left"):
        return True
    books, order = screen.books, screen.order
    wanted, licence_no = drawn(books, order, row), text(row, "licence_no")
    holders = {text(row, "customer_id")}
    if licence_no:
        rows = books.rows("compliance_checks", licence_no=licence_no)
        holders |= {text(r, "customer_id") for r in rows}
    for other in books.confirmed:
        earlier = entered(other) < entered(order) and other["order_id"] != order["order_id"]
        if earlier and holders & {ship_to(other), text(other, "customer_id")}:
            wanted += drawn(books, other, row)
    return number(row, "licence_qty_left") >= wanted


def entered(order: Row) -> tuple[str, str]:
    """Give when an order was entered, and its id among those of one moment."""
    at = moment(order, "ordered_at")
    return at.isoformat() if at else "", order["order_id"]


def drawn(books: Books, order: Row, row: Row) -> Fraction:
    """Give the open quantity of an order's lines that draw on the licence, in base units."""
    value = ZERO
    for line in lines_of(books, order):
        if text(row, "sku") not in ("", text(line, "sku")):
            continue
        product = books.need("products", sku=text(line, "sku"))
        restricted = text(product, "restricted_class")
        aged = number(product, "min_age", ZERO) > 0
        if restricted if text(row, "kind") == "licence" else aged:
            value += base_quantity(books, line, open_quantity(line))
    return value


def vat_missing(screen: Screen) -> bool:
    """K4: no tax between different EU countries needs a valid VAT id."""
    books, order = screen.books, screen.order
    if not books.has("sites") or not any(crosses(screen, line) for line in lines_of(books, order)):
        return False
    rows = [r for party in screen.parties() for r in screen.checks(party, "vat_id")]
    rows = newest(rows, lambda r: (text(r, "customer_id"), text(r, "country")))
    return not any(screen.state(r, screen.last, screen.dated) == "clear" for r in rows)


def crosses(screen: Screen, line: Row) -> bool:
    """Say whether an untaxed line goes from one EU country to another."""
    books, order = screen.books, screen.order
    rate = text(line, "tax_rate") or text(order, "tax_rate") or "0"
    if Fraction(rate) or not kept_quantity(line):
        return False
    place = books.one("ship_tos", ship_to_id=ship_to(order)) or books.one(
        "customers", customer_id=ship_to(order)
    )
    here = text(books.one("sites", site_id=site_of(order, line)) or {}, "country")
    there = text(place or {}, "country")
    if any(country and country not in EU for country in (here, there)):
        return False
    if not here or not there:
        raise Gap("country")
    return here != there


def roles_of(books: Books, user_id: str) -> set[str]:
    """Give the roles of an account."""
    row = books.one("staff", user_id=user_id)
    return {r.strip() for r in text(row or {}, "roles").split(",") if r.strip()}


def person_of(books: Books, user_id: str) -> str:
    """Give the person behind an account."""
    row = books.one("staff", user_id=user_id)
    return (text(row, "person_id") if row else "") or user_id
