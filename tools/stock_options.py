"""What can be done for a short line: ship part now, wait, bring goods from another site.

Source: `rules.md`, stock_shortage (Options). Quantities in base units of the product that is
sent; a cost is None where no row says it. Substitutes: `tools/substitutes.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from tools.book import Book
from tools.orders import lines_of, order_of, require
from tools.rows import Cell, Figure, Row, Source
from tools.stock_figures import StockFigures, available_figure, figures_of
from tools.stock_standing import Standing, standing
from tools.stock_supply import working_day
from tools.unknown import NotKnown

NOTHING = Decimal(0)
OptionKind = Literal["partial", "inbound", "transfer", "substitute"]


@dataclass(frozen=True, slots=True)
class Option:
    """A way to serve a line: how much, when, from where, at what extra cost."""

    kind: OptionKind
    quantity: Figure
    available_on: Figure
    source: Cell | None = None
    """The supply, the sending site or the substitute's product."""
    free: Figure | None = None
    """What the line gets there."""
    cost: Figure | None = None
    rule: Row | None = None
    """The substitution rule."""
    needs_customer_acceptance: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The options of one kind, and what of them could not be judged."""

    options: tuple[Option, ...] = ()
    gaps: tuple[NotKnown, ...] = ()


def complete_cell(book: Book, order: Row) -> Cell | None:
    """Whether the order ships complete: its own word, else its customer's; None where neither."""
    customer = book.one("customers", customer_id=order["customer_id"])
    for row in (order, customer):
        if row is not None and isinstance(row["ship_complete"], bool):
            return row.cell("ship_complete")
    return None


def may_ship_part(book: Book, order: Row) -> bool:
    """Whether a part may go now: not shipped complete, nor beyond the customer's most partials.

    Shipped quantities on the lines are taken as a shipment in part that has happened.
    """
    complete = complete_cell(book, order)
    if complete is not None and complete.value is True:
        return False
    customer = book.one("customers", customer_id=order["customer_id"])
    most = customer.number("max_partial_shipments") if customer else None
    happened = any(line.amount("shipped_qty") > 0 for line in lines_of(book, order))
    return most is None or happened + 1 <= most


def partial(
    book: Book, found: Standing, prefix: str, figures: StockFigures, needed: Figure
) -> Found:
    """Ship what is usable today, rounded down to the pack."""
    if not may_ship_part(book, order_of(book, found.ask.line)):
        return Found()
    now = available_figure(
        f"{prefix}.from_stock", figures.usable, figures.taken, figures.ahead, figures.reserved_here
    )
    product = book.one("products", sku=found.ask.sku)
    pack = product.number("pack_qty") if product else None
    quantity, formula = min(needed.number, now.number), "min(needed, from_stock)"
    inputs: list[Source] = [needed, now]
    if product and pack:
        quantity = quantity // pack * pack
        formula = f"floor({formula} / pack_qty) * pack_qty"
        inputs.append(product.cell("pack_qty"))
    if quantity <= 0 or quantity >= needed.number:
        return Found()
    part = Figure(f"{prefix}.partial.quantity", quantity, needed.unit, formula, tuple(inputs))
    today = Figure(f"{prefix}.partial.available_on", found.ask.today, "date", "by rule: today")
    return Found((Option("partial", part, today, free=now),))


def inbound(found: Standing, prefix: str, short: Figure, in_full_on: Figure) -> Found:
    """Wait until confirmed supplies cover the line in full."""
    day = in_full_on.value
    if not isinstance(day, date):
        return Found()
    last = [i for i in found.coming if i.available_on == day]
    source = last[-1].row.cell("supply_id") if last else None
    quantity = Figure(f"{prefix}.inbound.quantity", short.value, short.unit, "short", (short,))
    return Found((Option("inbound", quantity, in_full_on, source),))


def transfers(book: Book, found: Standing, prefix: str, short: Figure) -> Found:
    """Bring what is short from sites that can spare it and whose lane arrives by the ship date."""
    options, gaps = [], []
    lanes = book.by("transfer_lanes", to_site_id=found.ask.site)
    for lane in sorted(lanes, key=lambda row: str(row["from_site_id"])):
        if lane["from_site_id"] == found.ask.site:
            continue
        try:
            option = _transfer(book, found, prefix, short, lane)
        except NotKnown as gap:
            gaps.append(gap)
        else:
            options += [option] if option else []
    return Found(tuple(options), tuple(gaps))


def _transfer(book: Book, found: Standing, prefix: str, short: Figure, lane: Row) -> Option | None:
    donor = str(lane["from_site_id"])
    lead, calendar = int(require(lane, "lead_days")), book.calendar(donor)
    there = standing(book, replace(found.ask, site=donor), short.number)
    departs = there.full_on()
    if departs is None or departs > found.ask.ship:
        return None
    arrives = working_day(calendar, departs, lead)
    if arrives > found.ask.ship:
        return None
    key = f"{prefix}.{donor}.{found.ask.sku}"
    free = figures_of(book, there, key, departs).available
    cells = [lane.cell("lead_days"), *(i.row.cell("expected_on") for i in there.arriving(departs))]
    rule = "by rule: the day the goods are there plus lead_days working days of the sending site"
    arrival = Figure(f"{key}.available_on", arrives, "date", rule, tuple(cells))
    quantity = Figure(f"{key}.quantity", short.value, short.unit, "short", (short,))
    return Option("transfer", quantity, arrival, lane.cell("from_site_id"), free)
