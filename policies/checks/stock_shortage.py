"""stock_shortage: short lines, blocked products, mixed dates (S1, S6). Owner: warehouse."""

from __future__ import annotations

from policies.checks.stock_clearing import row_change, short_clears
from policies.checks.stock_notes import CONTRIBUTING, absent_notes, cell_notes, cells_of
from policies.checks.stock_section import entry_of, unknown_entry
from policies.findings import Bound, CheckResult, Clearing, Finding, Sentence, Unknown
from policies.settings import ExceptionClass, Settings
from tools.book import Case
from tools.orders import open_quantity, promise
from tools.rows import Cell, Row
from tools.stock import LineStock, line_stock
from tools.stock_batches import stock_rows
from tools.stock_options import complete_cell
from tools.stock_standing import stocked_lines_of, unknown_products
from tools.unknown import NotKnown

CLASS: ExceptionClass = "stock_shortage"


def check(case: Case, settings: Settings) -> CheckResult:
    """Judge every stocked line of the order, and the order's dates where it ships complete."""
    result = CheckResult(sections={"stock": []})
    if not case.book.present("stock"):
        result.not_known.append(Unknown(CLASS, ("stock",), "there is no stock table"))
    lines = stocked_lines_of(case)
    for _, gap in unknown_products(case):
        _not_known(result, gap)
    for line in lines:
        _line(case, line, result)
    result.findings += _mixed_dates(case, lines)
    tables = list(CONTRIBUTING)
    if any(f.code in ("short", "product_blocked") for f in result.findings):
        tables.append("transfer_lanes")
    cells = cells_of(case, lines)
    if any(row["batch_id"] for site, sku in cells for row in stock_rows(case.book, site, sku)):
        tables.append("batches")
    result.notes += absent_notes(case, tables)
    for site, sku in cells:
        result.notes += cell_notes(case, site, sku)
    return result


def _line(case: Case, line: Row, result: CheckResult) -> None:
    try:
        found = line_stock(case, line)
    except NotKnown as gap:
        _not_known(result, gap)
        result.sections["stock"].append(unknown_entry(case, line))
        return
    for missing in found.gaps:
        _not_known(result, missing)
    if found.is_short:
        result.findings.append(_short(found))
    if found.is_blocked and not found.substitutes.options:
        result.findings.append(_blocked(found))
    result.sections["stock"].append(entry_of(found))


def _not_known(result: CheckResult, gap: NotKnown) -> None:
    unknown = Unknown(CLASS, gap.missing, gap.why)
    if unknown not in result.not_known:
        result.not_known.append(unknown)


def _short(found: LineStock) -> Finding:
    figures = found.figures
    bound: dict[str, Bound] = {
        "line": found.line.cell("line_no"), "sku": found.line.cell("sku"), "short": found.short,
        "available": figures.available, "needed": found.needed, "day": found.ship_on,
    }  # fmt: skip
    text = "Line {line}: {short} of {sku} short; {available} of {needed} available by {day}."
    if (status := found.product.text("status")) not in (None, "active"):
        bound["status"] = found.product.cell("status")
        text += " The product is {status}."
    return Finding(
        CLASS, "short", Sentence(text, bound), short_clears(found), found.line_no,
        values={
            "needed": found.needed, "available": figures.available, "short": found.short,
            "supply": figures.supply, "taken": figures.taken, "ahead": figures.ahead,
            "product_status": status,
        },
        citations=(found.line,),
    )  # fmt: skip


def _blocked(found: LineStock) -> Finding:
    status = found.product.cell("status")
    bound: dict[str, Bound] = {
        "line": found.line.cell("line_no"), "sku": found.line.cell("sku"), "status": status,
        "needed": found.needed,
    }  # fmt: skip
    text = "Line {line}: {sku} is {status} and no substitute can be used for {needed}."
    clears = Clearing(
        Sentence("Clears when {sku} is active again or has a usable substitute.",
                 {"sku": found.line.cell("sku")}),
        row_change(found.product, "status", "active"),
    )  # fmt: skip
    return Finding(
        CLASS, "product_blocked", Sentence(text, bound), clears, found.line_no, "high",
        {"needed": found.needed, "status": status}, (found.line, found.product),
    )  # fmt: skip


def _promises(case: Case, lines: list[Row]) -> list[Cell]:
    found = []
    for line in lines:
        try:
            still_open = open_quantity(case.book, line).number > 0
        except NotKnown:
            continue
        cell = promise(case.book, line)
        if still_open and cell is not None:
            found.append(cell)
    return found


def _mixed_dates(case: Case, lines: list[Row]) -> list[Finding]:
    """Low: an order that ships complete and whose open lines are promised for different days."""
    complete = complete_cell(case.book, case.order)
    cells = sorted(_promises(case, lines), key=lambda cell: str(cell.value))
    if complete is None or complete.value is not True or not cells:
        return []
    early, late = cells[0], cells[-1]
    if early.value == late.value:
        return []
    bound: dict[str, Bound] = {"early": early, "late": late}
    text = "The order ships complete, yet its lines are promised from {early} to {late}."
    clears = Clearing(
        Sentence("Clears when the open lines share a promise, or parts of the order may go.", {}),
        {"kind": "order", "field": "ship_complete", "value": "false"},
    )
    return [
        Finding(
            CLASS, "mixed_dates", Sentence(text, bound), clears, None, "low",
            {"early": early, "late": late, "ship_complete": complete}, tuple(lines),
        )
    ]  # fmt: skip
