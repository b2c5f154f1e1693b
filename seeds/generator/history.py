"""A year of past holds with their decisions and outcomes, each row visible from when it was known.

Outcomes follow causes: a credit hold that waits for money ships late more often, an override of a
weak account ends in a claim more often, a possible match takes long and is seldom waived.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from seeds.generator.clock import BERLIN, TODAY, ZONE, add_workdays, day, works
from seeds.generator.customers import CUSTOMERS, Customer
from seeds.generator.model import Book, Order, Row, dec, money
from seeds.generator.past import PastHold

COUNT = 600
_FROM = day("2025-03-10")


@dataclass(frozen=True)
class Cause:
    """How holds of one class went: share, owner, minutes of review, days held, chance of late."""

    name: str
    weight: int
    owner: str
    minutes: int
    days: int
    late: int
    dispositions: tuple[str, ...]
    code: str
    reasons: tuple[str, ...]


_CAUSES = (
    Cause("credit_hold", 30, "credit_control", 18, 2, 34, ("hold", "hold", "ship", "escalate"),
          "CRED-LIMIT", ("Payment announced, remittance seen", "Insurer raised the cover",
                         "Long-standing customer, director informed")),
    Cause("stock_shortage", 24, "warehouse", 11, 2, 41, ("wait", "split", "split", "wait"),
          "ATP-SHORT", ("Customer took the rest later", "Part delivery agreed by phone")),
    Cause("price_mismatch", 15, "sales_operations", 9, 1, 12, ("ship", "hold", "ship"),
          "PRC-DIFF", ("Old price honoured once", "Customer's order had our offer attached")),
    Cause("route_risk", 10, "logistics", 7, 1, 46, ("wait", "ship", "split"),
          "DLV-ROUTE", ("Extra van hired",)),
    Cause("compliance_issue", 6, "compliance", 55, 3, 38, ("hold", "escalate", "hold"),
          "CMP-SCREEN", ()),
    Cause("approval_gap", 7, "sales_operations", 14, 1, 16, ("escalate", "ship"),
          "APR-VALUE", ("Approver on the road, confirmed by phone",)),
    Cause("customer_priority_conflict", 5, "warehouse", 22, 2, 37, ("split", "wait", "escalate"),
          "ATP-RANK", ("Hospital order first",)),
    Cause("substitution_need", 3, "sales_operations", 16, 1, 19, ("substitute", "substitute",
                                                                  "wait"),
          "ATP-SUBST", ("Customer accepted by mail",)),
)  # fmt: skip

_SECOND = {"credit_hold": "stock_shortage", "stock_shortage": "route_risk",
           "price_mismatch": "approval_gap", "customer_priority_conflict": "stock_shortage",
           "substitution_need": "stock_shortage"}  # fmt: skip
_OPEN_END = datetime.combine(TODAY, time(6), BERLIN)


@dataclass
class _Past:
    """One past hold while its row is being made."""

    hold_id: str
    order_id: str
    customer: Customer
    cause: Cause
    placed: datetime
    released: datetime
    promised: date
    shipped: date
    classes: str
    override: bool
    late: bool


def _pick(book: Book, customer: Customer) -> Cause:
    weights = [c.weight * (2 if c.name == "credit_hold" and customer.tier == "C" else 1)
               for c in _CAUSES]  # fmt: skip
    return book.chance.choices(_CAUSES, weights)[0]


def _times(book: Book, cause: Cause, placed: datetime, promised: date,
           site: str) -> tuple[datetime, date, bool]:  # fmt: skip
    late = book.chance.randint(1, 100) <= cause.late
    held = min(cause.days * 1440, 4000) * book.chance.randint(15, 130) // 100
    released = placed + timedelta(minutes=max(25, held + (2400 if late else 0)))
    local = released.astimezone(ZONE[site])
    released = local.replace(hour=8 + local.hour % 9, minute=local.minute)
    while not works(site, released.date()):
        released += timedelta(days=1)
    released = max(released, placed + timedelta(minutes=20))
    shipped = add_workdays(site, promised, -1)
    if late:
        shipped = add_workdays(site, promised, book.chance.choice((0, 1, 1, 2, 3, 5)))
    shipped = max(shipped, add_workdays(site, released.date(), 0))
    return released, shipped, shipped > add_workdays(site, promised, -1)


def _second(book: Book, cause: Cause) -> str:
    second = _SECOND.get(cause.name) if book.chance.randint(1, 100) <= 22 else None
    return f"{cause.name},{second}" if second else cause.name


def _older(book: Book, no: int) -> _Past:
    """A hold of last year, on an order that has left the book."""
    customers = [c for c in CUSTOMERS.values() if not c.is_("bill")]
    weights = [{"A": 5, "B": 4, "C": 3}[c.tier] for c in customers]
    customer = book.chance.choices(customers, weights)[0]
    cause = _pick(book, customer)
    placed, promised = _placed(book, no, customer)
    released, shipped, late = _times(book, cause, placed, promised, customer.site)
    override = bool(cause.reasons) and book.chance.randint(1, 100) <= 14
    if customer.customer_id == "CU-110" and cause.name == "credit_hold":
        override = no % 2 == 1
    return _Past(f"H-{no:04d}", f"SO-25{no * 3 % 9000:04d}", customer, cause, placed, released,
                 promised, shipped, _second(book, cause), override, late)  # fmt: skip


def _recent(book: Book, no: int, hold: PastHold) -> _Past:
    """A hold of this year: its class is the cause that was planted on its order."""
    order = book.orders[hold.order_id]
    cause = next(c for c in _CAUSES if c.name == hold.kind)
    planned, shipped = order.ship or order.promised, order.actual_ship or order.promised
    override = hold.kind == "price_mismatch" or (hold.kind == "credit_hold" and no % 4 == 0)
    return _Past(f"H-{no:04d}", order.order_id, CUSTOMERS[order.customer], cause, hold.placed,
                 hold.released, order.promised, shipped, hold.kind, override,
                 shipped > planned)  # fmt: skip


def _placed(book: Book, no: int, customer: Customer) -> tuple[datetime, date]:
    days = (day("2026-01-09") - _FROM).days
    on = add_workdays(customer.site, _FROM + timedelta(days=no * days // COUNT), 1)
    moment = datetime.combine(on, time(7 + no % 10, no * 7 % 60), ZONE[customer.site])
    return moment, add_workdays(customer.site, on, book.chance.randint(2, 6))


def _revenue(book: Book, customer: Customer, order: Order | None) -> Decimal:
    if order:
        return sum((money(n.net(n.qty)) for n in order.lines), Decimal(0))
    top = {"A": 14000, "B": 8000, "C": 3000}[customer.tier]
    return money(dec(book.chance.randint(300, top)) * dec(book.chance.randint(40, 130)) / 100)


def _minutes(book: Book, cause: Cause, past: _Past) -> Decimal:
    share = Decimal(book.chance.randint(35, 240)) / 100
    extra = dec("1.4") if "," in past.classes else dec(1)
    return (cause.minutes * share * extra).quantize(Decimal("0.1"))


def _add(book: Book, past: _Past, order: Order | None) -> None:
    cause, chance = past.cause, book.chance
    weak = past.override and past.customer.tier == "C"
    claim = chance.randint(1, 100) <= (3 + 9 * past.late + 14 * weak)
    escalated = cause.name == "compliance_issue" or chance.randint(1, 100) <= 8 + 10 * past.late
    decided = "executive" if escalated and chance.randint(1, 3) == 1 else cause.owner
    if cause.name == "compliance_issue":
        decided = "compliance"
    known = datetime.combine(past.shipped, time(18), ZONE[past.customer.site])
    known = min(max(known, past.released + timedelta(hours=1)), _OPEN_END)
    row: Row = {
        "hold_id": past.hold_id, "order_id": past.order_id, "classes": past.classes,
        "owner_role": cause.owner, "disposition": chance.choice(cause.dispositions),
        "decided_by_role": decided, "override": past.override,
        "override_reason": chance.choice(cause.reasons) if past.override else "",
        "review_minutes": _minutes(book, cause, past), "placed_at": past.placed,
        "released_at": past.released, "promised_on": past.promised, "shipped_on": past.shipped,
        "escalated": escalated, "revenue": _revenue(book, past.customer, order),
        "currency": past.customer.currency, "customer_id": past.customer.customer_id,
    }  # fmt: skip
    later = known + timedelta(days=chance.randint(2, 12), hours=2)
    claim = claim and later < _OPEN_END
    book.add("hold_history", **row, claim_opened=False, recorded_at=known,
             superseded_at=later if claim else None)  # fmt: skip
    if claim:
        book.add("hold_history", **row, claim_opened=True, recorded_at=later)


def _add_released(book: Book, past: _Past) -> None:
    book.add("holds", hold_id=past.hold_id, order_id=past.order_id, code=past.cause.code,
             reason="", stage="ship", placed_at=past.placed, placed_by="erp", forced=False,
             status="released", released_at=past.released,
             released_by=_RELEASER.get(past.cause.owner, "u.petersen"),
             release_reason="Reviewed, see desk")  # fmt: skip


_RELEASER = {"credit_control": "u.kruse", "warehouse": "u.jensen", "logistics": "u.aydin",
             "compliance": "u.solberg"}  # fmt: skip


def add_history(book: Book) -> None:
    """Writes past holds; those of this year stand on orders of the book and in its hold log."""
    older = COUNT - len(book.past)
    for no in range(1, older + 1):
        _add(book, _older(book, no), None)
    for place, hold in enumerate(book.past, 1):
        past = _recent(book, older + place, hold)
        _add(book, past, book.orders[hold.order_id])
        _add_released(book, past)
