"""Local dates and working days of a site."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_book
from tools.calendars import SiteCalendar, next_day

FRIDAY, SATURDAY, MONDAY = date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 9)


def calendar(*days: tuple[str, str], **site: str) -> SiteCalendar:
    rows = [{"site_id": "D01", "day": day, "working": working} for day, working in days]
    book = a_book({"sites": [{"site_id": "D01", **site}], "calendar_days": rows})
    return book.calendar("D01")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_working_day_after_friday_is_monday():
    assert calendar().add(FRIDAY, 1) == MONDAY
    assert calendar().add(MONDAY, -1) == FRIDAY


def test_no_days_give_the_day_itself_although_it_is_none_of_work():
    assert calendar().add(SATURDAY, 0) == SATURDAY


def test_a_holiday_is_no_working_day_and_a_day_named_as_working_is_one():
    found = calendar(("2026-03-09", "false"), ("2026-03-07", "true"))

    assert found.add(FRIDAY, 1) == SATURDAY
    assert found.add(SATURDAY, 1) == date(2026, 3, 10)


def test_working_days_between_leave_out_the_first_and_count_the_last():
    assert calendar().between(FRIDAY, MONDAY) == 1
    assert calendar().between(SATURDAY, MONDAY) == 1
    assert calendar().between(FRIDAY, SATURDAY) == 0
    assert calendar().between(MONDAY, FRIDAY) == -1


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2026-03-02T23:30:00+00:00", "Europe/Berlin", date(2026, 3, 3)),
        ("2026-03-02T22:59:00+00:00", "Europe/Berlin", date(2026, 3, 2)),
        ("2026-07-02T22:30:00+00:00", "Europe/Berlin", date(2026, 7, 3)),
        ("2026-03-02T03:00:00+00:00", "America/New_York", date(2026, 3, 1)),
        ("2026-03-02T23:30:00+00:00", "", date(2026, 3, 2)),
    ],
)
def test_today_is_the_local_date_of_the_site(moment: str, zone: str, day: date):
    assert calendar(timezone=zone).today(at(moment)) == day


def test_an_unknown_time_zone_is_utc_and_says_so():
    found = calendar(timezone="Mars/Olympus")

    assert found.today(at("2026-03-02T23:30:00+00:00")) == date(2026, 3, 2)
    assert not found.known_timezone


def test_a_site_that_is_not_on_file_works_every_day():
    found = a_book().calendar("D77")

    assert found.add(FRIDAY, 1) == SATURDAY


def test_a_site_that_never_works_has_no_next_working_day():
    never = SiteCalendar("D01", calendar().timezone, working=frozenset())

    with pytest.raises(ValueError, match="no working day"):
        never.add(FRIDAY, 1)


def test_a_day_moves_on_to_the_next_weekday_that_is_allowed():
    assert next_day(FRIDAY, frozenset({5})) == FRIDAY
    assert next_day(SATURDAY, frozenset({5})) == date(2026, 3, 13)


days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(days, st.integers(1, 60))
def test_there_and_back_again_never_passes_the_start(day: date, count: int):
    found = calendar()
    there = found.add(day, count)

    assert found.between(day, there) == count
    assert found.is_working(there)
    assert there - day >= timedelta(days=count)


@given(days, st.integers(0, 23), st.integers(0, 59))
def test_no_change_of_the_clock_moves_a_local_date(day: date, hour: int, minute: int):
    found = calendar()
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=found.timezone)

    assert found.today(local) == day
