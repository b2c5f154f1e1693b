"""What-if: the same checks on changed facts; marked hypothetical, never a packet to approve.

A change is text ("line 10 qty 60", "payment 12000") or the machine-readable `change` of a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from agent.review import stages
from policies.settings import Rules
from tools.book import Book, Case
from tools.changes import Change, apply_changes
from tools.errors import BadInput
from tools.snapshot import Snapshot

LINE_FIELDS = {"qty": "ordered_qty", "quantity": "ordered_qty", "price": "unit_price",
               "ship": "ship_on", "ship_on": "ship_on", "site": "site_id",
               "discount": "discount_pct", "sku": "sku"}  # fmt: skip
ORDER_FIELDS = {"ship": "ship_on", "ship_on": "ship_on", "promise": "promised_on", "run": "run_id",
                "site": "site_id", "route": "route_id"}  # fmt: skip
NAMED = {"site_id": "sites", "route_id": "routes", "run_id": "route_runs", "sku": "products"}
"""The table in which what a change names must stand."""
FORMS = (
    'a change reads like "line 10 qty 60", "line 10 price 9.50", "line 10 ship 2026-03-09", '
    '"line 10 site D02", "line 10 substitute SKU-2", "ship 2026-03-09", '
    '"payment 12000" or "limit 60000"'
)
LINE = re.compile(r"line\s+(\d+)\s+(\w+)\s+(\S+)\Z", re.IGNORECASE)
AMOUNT = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
PLAIN = re.compile(r"(\w+)\s+(\S+)\Z")


def _money(text: str) -> str:
    if not AMOUNT.fullmatch(text):
        raise BadInput(f"{text} is no amount; write it with a dot, as 12000.50; {FORMS}")
    return text.replace(",", "")


def _typed(field: str, value: str) -> str:
    if field.endswith("_on"):
        try:
            date.fromisoformat(value)
        except ValueError:
            raise BadInput(f"{value} is no date; write it as 2026-03-09") from None
        return value
    return _money(value) if field in ("ordered_qty", "unit_price", "discount_pct") else value


def parse_change(text: str) -> Change:
    """The change that a text means.

    Raises:
        BadInput: the text has none of the known forms.
    """
    if found := LINE.match(text.strip()):
        number, name, value = found.groups()
        field = LINE_FIELDS.get(name.lower())
        if name.lower() == "substitute":
            return {"kind": "substitute", "line_no": int(number), "sku": value}
        if field:
            return {
                "kind": "line",
                "line_no": int(number),
                "field": field,
                "value": _typed(field, value),
            }
    elif found := PLAIN.match(text.strip()):
        name, value = found.group(1).lower(), found.group(2)
        if name in ("payment", "limit"):
            return {"kind": name, "amount": _money(value)}
        if name in ORDER_FIELDS:
            field = ORDER_FIELDS[name]
            return {"kind": "order", "field": field, "value": _typed(field, value)}
    raise BadInput(f"what-if {text!r} is not understood; {FORMS}")


def changed(book: Book, order_id: str, changes: Sequence[Change]) -> Book:
    """A book in which the changes of one order hold."""
    order = book.one("orders", order_id=order_id)
    if order is None:
        raise BadInput(f"there is no order {order_id} in the evidence")
    for change in changes:
        _must_exist(book, change)
    return apply_changes(Case(book, order), changes)


def _must_exist(book: Book, change: Change) -> None:
    """A change may only name a site, route, run or product that the evidence of the order holds.

    Raises:
        BadInput: it names another one.
    """
    key = str(change.get("field", "sku" if change.get("kind") == "substitute" else ""))
    table = NAMED.get(key)
    wanted = change.get("value", change.get("sku"))
    if table is None or wanted is None or book.one(table, **{key: wanted}) is not None:
        return
    near = ", ".join(sorted(str(row[key]) for row in book.all(table))[:8]) or "none"
    raise BadInput(f"{key} {wanted} is not in the evidence of this order; it holds {near}")


def changed_rows(packet: dict[str, Any], book: Book) -> list[str]:
    """The citations of the packet's evidence that are no rows of the snapshot as they stand."""
    marked = {row.ref for rows in book.rows.values() for row in rows if row.changed}
    return sorted(marked & set(packet["evidence"]))


def hypothetical(
    snapshot: Snapshot,
    order_ids: Sequence[str],
    as_of: datetime,
    rules: Rules,
    texts: Sequence[str],
) -> Iterator[dict[str, Any]]:
    """The packets of the orders as if the changes held; each says so and has no packet id."""
    changes = [parse_change(text) for text in texts]
    for company_id, ids in stages.by_company(snapshot, order_ids, as_of, rules).items():
        for order_id in ids:
            book = stages.gather(snapshot, [order_id], as_of, rules, company_id)
            book_after = changed(book, order_id, changes)
            for packet in stages.review_book(book_after, [order_id], rules):
                packet |= {"hypothetical": list(texts), "packet_id": None}
                packet["hypothetical_rows"] = changed_rows(packet, book_after)
                yield packet
