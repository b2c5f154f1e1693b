"""The `delivery` part of a packet: when, by which run, until when to act, what fits now."""

from __future__ import annotations

from datetime import date
from typing import Any

from policies.findings import CheckResult, Section
from tools.book import Case
from tools.routes import MEASURES, Fit, Shipping, free
from tools.routes_load import COLUMNS
from tools.routes_runs import cutoff_figure, delivery_figure
from tools.rows import Cell, Figure
from tools.stock import in_full_on
from tools.unknown import NotKnown

NEXT_RUNS = 2


def no_section(why: str) -> Section:
    """The section where nothing can be said, with the reason."""
    return {"feasible_on": None, "binding_constraint": None, "run_id": None,
            "latest_action_at": None, "why": why, "next_runs": []}  # fmt: skip


def delivery_section(
    found: Shipping, earliest: Fit | None, promised: Cell | None, late: str | None,
    result: CheckResult,
) -> None:  # fmt: skip
    """Fill the section and the shared dates; `late` is the constraint of a late order, or None."""
    section = no_section("")
    section["why"] = None
    goods, fit = _with_goods(found, section)
    binding = late
    if section["why"] is None and _waits(fit, earliest):
        binding = "stock"
    if fit is not None:
        more = (goods,) if goods is not None else ()
        section["feasible_on"] = delivery_figure(
            "feasible_on", found.plan, fit.departure, found.ship_to, *more
        )
        section["run_id"] = fit.departure.run.cell("run_id")
    section["binding_constraint"] = binding
    section["latest_action_at"] = _latest_action(found, promised)
    section |= _loads(found) | {"goods_on": goods, "promise": promised}
    section["earliest_on"] = (
        delivery_figure("earliest_on", found.plan, earliest.departure, found.ship_to)
        if earliest else None
    )  # fmt: skip
    section["next_runs"] = [_run(found, fit) for fit in _next(found)]
    section["fits_now"] = _fits_now(found)
    result.sections["delivery"] = section
    result.shared |= _shared(section, promised)


def _waits(fit: Fit | None, earliest: Fit | None) -> bool:
    """Whether the day of the goods moves the delivery."""
    return earliest is not None and (fit is None or fit.delivers > earliest.delivers)


def _shared(section: Section, promised: Cell | None) -> dict[str, Any]:
    return {
        "feasible_on": _day(section["feasible_on"]), "earliest_on": _day(section["earliest_on"]),
        "promise": promised.row.day(promised.column) if promised else None,
        "latest_action_at": section["latest_action_at"],
    }  # fmt: skip


def _day(figure: Figure | None) -> date | None:
    return figure.value if figure is not None and isinstance(figure.value, date) else None


def _with_goods(found: Shipping, section: Section) -> tuple[Figure | None, Fit | None]:
    """The day of the goods and the run that takes them; a reason where they are not known."""
    try:
        goods = _goods_on(found.case)
        if goods is None:
            return None, found.earliest()
        if not isinstance(goods.value, date):
            return goods, None
        return goods, found.earliest(goods.value)
    except NotKnown as gap:
        section["why"] = f"the day of the goods is not known: {gap.why}"
        return None, None


def _goods_on(case: Case) -> Figure | None:
    """The day on which every open stocked line is there in full; no value where never."""
    days = in_full_on(case)
    if not days:
        return None
    figures = tuple(days[number] for number in sorted(days))
    values = [figure.value for figure in figures if isinstance(figure.value, date)]
    day = max(values) if len(values) == len(figures) else None
    text = "by rule: the latest day on which a line is available in full"
    return Figure("delivery.goods_on", day, "date", text, figures)


def _latest_action(found: Shipping, promised: Cell | None) -> Figure | None:
    due = promised.row.day(promised.column) if promised else None
    last = found.last_chance(due) if due else None
    return cutoff_figure("latest_action_at", found.plan, last.departure) if last else None


def _loads(found: Shipping) -> Section:
    parts: Section = {"lines": []}
    for measure in MEASURES:
        figure = found.load.kg if measure == "kg" else found.load.m3
        parts[COLUMNS[measure]] = figure if isinstance(figure, Figure) else None
    for line in found.load.lines:
        entry: Section = {"line_no": int(str(line["line_no"])), "sku": line.cell("sku")}
        for measure in MEASURES:
            column = COLUMNS[measure]
            entry[column] = _part(parts[column], f"{line.ref.removeprefix('order_lines/')}.")
        parts["lines"].append(entry)
    return parts


def _part(figure: Figure | None, prefix: str) -> Figure | None:
    inputs = figure.inputs if figure is not None else ()
    return next((i for i in inputs if isinstance(i, Figure) and i.id.startswith(prefix)), None)


def _next(found: Shipping) -> list[Fit]:
    """The next runs that have not closed; where all have, the next ones."""
    able = [fit for fit in found.coming if "cutoff" not in fit.failures]
    return (able or found.coming)[:NEXT_RUNS]


def _run(found: Shipping, fit: Fit) -> Section:
    run = fit.departure.run
    return {
        "run_id": run.cell("run_id"), "departs_on": run.cell("departs_on"),
        "delivery_on": delivery_figure(
            f"{run['run_id']}.delivery_on", found.plan, fit.departure, found.ship_to
        ),
        "closes_at": cutoff_figure(f"{run['run_id']}.closes_at", found.plan, fit.departure),
        "free_kg": free(found, run, "kg"), "free_m3": free(found, run, "m3"),
        "free_stops": free(found, run, "stops"),
        "fits": fit.fits, "why_not": fit.failures[0] if fit.failures else None,
    }  # fmt: skip


def _fits_now(found: Shipping) -> Section | None:
    """What the next run that has not closed can take of the order's weight and volume."""
    runs = [fit for fit in found.coming if not {"cutoff", "calendar"} & set(fit.failures)]
    if not runs:
        return None
    run = runs[0].departure.run
    part: Section = {"run_id": run.cell("run_id"), "all": runs[0].fits}
    for measure in MEASURES:
        own = found.load.kg if measure == "kg" else found.load.m3
        left, column = free(found, run, measure), COLUMNS[measure]
        if not isinstance(own, Figure) or left is None:
            part[column] = own if isinstance(own, Figure) else None
            continue
        part[column] = Figure(
            f"delivery.fits_now.{column}_fits", min(own.number, left.number), measure,
            f"min({column}, free_{measure})", (own, left),
        )  # fmt: skip
    return part
