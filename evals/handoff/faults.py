"""Hand-off under faults: `python -m evals.handoff.faults [--instructions N] [--quick]`.

Approved instructions are handed to a receiver that fails on purpose while the workers are killed
at random times. The receiver's ledger is the witness: nothing lost, nothing done twice, nothing
sent again before it was asked about. A second receiver does not look at keys, so that there a
sender who repeats himself would be seen. Prints JSON; exits 1 where any of it does not hold.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import orjson
from sqlalchemy import select

from agent.desk import audit
from agent.desk.outbox_models import Outbox
from agent.desk.store import Desk
from evals.durability.databases import database, databases, not_run
from evals.handoff.world import (
    approve_orders,
    ledger,
    left,
    new_secret,
    open_at,
    receiver,
    work,
)

RATE = 0.6
"""Of all requests, how many fail."""
SURELY_NOT_TAKEN = ("429",)
WORKERS = 3
LIFE = (0.3, 8.0)
"""Seconds that a worker lives before it is killed."""
KILLED_FOR = 0.8
"""Of the instructions that are open at the start: until so many left, workers are killed."""
PATIENCE = 900


def run(
    name: str, count: int, seed: int, *, trusting: bool = False, blind: bool = False
) -> dict[str, Any]:
    """One run on one database.

    Args:
        name: sqlite or postgresql.
        count: how many instructions.
        seed: of the faults and the kills.
        trusting: whether the receiver carries out whatever arrives.
        blind: whether the relay is broken on purpose.
    """
    with tempfile.TemporaryDirectory(prefix="holddesk-handoff-") as folder:
        home = Path(folder)
        with database(name, home) as url:
            desk = open_at(home, url)
            orders = approve_orders(desk, count)
            desk.close()
            new_secret(home)
            started = time.monotonic()
            with receiver(home, seed, RATE, trusting) as port:
                kills = _work_and_kill(home, url, port, count, seed, blind)
                seconds = time.monotonic() - started
                time.sleep(2.5)  # what the receiver delivers late still arrives
            desk = open_at(home, url)
            found = _found(desk, orders, ledger(home))
            desk.close()
    return {"database": name, "trusting": trusting, "instructions": count, "kills": kills,
            "seconds": round(seconds, 1), **found}  # fmt: skip


def _work_and_kill(
    home: Path, url: str | None, port: int, count: int, seed: int, blind: bool
) -> int:
    """Keep workers going, and kill them until most is done; how many were killed."""
    fork = multiprocessing.get_context("fork")
    chance, kills, number = Random(seed), 0, 0  # noqa: S311 - a schedule, no secret
    until = time.monotonic() + PATIENCE
    alive: list[tuple[Any, float]] = []
    watch = open_at(home, url)
    try:
        while (open_now := left(watch)) and time.monotonic() < until:
            gentle = open_now <= count * (1 - KILLED_FOR)
            while len(alive) < WORKERS:
                number += 1
                watch.close()  # nothing open is carried over a fork
                one = fork.Process(target=work, args=(home, url, port, f"w{number}", blind))
                one.start()
                alive.append((one, time.monotonic() + chance.uniform(*LIFE)))
            time.sleep(0.05)
            for one, dies_at in list(alive):
                if not one.is_alive():
                    alive.remove((one, dies_at))
                elif time.monotonic() > dies_at and not gentle:
                    one.kill()
                    one.join()
                    kills += 1
                    alive.remove((one, dies_at))
        for one, _ in alive:
            one.join(60)
    finally:
        for one, _ in alive:
            one.kill()
        watch.close()
    return kills


def _found(desk: Desk, orders: Sequence[str], lines: list[dict[str, Any]]) -> dict[str, Any]:
    """What the ledger and the desk say."""
    effects = Counter(line["order"] for line in lines if line["what"] == "effect")
    faults = Counter(line["fault"] for line in lines if line.get("fault"))
    with desk.read() as session:
        statuses = Counter(session.scalars(select(Outbox.status)))
        events = Counter(str(event["event"]) for event in audit.events(session))
    in_doubt = events["handoff.unknown"]
    found = {
        "faults": sum(faults.values()),
        "by_fault": dict(sorted(faults.items())),
        "posts": sum(line["what"] == "post" for line in lines),
        "questions": sum(line["what"] == "get" for line in lines),
        "came_in_doubt": in_doubt,
        "still_in_doubt": statuses["unknown"] + statuses["claimed"] + statuses["pending"],
        "statuses": dict(sorted(statuses.items())),
        "lost": sum(order not in effects for order in orders),
        "done_twice": sum(count > 1 for count in effects.values()),
        "sent_again_unasked": sent_again_unasked(lines),
        "audit_holds": audit.verify(desk).ok,
    }
    found["ok"] = not (
        found["lost"] or found["done_twice"] or found["sent_again_unasked"]
        or found["still_in_doubt"]
    ) and found["audit_holds"] and set(statuses) <= {"sent", "done"}  # fmt: skip
    return found


def sent_again_unasked(lines: Sequence[dict[str, Any]]) -> int:
    """Requests that followed one of the same key which may have been taken, with no question."""
    doubt: dict[str, bool] = {}
    unasked = 0
    for line in lines:
        key = line["key"]
        if line["what"] == "get":
            doubt[key] = False
        elif line["what"] == "post":
            unasked += doubt.get(key, False)
            doubt[key] = line["fault"] not in SURELY_NOT_TAKEN
    return unasked


def main(words: Sequence[str] | None = None) -> int:
    """Run it on every database; 0 where all of it holds."""
    parser = argparse.ArgumentParser(prog="python -m evals.handoff.faults", description=__doc__)
    parser.add_argument("--instructions", type=int, default=320, help="on each database (320)")
    parser.add_argument("--quick", action="store_true", help="a small run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    asked = parser.parse_args(words)
    count = 6 if asked.quick else asked.instructions
    runs = []
    for name in databases(asked.database):
        runs.append(run(name, count, asked.seed))
        runs.append(run(name, max(6, count // 3), asked.seed + 1, trusting=True))
    body = {
        "check": "hand-off under faults",
        "ok": all(one["ok"] for one in runs),
        "faults": sum(one["faults"] for one in runs),
        "kills": sum(one["kills"] for one in runs),
        "runs": runs,
        "not_run": not_run(asked.database),
    }
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
