"""The figures of a standing: what a line needs and gets, down to stock, supplies and rivals.

Every figure is arithmetic over the ones below it. Of very many rows the first ones are named and
the rest stands as one sum. Quantities in base units of the product asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice

from tools.book import Book
from tools.orders import open_base
from tools.rows import Figure, Source
from tools.stock_batches import base_unit
from tools.stock_reservations import reserved_figure, unreserved_figure
from tools.stock_standing import Standing, gets
from tools.values import total

NAMED = 200
"""Rows that a sum names; beyond them one figure stands for the rest."""
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class StockFigures:
    """The figures of a line at a cell by a day."""

    usable: Figure
    supply: Figure
    taken: Figure
    taken_held: Figure
    ahead: Figure
    ahead_held: Figure
    reserved_here: Figure
    available: Figure


def needed_figure(book: Book, found: Standing, prefix: str) -> Figure:
    """The line's open quantity in base units."""
    wanted = open_base(book, found.ask.line)
    return Figure(
        f"{prefix}.needed", wanted.value, wanted.unit, wanted.id.rsplit(".", 1)[-1], (wanted,)
    )


def capped(
    key: str, name: str, named: Iterable[Figure], quantity: Decimal, unit: str, table: str,
    count: int,
) -> list[Source]:  # fmt: skip
    """The first of many figures of one name, and one more for the rest of `quantity`."""
    found: list[Source] = list(islice(named, NAMED))
    rest = quantity - sum((f.number for f in found if isinstance(f, Figure)), NOTHING)
    if count > len(found):
        rule = f"by rule: sum of the further {count - len(found)} rows of {table}"
        found.append(Figure(f"{key}.further.{name}", rest, unit, rule))
    return found


def _usable(found: Standing, prefix: str, unit: str) -> Figure:
    return total(f"{prefix}.usable", [h.usable for h in found.shelf.usable], unit)


def supply_figure(found: Standing, prefix: str, usable: Figure, day: date) -> Figure:
    """Usable stock and the confirmed supplies whose goods can be used by a day."""
    cells = tuple(i.row.cell("open_qty") for i in found.arriving(day))
    formula = "usable + sum(open_qty)" if cells else "usable"
    return Figure(f"{prefix}.supply", found.supply(day), usable.unit, formula, (usable, *cells))


def _claimed(
    book: Book, found: Standing, prefix: str, batch: str | None, unit: str
) -> list[Source]:
    claims = found.claims.by_batch[batch].claims
    mine = {row.ref for row in found.own}
    kin = found.claims.by_order.get(found.ask.key[3], ())
    own = sum(c.row.ref in mine and c.row.text("batch_id") == batch for c in kin)
    named = (reserved_figure(book, c.row) for c in claims if c.row.ref not in mine)
    key, others = f"{prefix}.{batch}" if batch else prefix, found.shares[batch].others
    return capped(key, "reserved", named, others, unit, "reservations", len(claims) - own)


def _taken_of_batch(book: Book, found: Standing, prefix: str, batch: str, unit: str) -> Figure:
    """What others take of a batch: nothing where the line cannot use it."""
    stock: list[Source] = [h.usable for h in found.shelf.usable if h.batch_id == batch]
    claimed = _claimed(book, found, prefix, batch, unit)
    return Figure(
        f"{prefix}.{batch}.taken_of_batch", found.taken_of(batch), unit,
        "min(sum(usable), sum(reserved))", (*stock, *claimed),
    )  # fmt: skip


def _taken(book: Book, found: Standing, prefix: str, unit: str) -> tuple[Figure, Figure]:
    inputs: list[Source] = []
    for batch in sorted(found.shares, key=str):
        if batch is None:
            inputs += _claimed(book, found, prefix, None, unit)
        else:
            inputs.append(_taken_of_batch(book, found, prefix, batch, unit))
    taken = Figure(
        f"{prefix}.taken", found.taken(), unit, _sums(inputs), tuple(inputs)
    )  # fmt: skip
    return taken, _taken_held(book, found, prefix, taken)


def _sums(inputs: Iterable[Source]) -> str:
    names = sorted({i.id.rsplit(".", 1)[-1] for i in inputs})
    return " + ".join(f"sum({name})" for name in names) or "0"


def _taken_held(book: Book, found: Standing, prefix: str, taken: Figure) -> Figure:
    """The part of the taken quantity that orders on hold have reserved."""
    mine = {row.ref for row in found.own}
    claims = (c for batch in found.claims.by_batch.values() for c in batch.held)
    held = [claim for claim in claims if claim.row.ref not in mine]
    quantity = sum((c.quantity for c in held), NOTHING)
    named = (reserved_figure(book, c.row) for c in held)
    key = f"{prefix}.held"
    parts = capped(key, "reserved", named, quantity, taken.unit, "reservations", len(held))
    return Figure(
        f"{prefix}.taken_held", min(taken.number, quantity), taken.unit,
        "min(taken, sum(reserved))" if parts else "0", (taken, *parts) if parts else (),
    )  # fmt: skip


def ahead_figures(
    book: Book, found: Standing, prefix: str, unit: str, day: date
) -> tuple[Figure, Figure]:
    """What comes before the line by a day, and the part of it that orders on hold want."""
    queue = found.ahead_of(day)
    until = found.until(day)
    kin = [] if found.queued else [line for line, ship, _ in found.siblings if ship <= until]
    named = [unreserved_figure(book, d.line) for d in islice(queue, NAMED)]
    rest = capped(
        prefix, "unreserved", named, queue.quantity, unit, "order_lines", queue.count
    )  # fmt: skip
    parts: list[Source] = [*rest, *(unreserved_figure(book, line) for line in kin)]
    ahead = Figure(f"{prefix}.ahead", found.ahead(day), unit, _sums(parts), tuple(parts))
    held: list[Source] = [f for f, d in zip(named, queue, strict=False) if d.held]
    if queue.count > NAMED:
        shown = sum((f.number for f in held if isinstance(f, Figure)), NOTHING)
        rule = "by rule: sum of the further rows of order_lines whose orders are on hold"
        key = f"{prefix}.held.further.unreserved"
        held.append(Figure(key, queue.held - shown, unit, rule))
    waits = Figure(f"{prefix}.ahead_held", queue.held, unit, _sums(held), tuple(held))
    return ahead, waits


def _own(book: Book, found: Standing, prefix: str, unit: str) -> Figure:
    inputs: list[Source] = []
    for batch in sorted({row.text("batch_id") for row in found.own}, key=str):
        rows = [row for row in found.own if row.text("batch_id") == batch]
        reserved: list[Source] = [reserved_figure(book, row) for row in rows]
        if batch is None:
            inputs += reserved
            continue
        stock: list[Source] = [h.usable for h in found.shelf.usable if h.batch_id == batch]
        others: list[Source] = []
        if batch in found.shares:
            others = [_taken_of_batch(book, found, prefix, batch, unit)]
        formula = "min(sum(reserved), max(0, sum(usable) - sum(taken_of_batch)))"
        inputs.append(
            Figure(
                f"{prefix}.{batch}.own_of_batch", found.own_of(batch), unit, formula,
                (*reserved, *stock, *others),
            )
        )  # fmt: skip
    return Figure(
        f"{prefix}.reserved_here", found.reserved_here, unit, _sums(inputs), tuple(inputs)
    )


def figures_of(book: Book, found: Standing, prefix: str, day: date) -> StockFigures:
    """All figures of a standing by a day, with ids that begin with `prefix`."""
    unit = base_unit(book, found.ask.sku)
    usable = _usable(found, prefix, unit)
    supply = supply_figure(found, prefix, usable, day)
    taken, taken_held = _taken(book, found, prefix, unit)
    ahead, ahead_held = ahead_figures(book, found, prefix, unit, day)
    own = _own(book, found, prefix, unit)
    available = available_figure(f"{prefix}.available", supply, taken, ahead, own)
    return StockFigures(usable, supply, taken, taken_held, ahead, ahead_held, own, available)


def short_figure(prefix: str, needed: Figure, available: Figure) -> Figure:
    """What is needed and not available."""
    return Figure(
        f"{prefix}.short", max(needed.number - available.number, NOTHING), needed.unit,
        "max(0, needed - available)", (needed, available),
    )  # fmt: skip


def full_on_figure(book: Book, found: Standing, prefix: str) -> Figure:
    """The day on which the line is available in full; None where it never is."""
    day = found.full_on()
    inputs: list[Source] = [open_base(book, found.ask.line)]
    inputs += [i.row.cell("expected_on") for i in found.arriving(day or date.max)]
    rule = "by rule: earliest day on which supply less taken and ahead covers what is needed"
    return Figure(f"{prefix}.in_full_on", day, "date", rule, tuple(inputs))


def available_figure(key: str, supply: Figure, taken: Figure, ahead: Figure, own: Figure) -> Figure:
    """What the line gets of a supply."""
    name = supply.id.rsplit(".", 1)[-1]
    free = f"{name} - taken"
    value = gets(supply.number, taken.number, ahead.number, own.number)
    formula = f"max(min(reserved_here, max(0, {free})), {free} - ahead, 0)"
    return Figure(key, value, supply.unit, formula, (own, supply, taken, ahead))
