"""Claims: one person works on a packet, others see who and since when; a claim runs out."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.desk.local_time import local
from agent.desk.models import Packet
from agent.desk.requests import Act
from policies.guard import LOCKED_ACTIONS, Guard, PacketFacts, Person, Verdict
from tools.errors import Refused

LASTS = timedelta(minutes=30)
"""How long a claim holds others off."""


def holder(found: Packet, now: datetime) -> str | None:
    """The person who holds the packet now, or None."""
    if found.claimed_person is None or found.claimed_until is None or now >= found.claimed_until:
        return None
    return found.claimed_person


def refuse_others(found: Packet, person: Person, now: datetime) -> None:
    """Let nobody but its holder act on a claimed packet.

    Raises:
        Refused: the sentence says who holds it, since when and until when.
    """
    if holder(found, now) in (None, person.person_id):
        return
    assert found.claimed_at is not None and found.claimed_until is not None  # noqa: S101, PT018
    since, until = local(found, found.claimed_at), local(found, found.claimed_until)
    raise Refused(
        f"{found.packet_id} is claimed by {found.claimed_by} since {since}; the claim runs out at "
        f"{until}, or they give it back with unclaim"
    )


def may_claim(guard: Guard, person: Person, facts: PacketFacts) -> Verdict:
    """Whoever may handle the packet, or approve one of its actions, may claim it."""
    asked = guard.may(person, "edit", facts)
    for action in () if asked.allowed else LOCKED_ACTIONS:
        verdict = guard.may(person, action, facts)
        if verdict.allowed:
            return verdict
    return asked


def take(act: Act) -> str:
    """Claim, or prolong one's own claim; returns what to say."""
    now = act.desk.now(act.session)
    found, person = act.found, act.request.person
    if holder(found, now) is None:
        found.claimed_at = now
    found.claimed_by, found.claimed_person = person.user_id, person.person_id
    found.claimed_until = now + LASTS
    until = local(found, found.claimed_until)
    return f"{found.packet_id} is claimed by {person.user_id} until {until}."


def give_back(act: Act) -> str:
    """End one's own claim; returns what to say.

    Raises:
        Refused: there is none.
    """
    if holder(act.found, act.desk.now(act.session)) != act.request.person.person_id:
        raise Refused(f"{act.found.packet_id} is not claimed by {act.request.person.user_id}")
    clear(act.found)
    return f"{act.found.packet_id} is not claimed any more and waits for a decision."


def clear(found: Packet) -> None:
    """Nobody holds the packet."""
    found.claimed_by = found.claimed_person = found.claimed_at = found.claimed_until = None
