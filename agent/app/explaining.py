"""The function behind `policy explain`: which rule decides, and who could approve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from rich.padding import Padding

from agent.app.desk_place import desk_place
from agent.app.given import one_of
from agent.app.home import Home, open_home
from agent.app.output import emit_json, indented, say, words
from agent.app.people import person_of
from agent.desk.history import decisions, facts_of
from agent.desk.models import OPEN_STATUSES
from agent.desk.requests import Current, Request
from agent.desk.waiting import waiting_packet
from agent.review import stages
from agent.review.classify import Classified
from agent.review.locks import order_facts
from agent.review.render import render_value
from agent.review.staged import ReviewStages
from policies.guard import LOCKED_ACTIONS, Agent, PacketFacts, Person, explain
from policies.settings import ExceptionClass
from policies.version import policy_version
from tools.errors import NotFound
from tools.money import minor_unit


def _as_if_waiting(
    judged: Classified, fingerprint: str, version: str, as_of: datetime
) -> PacketFacts:
    """The facts of a decision on this order, as if its packet had just been shown."""
    now = int(as_of.timestamp())
    return PacketFacts(
        order=order_facts(judged), packet_id="", pending=True, fingerprint=fingerprint,
        shown=fingerprint, policy_version=version, policy_now=version, now=now,
        expires_at=now + 3600,
    )  # fmt: skip


def _as_it_waits(
    home: Home, judged: Classified, fingerprint: str, version: str, action: str
) -> tuple[PacketFacts, bool] | None:
    """The facts of a decision on the packet that waits for the order; None where none does.

    The flag says that it has to be drafted again first; the facts are then those of the new draft.
    """
    place, pinned = desk_place(home.path), home.pinned
    if not place.exists:
        return None
    desk = place.open(None if pinned is None else (lambda _: pinned))
    try:
        found = waiting_packet(desk, judged.case.order_id)
    except NotFound:
        return None
    if found.status not in OPEN_STATUSES:
        return None
    nobody = Person("", "", frozenset())
    request = Request(found.packet_id, nobody, "approve", found.fingerprint, action)
    current = Current(fingerprint, order_facts(judged))
    with desk.read() as session:
        before = decisions(session, found.packet_id)
        facts = facts_of(desk, session, request, found, before, version, current)
    of_now = (facts.policy_version, facts.fingerprint) == (version, fingerprint)
    if of_now and facts.now < facts.expires_at:
        return facts, False
    return replace(
        facts, policy_version=version, fingerprint=fingerprint, shown=fingerprint,
        expires_at=facts.now + 3600, first_signer="", first_roles=frozenset(), first_site="",
    ), True  # fmt: skip


def explain_action(
    where: Path,
    action: str,
    order: str,
    as_of_text: str | None,
    user: str | None,
    json: bool,
    waives: str = "",
) -> None:
    """Say which rule decides on an action of an order, and who could approve it.

    Where a packet of the order waits, it is judged with its history; else as if one had just been
    shown. `waives` is the class of the finding that a waiver is to accept.
    """
    one_of(action, "locked action", LOCKED_ACTIONS)
    if waives:
        one_of(waives, "class of findings", get_args(ExceptionClass))
    home = open_home(where)
    as_of, rules, snapshot = home.as_of(as_of_text), home.rules(), home.snapshot()
    (order_id,) = stages.resolve(snapshot, [order], as_of)
    body, judged = ReviewStages(snapshot, rules).judged(order_id, as_of)
    shown, version = body["fingerprint"], policy_version(rules)
    waiting = None if as_of_text else _as_it_waits(home, judged, shown, version, action)
    facts, again = waiting or (_as_if_waiting(judged, shown, version, as_of), False)
    facts = replace(facts, waives=waives)
    currency = judged.settings.approval.policy_currency
    who = person_of(judged.case, user, currency) if user else Agent()
    answer: dict[str, Any] = {"order_id": order_id, "packet_id": facts.packet_id or None,
                              **explain(action, facts, who), "currency": currency}  # fmt: skip
    answer |= {key: _amount(answer[key], currency) for key in ("measured", "authority")}
    answer["draft_again"] = again
    answer["people"] = _people(judged, action, facts, answer["roles"])
    if json:
        emit_json(answer)
        return
    say(*_explained(answer))


def _amount(minor: int | None, currency: str) -> str | None:
    """Minor units as an amount in text."""
    return None if minor is None else format(minor * minor_unit(currency), "f")


def _people(judged: Classified, action: str, facts: PacketFacts, roles: Sequence[str]) -> list[str]:
    """Who could sign for one of these roles now, by the same rights as a decision."""
    currency = judged.settings.approval.policy_currency
    staff = [str(row["user_id"]) for row in judged.case.book.all("staff")]
    people = [person_of(judged.case, user_id, currency) for user_id in staff if roles]
    return [one.user_id for one in people if explain(action, facts, one)["allowed"]]


def _explained(answer: dict[str, Any]) -> list[str | Padding]:
    may = "may" if answer["allowed"] else "may not"
    who = "the agent" if answer["who"] == "agent" else answer["who"]
    lines: list[str | Padding] = [f"{answer['order_id']}: {who} {may} {words(answer['action'])}"]
    if not any(rule["says"] for rule in answer["rules"]) and not answer["allowed"]:
        lines = [f"{answer['order_id']}: {answer['reason']}"]
    lines += [
        indented(": ".join(filter(None, ("rule " + r["id"], r["says"])))) for r in answer["rules"]
    ]
    if answer["roles"]:
        count = f", {answer['count']} of them" if answer["count"] > 1 else ""
        people = ", ".join(answer["people"]) or "nobody on the staff table"
        there = f" (with the right today: {people})"
        lines.append(f"could approve: {', '.join(map(words, answer['roles']))}{count}{there}")
    lines += _measure(answer)
    if answer["draft_again"]:
        work = f"holddesk work {answer['order_id']}"
        lines.append(f"the packet that waits is out of date; draft it again first: {work}")
    if answer["would_change"]:
        lines.append(f"would change it: {'; '.join(answer['would_change'])}")
    return lines


def _measure(answer: dict[str, Any]) -> list[str]:
    """What the action is measured against, and how far the person may sign."""
    if answer["measured"] is None:
        return []
    unit = answer["currency"]
    said = f"measured against {_shown(answer['measured'], unit)}"
    if answer["who"] == "agent":
        return [said]
    if answer["authority"] is None:
        return [f"{said}; {answer['who']} has no authority for it"]
    return [f"{said}; {answer['who']} may sign up to {_shown(answer['authority'], unit)}"]


def _shown(amount: str, unit: str) -> str:
    return render_value(Decimal(amount), unit, "en", None)
