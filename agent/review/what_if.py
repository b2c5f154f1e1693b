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
               "discount": "discount_pct", "substitute": "sku", "sku": "sku"}  # fmt: skip
ORDER_FIELDS = {"ship": "ship_on", "ship_on": "ship_on", "promise": "promised_on", "run": "run_id",
                "site": "site_id", "route": "route_id"}  # fmt: skip
FORMS = (
    'a change reads like "line 10 qty 60", "line 10 price 9.50", "line 10 ship 2026-03-09", '
    '"line 10 site D02", "line 10 substitute SKU-2", "ship 2026-03-09", '
    '"payment 12000" or "limit 60000"'
)
LINE = re.compile(r"line\s+(\d+)\s+(\w+)\s+(\S+)\Z", re.IGNORECASE)
PLAIN = re.compile(r"(\w+)\s+(\S+)\Z")


def _money(text: str) -> str:
    number = text.replace(",", "")
    if not re.fullmatch(r"\d+(\.\d+)?", number):
        raise BadInput(f"{text} is no amount; {FORMS}")
    return number


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
    return apply_changes(Case(book, order), changes)


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
            for packet in stages.review_book(changed(book, order_id, changes), [order_id], rules):
                packet |= {"hypothetical": list(texts), "packet_id": None}
                yield packet
