"""The packet's section `credit`: every figure, also where nothing is wrong, None where unknown."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from policies.findings import Bound, Section
from tools.book import Case
from tools.credit import Exposure, order_securities
from tools.credit_account import attempt, scope_of
from tools.credit_amounts import number_of
from tools.credit_documents import Money, last_payment, securities_of
from tools.credit_facts import CreditFacts
from tools.credit_waiting import which_can_go
from tools.orders import is_stale
from tools.rows import Row
from tools.unknown import NotKnown


def cell(row: Row | None, column: str) -> Bound | None:
    """The cell of a column; None where the row or the value is not there."""
    return row.cell(column) if row is not None and row[column] is not None else None


def _exposures(exposure: Exposure | NotKnown) -> Section:
    if isinstance(exposure, NotKnown):
        return dict.fromkeys(
            (
                "exposure_before", "exposure_after", "exposure_after_without_open_orders",
                "exposure_after_without_blocked_orders", "components",
            )
        )  # fmt: skip
    return {
        "exposure_before": exposure.before,
        "exposure_after": exposure.after,
        "exposure_after_without_open_orders": exposure.without_open_orders,
        "exposure_after_without_blocked_orders": exposure.without_blocked_orders,
        "components": exposure.components,
    }


def _uncleared(facts: CreditFacts) -> list[Section] | None:
    if isinstance(facts.uncleared, NotKnown):
        return None
    return [
        {
            "payment_id": cell(money.row, "payment_id"),
            "amount": money.amount,
            "received_on": cell(money.row, "received_on"),
            "status": cell(money.row, "status"),
            "clears": _enough(money, facts),
        }
        for money in facts.uncleared
    ]


def _enough(money: Money, facts: CreditFacts) -> bool:
    """Whether the payment alone would take away an excess, if it cleared."""
    excess, lowering = facts.excess, facts.would_lower
    if excess is None or excess.number <= 0 or isinstance(lowering, NotKnown):
        return False
    return money in lowering and number_of(money.amount) >= excess.number


def _securities(case: Case) -> list[Section]:
    scope = attempt(lambda: scope_of(case))
    if isinstance(scope, NotKnown):
        return []
    covering = {row.ref for row in order_securities(case)}
    columns = ("security_id", "kind", "order_id", "amount", "currency", "valid_to",
               "latest_ship_on", "status")  # fmt: skip
    return [
        {**{c: cell(row, c) for c in columns}, "covers_this_order": row.ref in covering}
        for row in securities_of(case.book, scope, case.order_id)
    ]


def _last_payment(case: Case) -> Section | None:
    scope = attempt(lambda: scope_of(case))
    row = None if isinstance(scope, NotKnown) else last_payment(case.book, scope)
    if row is None:
        return None
    columns = ("payment_id", "amount", "currency", "received_on", "status")
    return {column: cell(row, column) for column in columns}


def _which_can_go(
    case: Case, facts: CreditFacts, fits: Callable[[Decimal], bool]
) -> list[Section] | None:
    if isinstance(facts.limit, NotKnown) or isinstance(facts.exposure, NotKnown):
        return None
    return [
        {
            "order_id": waiting.order.cell("order_id"),
            "gross": waiting.value,
            "headroom_after": waiting.headroom_after,
            "fits": waiting.fits,
        }
        for waiting in which_can_go(case, facts.limit, facts.exposure, fits)
    ]


def _value(found: Any) -> Any:
    return None if isinstance(found, NotKnown) else found


def credit_section(case: Case, facts: CreditFacts, fits: Callable[[Decimal], bool]) -> Section:
    """The section; `fits` says whether a headroom is allowed."""
    late = None if isinstance(facts.overdue, NotKnown) else facts.overdue
    account, exposure = facts.account, facts.exposure
    known = exposure.after.unit if isinstance(exposure, Exposure) else None
    return {
        "limit": _value(facts.limit),
        "currency": cell(account, "currency") or known,
        **_exposures(exposure),
        "headroom": facts.headroom,
        "excess": facts.excess,
        "overdue": late.net if late else None,
        "overdue_gross": late.gross if late else None,
        "oldest_overdue_days": late.oldest_days if late else None,
        "disputed": _value(facts.disputed),
        "ageing": _value(facts.ageing),
        "which_can_go": _which_can_go(case, facts, fits),
        "uncleared_payments": _uncleared(facts),
        "last_payment": _last_payment(case),
        "insured_amount": cell(account, "insured_amount"),
        "securities": _securities(case),
        "temporary_limit": cell(account, "temporary_limit"),
        "temporary_valid_to": cell(account, "temporary_valid_to"),
        "limit_valid_to": cell(account, "limit_valid_to"),
        "next_review_on": cell(account, "next_review_on"),
        "manual_hold": cell(account, "manual_hold"),
        "risk_class": cell(account, "risk_class"),
        "dunning_level": cell(account, "dunning_level"),
        "blocked_scope": cell(case.bill_to, "blocked_scope"),
        "this_order_stale": is_stale(case.book, case.order, case.today),
    }
