"""How a packet stands, for a person: signatures, claim, who was told, what changed or was cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from agent.app.output import counted, words
from agent.app.working import Workplace
from agent.desk import packets
from agent.desk.decision_models import Notice
from agent.desk.decisions import Stale
from agent.desk.local_time import local
from agent.desk.models import Decision, Packet
from agent.desk.parameters import worded
from policies.guard import Person

NAMED_CHANGES = 3


class Withheld(NamedTuple):
    """What an edit left out of the version that it made."""

    packet_id: str
    sentences: list[dict[str, Any]]
    says: str


def changed_figures(changes: Mapping[str, Any]) -> Iterator[str]:
    """Each finding that came or went, and each figure with its value before and after."""
    for one in changes.get("findings", ()):
        yield f"{words(one['finding'])} is {one['change']}"
    for one in changes.get("figures", ()):
        yield f"{one['path'].replace('/', ' ')}: {_short(one['before'])} -> {_short(one['after'])}"


def changed_rows(changes: Mapping[str, Any]) -> Iterator[str]:
    """Each row that changed, column by column; rows that are cited anew, or no more, as a count."""
    rows = changes.get("rows", ())
    for one in rows:
        before, after = one["before"], one["after"]
        if before is not None and after is not None:
            columns = (f"{name} {_short(before[name])} -> {_short(after[name])}" for name in after)
            yield f"{one['ref']}: {', '.join(columns)}"
    for side, what in (("before", "cited anew"), ("after", "not cited any more")):
        refs = [one["ref"] for one in rows if one[side] is None]
        if refs:
            named = ", ".join(refs[:NAMED_CHANGES])
            more = f" and {len(refs) - NAMED_CHANGES} more" if len(refs) > NAMED_CHANGES else ""
            yield f"{what}: {named}{more}"


def changes_said(place: Workplace, stale: Stale, person: Person) -> str:
    """What changed since a packet was drafted, and where to read its next version."""
    with place.desk.read() as session:
        newest = packets.latest(session, stale.case_id)
    if newest is None or newest.packet_id == stale.packet_id:
        return ""
    changes = newest.body.get("changes", {})
    rows = list(changed_rows(changes)) or list(changed_figures(changes))
    named = "; ".join(rows[:NAMED_CHANGES])
    more = f" and {len(rows) - NAMED_CHANGES} more" if len(rows) > NAMED_CHANGES else ""
    what = f"; changed: {named}{more}" if rows else ""
    read = f"holddesk show {newest.packet_id} --as {person.user_id}"
    return f"{what}; the new version is {newest.packet_id}: {read}"


def withheld_said(place: Workplace, edited: Packet) -> Withheld:
    """The version that an edit made, and which of its sentences were withheld, and why."""
    with place.desk.read() as session:
        newest = packets.latest(session, edited.case_id) or edited
    cut = [one for one in newest.body.get("withheld", ()) if one.get("edited")]
    says = f"The new version is {newest.packet_id}; somebody else approves it."
    if cut:
        why = "; ".join(f'"{one["text"]}" ({one["reason"]})' for one in cut)
        says += f" {counted(len(cut), 'sentence')} withheld: {why}."
    return Withheld(newest.packet_id, cut, says)


def standing(found: Packet, signed: list[Decision], told: list[Notice]) -> Iterator[str]:
    """The state of a packet, one line each."""
    yield f"{found.packet_id} is {words(found.status)}; fingerprint {found.fingerprint[:16]}"
    if found.claimed_by and found.claimed_at and found.claimed_until:
        until = local(found, found.claimed_until)
        since = local(found, found.claimed_at)
        yield f"claimed by {found.claimed_by} since {since}, until {until}"
    for one in signed:
        details = worded(one.parameters) if one.decision == "approve" else ""
        what = " ".join(filter(None, (words(one.decision), words(one.action), details)))
        when = local(found, one.decided_at)
        yield f"{what} by {one.user_id} at {when}" + (f": {one.reason}" if one.reason else "")
    for notice in told:
        whom = ", ".join([*notice.user_ids, *map(words, () if notice.user_ids else notice.roles)])
        when = local(found, notice.told_at)
        yield f"told {whom or 'nobody'} at {when}: {notice.says}"


def _short(value: object) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
