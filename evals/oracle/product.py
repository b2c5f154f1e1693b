"""The product's verdict on the same tables: a book in memory, judged by the shipped rules."""

from dataclasses import asdict
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from agent.review.classify import Classified, judge
from evals.oracle.model import Choice, Tables, Verdict
from policies.findings import Finding
from policies.settings import Settings, load_rules
from tools.book import Book, Case, TableState
from tools.rows import Cell, Figure, Row, Scalar, make_row
from tools.tables import ColumnType, tables

SEEN_FROM = {
    "approvals": "decided_at",
    "reservations": "reserved_at",
    "holds": "placed_at",
    "customer_notes": "written_at",
}
"""Moments after which a snapshot shows a row; the product's checks see to the dates."""
CREDIT = (
    "limit exposure_before exposure_after headroom exposure_after_without_open_orders overdue"
).split()


def typed(kind: ColumnType, cell: str) -> Scalar:
    """Give a cell as the type of its column."""
    if kind == "decimal":
        return Decimal(cell)
    if kind == "integer":
        return int(cell)
    if kind == "bool":
        return cell == "true"
    if kind == "date":
        return date.fromisoformat(cell)
    if kind == "time":
        return time.fromisoformat(cell)
    if kind == "timestamp":
        return datetime.fromisoformat(cell).astimezone(UTC)
    return cell


def book_of(plain: Tables, as_of: datetime, choice: Choice) -> Book:
    """Make the product's book of plain tables."""
    rows: dict[str, list[Row]] = {}
    for name, records in plain.items():
        spec = tables()[name]
        made = [
            make_row(
                name,
                spec.key,
                {c: typed(spec.columns[c].type, v) if v else None for c, v in record.items()},
            )
            for record in records
        ]
        column = SEEN_FROM.get(name, "")
        rows[name] = [r for r in made if not (at := r.moment(column)) or at <= as_of]
    states = {name: TableState(name in plain) for name in tables()}
    return Book(as_of, "oracle", settings_of(choice).conventions(), rows, states)


@cache
def settings_of(choice: Choice) -> Settings:
    """Give the shipped rules with what a company chose."""
    chosen = asdict(choice)
    screening = {k: chosen.pop(k) for k in ("required_lists", "screening_max_age_days")}
    rules = load_rules()
    body = rules.model_dump(exclude={"companies"})
    body["credit"] |= chosen
    body["compliance"] |= {**screening, "required_lists": list(choice.required_lists)}
    return Settings.model_validate(body)


def verdict_on(book: Book, order_id: str, choice: Choice) -> Verdict:
    """Judge one order of a book, in the oracle's words."""
    order = book.one("orders", order_id=order_id)
    if order is None:
        raise KeyError(order_id)
    judged = judge(Case(book, order), settings_of(choice), "oracle")
    verdict = Verdict(
        findings={code for f in judged.findings for code in codes_of(f)},
        unknown={u.check for u in judged.unknown},
        primary=judged.primary,
        owner=judged.owner.role,
    )
    verdict.figures = figures_of(judged)
    for unknown in judged.unknown:
        if "the check failed" in unknown.why:
            verdict.find(unknown.check, unknown.why)
    return verdict


def codes_of(finding: Finding) -> set[tuple[str, str, str | None]]:
    """Give the codes that a finding names."""
    line = None if finding.line_no is None else str(finding.line_no)
    return {(finding.cls, finding.code, line)}


def plain(value: object) -> Any:
    """Give the value of a figure or a cell."""
    return value.value if isinstance(value, Figure | Cell) else value


def figures_of(judged: Classified) -> dict[str, Any]:
    """Give the key figures, by the oracle's names."""
    sections = judged.result.sections
    credit = sections.get("credit", {})
    stock = {
        str(plain(e["line_no"])): (plain(e["needed"]), plain(e["available"]), plain(e["short"]))
        for e in sections.get("stock", [])
    }
    price = {
        str(plain(e["line_no"])): (
            plain(e["expected"]), plain(e["charged"]), plain(e["difference"]), plain(e["rule"]),
        )
        for e in sections.get("price", [])
    }  # fmt: skip
    delivery = sections.get("delivery", {})
    return {
        "credit": {name: plain(credit.get(name)) for name in CREDIT},
        "stock": {k: v for k, v in stock.items() if v[1] is not None},
        "price": {k: v for k, v in price.items() if v[0] is not None and v[1] is not None},
        "delivery": {
            "feasible_on": plain(delivery.get("feasible_on")),
            "binding_constraint": plain(delivery.get("binding_constraint")),
        },
    }
