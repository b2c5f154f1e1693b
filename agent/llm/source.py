"""Where answers come from: packets and look-ups, and nothing else.

`Source` is all that a question can reach. It has no method that changes anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from agent.review.queue import queue_rows
from agent.review.stages import review
from policies.settings import Rules
from tools.evidence import look_up
from tools.snapshot import Snapshot
from tools.view import View

Packet: TypeAlias = Mapping[str, Any]
WAITING = ("blocked",)
OPEN = ("open", "released", "draft", "shipped")
SHAPES = 50
"""Held orders whose ids teach how ids are written."""


class Source(Protocol):
    """What the answers read."""

    def packets(self, order_ids: Sequence[str]) -> list[Packet]:
        """The packets of the orders, in the order given."""

    def queue(self) -> list[Packet]:
        """The packets of all held orders: time left first, then risk."""

    def known(self, ids: Sequence[str]) -> dict[str, str]:
        """Which of the typed ids exist: as typed to as on file."""

    def nearest(self, order_id: str) -> list[str]:
        """The ids on file that look most like this one."""

    def examples(self) -> list[str]:
        """Some order ids, to learn how ids are written here."""

    def by_reference(self, reference: str) -> list[str]:
        """The orders with this order number of the customer."""

    def customers(self) -> list[tuple[str, str]]:
        """Every customer: id and name."""

    def orders_of(self, customer_ids: Sequence[str]) -> list[str]:
        """The orders of the customers that are not finished, those that wait first."""


def orders_held(source: Source, customer_id: str) -> list[Packet]:
    """The held orders of a customer, as sold-to or bill-to, the most pressing first."""
    return [
        packet for packet in source.queue()
        if customer_id in (packet["customer"]["customer_id"], packet["customer"]["bill_to_id"])
    ]  # fmt: skip


class SnapshotSource:
    """The source over a snapshot at a moment, judged by rules. What was reviewed is kept.

    Orders of companies that the view does not cover are as if they did not exist.
    """

    def __init__(
        self, snapshot: Snapshot, as_of: datetime, rules: Rules, view: View | None = None
    ) -> None:
        self._snapshot, self._as_of, self._rules = snapshot, as_of, rules
        self._view = view
        self._reviewed: dict[str, Packet] = {}

    def packets(self, order_ids: Sequence[str]) -> list[Packet]:
        """The packets of the orders, in the order given; ids that do not exist are left out."""
        wanted = self._visible(list(dict.fromkeys(order_ids)))
        missing = [i for i in wanted if i not in self._reviewed]
        for packet in review(self._snapshot, missing, self._as_of, self._rules):
            self._reviewed[packet["order_id"]] = packet
        return [self._reviewed[i] for i in order_ids if i in self._reviewed]

    def queue(self) -> list[Packet]:
        """The packets of all held orders: time left first, then risk."""
        found = self.packets(self._held)
        ranked = [row["order_id"] for row in queue_rows(found, self._as_of)]
        return self.packets(ranked)

    def known(self, ids: Sequence[str]) -> dict[str, str]:
        """Which of the typed ids exist, upper and lower case alike."""
        rows = look_up(self._snapshot, "known_orders", self._as_of, wanted=list(ids))
        found = sorted(str(row["order_id"]) for row in rows if self._covers(row["company_id"]))
        folded = {order_id.upper(): order_id for order_id in found}
        return {
            typed: typed if typed in found else folded[typed.upper()]
            for typed in ids
            if typed in found or typed.upper() in folded
        }

    def nearest(self, order_id: str) -> list[str]:
        """The ids on file that look most like this one."""
        rows = look_up(self._snapshot, "nearest_orders", self._as_of, wanted=order_id)
        return self._visible([str(row["order_id"]) for row in rows])

    def examples(self) -> list[str]:
        """Ids of held orders; of any where nothing is held."""
        return self._held[:SHAPES] or self.nearest("1")

    def by_reference(self, reference: str) -> list[str]:
        """The orders with this order number of the customer, the newest first."""
        return self._visible([str(row["order_id"]) for row in self._find(reference, ())])

    def customers(self) -> list[tuple[str, str]]:
        """Every customer: id and name (the id where there is none)."""
        rows = look_up(self._snapshot, "customer_names", self._as_of)
        return [(str(r["customer_id"]), str(r["name"] or r["customer_id"])) for r in rows]

    def orders_of(self, customer_ids: Sequence[str]) -> list[str]:
        """The unfinished orders of the customers: held, blocked, open; each the newest first."""
        held, rank = set(self._held), {s: n for n, s in enumerate((*WAITING, *OPEN), start=1)}
        rows = [
            (0 if row["order_id"] in held else rank[str(row["status"])], str(row["order_id"]))
            for row in self._find(None, customer_ids)
            if row["order_id"] in held or row["status"] in rank
        ]
        return self._visible([one for _, one in sorted(rows, key=lambda row: row[0])])

    @cached_property
    def _held(self) -> list[str]:
        rows = look_up(self._snapshot, "held_orders", self._as_of)
        return self._visible([str(row["order_id"]) for row in rows])

    def _covers(self, company_id: object) -> bool:
        return self._view is None or self._view.covers(str(company_id or ""))

    def _visible(self, ids: list[str]) -> list[str]:
        """The ids of orders that the reader may know of, in the order given."""
        if self._view is None or self._view.companies is None:
            return ids
        rows = look_up(self._snapshot, "known_orders", self._as_of, wanted=ids)
        shown = {str(row["order_id"]) for row in rows if self._covers(row["company_id"])}
        return [order_id for order_id in ids if order_id in shown]

    def _find(self, reference: str | None, customer_ids: Sequence[str]) -> list[dict[str, Any]]:
        return list(
            look_up(
                self._snapshot, "find_orders", self._as_of,
                reference=reference, customers=list(customer_ids),
            )
        )  # fmt: skip
