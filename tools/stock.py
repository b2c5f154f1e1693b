"""The facts of an order's stocked lines: figures, options, contest, batches, day in full.

Source: `rules.md`, stock_shortage. Quantities in base units; sales units stand beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from tools.book import Book, Case
from tools.orders import conversion, open_quantity, product_of, ship_date
from tools.rows import Figure, Row
from tools.stock_batches import Holding, Pick, pick
from tools.stock_competitors import Contest, contest
from tools.stock_conflicts import Starved, starved
from tools.stock_figures import (
    StockFigures,
    figures_of,
    full_on_figure,
    needed_figure,
    short_figure,
)
from tools.stock_options import Found, Option, inbound, partial, transfers
from tools.stock_standing import Standing, line_standing, stocked_lines_of
from tools.substitutes import substitutes
from tools.unknown import NotKnown

NOTHING = Decimal(0)


@dataclass(frozen=True)
class LineStock:
    """What is known about the stock of one line of the order under review."""

    book: Book
    line: Row
    standing: Standing

    @property
    def line_no(self) -> int:
        """The line's number."""
        return int(str(self.line["line_no"]))

    @property
    def prefix(self) -> str:
        """What the ids of the line's figures begin with."""
        return f"stock.{self.line_no}"

    @property
    def is_short(self) -> bool:
        """S1: more is needed than available."""
        return self.standing.short > 0

    @cached_property
    def product(self) -> Row:
        """The line's product."""
        return product_of(self.book, self.line)

    @property
    def is_blocked(self) -> bool:
        """Whether the product itself is blocked while something is still to ship."""
        return self.product.text("status") == "blocked" and self.standing.needed > 0

    @cached_property
    def figures(self) -> StockFigures:
        """Supply, taken, ahead and what comes of them by the ship date."""
        return figures_of(self.book, self.standing, self.prefix, self.standing.ask.ship)

    @cached_property
    def needed(self) -> Figure:
        """The open quantity in base units."""
        return needed_figure(self.book, self.standing, self.prefix)

    @cached_property
    def short(self) -> Figure:
        """What is needed and not available."""
        return short_figure(self.prefix, self.needed, self.figures.available)

    @cached_property
    def full_on(self) -> Figure | NotKnown:
        """The day on which the line is available in full, or why it is not known."""
        try:
            return full_on_figure(self.book, self.standing, self.prefix)
        except NotKnown as gap:
            return gap

    @cached_property
    def ship_on(self) -> Figure:
        """The ship date; one before today counts as today."""
        planned, ship = ship_date(self.book, self.line), self.standing.ask.ship
        if planned.value == ship:
            return planned
        rule = "by rule: a ship date before today counts as today"
        return Figure(f"{self.prefix}.ship_date", ship, "date", rule, (planned,))

    @cached_property
    def contest(self) -> Contest:
        """The competing lines."""
        return contest(self.book, self.standing, self.prefix)

    @cached_property
    def starved(self) -> list[Starved]:
        """The higher-ranked lines that filling this one leaves short."""
        return starved(self.book, self.standing)

    @cached_property
    def substitutes(self) -> Found:
        """The usable substitutes, where the line is short or its product blocked."""
        if not (self.is_short or self.is_blocked):
            return Found()
        return substitutes(self.book, self.standing, self.prefix, self.needed)

    @cached_property
    def transfers(self) -> Found:
        """The sites that can send what is short in time; none for a blocked product."""
        if not self.is_short or self.is_blocked:
            return Found()
        return transfers(self.book, self.standing, self.prefix, self.short)

    @cached_property
    def options(self) -> list[Option]:
        """All options, the earliest first."""
        found = [*self.transfers.options, *self.substitutes.options]
        if self.is_short and not self.is_blocked:
            part = partial(self.book, self.standing, self.prefix, self.figures, self.needed)
            found = [*part.options, *found]
            if isinstance(self.full_on, Figure):
                wait = inbound(self.standing, self.prefix, self.short, self.full_on)
                found = [*wait.options, *found]
        return sorted(found, key=_when)

    @property
    def gaps(self) -> tuple[NotKnown, ...]:
        """What of the options could not be judged."""
        own = (self.full_on,) if isinstance(self.full_on, NotKnown) else ()
        return own + self.transfers.gaps + self.substitutes.gaps

    @property
    def picks(self) -> list[Pick]:
        """The batches to pick for the line, first expired first out, its own reserved ones first.

        Only what is on hand and the line gets today is split; empty where no batch is kept.
        """
        if not any(h.batch_id for h in self.standing.shelf.usable):
            return []
        found = self.standing
        wanted = min(found.needed, found.from_stock)
        own = [(h, found.own_of(h.batch_id)) for h in found.shelf.usable if h.batch_id]
        first = pick(own, wanted)
        left = wanted - sum((p.quantity for p in first), NOTHING)
        done = {p.holding.stock.ref: p.quantity for p in first}
        free = [(h, self._free(h) - done.get(h.stock.ref, NOTHING)) for h in found.shelf.usable]
        return _joined([*first, *pick(free, left)])

    def _free(self, holding: Holding) -> Decimal:
        taken = self.standing.taken_of(holding.batch_id) if holding.batch_id else NOTHING
        return holding.quantity - taken

    @property
    def sales_unit(self) -> dict[str, Figure | str]:
        """Needed, available and short in the unit in which the line was sold."""
        back = conversion(
            self.book, self.line["sku"], self.needed.unit or None, self.line.text("uom")
        )
        unit = self.line.text("uom") or ""
        found: dict[str, Figure | str] = {"unit": unit}
        for figure in (self.needed, self.figures.available, self.short):
            name = figure.id.rsplit(".", 1)[-1]
            found[name] = figure
            if back.steps:
                found[name] = Figure(
                    f"{self.prefix}.sales_unit.{name}", back.apply(figure.number), unit,
                    back.formula(name), (figure, *back.cells),
                )  # fmt: skip
        found["needed"] = open_quantity(self.book, self.line)
        return found


def _when(option: Option) -> tuple[date, str, str]:
    day = option.available_on.value
    return (day if isinstance(day, date) else date.max, option.kind, option.available_on.id)


def _joined(picks: list[Pick]) -> list[Pick]:
    total: dict[str, Decimal] = {}
    for part in picks:
        ref = part.holding.stock.ref
        total[ref] = total.get(ref, NOTHING) + part.quantity
    holdings = {p.holding.stock.ref: p.holding for p in picks}
    return pick(
        [(holdings[ref], quantity) for ref, quantity in total.items()], sum(total.values(), NOTHING)
    )


def line_stock(case: Case, line: Row) -> LineStock:
    """The stock facts of one stocked line, computed once.

    Raises:
        NotKnown: the stock table, a cell or a conversion that it needs is missing.
    """
    key = ("stock.line", line.ref, case.today)
    found = line_standing(case.book, line, case.today)
    return case.book.once(key, lambda: LineStock(case.book, line, found))


def known_stock(case: Case) -> list[LineStock]:
    """The stock facts of the order's stocked lines, without those that are not known."""
    found = []
    for line in stocked_lines_of(case):
        try:
            found.append(line_stock(case, line))
        except NotKnown:
            continue
    return found


def in_full_on(case: Case) -> dict[int, Figure]:
    """The day in full of every stocked line that is still open, by line number.

    A figure's value is a date: today where goods on hand cover the line, else the day of the
    supply that does; None where nothing on file ever covers it.

    Raises:
        NotKnown: the stock of a line is not known.
    """

    def compute() -> dict[int, Figure]:
        days = {}
        for line in stocked_lines_of(case):
            if open_quantity(case.book, line).number <= 0:
                continue
            found = line_stock(case, line)
            if isinstance(found.full_on, NotKnown):
                raise found.full_on
            days[found.line_no] = found.full_on
        return days

    return case.book.once(("stock.in_full_on", case.order_id), compute)
