"""The smallest change that clears a finding of stock, as text and as a change to apply."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from itertools import islice
from typing import Any

from policies.findings import Bound, Clearing, Sentence
from tools.orders import conversion
from tools.rows import Figure, Row, plain
from tools.stock import LineStock
from tools.stock_claims import Claim
from tools.stock_conflicts import lacking, lacking_for_higher, lower_claims
from tools.stock_figures import NAMED
from tools.stock_supply import working_day
from tools.unknown import NotKnown

FINEST = Decimal("0.000001")
"""The finest part of a sales unit that a quantity is written with."""


def _usable_by(found: LineStock) -> date:
    """The last day on which a further supply could arrive and be used by the ship date.

    Receiving takes working days, so what ships on a day off has to be there some days sooner.
    """
    ask, book = found.standing.ask, found.book
    calendar, receiving = book.calendar(ask.site), book.conventions.receiving_days
    day = ask.ship
    while day >= ask.today and working_day(calendar, day, receiving) > ask.ship:
        day -= timedelta(days=1)
    return day


def supply_clears(found: LineStock, key: str, quantity: Decimal) -> Clearing:
    """A further confirmed supply whose goods can be used by the ship date.

    Where none could arrive that soon: an order of less.
    """
    ask, day = found.standing.ask, _usable_by(found)
    if day < ask.today:
        return less_clears(found, found.figures.available)
    more = Figure(
        f"{found.prefix}.{key}", quantity, found.needed.unit,
        "by rule: the smallest further supply that covers what is needed", _behind(found),
    )  # fmt: skip
    by = Figure(
        f"{found.prefix}.{key}_by",
        day,
        "date",
        "by rule: usable on the ship date",
        (found.ship_on,),
    )
    bound: dict[str, Bound] = {"more": more, "sku": found.line.cell("sku"), "by": by}
    text = "Clears when {more} more of {sku} are confirmed to arrive by {by}."
    change = {"kind": "supply", "sku": ask.sku, "site_id": ask.site,
              "quantity": plain(quantity), "date": day.isoformat()}  # fmt: skip
    return Clearing(Sentence(text, bound), change)


def _behind(found: LineStock) -> tuple[Figure, ...]:
    figures = found.figures
    return (found.needed, figures.supply, figures.taken, figures.ahead, figures.reserved_here)


def less_clears(found: LineStock, most: Figure) -> Clearing:
    """An order of no more than `most` (base units), in whole sales units where it is no even part.

    The line's number in sales units is what the change sets; what has shipped stays in it.
    """
    bound: dict[str, Bound] = {"line": found.line.cell("line_no"), "most": most}
    text = Sentence("Clears when line {line} asks for no more than {most}.", bound)
    ordered = found.line.number("ordered_qty")
    less = _in_sales_unit(found, found.needed.number - most.number)
    if ordered is None or less is None:
        return Clearing(text)
    return Clearing(text, line_change(found, "ordered_qty", _even(ordered - less)))


def _even(quantity: Decimal) -> Decimal:
    """A quantity that can be written out; one that cannot, in whole units."""
    written = quantity.quantize(FINEST, ROUND_FLOOR)
    return quantity if written == quantity else quantity.to_integral_value(ROUND_FLOOR)


def _in_sales_unit(found: LineStock, quantity: Decimal) -> Decimal | None:
    try:
        step = conversion(
            found.book, found.line["sku"], found.needed.unit or None, found.line.text("uom")
        )
    except NotKnown:
        return None
    return step.apply(quantity)


def line_change(found: LineStock, field: str, value: Decimal) -> dict[str, Any]:
    """A change of one cell of the line."""
    return {"kind": "line", "line_no": found.line_no, "field": field, "value": plain(value)}


def short_clears(found: LineStock) -> Clearing:
    """What clears `short`."""
    return supply_clears(found, "clearing_supply", lacking(found.standing))


def outranked_clears(found: LineStock) -> Clearing:
    """A reservation of this line: what is reserved for it is not given to a higher rank."""
    standing = found.standing
    quantity = standing.needed - standing.reserved_here
    more = Figure(
        f"{found.prefix}.clearing_reservation", quantity, found.needed.unit,
        "needed - reserved_here", (found.needed, found.figures.reserved_here),
    )  # fmt: skip
    bound: dict[str, Bound] = {"more": more, "line": found.line.cell("line_no")}
    text = "Clears when {more} are reserved for line {line}, or its order ranks before the others."
    values = {
        "order_id": found.line.text("order_id"), "line_no": found.line_no,
        "site_id": standing.ask.site, "sku": standing.ask.sku, "qty": plain(quantity),
        "status": "active",
    }  # fmt: skip
    change = {"kind": "document", "table": "reservations", "values": values}
    return Clearing(Sentence(text, bound), change)


def lower_rank_clears(found: LineStock) -> Clearing:
    """A lower-ranked reservation given up as far as needed; a supply where no single one does."""
    quantity = lacking(found.standing)
    tried = islice(lower_claims(found.standing), NAMED)
    claim = next((c for c in tried if _frees(found, c, quantity)), None)
    if claim is None:
        return supply_clears(found, "clearing_release", quantity)
    more = Figure(
        f"{found.prefix}.clearing_release", quantity, found.needed.unit,
        "by rule: the smallest release that covers what is needed", _behind(found),
    )  # fmt: skip
    bound: dict[str, Bound] = {
        "more": more, "reservation": claim.row.cell("reservation_id"),
        "order": claim.row.cell("order_id"),
    }  # fmt: skip
    text = "Clears when reservation {reservation} of order {order} gives up {more}."
    value = plain(claim.row.amount("qty") - quantity)
    change = {"kind": "row", "ref": claim.row.ref, "field": "qty", "value": value}
    return Clearing(Sentence(text, bound), change)


def _frees(found: LineStock, claim: Claim, quantity: Decimal) -> bool:
    """Whether giving up that much of the reservation leaves so much more of the supply."""
    batch, standing = claim.row.text("batch_id"), found.standing
    if claim.quantity < quantity:
        return False
    return batch is None or standing.shares[batch].others <= standing.on_hand(batch)


def starves_clears(found: LineStock) -> Clearing:
    """A further supply by this line's ship date that leaves every higher rank its goods.

    Where none could arrive that soon: an order of what the higher ranks leave.
    """
    if _usable_by(found) < found.standing.ask.today:
        return less_clears(found, _left_by_higher(found))
    quantity = lacking_for_higher(found.book, found.standing)
    return supply_clears(found, "clearing_starved", quantity)


def _left_by_higher(found: LineStock) -> Figure:
    """What the line can take, its reservation included, with nobody of higher rank worse off."""
    slack = min(
        hit.reach.free - hit.reach.ahead - hit.between - hit.reach.needed for hit in found.starved
    )
    return Figure(
        f"{found.prefix}.left_by_higher", found.standing.reserved_here + max(slack, Decimal(0)),
        found.needed.unit, "by rule: what leaves every line of higher rank its goods",
        _behind(found),
    )  # fmt: skip


def substitute_clears(found: LineStock, substitute: Row, asks: bool) -> Clearing:
    """The line taking the substitute."""
    bound: dict[str, Bound] = {
        "line": found.line.cell("line_no"), "substitute": substitute.cell("substitute_sku"),
    }  # fmt: skip
    text = "Clears when line {line} takes {substitute} instead"
    text += " and the customer accepts it." if asks else "."
    change = {"kind": "substitute", "line_no": found.line_no,
              "sku": substitute.text("substitute_sku")}  # fmt: skip
    return Clearing(Sentence(text, bound), change)


def row_change(row: Row, field: str, value: str) -> dict[str, Any]:
    """A change of one cell of a row."""
    return {"kind": "row", "ref": row.ref, "field": field, "value": value}
