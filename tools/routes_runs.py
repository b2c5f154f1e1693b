"""The runs of a route in the calendar and clock of its site: cutoff and delivery of each.

Everything is a local date or a local moment of the site, so daylight saving moves no date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tools.book import Book
from tools.calendars import ALL_WEEKDAYS, SiteCalendar, weekdays
from tools.orders import filled
from tools.rows import Cell, Figure, Row, Source
from tools.unknown import NotKnown

USABLE = frozenset({"open", "full"})
"""Statuses of runs that are looked at; a closed or cancelled run is none."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A run of a route: its day, when it closes, and when it delivers at the earliest.

    `closes_at` is None where the route names no cutoff time; `arrives` is before weekdays of
    delivery and receiving are looked at.
    """

    run: Row
    day: date
    closes_on: date
    closes_at: datetime | None
    works: bool
    arrives: date

    @property
    def run_id(self) -> str:
        """The run's id."""
        return str(self.run["run_id"])


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """A route with its site's calendar and its runs, earliest first."""

    route: Row
    calendar: SiteCalendar
    today: date
    departures: tuple[Departure, ...]
    all_runs: tuple[Row, ...]

    @property
    def coming(self) -> list[Departure]:
        """The usable runs that depart today or later."""
        return [departure for departure in self.departures if departure.day >= self.today]


def route_plan(book: Book, route_id: str | None) -> RoutePlan:
    """The plan of a route, computed once.

    Raises:
        NotKnown: no route, no run from today on, or a cell that dates need is empty.
    """
    if route_id is None:
        raise NotKnown("the order names no route", "orders.route_id")
    route = book.one("routes", route_id=route_id)
    if route is None:
        raise NotKnown(f"route {route_id} is not on file", "routes")
    return book.once(("route", route_id), lambda: _plan(book, route))


def _plan(book: Book, route: Row) -> RoutePlan:
    calendar = book.calendar(route.text("site_id"))
    today = calendar.today(book.as_of)
    runs = book.by("route_runs", route_id=route["route_id"])
    days = [day for run in runs if (day := run.day("departs_on")) is not None]
    if not any(day >= today for day in days):
        raise NotKnown(f"no run of {route.ref} departs today or later", "route_runs")
    usable = [run for run in runs if run.text("status") in USABLE and run.day("departs_on")]
    found = [_departure(book, route, calendar, run) for run in usable]
    found.sort(key=lambda departure: (departure.day, departure.run_id))
    return RoutePlan(route, calendar, today, tuple(found), tuple(runs))


def _departure(book: Book, route: Row, calendar: SiteCalendar, run: Row) -> Departure:
    day, lead = run.day("departs_on"), route.number("lead_days")
    if day is None or lead is None:
        raise NotKnown(f"lead_days of {route.ref} is empty", "routes.lead_days")
    before = route.number("cutoff_days_before")
    days_before = int(before) if before is not None else book.conventions.route_closing_days
    try:
        closes, arrives = calendar.add(day, -days_before), calendar.add(day, int(lead))
    except ValueError as error:
        raise NotKnown(f"the site of {route.ref} has no working day", "calendar_days") from error
    time = route["cutoff_time"]
    moment = None
    if time is not None:
        moment = datetime.fromisoformat(f"{closes.isoformat()}T{time}")
        moment = moment.replace(tzinfo=calendar.timezone)
    return Departure(run, day, closes, moment, calendar.is_working(day), arrives)


def delivery_day(plan: RoutePlan, departure: Departure, ship_to: Row | None) -> date:
    """When a run delivers to a ship-to: moved on to a weekday of delivery and of receiving.

    Raises:
        NotKnown: there is no such weekday.
    """
    allowed = weekdays(plan.route.text("delivery_weekdays"))
    allowed &= weekdays(ship_to.text("receiving_weekdays") if ship_to else None)
    if not allowed:
        raise NotKnown(
            f"{plan.route.ref} never delivers on a day when the ship-to receives",
            "routes.delivery_weekdays", "ship_tos.receiving_weekdays",
        )  # fmt: skip
    day = departure.arrives
    return day if allowed == ALL_WEEKDAYS else _moved_on(day, allowed)


def _moved_on(day: date, allowed: frozenset[int]) -> date:
    while day.isoweekday() not in allowed:
        day = date.fromordinal(day.toordinal() + 1)
    return day


def delivery_figure(
    name: str, plan: RoutePlan, departure: Departure, ship_to: Row | None, *more: Source
) -> Figure:
    """The delivery date of a run as the figure `delivery.<name>`."""
    cells: list[Cell] = [
        departure.run.cell("departs_on"), plan.route.cell("lead_days"),
        plan.route.cell("delivery_weekdays"),
    ]  # fmt: skip
    if ship_to is not None:
        cells.append(ship_to.cell("receiving_weekdays"))
    return Figure(
        f"delivery.{name}", delivery_day(plan, departure, ship_to), "date",
        "by rule: departs_on plus lead_days working days of the site, moved on to a weekday of "
        "delivery and of receiving",
        (*filled(cells), *more),
    )  # fmt: skip


def cutoff_figure(name: str, plan: RoutePlan, departure: Departure) -> Figure:
    """The moment when a run closes, local to the site, as the figure `delivery.<name>`."""
    moment = departure.closes_at
    cells = [
        departure.run.cell("departs_on"), plan.route.cell("cutoff_time"),
        plan.route.cell("cutoff_days_before"),
    ]  # fmt: skip
    return Figure(
        f"delivery.{name}", moment, "moment",
        "by rule: cutoff_time on departs_on, cutoff_days_before working days earlier, local time",
        filled(cells),
    )  # fmt: skip
