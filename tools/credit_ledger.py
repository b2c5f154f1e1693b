"""The ledger of an account: documents, other orders, deposits and what they cover, summed once.

All orders of an account share it. What the order under review puts on it, or has paid for, is
taken out of the sums by subtraction. Source: `rules.md` C1.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from tools.book import Book
from tools.credit_account import Scope, attempt, known, shared
from tools.credit_amounts import NAMED_ORDERS, Parts, Pool
from tools.credit_cover import Cover, Settled, settle
from tools.credit_documents import Cash, Money, cash, posted, total_of, uncleared
from tools.credit_orders import OrderOnAccount, on_account
from tools.orders import confirmed_orders
from tools.rows import Figure
from tools.unknown import NotKnown


@dataclass
class Ledger:
    """Pools of amounts in the account's currency, and the orders of the account by id."""

    scope: Scope
    orders: dict[str, OrderOnAccount]
    cash: dict[str | None, Cash]
    open_orders: Pool
    blocked_orders: Pool
    deposits: Pool
    payments: Pool
    unknown: dict[str, NotKnown]
    """Orders whose value is not known, by id."""
    counted: dict[str, Figure]
    """What of each order stands in the exposure of others."""
    alive: dict[str, Figure]
    """What each order owes beyond its cover, horizon or not, stale lines apart."""

    def require_others(self, order_id: str) -> None:
        """Make sure that every order but this one is valued.

        Raises:
            NotKnown: one is not.
        """
        for other, gap in self.unknown.items():
            if other != order_id:
                known(gap)


def orders_of(book: Book, scope: Scope) -> dict[str, OrderOnAccount]:
    """The confirmed orders of the account that have something left to invoice."""

    def compute() -> dict[str, OrderOnAccount]:
        rows = (order for member in scope.members for order in confirmed_orders(book, member))
        found = (on_account(book, scope, order) for order in rows)
        return {order.order_id: order for order in found if order is not None}

    return book.once(("credit_orders", scope), compute)


def by_order(money: Cash) -> dict[str | None, Cash]:
    """Deposits and payments by the order that they name."""
    found: dict[str | None, Cash] = {}
    for deposit in money.deposits:
        found.setdefault(deposit.order_id, Cash([], [])).deposits.append(deposit)
    for payment in money.payments:
        found.setdefault(payment.order_id, Cash([], [])).payments.append(payment)
    return found


def cover_of(
    order_id: str, money: Cash | None, currency: str, security: Figure | None = None
) -> Cover:
    """What covers an order: its deposits and its payments, a figure each, beside a security."""
    deposits, payments = (money.deposits, money.payments) if money else ([], [])
    return Cover(
        security,
        total_of(f"{order_id}.order_deposits", deposits, currency) if deposits else None,
        total_of(f"{order_id}.order_payments", payments, currency) if payments else None,
    )


def _settled(order: OrderOnAccount, money: Cash | None, unit: str) -> Settled | None:
    """What stays of an order in the exposure; None where it puts nothing there."""
    counted = order.values("counted")
    if money is None:
        return Settled(counted[0]) if counted else None
    key, whole = order.order_id, order.values("counted", "beyond", "stale")
    cover = cover_of(key, money, unit)
    return settle(key, f"{key}.net_on_account", counted, whole, cover, unit)


def _alive(order: OrderOnAccount, money: Cash | None, unit: str) -> Figure | None:
    """What an order owes beyond its cover, whether it counts in other orders' exposure or not."""
    parts = order.values("counted", "beyond")
    if not parts or (money is None and len(parts) == 1):
        return parts[0] if parts else None
    key = order.order_id
    cover = cover_of(key, money, unit)
    return settle(f"{key}.alone", f"{key}.net_value", parts, parts, cover, unit).net


def _rests(settled: dict[str, Settled], loose: dict[str | None, Cash]) -> tuple[Parts, Parts]:
    """The deposits and payments that lower the account: rests of orders, and what names none."""
    deposits: Parts = []
    payments: Parts = []
    for order_id, order in settled.items():
        deposits += [(order_id, f) for f in (order.deposit_rest,) if f is not None]
        payments += [(order_id, f) for f in (order.payment_rest,) if f is not None]
    for owner, held in loose.items():
        deposits += [(owner, deposit.amount) for deposit in held.deposits]
        payments += [(owner, payment.amount) for payment in held.payments]
    return deposits, payments


def _ledger(book: Book, scope: Scope) -> Ledger:
    orders, money, unit = orders_of(book, scope), by_order(cash(book, scope)), scope.currency
    tried = {i: attempt(partial(_settled, o, money.get(i), unit)) for i, o in orders.items()}
    alive = {i: attempt(partial(_alive, o, money.get(i), unit)) for i, o in orders.items()}
    settled = {i: value for i, value in tried.items() if isinstance(value, Settled)}
    deposits, payments = _rests(settled, {i: m for i, m in money.items() if i not in orders})
    nets = {i: order.net for i, order in settled.items() if order.net.number}
    blocked: Parts = [(i, net) for i, net in nets.items() if orders[i].blocked]
    return Ledger(
        scope=scope,
        orders=orders,
        cash=money,
        open_orders=Pool("credit.open_orders", unit, [*nets.items()], NAMED_ORDERS),
        blocked_orders=Pool("credit.blocked_orders", unit, blocked, NAMED_ORDERS),
        deposits=Pool("credit.deposits", unit, deposits),
        payments=Pool("credit.unapplied_payments", unit, payments),
        unknown={i: gap for i, gap in tried.items() if isinstance(gap, NotKnown)},
        counted=nets,
        alive={i: left for i, left in alive.items() if isinstance(left, Figure) and left.number},
    )


def ledger_of(book: Book, scope: Scope) -> Ledger:
    """The ledger of an account, computed once for all its orders.

    Raises:
        NotKnown: a document or a payment lacks what its amount needs.
    """
    return shared(book, ("credit_ledger", scope), lambda: _ledger(book, scope))


def documents(book: Book, scope: Scope, kind: str, name: str) -> Figure:
    """The open amounts of posted documents of a kind."""

    def compute() -> Figure:
        parts: Parts = [(None, money.amount) for money in posted(book, scope).get(kind, [])]
        return Pool(f"credit.{name}", scope.currency, parts).figure()

    return book.once(("credit_documents", scope, kind), compute)


def would_lower(book: Book, scope: Scope, ledger: Ledger, order_id: str) -> list[Money]:
    """Uncleared payments that would lower the exposure by their whole amount if they cleared.

    Not so one for a deposit that counts already, nor one for an order that does not wholly count.
    """
    deposits = {m.row.text("invoice_id") for m in posted(book, scope).get("deposit", [])}

    def in_full(money: Money) -> bool:
        other = ledger.orders.get(money.order_id or "")
        whole = other is None or not (other.beyond or other.stale) or money.order_id == order_id
        return whole and (money.row.text("invoice_id") or "") not in deposits

    return [money for money in uncleared(book, scope) if in_full(money)]


@dataclass(frozen=True, slots=True)
class StaleOrders:
    """The account's orders with stale lines, the dearest named, the others counted and summed."""

    named: list[OrderOnAccount]
    further: int = 0
    further_value: Decimal = Decimal(0)


def _stale_value(order: OrderOnAccount) -> Decimal:
    return order.stale.number if isinstance(order.stale, Figure) else Decimal(0)


def stale_orders(book: Book, scope: Scope, order_id: str, most: int) -> StaleOrders:
    """The other orders of the account with stale lines, `most` of them named."""

    def compute() -> tuple[list[OrderOnAccount], Decimal]:
        found = [order for order in orders_of(book, scope).values() if order.stale is not None]
        found.sort(key=_stale_value, reverse=True)
        return found, sum(map(_stale_value, found), Decimal(0))

    found, value = book.once(("credit_stale", scope), compute)
    named = [order for order in found[: most + 1] if order.order_id != order_id][:most]
    own = orders_of(book, scope).get(order_id)
    is_stale = own is not None and own.stale is not None
    further = len(found) - len(named) - is_stale
    rest = value - sum(map(_stale_value, named), Decimal(0))
    return StaleOrders(named, further, rest - (_stale_value(own) if own and is_stale else 0))
