"""Price lists, contracts and promotions, and what the book charges by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from seeds.generator.clock import day
from seeds.generator.customers import CUSTOMERS, Customer
from seeds.generator.model import Book, dec, money
from seeds.generator.products import PRODUCTS, TAX_FOOD_GROUPS, Product

_LISTS = {"PL-DE": ("EUR", "1"), "PL-US": ("USD", "1.12"), "PL-CH": ("CHF", "1.06"),
          "PL-GB": ("GBP", "0.88")}  # fmt: skip

_RAISED, _BEFORE = day("2026-01-01"), Decimal("0.96")
"""Lists were raised at New Year; before, they stood at 96 percent."""

LISTED_PER_100 = ("20-305", "50-103")
"""Products listed per hundred pieces."""

NOT_LISTED = {("PL-US", "77-121")}
"""Products that a price list does not hold."""


@dataclass(frozen=True)
class Deal:
    """A contract or promotion for one product; `price` per piece, or a discount off the list."""

    price_id: str
    kind: str
    name: str
    sku: str
    start: str
    end: str
    price: str = ""
    pct: str = ""
    customer: str = ""
    price_list: str = ""
    tier: str = ""
    basis: str = "order"
    min_qty: str = "1"
    priority: int | None = None
    approved_by: str = "u.vogt"
    currency: str = "EUR"

    def holds(self, customer: Customer, on: date) -> bool:
        """Whether the deal is for this customer and valid on that day."""
        mine = (self.customer in ("", customer.customer_id)
                and self.price_list in ("", customer.price_list)
                and self.tier in ("", customer.tier))  # fmt: skip
        return mine and day(self.start) <= on <= (day(self.end) if self.end else date.max)


DEALS = (
    Deal(
        "PR-C01",
        "contract",
        "Elbmarkt frame contract 2026",
        "10-110",
        "01-01",
        "12-31",
        "5.89",
        customer="CU-101",
    ),
    Deal(
        "PR-C02",
        "contract",
        "Elbmarkt frame contract 2026",
        "10-110",
        "01-01",
        "12-31",
        "5.89",
        customer="CU-102",
    ),
    Deal(
        "PR-C03",
        "contract",
        "Elbmarkt frame contract 2026",
        "10-110",
        "01-01",
        "12-31",
        "5.89",
        customer="CU-103",
    ),
    Deal(
        "PR-C04",
        "contract",
        "Birch yearly agreement",
        "20-304",
        "01-01",
        "12-31",
        "9.12",
        customer="CU-110",
    ),
    Deal(
        "PR-C05",
        "contract",
        "Isar yearly agreement",
        "10-102",
        "01-01",
        "12-31",
        "1.02",
        customer="CU-130",
    ),
    Deal(
        "PR-C06",
        "contract",
        "Isar yearly agreement",
        "50-101",
        "01-01",
        "12-31",
        "3.35",
        customer="CU-130",
    ),
    Deal(
        "PR-C07",
        "contract",
        "Thistle trading terms",
        "40-103",
        "01-01",
        "12-31",
        "7.85",
        customer="CU-150",
        currency="GBP",
    ),
    Deal(
        "PR-C08",
        "contract",
        "Polder jaarcontract",
        "10-103",
        "01-01",
        "12-31",
        "1.89",
        customer="CU-121",
    ),
    Deal(
        "PR-C09",
        "contract",
        "Edelweiss Rahmenvertrag",
        "30-102",
        "01-01",
        "12-31",
        "3.42",
        customer="CU-132",
        currency="CHF",
    ),
    Deal(
        "PR-C10",
        "contract",
        "Deichgraf volume agreement",
        "20-301",
        "01-01",
        "12-31",
        "1.12",
        customer="CU-120",
    ),
    Deal(
        "PR-C11",
        "contract",
        "Ulmen Rahmenvertrag 2025",
        "50-105",
        "2025-01-01",
        "2025-12-31",
        "1.82",
        customer="CU-119",
    ),
    Deal(
        "PR-P01",
        "promotion",
        "Winter breakfast",
        "10-109",
        "2025-12-01",
        "02-28",
        pct="8",
        price_list="PL-DE",
    ),
    Deal(
        "PR-P02",
        "promotion",
        "Spring cleaning",
        "40-101",
        "03-02",
        "03-31",
        pct="6",
        price_list="PL-DE",
    ),
    Deal(
        "PR-P03",
        "promotion",
        "February juice weeks",
        "20-303",
        "02-02",
        "03-01",
        "1.29",
        price_list="PL-DE",
    ),
    Deal(
        "PR-P04",
        "promotion",
        "Easter coffee for A customers",
        "10-110",
        "03-09",
        "04-05",
        pct="5",
        price_list="PL-GB",
        tier="A",
    ),
    Deal(
        "PR-P05",
        "promotion",
        "Shampoo introduction",
        "50-105",
        "03-02",
        "03-15",
        pct="10",
        price_list="PL-DE",
        basis="ship",
    ),
    Deal(
        "PR-A01",
        "promotion",
        "Lentils spring A",
        "10-105",
        "03-01",
        "03-31",
        "1.29",
        customer="CU-138",
    ),
    Deal(
        "PR-A02",
        "promotion",
        "Lentils spring B",
        "10-105",
        "03-01",
        "03-31",
        "1.24",
        customer="CU-138",
    ),
)

SHIP_BASED = ("50-105",)
"""Products with a promotion by ship date: only the stories take them."""


def list_price(price_list: str, product: Product, on: date) -> Decimal:
    """List price per piece (per hundred where it is listed so) of the year of that day."""
    per = 100 if product.sku in LISTED_PER_100 else 1
    price = money(product.price * dec(_LISTS[price_list][1]) * per)
    return price if on >= _RAISED else money(price * _BEFORE)


def tax_of(customer: Customer, product: Product) -> Decimal:
    """Tax rate of a line: domestic by group, nothing across a border or on board."""
    food = product.group in TAX_FOOD_GROUPS
    if customer.country == "DE" and customer.currency == "EUR":
        return dec(7 if food else 19)
    if customer.country == "GB":
        return dec(0 if food else 20)
    return dec(0)


def quote(customer_id: str, sku: str, on: date) -> tuple[Decimal, Decimal, str]:
    """Price per piece (or hundred), discount and source that hold for an order of that day."""
    customer, product = CUSTOMERS[customer_id], PRODUCTS[sku]
    price = list_price(customer.price_list, product, on)
    for kind in ("contract", "promotion"):
        for deal in DEALS:
            if deal.kind == kind and deal.sku == sku and deal.holds(customer, on):
                return (dec(deal.price) if deal.price else price, dec(deal.pct or 0), kind)
    return price, dec(0), "price_list"


def _add_list(book: Book, price_list: str, start: str, end: str | None) -> None:
    currency = _LISTS[price_list][0]
    for product in PRODUCTS.values():
        if (price_list, product.sku) in NOT_LISTED:
            continue
        per = dec(100) if product.sku in LISTED_PER_100 else None
        price = list_price(price_list, product, day(start))
        book.add("prices", price_id=f"{price_list}-{start[:4]}-{product.sku}", kind="price_list",
                 name=f"{price_list} {start[:4]}", sku=product.sku, price_list_id=price_list,
                 currency=currency, uom="EA", price_per=per, min_qty=dec(1), unit_price=price,
                 valid_from=day(start), valid_to=day(end) if end else None,
                 date_basis="order", approved_by="u.vogt")  # fmt: skip


def add_prices(book: Book) -> None:
    """Writes the lists of this year and of last, then the deals."""
    for price_list in _LISTS:
        _add_list(book, price_list, "2026-01-01", None)
    for price_list in _LISTS:
        _add_list(book, price_list, "2025-01-01", "2025-12-31")
    for d in DEALS:
        book.add("prices", price_id=d.price_id, kind=d.kind, name=d.name, sku=d.sku,
                 customer_id=d.customer, tier=d.tier, price_list_id=d.price_list,
                 currency=d.currency if not d.pct else None, uom="EA", min_qty=dec(d.min_qty),
                 unit_price=dec(d.price) if d.price else None,
                 discount_pct=dec(d.pct) if d.pct else None, valid_from=day(d.start),
                 valid_to=day(d.end) if d.end else None, date_basis=d.basis,
                 priority=d.priority, approved_by=d.approved_by)  # fmt: skip
