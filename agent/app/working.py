"""Behind `work`, `decide`, the sweep and `audit verify`: the desk first, then the graph.

Nothing here decides anything: the desk does, and whatever was interrupted is found again by the
sweep, which may be repeated at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from agent.app.desk_place import DeskPlace, desk_place
from agent.app.threads import Threads, open_threads
from agent.desk import audit, cases, decisions, packets
from agent.desk.decisions import Current, Outcome, Request
from agent.desk.models import DECIDED_STATUSES, OPEN_STATUSES, Case, Packet
from agent.desk.store import Clock, Desk
from agent.graph import GRAPH_VERSION, Stages
from policies.guard import Guard, shipped
from tools.errors import HolddeskError


@dataclass
class Workplace:
    """A home with its desk, the stages to run, and the rights in force."""

    home: Path
    desk_at: DeskPlace
    desk: Desk
    stages: Stages
    policy_version: str
    guard: Guard

    @cached_property
    def threads(self) -> Threads:
        """The graph's threads; langgraph is imported when they are first used."""
        return open_threads(self.desk_at.checkpoints, self.stages, self.desk)


@dataclass(slots=True)
class WorkReport:
    """What work or a sweep did; `failed` gives the reason by order."""

    waiting: list[str] = field(default_factory=list)
    """Packets that came to wait for a decision."""
    resumed: list[str] = field(default_factory=list)
    """Decided packets whose thread was brought to its end."""
    failed: dict[str, str] = field(default_factory=dict)
    escalated: list[str] = field(default_factory=list)
    """Orders whose case was escalated now."""


def open_workplace(
    home: Path,
    stages: Stages,
    policy_version: str,
    *,
    desk_url: str | None = None,
    clock: Clock | None = None,
    guard: Guard | None = None,
) -> Workplace:
    """Open the desk of a home.

    Args:
        home: the state folder.
        stages: the stages of the review.
        policy_version: the version in force, as packets carry it.
        desk_url: another database than the one that environment and home name.
        clock: what "now" is for expiry; pinned in a demo home.
        guard: other rights than the shipped ones.
    """
    at = desk_place(home, desk_url)
    return Workplace(home, at, at.open(clock), stages, policy_version, guard or shipped())


def work(
    place: Workplace,
    openings: Sequence[cases.Opening],
    as_of: datetime,
    *,
    unfinished: bool = False,
) -> WorkReport:
    """Open the cases, then drive each one to its interrupt; those that wait already are left.

    With `unfinished` every other case that was interrupted is brought to its end as well.
    """
    wanted = cases.open_cases(place.desk, openings, as_of)
    return _advance(place, as_of, None if unfinished else set(wanted))


def sweep(place: Workplace, as_of: datetime) -> WorkReport:
    """Bring every case to where the desk says it should be; repeating it changes nothing."""
    return _advance(place, as_of, None)


def decide(
    place: Workplace,
    request: Request,
    as_of: datetime,
    current: Callable[[Packet], Current] | None = None,
) -> Outcome:
    """Decide in the desk, then let the graph follow.

    An edit, a send-back, and evidence that turned out to have changed draft a new version.

    What goes wrong after the decision does not undo it: the sweep repeats it.
    """
    try:
        outcome = decisions.decide(place.desk, request, place.guard, place.policy_version, current)
    except decisions.Stale as stale:
        _advance(place, as_of, {stale.case_id})
        raise
    if outcome.final:
        with place.desk.read() as session:
            case_id = packets.packet(session, outcome.packet_id).case_id
        _advance(place, as_of, {case_id})
    return outcome


def audit_verify(place: Workplace) -> audit.Report:
    """Verify the audit chain against its head."""
    return audit.verify(place.desk)


def _advance(place: Workplace, as_of: datetime, only: set[str] | None) -> WorkReport:
    report = WorkReport()
    with place.desk.read() as session:
        ids = cases.unfinished(session) if only is None else sorted(only)
    for case_id in ids:
        with place.desk.read() as session:
            case = cases.case(session, case_id)
            newest = packets.latest(session, case_id)
        try:
            _advance_case(place, case, newest, as_of, report)
        except HolddeskError as error:
            report.failed[case.order_id] = str(error)
        except Exception as error:  # noqa: BLE001 - one broken case never stops the others
            report.failed[case.order_id] = f"{type(error).__name__}: {error}"
    return report


def _advance_case(
    place: Workplace, case: Case, newest: Packet | None, as_of: datetime, report: WorkReport
) -> None:
    if newest is not None and newest.status in DECIDED_STATUSES:
        _follow(place, newest, report)
        with place.desk.read() as session:
            if cases.case(session, case.case_id).status in ("decided", "closed"):
                return
    elif newest is not None and newest.status in OPEN_STATUSES and _still_waits(place, newest):
        return
    report.waiting.append(place.threads.drive(case.case_id, case.order_id, as_of))


def _follow(place: Workplace, newest: Packet, report: WorkReport) -> None:
    """Let the thread of a decided packet end; without a thread the outcome is recorded as it is."""
    if newest.resumed:
        return
    with place.desk.read() as session:
        final = decisions.final_decision(session, newest.packet_id)
    if final is None:
        return
    if not place.threads.resume(newest.thread_id, final.decision_id):
        decisions.record_outcome(place.desk, newest.packet_id, final.decision_id)
    packets.mark_resumed(place.desk, newest.packet_id)
    report.resumed.append(newest.packet_id)


def _still_waits(place: Workplace, newest: Packet) -> bool:
    """Whether an undecided packet can stay as it is; what cannot is ended and drafted anew."""
    with place.desk.write() as session:
        found = packets.packet(session, newest.packet_id)
        if place.desk.now(session) >= found.expires_at:
            packets.end(place.desk, session, found, "expired")
            return False
        of_now = (found.graph_version, found.policy_version)
        if of_now != (GRAPH_VERSION, place.policy_version):
            packets.end(place.desk, session, found, "superseded")
            return False
    if place.threads.pending(newest.thread_id) is None:
        return False
    packets.mark_waiting(place.desk, newest.packet_id)
    return True
