"""Orders that were split, are incomplete, or were entered twice (A3-A5)."""

from __future__ import annotations

from decimal import Decimal

from policies.checks.approval_validity import verdict
from policies.checks.approval_words import CLS, Wanted, approval_change, open_seat
from policies.findings import Bound, Clearing, Finding, Sentence
from policies.settings import Settings
from tools.bill_to_orders import (
    NAMED,
    Ceiling,
    combined_value,
    others_in,
    same_reference,
    spans,
    sum_of_span,
)
from tools.book import Case
from tools.compliance import party_row
from tools.pricing import priced_lines
from tools.rows import Figure, Row
from tools.values import order_value


def threshold(settings: Settings, name: str) -> Figure:
    """A threshold of A1 in the policy currency: `release_from` or `executive_from`."""
    value: Decimal = getattr(settings.approval, name)
    return Figure(
        f"approval.{name}", value, settings.approval.policy_currency, f"by rule: approval.{name}"
    )


def split_findings(case: Case, settings: Settings, roles: tuple[str, ...]) -> list[Finding]:
    """A3: with other orders entered near it, each below a threshold, together not below it.

    An approval that is valid for the value of all of them leaves no finding.

    Raises:
        NotKnown: the value of one of the orders cannot be computed.
    """
    found = spans(case, settings.approval.split_window_days)
    for name in ("executive_from", "release_from"):
        limit = threshold(settings, name)
        ceiling = Ceiling(limit.number, limit.unit, case.today)
        if not found or _own(case, limit).number >= limit.number:
            continue
        days = max(found, key=lambda span: sum_of_span(case, span, ceiling))
        if sum_of_span(case, days, ceiling) >= limit.number:
            group = others_in(case, days, ceiling)
            together = combined_value(case, group, ceiling)
            return _split(case, settings, group, together, limit, roles)
    return []


def _own(case: Case, limit: Figure) -> Figure:
    return order_value(case.book, case.order, currency=limit.unit, on=case.today, gross=False)


def _split(
    case: Case, settings: Settings, group: list[Row], together: Figure, limit: Figure,
    roles: tuple[str, ...],
) -> list[Finding]:  # fmt: skip
    judged = verdict(case, settings, "release_order", together, roles=roles)
    if judged.valid:
        return []
    count = Figure(f"{case.order_id}.orders_together", len(group) + 1, "orders",
                   "by rule: orders of the bill-to entered within the window")  # fmt: skip
    bound: dict[str, Bound] = {
        "count": count, "bill_to": case.order.cell(_bill_to_column(case)), "together": together,
        "threshold": limit, "own": _own(case, limit),
    }  # fmt: skip
    text = (
        "{count} orders of {bill_to}, entered close together, are worth {together}; each is below "
        "the threshold {threshold}, this order with {own}."
    )
    wanted = Wanted(case, "release_order", together, "", {}, {}, ())
    clears = Sentence(
        "Clears with a valid release approval over {together}.", {"together": together}
    )
    return [
        Finding(
            CLS, "split_below_threshold", Sentence(text, bound),
            Clearing(clears, approval_change(wanted, judged)),
            values={**bound, "action": "release_order", "owner": open_seat(case, judged)[0]},
            citations=(case.order, *group[:NAMED], *judged.rows),
        )
    ]  # fmt: skip


def _bill_to_column(case: Case) -> str:
    return "bill_to_id" if case.order.text("bill_to_id") else "customer_id"


def incomplete_findings(case: Case) -> list[Finding]:
    """A4: incomplete_codes is set, or a product, a price or the ship-to is not known."""
    findings = []
    if (case.order.text("incomplete_codes") or "").strip():
        findings.append(_codes(case))
    if party_row(case.book, case.ship_to_id) is None:
        findings.append(_ship_to(case))
    for line in priced_lines(case):
        if case.book.one("products", sku=line["sku"]) is None:
            findings.append(_line(line, "product {sku} is not on file", "sku"))
        elif line.number("unit_price") is None:
            findings.append(_line(line, "{sku} has no price", "unit_price"))
    return findings


def _incomplete(
    statement: Sentence, clears: Clearing, rows: tuple[Row, ...], line_no: int | None = None
) -> Finding:
    return Finding(
        CLS, "incomplete_order", statement, clears, line_no,
        values={**statement.figures, "owner": "customer_service"}, citations=rows,
    )  # fmt: skip


def _codes(case: Case) -> Finding:
    bound: dict[str, Bound] = {"codes": case.order.cell("incomplete_codes")}
    change = {"kind": "order", "field": "incomplete_codes", "value": ""}
    return _incomplete(
        Sentence("The order is marked incomplete: {codes}.", bound),
        Clearing(Sentence("Clears when what {codes} stands for is entered.", bound), change),
        (case.order,),
    )


def _ship_to(case: Case) -> Finding:
    column = "ship_to_id" if case.order.text("ship_to_id") else "customer_id"
    bound: dict[str, Bound] = {"ship_to": case.order.cell(column)}
    change = {"kind": "order", "field": "ship_to_id", "value": case.customer_id}
    return _incomplete(
        Sentence("The ship-to {ship_to} is not on file.", bound),
        Clearing(Sentence("Clears with a ship-to that is on file.", {}), change),
        (case.order,),
    )


def _line(line: Row, what: str, column: str) -> Finding:
    bound: dict[str, Bound] = {"line_no": line.cell("line_no"), "sku": line.cell("sku")}
    missing = "product" if column == "sku" else "price"
    return _incomplete(
        Sentence(f"Line {{line_no}}: {what}.", bound),
        Clearing(Sentence(f"Clears with a {missing} for line {{line_no}}.",
                          {"line_no": bound["line_no"]})),
        (line,), int(str(line["line_no"])),
    )  # fmt: skip


def duplicate_findings(case: Case) -> list[Finding]:
    """A5: another confirmed order of the bill-to has the same customer_ref."""
    others = same_reference(case)
    if not others:
        return []
    bound: dict[str, Bound] = {
        "other": others[0].cell("order_id"), "customer_ref": case.order.cell("customer_ref"),
    }  # fmt: skip
    text = "Order {other} has the same customer reference, {customer_ref}"
    if len(others) > 1:
        rule = "by rule: confirmed orders of the bill-to with the reference"
        bound["count"] = Figure(f"{case.order_id}.orders_alike", len(others), "orders", rule)
        text = "{count} orders have the same customer reference, {customer_ref}, among them {other}"
    clears = Sentence("Clears when the duplicate is cancelled or its reference corrected.", {})
    change = {"kind": "row", "ref": others[0].ref, "field": "status", "value": "cancelled"}
    return [
        Finding(
            CLS, "possible_duplicate", Sentence(f"{text}.", bound),
            Clearing(clears, change if len(others) == 1 else None),
            values={**bound, "owner": "sales_operations"}, citations=(case.order, *others),
        )
    ]  # fmt: skip
