"""What a run of the oracle saw: counts that add up over processes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from evals.guard.asking import Ask
from evals.guard.signing import MEASURED, amount_of

RULE_DECIDES = 1000
"""How often each rule has to decide in a run of a million."""
ALLOWED_SHARE = 0.20
"""How much of each action that somebody may do has to be allowed."""
ONLY_BESIDE = {"release-needs-approval"}
"""Rules that never decide alone: the agent is refused by its lock as well."""


@dataclass
class Tally:
    """Requests, disagreements, and what they covered."""

    requests: int = 0
    disagreements: list[dict[str, Any]] = field(default_factory=list)
    wrong: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    allowed: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    edges: Counter[str] = field(default_factory=Counter)
    locks: int = 0
    locks_differ: int = 0

    def count(self, one: Ask, allowed: bool, rules: frozenset[str]) -> None:
        """Count a request by action, by rules, and by the edges that it stands on."""
        self.requests += 1
        action = f"{one.action}{' (agent)' if one.who is None else ''}"
        self.asked[action] += 1
        self.allowed[action] += allowed
        self.rules.update(rules)
        if len(rules) == 1:
            self.alone.update(rules)
        self.edges.update(_edges(one))

    def add(self, other: Tally) -> None:
        """Add the counts of another process."""
        self.requests += other.requests
        self.wrong += other.wrong
        self.disagreements += other.disagreements
        self.locks += other.locks
        self.locks_differ += other.locks_differ
        for name in ("asked", "allowed", "rules", "alone", "edges"):
            getattr(self, name).update(getattr(other, name))

    def shares(self) -> dict[str, float]:
        """The share of allowed requests of each action that anybody may do."""
        return {
            action: round(self.allowed[action] / asked, 3)
            for action, asked in sorted(self.asked.items())
            if self.allowed[action] or not action.endswith("(agent)")
        }


def _edges(one: Ask) -> list[str]:
    """The thresholds within one minor unit, or one second, of this request."""
    facts, found = one.facts, []
    amount, known = amount_of(one.action, facts)
    if one.action in MEASURED and known:
        steps = {"release": facts.release_from, "executive": facts.executive_from,
                 "credit authority": facts.credit_authority}  # fmt: skip
        if one.who is not None:
            caps = [cap for _, action, cap in one.who.ceilings if action == one.action]
            steps |= {"limit": one.who.limit, "ceiling": min(caps, default=None)}
        found = [
            f"{name} {amount - step:+d}"
            for name, step in steps.items()
            if step is not None and abs(amount - step) <= 1
        ]
    if abs(facts.now - facts.expires_at) <= 1:
        found.append(f"expiry {facts.now - facts.expires_at:+d}")
    return found
