"""Turns the stories into orders of the book and writes what was planted as labels."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

from seeds.generator import (
    stories_credit,
    stories_price,
    stories_rights,
    stories_route,
    stories_stock,
)
from seeds.generator.clock import ZONE, add_workdays, at, day
from seeds.generator.customers import CUSTOMERS, ship_tos_of
from seeds.generator.model import Book, Line, Order, Row, Story, dec
from seeds.generator.orders import customer_ref, make_line, ordered_at
from seeds.generator.routes import ROUTES

ALL: dict[int, Story] = {
    s.no: s
    for part in (stories_credit, stories_stock, stories_price, stories_route, stories_rights)
    for s in part.STORIES
}

_CHECKED_AFTER = timedelta(minutes=4)
"""The ERP checks an order a few minutes after it is entered, at the earliest."""

_ORDER_FIELDS = {f.name for f in fields(Order)}


def _line(story: Story, place: int, spec: tuple[Any, ...]) -> Line:
    sku, qty, uom, *changes = spec
    on = ordered_at(story.no).date()
    planted = {
        key: dec(value) if key in ("price", "discount") else value
        for key, value in (changes[0] if changes else {}).items()
    }
    return make_line(story.customer, place * 10, sku, qty, uom, on, **planted)


def plan_story(story: Story) -> Order:
    """The order of a story: blocked where it has holds, open where it only competes."""
    customer = CUSTOMERS[story.customer]
    route, promised = ROUTES[customer.route], day(story.promise)
    tos = ship_tos_of(story.customer)
    order = Order(f"SO-{story.no}", story.customer,
                  ordered_at(story.no).astimezone(ZONE[route.site]), promised,
                  "blocked" if story.holds else "open",
                  [_line(story, n, spec) for n, spec in enumerate(story.lines, 1)],
                  add_workdays(route.site, promised, -route.lead), site=route.site,
                  route=route.route_id, ship_to=tos[0] if tos else "",
                  ref=customer_ref(story.customer, story.no))  # fmt: skip
    for name, value in story.order.items():
        if name not in _ORDER_FIELDS:
            raise ValueError(f"SO-{story.no}: an order has no {name}")
        setattr(order, name, day(value) if name == "ship" else value)
    return order


def add_holds(book: Book) -> None:
    """Writes the active holds of the stories, oldest first."""
    placed = sorted(((h.at, s.no, h) for s in ALL.values() for h in s.holds),
                    key=lambda item: item[:2])  # fmt: skip
    for place, (_, no, hold) in enumerate(placed):
        order = book.orders[f"SO-{no}"]
        moment = max(at(hold.at, order.site), order.ordered_at + _CHECKED_AFTER)
        book.add("holds", hold_id=f"H-{701 + place:04d}", order_id=order.order_id,
                 line_no=hold.line, code=hold.code, reason=hold.reason, stage=hold.stage,
                 placed_at=moment, placed_by=hold.by, forced=hold.forced,
                 status="active")  # fmt: skip


def label_rows() -> list[Row]:
    """One row a held order: the classes and finding codes that were planted, primary first."""
    return [
        {
            "order_id": f"SO-{s.no}", "primary": s.classes.split(",")[0], "classes": s.classes,
            "codes": s.codes, "not_known": s.not_known,
            "hold_codes": ",".join(h.code for h in s.holds), "story": s.story,
        }
        for s in sorted(ALL.values(), key=lambda s: s.no)
        if s.holds
    ]  # fmt: skip
