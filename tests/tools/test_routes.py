"""Cutoffs and deliveries on the clock of the site: reported and peer cases, and properties."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import Rows, a_case
from tools.orders import ship_day
from tools.routes import Fit, Shipping, shipping


def daily_runs(first: str, count: int = 14) -> Rows:
    start = date.fromisoformat(first)
    days = [start + timedelta(days=n) for n in range(count)]
    return [
        {"run_id": f"N-{day.isoformat()}", "route_id": "N", "departs_on": day.isoformat(),
         "status": "open"} for day in days
    ]  # fmt: skip


def ask(
    as_of: str, *, first: str, lead: str = "1", cutoff: str = "10:00", zone: str = "Europe/Paris",
    weekdays: str = "1,2,3,4,5", delivers: str = "", promise: str = "2031-01-01",
) -> Shipping:  # fmt: skip
    """The order against daily runs of a new route of a site in that zone."""
    moment = datetime.fromisoformat(as_of)
    tables: dict[str, Rows] = {
        "sites": [{"site_id": "S1", "timezone": zone, "working_weekdays": weekdays}],
        "routes": [{"route_id": "N", "site_id": "S1", "cutoff_time": cutoff, "lead_days": lead,
                    "delivery_weekdays": delivers}],
        "route_runs": daily_runs(first),
        "orders": [{"order_id": "SO-1", "route_id": "N", "promised_on": promise}],
    }  # fmt: skip
    return shipping(a_case(tables, as_of=moment))


def earliest(found: Shipping) -> Fit:
    fit = found.earliest()
    assert fit is not None
    return fit


@pytest.mark.parametrize(
    ("as_of", "departs", "delivers"),
    [
        ("2021-10-04T09:59:00+02:00", "2021-10-04", "2021-10-05"),
        ("2021-10-04T10:01:00+02:00", "2021-10-05", "2021-10-06"),
    ],
)
def test_before_the_cutoff_today_and_after_it_tomorrow(
    as_of: str, departs: str, delivers: str
) -> None:
    """D04: Monday 2021-10-04, cutoff of the warehouse 10:00, lead of a day."""
    fit = earliest(ask(as_of, first="2021-10-04"))
    assert fit.departure.day == date.fromisoformat(departs)
    assert fit.delivers == date.fromisoformat(delivers)


def test_the_last_cutoff_is_a_moment_of_the_site() -> None:
    """D06: wanted on Thursday, cutoff 09:00 in Paris: Wednesday 07:00 UTC in summer."""
    found = ask("2021-10-04T08:00:00+02:00", first="2021-10-04", cutoff="09:00")
    last = found.last_chance(date(2021, 10, 7))
    assert last is not None
    assert last.departure.closes_at == datetime.fromisoformat("2021-10-06T07:00:00+00:00")


@pytest.mark.parametrize(
    ("as_of", "lead", "delivers"),
    [
        ("2020-03-26T18:00:00+01:00", "0", "2020-03-27"),
        ("2020-03-27T08:00:00+01:00", "0", "2020-03-27"),
        ("2020-03-27T18:00:00+01:00", "0", "2020-03-30"),
        ("2020-03-28T08:00:00+01:00", "0", "2020-03-30"),
        ("2020-03-23T08:00:00+01:00", "4", "2020-03-27"),
        ("2020-03-23T18:00:00+01:00", "4", "2020-03-30"),
        ("2020-03-24T08:00:00+01:00", "4", "2020-03-30"),
    ],
)
def test_delivery_falls_into_the_weekdays_of_the_window(
    as_of: str, lead: str, delivers: str
) -> None:
    """D07: deliveries on Monday and Friday, cutoff 09:00; the clock changes on 29 March."""
    found = ask(as_of, first="2020-03-23", lead=lead, cutoff="09:00", delivers="1,5")
    assert earliest(found).delivers == date.fromisoformat(delivers)


def test_lead_days_are_added_to_dates_and_not_to_hours() -> None:
    """B28: three days before 31 March 2015 is the 28th, across the change of the clock."""
    tables: dict[str, Rows] = {
        "sites": [{"site_id": "D01", "working_weekdays": ""}],
        "routes": [{"route_id": "R1", "lead_days": "3"}],
        "orders": [{"order_id": "SO-1", "promised_on": "2015-03-31"}],
    }
    case = a_case(tables, as_of=datetime.fromisoformat("2015-03-20T09:00:00+01:00"))
    assert ship_day(case.book, case.lines[0]) == date(2015, 3, 28)
    found = ask("2015-03-28T08:00:00+01:00", first="2015-03-28", lead="3", weekdays="")
    assert earliest(found).delivers == date(2015, 3, 31)


@pytest.mark.parametrize(
    ("as_of", "zone", "today"),
    [
        ("2026-03-03T00:30:00+00:00", "America/Noronha", date(2026, 3, 2)),
        ("2026-03-02T23:30:00+00:00", "Africa/Johannesburg", date(2026, 3, 3)),
    ],
)
def test_a_cutoff_near_midnight_is_on_the_local_day(as_of: str, zone: str, today: date) -> None:
    """B29: 00:30 UTC at UTC-2 is the day before, 23:30 UTC at UTC+2 the day after."""
    found = ask(as_of, first="2026-03-02", zone=zone, cutoff="23:00")
    assert found.plan.today == today
    assert earliest(found).departure.day == today


@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 12, 1)), st.integers(0, 5))
def test_no_change_of_the_clock_moves_a_delivery(start: date, lead: int) -> None:
    """The same local morning in a zone with and in one without daylight saving."""
    deliveries = set()
    for zone, offset in (("Europe/Paris", 1), ("Etc/GMT-1", 1)):
        as_of = f"{start.isoformat()}T09:00:00+0{offset}:00"
        found = ask(as_of, first=start.isoformat(), lead=str(lead), cutoff="18:00", zone=zone)
        deliveries.add((earliest(found).departure.day, earliest(found).delivers))
    assert len(deliveries) == 1


@given(st.integers(min_value=-300, max_value=300), st.integers(0, 6), st.integers(0, 5))
def test_whole_weeks_move_results_by_whole_weeks(weeks: int, day: int, lead: int) -> None:
    start = date(2026, 3, 2) + timedelta(days=day)
    later = start + timedelta(weeks=weeks)
    here, there = (
        earliest(
            ask(f"{d.isoformat()}T09:00:00+01:00", first=d.isoformat(), lead=str(lead),
                cutoff="18:00", zone="Etc/GMT-1", delivers="2,4")
        )
        for d in (start, later)
    )  # fmt: skip
    assert there.delivers - here.delivers == timedelta(weeks=weeks)
    assert there.departure.day - here.departure.day == timedelta(weeks=weeks)


def test_an_unknown_zone_falls_back_to_utc() -> None:
    found = ask(
        "2026-03-02T23:30:00+00:00", first="2026-03-02", zone="Mars/Olympus", cutoff="23:45"
    )
    assert earliest(found).departure.day == date(2026, 3, 2)


def test_a_route_without_a_cutoff_time_is_not_known_on_the_day_itself_only() -> None:
    found = ask("2026-03-02T09:00:00+01:00", first="2026-03-02", cutoff="")
    assert found.fits[0].gap is not None
    assert found.fits[1].fits
