"""Parties, screenings and licences of an order: which checks count, and what a licence must cover.

Rows and arithmetic for K1-K4; quantities are in base units, dates are local ship dates.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from tools.book import Book, Case
from tools.orders import confirmed, lines_of, open_base, open_quantity, product_of, ship_date
from tools.rows import Cell, Figure, Row
from tools.unknown import NotKnown
from tools.values import total

NAMED = 200
"""Rows that a sum names one by one; the rest is one figure."""
BAD_FIRST = {"hit": 3, "possible": 2, "pending": 1}
FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Party:
    """A party of the order with the roles that it plays (sold-to, bill-to, ship-to)."""

    party_id: str
    roles: tuple[str, ...]
    cell: Cell


def parties(case: Case) -> list[Party]:
    """Sold-to, bill-to and ship-to; one party where they are the same."""
    order = case.order
    found: dict[str, Party] = {}
    for role, party_id, column in (
        ("sold-to", case.customer_id, "customer_id"),
        ("bill-to", case.bill_to_id, "bill_to_id"),
        ("ship-to", case.ship_to_id, "ship_to_id"),
    ):
        known = found.get(party_id)
        roles = (*known.roles, role) if known else (role,)
        found[party_id] = Party(party_id, roles, known.cell if known else order.cell(column))
    return list(found.values())


def party_row(book: Book, party_id: str) -> Row | None:
    """The party's row: a ship-to address, else a customer."""
    return book.one("ship_tos", ship_to_id=party_id) or book.one("customers", customer_id=party_id)


def checks_of(case: Case, party_id: str, *kinds: str) -> list[Row]:
    """The checks of a party of the given kinds that were made by today."""
    rows = [
        row for kind in kinds
        for row in case.book.by("compliance_checks", customer_id=party_id, kind=kind)
    ]  # fmt: skip
    return case.book.seen(rows, case.today)


def newest(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> list[Row]:
    """The newest row of each key; of equally old ones, or where a date is missing, the worst."""

    def rank(row: Row) -> tuple[date, int, date]:
        badness = BAD_FIRST.get(row.text("result") or "", 0)
        unknown = date.max if badness else date.min
        return row.day("checked_on") or unknown, badness, row.day("valid_to") or date.max

    found: dict[Hashable, Row] = {}
    for row in rows:
        best = found.get(key(row))
        if best is None or rank(row) > rank(best):
            found[key(row)] = row
    return list(found.values())


def screenings(case: Case, party_id: str) -> dict[str | None, Row]:
    """The newest denied-party check of a party by list (None: the check names no list)."""
    rows = checks_of(case, party_id, "denied_party")
    return {r.text("list_name"): r for r in newest(rows, lambda r: r.text("list_name"))}


def licences(case: Case, sku: str, *kinds: str) -> list[Row]:
    """The licence checks of ship-to and sold-to that fit a product; the newest of each number.

    Checks without a number are licences of their own.
    """
    holders = dict.fromkeys((case.ship_to_id, case.customer_id))
    rows = [row for holder in holders for row in checks_of(case, holder, *kinds)]
    fitting = [row for row in rows if row.text("sku") in (None, sku)]
    return newest(fitting, lambda r: (r["kind"], r["customer_id"], r["sku"], r["licence_no"])
                  if r["licence_no"] else r.ref)  # fmt: skip


# --- dates -----------------------------------------------------------------------------------


def is_open(book: Book, line: Row) -> bool:
    """Whether something is left to ship; a line whose quantity is not known counts as open."""
    try:
        return open_quantity(book, line).number > 0
    except NotKnown:
        return True


def ship_day_of(case: Case, line: Row) -> tuple[Figure, bool]:
    """The line's ship date, and whether one is on file; today where it is past or not on file."""
    figure = ship_date(case.book, line)
    known = isinstance(figure.value, date)
    if isinstance(figure.value, date) and figure.value >= case.today:
        return figure, True
    why = "the ship date is past" if known else "no ship date is on file"
    text = f"by rule: today, as {why}"
    return Figure(f"{figure.id}_from_today", case.today, "date", text, (figure,)), known


def latest_ship_day(case: Case) -> tuple[Figure, bool]:
    """The latest ship date of the open lines, and whether all of them have one on file.

    Without an open line it is today.
    """
    found = [ship_day_of(case, line) for line in case.lines if is_open(case.book, line)]
    days = [figure.value for figure, _ in found if isinstance(figure.value, date)]
    day = max(days, default=case.today)
    text = "by rule: the latest ship date of the open lines, not before today"
    figures = tuple(figure for figure, _ in found)
    return Figure("compliance.ship_date", day, "date", text, figures), all(k for _, k in found)


# --- licence quantities ----------------------------------------------------------------------


def is_licensed(book: Book, line: Row, licence: Row) -> bool:
    """Whether a line would draw on the licence: its product needs one and the licence fits it."""
    if licence.text("sku") not in (None, line.text("sku")):
        return False
    product = product_of(book, line)
    if licence.text("kind") == "licence":
        return product.text("restricted_class") is not None
    return product.amount("min_age") > 0


def licence_need(case: Case, licence: Row) -> Figure:
    """What this order draws on a licence: its open licensed lines, summed in base units."""
    lines = [line for line in case.lines if is_licensed(case.book, line, licence)]
    parts = [open_base(case.book, line) for line in lines]
    units = {part.unit for part in parts}
    return total(f"{licence.ref}.needed", parts, units.pop() if len(units) == 1 else "")


@dataclass(frozen=True, slots=True)
class _Drawn:
    keys: list[tuple[datetime, str]]
    figures: list[Figure]
    sums: list[Decimal]
    gaps: list[tuple[tuple[datetime, str], NotKnown]]
    """What is not known of an order, by its place."""


def _moment(order: Row) -> tuple[datetime, str]:
    return order.moment("ordered_at") or FIRST, str(order["order_id"])


def _orders_under(book: Book, licence: Row) -> list[Row]:
    holders = {licence["customer_id"]}
    if (number := licence["licence_no"]) is not None:
        holders |= {row["customer_id"] for row in book.by("compliance_checks", licence_no=number)}
    found: dict[str, Row] = {}
    for holder in sorted(str(h) for h in holders):
        for row in (*book.by("orders", customer_id=holder), *book.by("orders", ship_to_id=holder)):
            found[row.ref] = row
    return sorted((row for row in found.values() if confirmed(row)), key=_moment)


def _drawn(book: Book, licence: Row) -> _Drawn:
    drawn = _Drawn([], [], [Decimal(0)], [])
    for order in _orders_under(book, licence):
        for line in lines_of(book, order):
            try:
                figure = open_base(book, line) if is_licensed(book, line, licence) else None
            except NotKnown as gap:
                drawn.gaps.append((_moment(order), gap))
                continue
            if figure is not None and figure.number:
                drawn.keys.append(_moment(order))
                drawn.figures.append(figure)
                drawn.sums.append(drawn.sums[-1] + figure.number)
    return drawn


def licence_drawn_before(case: Case, licence: Row) -> Figure:
    """The open quantity of earlier confirmed orders under the same licence, in base units.

    Raises:
        NotKnown: a quantity or a unit conversion of one of them is missing.
    """
    drawn = case.book.once(("licence", licence.ref), lambda: _drawn(case.book, licence))
    for key, gap in drawn.gaps:
        if key < _moment(case.order):
            raise gap
    place = bisect_left(drawn.keys, _moment(case.order))
    figures = drawn.figures[max(0, place - NAMED) : place]
    if place > NAMED:
        rest = place - NAMED
        figures.append(
            Figure(
                f"{licence.ref}.{place}.rest", drawn.sums[rest], figures[0].unit,
                f"by rule: sum of the further {rest} rows of order_lines",
            )
        )  # fmt: skip
    units = {figure.unit for figure in figures}
    return total(
        f"{licence.ref}.drawn_before", figures, units.pop() if len(units) == 1 else ""
    )  # fmt: skip


def licence_required(case: Case, licence: Row) -> Figure:
    """What the licence must still have left: this order's need and what is drawn before it."""
    need, before = licence_need(case, licence), licence_drawn_before(case, licence)
    return Figure(
        f"{licence.ref}.required", need.number + before.number, need.unit,
        "needed + drawn_before", (need, before),
    )  # fmt: skip
