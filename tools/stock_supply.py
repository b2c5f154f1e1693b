"""Confirmed supplies on their way to a stock cell. Source: `rules.md`, stock_shortage (Supply)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools.book import Book
from tools.calendars import SiteCalendar
from tools.orders import require
from tools.rows import Row
from tools.stock_batches import Freshness
from tools.unknown import NotKnown


@dataclass(frozen=True, slots=True)
class Inbound:
    """A confirmed supply that is still to come, and the day from which its goods can be used."""

    row: Row
    available_on: date
    quantity: Decimal
    """Base units."""


@dataclass(frozen=True, slots=True)
class Inbounds:
    """The confirmed supplies of a cell: those to come, by date, and those that are late."""

    coming: tuple[Inbound, ...]
    late: tuple[Row, ...]


def working_day(calendar: SiteCalendar, day: date, count: int) -> date:
    """`count` working days after (or before) a day.

    Raises:
        NotKnown: the site's calendar holds no working day near it.
    """
    try:
        return calendar.add(day, count)
    except ValueError as error:
        raise NotKnown(str(error), "sites.working_weekdays") from error


def inbounds(book: Book, site: str, sku: object, today: date) -> Inbounds:
    """The confirmed supplies of a product to a site with a date; late ones cover nothing.

    Raises:
        NotKnown: a supply to come has no quantity.
    """

    def compute() -> Inbounds:
        calendar = book.calendar(site)
        coming, late = [], []
        for row in book.by("supplies", to_site_id=site, sku=sku):
            day = row.day("expected_on")
            if day is None or not row.flag("confirmed") or row["open_qty"] == 0:
                continue
            if day < today:
                late.append(row)
                continue
            usable = working_day(calendar, day, book.conventions.receiving_days)
            coming.append(Inbound(row, usable, require(row, "open_qty")))
        coming.sort(key=lambda i: (i.available_on, str(i.row["supply_id"])))
        late.sort(key=lambda row: str(row["supply_id"]))
        return Inbounds(tuple(coming), tuple(late))

    return book.once(("stock.inbounds", site, sku, today), compute)


def usable_inbounds(book: Book, site: str, sku: object, fresh: Freshness) -> tuple[Inbound, ...]:
    """The supplies to come whose goods are fresh enough, by date."""

    def compute() -> tuple[Inbound, ...]:
        found = []
        for inbound in inbounds(book, site, sku, fresh.today).coming:
            expires = inbound.row.cell("expires_on")
            day = inbound.row.day("expires_on")
            in_time = day is None or day >= inbound.available_on
            if in_time and fresh.refuses(expires) is None:
                found.append(inbound)
        return tuple(found)

    return book.once(("stock.usable_inbounds", site, sku, fresh), compute)
