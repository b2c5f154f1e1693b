"""Run a replay: in parallel, with progress, and so that a run that was stopped goes on.

A run's file has one line a hold and is named by what the judgements depend on: the snapshot, the
policy version and the holds. A line that was cut off by a kill is judged again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import orjson
from rich.console import Console
from rich.progress import track

from evals.replay.holds import PastHold
from evals.replay.judge import Judgement, judge
from policies.settings import Rules, load_rules
from policies.version import policy_version
from tools.snapshot import Snapshot, current_snapshot

ALONE_BELOW = 40
"""Fewer holds than this are judged in this process: starting others would take longer."""


@dataclass(frozen=True)
class Run:
    """What is replayed: a home's snapshot under one file of rules."""

    home: Path
    rules_file: Path | None
    jobs: int = 1


def run_id(snapshot_id: str, rules: Rules, holds: Sequence[PastHold]) -> str:
    """The name of everything that the judgements depend on."""
    parts = [snapshot_id, policy_version(rules), *(hold.hold_id for hold in holds)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def judgements(run: Run, holds: Sequence[PastHold], keep: Path | None) -> list[Judgement]:
    """Judge the holds, in their order; what the file `keep` has already is not judged again."""
    known = _read(keep) if keep else {}
    todo = [hold for hold in holds if hold.hold_id not in known]
    with _Sink(keep) as file:
        for one in _progress(_judged(run, todo), len(todo)):
            known[one.hold_id] = one
            file.write(orjson.dumps(one.as_json()) + b"\n")
            file.flush()
    return [known[hold.hold_id] for hold in holds]


def _judged(run: Run, holds: Sequence[PastHold]) -> Iterator[Judgement]:
    if run.jobs < 2 or len(holds) < ALONE_BELOW:
        yield from (_judge(run, hold) for hold in holds)
        return
    context = get_context("spawn")  # a fork would share DuckDB's threads
    with ProcessPoolExecutor(run.jobs, mp_context=context) as pool:
        yield from pool.map(_judge, [run] * len(holds), holds, chunksize=8)


def _judge(run: Run, hold: PastHold) -> Judgement:
    snapshot, rules = opened(run.home, run.rules_file)
    return judge(snapshot, hold, rules)[0]


@cache
def opened(home: Path, rules_file: Path | None) -> tuple[Snapshot, Rules]:
    """The snapshot and the rules of a run, once a process."""
    return current_snapshot(home), load_rules(rules_file)


def _progress(found: Iterator[Judgement], total: int) -> Iterator[Judgement]:
    yield from track(found, "judging", total, console=Console(stderr=True), transient=True)


def _read(file: Path) -> dict[str, Judgement]:
    if not file.exists():
        return {}
    found = {}
    for line in file.read_bytes().splitlines():
        try:
            one = Judgement.of_json(orjson.loads(line))
        except (orjson.JSONDecodeError, KeyError, TypeError):
            continue
        found[one.hold_id] = one
    return found


class _Sink:
    """The run's file, opened to append after its last whole line; nothing where none is kept."""

    def __init__(self, file: Path | None) -> None:
        self._file = file.open("ab") if file else None
        if file and self._file and file.stat().st_size and not file.read_bytes().endswith(b"\n"):
            self._file.write(b"\n")

    def write(self, line: bytes) -> None:
        """Append a line."""
        if self._file:
            self._file.write(line)

    def flush(self) -> None:
        """Hand it to the system, so that a killed run keeps it."""
        if self._file:
            self._file.flush()

    def __enter__(self) -> _Sink:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()
