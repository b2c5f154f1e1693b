"""The smallest change that clears a finding of stock, as text and as a change to apply."""

from __future__ import annotations

from decimal import Decimal
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


def supply_clears(found: LineStock, key: str, quantity: Decimal) -> Clearing:
    """A further confirmed supply whose goods can be used by the ship date.

    Where none could arrive that soon: an order of less.
    """
    ask, book = found.standing.ask, found.book
    day = working_day(book.calendar(ask.site), ask.ship, -book.conventions.receiving_days)
    if day < ask.today:
        return less_clears(found)
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


def less_clears(found: LineStock) -> Clearing:
    """An order of no more than is available, where the sales unit divides it evenly."""
    bound: dict[str, Bound] = {"line": found.line.cell("line_no"),
                               "available": found.figures.available}  # fmt: skip
    text = Sentence("Clears when line {line} asks for no more than {available}.", bound)
    ordered, less = found.line.number("ordered_qty"), _in_sales_unit(found)
    if ordered is None or less is None:
        return Clearing(text)
    return Clearing(text, line_change(found, "ordered_qty", ordered - less))


def _in_sales_unit(found: LineStock) -> Decimal | None:
    try:
        step = conversion(
            found.book, found.line["sku"], found.needed.unit or None, found.line.text("uom")
        )
    except NotKnown:
        return None
    return step.apply(found.short.number)


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
    """A further supply by this line's ship date that leaves every higher rank its goods."""
    quantity = lacking_for_higher(found.book, found.standing)
    return supply_clears(found, "clearing_starved", quantity)


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
