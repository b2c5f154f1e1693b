"""The SLA of a case: its clock is read from the audit, never from a counter that is kept.

The clock runs in the working time of the site from the placement of the hold to the end of the
case, and stands still from a request for information to whatever happens to the case next.
Escalation is an event of the audit too: it happens once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.desk import audit, packets
from agent.desk.audit_models import Audit
from agent.desk.models import Case, Packet
from agent.desk.store import Desk
from tools.working_time import NONE, WorkingTime

ASKS = "decision.request_info"
ESCALATED = "case.escalated"
SILENT = ("decision.denied", "decision.refused", "packet.viewed")
"""Events of a case that end no waiting for information."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a case."""

    event: str
    at: datetime
    role: str = ""
    """Whom it was escalated to."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of one case at a moment; durations are working time of the site."""

    case_id: str
    order_id: str
    primary: str
    owner_role: str
    owner: str
    started_at: datetime
    allowed: timedelta | None
    """None: the case came without a hold and has no SLA."""
    used: timedelta
    paused: timedelta
    due_at: datetime | None
    waits_for_information: bool
    escalated_to: str
    escalated_at: datetime | None

    @property
    def breached(self) -> bool:
        """More time was used than is allowed."""
        return self.allowed is not None and self.used > self.allowed

    @property
    def state(self) -> str:
        """paused, breached, running, or none where there is no SLA."""
        if self.allowed is None:
            return "none"
        if self.waits_for_information:
            return "paused"
        return "breached" if self.breached else "running"

    def past(self, per_cent: Decimal) -> bool:
        """Whether more than that share of the allowed time is used."""
        if self.allowed is None:
            return False
        return (
            self.used / timedelta(seconds=1) > self.allowed.total_seconds() * float(per_cent) / 100
        )


def clocks(
    session: Session, working: Callable[[Packet | None], WorkingTime], now: datetime
) -> list[Clock]:
    """The clocks of all cases that are not closed.

    Args:
        session: of the desk.
        working: the working time of the site of a packet.
        now: the moment (aware); by the desk's clock.
    """
    open_cases = list(session.scalars(select(Case).where(Case.status != "closed")))
    newest = _newest(session, open_cases)
    happened = _happened(session)
    return [
        _clock(case, newest.get(case.case_id), happened[case.case_id], working, now)
        for case in open_cases
    ]


def escalate(desk: Desk, late: Sequence[tuple[Clock, str]]) -> list[str]:
    """Escalate cases to roles, each once; returns the orders that were escalated now."""
    done = []
    for clock, role in late:
        with desk.write() as session:
            case = session.get(Case, clock.case_id, with_for_update=True)
            if case is None or case.status == "closed" or _was_escalated(session, clock.case_id):
                continue
            found = packets.latest(session, clock.case_id)
            body = {"role": role, "used_minutes": _minutes(clock.used),
                    "allowed_minutes": _minutes(clock.allowed or NONE)}  # fmt: skip
            audit.append(
                desk, session,
                audit.Event(ESCALATED, case_id=case.case_id, order_id=case.order_id, body=body,
                            packet_id=found.packet_id if found else ""),
            )  # fmt: skip
            done.append(case.order_id)
    return done


def _minutes(duration: timedelta) -> int:
    return int(duration.total_seconds() // 60)


def _was_escalated(session: Session, case_id: str) -> bool:
    statement = select(Audit.seq).where(Audit.case_id == case_id, Audit.event == ESCALATED)
    return session.execute(statement.limit(1)).first() is not None


def _newest(session: Session, open_cases: Sequence[Case]) -> dict[str, Packet]:
    ids = {case.case_id for case in open_cases}
    statement = select(Packet).order_by(Packet.version)
    return {row.case_id: row for row in session.scalars(statement) if row.case_id in ids}


def _happened(session: Session) -> dict[str, list[Happened]]:
    found: dict[str, list[Happened]] = defaultdict(list)
    statement = select(Audit.case_id, Audit.event, Audit.at, Audit.body).where(
        Audit.case_id != "", Audit.event.not_in(SILENT)
    )
    for case_id, event, at, body in session.execute(statement.order_by(Audit.seq)):
        role = orjson.loads(body).get("role", "") if event == ESCALATED else ""
        found[case_id].append(Happened(event, datetime.fromisoformat(at), role))
    return found


def pauses(happened: Sequence[Happened], now: datetime) -> list[tuple[datetime, datetime]]:
    """From each request for information to the next event of the case, or to now.

    Times later than now are now: in a demo the desk's clock stands at a pinned moment.
    """
    found = []
    asked: datetime | None = None
    for one in happened:
        at = min(one.at, now)
        if one.event == ESCALATED:
            continue
        if one.event == ASKS:
            asked = asked or at
        elif asked is not None:
            found.append((asked, at))
            asked = None
    return [*found, (asked, now)] if asked is not None else found


def _clock(
    case: Case,
    packet: Packet | None,
    happened: Sequence[Happened],
    working: Callable[[Packet | None], WorkingTime],
    now: datetime,
) -> Clock:
    time, started = working(packet), case.placed_at or case.opened_at
    stood = [(max(begin, started), end) for begin, end in pauses(happened, now)]
    paused = sum((time.elapsed(begin, end) for begin, end in stood), NONE)
    due, allowed = case.sla_due_at, None
    if due is not None:
        allowed = time.elapsed(started, due)
        due = time.after(started, allowed + paused)
    told = next((one for one in happened if one.event == ESCALATED), None)
    body = packet.body if packet is not None else {}
    return Clock(
        case.case_id, case.order_id, _primary(body), str(body.get("owner", {}).get("role") or ""),
        str(body.get("owner", {}).get("user_id") or ""), started, allowed,
        time.elapsed(started, now) - paused, paused, due,
        packet is not None and packet.status == "info_requested",
        told.role if told else "", told.at if told else None,
    )  # fmt: skip


def _primary(body: dict[str, object]) -> str:
    exceptions = body.get("exceptions", [])
    found = exceptions if isinstance(exceptions, list) else []
    return next((str(one["class"]) for one in found if one.get("primary")), "")
