"""Routes of the depots, their runs, and the day on which a departure is delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

from seeds.generator.clock import TODAY, add_workdays, day, works
from seeds.generator.model import Book, Order, dec
from seeds.generator.products import PRODUCTS


@dataclass(frozen=True)
class Route:
    """A route: cutoff on or some working days before departure, lead days, delivery weekdays."""

    route_id: str
    site: str
    name: str
    cutoff: time
    days_before: int
    lead: int
    weekdays: str
    runs_on: str
    capacity: tuple[str, str, int]


ROUTES = {
    r.route_id: r
    for r in (
        Route("R-HH-CITY", "D01", "Hamburg city and suburbs", time(14), 0, 1, "1,2,3,4,5",
              "1,2,3,4,5", ("12000", "42", 22)),
        Route("R-HH-NORTH", "D01", "Coast and Schleswig-Holstein", time(14), 0, 1, "1,2,3,4,5",
              "1,2,3,4,5", ("12000", "42", 18)),
        Route("R-HH-WEST", "D01", "Benelux and northern France", time(12), 1, 2, "1,2,3,4,5",
              "1,2,3,4,5", ("24000", "80", 12)),
        Route("R-HH-VAN", "D01", "Old town van, narrow streets", time(14), 0, 1, "1,2,3,4,5",
              "1,2,3,4,5", ("1200", "8", 12)),
        Route("R-MUC-SOUTH", "D02", "Munich and Upper Bavaria", time(15), 0, 1, "1,2,3,4,5",
              "1,2,3,4,5", ("12000", "42", 20)),
        Route("R-MUC-ALPS", "D02", "Austria and Switzerland", time(11), 1, 2, "2,4",
              "1,2,3,4,5", ("18000", "60", 14)),
        Route("R-MUC-LAKES", "D02", "Lakes, Tuesday and Friday", time(15), 0, 1, "1,2,3,4,5",
              "2,5", ("7500", "30", 14)),
        Route("R-UK-EAST", "D03", "East Anglia", time(15), 0, 1, "1,2,3,4,5",
              "1,2,3,4,5", ("12000", "42", 20)),
        Route("R-UK-LONDON", "D03", "Greater London", time(13), 0, 1, "1,2,3,4,5",
              "1,2,3,4,5", ("7500", "34", 16)),
    )
}  # fmt: skip

FIRST_RUN, LAST_RUN = day("01-12"), day("04-10")

# Runs whose fill is the cause of a route hold: status, used kg, used m3, used stops.
_PLANTED: dict[tuple[str, str], tuple[str, str, str, int]] = {
    ("R-HH-VAN", "03-10"): ("closed", "1120", "6.4", 11),
    ("R-HH-VAN", "03-11"): ("open", "1150", "4.1", 7),
    ("R-HH-VAN", "03-12"): ("open", "610", "7.9", 8),
    ("R-HH-VAN", "03-13"): ("open", "520", "3.2", 12),
    ("R-MUC-LAKES", "03-10"): ("closed", "5230", "21.5", 12),
    ("R-HH-NORTH", "03-17"): ("cancelled", "0", "0", 0),
}


def run_id(route: str, on: date) -> str:
    """The id of a run: route and date."""
    return f"{route.replace('R-', 'RUN-')}-{on:%m%d}"


def delivery(route: Route, departs: date) -> date:
    """Delivery day of a departure: lead days of the depot, then the next delivery weekday."""
    on = add_workdays(route.site, departs, route.lead)
    while str(on.isoweekday()) not in route.weekdays.split(","):
        on += timedelta(days=1)
    return on


def run_days(route: Route, first: date = FIRST_RUN, last: date = LAST_RUN) -> list[date]:
    """Days on which the route has a run."""
    span = (last - first).days + 1
    days = [first + timedelta(days=n) for n in range(span)]
    return [d for d in days if str(d.isoweekday()) in route.runs_on.split(",")]


def load_of(order: Order) -> tuple[Decimal, Decimal]:
    """Weight and volume of the open lines."""
    kg = sum((PRODUCTS[n.sku].kg * n.open_base for n in order.lines), Decimal(0))
    m3 = sum((PRODUCTS[n.sku].m3 * n.open_base for n in order.lines), Decimal(0))
    return kg, m3


def _used(book: Book, run: str) -> tuple[Decimal, Decimal, int]:
    orders = [o for o in book.orders.values() if o.run == run and o.confirmed]
    loads = [load_of(o) for o in orders]
    kg = sum((k for k, _ in loads), Decimal(0))
    m3 = sum((m for _, m in loads), Decimal(0))
    return kg, m3, len({o.ship_to for o in orders})


def _add_run(book: Book, route: Route, on: date) -> None:
    kg, m3, stops = dec(route.capacity[0]), dec(route.capacity[1]), route.capacity[2]
    share = Decimal(book.chance.randint(6, 22)) / 100 if on >= TODAY else Decimal("0.7")
    own_kg, own_m3, own_stops = _used(book, run_id(route.route_id, on))
    status = "open" if on >= TODAY and works(route.site, on) else "closed"
    if not works(route.site, on):
        status = "open" if (route.route_id, on) == ("R-MUC-LAKES", day("03-13")) else "cancelled"
    used = (own_kg + kg * share, own_m3 + m3 * share, own_stops + int(stops * share / 2))
    planted = _PLANTED.get((route.route_id, f"{on:%m-%d}"))
    if planted:
        status, used = planted[0], (dec(planted[1]), dec(planted[2]), planted[3])
    book.add("route_runs", run_id=run_id(route.route_id, on), route_id=route.route_id,
             departs_on=on, status=status, capacity_kg=kg, capacity_m3=m3,
             capacity_stops=stops, used_kg=used[0].quantize(Decimal(1)),
             used_m3=used[1].quantize(Decimal("0.1")), used_stops=used[2])  # fmt: skip


def add_routes(book: Book) -> None:
    """Writes routes and their runs, loaded with the orders that are already on them."""
    for route in ROUTES.values():
        book.add("routes", route_id=route.route_id, site_id=route.site, name=route.name,
                 cutoff_time=route.cutoff, cutoff_days_before=route.days_before,
                 lead_days=route.lead, delivery_weekdays=route.weekdays)  # fmt: skip
        for on in run_days(route):
            if works(route.site, on) or route.route_id == "R-MUC-LAKES":
                _add_run(book, route, on)
