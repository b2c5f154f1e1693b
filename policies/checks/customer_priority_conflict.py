"""customer_priority_conflict: who else wants the goods, by rank (S2, S3, S5). Owner: warehouse.

The contest as a table (every competing line, its rank and why, quantity, held or not) stands in
the packet's section `stock`; the findings cite the rows of those who compete.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from policies.checks.stock_clearing import lower_rank_clears, outranked_clears, starves_clears
from policies.findings import Bound, CheckResult, Finding, Sentence
from policies.settings import ExceptionClass, Settings
from tools.book import Case
from tools.rows import Figure, Row
from tools.stock import LineStock, known_stock
from tools.stock_conflict_figures import ahead_of_others, reserved_by_lower_rank, starved_figures
from tools.stock_conflicts import is_held_by_lower_rank, is_outranked, lower_claims
from tools.stock_rank import Demand, priority_cell, why_ranked

CLASS: ExceptionClass = "customer_priority_conflict"


def check(case: Case, settings: Settings) -> CheckResult:
    """Judge the contest for the goods of every stocked line; unknown stock is not its business."""
    result = CheckResult()
    for found in known_stock(case):
        result.findings += _findings(found)
    return result


def _findings(found: LineStock) -> Iterator[Finding]:
    if is_outranked(found.standing):
        yield _outranked(found)
    if is_held_by_lower_rank(found.standing):
        yield _held_by_lower_rank(found)
    if found.starved:
        yield _starves(found)


def _line(found: LineStock) -> dict[str, Bound]:
    return {"line": found.line.cell("line_no"), "sku": found.line.cell("sku")}


def _rank_rows(found: LineStock, orders: list[Row]) -> tuple[Row, ...]:
    """The orders and the rows that give them, and this one, their priority."""
    ranked = [*orders, *found.book.by("orders", order_id=found.line["order_id"])]
    cells = [priority_cell(found.book, order) for order in ranked]
    return (found.line, *orders, *(cell.row for cell in cells if cell is not None))


def _why(found: LineStock, demand: Demand) -> Figure:
    words = why_ranked(found.standing.ask.key, demand.order, demand.key)
    rule = "by rule: the earliest criterion of rank in which the orders differ"
    key = demand.line.ref.removeprefix("order_lines/")
    return Figure(f"{found.prefix}.{key}.rank_why", words, "text", rule)


def _outranked(found: LineStock) -> Finding:
    book, standing = found.book, found.standing
    ahead = ahead_of_others(book, standing, found.prefix, found.figures.ahead)
    ahead_of = standing.ahead_of(standing.ask.ship)
    others = (d for d in ahead_of if d.key[3] != standing.ask.key[3])
    rivals = list(islice(others, book.conventions.competitors_named))
    top = rivals[0]
    bound: dict[str, Bound] = _line(found) | {
        "ahead": ahead, "short": found.short, "order": top.order.cell("order_id"),
        "why": _why(found, top),
    }  # fmt: skip
    text = ("Line {line} is {short} short: orders of higher rank want {ahead} of {sku} before it, "
            "foremost {order} by {why}.")  # fmt: skip
    named = [rival.order for rival in rivals]
    return Finding(
        CLASS, "outranked", Sentence(text, bound), outranked_clears(found), found.line_no,
        values={"short": found.short, "ahead": ahead, "ahead_held": found.figures.ahead_held},
        citations=_rank_rows(found, named),
    )  # fmt: skip


def _held_by_lower_rank(found: LineStock) -> Finding:
    reserved = reserved_by_lower_rank(found.book, found.standing, found.prefix)
    bound: dict[str, Bound] = _line(found) | {"short": found.short, "reserved": reserved}
    text = (
        "Line {line} is {short} short while orders of lower rank have {reserved} of {sku} reserved."
    )
    named = [
        c.order
        for c in islice(lower_claims(found.standing), found.book.conventions.competitors_named)
    ]
    return Finding(
        CLASS, "held_by_lower_rank", Sentence(text, bound), lower_rank_clears(found),
        found.line_no, values={"short": found.short, "reserved_by_lower_rank": reserved},
        citations=_rank_rows(found, named),
    )  # fmt: skip


def _starves(found: LineStock) -> Finding:
    book, hits = found.book, found.starved
    top = hits[0]
    figures = starved_figures(book, found.standing, found.prefix, top)
    bound: dict[str, Bound] = _line(found) | {
        "order": top.demand.order.cell("order_id"), "why": _why(found, top.demand),
        "lacks": figures.short, "needs": figures.needed,
    }  # fmt: skip
    text = ("Filling line {line} leaves {order}, of higher rank by {why}, {lacks} of {sku} short "
            "of {needs} before the next supply.")  # fmt: skip
    named = hits[: book.conventions.competitors_named]
    count = Figure(
        f"{found.prefix}.starved",
        len(hits),
        "lines",
        "by rule: lines that filling this one starves",
    )
    return Finding(
        CLASS, "starves_higher_rank", Sentence(text, bound), starves_clears(found), found.line_no,
        values={"short_then": figures.short, "left_then": figures.left, "lines": count},
        citations=(
            *(hit.demand.line for hit in named),
            *_rank_rows(found, [hit.demand.order for hit in named]),
        ),
    )  # fmt: skip
