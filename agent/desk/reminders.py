"""Reminders: what was snoozed wakes, a claim runs out, and what waits too long is told again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from agent.desk import audit, packets
from agent.desk.decision_models import Notice
from agent.desk.models import OPEN_STATUSES, Packet
from agent.desk.notices import tell, told
from agent.desk.store import Desk

REMIND_AFTER = timedelta(hours=2)
"""A step that waits longer than this since somebody was last told is told again."""
WAITS_FOR_OTHERS = ("snoozed", "info_requested")


def remind(desk: Desk) -> list[str]:
    """Wake what was snoozed until now, and tell again whoever a step waits for too long.

    Returns:
        The packets that somebody was reminded of.
    """
    with desk.write() as session:
        now = desk.now(session)
        woken = _wake(session, now)
        due = [one for one in _last_told(session) if now - one.told_at >= REMIND_AFTER or
               one.packet_id in woken]  # fmt: skip
        return [_again(desk, session, notice, now) for notice in due]


def _again(desk: Desk, session: Session, last: Notice, now: datetime) -> str:
    found = packets.packet(session, last.packet_id)
    first = told(session, last.packet_id)[0]
    hours = int((now - first.told_at).total_seconds() // 3600)
    says = f"{found.packet_id} still waits, {hours} hours after it was first told."
    tell(desk, session, found, "reminder", says, roles=last.roles, user_ids=last.user_ids)
    body = {"roles": list(last.roles), "user_ids": list(last.user_ids)}
    audit.append(desk, session, packets.event_of("packet.reminded", found, body=body))
    return found.packet_id


def _last_told(session: Session) -> list[Notice]:
    """The newest notice of every packet that waits for a decision."""
    statement = (
        select(Notice)
        .join(Packet, Packet.packet_id == Notice.packet_id)
        .where(Packet.status.in_(OPEN_STATUSES), Packet.status.not_in(WAITS_FOR_OTHERS))
        .order_by(Notice.notice_id)
    )
    return list({one.packet_id: one for one in session.scalars(statement)}.values())


def _wake(session: Session, now: datetime) -> set[str]:
    """Packets whose snooze or claim ended wait for anybody again; the snoozed ones are named."""
    asleep = select(Packet.packet_id).where(Packet.status == "snoozed", Packet.snoozed_until <= now)
    woken = set(session.scalars(asleep))
    waits = update(Packet).values(status="pending")
    session.execute(waits.where(Packet.packet_id.in_(woken)))
    session.execute(waits.where(Packet.status == "claimed", Packet.claimed_until <= now))
    return woken
