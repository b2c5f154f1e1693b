"""Whether an approval still stands when its instruction is about to leave.

The sources are read again and the guard is asked again, in full, for every signature and in the
order in which they were given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.app.bounds import measured_facts
from agent.app.home import Home
from agent.app.people import person_of
from agent.app.show_standing import NAMED_CHANGES, changed_figures, changed_rows
from agent.desk import effects, packets
from agent.desk.effects import Acting
from agent.desk.history import decisions, facts_of
from agent.desk.models import Decision, Packet
from agent.desk.outbox_models import EffectApproval, Outbox
from agent.desk.requests import Current, Request
from agent.desk.store import Desk
from agent.review.changes import differences
from agent.review.locks import order_facts
from agent.review.staged import ReviewStages
from policies.guard import Guard, Person
from policies.settings import rules_hash
from policies.version import policy_version
from tools.errors import Denied
from tools.snapshot import pointer

CHANGED = "the evidence changed after the approval: review the order again"


@dataclass(frozen=True, slots=True)
class Now:
    """An order as it is now, and the people who decide on it."""

    current: Current
    body: Mapping[str, Any]
    judged: Any

    def measured(self, row: Decision) -> Current:
        """The order as it is now, its credit measured by what a signature grants."""
        facts = measured_facts(self.judged, self.current.facts, row.action, row.parameters)
        return replace(self.current, facts=facts)

    def person(self, user_id: str) -> Person:
        """The person behind an account, by the staff table of now.

        Raises:
            Denied: the staff table does not know the account any more.
        """
        judged = self.judged
        return person_of(judged.case, user_id, judged.settings.approval.policy_currency)


class Sources:
    """The sources of a home, opened again whenever its snapshot or its rules changed."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._opened: tuple[str, ReviewStages, str] | None = None

    def look(self, order_id: str) -> Now:
        """Read an order again and judge it."""
        body, judged = self._review().judged(order_id, self._home.as_of(None))
        return Now(Current(str(body["fingerprint"]), order_facts(judged)), body, judged)

    @property
    def policy_version(self) -> str:
        """The version of rules and rights in force."""
        self._review()
        return self._opened[2] if self._opened else ""

    def _review(self) -> ReviewStages:
        rules = self._home.rules()
        key = f"{pointer(self._home.path)}|{rules_hash(rules)}"
        if self._opened is None or self._opened[0] != key:
            review = ReviewStages(self._home.snapshot(), rules)
            self._opened = (key, review, policy_version(rules))
        return self._opened[1]


class Standing:
    """Asks, for an instruction, whether what was approved still stands; why not, or nothing."""

    def __init__(self, desk: Desk, guard: Guard, sources: Sources) -> None:
        self._desk, self._guard, self._sources = desk, guard, sources

    def __call__(self, row: Outbox) -> str:
        """Why it stands no more, in a sentence; empty where it does."""
        with self._desk.read() as session:
            found = packets.packet(session, row.packet_id)
            signed = [d for d in decisions(session, row.packet_id) if d.decision == "approve"]
            effect = effects.effect(session, row.effect_id) if row.effect_id else None
        now = self._sources.look(row.order_id)
        reversal = effect is not None and effect.kind == "reversal"
        if now.current.fingerprint != found.fingerprint and not reversal:
            return CHANGED + _what(found, now)
        try:
            if effect is not None:
                return self._effect(effect, found, now)
            return self._signatures(found, signed, now)
        except Denied as error:
            return str(error)

    def _signatures(self, found: Packet, signed: Sequence[Decision], now: Now) -> str:
        if not signed:
            return "the desk holds no approval of it"
        for at, row in enumerate(signed):
            request = Request(
                row.packet_id, _present(now.person(row.user_id)), "approve", row.fingerprint,
                action=row.action, parameters=row.parameters,
            )  # fmt: skip
            with self._desk.read() as session:
                facts = facts_of(
                    self._desk, session, request, found, list(signed[:at]),
                    self._sources.policy_version, now.measured(row),
                )  # fmt: skip
            verdict = self._guard.may(request.person, row.action, replace(facts, pending=True))
            if not verdict.allowed:
                return verdict.reason
        return ""

    def _effect(self, effect: EffectApproval, found: Packet, now: Now) -> str:
        person = _present(now.person(effect.decided_by))
        acting = Acting(person, self._guard, self._sources.policy_version, now.current)
        with self._desk.read() as session:
            facts = effects.facts(self._desk, session, effect, found, acting)
        verdict = self._guard.may(person, effects.GUARDED[effect.kind], facts)
        return "" if verdict.allowed else verdict.reason


def _what(found: Packet, now: Now) -> str:
    """The rows or figures that differ, a few of them."""
    changes = differences(found.body, now.body)
    rows = list(changed_rows(changes)) or list(changed_figures(changes))
    more = f" and {len(rows) - NAMED_CHANGES} more" if len(rows) > NAMED_CHANGES else ""
    return f"; changed: {'; '.join(rows[:NAMED_CHANGES])}{more}" if rows else ""


def _present(person: Person) -> Person:
    """The person as of the signature: an absence that began afterwards does not undo it."""
    return replace(person, absent=False)
