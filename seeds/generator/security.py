"""Securities, promises to pay, claims and permitted substitutes."""

from __future__ import annotations

from seeds.generator.clock import TODAY, day
from seeds.generator.model import Book, Cell, dec

# customer | order | kind | amount | currency | from | to | latest ship | status
_SECURITIES = """
CU-133|SO-1330|letter_of_credit|15000|CHF|2026-03-02|2026-05-31|2026-04-15|active
CU-110||insurance|90000|EUR|2026-01-01|2026-12-31||active
CU-115||guarantee|25000|USD|2025-06-01|2026-05-31||active
CU-116||insurance|80000|EUR|2025-03-01|2026-02-28||expired
CU-152||guarantee|10000|GBP|2025-02-01|2026-01-31||expired
CU-124|SO-1368|prepayment|3000|EUR|2026-03-09|2026-04-09||used
"""

# customer | which open invoice, from the oldest | amount | promised on | status
_PROMISES = """
CU-113|0|6840.20|2026-02-27|broken
CU-113|1|4155.75|2026-03-20|open
CU-110|0|12400.00|2026-03-10|kept
CU-117||1890.00|2026-03-12|open
CU-152|0|8000.00|2026-03-18|open
CU-156||2000.00|2026-03-20|open
"""

# customer | order | kind | amount | currency | status | opened | closed | owner | text
_CLAIMS = """
CU-113||quality|1200.00|EUR|open|2026-02-11||u.marin|Joghurt, Kühlkette gebrochen
CU-110||price|418.60|EUR|accepted|2026-02-26|2026-03-04|u.marin|Contract price of cola not applied
CU-150||short_delivery|212.00|GBP|accepted|2026-02-24|2026-03-04|u.doyle|Four boxes missing
CU-122||late_delivery|340.00|EUR|open|2026-03-03||u.lefevre|Livraison en retard, quai fermé à midi
CU-130||damage|96.30|EUR|accepted|2026-02-27|2026-03-03|u.marin|Pallet tipped over at the gate
CU-119||price|150.00|EUR|rejected|2026-02-19|2026-02-25|u.brandt|Rahmenvertrag 2025 verlangt
CU-153||quality|88.40|GBP|open|2026-03-06||u.doyle|Two crates of pilsner with torn labels
CU-131||short_delivery|126.00|EUR|closed|2026-01-29|2026-02-10|u.lefevre|Drei Kartons Gouda fehlten
CU-101||damage|64.20|EUR|open|2026-03-05||u.marin|Broken jars, photos by mail
CU-120||late_delivery|510.00|EUR|open|2026-03-06||u.marin|Ramp slot missed twice in a week
"""

# sku | substitute | customer | factor | quality ok | approval | price rule | from | to
_SUBSTITUTES = """
40-120|40-121||1|true|false|lower|2026-01-01|2026-12-31
10-160|10-161||1|true|true|original|2026-01-01|2026-12-31
30-120|30-121||1|true|true|original|2026-02-01|2026-06-30
20-340|20-341||2|true|false|substitute|2026-01-01|2026-12-31
77-120|77-121||1|true|true|lower|2026-01-01|2026-12-31
77-120|77-130|CU-112|1|true|true|substitute|2026-01-01|2026-12-31
10-150|10-110||2|false|true|original|2026-01-01|2026-12-31
30-130|30-105||1|false|true|original|2025-01-01|2025-12-31
20-310|20-303|CU-103|1|true|true|lower|2026-01-01|2026-12-31
50-210|50-101||1|false|true|original|2026-01-01|2026-12-31
10-103|10-170|CU-131|1.25|true|true|substitute|2026-01-01|2026-12-31
"""


def _open_invoices(book: Book, customer: str) -> list[Cell]:
    rows = [
        r
        for r in book.rows["invoices"]
        if r["customer_id"] == customer and r["open_amount"] and r["kind"] == "invoice"
    ]
    return [r["invoice_id"] for r in sorted(rows, key=lambda r: str(r["due_on"]))]


def add_securities(book: Book) -> None:
    """Writes securities and promises to pay."""
    for row in _SECURITIES.strip().splitlines():
        customer, order, kind, amount, currency, start, end, ship, status = row.split("|")
        book.add("securities", security_id=book.next_id("securities", "SEC"), customer_id=customer,
                 order_id=order, kind=kind, amount=dec(amount), currency=currency,
                 valid_from=day(start), valid_to=day(end),
                 latest_ship_on=day(ship) if ship else None, status=status)  # fmt: skip
    for row in _PROMISES.strip().splitlines():
        customer, place, amount, on, status = row.split("|")
        currency = "GBP" if customer in ("CU-152", "CU-156") else "EUR"
        invoice = _open_invoices(book, customer)[int(place)] if place else None
        book.add("payment_promises", promise_id=book.next_id("payment_promises", "PP"),
                 customer_id=customer, invoice_id=invoice, amount=dec(amount), currency=currency,
                 promised_on=day(on), status=status)  # fmt: skip


def _claimed_order(book: Book, customer: str, before: str) -> str:
    done = [o for o in book.orders.values() if o.customer == customer
            and o.status in ("shipped", "invoiced", "closed") and o.ship
            and o.ship < min(day(before), TODAY)]  # fmt: skip
    return done[-1].order_id if done else ""


def add_claims(book: Book) -> None:
    """Writes claims against orders that were shipped before, and the permitted substitutes."""
    for row in _CLAIMS.strip().splitlines():
        customer, _, kind, amount, currency, status, opened, closed, owner, text = row.split("|")
        book.add("claims", claim_id=book.next_id("claims", "CL"), customer_id=customer,
                 order_id=_claimed_order(book, customer, opened), kind=kind, amount=dec(amount),
                 currency=currency, status=status, opened_on=day(opened),
                 closed_on=day(closed) if closed else None, owner=owner, text=text)  # fmt: skip
    for row in _SUBSTITUTES.strip().splitlines():
        sku, other, customer, factor, ok, approval, rule, start, end = row.split("|")
        book.add("substitutes", sku=sku, substitute_sku=other, customer_id=customer,
                 factor=dec(factor), quality_ok=ok == "true", approval_required=approval == "true",
                 price_rule=rule, valid_from=day(start), valid_to=day(end))  # fmt: skip
