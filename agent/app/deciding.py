"""The functions behind `decide`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent.app.given import one_of
from agent.app.home import open_home
from agent.app.opening import workplace
from agent.app.output import emit_json, say
from agent.app.people import person_of
from agent.app.working import decide
from agent.desk.decisions import Current, Outcome, Request
from agent.desk.models import Packet
from agent.desk.waiting import waiting_packet
from agent.review.locks import order_facts
from agent.review.staged import ReviewStages
from policies.guard import LOCKED_ACTIONS
from tools.errors import Denied

DECISIONS = ("approve", "reject", "send-back", "request-info", "reassign", "snooze")

DRAFT_AGAIN = frozenset({"policy-changed", "packet-expired"})
"""Rules of `rights.cedar` that a new version of the packet satisfies."""


def decide_packet(
    where: Path,
    named: str,
    decision: str,
    action: str,
    reason: str,
    parameters: Mapping[str, str],
    user: str | None,
    json: bool,
) -> None:
    """Decide on a waiting packet; the sources are read again first.

    Args:
        where: the home.
        named: a packet id, or an order id.
        decision: one of `DECISIONS`.
        action: the locked action, for an approval.
        reason: why, in the person's words.
        parameters: `to` of reassign, `until` of snooze.
        user: who acts, in a demo home.
        json: print JSON.
    """
    one_of(decision, "decision", DECISIONS)
    one_of(action, "locked action", LOCKED_ACTIONS)
    home = open_home(where)
    acting = home.acting(user)
    as_of, rules = home.as_of(None), home.rules()
    review = ReviewStages(home.snapshot(), rules)
    place = workplace(home, rules, review)
    found = waiting_packet(place.desk, named)
    body, judged = review.judged(found.order_id, as_of)
    person = person_of(judged.case, acting, judged.settings.approval.policy_currency)
    request = Request(
        found.packet_id, person, decision.replace("-", "_"), found.fingerprint,
        action if decision == "approve" else "", parameters, reason=reason,
    )  # fmt: skip
    current = Current(body["fingerprint"], order_facts(judged))

    def now(_: Packet) -> Current:
        return current

    try:
        outcome = decide(place, request, as_of, now)
    except Denied as no:
        if DRAFT_AGAIN.isdisjoint(no.rules):
            raise
        again = f"{no} Draft it again: holddesk work {found.order_id}"
        raise Denied(again, no.rules) from None
    _print_outcome(outcome, json)


def _print_outcome(outcome: Outcome, json: bool) -> None:
    if json:
        emit_json(
            {"packet_id": outcome.packet_id, "status": outcome.status, "final": outcome.final,
             "decision_id": outcome.decision_id, "signed": outcome.signed,
             "needed": outcome.needed, "says": outcome.says}
        )  # fmt: skip
        return
    say(outcome.says)
