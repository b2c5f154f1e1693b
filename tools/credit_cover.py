"""What deposits, payments and securities cover of an order, and what of them is left over.

Source: `rules.md` C1: a deposit or payment with an order_id covers that order, down to 0, and only
the rest lowers the account; a security of the order under review covers it before them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tools.credit_amounts import name_of
from tools.rows import Figure


@dataclass(frozen=True, slots=True)
class Settled:
    """An order after its cover: what stays on the account, and what lowers the account instead."""

    net: Figure
    deposit_rest: Figure | None = None
    payment_rest: Figure | None = None


def _less(key: str, start: Sequence[Figure], less: Sequence[Figure], unit: str) -> Figure:
    """The sum of `start` less `less`, not below 0."""
    value = sum((f.number for f in start), Decimal(0)) - sum((f.number for f in less), Decimal(0))
    first = " + ".join(map(name_of, start)) or "0"
    text = "".join(f" - {name_of(part)}" for part in less)
    return Figure(key, max(value, Decimal(0)), unit, f"max(0, {first}{text})", (*start, *less))


@dataclass(frozen=True, slots=True)
class Cover:
    """What covers an order before it burdens the account: sums in the account's currency."""

    security: Figure | None = None
    deposits: Figure | None = None
    payments: Figure | None = None


def _same(key: str, parts: Sequence[Figure], unit: str) -> Figure:
    value = sum((part.number for part in parts), Decimal(0))
    return Figure(key, value, unit, " + ".join(map(name_of, parts)) or "0", tuple(parts))


def settle(
    key: str, net_key: str, counted: Sequence[Figure], whole: Sequence[Figure], cover: Cover,
    unit: str,
) -> Settled:  # fmt: skip
    """Cover an order by its security, deposits and payments (in this turn), down to 0.

    `counted` is the value that stands in the exposure, `whole` what the cover meets before a rest
    of it lowers the account. A rest of a security lowers nothing.
    """
    security, deposits, payments = (
        [figure] if figure else [] for figure in (cover.security, cover.deposits, cover.payments)
    )
    covered = [*security, *deposits, *payments]
    net = _less(net_key, counted, covered, unit) if covered else _same(net_key, counted, unit)
    deposit_rest = payment_rest = None
    if deposits:
        open_to = _less(f"{key}.open_to_deposits", whole, security, unit)
        deposit_rest = _less(f"{key}.deposit_rest", deposits, [open_to], unit)
    if payments:
        open_to = _less(f"{key}.open_to_payments", whole, [*security, *deposits], unit)
        payment_rest = _less(f"{key}.payment_rest", payments, [open_to], unit)
    return Settled(net, deposit_rest, payment_rest)
