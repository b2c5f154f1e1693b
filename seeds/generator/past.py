"""Past holds on orders of this year's book, with the evidence that stood behind each on its day.

A replay judges these with what was known then: the override not signed yet, the address not
screened yet, the terms not corrected yet, the goods not in yet, the promise not moved yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from seeds.generator.clock import BERLIN, TODAY, ZONE, add_workdays, day, works
from seeds.generator.customers import CUSTOMERS
from seeds.generator.model import ZERO, Book, Order, dec, money
from seeds.generator.stories import ALL

_WINDOW = (day("2026-01-12"), day("2026-03-03"))
_KINDS = ("price_mismatch", "credit_hold", "stock_shortage", "approval_gap", "price_mismatch",
          "compliance_issue", "credit_hold", "route_risk")  # fmt: skip
_EXCLUDED = "CU-114"
"""Its account is excluded from credit checks, so no credit hold of it has a cause."""

_SITES = ("Baustelle", "Market stall", "Zeltlager", "Trade fair", "Pop-up store", "Ferienlager")


@dataclass(frozen=True)
class PastHold:
    """A hold that was placed and released on an order that has been shipped since."""

    order_id: str
    kind: str
    placed: datetime
    released: datetime
    ship_to: str = ""


def _candidates(book: Book) -> list[Order]:
    return [
        o
        for o in book.orders.values()
        if o.status in ("invoiced", "closed")
        and int(o.order_id[3:]) not in ALL
        and not CUSTOMERS[o.customer].is_("quiet")
        and o.customer != _EXCLUDED
        and _WINDOW[0] <= o.ordered_at.date() <= _WINDOW[1]
    ]


def _released(order: Order, placed: datetime, minutes: int) -> datetime:
    """The morning of the next working day, some minutes after opening."""
    on = add_workdays(order.site, placed.astimezone(ZONE[order.site]).date(), 1)
    return datetime(on.year, on.month, on.day, 8, tzinfo=ZONE[order.site]) + timedelta(
        minutes=minutes
    )


def _plant_price(order: Order) -> bool:
    line = order.lines[0]
    old = money(line.price * (1 - line.discount / 100))
    lower = money(old * dec("0.93"))
    gap = (old - lower) * line.qty * line.price_factor / (line.price_per or 1)
    if gap < 8:
        return False
    line.price, line.source, line.discount = lower, "manual", ZERO
    return True


def _plant(book: Book, order: Order, kind: str) -> str:
    """Plants the cause on the order; the ship-to that nobody has screened yet, if it is one."""
    if kind == "credit_hold":
        order.early["payment_terms_days"] = CUSTOMERS[order.customer].terms + 30
    if kind == "approval_gap":
        order.early["incomplete_codes"] = "delivery_contact"
    if kind == "route_risk":
        on = order.ordered_at.date()
        order.early.update(promised_on=on, requested_on=on, ship_on=on)
    if kind != "compliance_issue":
        return ""
    order.ship_to = f"ST-N-{order.order_id[3:]}"
    name = _SITES[int(order.order_id[3:]) % len(_SITES)]
    book.new_sites.append((order.ship_to, order.customer, name))
    return order.ship_to


def plan_past(book: Book) -> None:
    """Chooses the orders that were held, plants why, and moves their shipment after the release."""
    for place, order in enumerate(_candidates(book)):
        kind = _KINDS[place % len(_KINDS)]
        if kind == "price_mismatch" and not _plant_price(order):
            kind = "stock_shortage"
        placed = order.ordered_at + timedelta(minutes=6 + place % 50)
        released = _released(order, placed, 17 + place * 37 % 400)
        ship_to = _plant(book, order, kind)
        earliest = released.date() if released.hour < 12 else released.date() + timedelta(days=1)
        while not works(order.site, earliest):
            earliest += timedelta(days=1)
        order.actual_ship = min(max(order.ship or earliest, earliest),
                                add_workdays(order.site, TODAY, -1))  # fmt: skip
        book.past.append(PastHold(order.order_id, kind, placed, released, ship_to))


def add_past_prices(book: Book) -> None:
    """Writes the override and its approval of each past price hold, known from the release on."""
    for hold in book.past:
        if hold.kind != "price_mismatch":
            continue
        order, no = book.orders[hold.order_id], hold.order_id[3:]
        line = order.lines[0]
        asked, signed, role = {
            "D01": ("u.brandt", "u.petersen", "sales_operations"),
            "D02": ("u.hoffmann", "u.petersen", "sales_operations"),
            "D03": ("u.holt", "u.whitlock", "executive"),
        }[order.site]
        currency = CUSTOMERS[order.customer].currency
        old = money(line.price / dec("0.93"))
        book.add("approvals", approval_id=f"AP-{no}", order_id=hold.order_id, line_no=line.no,
                 order_version=1, action="change_price", amount=Decimal(1000), currency="USD",
                 requested_by=asked, approved_by=signed, role=role, decision="approved",
                 decided_at=hold.released - timedelta(minutes=3),
                 expires_at=datetime(2026, 6, 30, 18, tzinfo=BERLIN))  # fmt: skip
        book.add("price_overrides", override_id=f"OV-{no}", order_id=hold.order_id,
                 line_no=line.no, old_price=old, new_price=line.price, currency=currency,
                 reason="special price for this delivery", requested_by=asked,
                 approved_by=signed, approval_id=f"AP-{no}",
                 at=hold.released - timedelta(minutes=3))  # fmt: skip
