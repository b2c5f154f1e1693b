"""Whether a run delivers the order by its promise (R1), and the promise by the request (R2)."""

from __future__ import annotations

from datetime import date

from policies.checks.route_clearing import (
    free_of,
    late_clears,
    request_clears,
    vehicle_clears,
)
from policies.checks.route_section import delivery_section, no_section
from policies.findings import Bound, CheckResult, DataNote, Finding, Sentence, Unknown
from policies.settings import ExceptionClass, Settings
from tools.book import Case
from tools.orders import promise
from tools.routes import Fit, Shipping, runs_needed, shipping, stops_needed
from tools.routes_load import open_lines
from tools.routes_runs import cutoff_figure, delivery_figure
from tools.rows import Cell, Figure, Row
from tools.unknown import NotKnown

CLS: ExceptionClass = "route_risk"


def check(case: Case, settings: Settings) -> CheckResult:
    """Judge the delivery of one order; section `delivery`, and its dates in `shared`."""
    result = CheckResult(notes=_unknown_zones(case))
    for table in ("routes", "route_runs"):
        if not case.book.present(table):
            why = f"there is no table {table}"
            result.not_known.append(Unknown(CLS, (table,), why))
    try:
        lines = open_lines(case)
        result.findings += _after_request(case, lines)
        if not result.not_known:
            _judge(case, lines, result)
    except NotKnown as gap:
        result.not_known.append(Unknown(CLS, gap.missing, gap.why))
    if "delivery" not in result.sections:
        why = result.not_known[0].why if result.not_known else "nothing is left to deliver"
        result.sections["delivery"] = no_section(why)
    return result


def _unknown_zones(case: Case) -> list[DataNote]:
    """A note for the site of the order and of the route, where its time zone is not known."""
    route = case.book.one("routes", route_id=case.order["route_id"])
    sites = dict.fromkeys((case.site_id, route.text("site_id") if route else None))
    notes = []
    for site_id in sites:
        site = case.book.one("sites", site_id=site_id) if site_id else None
        if site is not None and not case.book.calendar(site_id).known_timezone:
            bound = {"site": site.cell("site_id"), "timezone": site.cell("timezone")}
            text = "Site {site} has the unknown time zone {timezone}; its dates are those of UTC."
            notes.append(DataNote("unknown_timezone", Sentence(text, bound), (site,)))
    return notes


def _judge(case: Case, lines: list[Row], result: CheckResult) -> None:
    """R1, for an order with something to load."""
    found = shipping(case) if lines else None
    if found is None or not found.load.lines:
        return
    needed = runs_needed(found)
    if needed is not None:
        result.findings.append(_exceeds(found, needed))
    earliest = found.earliest()
    promised = earliest_promise(case, lines)
    due = promised.row.day(promised.column) if promised else None
    late = due is not None and (earliest is None or earliest.delivers > due)
    binding = _binding(found, due) if late and due else None
    delivery_section(found, earliest, promised, binding, result)
    if due is None or promised is None:
        raise NotKnown("no line that is open has a promise", "orders.promised_on")
    if late:
        result.findings.insert(0, _late(found, earliest, promised, due, binding or "no_run"))


def earliest_promise(case: Case, lines: list[Row]) -> Cell | None:
    """The earliest promise among the open lines."""
    cells = [cell for line in lines if (cell := promise(case.book, line)) is not None]
    return min(cells, key=lambda cell: cell.row.day(cell.column) or date.max, default=None)


def _binding(found: Shipping, due: date) -> str:
    """What excluded the last run that would have kept the promise."""
    last = found.last_before(due)
    return last.failures[0] if last is not None and last.failures else "no_run"


def _late(
    found: Shipping, earliest: Fit | None, promised: Cell, due: date, binding: str
) -> Finding:
    last = found.last_before(due)
    day = _earliest_figure(found, earliest)
    past = due < found.plan.today
    bound: dict[str, Bound] = {"promise": promised}
    if earliest is None:
        text = "No run on file takes the order; the promise is {promise}"
    else:
        bound["earliest"] = day
        text = "The earliest delivery is {earliest}, after the promise {promise}"
    text += ", which is past already" if past else ""
    reason, more = _reason(found, last, binding)
    values: dict[str, Bound | str | int | None] = {
        "earliest_on": day if earliest else None, "promise": promised,
        "binding_constraint": binding, **more,
    }  # fmt: skip
    return Finding(
        CLS, "already_late" if past else "late",
        Sentence(f"{text}{reason}.", {**bound, **more}),
        late_clears(found, due, last, day), values=values,
        citations=_cited(found, *(fit for fit in (last, earliest) if fit)),
    )  # fmt: skip


def _earliest_figure(found: Shipping, earliest: Fit | None) -> Figure:
    if earliest is None:
        return Figure("delivery.earliest_on", None, "date", "by rule: no run on file fits")
    return delivery_figure("earliest_on", found.plan, earliest.departure, found.ship_to)


def _reason(found: Shipping, last: Fit | None, binding: str) -> tuple[str, dict[str, Bound]]:
    """The end of the sentence: what keeps the last run that would do from taking the order."""
    if last is None or binding == "no_run":
        return "; no run on file would keep it", {}
    run = last.departure.run
    bound: dict[str, Bound] = {"run": run.cell("run_id")}
    if binding == "cutoff":
        if last.departure.closes_at is None:
            return "; run {run} has departed", bound
        closed = cutoff_figure(f"{run['run_id']}.cutoff", found.plan, last.departure)
        return "; run {run} closed at {cutoff}", {**bound, "cutoff": closed}
    if binding == "calendar":
        bound["departs_on"] = run.cell("departs_on")
        return "; on {departs_on}, when run {run} departs, the site does not work", bound
    if run.text("status") == "full" and binding == "capacity_kg":
        return "; run {run} is full", {**bound}
    return _capacity_reason(found, last, binding, bound)


def _capacity_reason(
    found: Shipping, last: Fit, binding: str, bound: dict[str, Bound]
) -> tuple[str, dict[str, Bound]]:
    measure = binding.removeprefix("capacity_")
    left = free_of(found, last, binding)
    needed = (
        stops_needed(found, last.departure.run) if measure == "stops"
        else found.load.of("kg" if measure == "kg" else "m3")
    )  # fmt: skip
    if left is None:
        return "; run {run} cannot take it", bound
    return "; run {run} has {free} free of {needed} needed", {
        **bound, "free": left, "needed": needed,
    }  # fmt: skip


def _exceeds(found: Shipping, needed: Figure) -> Finding:
    bound: dict[str, Bound] = {"runs": needed}
    parts = []
    for name, item in (("weight", found.load.kg), ("volume", found.load.m3)):
        if isinstance(item, Figure):
            bound[name] = item
            parts.append(f"{{{name}}}")
    text = f"The order of {' and '.join(parts)} is larger than any vehicle of the route: {{runs}}."
    return Finding(
        CLS, "exceeds_vehicle", Sentence(text, bound), vehicle_clears(found, needed),
        values=dict(bound), citations=_cited(found),
    )  # fmt: skip


def _cited(found: Shipping, *fits: Fit) -> tuple[Row, ...]:
    rows = [fit.departure.run for fit in fits]
    rows += [found.plan.route, found.case.order, *found.load.lines]
    return tuple({row.ref: row for row in rows}.values())


def _after_request(case: Case, lines: list[Row]) -> list[Finding]:
    """R2, once for each pair of promise and request."""
    findings: dict[tuple[str, str], Finding] = {}
    for line in lines:
        promised = next((row.cell("promised_on") for row in (line, case.order)
                         if row.day("promised_on") is not None), None)  # fmt: skip
        requested = next((row.cell("requested_on") for row in (line, case.order)
                          if row.day("requested_on") is not None), None)  # fmt: skip
        if promised is None or requested is None:
            continue
        asked = requested.row.day(requested.column)
        given = promised.row.day(promised.column)
        if asked is not None and given is not None and given > asked:
            key = (promised.id, requested.id)
            findings.setdefault(key, _request_finding(line, promised, requested, asked))
    return list(findings.values())


def _request_finding(line: Row, promised: Cell, requested: Cell, asked: date) -> Finding:
    own = "order_lines" in (promised.row.table, requested.row.table)
    bound: dict[str, Bound] = {"promise": promised, "requested": requested}
    return Finding(
        CLS, "promise_after_request",
        Sentence("The promise {promise} is after the day asked for, {requested}.", bound),
        request_clears(line, requested, asked),
        line_no=int(str(line["line_no"])) if own else None,
        severity="low", values=dict(bound), citations=(line,),
    )  # fmt: skip
