"""route_risk: which run still takes the order, and when it arrives.

Not said by the rules, and taken as the product does: an order with nothing to load is not judged;
`already_late` stands in place of `late`; any run that departs today or later, even a cancelled
one, keeps the class known; the largest vehicle is looked for among all runs of the route; a run
that has departed may name the binding constraint; where the use of a run with a capacity is not on
file, that run is not known, unless an earlier one fits or another test excludes it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from evals.oracle.calendar import clock, shift, today, weekday_set, works
from evals.oracle.model import CONFIRMED, ZERO, Books, Gap, Row, Verdict, day, number, text
from evals.oracle.orders import base_quantity, lines_of, now_of, open_quantity, promise, ship_to
from evals.oracle.shares import asker_of, is_stocked, shares

KIND = "route_risk"


@dataclass(frozen=True)
class Fit:
    """A run held against an order: its days, what it fails, and what hides whether it fits."""

    run: Row
    leaves: date
    delivers: date
    failures: tuple[str, ...]
    gap: bool


class Plan:
    """A route, its runs and an order."""

    def __init__(self, books: Books, order: Row, lines: list[Row]):
        self.books, self.order = books, order
        self.route = books.need("routes", route_id=text(order, "route_id"))
        self.site = text(self.route, "site_id")
        self.now = today(books, self.site)
        self.runs = books.rows("route_runs", route_id=self.route["route_id"])
        if not any((d := day(r, "departs_on")) and d >= self.now for r in self.runs):
            raise Gap("route_runs")
        self.lines = [line for line in lines if is_stocked(books, line)]
        usable = [r for r in self.runs if text(r, "status") in ("open", "full")]
        self.fits = [self.fit(r) for r in usable if text(r, "departs_on")]

    def load(self, size: str) -> Fraction:
        """Weight or volume of the open stocked lines."""
        column = "weight_kg" if size == "kg" else "volume_m3"
        value = ZERO
        for line in self.lines:
            product = self.books.need("products", sku=text(line, "sku"))
            units = base_quantity(self.books, line, open_quantity(line))
            value += units * number(product, column)
        return value

    def fit(self, run: Row) -> Fit:
        """Hold a run against the order, every test in the order of the rules."""
        failures, gap = [], False
        leaves = date.fromisoformat(run["departs_on"])
        for name in ("cutoff", "capacity_kg", "capacity_m3", "capacity_stops", "calendar"):
            try:
                if self.fails(name, run, leaves):
                    failures.append(name)
            except Gap:
                gap = True
        return Fit(run, leaves, self.delivery(leaves), tuple(failures), gap)

    def fails(self, name: str, run: Row, leaves: date) -> bool:
        """Apply one test to a run."""
        if name == "cutoff":
            return self.is_closed(leaves)
        if name == "calendar":
            return not works(self.books, self.site, leaves)
        size = name.removeprefix("capacity_")
        if size == "kg" and text(run, "status") == "full":
            return True
        if not text(run, name):
            return False
        asked = self.stops(run) if size == "stops" else self.load(size)
        used = number(run, f"used_{size}")
        if text(self.order, "run_id") == run["run_id"]:
            used = max(ZERO, used - asked)
        return used + asked > number(run, name)

    def is_closed(self, leaves: date) -> bool:
        """Say whether the last moment to join a run has passed."""
        before = int(number(self.route, "cutoff_days_before", ZERO))
        closes = shift(self.books, self.site, leaves, -before)
        if closes != self.now:
            return closes < self.now
        if not text(self.route, "cutoff_time"):
            raise Gap("routes.cutoff_time")
        return self.books.as_of > clock(self.books, self.site, closes, self.route["cutoff_time"])

    def stops(self, run: Row) -> Fraction:
        """The stops that the order adds to a run."""
        for other in self.books.rows("orders", run_id=run["run_id"]):
            aboard = text(other, "status") in CONFIRMED and ship_to(other) == ship_to(self.order)
            if aboard and other["order_id"] != self.order["order_id"]:
                return ZERO
        return Fraction(1)

    def delivery(self, leaves: date) -> date:
        """The day on which a run delivers to the order's ship-to."""
        on = shift(self.books, self.site, leaves, int(number(self.route, "lead_days")))
        place = self.books.one("ship_tos", ship_to_id=ship_to(self.order))
        wanted = (
            weekday_set(self.route, "delivery_weekdays"),
            weekday_set(place, "receiving_weekdays"),
        )
        for _ in range(7):
            if all(not days or str(on.isoweekday()) in days for days in wanted):
                return on
            on += timedelta(days=1)
        raise Gap("routes.delivery_weekdays")

    def earliest(self, ready: date) -> Fit | None:
        """The first delivery of a run that fits and departs on or after a day."""
        own = text(self.order, "run_id")
        runs = [f for f in self.fits if f.leaves >= max(ready, self.now)]
        for fit in sorted(runs, key=lambda f: (f.delivers, f.run["run_id"] != own, f.leaves)):
            if fit.gap and not fit.failures:
                raise Gap("route_runs")
            if not fit.failures:
                return fit
        return None

    def exceeds(self) -> bool:
        """Say whether the order is larger than the largest vehicle."""
        for size in ("kg", "m3"):
            limits = [text(r, f"capacity_{size}") for r in self.runs]
            try:
                largest = max(Fraction(x) for x in limits) if all(limits) else ZERO
                if largest and self.load(size) > largest:
                    return True
            except Gap:
                continue
        return False

    def binding(self, due: date) -> str:
        """What excluded the last run that would have kept the promise."""
        kept = [f for f in self.fits if f.delivers <= due]
        last = max(kept, key=lambda f: (f.leaves, f.run["run_id"]), default=None)
        return last.failures[0] if last and last.failures else "no_run"


def judge(books: Books, order: Row, verdict: Verdict) -> None:
    """R1 and R2 of one order."""
    try:
        lines = [line for line in lines_of(books, order) if open_quantity(line) > 0]
        promised_later(order, lines, verdict)
        if not books.has("routes") or not books.has("route_runs"):
            raise Gap("routes")
        if lines:
            plan = Plan(books, order, lines)
            if plan.lines:
                judge_runs(plan, lines, verdict)
    except Gap:
        verdict.unknown.add(KIND)


def promised_later(order: Row, lines: list[Row], verdict: Verdict) -> None:
    """R2: promised after the day that was asked for; of a line where it says either."""
    for line in lines:
        asked = day(line, "requested_on") or day(order, "requested_on")
        due = day(line, "promised_on") or day(order, "promised_on")
        if asked and due and due > asked:
            own = text(line, "requested_on") or text(line, "promised_on")
            verdict.find(KIND, "promise_after_request", line["line_no"] if own else None)


def judge_runs(plan: Plan, lines: list[Row], verdict: Verdict) -> None:
    """R1: the earliest delivery of a run that fits, against the promise."""
    due = min((d for line in lines if (d := promise(plan.order, line))), default=None)
    if plan.exceeds():
        verdict.find(KIND, "exceeds_vehicle")
    earliest = plan.earliest(plan.now)
    figures = verdict.figures.setdefault("delivery", {})
    figures["binding_constraint"] = None
    if due and (earliest is None or earliest.delivers > due):
        figures["binding_constraint"] = plan.binding(due)
        verdict.find(KIND, "late" if due >= plan.now else "already_late")
    feasible(plan, lines, earliest, figures)
    if due is None:
        raise Gap("orders.promised_on")


def feasible(
    plan: Plan, lines: list[Row], earliest: Fit | None, figures: dict[str, object]
) -> None:
    """Find the earliest delivery once every open line is there in full."""
    books, order = plan.books, plan.order
    now = now_of(books, order)
    try:
        ready = [
            shares(books, asker_of(books, order, line, now)).in_full_on() for line in plan.lines
        ]
        fit = None if None in ready else plan.earliest(max(d for d in ready if d))
    except Gap:
        return
    figures["feasible_on"] = fit.delivers if fit else None
    if earliest and (fit is None or fit.delivers > earliest.delivers):
        figures["binding_constraint"] = "stock"
