"""How stock and the load of runs stood on earlier days: what has left since was still there."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time
from decimal import Decimal
from typing import cast

from seeds.generator.clock import TODAY, ZONE, day
from seeds.generator.model import ZERO, Book, Cell, Row
from seeds.generator.past import PastHold
from seeds.generator.routes import ROUTES

Cellar = tuple[str, str]
_SINCE = day("2026-01-05")


def _departures(book: Book) -> dict[Cellar, list[tuple[datetime, Decimal]]]:
    """What left each depot of each product, and when."""
    left: dict[Cellar, list[tuple[datetime, Decimal]]] = defaultdict(list)
    for order in book.orders.values():
        on = order.actual_ship or order.ship
        if order.status not in ("shipped", "invoiced", "closed") or not on or on < _SINCE:
            continue
        moment = datetime.combine(on, time(17), ZONE[order.site])
        for line in order.lines:
            if not line.fulfilment:
                left[order.site, line.sku].append((moment, line.shipped * line.factor))
    return left


def _short_sku(book: Book, hold: PastHold) -> str:
    """The first product of a held order that no other order held meanwhile asks for too."""
    order = book.orders[hold.order_id]
    meanwhile = [
        book.orders[p.order_id]
        for p in book.past
        if p is not hold and order.ordered_at <= p.placed < hold.released
    ]
    wanted = {n.sku for o in meanwhile if o.site == order.site for n in o.lines}
    own = [n.sku for n in order.lines if not n.fulfilment]
    return next((sku for sku in own if sku not in wanted), own[0])


def _gaps(book: Book) -> dict[Cellar, list[tuple[datetime, datetime]]]:
    """When a product was out of stock: from the entry of the held order to its release."""
    gaps: dict[Cellar, list[tuple[datetime, datetime]]] = defaultdict(list)
    for hold in book.past:
        if hold.kind == "stock_shortage":
            order = book.orders[hold.order_id]
            gaps[order.site, _short_sku(book, hold)].append((order.ordered_at, hold.released))
    return gaps


def _history(row: Row, left: list[tuple[datetime, Decimal]],
             gaps: list[tuple[datetime, datetime]]) -> list[Row]:  # fmt: skip
    """Versions of one stock row, each until the next departure, gap or delivery."""
    turns = sorted({m for m, _ in left} | {m for gap in gaps for m in gap})
    now, versions = cast(Decimal, row["on_hand_qty"]), []
    starts: list[Cell] = [None, *turns]
    for start, end in zip(starts, [*turns, None], strict=True):
        moment = start or datetime.combine(_SINCE, time(0), ZONE["D01"])
        on_hand = now + sum((q for m, q in left if m > cast(datetime, moment)), ZERO)
        if any(first <= cast(datetime, moment) < last for first, last in gaps):
            on_hand = cast(Decimal, row["blocked_qty"])
        versions.append({**row, "on_hand_qty": on_hand, "recorded_at": start, "superseded_at": end})
    return versions


def version_stock(book: Book) -> None:
    """Replaces each stock row that orders draw from by its versions."""
    left, gaps, versions = _departures(book), _gaps(book), list[Row]()
    quarantined = {
        (b["sku"], b["batch_id"]) for b in book.rows["batches"] if b["status"] != "released"
    }
    for row in book.rows["stock"]:
        cell = (str(row["site_id"]), str(row["sku"]))
        still = (row["sku"], row["batch_id"]) in quarantined
        versions += [row] if still else _history(row, left[cell], gaps[cell])
    book.rows["stock"] = versions


def version_runs(book: Book) -> None:
    """A run that has left was open, and emptier, until it left."""
    versions: list[Row] = []
    for row in book.rows["route_runs"]:
        on = row["departs_on"]
        if not isinstance(on, type(TODAY)) or on >= TODAY or row["status"] != "closed":
            versions.append(row)
            continue
        route = ROUTES[str(row["route_id"])]
        gone = datetime.combine(on, time(17), ZONE[route.site])
        used_kg, used_m3 = cast(Decimal, row["used_kg"]), cast(Decimal, row["used_m3"])
        early: Row = {
            "status": "open", "used_kg": used_kg // 4,
            "used_m3": (used_m3 / 4).quantize(Decimal("0.1")),
            "used_stops": cast(int, row["used_stops"]) // 3, "superseded_at": gone,
        }  # fmt: skip
        versions += [{**row, **early}, {**row, "recorded_at": gone}]
    book.rows["route_runs"] = versions
