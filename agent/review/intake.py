"""Stage intake: from active holds to cases, duplicates folded, with the SLA clock of a class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from agent.review.classify import Classified
from policies.settings_model import Sla
from tools.calendars import SiteCalendar
from tools.rows import Row
from tools.working_time import WorkingTime

HOURS_A_DAY = 8


@dataclass(frozen=True, slots=True)
class Intake:
    """One case to open: the order, the hold that it answers, and when it is due."""

    order_id: str
    hold_id: str | None
    placed_at: datetime | None
    sla_due_at: datetime | None


def _due(judged: Classified, placed_at: datetime | None) -> datetime | None:
    """The end of the SLA: the working hours of the class after the placement, at the site."""
    if placed_at is None:
        return None
    name = judged.primary or "approval_gap"
    hours = judged.settings.general.sla_hours.get(name, float(HOURS_A_DAY))
    calendar = judged.case.book.calendar(judged.case.site_id)
    return working_time(calendar, judged.settings.sla).after(placed_at, timedelta(hours=hours))


def working_time(calendar: SiteCalendar, sla: Sla) -> WorkingTime:
    """The clock of a site by the rules."""
    return WorkingTime(calendar, time.fromisoformat(sla.opens), time.fromisoformat(sla.closes))


def _first(holds: Iterable[Row]) -> Row | None:
    return min(holds, key=lambda row: str(row["placed_at"]), default=None)


def intake(judged: Classified) -> Intake:
    """The case of one order: several holds on it are one case, the oldest starts the clock."""
    oldest = _first(check.hold for check in judged.holds)
    placed = oldest.moment("placed_at") if oldest else None
    hold_id = oldest.text("hold_id") if oldest else None
    return Intake(judged.case.order_id, hold_id, placed, _due(judged, placed))
