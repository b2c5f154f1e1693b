"""substitution_need: a substitute can serve a line that nothing else can (S4).

Owner: sales_operations. A line with no usable substitute is the business of stock_shortage.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.checks.stock_clearing import substitute_clears
from policies.checks.stock_notes import absent_notes
from policies.findings import Bound, CheckResult, DataNote, Finding, Sentence
from policies.settings import ExceptionClass, Settings
from tools.book import Case
from tools.rows import Row
from tools.stock import LineStock, known_stock
from tools.stock_options import Option
from tools.substitutes import acceptance

CLASS: ExceptionClass = "substitution_need"


def check(case: Case, settings: Settings) -> CheckResult:
    """Judge the lines that are short or whose product is blocked."""
    result = CheckResult()
    wanting = [found for found in known_stock(case) if found.is_short or found.is_blocked]
    if wanting:
        result.notes += absent_notes(case, ["substitutes"])
    result.notes += _refusal(wanting)
    result.findings += [_finding(found) for found in wanting if _needs(found)]
    return result


def _needs(found: LineStock) -> bool:
    if not found.substitutes.options:
        return False
    return found.is_blocked or not found.transfers.options


def _refusal(wanting: list[LineStock]) -> Iterator[DataNote]:
    """The packet says so where the customer never accepts a substitute."""
    for found in wanting[:1]:
        cell = acceptance(found.book, found.line)
        if cell is not None and cell.value == "never":
            bound: dict[str, Bound] = {"customer": cell.row.cell("customer_id"), "answer": cell}
            text = "Customer {customer} accepts substitutes {answer}: none is offered."
            yield DataNote("no_substitutes_accepted", Sentence(text, bound), (cell.row,))


def _best(options: tuple[Option, ...]) -> Option:
    """The substitute to name: without asking before with asking, the earliest, the cheapest."""

    def rank(option: Option) -> tuple[bool, str, bool, str]:
        cost = option.cost
        dear = cost is not None and cost.number > 0
        return (option.needs_customer_acceptance, str(option.available_on.value), dear,
                option.quantity.id)  # fmt: skip

    return min(options, key=rank)


def _finding(found: LineStock) -> Finding:
    best = _best(found.substitutes.options)
    rule = best.rule or found.line
    bound: dict[str, Bound] = {
        "line": found.line.cell("line_no"), "sku": found.line.cell("sku"),
        "substitute": rule.cell("substitute_sku"), "quantity": best.quantity,
        "day": best.available_on,
    }  # fmt: skip
    text = "Line {line}: {quantity} of {substitute} can stand in from {day} for {sku}"
    text += _cause(found, bound)
    text += "; the customer has to be asked." if best.needs_customer_acceptance else "."
    return Finding(
        CLASS, "substitute", Sentence(text, bound),
        substitute_clears(found, rule, best.needs_customer_acceptance), found.line_no,
        values={
            "substitute_sku": rule.cell("substitute_sku"), "needed": found.needed,
            "quantity": best.quantity, "free": best.free, "extra_cost": best.cost,
            "needs_customer_acceptance": "yes" if best.needs_customer_acceptance else "no",
            "approval_required": rule.cell("approval_required"),
        },
        citations=_citations(found, best),
    )  # fmt: skip


def _cause(found: LineStock, bound: dict[str, Bound]) -> str:
    if found.is_blocked:
        bound["status"] = found.product.cell("status")
        return ", which is {status}"
    bound["short"] = found.short
    return ", which is {short} short with no transfer in time"


def _citations(found: LineStock, best: Option) -> tuple[Row, ...]:
    rules = [option.rule for option in found.substitutes.options if option.rule is not None]
    accepts = acceptance(found.book, found.line)
    return (found.line, *rules, *([accepts.row] if accepts is not None else []))
