"""The clock of a site: hours of working days, over weekends, holidays and changes of the hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.calendars import SiteCalendar
from tools.working_time import WorkingTime

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = SiteCalendar("D01", BERLIN, True, frozenset({1, 2, 3, 4, 5}), {date(2026, 3, 10): False})
CLOCK = WorkingTime(WEEK, time(9), time(17))
MOMENTS = st.integers(0, 480_000).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("start", "end", "passed"),
    [
        ("2026-03-02T10:00", "2026-03-02T12:30", 2.5),
        ("2026-03-02T07:00", "2026-03-02T20:00", 8),
        ("2026-03-02T16:00", "2026-03-03T10:00", 2),
        ("2026-03-06T16:00", "2026-03-09T10:00", 2),
        ("2026-03-07T10:00", "2026-03-08T10:00", 0),
        ("2026-03-09T16:00", "2026-03-11T10:00", 2),
        ("2026-03-27T16:00", "2026-03-30T10:00", 2),
        ("2026-03-02T12:00", "2026-03-02T10:00", 0),
    ],
)
def test_only_the_hours_of_working_days_count(start: str, end: str, passed: float) -> None:
    assert CLOCK.elapsed(at(start), at(end)) == hours(passed)


@pytest.mark.parametrize(
    ("start", "working", "then"),
    [
        ("2026-03-02T10:00", 8, "2026-03-03T10:00"),
        ("2026-03-02T10:00", 7, "2026-03-02T17:00"),
        ("2026-03-02T15:00", 4, "2026-03-03T11:00"),
        ("2026-03-06T16:00", 2, "2026-03-09T10:00"),
        ("2026-03-07T03:00", 1, "2026-03-09T10:00"),
        ("2026-03-09T16:00", 2, "2026-03-11T10:00"),
        ("2026-03-02T20:00", 1, "2026-03-03T10:00"),
        ("2026-03-27T16:00", 2, "2026-03-30T10:00"),
    ],
)
def test_a_duration_ends_in_the_hours_of_a_working_day(
    start: str, working: float, then: str
) -> None:
    assert CLOCK.after(at(start), hours(working)) == at(then)


@given(start=MOMENTS, minutes=st.integers(1, 20_000))
def test_as_much_time_has_passed_at_the_end_as_was_given(start: datetime, minutes: int) -> None:
    given_time = timedelta(minutes=minutes)
    assert CLOCK.elapsed(start, CLOCK.after(start, given_time)) == given_time


@given(first=MOMENTS, second=MOMENTS, third=MOMENTS)
def test_parts_of_a_stretch_add_up_to_it(
    first: datetime, second: datetime, third: datetime
) -> None:
    a, b, c = sorted((first, second, third))
    assert CLOCK.elapsed(a, b) + CLOCK.elapsed(b, c) == CLOCK.elapsed(a, c)


def test_a_site_that_never_works_is_said_so() -> None:
    never = SiteCalendar("D09", BERLIN, True, frozenset())
    with pytest.raises(ValueError, match="no working day"):
        WorkingTime(never, time(9), time(17)).after(at("2026-03-02T10:00"), hours(1))
