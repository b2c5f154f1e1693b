"""Working time: the hours in which a site works, on the days on which it does.

Hours are local; a day with a change of daylight saving has as many working hours as any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tools.calendars import SiteCalendar

NONE = timedelta(0)


@dataclass(frozen=True)
class WorkingTime:
    """The clock of a site: it runs between two hours of each working day."""

    calendar: SiteCalendar
    opens: time
    closes: time

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Working time from one moment to another (aware); nothing where the end is earlier."""
        day, last = self.calendar.today(start), self.calendar.today(end)
        total = NONE
        while day <= last:
            if self.calendar.is_working(day):
                opens, closes = self._hours(day)
                total += max(min(end, closes) - max(start, opens), NONE)
            day += timedelta(days=1)
        return total

    def after(self, start: datetime, working: timedelta) -> datetime:
        """The moment at which so much working time has passed since `start` (aware), in UTC.

        Raises:
            ValueError: the site has no working day within ten years.
        """
        day, left = self.calendar.today(start), working
        if not self.calendar.is_working(day):
            day = self.calendar.add(day, 1)
        while True:
            opens, closes = self._hours(day)
            begin = max(start, opens)
            if begin < closes and left <= closes - begin:
                return (begin + left).astimezone(UTC)
            left -= max(closes - begin, NONE)
            day = self.calendar.add(day, 1)

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        zone = self.calendar.timezone
        opens = datetime.combine(day, self.opens, zone)
        closes = datetime.combine(day, self.closes, zone)
        return opens.astimezone(UTC), closes.astimezone(UTC)
