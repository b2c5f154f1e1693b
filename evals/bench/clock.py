"""Clocks of the benchmarks: repetitions of a run, and the seconds of it that the database took.

On a machine that other work shares, the processor's time of this process (all its threads) says
more than the wall's.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from tools.snapshot import Snapshot

Clock = Callable[[], float]


class Clocked(Snapshot):
    """A snapshot that counts the seconds of its queries: running them and fetching their rows."""

    clock: Clock = staticmethod(time.perf_counter)
    in_queries = 0.0

    def select(
        self, sql: str, parameters: Mapping[str, object]
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """See `Snapshot.select`."""
        started = self.clock()
        try:
            return super().select(sql, parameters)
        finally:
            self.in_queries += self.clock() - started


def clocked(path: Path, clock: Clock) -> Clocked:
    """Open a snapshot file with a clock."""
    snapshot = Clocked.open(path)
    assert isinstance(snapshot, Clocked)  # noqa: S101 - `open` makes one of its own class
    snapshot.clock = clock
    return snapshot


def seconds(
    run: Callable[[], object], repeats: int, clock: Clock = time.perf_counter
) -> list[float]:
    """Seconds of every repetition, sorted."""
    taken = []
    for _ in range(max(1, repeats)):
        started = clock()
        run()
        taken.append(clock() - started)
    return sorted(taken)


def with_queries(
    snapshot: Clocked, run: Callable[[], object], repeats: int
) -> tuple[list[float], list[float]]:
    """Sorted seconds of a run, and of the queries in it."""
    queries = []

    def counted() -> None:
        snapshot.in_queries = 0.0
        run()
        queries.append(snapshot.in_queries)

    return seconds(counted, repeats, snapshot.clock), sorted(queries)


def spent(items: Iterable[object]) -> None:
    """Make the items one by one and keep none."""
    deque(items, maxlen=0)


def shown(name: str, taken: list[float]) -> str:
    """A line with the least and the median of a measurement, in milliseconds."""
    return f"{name:<46}{taken[0] * 1000:>10.1f} {median(taken) * 1000:>10.1f}"
