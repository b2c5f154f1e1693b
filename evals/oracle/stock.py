"""stock_shortage and customer_priority_conflict: what a line gets at its site, and who is ahead.

The same sums answer for another site or another product ("what the line would get if it asked
there"). Not said by the rules, and taken as the product does:

- reservations of a batch take from it no more than it holds, and so does the line's own;
- goods that expired before today are not usable even where the promise lies further back, nor is
  a supply that expires before it arrives;
- a supply to come without a quantity makes the stock not known, whenever it comes;
- a line that could be ahead and has no date or quantity makes the stock not known;
- the day in full is the first on which the line gets all that it needs, others going first who
  ship by then;
- goods from another site leave when they are there, and not before; today is the order's site's;
- filling a line (S5) means giving it what it gets, and that those ahead of it are filled too.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from evals.oracle.calendar import shift
from evals.oracle.model import (
    ZERO,
    Books,
    Gap,
    Row,
    Verdict,
    day,
    flag,
    number,
    text,
    total,
)
from evals.oracle.orders import (
    lines_of,
    now_of,
    open_quantity,
    promise,
)
from evals.oracle.shares import Asker, Shares, asker_of, gets, is_stocked, shares

KIND = "stock_shortage"
RANKED = "customer_priority_conflict"


def judge(books: Books, order: Row, verdict: Verdict) -> None:
    """Judge the stock of every stocked line."""
    if not books.has("stock"):
        verdict.unknown.add(KIND)
    for line in lines_of(books, order):
        try:
            if is_stocked(books, line):
                judge_line(books, asker_of(books, order, line, now_of(books, order)), verdict)
        except Gap:
            verdict.unknown.add(KIND)
    mixed_dates(books, order, verdict)


def judge_line(books: Books, asker: Asker, verdict: Verdict) -> None:
    """S1, S2, S3, S5 of one line."""
    found, number_of = shares(books, asker), asker.line["line_no"]
    available = found.available(asker.ships)
    short = max(ZERO, asker.needed - available)
    verdict.figures.setdefault("stock", {})[number_of] = (asker.needed, available, short)
    if short:
        verdict.find(KIND, "short", number_of)
        if found.available(asker.ships, others=False) >= asker.needed:
            verdict.find(RANKED, "outranked", number_of)
        if found.available(asker.ships, freed=True) >= asker.needed:
            verdict.find(RANKED, "held_by_lower_rank", number_of)
    if starves(books, found):
        verdict.find(RANKED, "starves_higher_rank", number_of)
    found.in_full_on()


def starves(books: Books, found: Shares) -> bool:
    """S5: filling this line leaves a better rank short that ships later, before the next supply."""
    asker = found.asker
    fill = min(asker.needed, found.available(asker.ships)) - found.own()
    following = next_supply(books, asker)
    for rival in found.rivals:
        better = rival.rank[0] < asker.rank[0] and rival.wanted and rival.ships
        if fill <= 0 or not better or not rival.ships or not asker.ships < rival.ships < following:
            continue
        try:
            theirs = shares(books, asker_of(books, rival.order, rival.line, asker.now))
        except Gap:
            continue
        between = total(
            r.wanted or ZERO
            for r in [*found.rivals, *found.siblings]
            if asker.rank > r.rank > rival.rank
            and r.rank[0] > rival.rank[0]
            and r.ships is not None
            and r.ships <= asker.ships
        )
        if lacks(theirs, between + fill) > lacks(theirs, between):
            return True
    return False


def lacks(theirs: Shares, first: Fraction) -> Fraction:
    """What a line lacks on its ship date when so much more goes before it."""
    on = theirs.asker.ships
    got = gets(theirs.supply(on) - theirs.taken(), theirs.ahead(on) + first, theirs.own())
    return max(ZERO, theirs.asker.needed - got)


def next_supply(books: Books, asker: Asker) -> date:
    """Give the day of the next confirmed supply after the line ships; the last day if none."""
    rows = books.rows("supplies", sku=asker.sku, to_site_id=asker.site)
    days = [
        day(r, "expected_on")
        for r in rows
        if flag(r, "confirmed", False) and number(r, "open_qty", ZERO)
    ]
    return min((d for d in days if d and d > asker.ships and d >= asker.now), default=date.max)


def mixed_dates(books: Books, order: Row, verdict: Verdict) -> None:
    """Ship complete, with open stocked lines of different promises."""
    customer = books.one("customers", customer_id=text(order, "customer_id")) or {}
    if not flag(order, "ship_complete", flag(customer, "ship_complete", False)):
        return
    promises = set()
    for line in lines_of(books, order):
        try:
            if is_stocked(books, line) and open_quantity(line) > 0:
                promises.add(promise(order, line))
        except Gap:
            continue
    if len(promises - {None}) > 1:
        verdict.find(KIND, "mixed_dates")


def transfer_covers(books: Books, asker: Asker, short: Fraction, gaps: list[Gap]) -> bool:
    """Say whether another site could send what is missing by the ship date."""
    able = False
    for lane in books.rows("transfer_lanes", to_site_id=asker.site):
        sender = text(lane, "from_site_id")
        if sender == asker.site:
            continue
        try:
            lead = int(number(lane, "lead_days"))
            leaves = shares(books, replace(asker, site=sender, needed=short)).in_full_on()
            in_time = leaves is not None and leaves <= asker.ships
            if in_time and leaves and shift(books, sender, leaves, lead) <= asker.ships:
                able = True
        except Gap as gap:
            gaps.append(gap)
    return able
