"""Tampering with the audit: `python -m evals.audit.tamper [--tampers N] [--quick]`.

A trail of several hundred rows is tampered with in nineteen ways, each time in a fresh copy, and
verified. Then lawful things are done to it, which are no alarm. Prints JSON; exits 1 where one
tamper is not found, or found at another row, or where anything lawful alarms.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson
from rich.console import Console
from rich.progress import track
from sqlalchemy import text

from agent.desk import audit, audit_verify, erasure, retention
from agent.desk.checkpoints import FILE
from evals.audit.books import ADMIN, FILES, OFFICER, PEOPLE, Book, desk_at, make
from evals.audit.tampers import TAMPERS, Tamper

EVENTS, TRIALS = 600, 1140
QUICK_EVENTS, QUICK_TRIALS = 300, 38


def tampered(book: Book, tamper: Tamper, seed: int, folder: Path) -> dict[str, Any]:
    """One tamper in a copy of the trail: what was found, and where it has to be."""
    home = folder / "trial"
    shutil.copytree(book.home, home)
    try:
        done = tamper(home, book, Random(seed))  # noqa: S311 - repeatable, no secret
        desk = desk_at(home)
        report = audit_verify.verify(desk, folder=done.copies)
        desk.close()
    finally:
        shutil.rmtree(home)
    right = not report.ok and report.first_bad_seq == done.row
    return {"kind": tamper.__name__, "seed": seed, "row": done.row, "found": not report.ok,
            "at": report.first_bad_seq, "why": report.why, "right": right}  # fmt: skip


def untouched(home: Path) -> None:
    """Nothing is done."""


def a_writer_is_killed(home: Path) -> None:
    """The newest row is committed and the head does not know of it yet."""
    outside = [home / FILES[1], home / "audit" / FILE]
    before = {file: file.read_bytes() for file in outside if file.exists()}
    more_events(home)
    for file in outside:
        file.unlink(missing_ok=True)
    for file, content in before.items():
        file.write_bytes(content)


def a_checkpoint_is_cut_short(home: Path) -> None:
    """A crash in the middle of writing a checkpoint."""
    with (home / "audit" / FILE).open("ab") as file:
        file.write(b'{"n":99,"chain":"')


def more_events(home: Path) -> None:
    """The desk goes on."""
    desk = desk_at(home)
    with desk.write() as session:
        audit.append(desk, session, audit.Event("x.noted", **audit.by(PEOPLE[3])))
    desk.close()


def a_person_is_erased(home: Path) -> None:
    """Two people ask for it."""
    desk = desk_at(home)
    erasure.erase(desk, PEOPLE[4].user_id, ADMIN)
    erasure.erase(desk, PEOPLE[4].user_id, OFFICER)
    desk.close()


def old_rows_are_archived(home: Path) -> None:
    """Rows that are old enough are cut, from a signed anchor on."""
    desk = desk_at(home)
    with desk.write() as session:
        session.execute(text("UPDATE cases SET status = 'closed'"))
    until = datetime.now(UTC) - timedelta(seconds=1)
    time.sleep(1.2)
    done = retention.retain(desk, until, 0, home / "archive", audit.Event("audit.retained"))
    desk.close()
    if not done.rows:
        raise RuntimeError("nothing was old enough to be archived")


LAWFUL: tuple[Callable[[Path], None], ...] = (
    untouched, a_writer_is_killed, a_checkpoint_is_cut_short, more_events, a_person_is_erased,
    old_rows_are_archived,
)  # fmt: skip


def lawful(book: Book, folder: Path, rounds: int) -> dict[str, Any]:
    """False alarms: of each backup and the trail itself, and after what is lawful."""
    alarms, tried = [], 0
    for home in [book.home, *book.backups.values()]:
        for number, act in enumerate(LAWFUL * rounds):
            trial = folder / "trial"
            shutil.copytree(home, trial)
            act(trial)
            if number % 2:
                more_events(trial)
            desk = desk_at(trial)
            report = audit.verify(desk)
            desk.close()
            shutil.rmtree(trial)
            tried += 1
            if not report.ok:
                alarms.append({"after": act.__name__, "at": report.first_bad_seq,
                               "why": report.why})  # fmt: skip
    return {"tried": tried, "false_alarms": alarms}


def run(events: int, trials: int, seed: int, rounds: int = 2) -> dict[str, Any]:
    """Make a trail, tamper with copies of it, and count."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="holddesk-tamper-") as name:
        folder = Path(name)
        book = make(folder, events, seed)
        planned = [(TAMPERS[n % len(TAMPERS)], seed * 100_003 + n) for n in range(trials)]
        err = Console(stderr=True)
        shown = track(planned, "tampering", console=err, disable=not err.is_terminal)
        results = [tampered(book, tamper, number, folder) for tamper, number in shown]
        unharmed = lawful(book, folder, rounds)
    by_kind: dict[str, dict[str, int]] = {}
    for one in results:
        kind = by_kind.setdefault(one["kind"], {"tampers": 0, "found": 0, "right_row": 0})
        kind["tampers"] += 1
        kind["found"] += one["found"]
        kind["right_row"] += one["right"]
    return {
        "seed": seed, "rows": book.rows, "tampers": len(results),
        "found": sum(one["found"] for one in results),
        "right_row": sum(one["right"] for one in results), "by_kind": by_kind,
        "missed": [one for one in results if not one["right"]][:20], **unharmed,
        "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """Tamper; 0 where each is found at its row and nothing lawful alarms, else 1."""
    parser = argparse.ArgumentParser(prog="python -m evals.audit.tamper", description=__doc__)
    parser.add_argument("--tampers", type=int, default=TRIALS, help=f"how many ({TRIALS})")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_TRIALS} tampers")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(words)
    if asked.quick:
        body = run(QUICK_EVENTS, QUICK_TRIALS, asked.seed, rounds=1)
    else:
        body = run(EVENTS, asked.tampers, asked.seed)
    body["holds"] = body["right_row"] == body["tampers"] and not body["false_alarms"]
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
