"""Screenings, licences, age and tax checks: clear for every party but where a story needs one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from seeds.generator.clock import TODAY, day
from seeds.generator.customers import CUSTOMERS
from seeds.generator.model import Book, dec

_LISTS = {"C1": (("EU-CFSP", "2026-02-27"), ("OFAC-SDN", "2026-03-02")),
          "C2": (("UK-OFSI", "2026-03-03"), ("OFAC-SDN", "2026-03-02"))}  # fmt: skip

_EARLIER = {"C1": (("EU-CFSP", "2025-10-31"), ("OFAC-SDN", "2025-10-28")),
            "C2": (("UK-OFSI", "2025-10-30"), ("OFAC-SDN", "2025-10-28"))}  # fmt: skip

# ship-to: result, cleared by; a result of "" means that nobody has screened it
_PARTIES = {
    "ST-120-3": ("possible", ""),
    "ST-134-1": ("hit", ""),
    "ST-112-2": ("", ""),
    "ST-136-2": ("possible", "u.solberg"),
}

_ALCOHOL = ("CU-120", "CU-124", "CU-135", "CU-153")
_VAT = {"CU-121": "2026-12-31", "CU-131": "2026-12-31", "CU-122": "2026-01-31"}

# customer | sku | licence | valid to | left
_LICENCES = """
CU-125|R-9|BIO-DE-20481|2026-09-30|48
CU-136||BIO-DE-11907|2027-03-31|
CU-155||BIO-GB-7742|2026-11-30|4000
CU-138|R-9|BIO-DE-19330|2026-02-28|200
"""


def _add(book: Book, kind: str, party: str, result: str, on: date, to: date | None, *,
         list_name: str = "", version: str = "", sku: str = "", licence: str = "",
         left: Decimal | None = None, cleared_by: str = "") -> None:  # fmt: skip
    owner = CUSTOMERS.get(party) or next(
        CUSTOMERS[str(s["customer_id"])] for s in book.rows["ship_tos"] if s["ship_to_id"] == party
    )
    book.add("compliance_checks", check_id=book.next_id("compliance_checks", "CK"), kind=kind,
             customer_id=party, sku=sku, country=owner.country, list_name=list_name,
             list_version=version, result=result, checked_on=on, valid_to=to, licence_no=licence,
             licence_qty_left=left, cleared_by=cleared_by)  # fmt: skip


def _screen(book: Book, party: str, company: str) -> None:
    result, cleared_by = _PARTIES.get(party, ("clear", ""))
    first_seen = next((p.released.date() for p in book.past if p.ship_to == party), None)
    if not result:
        return
    if party not in _PARTIES:
        _screen_before(book, party, company, first_seen)
    if first_seen:
        return
    for place, (name, version) in enumerate(_LISTS[company]):
        on = TODAY - timedelta(days=book.chance.randint(2, 26))
        found = "clear" if place else result
        _add(book, "denied_party", party, found, on, day("2026-12-31"), list_name=name,
             version=version, cleared_by="" if place else cleared_by)  # fmt: skip


def _screen_before(book: Book, party: str, company: str, first_seen: date | None) -> None:
    """The screening before the last one; of a new address, that of the day it was first used."""
    for name, version in _EARLIER[company]:
        on = first_seen or day("2025-11-03") + timedelta(days=book.chance.randint(0, 25))
        _add(book, "denied_party", party, "clear", on, day("2026-12-31"), list_name=name,
             version=f"{on:%Y-%m}-01" if first_seen else version)  # fmt: skip


def add_compliance(book: Book) -> None:
    """Writes a screening of every party on two lists, then licences, age and tax checks."""
    for customer in CUSTOMERS.values():
        _screen(book, customer.customer_id, "C2" if customer.country == "GB" else "C1")
    for ship_to in book.rows["ship_tos"]:
        _screen(book, str(ship_to["ship_to_id"]), "C2" if ship_to["country"] == "GB" else "C1")
    for party in _ALCOHOL:
        _add(book, "trade_licence", party, "clear", day("2025-10-14"), day("2026-10-31"),
             licence=f"GW-{party[-3:]}-25")  # fmt: skip
    for row in _LICENCES.strip().splitlines():
        party, sku, licence, valid_to, left = row.split("|")
        _add(book, "licence", party, "clear", day("2025-09-01"), day(valid_to), sku=sku,
             licence=licence, left=dec(left) if left else None)  # fmt: skip
    for party, valid_to in _VAT.items():
        _add(book, "vat_id", party, "clear", day("2026-01-05"), day(valid_to))
