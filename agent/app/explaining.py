"""The function behind `policy explain`: which rule decides, and who could approve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.padding import Padding

from agent.app.given import one_of
from agent.app.home import open_home
from agent.app.output import emit_json, indented, say, words
from agent.app.people import person_of
from agent.review import stages
from agent.review.classify import Classified
from agent.review.locks import order_facts
from agent.review.staged import ReviewStages
from policies.guard import LOCKED_ACTIONS, Agent, PacketFacts, explain
from policies.version import policy_version


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


def explain_action(
    where: Path, action: str, order: str, as_of_text: str | None, user: str | None, json: bool
) -> None:
    """Say which rule decides on an action of an order, and who could approve it."""
    one_of(action, "locked action", LOCKED_ACTIONS)
    home = open_home(where)
    as_of, rules, snapshot = home.as_of(as_of_text), home.rules(), home.snapshot()
    (order_id,) = stages.resolve(snapshot, [order], as_of)
    body, judged = ReviewStages(snapshot, rules).judged(order_id, as_of)
    facts = _as_if_waiting(judged, body["fingerprint"], policy_version(rules), as_of)
    who = (
        person_of(judged.case, user, judged.settings.approval.policy_currency) if user else Agent()
    )
    answer: dict[str, Any] = {"order_id": order_id, **explain(action, facts, who)}
    answer["people"] = _people(judged, action, facts, answer["roles"])
    if json:
        emit_json(answer)
        return
    say(*_explained(answer))


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
    if answer["would_change"]:
        lines.append(f"would change it: {'; '.join(answer['would_change'])}")
    return lines
