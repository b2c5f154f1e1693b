"""The policy guard: who may do what with which packet. Default deny, and denied on any error.

`locks(facts)` says for every locked action by which rules it is locked for the agent, and who may
approve it. `may(who, action, packet)` is the full answer for one principal at one moment. Both ask
the same policy text, `rights.cedar`; who could approve is found by asking it for each role, so
that there is no second list of rights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from policies.guard_context import (
    EXECUTIVE,
    MOST,
    authority_of,
    banded,
    measures,
    packet_of,
    probe_of,
    read_by,
    request_of,
)
from policies.guard_engine import GUARD_ERROR, NO_RULE, Answer, Engine
from policies.guard_facts import (
    AGENT_ACTIONS,
    BUSINESS_ROLES,
    EFFECTS,
    HANDLING,
    LOCKED_ACTIONS,
    NO_AUTHORITY,
    OVERRIDES,
    RELEASES,
    ROLES,
    Agent,
    Lock,
    LockFacts,
    OrderFacts,
    PacketFacts,
    Person,
    Rule,
    Verdict,
    facts_json,
    facts_of_json,
    faults,
    limit_to_minor,
    to_minor,
)

__all__ = [
    "AGENT_ACTIONS", "BUSINESS_ROLES", "EFFECTS", "GUARD_ERROR", "HANDLING", "LOCKED_ACTIONS",
    "NO_RULE", "OVERRIDES", "RELEASES", "ROLES", "Agent", "Guard", "Lock", "LockFacts",
    "OrderFacts", "PacketFacts",
    "Person", "Rule", "Verdict", "actions_json", "explain", "facts_json", "facts_of_json",
    "limit_to_minor", "locks", "may", "policy_hash", "shipped", "to_minor",
]  # fmt: skip

AskAgent = Callable[[str, LockFacts, frozenset[str]], Answer]
WhoApproves = Callable[[str, LockFacts, frozenset[str]], tuple[tuple[str, ...], int]]


class Guard:
    """The guard over one policy text; the shipped one is `shipped()`."""

    def __init__(self, policies: str, schema: str) -> None:
        self.engine = Engine(policies, schema)
        self._locks = lru_cache(maxsize=4096)(self._all_locks)
        self._locked = lru_cache(maxsize=16384)(self._ask_agent)
        self._probes = lru_cache(maxsize=256)(self._probe_entities)
        self._approval = lru_cache(maxsize=16384)(self._who_approves)

    @property
    def problem(self) -> str:
        """Why nothing is allowed at all, or an empty string."""
        return self.engine.problem

    def policy_hash(self) -> str:
        """SHA-256 of the policy text and its schema."""
        return self.engine.hash

    def rules(self) -> dict[str, Rule]:
        """Every rule by its id."""
        return dict(self.engine.rules)

    def locks(self, facts: LockFacts) -> dict[str, Lock]:
        """Every locked action: the rules that lock it for the agent, and who may approve it."""
        try:
            if wrong := self._wrong(facts, LockFacts):
                raise TypeError(wrong)
            return dict(self._locks(banded(facts)))
        except Exception:  # noqa: BLE001 - fail closed on anything
            return {a: Lock(a, (GUARD_ERROR,), (), 1, 0) for a in LOCKED_ACTIONS}

    def locks_in_full(self, facts: LockFacts) -> dict[str, Lock]:
        """The same without bands and memory: what `locks` is held against."""
        return {action: self._lock_in_full(action, facts) for action in LOCKED_ACTIONS}

    def may(self, who: Agent | Person, action: str, packet: PacketFacts) -> Verdict:
        """Whether somebody may do an action on a packet now: the full evaluation."""
        try:
            return self._may(who, action, packet)
        except Exception as error:  # noqa: BLE001 - fail closed on anything
            return _broken(f"{type(error).__name__}")

    def sees(self, who: Agent | Person, group: str) -> Answer:
        """Whether somebody sees a group of columns, and by which rules; no on any fault."""
        try:
            kind = type(who) if isinstance(who, Agent | Person) else Person
            if wrong := self._wrong(who, kind):
                return Answer(False, (GUARD_ERROR,), (wrong,))
            entities = self.engine.people((who,) if isinstance(who, Person) else ())
            return self.engine.ask(who, "see", group, {}, entities, kind="ColumnGroup")
        except Exception as error:  # noqa: BLE001 - fail closed on anything
            return Answer(False, (GUARD_ERROR,), (type(error).__name__,))

    def actions_json(self, facts: LockFacts, as_of: datetime) -> list[dict[str, Any]]:
        """The packet's `actions`: all locked actions with rules and who may approve them."""
        return [
            {
                "action": lock.action,
                "allowed": False,
                "rules": list(lock.rules),
                "approval": {
                    "roles": list(lock.roles),
                    "count": lock.count,
                    "expires_at": (as_of + timedelta(hours=lock.expires_hours)).isoformat(),
                },
            }
            for lock in self.locks(facts).values()
        ]

    def explain(
        self, action: str, packet: PacketFacts, who: Agent | Person | None = None
    ) -> dict[str, Any]:
        """Which rules decide, in words, and who could approve.

        `measured` and `authority` are minor units of the policy currency; None where nothing is
        measured, or the amount or any authority is not known.
        """
        verdict = self.may(who or Agent(), action, packet)
        return {
            "action": action,
            "who": (who or Agent()).user_id,
            "allowed": verdict.allowed,
            "reason": verdict.reason,
            "rules": [
                {"id": rule, "says": self._rule(rule).says, "clears": self._rule(rule).clears}
                for rule in verdict.rules
            ],
            "roles": list(verdict.roles),
            "count": verdict.count,
            "would_change": list(verdict.would_change),
            **_measured(who, action, packet, verdict.roles),
        }

    def _wrong(self, facts: object, kind: type) -> str:
        names = faults(facts) if type(facts) is kind else (kind.__name__,)
        return f"missing or of the wrong type: {', '.join(names)}" if names else ""

    def _may(self, who: Agent | Person, action: str, packet: PacketFacts) -> Verdict:
        if self.problem:
            return _broken(self.problem)
        if action not in (*LOCKED_ACTIONS, *AGENT_ACTIONS, *HANDLING, *EFFECTS):
            return Verdict(False, (NO_RULE,), f"{action!r} is not an action that the desk knows.")
        kind = type(who) if isinstance(who, Agent | Person) else Person
        if wrong := self._wrong(packet, PacketFacts) or self._wrong(who, kind):
            return _broken(wrong)
        waived = frozenset({packet.waives} - {""})
        roles, count = self._approvers(action, packet.order.lock, waived)
        people = (who,) if isinstance(who, Person) else ()
        attributes = packet_of(packet, self._handlers(packet.order))
        entities = self.engine.entities(packet.packet_id, attributes, people)
        most = NO_AUTHORITY
        if isinstance(who, Person):
            most = authority_of(who, action, waived, (*roles, EXECUTIVE))
        request = request_of(action, packet, waived, most)
        answer = self.engine.ask(who, action, packet.packet_id, request, entities)
        return self._verdict(who, action, answer, roles, count)

    def _approvers(
        self, action: str, facts: LockFacts, waived: frozenset[str]
    ) -> tuple[tuple[str, ...], int]:
        if action not in LOCKED_ACTIONS:
            return (), 1
        return self._remembered(action, banded(facts), waived)

    def _remembered(
        self, action: str, facts: LockFacts, waived: frozenset[str]
    ) -> tuple[tuple[str, ...], int]:
        return self._approval(action, read_by(action, waived, facts), waived)

    def _handlers(self, order: OrderFacts) -> frozenset[str]:
        roles, _ = self._approvers("release_order", order.lock, frozenset())
        return frozenset({*roles, EXECUTIVE, order.owner_role} - {""})

    def _verdict(
        self,
        who: Agent | Person,
        action: str,
        answer: Answer,
        roles: tuple[str, ...],
        count: int,
    ) -> Verdict:
        if answer.allowed:
            return Verdict(True, answer.rules, "Allowed.", roles, count)
        if answer.errors:
            return _broken(answer.errors[0])
        said = [self._rule(rule) for rule in answer.rules]
        why = " ".join(rule.says for rule in said if rule.says)
        why = why or "No rule gives any of this person's roles that right."
        could = f" Could be approved by: {', '.join(roles)}." if roles else ""
        change = tuple(dict.fromkeys(rule.clears for rule in said if rule.clears))
        if not change and roles:
            change = (f"somebody with the role {' or '.join(roles)} decides",)
        reason = f"{who.user_id} may not {action.replace('_', ' ')}: {why}{could}"
        return Verdict(False, answer.rules, reason, roles, count, change)

    def _rule(self, rule: str) -> Rule:
        return self.engine.rules.get(rule, Rule(rule, "forbid"))

    def _all_locks(self, facts: LockFacts) -> dict[str, Lock]:
        return {action: self._lock(action, facts) for action in LOCKED_ACTIONS}

    def _lock(self, action: str, facts: LockFacts) -> Lock:
        return self._lock_by(action, facts, self._locked, self._remembered)

    def _lock_in_full(self, action: str, facts: LockFacts) -> Lock:
        return self._lock_by(action, facts, self._ask_agent, self._who_approves)

    def _lock_by(
        self, action: str, facts: LockFacts, ask_agent: AskAgent, who_approves: WhoApproves
    ) -> Lock:
        waived = facts.classes if action == "waive_finding" else frozenset()
        each = [frozenset({one}) for one in waived] or [frozenset[str]()]
        asked = [who_approves(action, facts, one) for one in each]
        named = {role for roles, _ in asked for role in roles}
        answer = ask_agent(action, facts, waived)
        rules = answer.rules if not answer.allowed else (GUARD_ERROR,)
        ordered = tuple(role for role in ROLES if role in named)
        return Lock(action, rules, ordered, max(count for _, count in asked), facts.expires_hours)

    def _who_approves(
        self, action: str, facts: LockFacts, waived: frozenset[str]
    ) -> tuple[tuple[str, ...], int]:
        """The roles that the policy text names for the action, and how many must sign."""
        locked = self._locked(action, facts, waived)
        count = max((self._rule(rule).signers for rule in locked.rules), default=1)
        probe = probe_of(facts)
        if GUARD_ERROR in locked.rules:
            return (), count
        named = self._signers(action, probe, waived)
        if count > 1:
            after_all = replace(probe, first_signer="another", first_roles=_EVERY_ROLE)
            after_others = replace(after_all, first_roles=_EVERY_ROLE - {EXECUTIVE})
            named |= self._signers(action, after_all, waived)
            last = self._signers(action, after_others, waived)
        if count == 1 or last != {EXECUTIVE}:
            named -= {EXECUTIVE}  # who may sign as any is named only where one has to sign
        return tuple(role for role in ROLES if role in named), count

    def _ask_agent(self, action: str, facts: LockFacts, waived: frozenset[str]) -> Answer:
        request = request_of(action, probe_of(facts), waived)
        return self.engine.ask(Agent(), action, "", request, self._probes(facts))

    def _signers(self, action: str, packet: PacketFacts, waived: frozenset[str]) -> set[str]:
        """Roles in which somebody without any history and of any authority may sign now."""
        request = request_of(action, packet, waived, MOST)
        entities = self._probes(packet.order.lock)
        return {
            role
            for role, somebody in _SOMEBODY.items()
            if self.engine.ask(somebody, action, "", request, entities, checked=True).allowed
        }

    def _probe_entities(self, facts: LockFacts) -> Any:
        return self.engine.entities("", packet_of(probe_of(facts)), tuple(_SOMEBODY.values()))


_EVERY_ROLE = frozenset(BUSINESS_ROLES)
_SOMEBODY = {
    role: Person(f"some-{role}", f"some-{role}", frozenset({role})) for role in BUSINESS_ROLES
}
"""For each role a person without any history, who holds it alone."""


def _measured(
    who: Agent | Person | None, action: str, packet: PacketFacts, roles: tuple[str, ...]
) -> dict[str, int | None]:
    """What the action is measured against, and how far the person's authority reaches."""
    waived = frozenset({packet.waives} - {""})
    if not measures(action, waived):
        return {"measured": None, "authority": None}
    request = request_of(action, packet, waived)
    most = NO_AUTHORITY
    if isinstance(who, Person):
        most = authority_of(who, action, waived, (*roles, EXECUTIVE))
    return {
        "measured": request["amount"] if request["amount_known"] else None,
        "authority": most if most > NO_AUTHORITY else None,
    }


def _broken(why: str) -> Verdict:
    return Verdict(
        False,
        (GUARD_ERROR,),
        f"The guard could not decide, so nothing is allowed ({why}).",
        would_change=("the missing or wrong fact is corrected and the order is reviewed again",),
    )


@cache
def shipped() -> Guard:
    """The guard over the policy text of this release."""
    try:
        folder = files("policies")
        policies = (folder / "rights.cedar").read_text(encoding="utf-8")
        schema = (folder / "rights.cedarschema").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        policies = schema = "unreadable"
    return Guard(policies, schema)


def locks(facts: LockFacts) -> dict[str, Lock]:
    """See `Guard.locks`, of the shipped policy text."""
    return shipped().locks(facts)


def may(who: Agent | Person, action: str, packet: PacketFacts) -> Verdict:
    """See `Guard.may`, of the shipped policy text."""
    return shipped().may(who, action, packet)


def actions_json(facts: LockFacts, as_of: datetime) -> list[dict[str, Any]]:
    """See `Guard.actions_json`, of the shipped policy text."""
    return shipped().actions_json(facts, as_of)


def explain(action: str, packet: PacketFacts, who: Agent | Person | None = None) -> dict[str, Any]:
    """See `Guard.explain`, of the shipped policy text."""
    return shipped().explain(action, packet, who)


def policy_hash() -> str:
    """SHA-256 of the shipped policy text and its schema."""
    return shipped().policy_hash()
