"""What people do through the service: read a packet, see what they may, decide.

API and console call these functions, so that neither can do what the other could not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from agent.app.bounds import completed, current_of
from agent.app.opening import open_cases
from agent.app.people import person_of, staff_of
from agent.app.reads import NAMED, masked_groups
from agent.app.service.identity import Who
from agent.app.service.office import Office
from agent.app.service.problems import PreconditionFailed
from agent.app.service.rights import Right
from agent.app.service.sight import seen_packet
from agent.app.working import WorkReport, sweep
from agent.app.working import decide as decide_in_desk
from agent.desk import packets, views
from agent.desk.audit import Event, append
from agent.desk.circumstances import within
from agent.desk.decisions import Current, Outcome, Request, decisions
from agent.desk.history import facts_of
from agent.desk.models import OPEN_STATUSES, Packet
from agent.desk.reasons import is_override
from agent.desk.repeats import first_answer
from agent.desk.requests import NAMES_ACTION, checked
from agent.desk.waiting import waiting_packet
from agent.review import stages
from agent.review.classify import Classified
from agent.review.locks import order_facts
from policies.guard import (
    HANDLING,
    LOCKED_ACTIONS,
    PacketFacts,
    Person,
    Verdict,
    shipped,
)
from tools.errors import NotFound


@dataclass(frozen=True)
class Wish:
    """What somebody asks for, on the packet as it was shown to them."""

    packet_id: str
    etag: str
    decision: str
    action: str = ""
    reason: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    reason_code: str = ""
    key: str = ""
    """Repeated with the same key, a wish gets its first answer."""


def etag_of(packet: Packet) -> str:
    """Changes whenever a decision on the packet would be another one."""
    return f'"{packet.packet_id}.{packet.fingerprint[:16]}.{packet.status}.{packet.signed}"'


def read_packet(office: Office, who: Who, packet_id: str) -> Packet:
    """A packet that the person may read.

    Raises:
        NotFound: there is none, or it is of another company: which of both is not told.
    """
    with office.desk.read() as session:
        found = packets.packet(session, packet_id)
    if not who.covers(found.facts.get("company_id")):
        raise NotFound(f"there is no packet {packet_id}; holddesk queue lists those that wait")
    return found


def newest_packet(office: Office, who: Who, order_id: str) -> Packet:
    """The newest packet of an order.

    Raises:
        NotFound: there is none that the person may read.
    """
    return read_packet(office, who, waiting_packet(office.desk, order_id).packet_id)


def review_order(office: Office, who: Who, order_id: str) -> dict[str, Any]:
    """The review of an order as it is now, case or not; nothing in it is hidden yet.

    Raises:
        NotFound: there is no such order, or it is of another company.
    """
    basis = office.basis()
    (known,) = stages.resolve(basis.snapshot, [order_id], basis.as_of)
    body, _ = office.judged(known)
    if not who.covers(body["order"].get("company_id")):
        raise NotFound(f"there is no order {order_id} that you may read; see the queue")
    return body


def shown(who: Who, packet: Mapping[str, Any]) -> dict[str, Any]:
    """A packet as this person sees it: what they may not see says that it is hidden."""
    return seen_packet(packet, who.view)


def note_read(office: Office, who: Who, orders: Sequence[str], by: str) -> None:
    """Keep in the audit that somebody reads columns that others may not see, before they do.

    Once for a person, an order and a state of the data: to look again tells nothing new.
    """
    groups = sorted(who.view.seen & masked_groups())
    new = office.first_reads(who.user_id, orders) if groups else []
    if not new:
        return
    body = {"groups": groups, "orders": new[:NAMED], "count": len(new), "command": by}
    order_id = new[0] if len(new) == 1 else ""
    event = Event("read.masked_columns", who.user_id, "human", order_id=order_id,
                  verdict="allow", body=body)  # fmt: skip
    with _by(who), office.desk.write() as session:
        append(office.desk, session, event)


def note_view(office: Office, who: Who, found: Packet) -> None:
    """Note that somebody who decides was shown this version; only they can approve it later."""
    if found.status in OPEN_STATUSES and who.has(Right.DECIDE):
        _, judged = office.judged(found.order_id)
        with _by(who):
            views.show(office.desk, found.packet_id, _person(judged, who.user_id))


def verdicts(office: Office, who: Who, found: Packet) -> dict[str, Verdict]:
    """For each action and each way of handling a packet: whether this person may, and why not."""
    _, judged = office.judged(found.order_id)
    person, current = _person(judged, who.user_id), _current(found.fingerprint, judged)
    facts = _facts(office, person, found, current)
    asked = (*LOCKED_ACTIONS, *HANDLING)
    return {name: shipped().may(person, name, facts) for name in asked}


def verdict_on(office: Office, user_id: str, found: Packet, action: str) -> Verdict:
    """Whether somebody may do one action on a packet, and why not."""
    _, judged = office.judged(found.order_id)
    person = _person(judged, user_id)
    facts = _facts(office, person, found, _current(found.fingerprint, judged))
    return shipped().may(person, action, facts)


def who_could(office: Office, found: Packet, action: str) -> list[str]:
    """The people who could decide on an action of a packet now."""
    _, judged = office.judged(found.order_id)
    current = _current(found.fingerprint, judged)
    people = staff_of(judged.case, _currency(judged))
    facts = _facts(office, people[0], found, current) if people else None
    return [p.user_id for p in people if facts and shipped().may(p, action, facts).allowed]


def _currency(judged: Classified) -> str:
    return judged.settings.approval.policy_currency


def _person(judged: Classified, user_id: str) -> Person:
    return person_of(judged.case, user_id, _currency(judged))


def _current(fingerprint: str, judged: Classified) -> Current:
    return Current(
        fingerprint, order_facts(judged), lambda: staff_of(judged.case, _currency(judged))
    )


def _facts(office: Office, person: Person, found: Packet, current: Current) -> PacketFacts:
    """What the guard is told about the packet; the same for whatever is asked, and whoever asks."""
    request = Request(found.packet_id, person, "claim", found.fingerprint)
    version = office.basis().policy_version
    with office.desk.read() as session:
        before = decisions(session, found.packet_id)
        return facts_of(office.desk, session, request, found, before, version, current)


def decide(office: Office, who: Who, wish: Wish) -> Outcome:
    """Decide on a packet as it was shown; the sources are read again first.

    Raises:
        PreconditionFailed: the packet is not as it was shown.
        Denied: the guard says no.
        Refused: somebody was faster or holds the packet, or the evidence changed.
    """
    found = read_packet(office, who, wish.packet_id)
    body, judged = office.judged(found.order_id)
    request = checked(
        Request(
            found.packet_id, _person(judged, who.user_id), wish.decision, found.fingerprint,
            wish.action if wish.decision in NAMES_ACTION else "", wish.parameters,
            reason_code=wish.reason_code, reason=wish.reason, key=wish.key,
        )
    )  # fmt: skip
    with office.desk.read() as session:
        before = first_answer(session, request)
        signed = decisions(session, found.packet_id)
    if before is not None:
        return before
    if wish.etag != etag_of(found):
        raise PreconditionFailed(_not_as_shown(found))
    request = completed(body, judged, signed, request)
    current = current_of(body, judged, request, lambda: staff_of(judged.case, _currency(judged)))
    with office.driving, _by(who):
        return decide_in_desk(office.place(), request, office.basis().as_of, lambda _: current)


def _by(who: Who) -> AbstractContextManager[None]:
    """What the audit notes of a request besides the person."""
    return within(auth=who.auth, session=who.reference, request_id=who.request_id)


def _not_as_shown(found: Packet) -> str:
    state = found.status.replace("_", " ")
    return (
        f"{found.packet_id} is {state} now and not as it was shown to you: nothing was decided; "
        "open it again"
    )


def draft_cases(office: Office, who: Who, orders: tuple[str, ...]) -> WorkReport:
    """Open the cases of orders (all held ones where none is named) and draft their packets.

    Raises:
        NotFound: an order does not exist, or is of another company.
    """
    for order_id in orders:
        review_order(office, who, order_id)
    with office.driving, _by(who):
        return open_cases(office.home, orders, office.basis().as_of)


def catch_up(office: Office) -> WorkReport:
    """Bring every case to where the desk says it should be, and open those of new holds."""
    basis = office.basis()
    with office.driving:
        sweep(office.place(), basis.as_of)
        return open_cases(office.home, (), basis.as_of)


def needs_reason(packet: Mapping[str, Any], action: str) -> bool:
    """Whether an approval of the action needs a reason code and a text."""
    against = {one["class"] for one in packet["exceptions"]}
    return is_override("approve", action, against | {gap["check"] for gap in packet["not_known"]})
