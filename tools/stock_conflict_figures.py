"""The figures of a contest: what others want first, hold in reservations, or then lack."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from tools.book import Book
from tools.rows import Figure, Source
from tools.stock_batches import base_unit
from tools.stock_conflicts import Starved, lower_claims
from tools.stock_figures import NAMED, figures_of, needed_figure
from tools.stock_reservations import reserved_figure, unreserved_figure
from tools.stock_standing import Standing, line_standing
from tools.values import total

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class StarvedFigures:
    """A higher-ranked line once this one is filled: what it gets and lacks."""

    needed: Figure
    left: Figure
    short: Figure


def ahead_of_others(book: Book, found: Standing, prefix: str, ahead: Figure) -> Figure:
    """What other orders want before the line: without earlier lines of its own order."""
    ship = found.ask.ship
    kin = [line for line, day, quantity in found.siblings if day <= ship and quantity > 0]
    if not kin:
        return ahead
    parts: tuple[Source, ...] = tuple(unreserved_figure(book, line) for line in kin)
    return Figure(
        f"{prefix}.ahead_others", found.ahead_others(ship), ahead.unit,
        "ahead - sum(unreserved)", (ahead, *parts),
    )  # fmt: skip


def reserved_by_lower_rank(book: Book, found: Standing, prefix: str) -> Figure:
    """What other orders of lower rank have reserved of what the line could use."""
    usable = [name for name in found.shares if name is None or found.on_hand(name) > 0]
    quantity = sum((found.shares[name].lower for name in usable), NOTHING)
    unit = base_unit(book, found.ask.sku)
    claims = list(islice(lower_claims(found), NAMED + 1))
    named = [reserved_figure(book, claim.row) for claim in claims[:NAMED]]
    parts: list[Source] = [*named]
    if len(claims) > NAMED:
        rest = quantity - sum((f.number for f in named), NOTHING)
        rule = "by rule: sum of the further rows of reservations of lower rank"
        parts.append(Figure(f"{prefix}.lower_rank.further.reserved", rest, unit, rule))
    return total(f"{prefix}.reserved_by_lower_rank", parts, unit)


def starved_figures(book: Book, found: Standing, prefix: str, hit: Starved) -> StarvedFigures:
    """What a higher-ranked line gets and lacks once the line is filled."""
    key = f"{prefix}.{hit.demand.line.ref.removeprefix('order_lines/')}"
    theirs = line_standing(book, hit.demand.line, found.ask.today)
    there = figures_of(book, theirs, key, theirs.ask.ship)
    needed = needed_figure(book, theirs, key)
    unit = needed.unit
    between = Figure(
        f"{key}.between", hit.between, unit,
        "by rule: what goes before the line under review and not before this one",
    )  # fmt: skip
    mine = figures_of(book, found, prefix, found.ask.ship)
    fill = Figure(
        f"{prefix}.fill", hit.fill, unit, "max(0, min(needed, available) - reserved_here)",
        (needed_figure(book, found, prefix), mine.available, mine.reserved_here),
    )  # fmt: skip
    free = "supply - taken"
    left = Figure(
        f"{key}.left", hit.left, unit,
        f"max(min(reserved_here, max(0, {free})), {free} - ahead - between - fill, 0)",
        (there.reserved_here, there.supply, there.taken, there.ahead, between, fill),
    )  # fmt: skip
    short = Figure(f"{key}.short", hit.short, unit, "max(0, needed - left)", (needed, left))
    return StarvedFigures(needed, left, short)
