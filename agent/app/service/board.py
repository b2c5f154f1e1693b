"""The board: the queue in memory, brought up to date by the number of the newest event.

A page of it costs one look at that number while nothing changes, however many cases there are.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from agent.desk.changes import changed_cases, newest_event
from agent.desk.models import OPEN_STATUSES
from agent.desk.queue_rows import fill, rows
from agent.desk.store import Desk
from agent.review.masking import Mask
from agent.review.queue import queue_rows, shown_minutes
from policies.views import view_of_nobody
from tools.view import HIDDEN

Row = dict[str, Any]
Json = Mapping[str, Any]
VIEWS = ("open", "mine", "today", "value", "snoozed", "done", "all")
"""The saved views, in the order of their tabs."""
FACETS = ("class", "owner", "risk", "site", "recommendation")
HIGH_VALUE = Decimal(10000)
"""From here on, in the policy currency, an order is in the view of high value."""
BOUND = {
    "customer": "customer/name", "customer_ref": "order/customer_ref", "tier": "customer/tier",
    "net": "order/net", "value": "order/policy_value", "promise": "order/promise",
    "score": "risk/score",
}  # fmt: skip
"""Fields of a row that rest on columns which not everybody sees, by their place in the packet."""
SOON = timedelta(hours=24)
KEPT_LISTS = 64


def row_of(packet: Json) -> Row:
    """What the queue shows of a packet."""
    as_of = datetime.fromisoformat(packet["as_of"])
    order, customer = packet["order"], packet["customer"]
    (row,) = queue_rows([packet], as_of)
    return {
        **row,
        "latest_action_at": (packet.get("delivery") or {}).get("latest_action_at"),
        "company_id": order.get("company_id") or "",
        "site_id": order.get("site_id") or "",
        "customer_ref": order.get("customer_ref") or "",
        "tier": customer.get("tier") or "",
        "value": order.get("policy_value"),
        "risk": {**row["risk"], "terms": packet["risk"]["terms"]},
        "rests_on": _rests_on(packet),
    }


def _rests_on(packet: Json) -> dict[str, list[str]]:
    """For each field that could be hidden: the column groups that it rests on."""
    mask = Mask(view_of_nobody(), packet["calculations"], packet["evidence"])
    found = {}
    for name, path in BOUND.items():
        source = packet["bindings"].get(path)
        if source is not None and (groups := mask.because(source)):
            found[name] = sorted(groups)
    terms = (packet["bindings"].get(f"risk/terms/{n}/points")
             for n in range(len(packet["risk"]["terms"])))  # fmt: skip
    groups = frozenset[str]().union(*(mask.because(source) for source in terms if source))
    return {**found, "terms": sorted(groups)}


def masked(row: Row, seen: frozenset[str]) -> Row:
    """A row as somebody sees it: fields that rest on hidden columns say so."""
    hidden = {name for name in row["rests_on"] if _hidden(row, name, seen)}
    if not hidden:
        return row
    made = {**row, **{name: HIDDEN for name in hidden if name in row}}
    if "net" in hidden:
        made["net_shown"] = HIDDEN
    if hidden & {"terms", "score"}:
        made["risk"] = {**row["risk"], "score": HIDDEN, "terms": []}
    return made


def _hidden(row: Json, name: str, seen: frozenset[str]) -> bool:
    return not seen.issuperset(row["rests_on"].get(name, ()))


@dataclass(frozen=True)
class Ask:
    """What somebody wants to see of the queue."""

    user_id: str = ""
    roles: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    """The column groups that this person sees."""
    companies: frozenset[str] | None = frozenset()
    """The companies whose orders are shown; None: of all."""
    view: str = "open"
    chosen: tuple[tuple[str, str], ...] = ()
    """Facets and their values."""
    text: str = ""


@dataclass(frozen=True, eq=False)  # by identity: pages are kept for as long as their list is
class Listed:
    """The rows that fit, in order; how many each facet value has; how many each view has."""

    rows: tuple[Row, ...]
    facets: dict[str, list[tuple[str, int]]]
    views: dict[str, int]


@dataclass
class Board:
    """Every case with its newest packet, and the lists that were asked for lately."""

    desk: Desk
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seq: int = -1
    _version: int = 0
    """Grows when a row changes; most events, such as a look at a packet, change none."""
    _by_case: dict[str, Row] = field(default_factory=dict)
    _timed: list[Row] = field(default_factory=list)
    _untimed: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listed = lru_cache(maxsize=KEPT_LISTS)(self._list)

    def listed(self, ask: Ask, now: datetime) -> Listed:
        """The rows that somebody asks for; the state of the desk is looked at first."""
        self._refresh()
        return self._listed(ask, now.replace(second=0, microsecond=0), self._version)

    def of_order(self, order_id: str) -> Row | None:
        """The newest case of an order, the open one first."""
        self._refresh()
        found = [row for row in self._by_case.values() if row["order_id"] == order_id]
        return max(found, key=lambda row: (row["case_status"] != "closed", str(row["placed_at"])),
                   default=None)  # fmt: skip

    def counts(self) -> Counter[str]:
        """Cases by the state of their newest packet."""
        self._refresh()
        return Counter(row["status"] for row in self._by_case.values())

    def _refresh(self) -> None:
        with self.desk.read() as session:
            newest = newest_event(session)
        if newest == self._seq:
            return
        with self._lock:
            if newest == self._seq:
                return
            fill(self.desk, row_of)
            with self.desk.read() as session:
                known = None if self._seq < 0 else changed_cases(session, self._seq)
                found = {row["case_id"]: row for row in rows(session, known)}
            if any(self._by_case.get(name) != row for name, row in _dated(found).items()):
                self._take(found)
                self._version += 1
            self._seq = newest

    def _take(self, found: dict[str, Row]) -> None:
        by_case = {**self._by_case, **found}
        timed = [row for row in by_case.values() if row["latest_action_at"]]
        self._by_case = by_case
        self._timed = sorted(timed, key=lambda r: (r["_at"], r["_risk"], r["order_id"]))
        self._untimed = [row for row in by_case.values() if not row["latest_action_at"]]

    def _list(self, ask: Ask, now: datetime, version: int) -> Listed:
        seen = [row for row in self._in_order(now) if _covers(row, ask)]
        views = {name: 0 for name in VIEWS}
        for row in seen:
            for name in VIEWS:
                views[name] += _in_view(row, name, ask, now)
        inside = [row for row in seen if _in_view(row, ask.view, ask, now)]
        facets = {name: _facet(inside, name) for name in FACETS}
        shown = (masked(row, ask.seen) for row in inside)
        return Listed(tuple(row for row in shown if _fits(row, ask)), facets, views)

    def _in_order(self, now: datetime) -> Iterable[Row]:
        """Orders that can still keep their promise first; then the others, the riskiest first."""
        cut = bisect_left(self._timed, now, key=lambda row: row["_at"])
        gone = [*self._timed[:cut], *self._untimed]
        yield from self._timed[cut:]
        yield from sorted(gone, key=lambda row: (row["_risk"], row["order_id"]))


def _dated(found: dict[str, Row]) -> dict[str, Row]:
    """The rows with what they are sorted by."""
    for row in found.values():
        row["_at"] = _moment(row["latest_action_at"])
        row["_risk"] = -Decimal(str(row["risk"]["score"]))
    return found


def left(row: Json, now: datetime) -> int | None:
    """Minutes until the last moment that keeps the promise; None where there is none."""
    at = row.get("_at")
    return None if at is None else int((at - now).total_seconds() // 60)


def left_shown(row: Json, now: datetime) -> str:
    """The time left in words."""
    return shown_minutes(left(row, now), known="route_risk" not in row["not_known"])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _covers(row: Json, ask: Ask) -> bool:
    return ask.companies is None or row["company_id"] in ask.companies


def _in_view(row: Json, view: str, ask: Ask, now: datetime) -> bool:
    waits = row["status"] in OPEN_STATUSES
    asleep = row["snoozed_until"] is not None and row["snoozed_until"] > now
    if view in ("all", "done", "snoozed"):
        return {"all": True, "done": not waits, "snoozed": waits and asleep}[view]
    if not waits or asleep:
        return False
    if view == "mine":
        assigned = row["assigned_to"] or row["user_id"]
        return assigned == ask.user_id or (not assigned and row["owner"] in ask.roles)
    if view == "today":
        return row["_at"] is not None and now <= row["_at"] <= now + SOON
    if view == "value":
        known = row["value"] is not None and not _hidden(row, "value", ask.seen)
        return known and Decimal(row["value"]) >= HIGH_VALUE
    return True


def _values(row: Json, facet: str) -> list[str]:
    if facet == "class":
        return [name for name in (row["primary"], *row["also"]) if name] or ["clear"]
    if facet == "risk":
        return [row["risk"]["level"]]
    return [str(row["site_id" if facet == "site" else facet] or "none")]


def _facet(inside: list[Row], name: str) -> list[tuple[str, int]]:
    return Counter(value for row in inside for value in _values(row, name)).most_common()


def _fits(row: Json, ask: Ask) -> bool:
    if any(value not in _values(row, facet) for facet, value in ask.chosen):
        return False
    wanted = ask.text.casefold().split()
    text = f"{row['order_id']} {row['customer']} {row['customer_id']} {row['customer_ref']}"
    return all(word in text.casefold() for word in wanted)
