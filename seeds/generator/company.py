"""Depots, their calendars and lanes, exchange rates, and how fresh each source is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from seeds.generator.clock import AS_OF, CLOSED_DAYS, EXTRA_DAYS, day
from seeds.generator.model import Book

NAME = "Nordhafen Food & Household"
COMPANY_OF = {"D01": "C1", "D02": "C1", "D03": "C2"}

_SITES = (
    ("D01", "Hamburg Billbrook", "C1", "Europe/Berlin", "DE"),
    ("D02", "Munich Garching", "C1", "Europe/Berlin", "DE"),
    ("D03", "Felixstowe", "C2", "Europe/London", "GB"),
)
_LANES = (
    ("D01", "D02", 1), ("D02", "D01", 1), ("D01", "D03", 4), ("D03", "D01", 4),
    ("D02", "D03", 5), ("D03", "D02", 5),
)  # fmt: skip
_RATES = {
    ("EUR", "USD"): "1.0850", ("EUR", "GBP"): "0.8610", ("EUR", "CHF"): "0.9420",
    ("GBP", "USD"): "1.2600", ("CHF", "USD"): "1.1520",
}  # fmt: skip
_DRIFT = ("0.9940", "0.9965", "1.0020", "0.9985", "1.0010", "0.9990", "1.0030", "1.0000")

_AGE_MINUTES = {
    "invoices": 425, "payments": 425, "credit_accounts": 425, "stock": 18, "reservations": 18,
    "orders": 12, "order_lines": 12, "holds": 12, "supplies": 95, "route_runs": 20,
    "prices": 700, "compliance_checks": 800, "approvals": 12,
}  # fmt: skip
_SYSTEM = {
    "stock": "wms", "reservations": "wms", "batches": "wms", "route_runs": "tms", "routes": "tms",
    "compliance_checks": "screening", "customer_notes": "crm", "claims": "crm",
    "payments": "bank", "hold_history": "desk",
}  # fmt: skip


def add_depots(book: Book) -> None:
    """Writes sites, their special days and the transfer lanes between them."""
    for site, name, company, zone, country in _SITES:
        book.add("sites", site_id=site, name=name, company_id=company, timezone=zone,
                 country=country, working_weekdays="1,2,3,4,5")  # fmt: skip
        for on, note in CLOSED_DAYS[site].items():
            book.add("calendar_days", site_id=site, day=on, working=False, note=note)
        for on, note in EXTRA_DAYS[site].items():
            book.add("calendar_days", site_id=site, day=on, working=True, note=note)
    for sender, receiver, days in _LANES:
        book.add("transfer_lanes", from_site_id=sender, to_site_id=receiver, lead_days=days)


def add_rates(book: Book) -> None:
    """Writes weekly exchange rates from December to the week of the demo."""
    for (source, target), rate in _RATES.items():
        for week in range(15):
            on = day("2025-12-01") + timedelta(weeks=week)
            drift = Decimal(_DRIFT[(week + len(source + target)) % 8]) if week < 14 else Decimal(1)
            book.add("fx_rates", from_currency=source, to_currency=target, valid_on=on,
                     rate=(Decimal(rate) * drift).quantize(Decimal("0.000001")))  # fmt: skip


def rate(source: str, target: str) -> Decimal:
    """Today's rate as the book holds it: direct, else the inverse."""
    if source == target:
        return Decimal(1)
    if (source, target) in _RATES:
        return Decimal(_RATES[source, target])
    return 1 / Decimal(_RATES[target, source])


def add_freshness(book: Book) -> None:
    """Writes when each table was last extracted, after all the others are full."""
    for table, rows in book.rows.items():
        if table == "source_freshness":
            continue
        age = timedelta(minutes=_AGE_MINUTES.get(table, 240))
        book.add("source_freshness", table=table, source_system=_SYSTEM.get(table, "erp"),
                 extracted_at=AS_OF - age, rows=len(rows))  # fmt: skip
