"""Which held orders a question asks for: by class, customer, role, article, site, amount."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from agent.llm.amounts import Bounds
from agent.llm.intent import CLASS_WORDS
from agent.llm.phrases import phrase
from agent.llm.rates import Rate, policy_currency, rate_to, value_in
from agent.llm.turn import Turn, classes
from agent.llm.values import Packet, Shown
from policies.guard import BUSINESS_ROLES

CLASS_OF_ROLE_WORD = {
    "role_credit_control": "credit_hold",
    "role_compliance": "compliance_issue",
    "role_warehouse": "stock_shortage",
    "role_logistics": "route_risk",
}
"""Naming a role may sound like naming a class: then the role is meant."""


@dataclass
class Filtered:
    """The orders that are left, and what they were filtered by, in words and figures."""

    packets: list[Packet]
    template: str = ""
    values: dict[str, Shown | str | list[Shown]] = field(default_factory=dict)
    uncompared: list[Packet] = field(default_factory=list)
    currency: str = ""
    rate: Rate | None = None
    """The rate by which orders of other currencies were compared."""


def wanted_classes(turn: Turn) -> list[str]:
    """The classes of which the question speaks."""
    by_role = {CLASS_OF_ROLE_WORD.get(group) for group in turn.asked.words}
    found = [cls for group, cls in CLASS_WORDS.items() if turn.asked.has(group)]
    if turn.asked.has("if_paid", "conflict"):
        found = [c for c in found if c in ("credit_hold", "customer_priority_conflict")]
    return [cls for cls in found if cls not in by_role]


class Filter:
    """Applies the filters one after the other and keeps their words."""

    def __init__(self, turn: Turn, packets: Sequence[Packet]) -> None:
        self.turn = turn
        self.found = Filtered(list(packets))

    def run(self) -> Filtered:
        """The orders that the question asks for."""
        for step in (self._customers, self._classes, self._roles, self._places, self._amount,
                     self._clean, self._disagreeing, self._paid):  # fmt: skip
            step()
        return self.found

    def _keep(self, key: str, fits: Callable[[Packet], bool],
              **values: Shown | str | list[Shown]) -> None:  # fmt: skip
        self.found.packets = [packet for packet in self.found.packets if fits(packet)]
        template, _ = phrase(key, self.turn.language)
        for name, value in values.items():
            own = f"{name}_of_{key}"
            template = template.replace(f"{{{name}}}", f"{{{own}}}")
            self.found.values[own] = value
        self.found.template += template

    def _customers(self) -> None:
        asked = self.turn.subject.customers
        if not asked:
            return
        ids = {customer_id for customer_id, _ in asked}
        names = [self.turn.known_as(customer_id, name) for customer_id, name in asked]
        self._keep(
            "filter_customer",
            lambda p: bool(ids & {p["customer"]["customer_id"], p["customer"]["bill_to_id"]}),
            name=names,
        )

    def _classes(self) -> None:
        wanted = wanted_classes(self.turn)
        if wanted:
            said = self.turn.listed(wanted, "or")
            self._keep("filter_class", lambda p: bool(set(wanted) & set(classes(p))),
                       **{"class": said})  # fmt: skip

    def _roles(self) -> None:
        roles = [role for role in BUSINESS_ROLES if self.turn.asked.has(f"role_{role}")]
        if roles:
            said = self.turn.listed(roles, "or")
            self._keep("filter_role", partial(_decided_by, frozenset(roles)), role=said)

    def _places(self) -> None:
        for code in self.turn.subject.skus:
            sites = {str(p["order"].get("site_id") or "").upper() for p in self.found.packets}
            typed = self.turn.says.typed(code.upper())
            if code.upper() in sites:
                self._keep("filter_site", partial(_is_at, code.upper()), site=typed)
            else:
                self._keep("filter_sku", partial(_holds_sku, code.upper()), sku=typed)

    def _clean(self) -> None:
        free = self.turn.asked.has("fits") and not self.turn.subject.customers
        if free or self.turn.asked.has("clean"):
            self._keep("filter_clean", lambda p: not p["exceptions"] and not p["not_known"])
        if free:
            self._keep(
                "filter_unforced", lambda p: not any(h.get("forced") for h in p["hold_check"])
            )

    def _disagreeing(self) -> None:
        if self.turn.asked.has("disagree"):
            self._keep(
                "filter_disagree", lambda p: any(h["agrees"] is False for h in p["hold_check"])
            )

    def _paid(self) -> None:
        if self.turn.asked.has("if_paid"):
            self._keep("filter_paid", _freed_by_payment)

    def _amount(self) -> None:
        asked = self.turn.asked.bounds
        if asked is None:
            return
        currency = asked.currency or policy_currency(self.found.packets)
        rate = rate_to(self.found.packets, currency)
        own = currency == policy_currency(self.found.packets)
        if not own and any(p["order"].get("currency") != currency for p in self.found.packets):
            self.found.rate = rate
        self.found.currency = currency
        values = {p["order_id"]: value_in(p, currency, rate) for p in self.found.packets}
        self.found.uncompared = [p for p in self.found.packets if values[p["order_id"]] is None]
        for key, bound in (("over", asked.over), ("under", asked.under)):
            if bound is not None:
                amount = self.turn.says.made(f"asked.{key}", bound, currency, "by rule: as asked")
                self._keep(f"filter_{key}", lambda p: _within(values[p["order_id"]], asked),
                           amount=amount)  # fmt: skip


def _within(number: Decimal | None, asked: Bounds) -> bool:
    if number is None:
        return False
    low, high = asked.over, asked.under
    if asked.inclusive:
        return (low is None or number >= low) and (high is None or number <= high)
    return (low is None or number > low) and (high is None or number < high)


def _freed_by_payment(packet: Packet) -> bool:
    payments = (packet.get("credit") or {}).get("uncleared_payments") or []
    return any(entry["clears"] for entry in payments)


def _is_at(site: str, packet: Packet) -> bool:
    return str(packet["order"].get("site_id") or "").upper() == site


def _holds_sku(sku: str, packet: Packet) -> bool:
    return any(str(e.get("sku") or "").upper() == sku for e in (*packet["stock"], *packet["price"]))


def _decided_by(roles: frozenset[str], packet: Packet) -> bool:
    owner = packet["owner"]
    return bool(roles & {owner["role"], *owner.get("also", ())})
