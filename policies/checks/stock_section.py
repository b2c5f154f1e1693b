"""The packet's section `stock`: an entry for every stocked line, also where nothing is wrong."""

from __future__ import annotations

from policies.findings import Section
from tools.book import Case
from tools.orders import open_base
from tools.rows import Figure, Row
from tools.stock import LineStock
from tools.stock_competitors import Competitor
from tools.stock_options import Option
from tools.unknown import NotKnown

UNKNOWN = (
    "needed", "available", "short", "in_full_on", "usable", "supply", "taken", "taken_held",
    "ahead", "ahead_held", "reserved_here", "ship_date", "sales_unit",
)  # fmt: skip
LISTS = ("batches", "not_usable", "competitors", "options")


def unknown_entry(case: Case, line: Row) -> Section:
    """The entry of a line whose stock is not known: what it needs, where that is on file."""
    entry: Section = {"line_no": int(str(line["line_no"])), "sku": line.cell("sku"), "unit": None}
    entry |= dict.fromkeys(UNKNOWN)
    entry |= {name: [] for name in LISTS}
    entry["competitors_further"] = None
    try:
        needed = open_base(case.book, line)
    except NotKnown:
        return entry
    name = needed.id.rsplit(".", 1)[-1]
    key = f"stock.{entry['line_no']}.needed"
    return entry | {"needed": Figure(key, needed.value, needed.unit, name, (needed,)),
                    "unit": needed.unit}  # fmt: skip


def entry_of(found: LineStock) -> Section:
    """The entry of a line: what it needs and gets, why, and what can be done."""
    figures = found.figures
    return {
        "line_no": found.line_no,
        "sku": found.line.cell("sku"),
        "site_id": found.standing.ask.site,
        "unit": found.needed.unit,
        "needed": found.needed,
        "available": figures.available,
        "short": found.short,
        "in_full_on": None if isinstance(found.full_on, NotKnown) else found.full_on,
        "ship_date": found.ship_on,
        "usable": figures.usable,
        "supply": figures.supply,
        "taken": figures.taken,
        "taken_held": figures.taken_held,
        "ahead": figures.ahead,
        "ahead_held": figures.ahead_held,
        "reserved_here": figures.reserved_here,
        "sales_unit": found.sales_unit,
        "batches": _batches(found),
        "not_usable": _not_usable(found),
        "competitors": [_competitor(c) for c in found.contest.named],
        "competitors_further": {
            "count": found.contest.further,
            "quantity": found.contest.further_quantity,
        },
        "options": [_option(option) for option in found.options],
    }


def _batches(found: LineStock) -> list[Section]:
    rule = "by rule: first expired first out of what the line gets today"
    entries = []
    for part in found.picks:
        holding = part.holding
        key = f"{found.prefix}.{holding.batch_id or ''}.pick"
        quantity = Figure(key, part.quantity, found.needed.unit, rule, (holding.usable,))
        expires = holding.batch.cell("expires_on") if holding.expires_on and holding.batch else None
        batch = holding.stock.cell("batch_id") if holding.batch_id else None
        entries.append({"batch_id": batch, "quantity": quantity, "expires_on": expires})
    return entries


def _not_usable(found: LineStock) -> list[Section]:
    return [
        {
            "batch_id": holding.stock.cell("batch_id"),
            "quantity": holding.usable,
            "why": why,
            "expires_on": holding.batch.cell("expires_on")
            if holding.batch and holding.expires_on
            else None,
        }
        for holding, why in found.standing.shelf.unusable
    ]


def _competitor(rival: Competitor) -> Section:
    return {
        "order_id": rival.order_id,
        "line_no": rival.line_no,
        "claim": rival.claim,
        "rank": rival.rank,
        "rank_why": rival.rank_why,
        "priority": rival.priority,
        "quantity": rival.quantity,
        "held": rival.held,
    }


SOURCES = {"inbound": "supply_id", "transfer": "from_site_id", "substitute": "substitute_sku"}


def _option(option: Option) -> Section:
    entry: Section = {
        "kind": option.kind,
        "quantity": option.quantity,
        "available_on": option.available_on,
        "cost": option.cost,
    }
    if option.kind in SOURCES:
        entry[SOURCES[option.kind]] = option.source
    if option.free is not None:
        entry["free"] = option.free
    if option.rule is not None:
        entry |= {
            "needs_customer_acceptance": option.needs_customer_acceptance,
            "approval_required": option.rule.flag("approval_required"),
            "price_rule": option.rule.text("price_rule"),
        }
    return entry
