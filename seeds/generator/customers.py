"""Customers: sold-tos, bill-tos, a parent with its stores, and where they receive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from seeds.generator.model import Book, dec
from seeds.generator.routes import ROUTES

# id | name | country | currency | tier | priority | route | list | bill-to | terms | traits
# traits: k=blocked scope, status=, p=parent, never/always substitutes, shelf=days, complete,
#         alcohol, biocide, quiet (no ordinary orders that are still open), bill (bill-to only)
_CUSTOMERS = """
CU-100|Elbmarkt Holding|DE|EUR|A|1|R-HH-CITY|PL-DE||30|bill
CU-101|Elbmarkt Altona|DE|EUR|A|1|R-HH-CITY|PL-DE|CU-100|30|p=CU-100 shelf=14
CU-102|Elbmarkt Bergedorf|DE|EUR|A|1|R-HH-CITY|PL-DE|CU-100|30|p=CU-100 shelf=14
CU-103|Elbmarkt Harburg|DE|EUR|A|1|R-HH-CITY|PL-DE|CU-100|30|p=CU-100 shelf=14 always
CU-110|Birch Retail|DE|EUR|A|2|R-HH-CITY|PL-DE||30|shelf=21 quiet
CU-112|Alder Foods|DE|EUR|B|3|R-HH-NORTH|PL-DE||30|
CU-113|Kastanie Biomärkte|DE|EUR|B|3|R-HH-CITY|PL-DE||30|quiet shelf=7
CU-114|Hafenkontor Ship Supply|DE|USD|B|4|R-HH-CITY|PL-US||14|always
CU-115|Atlantic Cruise Catering|DE|USD|A|1|R-HH-CITY|PL-US||45|quiet
CU-116|Lindenhof Hotels|DE|EUR|B|4|R-HH-NORTH|PL-DE||30|quiet
CU-117|Nordsee Gastro Service|DE|EUR|C|6|R-HH-NORTH|PL-DE||14|quiet
CU-118|Cedar Kiosk|DE|EUR|C|8|R-HH-CITY|PL-DE||14|k=order quiet
CU-119|Ulmen Drogerie|DE|EUR|B|4|R-HH-NORTH|PL-DE||45|
CU-120|Deichgraf Cash & Carry|DE|EUR|A|2|R-HH-CITY|PL-DE||30|alcohol
CU-121|Polder Supermarkten|NL|EUR|B|3|R-HH-WEST|PL-DE||30|
CU-122|Marché du Nord|FR|EUR|B|4|R-HH-WEST|PL-DE||45|quiet
CU-123|Hansa Kantinen|DE|EUR|C|7|R-HH-CITY|PL-DE||14|status=inactive quiet
CU-124|Wacholder Spirituosen|DE|EUR|C|5|R-HH-CITY|PL-DE||14|alcohol quiet
CU-125|Möwe Gebäudereinigung|DE|EUR|C|5|R-HH-NORTH|PL-DE||14|
CU-126|Sturmvogel Events|DE|EUR|C|7|R-HH-CITY|PL-DE||14|status=prospect quiet
CU-127|Speicherstadt Cafés|DE|EUR|C|6|R-HH-VAN|PL-DE||14|quiet
CU-130|Isar Lebensmittel|DE|EUR|A|1|R-MUC-SOUTH|PL-DE||30|shelf=14
CU-131|Föhnwind Alpenhotels|AT|EUR|B|4|R-MUC-ALPS|PL-DE||30|
CU-132|Edelweiss Handels AG|CH|CHF|B|3|R-MUC-ALPS|PL-CH|CU-133|30|quiet
CU-133|Edelweiss Finanz AG|CH|CHF|B|3|R-MUC-ALPS|PL-CH||30|bill
CU-134|Zirbel Feinkost|DE|EUR|C|6|R-MUC-SOUTH|PL-DE||14|
CU-135|Lech Getränke|DE|EUR|B|4|R-MUC-SOUTH|PL-DE||30|alcohol
CU-136|Ammersee Klinikverbund|DE|EUR|B|2|R-MUC-SOUTH|PL-DE||30|biocide complete
CU-137|Bergahorn Märkte|DE|EUR|B|3|R-MUC-SOUTH|PL-DE||30|quiet
CU-138|Loisach Tankstellen|DE|EUR|C|6|R-MUC-LAKES|PL-DE||14|
CU-150|Thistle & Rowan Stores|GB|GBP|A|1|R-UK-LONDON|PL-GB||30|always shelf=10
CU-151|Harbour Lane Grocers|GB|GBP|B|3|R-UK-EAST|PL-GB|CU-152|30|quiet
CU-152|Harbour Lane Holdings|GB|GBP|B|3|R-UK-EAST|PL-GB||30|bill
CU-153|Foxglove Pubs|GB|GBP|B|4|R-UK-LONDON|PL-GB||30|alcohol
CU-154|Wren Convenience|GB|GBP|C|6|R-UK-EAST|PL-GB||14|
CU-155|Saltmarsh Care Homes|GB|GBP|B|2|R-UK-EAST|PL-GB||30|never biocide
CU-156|Kestrel Hospitality|GB|GBP|C|5|R-UK-LONDON|PL-GB||14|quiet
"""

_OWNER = {"D01": ("u.petersen", "u.brandt"), "D02": ("u.hoffmann",), "D03": ("u.holt",)}
_ZONE = {"GB": "Europe/London", "FR": "Europe/Paris", "NL": "Europe/Amsterdam",
         "AT": "Europe/Vienna", "CH": "Europe/Zurich"}  # fmt: skip

# ship-to | customer | name | receiving weekdays | window
_SHIP_TOS = """
ST-110-1|CU-110|Birch Retail Wandsbek|1,2,3,4,5|06:00-11:00
ST-110-2|CU-110|Birch Retail Eimsbüttel|1,2,3,4,5|05:30-10:00
ST-101-1|CU-101|Elbmarkt Altona, ramp 2|1,2,3,4,5|05:00-12:00
ST-112-1|CU-112|Alder Foods central store Kiel|1,2,3,4,5|07:00-15:00
ST-112-2|CU-112|Alder Foods Flensburg|1,2,3,4,5|07:00-13:00
ST-114-1|CU-114|Hafenkontor, Burchardkai gate 4|1,2,3,4,5|06:00-18:00
ST-116-1|CU-116|Lindenhof Travemünde|1,2,3,4,5|08:00-14:00
ST-119-1|CU-119|Ulmen Drogerie Lager Elmshorn|1,2,3,4,5|07:00-16:00
ST-120-1|CU-120|Deichgraf Markt Moorfleet|1,2,3,4,5|04:30-09:00
ST-120-2|CU-120|Deichgraf Markt Lokstedt|1,2,3,4,5|04:30-09:00
ST-121-1|CU-121|Polder DC Zwolle|1,2,3,4,5|06:00-16:00
ST-122-1|CU-122|Marché du Nord Lille|1,2,3,4,5|06:00-12:00
ST-130-1|CU-130|Isar Zentrallager Freising|1,2,3,4,5|05:00-14:00
ST-131-1|CU-131|Föhnwind Innsbruck|2,4|08:00-12:00
ST-132-1|CU-132|Edelweiss Lager St. Gallen|2,4|07:00-15:00
ST-136-1|CU-136|Klinik Starnberg, Warenannahme|1,2,3,4,5|07:00-11:00
ST-136-2|CU-136|Klinik Herrsching, Warenannahme|1,2,3,4,5|07:00-11:00
ST-150-1|CU-150|Thistle & Rowan Park Royal DC|1,2,3,4,5|05:00-13:00
ST-151-1|CU-151|Harbour Lane Ipswich|1,2,3,4,5|07:00-12:00
ST-153-1|CU-153|Foxglove cellar, Stratford|1,2,3,4,5|10:00-15:00
ST-155-1|CU-155|Saltmarsh central kitchen|1,2,3,4,5|07:00-10:00
ST-120-3|CU-120|Deichgraf pop-up store Kai 7|1,2,3,4,5|08:00-12:00
ST-134-1|CU-134|Zirbel Feinkost Messestand|1,2,3,4,5|08:00-17:00
"""

SPECIAL_SHIP_TOS = ("ST-120-3", "ST-134-1", "ST-112-2", "ST-136-2")
"""Ship-tos that only the stories use, because something is wrong with their checks."""


@dataclass(frozen=True)
class Customer:
    """One customer with where it is served from and what sets it apart."""

    customer_id: str
    name: str
    country: str
    currency: str
    tier: str
    priority: int
    route: str
    price_list: str
    bill_to: str
    terms: int
    traits: dict[str, str]

    @property
    def site(self) -> str:
        """The depot that serves the customer."""
        return ROUTES[self.route].site

    @property
    def account(self) -> str:
        """The bill-to: the customer itself where no other is named."""
        return self.bill_to or self.customer_id

    def is_(self, trait: str) -> bool:
        """Whether the customer has a trait."""
        return trait in self.traits


def _customer(line: str) -> Customer:
    key, name, country, currency, tier, rank, route, prices, bill, terms, traits = line.split("|")
    pairs = {t.partition("=")[0]: t.partition("=")[2] for t in traits.split()}
    return Customer(key, name, country, currency, tier, int(rank), route, prices, bill,
                    int(terms), pairs)  # fmt: skip


CUSTOMERS = {c.customer_id: c for c in map(_customer, _CUSTOMERS.strip().splitlines())}


def ship_tos_of(customer_id: str) -> list[str]:
    """Ordinary ship-tos of a customer, in order."""
    rows = [row.split("|") for row in _SHIP_TOS.strip().splitlines()]
    return [r[0] for r in rows if r[1] == customer_id and r[0] not in SPECIAL_SHIP_TOS]


def _substitution(customer: Customer) -> str:
    return next((w for w in ("never", "always") if customer.is_(w)), "ask")


def _add_customer(book: Book, c: Customer) -> None:
    owners = _OWNER[c.site]
    partial = {"A": 2, "B": 1, "C": None}[c.tier]
    book.add(
        "customers", customer_id=c.customer_id, name=c.name, tier=c.tier, priority=c.priority,
        parent_customer_id=c.traits.get("p"), country=c.country, currency=c.currency,
        payment_terms_days=c.terms, blocked_scope=c.traits.get("k", "none"),
        status=c.traits.get("status", "active"), price_list_id=c.price_list,
        ship_complete=c.is_("complete"), max_partial_shipments=partial,
        min_shelf_life_days=int(c.traits.get("shelf", "0")),
        accepts_substitutes=_substitution(c), timezone=_ZONE.get(c.country, "Europe/Berlin"),
        min_order_value=dec({"A": 500, "B": 250, "C": 100}[c.tier]),
        late_penalty_pct=dec({"A": "2.5", "B": "1.0", "C": "0"}[c.tier]),
        sales_owner=owners[int(c.customer_id[-1]) % len(owners)], intercompany=False,
    )  # fmt: skip


def add_customers(book: Book) -> None:
    """Writes customers and ship-tos."""
    for customer in CUSTOMERS.values():
        _add_customer(book, customer)
    for row in _SHIP_TOS.strip().splitlines():
        key, owner, name, weekdays, window = row.split("|")
        customer = CUSTOMERS[owner]
        start, end = window.split("-")
        book.add("ship_tos", ship_to_id=key, customer_id=owner, name=name,
                 country=customer.country, timezone=_ZONE.get(customer.country, "Europe/Berlin"),
                 receiving_weekdays=weekdays, window_from=time.fromisoformat(start),
                 window_to=time.fromisoformat(end))  # fmt: skip
    for key, owner, name in book.new_sites:
        customer = CUSTOMERS[owner]
        book.add("ship_tos", ship_to_id=key, customer_id=owner, name=f"{customer.name}, {name}",
                 country=customer.country, timezone=_ZONE.get(customer.country, "Europe/Berlin"),
                 receiving_weekdays="1,2,3,4,5")  # fmt: skip
