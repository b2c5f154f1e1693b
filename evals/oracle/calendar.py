"""Days as a site sees them: its local date, its working days, moments of its clock.

Not said by the rules, and taken as the product does: a site without weekdays works every day, and
a calendar day that does not say whether it is worked is not.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evals.oracle.model import Books, Gap, Row, flag, text

ONE = timedelta(days=1)
ALL_DAYS = {"1", "2", "3", "4", "5", "6", "7"}


def zone(books: Books, site_id: str) -> tzinfo:
    """Give the site's time zone; UTC where it has none, or one that nobody knows."""
    site = books.one("sites", site_id=site_id)
    try:
        return ZoneInfo(text(site, "timezone")) if site and text(site, "timezone") else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def local_day(books: Books, site_id: str, at: datetime) -> date:
    """Give the site's date at a moment."""
    return at.astimezone(zone(books, site_id)).date()


def today(books: Books, site_id: str) -> date:
    """Give the site's date now."""
    return local_day(books, site_id, books.as_of)


def works(books: Books, site_id: str, on: date) -> bool:
    """Say whether the site works on that day: its calendar first, then its weekdays."""
    special = books.one("calendar_days", site_id=site_id, day=on.isoformat())
    site = books.one("sites", site_id=site_id)
    weekdays = weekday_set(site, "working_weekdays") or ALL_DAYS
    usual = str(on.isoweekday()) in weekdays
    return flag(special, "working", False) if special else usual


def weekday_set(row: Row | None, column: str) -> set[str]:
    """Give the ISO weekdays of a cell; empty where nothing is said."""
    return {d.strip() for d in text(row or {}, column).split(",") if d.strip()}


def shift(books: Books, site_id: str, start: date, days: int) -> date:
    """Move by working days of the site: forward, or back where negative; 0 stays."""
    on, left, step = start, abs(days), ONE if days > 0 else -ONE
    for _ in range(4000):
        if not left:
            return on
        on += step
        left -= works(books, site_id, on)
    raise Gap("sites.working_weekdays")


def clock(books: Books, site_id: str, on: date, at: str) -> datetime:
    """Give the moment of a local time of the site's day."""
    return datetime.combine(on, time.fromisoformat(at), zone(books, site_id)).astimezone(UTC)
