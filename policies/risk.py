"""Risk: a published sum of terms, each with its points and what it was computed from.

Points and the values at which they are full are settings (`risk` in `rules.yaml`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from policies.holds import active_holds
from policies.settings import Settings
from tools.book import Case
from tools.orders import lines_of, open_quantity, ship_date, ship_day
from tools.rows import Figure, Source
from tools.unknown import NotKnown
from tools.values import order_value

LEVELS = ("low", "medium", "high", "critical")
HOURS_A_DAY = 8


@dataclass(frozen=True, slots=True)
class Risk:
    """Level by score; terms in the order in which they are published."""

    level: str
    score: Figure
    terms: tuple[tuple[str, Figure], ...]


def _setting(name: str, value: Decimal | int, unit: str = "points") -> Figure:
    return Figure(f"setting.risk.{name}", Decimal(value), unit, f"by rule: setting risk.{name}")


def _points(name: str, value: Decimal, formula: str, *inputs: Source) -> Figure:
    floor = max(value, Decimal(0)).to_integral_value(rounding=ROUND_FLOOR)
    return Figure(f"risk.{name}", floor, "points", f"max(0, floor({formula}))", inputs)


def _value(case: Case, settings: Settings) -> Figure | None:
    currency = settings.approval.policy_currency
    try:
        net = order_value(case.book, case.order, currency=currency, on=case.today, gross=False)
    except NotKnown:
        return None
    full = _setting("value_full_at", settings.risk.value_full_at, currency)
    most = _setting("value_points", settings.risk.value_points)
    share = min(Decimal(1), net.number / full.number)
    name = net.id.rsplit(".", 1)[-1]
    return _points(
        "value",
        share * most.number,
        f"min(1, {name} / value_full_at) * value_points",
        net,
        full,
        most,
    )


def _days(case: Case, settings: Settings) -> Figure | None:
    book = case.book
    dated = [
        line for line in lines_of(book, case.order)
        if ship_day(book, line) is not None and line.number("ordered_qty") is not None
        and open_quantity(book, line).number > 0
    ]  # fmt: skip
    if not dated:
        return None
    line = min(dated, key=lambda row: ship_day(book, row) or case.today)
    day = ship_day(book, line) or case.today
    left = Figure(
        "risk.days_left", Decimal((day - case.today).days), "days",
        "by rule: days from the site's date to the earliest ship date", (ship_date(book, line),),
    )  # fmt: skip
    full = _setting("days_full_at", settings.risk.days_full_at, "days")
    most = _setting("days_points", settings.risk.days_points)
    near = 1 - min(Decimal(1), max(Decimal(0), left.number / full.number))
    return _points(
        "days", near * most.number,
        "(1 - min(1, max(0, days_left / days_full_at))) * days_points", left, full, most,
    )  # fmt: skip


def _tier(case: Case, settings: Settings) -> Figure | None:
    customer = case.customer
    tier = customer.text("tier") if customer else None
    if customer is None or tier is None:
        return None
    points = Decimal(settings.risk.tier_points.get(tier, 0))
    return Figure(
        "risk.tier", points, "points", "by rule: setting risk.tier_points", (customer.cell("tier"),)
    )


def _share(name: str, share: Figure | None, most: int) -> Figure | None:
    if share is None:
        return None
    cap = _setting(f"{name}_points", most)
    last = share.id.rsplit(".", 1)[-1]
    value = min(Decimal(1), share.number) * cap.number
    return _points(name, value, f"min(1, {last}) * {name}_points", share, cap)


def _age(case: Case, settings: Settings, primary: str | None) -> Figure | None:
    holds = [row for row in active_holds(case) if row.moment("placed_at")]
    if not holds:
        return None
    calendar = case.book.calendar(case.site_id)
    oldest = min(holds, key=lambda row: row.moment("placed_at") or case.book.as_of)
    placed = oldest.moment("placed_at") or case.book.as_of
    days = max(0, calendar.between(calendar.today(placed), case.today))
    age = Figure(
        "risk.hold_age", Decimal(days), "days",
        "by rule: working days of the site since the oldest hold", (oldest.cell("placed_at"),),
    )  # fmt: skip
    sla = Decimal(str(settings.general.sla_hours.get(primary or "", HOURS_A_DAY))) / HOURS_A_DAY
    allowed = Figure("setting.sla_days", sla, "days", "by rule: setting general.sla_hours in days")
    most = _setting("age_points", settings.risk.age_points)
    value = min(Decimal(1), age.number / allowed.number) * most.number
    return _points("age", value, "min(1, hold_age / sla_days) * age_points", age, allowed, most)


def assess(
    case: Case,
    settings: Settings,
    primary: str | None,
    *,
    overdue_share: Figure | None,
    below_floor: bool,
) -> Risk:
    """The risk of an order; a term whose input is not known is left out."""
    margin = settings.risk.margin_points if below_floor else 0
    named = {
        "value": _value(case, settings),
        "days": _days(case, settings),
        "tier": _tier(case, settings),
        "overdue": _share("overdue", overdue_share, settings.risk.overdue_points),
        "margin": Figure(
            "risk.margin", Decimal(margin), "points", "by rule: points below the floor"
        ),
        "age": _age(case, settings, primary),
    }
    terms = tuple((name, figure) for name, figure in named.items() if figure is not None)
    total = sum((figure.number for _, figure in terms), Decimal(0))
    formula = " + ".join(name for name, _ in terms) or "0"
    score = Figure("risk.score", total, "points", formula, tuple(figure for _, figure in terms))
    level = LEVELS[sum(total >= bound for bound in settings.risk.levels)]
    return Risk(level, score, terms)
