"""Data notes of credit: stale orders, payments not cleared, accounts that are excluded."""

from __future__ import annotations

from collections.abc import Iterator

from policies.findings import Bound, DataNote, Sentence
from tools.book import Case
from tools.credit_account import attempt, scope_of
from tools.credit_documents import deposits_not_cleared
from tools.credit_facts import CreditFacts
from tools.credit_ledger import stale_orders
from tools.credit_orders import OrderOnAccount
from tools.rows import Figure
from tools.unknown import NotKnown

STALE_NAMED = 20
"""Stale orders that are named in a packet; the others are counted and summed."""


def _stale(order: OrderOnAccount) -> DataNote:
    bound: dict[str, Bound] = {"order": order.order.cell("order_id")}
    text = "Order {order} counts nothing in the exposure"
    if order.stale_since is not None:
        bound["since"] = order.stale_since
        text += ": its ship date {since} lies too far back"
    if isinstance(order.stale, Figure):
        bound["value"] = order.stale
        text += "; its value there is {value}"
    return DataNote("stale_order", Sentence(text + ".", bound), (order.order,))


def stale_notes(case: Case) -> Iterator[DataNote]:
    """The account's stale orders with their value, the dearest first."""
    scope = attempt(lambda: scope_of(case))
    if isinstance(scope, NotKnown):
        return
    found = stale_orders(case.book, scope, case.order_id, STALE_NAMED)
    yield from (_stale(order) for order in found.named)
    if found.further:
        rule = "by rule: stale orders of the account beyond the named ones"
        bound = {
            "count": Figure("credit.further_stale", found.further, "orders", rule),
            "value": Figure(
                "credit.further_stale_value", found.further_value, scope.currency, rule
            ),
        }
        text = "Further stale orders of the account count nothing: {count}, worth {value}."
        yield DataNote("stale_order", Sentence(text, bound), (case.order,))


def uncleared_notes(facts: CreditFacts) -> Iterator[DataNote]:
    """Payments that are received and not cleared, which lower nothing yet."""
    if isinstance(facts.uncleared, NotKnown):
        return
    for money in facts.uncleared:
        bound: dict[str, Bound] = {
            "payment": money.row.cell("payment_id"), "amount": money.amount,
        }  # fmt: skip
        text = "Payment {payment} of {amount} is not cleared and lowers nothing yet."
        yield DataNote("uncleared_payment", Sentence(text, bound))


def deposit_notes(case: Case) -> Iterator[DataNote]:
    """Deposit documents that count although their payment is not cleared or bounced."""
    pairs = attempt(lambda: deposits_not_cleared(case.book, scope_of(case)))
    for deposit, payment in [] if isinstance(pairs, NotKnown) else pairs:
        bound: dict[str, Bound] = {
            "deposit": deposit.cell("invoice_id"), "payment": payment.cell("payment_id"),
        }  # fmt: skip
        text = "Deposit {deposit} counts as posted, but its payment {payment} is not cleared."
        yield DataNote("deposit_not_cleared", Sentence(text, bound))


def excluded_note(facts: CreditFacts) -> Iterator[DataNote]:
    """The account is excluded from checks (manual_hold off)."""
    if facts.excluded and facts.account is not None:
        bound: dict[str, Bound] = {"account": facts.account.cell("customer_id")}
        text = "Account {account} is excluded from checks: its manual hold is set to off."
        yield DataNote("excluded_from_checks", Sentence(text, bound), (facts.account,))
