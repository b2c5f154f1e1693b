"""Local dates and working days: the site's time zone, its weekdays, its holidays.

Days are local dates, so a change of daylight saving moves none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tools.rows import Row

UTC_NAME = "UTC"
ALL_WEEKDAYS = frozenset(range(1, 8))
HORIZON = 3660
"""Days after which the search for a working day gives up: such a calendar has none."""


@cache
def zone(name: str | None) -> ZoneInfo | None:
    """The time zone by IANA name; None where the name is unknown."""
    try:
        return ZoneInfo(name or UTC_NAME)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@cache
def weekdays(text: str | None) -> frozenset[int]:
    """ISO weekday numbers of a list such as "1,2,3"; an empty list means every day."""
    return frozenset(int(part) for part in text.split(",")) if text else ALL_WEEKDAYS


@dataclass(frozen=True)
class SiteCalendar:
    """When a site works. A site without a row, or without weekdays, works every day in UTC."""

    site_id: str | None
    timezone: ZoneInfo
    known_timezone: bool = True
    working: frozenset[int] = ALL_WEEKDAYS
    exceptions: dict[date, bool] = field(default_factory=dict)

    def today(self, as_of: datetime) -> date:
        """The site's local date at `as_of` (aware)."""
        return as_of.astimezone(self.timezone).date()

    def is_working(self, day: date) -> bool:
        """Whether the site works on that local date."""
        return self.exceptions.get(day, day.isoweekday() in self.working)

    def add(self, day: date, count: int) -> date:
        """`count` working days after `day` (before it where negative); 0 gives the day itself.

        Raises:
            ValueError: the calendar has no working day within ten years.
        """
        step, left = (1, count) if count >= 0 else (-1, -count)
        for _ in range(HORIZON):
            if left == 0:
                return day
            day += timedelta(days=step)
            left -= self.is_working(day)
        raise ValueError(f"site {self.site_id} has no working day near {day.isoformat()}")

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to and with `last`; negative where last is earlier."""
        if last < first:
            return -self.between(last, first)
        days = (first + timedelta(days=n + 1) for n in range((last - first).days))
        return sum(self.is_working(day) for day in days)


def site_calendar(site_id: str | None, site: Row | None, days: Iterable[Row]) -> SiteCalendar:
    """The calendar of a site from its `sites` row and its `calendar_days` rows."""
    found = zone(site.text("timezone") if site else None)
    return SiteCalendar(
        site_id,
        found or ZoneInfo(UTC_NAME),
        found is not None,
        weekdays(site.text("working_weekdays") if site else None),
        {d: row.flag("working") for row in days if (d := row.day("day"))},
    )


def next_day(day: date, allowed: frozenset[int]) -> date:
    """`day`, or the first day after it whose ISO weekday is allowed."""
    while day.isoweekday() not in allowed:
        day += timedelta(days=1)
    return day
