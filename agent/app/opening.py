"""The function behind `work`: open the cases of held orders, and say what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from agent.app.home import Home, open_home
from agent.app.output import counted, emit_json, say
from agent.app.reviewing import Selection, select
from agent.app.working import Workplace, WorkReport, open_workplace, work
from agent.desk.cases import Opening
from agent.review.classify import Classified
from agent.review.intake import intake
from agent.review.staged import ReviewStages
from policies.settings import Rules
from policies.version import policy_version
from tools.errors import Refused
from tools.evidence import look_up
from tools.rows import Figure


def workplace(home: Home, rules: Rules, review: ReviewStages) -> Workplace:
    """The desk of a home; a demo home's clock stands at its pinned moment."""
    pinned = home.pinned
    clock = (lambda _: pinned) if pinned is not None else None
    return open_workplace(home.path, review, policy_version(rules), clock=clock)


def _opening(judged: Classified) -> Opening:
    case = intake(judged)
    latest = judged.result.sections.get("delivery", {}).get("latest_action_at")
    value = latest.value if isinstance(latest, Figure) else latest
    deadline = datetime.fromisoformat(value) if isinstance(value, str) else None
    return Opening(case.order_id, case.hold_id, case.placed_at, case.sla_due_at, deadline)


def open_cases(home: Home, orders: Sequence[str], as_of: datetime) -> WorkReport:
    """Open the cases of the orders (all held ones where none is named) and draft their packets."""
    rules, snapshot = home.rules(), home.snapshot()
    ids = select(snapshot, Selection(tuple(orders), held=not orders), as_of)
    if not orders and not snapshot.tables["holds"].present:
        ids = []
    review = ReviewStages(snapshot, rules)
    judged = review.prepare(ids, as_of)
    return work(workplace(home, rules, review), [_opening(one) for one in judged], as_of)


def work_queue(where: Path, orders: Sequence[str], as_of_text: str | None, json: bool) -> None:
    """Open cases and say what waits."""
    home = open_home(where)
    report = open_cases(home, orders, home.as_of(as_of_text))
    if json:
        emit_json({"waiting": report.waiting, "resumed": report.resumed, "failed": report.failed})
    else:
        say(_worked(report))
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
