"""`python -m evals.guard.mutants`: break each rule mechanically; the oracle has to notice.

A mutant is caught where one request is answered otherwise than the oracle answers: another
decision, or the same one by other rules. A text that is refused when it is read counts in neither.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from multiprocessing import get_context
from random import Random
from typing import Any

import orjson

from evals.guard.comparing import ask
from evals.guard.mutations import Mutant, mutants
from evals.guard.rulebook import judge
from evals.guard.scenarios import asks
from policies.guard import Guard
from policies.guard_engine import Answer, Engine

FULL, QUICK = 24_000, 4_000
EACH = 23
"""A quick run tries one mutant in so many."""
SCORE = 0.95
Calls = tuple[Any, ...]


def policy_text(name: str = "rights.cedar") -> str:
    """The shipped policy text, or its schema."""
    return (files("policies") / name).read_text(encoding="utf-8")


class Recording(Engine):
    """The engine, which keeps what it was asked last."""

    last: Calls = ()

    def ask(self, who: Any, action: str, packet: str, request: dict[str, Any], entities: Any, *,
            checked: bool = False, kind: str = "Packet") -> Answer:  # fmt: skip
        """See `Engine.ask`."""
        self.last = (who, action, packet, request, entities, kind)
        return super().ask(who, action, packet, request, entities, checked=checked, kind=kind)


@dataclass(frozen=True)
class Question:
    """A request as the engine is asked it, and what the oracle answers."""

    action: str
    call: Calls
    expected: tuple[bool, frozenset[str]]


@dataclass
class Corpus:
    """The requests, by the rules that decide them."""

    questions: list[Question] = field(default_factory=list)

    def about(self, rule: str) -> list[Question]:
        """All requests: those that the rule decides first, then those for the same actions."""
        actions = {one.action for one in self.questions if rule in one.expected[1]}
        return sorted(
            self.questions,
            key=lambda one: (rule not in one.expected[1], one.action not in actions),
        )


@cache
def corpus(size: int, seed: int) -> Corpus:
    """Random requests on which the guard and the oracle agree."""
    guard = Guard(policy_text(), policy_text("rights.cedarschema"))
    guard.engine = engine = Recording(policy_text(), policy_text("rights.cedarschema"))
    rng, found = Random(seed), Corpus()
    while len(found.questions) < size:
        for one in asks(rng):
            expected, answered = judge(one.who, one.action, one.facts), ask(guard, one)
            if expected == answered:
                found.questions.append(Question(one.action, engine.last, expected))
    return found


def caught(mutant: Mutant, questions: Sequence[Question]) -> str:
    """`decision` or `rules` where a request is answered otherwise; `refused`; else nothing."""
    engine = Engine(mutant.text, policy_text("rights.cedarschema"))
    if engine.problem:
        return "refused"
    for one in questions:
        who, action, packet, request, entities, kind = one.call
        answer = engine.ask(who, action, packet, request, entities, checked=True, kind=kind)
        if answer.allowed != one.expected[0]:
            return "decision"
        if frozenset(answer.rules) != one.expected[1]:
            return "rules"
    return ""


def _try(rule: str, of_rule: list[Mutant], size: int, seed: int) -> list[tuple[Mutant, str]]:
    questions = corpus(size, seed).about(rule)
    return [(one, caught(one, questions)) for one in of_rule]


def run(size: int, seed: int, processes: int, every: int = 1) -> list[tuple[Mutant, str]]:
    """Try the mutants, rule by rule, shared among processes."""
    by_rule: dict[str, list[Mutant]] = {}
    for number, one in enumerate(mutants(policy_text())):
        if number % every == 0:
            by_rule.setdefault(one.rule, []).append(one)
    if processes == 1:
        return [r for rule, of_rule in by_rule.items() for r in _try(rule, of_rule, size, seed)]
    from rich.console import Console
    from rich.progress import track

    console = Console(file=sys.stderr)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_try, rule, ms, size, seed) for rule, ms in by_rule.items()]
        done = track(as_completed(waiting), "breaking rules", total=len(waiting), console=console,
                     disable=not console.is_terminal)  # fmt: skip
        return [result for one in done for result in one.result()]


def report(results: Sequence[tuple[Mutant, str]], seconds: float) -> dict[str, Any]:
    """How many were caught, by kind, and every survivor."""
    live = [(mutant, how) for mutant, how in results if how != "refused"]
    alive = sorted(((m.rule, m.kind, m.what) for m, how in live if not how), key=str)
    score = 1 - len(alive) / max(1, len(live))
    return {
        "mutants": len(live), "caught": len(live) - len(alive), "score": round(score, 4),
        "by_another_decision_first": sum(how == "decision" for _, how in live),
        "refused_when_read": len(results) - len(live),
        "by_kind": dict(sorted(Counter(m.kind for m, _ in live).items())),
        "policy": Guard(policy_text(), policy_text("rights.cedarschema")).policy_hash()[:16],
        "survivors": [{"rule": rule, "kind": kind, "what": what} for rule, kind, what in alive],
        "seconds": round(seconds, 1), "holds": bool(live) and score >= SCORE,
    }  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 where too few are caught."""
    parser = argparse.ArgumentParser(prog="python -m evals.guard.mutants", description=__doc__)
    parser.add_argument("--requests", type=int, default=FULL, help="requests that may catch one")
    parser.add_argument("--quick", action="store_true", help=f"one mutant in {EACH}, one process")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args(words)
    started = time.perf_counter()
    results = (
        run(QUICK, given.seed, 1, EACH) if given.quick
        else run(given.requests, given.seed, max(1, given.processes))
    )  # fmt: skip
    body = report(results, time.perf_counter() - started)
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["holds"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
