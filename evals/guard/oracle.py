"""`python -m evals.guard.oracle`: the guard against an independent second opinion.

Both answer the same random requests; every answer, allowed or not and by which rules, has to be
equal. Who may approve is answered from memory too, and has to equal what is asked afresh.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from random import Random
from typing import Any

import orjson

from evals.guard.asking import Ask
from evals.guard.comparing import ask, lock_of
from evals.guard.rulebook import judge
from evals.guard.scenarios import asks
from evals.guard.tally import ALLOWED_SHARE, ONLY_BESIDE, RULE_DECIDES, Tally
from policies.guard import Guard, shipped

SHOWN = 5
FULL, QUICK = 1_000_000, 6_000
SHARE = 10_000
"""Requests of one piece of work: each has a seed of its own."""
LOCKS_EVERY = 1000
"""One request in so many is also asked who may approve, from memory and afresh."""


def compare(requests: int, seed: int, guard: Guard | None = None) -> Tally:
    """Ask both at least so many requests."""
    asked, rng, tally = guard or shipped(), Random(seed), Tally()
    while tally.requests < requests:
        for one in asks(rng):
            _compare(asked, one, tally)
            if tally.requests % LOCKS_EVERY == 0:
                _compare_locks(asked, one, tally)
    return tally


def _compare(guard: Guard, one: Ask, tally: Tally) -> None:
    expected = judge(one.who, one.action, one.facts)
    answered = ask(guard, one)
    tally.count(one, *answered)
    if expected != answered:
        tally.wrong += 1
        if len(tally.disagreements) < SHOWN:
            said = {"oracle": _said(expected), "guard": _said(answered)}
            tally.disagreements.append({"asked": repr(one), **said})


def _said(answer: tuple[bool, frozenset[str]]) -> dict[str, Any]:
    return {"allowed": answer[0], "rules": sorted(answer[1])}


def _compare_locks(guard: Guard, one: Ask, tally: Tally) -> None:
    facts = lock_of(one.facts)
    tally.locks += 1
    if guard.locks(facts) != guard.locks_in_full(facts):
        tally.locks_differ += 1


def run(requests: int, seed: int, processes: int, minutes: float = 0) -> Tally:
    """Share the requests among processes, with progress on stderr; 0 minutes: to the end."""
    from rich.console import Console
    from rich.progress import track

    shares = [min(SHARE, requests - first) for first in range(0, requests, SHARE)]
    total, started = Tally(), seed * 1_000_003
    if processes == 1:
        for number, share in enumerate(shares):
            total.add(compare(share, started + number))
        return total
    console, until = Console(file=sys.stderr), time.monotonic() + 60 * minutes
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(compare, s, started + n) for n, s in enumerate(shares)]
        done = track(as_completed(waiting), "asking", total=len(waiting), console=console,
                     disable=not console.is_terminal)  # fmt: skip
        for one in done:
            total.add(one.result())
            if minutes and time.monotonic() > until:
                pool.shutdown(wait=False, cancel_futures=True)
                break
    return total


def report(tally: Tally, seconds: float) -> dict[str, Any]:
    """The figures, and what falls short of them."""
    rules = shipped().rules()
    least = RULE_DECIDES if tally.requests >= FULL else 1
    shares = {a: s for a, s in tally.shares().items() if not _is_the_agents(a)}
    seldom = {r: tally.rules[r] for r in rules if tally.rules[r] < least}
    never_alone = {r: tally.alone[r] for r in rules
                   if tally.alone[r] < least and r not in ONLY_BESIDE}  # fmt: skip
    return {
        "policy": shipped().policy_hash()[:16], "requests": tally.requests,
        "disagreements": tally.wrong, "examples": tally.disagreements,
        "locks_compared": tally.locks, "locks_that_differ": tally.locks_differ,
        "rules": {"count": len(rules), "least": least, "seldom": seldom,
                  "seldom_alone": never_alone, "decided": dict(sorted(tally.rules.items())),
                  "alone": dict(sorted(tally.alone.items()))},
        "allowed": {"least": min(shares.values(), default=0.0), "by_action": shares,
                    "overall": round(sum(tally.allowed.values()) / max(1, tally.requests), 3)},
        "edges": dict(sorted(tally.edges.items())),
        "seconds": round(seconds, 1),
        "holds": not tally.wrong and not tally.locks_differ and not seldom
                 and min(shares.values(), default=0.0) >= ALLOWED_SHARE,
    }  # fmt: skip


def _is_the_agents(action: str) -> bool:
    """Actions that no person may do, and locks that the agent may not pass."""
    return action in ("classify", "recommend") or action == "see other (agent)"


def main(words: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 where a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m evals.guard.oracle", description=__doc__)
    parser.add_argument("--requests", type=int, default=FULL)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} requests in one process")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=0, help="stop after so long (0: never)")
    given = parser.parse_args(words)
    started = time.perf_counter()
    size, processes = (QUICK, 1) if given.quick else (given.requests, max(1, given.processes))
    body = report(run(size, given.seed, processes, given.minutes), time.perf_counter() - started)
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["holds"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
