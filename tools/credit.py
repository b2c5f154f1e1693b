"""What a bill-to owes before and after the order under review.

Source: `rules.md` C1. Every amount is a figure in the account's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tools.book import Case
from tools.credit_account import Scope, runs, scope_of
from tools.credit_amounts import amount_in
from tools.credit_cover import Settled, settle
from tools.credit_ledger import Ledger, cover_of, documents, ledger_of
from tools.credit_orders import own_value
from tools.orders import last_ship_day
from tools.rows import Figure, Row, Source
from tools.values import total

COVERING = frozenset({"prepayment", "letter_of_credit", "guarantee"})
IN_FORCE = frozenset(
    {None, "active", "valid", "open", "issued", "confirmed", "accepted", "received"}
)
"""Words of a security's status under which it stands; any other word is no cover."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """The exposure with and without the order under review, and its components."""

    before: Figure
    after: Figure
    without_open_orders: Figure
    without_blocked_orders: Figure
    this_order: Figure
    components: dict[str, Figure]


def order_securities(case: Case) -> list[Row]:
    """The securities of the order itself that stand: of a covering kind, in force on its dates."""
    ships = max(last_ship_day(case.book, case.order) or case.today, case.today)

    def stands(row: Row) -> bool:
        latest = row.day("latest_ship_on")
        return (
            row.text("kind") in COVERING
            and (row.text("status") or "active").lower() in IN_FORCE
            and runs(row, "valid_from", "valid_to", case.today)
            and (latest is None or ships <= latest)
        )

    return [row for row in case.book.by("securities", order_id=case.order_id) if stands(row)]


def _security(case: Case, scope: Scope) -> Figure | None:
    rows = order_securities(case)
    amounts = [amount_in(case.book, scope, row, "amount") for row in rows]
    return total("credit.order_security", amounts, scope.currency) if amounts else None


def own_order(case: Case, scope: Scope, ledger: Ledger) -> tuple[Settled, dict[str, Figure]]:
    """The order under review after what covers it, with the components of that.

    Raises:
        NotKnown: a price, a conversion, a rate or the amount of a security is missing.
    """
    unit, gross = scope.currency, own_value(case.book, scope, case.order)
    security = _security(case, scope)
    cover = cover_of(case.order_id, ledger.cash.get(case.order_id), unit, security)
    settled = settle(f"{case.order_id}.own", "credit.this_order", [gross], [gross], cover, unit)
    parts = {"this_order_gross": gross, "this_order": settled.net}
    covered = min(max(gross.number, Decimal(0)), security.number) if security else Decimal(0)
    parts["covered_by_securities"] = Figure(
        "credit.covered_by_securities", covered, unit,
        "min(max(0, uninvoiced_gross), order_security)" if security else "0",
        (gross, security) if security else (),
    )  # fmt: skip
    parts["covered_by_deposits"] = Figure(
        "credit.covered_by_deposits", gross.number - covered - settled.net.number, unit,
        "uninvoiced_gross - covered_by_securities - this_order",
        (gross, parts["covered_by_securities"], settled.net),
    )  # fmt: skip
    return settled, parts


def plus(figure: Figure | None) -> tuple[Source, ...]:
    """A figure that may not be there, as further inputs of a sum."""
    return () if figure is None else (figure,)


def derived(key: str, unit: str, formula: str, value: Decimal, *inputs: Source) -> Figure:
    """A figure of the credit section."""
    return Figure(f"credit.{key}", value, unit, formula, inputs)


def exposure(case: Case) -> Exposure:
    """C1: the exposure of the bill-to before and after this order.

    Raises:
        NotKnown: invoices are not there, or a document or an order cannot be valued.
    """
    scope = scope_of(case)
    ledger = ledger_of(case.book, scope)
    ledger.require_others(case.order_id)
    settled, own = own_order(case, scope, ledger)
    book, own_id = case.book, case.order_id
    parts = {
        "invoices": documents(book, scope, "invoice", "invoices"),
        "debit_notes": documents(book, scope, "debit_note", "debit_notes"),
        "credit_notes": documents(book, scope, "credit_note", "credit_notes"),
        "deposits": ledger.deposits.figure(own_id, plus(settled.deposit_rest)
        ),
        "unapplied_payments": ledger.payments.figure(own_id, plus(settled.payment_rest)),
        "open_orders": ledger.open_orders.figure(own_id),
    }  # fmt: skip
    blocked = ledger.blocked_orders.figure(own_id)
    return _exposure(scope.currency, parts, {**own, "blocked_orders": blocked}, settled.net)


def _exposure(
    unit: str, parts: dict[str, Figure], more: dict[str, Figure], own: Figure
) -> Exposure:
    invoices, debits, credits_, deposits, payments, orders = (f.number for f in parts.values())
    before = derived(
        "exposure_before", unit,
        "invoices + debit_notes - credit_notes - deposits - unapplied_payments + open_orders",
        invoices + debits - credits_ - deposits - payments + orders, *parts.values(),
    )  # fmt: skip
    after = derived(
        "exposure_after", unit, "exposure_before + this_order", before.number + own.number,
        before, own,
    )  # fmt: skip
    without = [
        derived(
            f"exposure_after_without_{name}", unit, f"exposure_after - {name}",
            after.number - figure.number, after, figure,
        )
        for name, figure in (
            ("open_orders", parts["open_orders"]), ("blocked_orders", more["blocked_orders"])
        )
    ]  # fmt: skip
    return Exposure(before, after, without[0], without[1], own, parts | more)
