"""Staff, their authority, and the personas of the demo."""

from __future__ import annotations

from seeds.generator.clock import day
from seeds.generator.model import Book, dec

# user | person | name | roles | company | site | limit USD
_STAFF = """
u.petersen|P-01|Anna Petersen|sales_operations|C1|D01|100000
u.brandt|P-02|Jonas Brandt|sales_operations|C1|D01|20000
u.brandt.wms|P-02|Jonas Brandt (WMS)|warehouse|C1|D01|15000
u.hoffmann|P-03|Lena Hoffmann|sales_operations|C1|D02|400000
u.holt|P-04|Grace Holt|sales_operations|C2|D03|75000
u.vogt|P-05|Miriam Vogt|finance|C1|D01|300000
u.mackay|P-06|Fiona Mackay|finance|C2|D03|150000
u.kruse|P-07|Stefan Kruse|credit_control|C1|D01|60000
u.neumann|P-08|Carla Neumann|credit_control|C1|D01|40000
u.pritchard|P-09|Owen Pritchard|credit_control|C2|D03|40000
u.jensen|P-10|Olaf Jensen|warehouse|C1|D01|25000
u.huber|P-11|Petra Huber|warehouse|C1|D02|25000
u.ashdown|P-12|Tom Ashdown|warehouse|C2|D03|25000
u.aydin|P-13|Kemal Aydin|logistics|C1|D01|25000
u.rees|P-14|Bethan Rees|logistics|C2|D03|25000
u.marin|P-15|Sofia Marin|customer_service|C1|D01|10000
u.lefevre|P-16|Luc Lefevre|customer_service|C1|D01|10000
u.doyle|P-17|Niamh Doyle|customer_service|C2|D03|10000
u.solberg|P-18|Ingrid Solberg|compliance|C1|D01|500000
u.calder|P-19|Ruth Calder|compliance|C2|D03|500000
u.dahl|P-20|Henrik Dahl|executive|C1|D01|3000000
u.whitlock|P-21|Eleanor Whitlock|executive|C2|D03|2000000
u.winter|P-22|Nora Winter|evaluator|C1|D01|
u.schreiber|P-23|Paul Schreiber|auditor|C1|D01|
u.keller|P-24|Jana Keller|admin|C1|D01|
u.roth|P-25|Felix Roth|admin|C1|D02|
erp|P-90|ERP background job||C1||
svc.edi|P-91|EDI gateway||C1||
svc.portal|P-92|Customer portal||C1||
"""

_ABSENT = {
    "u.kruse": ("03-09", "03-12", "u.neumann"),
    "u.lefevre": ("03-02", "03-06", "u.marin"),
    "u.rees": ("03-23", "03-27", None),
}

# role | action | limit USD | limit in percent
_AUTHORITIES = """
sales_operations|release_order|500000|
finance|release_order|500000|
executive|release_order|5000000|
credit_control|override_credit|60000|25
finance|override_credit|300000|
executive|override_credit|3000000|
credit_control|change_credit_limit|60000|20
finance|change_credit_limit|300000|
executive|change_credit_limit|3000000|
sales_operations|change_price|5000|15
finance|change_price|50000|40
executive|change_price|500000|
warehouse|allocate_stock|25000|
warehouse|transfer_stock|25000|
warehouse|ship_partial|25000|
sales_operations|substitute_item|50000|
logistics|change_promise|25000|
customer_service|change_promise|10000|
customer_service|notify_customer|10000|
compliance|waive_finding|500000|
"""

PERSONAS: tuple[tuple[str, str, str], ...] = (
    ("u.petersen", "sales_operations",
     "Works the morning queue in Hamburg and asks why SO-1042 is stuck before the 14:00 truck."),
    ("u.vogt", "finance", "Signs releases while credit stands and prices below the margin floor."),
    ("u.neumann", "credit_control",
     "Stands in for Stefan Kruse today and decides which of Birch Retail's orders may go."),
    ("u.jensen", "warehouse", "Runs the Hamburg depot and divides what stock there is by rank."),
    ("u.huber", "warehouse", "Runs the Munich depot and must agree before it sends a transfer."),
    ("u.ashdown", "warehouse", "Runs the Felixstowe depot, one hour behind the others."),
    ("u.aydin", "logistics", "Plans the runs and says which truck still keeps a promise."),
    ("u.marin", "customer_service", "Completes orders and tells customers what was decided."),
    ("u.solberg", "compliance", "Clears possible matches and checks licences; nobody else can."),
    ("u.dahl", "executive", "Co-signs the largest orders and sees what is stuck and how long."),
    ("u.winter", "evaluator", "Replays a year of past holds before a rule is changed."),
    ("u.schreiber", "auditor", "Samples decisions and re-opens each with the data of its day."),
    ("u.keller", "admin", "Connects data and users, and may not approve anything."),
)  # fmt: skip


def names() -> dict[str, str]:
    """Name by user id."""
    return {row.split("|")[0]: row.split("|")[2] for row in _STAFF.strip().splitlines()}


def add_people(book: Book) -> None:
    """Writes staff with absences and the authority of each role in both companies."""
    for row in _STAFF.strip().splitlines():
        user, person, name, roles, company, site, limit = row.split("|")
        start, end, stand_in = _ABSENT.get(user, (None, None, None))
        book.add("staff", user_id=user, person_id=person, name=name, roles=roles,
                 company_id=company, site_id=site, approval_limit=dec(limit) if limit else None,
                 currency="USD" if limit else None, absent_from=day(start) if start else None,
                 absent_to=day(end) if end else None, stand_in=stand_in)  # fmt: skip
    for row in _AUTHORITIES.strip().splitlines():
        role, action, amount, pct = row.split("|")
        for company in ("C1", "C2"):
            book.add("authorities", role=role, action=action, company_id=company,
                     max_amount=dec(amount), currency="USD",
                     max_pct=dec(pct) if pct else None)  # fmt: skip
