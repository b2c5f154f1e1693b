"""The smallest change that makes an order arrive in time, or fit on a vehicle (R1, R2)."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from policies.findings import Bound, Clearing, Sentence
from tools.book import Case
from tools.orders import conversion, product_of, promise_day
from tools.routes import MEASURES, Fit, Shipping, free, is_on, largest
from tools.routes_load import COLUMNS, open_lines
from tools.rows import Figure, Row
from tools.unknown import NotKnown


def late_clears(shipping: Shipping, promise: date, last: Fit | None, earliest: Figure) -> Clearing:
    """Room on the run that would keep the promise where only its capacity is short; else a date."""
    room = _room(shipping, last) if last is not None and promise >= shipping.plan.today else None
    if room is not None:
        return room
    if earliest.value is None:
        return Clearing(Sentence("Clears with a run that takes the order in time.", {}))
    text = Sentence("Clears with a promise of {earliest} or later.", {"earliest": earliest})
    return Clearing(text, promise_change(shipping.case, earliest.value))


def _room(shipping: Shipping, last: Fit) -> Clearing | None:
    """What the run has to free, where weight or volume is the only test that it fails."""
    run = last.departure.run
    measure = next((m for m in MEASURES if last.failures == (f"capacity_{m}",)), None)
    if measure is None or run.text("status") != "open":
        return None
    needed, capacity = shipping.load.of(measure), run.amount(f"capacity_{measure}")
    used = run.cell(f"used_{measure}")
    if needed.number > capacity or is_on(shipping.case, run):
        return None
    label = needed.id.rsplit(".", 1)[-1]
    excess = Figure(
        f"delivery.{run['run_id']}.to_free_{measure}",
        run.amount(used.column) + needed.number - capacity, measure,
        f"used_{measure} + {label} - capacity_{measure}",
        (used, needed, run.cell(f"capacity_{measure}")),
    )  # fmt: skip
    change = {"kind": "row", "ref": run.ref, "field": used.column,
              "value": format(capacity - needed.number, "f")}  # fmt: skip
    bound: dict[str, Bound] = {"excess": excess, "run": run.cell("run_id")}
    return Clearing(Sentence("Clears with another {excess} free on run {run}.", bound), change)


def promise_change(case: Case, day: object) -> dict[str, Any] | None:
    """The change of one promise to a date, where one is enough; None where several lines differ."""
    if not isinstance(day, date):
        return None
    early = [
        line for line in open_lines(case)
        if (own := promise_day(case.book, line)) is not None and own < day
    ]  # fmt: skip
    return _set_promise(early, day)


def _set_promise(lines: list[Row], day: date) -> dict[str, Any] | None:
    own = [line for line in lines if line.day("promised_on") is not None]
    if not own:
        return {"kind": "order", "field": "promised_on", "value": day.isoformat()}
    if len(lines) > 1:
        return None
    return {"kind": "line", "line_no": int(str(own[0]["line_no"])), "field": "promised_on",
            "value": day.isoformat()}  # fmt: skip


def request_clears(line: Row, requested: Bound, day: date) -> Clearing:
    """A promise on the day that was asked for."""
    text = Sentence("Clears with a promise of {requested} or earlier.", {"requested": requested})
    return Clearing(text, _set_promise([line], day))


def vehicle_clears(shipping: Shipping, runs: Figure) -> Clearing:
    """The order split over runs; for an order of one line, the quantity that one run can take."""
    text = Sentence("Clears when the order is split over {runs}.", {"runs": runs})
    return Clearing(text, _fitting_line(shipping))


def _fitting_line(shipping: Shipping) -> dict[str, Any] | None:
    if len(shipping.load.lines) != 1:
        return None
    line, case = shipping.load.lines[0], shipping.case
    product = product_of(case.book, line)
    try:
        unit = conversion(case.book, line["sku"], line.text("uom"), product.text("base_uom"))
    except NotKnown:
        return None
    most: list[Decimal] = []
    for measure in MEASURES:
        run = largest(shipping.plan.all_runs, measure)
        each = unit.apply(product.amount(COLUMNS[measure]))
        if run is not None and each > 0:
            most.append((run.amount(f"capacity_{measure}") / each).to_integral_value(ROUND_FLOOR))
    if not most:
        return None
    ordered = min(most) + line.amount("shipped_qty") + line.amount("cancelled_qty")
    return {"kind": "line", "line_no": int(str(line["line_no"])), "field": "ordered_qty",
            "value": format(ordered, "f")}  # fmt: skip


def free_of(shipping: Shipping, fit: Fit, name: str) -> Figure | None:
    """What the run has free of the capacity that a failing test names."""
    return free(shipping, fit.departure.run, name.removeprefix("capacity_"))
