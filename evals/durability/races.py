"""Races for a decision: `python -m evals.durability.races [--races N] [--quick]`.

Two to sixteen reviewers in at least two processes decide on one packet at the same moment:
approvals, rejections, edits, double clicks, one person through two accounts, two signatures.
Prints JSON; exits 1 where a packet has not exactly one winner in the rows of the database.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import orjson

from agent.desk.decisions import decide
from agent.desk.store import Desk, open_desk
from evals.durability.databases import NOT_RUN, database, databases
from evals.durability.races_witness import witness
from evals.durability.world import (
    LARGE,
    POLICY,
    SMALL,
    draft_packets,
    order_facts,
    pinned,
    request,
    somebody,
)
from policies.guard import Person, shipped
from tools.errors import Denied, Refused

KINDS = ("approve", "approve or reject", "double click", "same key", "two accounts",
         "two signatures", "mixed")  # fmt: skip
PATIENCE = 300
"""Seconds that one process waits for the others."""
THREADS = 8

Told = tuple[int, str, str]
"""Number of the race, what the reviewer was told, the decision's id where one was final."""


@dataclass(frozen=True, slots=True)
class Race:
    """Attempts on one packet; those of one race are made at the same moment."""

    number: int
    kind: str
    value: int
    attempts: tuple[tuple[Person, str], ...]

    @property
    def order_id(self) -> str:
        """The order that it is about."""
        return f"SO-{self.number}"


def races(count: int, seed: int) -> list[Race]:
    """The races of a seed, every kind in its turn."""
    chance = Random(seed)  # noqa: S311 - a schedule, no secret
    return [_race(number, KINDS[number % len(KINDS)], chance) for number in range(count)]


def _race(number: int, kind: str, chance: Random) -> Race:
    many = chance.randint(2, 16)
    attempts = _attempts(kind, many, chance)
    chance.shuffle(attempts)
    return Race(number, kind, LARGE if kind == "two signatures" else SMALL, tuple(attempts))


def _attempts(kind: str, many: int, chance: Random) -> list[tuple[Person, str]]:
    people = [somebody("sales_operations", n) for n in range(many)]
    accounts = [somebody("sales_operations", 0, "ab"[n % 2]) for n in range(many)]
    if kind == "approve or reject":
        return [(who, chance.choice(("approve", "reject"))) for who in people]
    if kind in ("double click", "same key"):
        return [(people[0], "approve")] * many
    if kind == "two accounts":
        return [(who, "approve") for who in accounts]
    if kind == "two signatures":
        return _two_signatures(many)
    return _mixed(people, chance) if kind == "mixed" else [(who, "approve") for who in people]


def _two_signatures(many: int) -> list[tuple[Person, str]]:
    """One seller through two accounts, again and again, and an executive once."""
    sellers = [somebody("sales_operations", 0, "ab"[n % 2]) for n in range(many - 1)]
    return [(who, "approve") for who in (*sellers, somebody("executive", 0))]


def _mixed(people: Sequence[Person], chance: Random) -> list[tuple[Person, str]]:
    """Whatever a person can do with a packet; one of them decides in any case."""
    any_of = ("approve", "reject", "edit", "send_back", "snooze", "request_info")
    return [(people[0], "approve"), *((who, chance.choice(any_of)) for who in people[1:])]


def run(count: int, seed: int, processes: int, home: Path, url: str | None) -> dict[str, Any]:
    """Run the races on one database and look at what its rows say."""
    planned = races(count, seed)
    open_at(home, url).close()
    started = time.monotonic()
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(processes, _meet_at, (spawn.Barrier(processes),)) as pool:
        shares = [(me, processes, planned, home, url) for me in range(processes)]
        told = [one for part in pool.starmap(_run_share, shares, chunksize=1) for one in part]
    desk = open_at(home, url)
    body = witness(desk, planned, told)
    desk.close()
    return {"processes": processes, "seconds": round(time.monotonic() - started, 1), **body}


def open_at(home: Path, url: str | None) -> Desk:
    """The desk of a check."""
    return open_desk(url or home / "desk.sqlite", head=home / "audit.head", clock=pinned)


_meeting: list[Any] = []


def _meet_at(barrier: Any) -> None:
    _meeting[:] = [barrier]


def _run_share(
    me: int, processes: int, planned: Sequence[Race], home: Path, url: str | None
) -> list[Told]:
    """One process: draft its share of the packets, then make its share of every race's attempts."""
    desk = open_at(home, url)
    mine = planned[me::processes]
    for first in range(0, len(mine), 200):
        draft_packets(desk, [order_facts(r.order_id, r.value) for r in mine[first : first + 200]])
    told: list[Told] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for race in planned:
            _meeting[0].wait(PATIENCE)
            attempts = race.attempts[me::processes]
            told += pool.map(lambda one, race=race: _attempt(desk, race, *one), attempts)
    desk.close()
    return told


def _attempt(desk: Desk, race: Race, who: Person, decision: str) -> Told:
    try:
        key = f"k{race.number}" if race.kind == "same key" else ""
        asked = replace(request(race.order_id, who, decision), key=key)
        outcome = decide(desk, asked, shipped(), POLICY)
    except Denied:
        return race.number, "denied", ""
    except Refused:
        return race.number, "refused", ""
    except Exception as error:  # noqa: BLE001 - reported as a failure of the check
        return race.number, f"{type(error).__name__}: {error}", ""
    if not outcome.final:
        return race.number, "signed" if outcome.decision_id else "kept", ""
    told = "told again" if outcome.repeated else "decided"
    return race.number, told, str(outcome.decision_id)


def main(words: Sequence[str] | None = None) -> int:
    """Run the races on each database; 1 where one of them has not exactly one winner."""
    parser = argparse.ArgumentParser(prog="python -m evals.durability.races", description=__doc__)
    parser.add_argument("--races", type=int, default=10_000, help="on each database (10000)")
    parser.add_argument("--quick", action="store_true", help="60 races on each database")
    parser.add_argument("--processes", type=int, default=2, help="at least two (2)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database")
    asked = parser.parse_args(words)
    count = 60 if asked.quick else asked.races
    body: dict[str, Any] = {"seed": asked.seed, "sqlite": None, "postgresql": NOT_RUN}
    for name in databases(asked.only):
        with tempfile.TemporaryDirectory() as folder, database(name, Path(folder)) as url:
            body[name] = run(count, asked.seed, max(2, asked.processes), Path(folder), url)
    done = [part for part in body.values() if isinstance(part, dict)]
    body["holds"] = bool(done) and all(part["violations"] == [] for part in done)
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
