"""Writers of the audit: `python -m evals.audit.writers [--events N] [--quick] [--only …]`.

Eight processes append events at once, each in its own order, in transactions of one to ten; some
record a decision, some are rolled back. Prints JSON; exits 1 where the chain forks or has a gap,
an event is lost or twice, a decision has no row in the audit, or a row no decision.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import orjson
from sqlalchemy import func, select

from agent.desk import audit, packets
from agent.desk.audit_models import Audit
from agent.desk.models import Decision
from agent.desk.store import Desk
from evals.audit.books import PEOPLE, a_packet, decision, desk_at
from evals.durability.databases import NOT_RUN, database, databases
from tools.errors import Unavailable

WRITERS, EVENTS, QUICK = 8, 5000, 60
LONGEST = 10
"""Events of one transaction at most."""


class Undone(Exception):
    """A transaction that is to leave no trace."""


def write(home: str, url: str | None, writer: int, events: int, start: Any) -> None:
    """One writer: its events in order, each transaction kept or undone and then repeated."""
    desk = desk_at(Path(home), url)
    random = Random(writer)  # noqa: S311 - repeatable, no secret
    start.wait(300)
    done = 0
    while done < events:
        count = min(random.randint(1, LONGEST), events - done)
        try:
            _transaction(desk, writer, range(done, done + count), undo=random.random() < 0.05)
        except Undone:
            continue
        except Unavailable as error:  # nothing was recorded; whoever asked asks again
            if "locked" not in str(error):
                raise
            continue
        done += count
    desk.close()


def _transaction(desk: Desk, writer: int, numbers: range, *, undo: bool) -> None:
    with desk.write() as session:
        found = packets.packet(session, f"SO-{writer}.v1")
        for n in numbers:
            decides = n % 10 == 0
            if decides:
                made = decision(found.packet_id, found.fingerprint, n)
                made.decision_id = f"D-{writer}-{n}"
                session.add(made)
                session.flush()
            body = {"writer": writer, "n": n, "decision_id": made.decision_id if decides else ""}
            name = "decision.approve" if decides else "x.noted"
            event = packets.event_of(name, found, body=body, **audit.by(PEOPLE[writer % 8]))
            audit.append(desk, session, event)
        if undo:
            raise Undone


def run(name: str, events: int, folder: Path) -> dict[str, Any]:
    """All writers on one database, and what its rows say afterwards."""
    spawn = multiprocessing.get_context("spawn")
    with database(name, folder) as url:
        desk = desk_at(folder, url)
        for writer in range(WRITERS):
            a_packet(desk, f"SO-{writer}")
        before = _count(desk)
        start = spawn.Barrier(WRITERS)
        at_work = [
            spawn.Process(target=write, args=(str(folder), url, writer, events, start))
            for writer in range(WRITERS)
        ]
        started = time.perf_counter()
        for process in at_work:
            process.start()
        for process in at_work:
            process.join()
        seconds = time.perf_counter() - started
        found = _witness(desk, events, before)
        desk.close()
    failed = [process.exitcode for process in at_work if process.exitcode]
    return {
        "writers": WRITERS, "events_each": events, "failed_writers": failed, **found,
        "rows_per_second": round(WRITERS * events / seconds), "seconds": round(seconds, 1),
    }  # fmt: skip


def _count(desk: Desk) -> int:
    with desk.read() as session:
        return session.scalar(select(func.count()).select_from(Audit)) or 0


def _witness(desk: Desk, events: int, before: int) -> dict[str, Any]:
    """Forks, gaps, lost and repeated events, from the rows alone."""
    with desk.read() as session:
        rows = session.execute(
            select(Audit.seq, Audit.prev, Audit.hash, Audit.body, Audit.decision_id).order_by(
                Audit.seq
            )
        ).all()
        stored = set(session.scalars(select(Decision.decision_id)))
    linked = sum(row.prev == last.hash for last, row in pairwise(rows))
    bodies = [orjson.loads(row.body) for row in rows]
    said = [(body["writer"], body["n"]) for body in bodies if "writer" in body]
    recorded = Counter(row.decision_id for row in rows if row.decision_id)
    report = audit.verify(desk)
    return {
        "rows": len(rows),
        "forks": len(rows) - len({row.prev for row in rows}),
        "gaps": rows[-1].seq - len(rows),
        "unlinked": len(rows) - 1 - linked,
        "lost": WRITERS * events - len(set(said)),
        "repeated": len(said) - len(set(said)),
        "out_of_order": sum(
            [n for w, n in said if w == writer] != list(range(events)) for writer in range(WRITERS)
        ),
        "others": len(rows) - before - len(said),
        "decisions": len(stored),
        "decisions_without_row": len(stored - set(recorded)),
        "rows_without_decision": len(set(recorded) - stored),
        "verifies": report.ok,
        "why": report.why,
    }


def holds(body: dict[str, Any]) -> bool:
    """Whether one database's result is without a fault."""
    wrong = ("forks", "gaps", "unlinked", "lost", "repeated", "out_of_order", "others",
             "decisions_without_row", "rows_without_decision")  # fmt: skip
    whole = body["verifies"] and not body["failed_writers"]
    return whole and all(body[name] == 0 for name in wrong)


def main(words: Sequence[str] | None = None) -> int:
    """Write on each database; 1 where one of them shows a fault."""
    parser = argparse.ArgumentParser(prog="python -m evals.audit.writers", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"of each writer ({EVENTS})")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} events of each writer")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database")
    asked = parser.parse_args(words)
    events = QUICK if asked.quick else asked.events
    body: dict[str, Any] = {"sqlite": None, "postgresql": NOT_RUN}
    for name in databases(asked.only):
        with tempfile.TemporaryDirectory(prefix="holddesk-writers-") as folder:
            body[name] = run(name, events, Path(folder))
    done = [part for part in body.values() if isinstance(part, dict)]
    body["holds"] = bool(done) and all(holds(part) for part in done)
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
