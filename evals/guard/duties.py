"""`python -m evals.guard.duties`: every sequence of duties on one order, to depth five.

Five people, each with two accounts and every right to sign, try each of four duties: editing the
packet, approving an override, releasing, writing to the customer; present, absent, and standing in
for up to two others. What the guard allows becomes the history of the next request, as the desk
keeps it. No sequence may let one person do two duties, sign twice, or act for somebody who did
another. People are interchangeable: states that differ by names alone are asked once.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import orjson

from evals.guard.asking import NOBODY, Ask, Facts, Who
from evals.guard.comparing import ask
from policies.guard import Guard, shipped

DUTIES = {"edit": "edit", "approve": "override_credit", "release": "release_order",
          "notify": "notify_customer"}  # fmt: skip
PEOPLE, DEPTH, PRINCIPALS = 5, 5, 2
CREATE = "create"
LARGE = 30_000_000


@dataclass(frozen=True)
class State:
    """What each person did on the order, and whose signature waits for a second."""

    did: tuple[frozenset[str], ...]
    pending: tuple[str, int] | None = None

    def canonical(self) -> State:
        """The same state with people in a fixed order."""
        order = sorted(
            range(len(self.did)),
            key=lambda one: (sorted(self.did[one]), self.pending is not None
                             and self.pending[1] == one),
        )  # fmt: skip
        pending = self.pending and (self.pending[0], order.index(self.pending[1]))
        return State(tuple(self.did[one] for one in order), pending)


@dataclass(frozen=True)
class Move:
    """One attempt: a duty, by a person through one of two accounts; absent, or for others."""

    duty: str
    actor: int
    account: int = 0
    absent: bool = False
    principals: tuple[int, ...] = ()


@dataclass
class Found:
    """What a search saw."""

    states: int = 0
    attempts: int = 0
    allowed: int = 0
    sequences: int = 0
    violations: list[dict[str, Any]] = field(default_factory=list)


def moves(people: int = PEOPLE) -> Iterator[Move]:
    """Every attempt that can be made in a state."""
    for duty in DUTIES:
        for actor in range(people):
            others = [one for one in range(people) if one != actor]
            for account in (0, 1):
                yield Move(duty, actor, account)
                yield Move(duty, actor, account, absent=True)
            for size in range(1, PRINCIPALS + 1):
                for principals in combinations(others, size):
                    yield Move(duty, actor, principals=principals)


def asked(state: State, move: Move, *, dual: bool) -> Ask:
    """The attempt as the desk would put it to the guard."""

    def those(*duties: str) -> frozenset[str]:
        return frozenset(f"p.{n}" for n, did in enumerate(state.did) if did & set(duties))

    signed = state.pending
    facts = Facts(
        classes=frozenset({"approval_gap"}), credit_authority=LARGE, order_value=LARGE,
        credit_excess=LARGE, executive_from=LARGE if dual else LARGE + 1,
        creators=those(CREATE), requesters=those("edit"),
        approvers=those("approve", "release", "notify"), overriders=those("approve"),
        releasers=those("release"), communicators=those("notify"),
        first_signer=f"p.{signed[1]}" if signed else "",
        first_roles=frozenset({"executive"}) if signed else NOBODY,
    )  # fmt: skip
    who = Who(
        f"u.{move.actor}.{move.account}", f"p.{move.actor}", frozenset({"executive"}),
        limit=LARGE, absent=move.absent,
        stands_in_for=frozenset(f"p.{one}" for one in move.principals),
    )  # fmt: skip
    return Ask(who, DUTIES[move.duty], facts)


def after(state: State, move: Move, *, dual: bool) -> State:
    """The state once the attempt was allowed; an edit ends a signature that waits."""
    waiting = state.pending
    done = {move.actor: {move.duty}}
    needs_two = dual and move.duty in ("approve", "release")
    if needs_two and (waiting is None or waiting[0] != move.duty):
        return replace(state, pending=(move.duty, move.actor))
    if waiting is not None:
        done.setdefault(waiting[1], set()).add(waiting[0])
    did = tuple(old | frozenset(done.get(n, ())) for n, old in enumerate(state.did))
    return State(did)


def violation(state: State, move: Move) -> str:
    """What the allowed attempt breaks, or nothing."""
    before = state.did[move.actor]
    if before - {move.duty}:
        return f"did {sorted(before)} before"
    if state.pending and state.pending[1] == move.actor:
        same = state.pending[0] == move.duty
        return "signed twice" if same else f"signed {state.pending[0]} before"
    if any(state.did[one] - {move.duty} for one in move.principals):
        return "stands in for somebody who did another duty"
    return "was absent" if move.absent else ""


def search(
    guard: Guard, *, depth: int = DEPTH, people: int = PEOPLE, dual: bool = False,
    created: bool = False, reduced: bool = True,
) -> Found:  # fmt: skip
    """All sequences of allowed attempts from an order that one of them, or nobody, entered."""
    nothing = [frozenset[str]()] * people
    first = State((frozenset({CREATE}), *nothing[1:]) if created else tuple(nothing))
    level: Counter[State] = Counter({first.canonical() if reduced else first: 1})
    seen, found = set(level), Found()
    for _ in range(depth):
        following: Counter[State] = Counter()
        for state, paths in level.items():
            for move in moves(people):
                _step(guard, state, move, paths, following, found, dual=dual, reduced=reduced)
        found.sequences += sum(following.values())
        seen |= set(following)
        level = following
    found.states = len(seen)
    return found


def _step(
    guard: Guard, state: State, move: Move, paths: int, following: Counter[State], found: Found,
    *, dual: bool, reduced: bool,
) -> None:  # fmt: skip
    if state.pending and move.duty not in (state.pending[0], "edit"):
        return  # the desk takes a second signature on the same action only
    found.attempts += 1
    one = asked(state, move, dual=dual)
    allowed, rules = ask(guard, one)
    if not allowed:
        return
    found.allowed += 1
    if broken := violation(state, move):
        found.violations.append(
            {"state": [sorted(did) for did in state.did], "move": repr(move), "broken": broken,
             "rules": sorted(rules)}
        )  # fmt: skip
        return
    made = after(state, move, dual=dual)
    following[made.canonical() if reduced else made] += paths


def report(guard: Guard, *, depth: int, people: int) -> dict[str, Any]:
    """One and two signatures, an order that nobody or one of the people entered."""
    started = time.perf_counter()
    runs = {
        f"{'two signatures' if dual else 'one signature'}, "
        f"{'entered by one of them' if created else 'entered by a job'}": search(
            guard, depth=depth, people=people, dual=dual, created=created
        )
        for dual in (False, True)
        for created in (False, True)
    }
    violations = [one for run in runs.values() for one in run.violations]
    return {
        "people": people, "duties": list(DUTIES), "depth": depth,
        "policy": guard.policy_hash()[:16],
        "states": sum(run.states for run in runs.values()),
        "attempts": sum(run.attempts for run in runs.values()),
        "sequences": sum(run.sequences for run in runs.values()),
        "runs": {name: {"states": r.states, "attempts": r.attempts, "allowed": r.allowed,
                        "sequences": r.sequences} for name, r in runs.items()},
        "violations": len(violations), "examples": violations[:5],
        "seconds": round(time.perf_counter() - started, 1),
        "holds": not violations and all(run.allowed for run in runs.values()),
    }  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 where a sequence breaks the separation of duties."""
    parser = argparse.ArgumentParser(prog="python -m evals.guard.duties", description=__doc__)
    parser.add_argument("--depth", type=int, default=DEPTH)
    parser.add_argument("--quick", action="store_true", help="three people, to depth two")
    given = parser.parse_args(words)
    depth, people = (2, 3) if given.quick else (given.depth, PEOPLE)
    body = report(shipped(), depth=depth, people=people)
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["holds"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
