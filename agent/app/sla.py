"""The functions behind `sla`, the SLA columns of the queue, and escalation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from agent.app.desk_place import desk_place
from agent.app.home import Home, open_home
from agent.app.output import counted, emit_json, say, table, words
from agent.desk.models import Packet
from agent.desk.sla import Clock, clocks, escalate
from agent.desk.store import Desk
from agent.review.intake import working_time
from policies.settings import Rules, for_company
from tools.calendars import site_calendar
from tools.evidence import look_up
from tools.rows import make_row
from tools.snapshot import Snapshot
from tools.working_time import WorkingTime

EXECUTIVE = "executive"


@dataclass
class Sites:
    """The working time of each site of a snapshot."""

    rules: Rules
    sites: dict[str, dict[str, Any]]
    days: list[dict[str, Any]]

    @classmethod
    def of(cls, snapshot: Snapshot, rules: Rules, as_of: datetime) -> Sites:
        """Read the sites with their calendars."""
        found = {str(row["site_id"]): row for row in look_up(snapshot, "sites_on_file", as_of)}
        return cls(rules, found, look_up(snapshot, "days_on_file", as_of))

    def working(self, packet: Packet | None) -> WorkingTime:
        """The working time of the site of a packet; without one, every day in UTC."""
        order = packet.body.get("order", {}) if packet is not None else {}
        site_id = str(order.get("site_id") or "")
        row = self.sites.get(site_id)
        days = [make_row("calendar_days", ("site_id", "day"), d)
                for d in self.days if d["site_id"] == site_id]  # fmt: skip
        site = make_row("sites", ("site_id",), row) if row else None
        calendar = site_calendar(site_id or None, site, days)
        return working_time(calendar, for_company(self.rules, order.get("company_id")).sla)


def read_clocks(home: Home, desk: Desk, as_of: datetime) -> list[Clock]:
    """The clocks of the open cases, the most urgent first."""
    sites = Sites.of(home.snapshot(), home.rules(), as_of)
    with desk.read(one_state=True) as session:
        found = clocks(session, sites.working, as_of)
    latest = datetime.max.replace(tzinfo=as_of.tzinfo)
    return sorted(found, key=lambda one: (one.due_at or latest, one.order_id))


def escalate_late(home: Home, desk: Desk, as_of: datetime) -> list[str]:
    """Escalate every case that has used its share of the time; the orders escalated now."""
    rules = home.rules().sla
    named = {str(name): role for name, role in rules.escalate_to.items()}
    late = [
        (one, named.get(one.primary, EXECUTIVE))
        for one in read_clocks(home, desk, as_of)
        if not one.escalated_to and not one.waits_for_information
        and one.past(rules.escalate_after_pct)
    ]  # fmt: skip
    return escalate(desk, late)


def by_order(home: Home, as_of: datetime) -> dict[str, dict[str, Any]]:
    """How the SLA of each open case stands, by order."""
    desk = desk_place(home.path).open()
    found = {one.order_id: _standing(one, as_of) for one in read_clocks(home, desk, as_of)}
    desk.close()
    return found


def _standing(clock: Clock, as_of: datetime) -> dict[str, Any]:
    due, shown = clock.due_at, clock.state
    if due and clock.state == "running":
        local = due.astimezone(as_of.tzinfo)
        shown = local.strftime("%H:%M" if local.date() == as_of.date() else "%d %b")
    return {
        "state": clock.state,
        "due_at": due.isoformat() if due else None,
        "shown": shown if due else "",
    }


def _local(moment: datetime, as_of: datetime) -> str:
    return moment.astimezone(as_of.tzinfo).strftime("%d %b %H:%M")


def case_json(clock: Clock) -> dict[str, Any]:
    """A clock as plain JSON; minutes are working time of the site."""
    return {
        "case_id": clock.case_id, "order_id": clock.order_id, "primary": clock.primary or None,
        "owner": clock.owner_role, "user_id": clock.owner or None,
        "started_at": clock.started_at.isoformat(), "state": clock.state,
        "allowed_minutes": _minutes(clock.allowed), "used_minutes": _minutes(clock.used),
        "paused_minutes": _minutes(clock.paused),
        "due_at": clock.due_at.isoformat() if clock.due_at else None, "breached": clock.breached,
        "escalated_to": clock.escalated_to or None,
        "escalated_at": clock.escalated_at.isoformat() if clock.escalated_at else None,
    }  # fmt: skip


def workload(found: Sequence[Clock]) -> list[dict[str, Any]]:
    """Open cases of each owner, with those breached and those that wait for information."""

    def count(which: Callable[[Clock], bool]) -> Counter[tuple[str, str]]:
        return Counter((one.owner_role, one.owner) for one in found if which(one))

    every = count(lambda _: True)
    breached, paused = count(lambda one: one.breached), count(lambda one: one.waits_for_information)
    return [
        {"owner": role, "user_id": user or None, "open": many, "breached": breached[role, user],
         "paused": paused[role, user]}
        for (role, user), many in sorted(every.items(), key=lambda item: (-item[1], item[0]))
    ]  # fmt: skip


def show_sla(where: Path, as_of_text: str | None, json: bool) -> None:
    """Print the clocks of the open cases and the workload of their owners."""
    home = open_home(where)
    as_of, place = home.as_of(as_of_text), desk_place(home.path)
    found: list[Clock] = []
    if place.exists:
        desk = place.open()
        found = read_clocks(home, desk, as_of)
        desk.close()
    if json:
        emit_json({"as_of": as_of.isoformat(), "cases": [case_json(one) for one in found],
                   "workload": workload(found)})  # fmt: skip
        return
    if not found:
        say("no open cases; holddesk work opens them")
        return
    late = sum(one.breached for one in found)
    title = f"{counted(len(found), 'open case')}, {late} breached, as of {as_of.isoformat()}"
    say(table(title, ("order", "owner", "state", ">used", ">paused", ">allowed", "due",
                      "escalated to"), [_line(one, as_of) for one in found]))  # fmt: skip
    say(table("\nworkload", ("owner", "who", ">open", ">breached", ">paused"),
              [(words(row["owner"]), row["user_id"] or "", row["open"], row["breached"],
                row["paused"]) for row in workload(found)]))  # fmt: skip


def _line(one: Clock, as_of: datetime) -> tuple[object, ...]:
    due = _local(one.due_at, as_of) if one.due_at else ""
    return (one.order_id, words(one.owner_role), one.state, hours(one.used), hours(one.paused),
            hours(one.allowed), due, words(one.escalated_to))  # fmt: skip


def hours(duration: timedelta | None) -> str:
    """Working time as hours and minutes."""
    minutes = _minutes(duration)
    return "" if minutes is None else f"{minutes // 60} h {minutes % 60:02d}"


def _minutes(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds() // 60)
