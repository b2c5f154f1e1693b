"""Which can go: the waiting orders of a bill-to, cheapest first to fit, with running headroom.

Source: `rules.md` C1. Waiting is an order that the ERP holds (status blocked, or an active hold),
and the order under review. What an allowed exposure is, the caller says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tools.book import Book, Case
from tools.credit import Exposure, derived
from tools.credit_account import Scope, scope_of
from tools.credit_amounts import NAMED_ORDERS, Parts, Pool
from tools.credit_ledger import Ledger, ledger_of
from tools.rows import Figure, Row

SHOWN = 20
"""Waiting orders that are listed; an account may have thousands."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A waiting order: its value on the account and the headroom that it would leave."""

    order: Row
    value: Figure
    headroom_after: Figure
    fits: bool


@dataclass(frozen=True, slots=True)
class _Queue:
    """The waiting orders of an account, cheapest first, and what of them counts already."""

    ids: list[str]
    counted: Pool


def _is_waiting(book: Book, order: Row) -> bool:
    held = book.by("holds", order_id=order["order_id"], status="active")
    return order.text("status") == "blocked" or bool(held)


def _queue(book: Book, ledger: Ledger) -> _Queue:
    ids = [i for i in ledger.alive if _is_waiting(book, ledger.orders[i].order)]
    ids.sort(key=lambda i: (ledger.alive[i].number, i))
    counted: Parts = [(i, ledger.counted[i]) for i in ids if i in ledger.counted]
    return _Queue(ids, Pool("credit.waiting_orders", ledger.scope.currency, counted, NAMED_ORDERS))


def _headroom(scope: Scope, queue: _Queue, order_id: str, limit: Figure, of: Exposure) -> Figure:
    counted = queue.counted.figure(order_id)
    return derived(
        "headroom_without_waiting", scope.currency, "limit - exposure_before + waiting_orders",
        limit.number - of.before.number + counted.number, limit, of.before, counted,
    )  # fmt: skip


def which_can_go(
    case: Case, limit: Figure, of: Exposure, fits: Callable[[Decimal], bool]
) -> list[Waiting]:
    """The waiting orders, cheapest first; one that does not fit takes no headroom.

    `fits` says whether a headroom that is left is allowed.

    Raises:
        NotKnown: as for the exposure.
    """
    scope = scope_of(case)
    ledger = ledger_of(case.book, scope)
    queue = case.book.once(("credit_waiting", scope), lambda: _queue(case.book, ledger))
    values = {i: ledger.alive[i] for i in queue.ids[: SHOWN + 1] if i != case.order_id}
    values[case.order_id] = of.this_order
    left, found = _headroom(scope, queue, case.order_id, limit, of), []
    for order_id in sorted(values, key=lambda i: (values[i].number, i))[:SHOWN]:
        value = values[order_id]
        after = Figure(
            f"credit.which_can_go.{order_id}.headroom_after", left.number - value.number,
            scope.currency, f"{_name(left)} - {_name(value)}", (left, value),
        )  # fmt: skip
        row = case.order if order_id == case.order_id else ledger.orders[order_id].order
        found.append(Waiting(row, value, after, fits(after.number)))
        left = after if found[-1].fits else left
    return found


def _name(figure: Figure) -> str:
    return figure.id.rsplit(".", 1)[-1]
