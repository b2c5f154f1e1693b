"""The pinned moment of the demo and the working days of the three depots."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
LONDON = ZoneInfo("Europe/London")
AS_OF = datetime(2026, 3, 10, 13, 15, tzinfo=BERLIN)
TODAY = AS_OF.date()

ZONE = {"D01": BERLIN, "D02": BERLIN, "D03": LONDON}

CLOSED_DAYS: dict[str, dict[date, str]] = {
    "D01": {
        date(2025, 12, 25): "Christmas Day",
        date(2025, 12, 26): "Second day of Christmas",
        date(2026, 1, 1): "New Year",
        date(2026, 4, 3): "Good Friday",
        date(2026, 4, 6): "Easter Monday",
        date(2026, 5, 1): "Labour Day",
    },
    "D02": {
        date(2025, 12, 25): "Christmas Day",
        date(2025, 12, 26): "Second day of Christmas",
        date(2026, 1, 1): "New Year",
        date(2026, 1, 6): "Epiphany (Bavaria)",
        date(2026, 3, 13): "Annual stocktake, depot closed",
        date(2026, 4, 3): "Good Friday",
        date(2026, 4, 6): "Easter Monday",
        date(2026, 5, 1): "Labour Day",
    },
    "D03": {
        date(2025, 12, 25): "Christmas Day",
        date(2025, 12, 26): "Boxing Day",
        date(2026, 1, 1): "New Year's Day",
        date(2026, 4, 3): "Good Friday",
        date(2026, 4, 6): "Easter Monday",
        date(2026, 5, 4): "Early May bank holiday",
    },
}

EXTRA_DAYS: dict[str, dict[date, str]] = {
    "D01": {date(2026, 3, 28): "Saturday shift before Easter"},
    "D02": {date(2026, 3, 28): "Saturday shift before Easter"},
    "D03": {},
}


def day(text: str) -> date:
    """A date from `MM-DD` of 2026 or a full ISO date."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def at(text: str, site: str = "D01") -> datetime:
    """A local moment of a depot from `MM-DD HH:MM` of 2026."""
    moment = datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M")  # noqa: DTZ007
    return moment.replace(tzinfo=ZONE[site])


def works(site: str, on: date) -> bool:
    """Whether the depot works on that day."""
    if on in EXTRA_DAYS[site]:
        return True
    return on.weekday() < 5 and on not in CLOSED_DAYS[site]


def add_workdays(site: str, start: date, days: int) -> date:
    """The day that lies `days` working days of the depot after (or before) `start`."""
    step = timedelta(days=1 if days >= 0 else -1)
    left = abs(days)
    while left:
        start += step
        left -= works(site, start)
    return start


def workdays_between(site: str, first: date, last: date) -> list[date]:
    """Every working day of the depot from `first` to `last`, both included."""
    span = (last - first).days + 1
    return [d for d in (first + timedelta(days=n) for n in range(span)) if works(site, d)]
