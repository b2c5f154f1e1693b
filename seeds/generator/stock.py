"""Stock, batches, reservations and supplies: plenty everywhere but where a story needs less."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from seeds.generator.clock import TODAY, add_workdays, at, day
from seeds.generator.model import Book, Order, dec
from seeds.generator.products import PRODUCTS, Product

# site | sku | batch | on hand | blocked | expires | status; what each story finds in the depot
_PLANTED = """
D01|77-120|OD-2541|210|0|2026-09-14|quarantine
D01|77-120|OD-2537|90|0|2026-03-25|released
D01|77-120|OD-2539|100|0|2026-08-30|released
D02|77-120|OD-2540|600|0|2026-09-02|released
D01|20-310||320|0||
D02|10-140||64|0||
D01|10-150||400|0||
D03|50-210||200|0||
D01|30-110|BU-118|1000|0|2026-05-04|released
D02|20-330||120|0||
D03|40-120||0|0||
D03|40-121||620|12||
D01|10-160||0|0||
D01|10-161||1400|0||
D02|30-120|HQ-071|0|0|2026-03-28|blocked
D02|30-121|HQ-104|900|0|2026-04-30|released
D01|30-130|SA-220|240|0|2026-04-12|blocked
D01|20-340||60|18||
D01|20-341||1600|0||
D03|30-140|GY-330|300|0|2026-03-18|released
D03|30-140|GY-334|24|0|2026-04-09|released
D02|50-220||120|0||
D01|50-220||700|0||
D01|10-170||480|24||
D02|10-170||360|0||
D01|R-10|RB-02|18|0|2027-01-31|released
"""

# supply | kind | sku | from | to | open | expected | confirmed | expires
_SUPPLIES = """
PU-4401|purchase|77-120||D01|960|2026-03-12|true|2026-09-30
PU-4402|purchase|77-120||D01|480|2026-03-11|false|2026-09-28
PU-4403|purchase|20-310||D01|600|2026-03-18|true|
PU-4404|purchase|10-140||D02|240|2026-03-05|true|
PU-4405|purchase|10-140||D02|120|2026-03-20|false|
PU-4406|purchase|10-150||D01|480|2026-03-17|true|
PU-4407|purchase|50-210||D03|320|2026-03-19|true|
PU-4408|purchase|30-110||D01|1200|2026-03-16|true|2026-05-20
PU-4409|purchase|20-330||D02|240|2026-03-20|true|
PU-4410|purchase|40-120||D03|480|2026-04-02|true|
PU-4411|production|30-121||D02|600|2026-03-19|true|2026-05-05
PU-4412|purchase|20-340||D01|720|2026-03-23|true|
PU-4413|purchase|30-140||D03|360|2026-03-17|true|2026-04-20
TR-5101|transfer|50-220|D01|D02|240|2026-03-19|false|
TR-5102|transfer|10-110|D01|D02|144|2026-03-12|true|
"""

_CHILLED_DAYS, _DRY_DAYS = 62, 240


def _demand(book: Book) -> dict[tuple[str, str], Decimal]:
    demand: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for order in book.orders.values():
        if order.confirmed or order.status == "draft":
            for line in order.lines:
                demand[order.site, line.sku] += line.open_base
    return demand


def _add_batch(book: Book, sku: str, batch: str, expires: str, status: str) -> None:
    received = min(day(expires) - timedelta(days=_DRY_DAYS), TODAY - timedelta(days=12))
    long_ago = received if received < day("2026-01-12") else None
    known = received if batch[2] == "-" else long_ago
    book.add("batches", sku=sku, batch_id=batch, received_on=known, expires_on=day(expires),
             status=status)  # fmt: skip


def _add_plenty(book: Book, site: str, product: Product, needed: Decimal) -> None:
    spare = product.box * book.chance.randint(8, 40)
    total, sku = needed + spare, product.sku
    if "b" not in product.flags:
        damaged = product.box if book.chance.randint(1, 5) == 1 else Decimal(0)
        book.add("stock", site_id=site, sku=sku, batch_id="", on_hand_qty=total + damaged,
                 blocked_qty=damaged)  # fmt: skip
        return
    days = _CHILLED_DAYS if "c" in product.flags else _DRY_DAYS
    for place, share in enumerate((total, product.box * 2)):
        expires = TODAY + timedelta(days=days - 45 * place + book.chance.randint(0, 9))
        batch = f"{sku.replace('-', '')}{site[1:]}{expires:%y%m%d}"
        _add_batch(book, sku, batch, expires.isoformat(), "quarantine" if place else "released")
        book.add("stock", site_id=site, sku=sku, batch_id=batch, on_hand_qty=share,
                 blocked_qty=Decimal(0))  # fmt: skip


def _add_planted(book: Book) -> None:
    seen: set[tuple[str, str]] = set()
    for row in _PLANTED.strip().splitlines():
        site, sku, batch, on_hand, blocked, expires, status = row.split("|")
        book.add("stock", site_id=site, sku=sku, batch_id=batch, on_hand_qty=dec(on_hand),
                 blocked_qty=dec(blocked))  # fmt: skip
        if batch and (sku, batch) not in seen:
            _add_batch(book, sku, batch, expires, status)
            seen.add((sku, batch))


def add_stock(book: Book) -> None:
    """Writes stock and batches: demand and a spare for ordinary products, the planted rows else."""
    demand = _demand(book)
    planted = {tuple(row.split("|")[:2]) for row in _PLANTED.strip().splitlines()}
    for product in PRODUCTS.values():
        for site in ("D01", "D02", "D03"):
            kept = set("sv") & set(product.flags) or (site, product.sku) in planted
            if not kept and product.sku != "R-10":
                _add_plenty(book, site, product, demand[site, product.sku])
    _add_planted(book)


def _batch_for(order: Order, sku: str) -> str:
    return "OD-2539" if (order.site, sku) == ("D01", "77-120") else ""


def add_reservations(book: Book) -> None:
    """Writes what released orders have reserved, and two reservations that were forgotten."""
    for order in book.orders.values():
        if not order.reserve:
            continue
        for line in order.lines:
            if line.fulfilment or not line.open_base:
                continue
            if order.order_id == "SO-1017" and line.sku != "77-120":
                continue
            book.add("reservations", reservation_id=book.next_id("reservations", "RS"),
                     order_id=order.order_id, line_no=line.no, site_id=order.site, sku=line.sku,
                     batch_id=_batch_for(order, line.sku), qty=line.open_base,
                     consumed_qty=Decimal(0), status="active",
                     reserved_at=order.ordered_at + timedelta(minutes=15))  # fmt: skip
    _add_forgotten(book)


def _add_forgotten(book: Book) -> None:
    for order_id, line_no, status in (("SO-1231", 10, "active"), ("SO-1004", 10, "active"),
                                      ("SO-1222", 20, "cancelled")):  # fmt: skip
        order = book.orders[order_id]
        line = next(n for n in order.lines if n.no == line_no)
        book.add("reservations", reservation_id=book.next_id("reservations", "RS"),
                 order_id=order_id, line_no=line_no, site_id=order.site, sku=line.sku,
                 qty=line.qty * line.factor, consumed_qty=Decimal(0), status=status,
                 reserved_at=at("03-03 09:00"))  # fmt: skip


def add_supplies(book: Book) -> None:
    """Writes the planted supplies, then the ordinary replenishment of the weeks to come."""
    for row in _SUPPLIES.strip().splitlines():
        key, kind, sku, sender, site, qty, on, confirmed, expires = row.split("|")
        book.add("supplies", supply_id=key, kind=kind, sku=sku, from_site_id=sender,
                 to_site_id=site, open_qty=dec(qty), expected_on=day(on),
                 confirmed=confirmed == "true",
                 expires_on=day(expires) if expires else None)  # fmt: skip
    for product in PRODUCTS.values():
        if not product.ordinary:
            continue
        for site in book.chance.sample(("D01", "D02", "D03"), 2):
            due = add_workdays(site, TODAY, book.chance.randint(2, 14))
            life = _CHILLED_DAYS if "c" in product.flags else _DRY_DAYS
            book.add("supplies", supply_id=book.next_id("supplies", "PU", 6000), kind="purchase",
                     sku=product.sku, to_site_id=site,
                     open_qty=product.box * book.chance.randint(20, 90), expected_on=due,
                     confirmed=book.chance.randint(1, 4) > 1,
                     expires_on=due + timedelta(days=life) if "b" in product.flags
                     else None)  # fmt: skip
