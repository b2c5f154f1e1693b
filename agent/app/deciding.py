"""The functions behind `work`, `decide`, `audit verify` and `policy explain`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.padding import Padding

from agent.app.home import Home, open_home
from agent.app.output import counted, emit_json, indented, say, words
from agent.app.people import person_of
from agent.app.reviewing import Selection, select
from agent.app.working import DESK_FILE, Workplace, WorkReport, decide, open_workplace, work
from agent.desk import audit
from agent.desk.cases import Opening
from agent.desk.decisions import Current, Outcome, Request
from agent.desk.models import Packet
from agent.desk.store import open_desk
from agent.desk.waiting import waiting_packet
from agent.review import stages
from agent.review.classify import Classified
from agent.review.intake import intake
from agent.review.locks import order_facts
from agent.review.staged import ReviewStages
from policies.guard import LOCKED_ACTIONS, Agent, PacketFacts, explain
from policies.settings import Rules
from policies.version import policy_version
from tools.errors import BadInput, Denied, Refused
from tools.evidence import look_up
from tools.rows import Figure

DECISIONS = ("approve", "reject", "send-back", "request-info", "reassign", "snooze")

DRAFT_AGAIN = frozenset({"policy-changed", "packet-expired"})
"""Rules of `rights.cedar` that a new version of the packet satisfies."""


def workplace(home: Home, rules: Rules, review: ReviewStages) -> Workplace:
    """The desk of a home; a demo home's clock stands at its pinned moment."""
    pinned = home.pinned
    clock = (lambda _: pinned) if pinned is not None else None
    return open_workplace(home.path, review, policy_version(rules), clock=clock)


def _opening(judged: Classified) -> Opening:
    case = intake(judged)
    latest = judged.result.sections.get("delivery", {}).get("latest_action_at")
    value = latest.value if isinstance(latest, Figure) else latest
    deadline = datetime.fromisoformat(value) if isinstance(value, str) else None
    return Opening(case.order_id, case.hold_id, case.placed_at, case.sla_due_at, deadline)


def open_cases(home: Home, orders: Sequence[str], as_of: datetime) -> WorkReport:
    """Open the cases of the orders (all held ones where none is named) and draft their packets."""
    rules, snapshot = home.rules(), home.snapshot()
    ids = select(snapshot, Selection(tuple(orders), held=not orders), as_of)
    if not orders and not snapshot.tables["holds"].present:
        ids = []
    review = ReviewStages(snapshot, rules)
    judged = review.prepare(ids, as_of)
    return work(workplace(home, rules, review), [_opening(one) for one in judged], as_of)


def work_queue(where: Path, orders: Sequence[str], as_of_text: str | None, json: bool) -> None:
    """Open cases and say what waits."""
    home = open_home(where)
    report = open_cases(home, orders, home.as_of(as_of_text))
    if json:
        emit_json({"waiting": report.waiting, "resumed": report.resumed, "failed": report.failed})
    else:
        say(_worked(report))
    if report.failed:
        failed = counted(len(report.failed), "order")
        raise Refused(f"{failed} could not be drafted; run holddesk work again")


def _worked(report: WorkReport) -> str:
    lines = [f"{order_id} failed: {why}" for order_id, why in report.failed.items()]
    if report.waiting:
        newly = counted(len(report.waiting), "new packet")
        lines.append(f"{newly} for a decision: holddesk decide ORDER approve|reject")
    elif not report.failed:
        lines.append("nothing new: every packet waits already or is decided; see holddesk queue")
    return "\n".join(lines)


def _one_of(given: str, what: str, known: Sequence[str]) -> None:
    if given not in known:
        raise BadInput(f"{given} is no {what}; use one of {', '.join(known)}")


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
    _one_of(decision, "decision", DECISIONS)
    _one_of(action, "locked action", LOCKED_ACTIONS)
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


def verify_audit(where: Path, json: bool) -> None:
    """Check the hash chain; a broken one ends with exit code 1 and names the first bad row."""
    home = open_home(where)
    if not (home.path / DESK_FILE).exists():
        raise BadInput(f"{home.path} has no desk yet; run holddesk work or holddesk demo")
    report = audit.verify(open_desk(home.path / DESK_FILE, head=home.path / "audit.head"))
    if json:
        emit_json(report._asdict())
    else:
        state = "holds" if report.ok else f"is broken at row {report.first_bad_seq}: {report.why}"
        say(f"audit: {counted(report.rows, 'row')}, the chain {state}")
    if not report.ok:
        raise Refused(f"the audit chain is broken at row {report.first_bad_seq}: {report.why}")


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
    _one_of(action, "locked action", LOCKED_ACTIONS)
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


def order_ids_on_hold(home: Home, as_of: datetime) -> list[str]:
    """The held orders of a home."""
    return [str(row["order_id"]) for row in look_up(home.snapshot(), "held_orders", as_of)]
