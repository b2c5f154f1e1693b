"""The function behind `work`: open the cases of held orders, and say what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from agent.app.home import Home, open_home
from agent.app.output import counted, emit_json, say
from agent.app.reviewing import Selection, select
from agent.app.sla import escalate_late
from agent.app.working import Workplace, WorkReport, open_workplace, work
from agent.desk import rule_books
from agent.desk.cases import Opening
from agent.desk.reminders import remind
from agent.desk.waivers import approved
from agent.review.classify import Classified
from agent.review.intake import intake
from agent.review.staged import ReviewStages
from policies.settings import Rules
from policies.version import policy_version
from tools.errors import Refused
from tools.evidence import look_up
from tools.rows import Figure


def workplace(home: Home, rules: Rules, review: ReviewStages) -> Workplace:
    """The desk of a home; a demo home's clock stands at its pinned moment.

    From then on the review knows the findings that were accepted in this desk.
    """
    pinned = home.pinned
    clock = (lambda _: pinned) if pinned is not None else None
    place = open_workplace(home.path, review, policy_version(rules), clock=clock)
    review.waivers = partial(approved, place.desk)
    rule_books.keep(place.desk, rules)
    return place


def _opening(judged: Classified) -> Opening:
    case = intake(judged)
    latest = judged.result.sections.get("delivery", {}).get("latest_action_at")
    value = latest.value if isinstance(latest, Figure) else latest
    deadline = datetime.fromisoformat(value) if isinstance(value, str) else None
    return Opening(case.order_id, case.hold_id, case.placed_at, case.sla_due_at, deadline)


def open_cases(
    home: Home, orders: Sequence[str], as_of: datetime, reminded: list[str] | None = None
) -> WorkReport:
    """Open the cases of the orders (all held ones where none is named) and draft their packets.

    Packets that somebody was reminded of are added to `reminded`.
    """
    rules, snapshot = home.rules(), home.snapshot()
    ids = select(snapshot, Selection(tuple(orders), held=not orders), as_of)
    if not orders and not snapshot.tables["holds"].present:
        ids = []
    review = ReviewStages(snapshot, rules)
    place = workplace(home, rules, review)
    judged = review.prepare(ids, as_of)
    openings = [_opening(one) for one in judged]
    report = work(place, openings, as_of, unfinished=not orders)
    report.escalated += escalate_late(home, place.desk, as_of)
    if reminded is not None:
        reminded += remind(place.desk)
    return report


def work_queue(where: Path, orders: Sequence[str], as_of_text: str | None, json: bool) -> None:
    """Open cases and say what waits."""
    home = open_home(where)
    reminded: list[str] = []
    report = open_cases(home, orders, home.as_of(as_of_text), reminded)
    if json:
        emit_json({"waiting": report.waiting, "resumed": report.resumed, "failed": report.failed,
                   "reminded": reminded, "escalated": report.escalated})  # fmt: skip
    else:
        again = f"\nreminded of {counted(len(reminded), 'packet')}" if reminded else ""
        say(_worked(report) + again)
        if report.escalated:
            say(f"escalated now: {', '.join(report.escalated)} (see holddesk sla)")
    if report.failed:
        failed = counted(len(report.failed), "order")
        raise Refused(f"{failed} could not be drafted; run holddesk work again")


def _worked(report: WorkReport) -> str:
    lines = [f"{order_id} failed: {why}" for order_id, why in report.failed.items()]
    if report.waiting:
        newly = counted(len(report.waiting), "new packet")
        lines.append(f"{newly} for a decision: holddesk decide ORDER approve|reject")
    elif not report.failed:
        lines.append("nothing new: every packet waits already or is decided; see holddesk queue")
    return "\n".join(lines)


def order_ids_on_hold(home: Home, as_of: datetime) -> list[str]:
    """The held orders of a home."""
    return [str(row["order_id"]) for row in look_up(home.snapshot(), "held_orders", as_of)]
