"""The conventions that arithmetic needs, filled by `policies` from its settings.

`tools` computes rows and figures and judges nothing; where ERPs differ in what to count, the
difference is one of these parameters. Meanings and defaults: `policies/rules.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Conventions:
    """What to count and how to convert; defaults are those of the rules."""

    stale_order_days: int = 60
    credit_scope: Literal["bill_to", "group"] = "bill_to"
    count_blocked_orders: bool = True
    temporary_limit_mode: Literal["add", "replace"] = "add"
    exposure_fx: Literal["today", "order_date"] = "today"
    overdue_grace_days: int = 0
    overdue_amount_limit: Decimal = Decimal(0)
    min_shelf_life_days: int = 0
    receiving_days: int = 0
    price_strategy: Literal["sequence", "lowest", "stack"] = "sequence"
    price_date_basis: Literal["order", "ship"] = "order"
    route_closing_days: int = 0
    policy_currency: str = "USD"
    split_window_days: int = 2
    competitors_named: int = 5
    table_ages: dict[str, float] = field(default_factory=dict)
    """Allowed age of a source in hours, by table; a table that is not named may be of any age."""
