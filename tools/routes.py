"""Which runs take an order, when the earliest delivers, and what excluded those that would do.

Facts for R1 and for the `delivery` part of a packet; weights in kg, volumes in m3, dates local.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools.book import Book, Case
from tools.orders import confirmed, require
from tools.routes_load import COLUMNS, Load, Measure, load_of
from tools.routes_runs import Departure, RoutePlan, delivery_day, route_plan
from tools.rows import Figure, Row, Source
from tools.unknown import NotKnown

MEASURES: tuple[Measure, ...] = ("kg", "m3")


@dataclass(frozen=True, slots=True)
class Fit:
    """A run against an order: its delivery, and every test that it fails, in the rules' order.

    `gap` is what is missing to judge a test that no other failure decides.
    """

    departure: Departure
    delivers: date
    failures: tuple[str, ...]
    gap: NotKnown | None = None

    @property
    def fits(self) -> bool:
        """Whether the run takes the order."""
        return not self.failures and self.gap is None


@dataclass(frozen=True, slots=True)
class Shipping:
    """An order against the runs of its route."""

    case: Case
    plan: RoutePlan
    load: Load
    ship_to: Row | None
    fits: tuple[Fit, ...]
    """Usable runs, also those that have departed, by departure."""

    @property
    def coming(self) -> list[Fit]:
        """The runs that depart today or later."""
        return [fit for fit in self.fits if fit.departure.day >= self.plan.today]

    def earliest(self, goods_on: date | None = None) -> Fit | None:
        """The run that fits, departs on or after the day of the goods, and delivers first.

        The order's own run comes first among those that deliver on the same day.

        Raises:
            NotKnown: whether an earlier run fits cannot be told.
        """
        own = self.case.order.text("run_id")
        runs = [fit for fit in self.coming if goods_on is None or fit.departure.day >= goods_on]
        runs.sort(key=lambda f: (f.delivers, f.departure.run_id != own, f.departure.day))
        for fit in runs:
            if fit.gap is not None and not fit.failures:
                raise fit.gap
            if fit.fits:
                return fit
        return None

    def last_before(self, promise: date) -> Fit | None:
        """Of the runs that would have kept the promise, the one that departs last."""
        return max(
            (fit for fit in self.fits if fit.delivers <= promise),
            key=lambda fit: (fit.departure.day, fit.departure.run_id), default=None,
        )  # fmt: skip

    def last_chance(self, promise: date) -> Fit | None:
        """The run that fits, keeps the promise and closes last."""
        able = [
            f for f in self.coming if f.fits and f.delivers <= promise and f.departure.closes_at
        ]
        return max(able, key=lambda f: (f.departure.closes_on, f.departure.day), default=None)


def shipping(case: Case) -> Shipping:
    """The order against the runs of its route, computed once.

    Raises:
        NotKnown: no route, no run, or a quantity or date that all runs need is missing.
    """
    return case.book.once(("shipping", case.order.ref), lambda: _shipping(case))


def _shipping(case: Case) -> Shipping:
    plan, load = route_plan(case.book, case.order.text("route_id")), load_of(case)
    ship_to = case.book.one("ship_tos", ship_to_id=case.ship_to_id)
    fits = tuple(
        _fit(case, plan, load, departure, delivery_day(plan, departure, ship_to))
        for departure in plan.departures
    )
    return Shipping(case, plan, load, ship_to, fits)


def _fit(case: Case, plan: RoutePlan, load: Load, departure: Departure, delivers: date) -> Fit:
    failures: list[str] = []
    gap: NotKnown | None = None
    tests: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("cutoff", lambda: _is_closed(case.book, plan, departure)),
        ("capacity_kg", lambda: _is_full(case, load, departure.run, "kg")),
        ("capacity_m3", lambda: _is_full(case, load, departure.run, "m3")),
        ("capacity_stops", lambda: _has_no_stop(case, departure.run)),
        ("calendar", lambda: not departure.works),
    )
    for name, fails in tests:
        try:
            if fails():
                failures.append(name)
        except NotKnown as missing:
            gap = gap or missing
    return Fit(departure, delivers, tuple(failures), gap)


def _is_closed(book: Book, plan: RoutePlan, departure: Departure) -> bool:
    if departure.closes_on < plan.today:
        return True
    if departure.closes_on > plan.today:
        return False
    if departure.closes_at is None:
        raise NotKnown(f"cutoff_time of {plan.route.ref} is empty", "routes.cutoff_time")
    return book.as_of > departure.closes_at


def is_on(case: Case, run: Row) -> bool:
    """Whether the order is already on the run, and so within what is used of it."""
    return run.text("run_id") == case.order.text("run_id")


def _is_full(case: Case, load: Load, run: Row, measure: Measure) -> bool:
    if measure == "kg" and run.text("status") == "full":
        return True
    capacity = run.number(f"capacity_{measure}")
    if capacity is None:
        return False
    own, used = load.of(measure).number, require(run, f"used_{measure}")
    if is_on(case, run):
        used = max(used - own, Decimal(0))
    return used + own > capacity


def _ship_tos_on(book: Book, run: Row) -> dict[str, set[str]]:
    def compute() -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for order in book.by("orders", run_id=run["run_id"]):
            if confirmed(order):
                place = order.text("ship_to_id") or str(order["customer_id"])
                found.setdefault(place, set()).add(str(order["order_id"]))
        return found

    return book.once(("ship-tos on run", run.ref), compute)


def added_stops(case: Case, run: Row) -> int:
    """The stops that the order adds to a run: none where its ship-to is on it already."""
    others = _ship_tos_on(case.book, run).get(case.ship_to_id, set()) - {case.order_id}
    return 0 if others else 1


def _has_no_stop(case: Case, run: Row) -> bool:
    capacity = run.number("capacity_stops")
    if capacity is None:
        return False
    added, used = added_stops(case, run), require(run, "used_stops")
    if is_on(case, run):
        used = max(used - added, Decimal(0))
    return used + added > capacity


# --- figures ---------------------------------------------------------------------------------


def free(shipping: Shipping, run: Row, measure: Measure | str) -> Figure | None:
    """What the run has left for the order (kg, m3 or stops), the order itself taken out of it.

    None where the run has no such capacity or its use or the order's own load is not on file.
    """
    case = shipping.case
    capacity, used = run.number(f"capacity_{measure}"), run.number(f"used_{measure}")
    if capacity is None or used is None:
        return None
    inputs: list[Source] = [run.cell(f"capacity_{measure}"), run.cell(f"used_{measure}")]
    taken = f"used_{measure}"
    if is_on(case, run):
        own = _own(shipping, run, measure)
        if own is None:
            return None
        used, inputs = max(used - own.number, Decimal(0)), [*inputs, own]
        taken = f"max(0, used_{measure} - {own.id.rsplit('.', 1)[-1]})"
    return Figure(
        f"delivery.{run['run_id']}.free_{measure}", max(capacity - used, Decimal(0)),
        measure,
        f"max(0, capacity_{measure} - {taken})", tuple(inputs),
    )  # fmt: skip


def _own(shipping: Shipping, run: Row, measure: str) -> Figure | None:
    if measure == "stops":
        return stops_needed(shipping, run)
    found = shipping.load.kg if measure == "kg" else shipping.load.m3
    return None if isinstance(found, NotKnown) else found


def stops_needed(shipping: Shipping, run: Row) -> Figure:
    """The stops that the order needs on the run."""
    return Figure(
        f"delivery.{run['run_id']}.stops", Decimal(added_stops(shipping.case, run)), "stops",
        "by rule: a stop for the ship-to, unless another order of it is on the run",
    )  # fmt: skip


def largest(runs: Iterable[Row], measure: Measure) -> Row | None:
    """The run with the largest capacity; None where a run is without a limit, or there is none.

    Of runs that are alike it is the one whose id comes first.
    """
    rows = list(runs)
    if not rows or any(row.number(f"capacity_{measure}") is None for row in rows):
        return None
    return min(rows, key=lambda row: (-row.amount(f"capacity_{measure}"), row.ref))


def runs_needed(shipping: Shipping) -> Figure | None:
    """How many of the route's largest vehicles the order fills; None where it fits into one."""
    inputs: list[Source] = []
    terms: list[str] = []
    counts: list[Decimal] = []
    for measure in MEASURES:
        found = shipping.load.kg if measure == "kg" else shipping.load.m3
        run = largest(shipping.plan.all_runs, measure)
        if isinstance(found, NotKnown) or run is None:
            continue
        capacity = run.amount(f"capacity_{measure}")
        if capacity > 0 and found.number > capacity:
            counts.append((found.number / capacity).to_integral_value(rounding="ROUND_CEILING"))
            terms.append(f"ceil({COLUMNS[measure]} / capacity_{measure})")
            inputs += [found, run.cell(f"capacity_{measure}")]
    if not counts:
        return None
    formula = terms[0] if len(terms) == 1 else f"max({', '.join(terms)})"
    return Figure("delivery.runs_needed", max(counts), "runs", formula, tuple(inputs))
