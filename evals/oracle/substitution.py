"""substitution_need: a line that only another product can fill.

Not said by the rules, and taken as the product does: a customer who does not say whether they
accept substitutes is asked; a blocked product is no substitute; of a rule for the customer and one
for anyone, the customer's counts; what cannot be judged is reported for stock_shortage.
"""

from dataclasses import replace

from evals.oracle.model import ZERO, Books, Gap, Row, Verdict, day, flag, number, text
from evals.oracle.orders import lines_of, now_of
from evals.oracle.shares import Asker, asker_of, is_stocked, shares
from evals.oracle.stock import transfer_covers

KIND = "substitution_need"
UNKNOWN = "stock_shortage"


def judge(books: Books, order: Row, verdict: Verdict) -> None:
    """S4 and S6 of every stocked line."""
    for line in lines_of(books, order):
        try:
            if is_stocked(books, line):
                judge_line(books, asker_of(books, order, line, now_of(books, order)), verdict)
        except Gap:
            verdict.unknown.add(UNKNOWN)


def judge_line(books: Books, asker: Asker, verdict: Verdict) -> None:
    """Blocked, or short with no other way: name a substitute, or say that there is none."""
    product = books.need("products", sku=asker.sku)
    blocked = text(product, "status") == "blocked" and asker.needed > 0
    short = max(ZERO, asker.needed - shares(books, asker).available(asker.ships))
    if not short and not blocked:
        return
    gaps: list[Gap] = []
    stuck = blocked or not transfer_covers(books, asker, short, gaps)
    found = any([is_usable(books, asker, rule, gaps) for rule in rules_for(books, asker)])
    if stuck and found:
        verdict.find(KIND, "substitute", asker.line["line_no"])
    if blocked and not found:
        verdict.find("stock_shortage", "product_blocked", asker.line["line_no"])
    if gaps:
        verdict.unknown.add(UNKNOWN)


def rules_for(books: Books, asker: Asker) -> list[Row]:
    """Give the rules for the customer that are valid on the ship date, one for each substitute."""
    customer_id = text(asker.order, "customer_id")
    customer = books.one("customers", customer_id=customer_id) or {}
    if text(customer, "accepts_substitutes") == "never":
        return []
    chosen: dict[str, Row] = {}
    for wanted in ("", customer_id):
        for rule in books.rows("substitutes", sku=asker.sku, customer_id=wanted):
            start, end = day(rule, "valid_from"), day(rule, "valid_to")
            if (start is None or start <= asker.ships) and (end is None or asker.ships <= end):
                chosen[text(rule, "substitute_sku")] = rule
    return [rule for rule in chosen.values() if flag(rule, "quality_ok", False)]


def is_usable(books: Books, asker: Asker, rule: Row, gaps: list[Gap]) -> bool:
    """Say whether a substitute is there in full by the ship date."""
    try:
        sku = text(rule, "substitute_sku")
        if text(books.need("products", sku=sku), "status") == "blocked":
            return False
        wanted = asker.needed * number(rule, "factor")
        found = shares(books, replace(asker, sku=sku, needed=wanted))
        return found.available(asker.ships) >= wanted
    except Gap as gap:
        gaps.append(gap)
        return False
