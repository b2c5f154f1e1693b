"""The function behind `decide`: somebody at the desk, with a packet before them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer

from agent.app.bounds import completed, current_of
from agent.app.given import Typed, one_of
from agent.app.home import Home, open_home
from agent.app.opening import workplace
from agent.app.output import emit_json, say
from agent.app.people import person_of, staff_of
from agent.app.show import packet_view
from agent.app.show_standing import changes_said, withheld_said
from agent.app.working import Workplace, decide
from agent.desk import attempts
from agent.desk.decisions import ENDING, KEEPING, Outcome, Request, Stale, decisions
from agent.desk.models import Packet
from agent.desk.parameters import normalised
from agent.desk.repeats import first_answer
from agent.desk.requests import NAMES_ACTION
from agent.desk.views import was_shown
from agent.desk.waiting import any_waiting, waiting_packet
from agent.review.classify import Classified
from agent.review.staged import ReviewStages
from policies.guard import LOCKED_ACTIONS, Person
from tools.errors import BadInput, Denied, Refused

DECISIONS = tuple(name.replace("_", "-") for name in (*ENDING, *KEEPING))
DRAFT_AGAIN = frozenset({"policy-changed", "packet-expired"})
"""Rules of `rights.cedar` that a new version of the packet satisfies."""


@dataclass(frozen=True)
class AtTheDesk:
    """Somebody at the desk with a packet before them, and the order as it is now."""

    place: Workplace
    found: Packet
    body: dict[str, Any]
    judged: Classified
    person: Person
    as_of: datetime

    @property
    def currency(self) -> str:
        """The policy currency."""
        return self.judged.settings.approval.policy_currency

    def staff(self) -> Sequence[Person]:
        """Everybody on the staff table, as of now."""
        return staff_of(self.judged.case, self.currency)


def at_the_desk(home: Home, named: str | None, user: str | None, asked: str) -> AtTheDesk:
    """Find the packet (any that waits where none is named), read the sources again, see who acts.

    Raises:
        Denied: nobody signed in, or the staff table does not know them; the attempt is audited.
    """
    as_of, rules = home.as_of(None), home.rules()
    review = ReviewStages(home.snapshot(), rules)
    place = workplace(home, rules, review)
    found = waiting_packet(place.desk, named) if named else any_waiting(place.desk)
    try:
        acting = home.acting(user)
        body, judged = review.judged(found.order_id, as_of)
        person = person_of(judged.case, acting, judged.settings.approval.policy_currency)
    except Denied as no:
        attempts.record_stranger(place.desk, found.packet_id, user or "", no.rules, asked)
        raise
    return AtTheDesk(place, found, body, judged, person, as_of)


def decide_packet(where: Path, typed: Typed, user: str | None, json: bool) -> None:
    """Decide on a waiting packet; the sources are read again first.

    Args:
        where: the home.
        typed: the packet, the decision and what goes with it, as typed.
        user: who acts, in a demo home.
        json: print JSON.
    """
    one_of(typed.decision, "decision", DECISIONS)
    if typed.action:
        one_of(typed.action, "locked action", LOCKED_ACTIONS)
    desk = at_the_desk(open_home(where), typed.named, user, typed.decision)
    request = _request(desk, typed)
    if typed.decision == "approve" and not json and terminal():
        request = replace(request, shown_now=_read_here(desk))
    try:
        outcome = _decided(desk, request)
    except Stale as stale:
        raise Refused(f"{stale}{changes_said(desk.place, stale, desk.person)}") from None
    except Denied as no:
        if DRAFT_AGAIN.isdisjoint(no.rules):
            raise
        again = f"{no} Draft it again: holddesk work {desk.found.order_id}"
        raise Denied(again, no.rules) from None
    _print_outcome(desk, outcome, json)


def terminal() -> bool:
    """Whether a person sits there, who reads what is printed and answers."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _read_here(desk: AtTheDesk) -> bool:
    """Show the version to whoever was not shown it yet, and ask whether they agree.

    Raises:
        Refused: they do not; nothing was decided.
    """
    with desk.place.desk.read() as session:
        if was_shown(session, desk.found, desk.person):
            return False
    if desk.found.fingerprint != desk.body["fingerprint"]:
        return False  # stale, which the desk will say
    say(packet_view(desk.found.body), f"fingerprint {desk.found.fingerprint}")
    if not typer.confirm(f"Approve {desk.found.packet_id} as shown?", default=False):
        raise Refused(f"{desk.found.packet_id} was not approved; nothing was decided")
    return True


def _request(desk: AtTheDesk, typed: Typed) -> Request:
    """What was typed, as a request."""
    decision = typed.decision.replace("-", "_")
    if decision == "reassign":
        _must_be_staff(desk, str(typed.parameters.get("to", "")))
    action = typed.action if decision in NAMES_ACTION else ""
    return Request(
        desk.found.packet_id, desk.person, decision, desk.found.fingerprint, action,
        normalised(typed.parameters), reason_code=typed.reason_code, reason=typed.reason,
        key=typed.key,
    )  # fmt: skip


def _decided(desk: AtTheDesk, request: Request) -> Outcome:
    """The first answer to the same request, or what the desk says now."""
    with desk.place.desk.read() as session:
        signed = decisions(session, desk.found.packet_id)
        try:
            before = first_answer(session, request)
        except Refused as refusal:
            attempts.record_refused(desk.place.desk, request, str(refusal))
            raise
    if before is not None:
        return before
    request = completed(desk.body, desk.judged, signed, request)
    current = current_of(desk.body, desk.judged, request, desk.staff)
    return decide(desk.place, request, desk.as_of, lambda _: current)


def _must_be_staff(desk: AtTheDesk, user: str) -> None:
    if user and user not in (known := [one.user_id for one in desk.staff()]):
        near = get_close_matches(user, known, 3)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise BadInput(f"{user} is not on the staff table{hint}")


def _print_outcome(desk: AtTheDesk, outcome: Outcome, json: bool) -> None:
    withheld = withheld_said(desk.place, desk.found) if outcome.status == "edited" else None
    if not json:
        say(outcome.says, *([] if withheld is None else [withheld.says]))
        return
    body = {
        "packet_id": outcome.packet_id, "status": outcome.status, "final": outcome.final,
        "decision_id": outcome.decision_id, "signed": outcome.signed, "needed": outcome.needed,
        "says": outcome.says, "next_roles": outcome.next_roles,
        "next_people": outcome.next_people, "repeated": outcome.repeated,
    }  # fmt: skip
    if withheld is not None:
        body |= {"new_packet_id": withheld.packet_id, "withheld": withheld.sentences}
    emit_json(body)
