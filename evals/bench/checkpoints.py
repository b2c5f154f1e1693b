"""The price of durability: `python -m evals.bench.checkpoints [--orders N] [--desk URL]`.

One demo case at a time is driven from intake to the interrupt, once over the checkpoints of the
desk and once over the same graph that checkpoints nothing. Prints JSON: milliseconds, their ratio
(at most 2.5) and the bytes of checkpoint a case (at most 12,000); exits 1 beyond either.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from sqlalchemy import create_engine, text

from agent.app import loading
from agent.app.checkpoints import Checkpoints
from agent.app.home import Home, write_home
from agent.app.opening import order_ids_on_hold
from agent.app.threads import Threads
from agent.app.working import Workplace, open_workplace
from agent.desk import cases
from agent.graph import build_graph
from agent.review.staged import ReviewStages
from policies.version import policy_version
from seeds import DEMO_DIR, load_demo

MOST_RATIO = 2.5
MOST_BYTES = 12_000
SQLITE_BYTES = (
    "SELECT (SELECT coalesce(sum(length(checkpoint) + length(metadata)), 0) FROM checkpoints)"
    " + (SELECT coalesce(sum(length(value)), 0) FROM writes)"
)
POSTGRES_BYTES = (
    "SELECT (SELECT coalesce(sum(octet_length(checkpoint::text) + octet_length(metadata::text)), 0)"
    " FROM checkpoints) + (SELECT coalesce(sum(octet_length(blob)), 0) FROM checkpoint_blobs)"
    " + (SELECT coalesce(sum(octet_length(blob)), 0) FROM checkpoint_writes)"
)


def stored_bytes(where: Path | str) -> int:
    """Bytes of all checkpoints in a SQLite file or a PostgreSQL database."""
    url = f"sqlite:///{where}" if isinstance(where, Path) else desk_url(where)
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text(POSTGRES_BYTES if "+psycopg" in url else SQLITE_BYTES))
        total = int(found.scalar_one())
    engine.dispose()
    return total


def desk_url(connection_string: str) -> str:
    """A connection string as SQLAlchemy takes it."""
    return connection_string.replace("postgresql://", "postgresql+psycopg://", 1)


def milliseconds(run: Callable[[], object]) -> float:
    """Wall-clock milliseconds of a run."""
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def measure(folder: Path, most: int, url: str | None) -> dict[str, Any]:
    """Drive demo cases both ways by turns; the first of each way is its warm-up."""
    company = load_demo()
    home = write_home(folder / "home", demo=True, pinned=company.as_of)
    loading.load(DEMO_DIR, home.path, None)
    ids = order_ids_on_hold(home, company.as_of)[: 2 * (most + 1)]
    place = _place(home, url)
    drives = _drives(place, [place.threads, _without_checkpoints(place)], ids, company.as_of)
    taken = [milliseconds(drive) for drive in drives]
    durable, plain = median(taken[2::2]), median(taken[3::2])
    size = stored_bytes(place.desk_at.checkpoints) / len(taken[::2])
    place.threads.close()
    return {
        "database": place.desk.engine.dialect.name, "cases": len(taken[2::2]),
        "milliseconds_to_the_interrupt": round(durable, 2),
        "milliseconds_without_checkpoints": round(plain, 2),
        "ratio": round(durable / plain, 2), "checkpoint_bytes_a_case": round(size),
        "holds": durable / plain <= MOST_RATIO and size <= MOST_BYTES,
    }  # fmt: skip


def _place(home: Home, url: str | None) -> Workplace:
    rules, pinned = home.rules(), load_demo().as_of
    review = ReviewStages(home.snapshot(), rules)
    return open_workplace(
        home.path, review, policy_version(rules), desk_url=url, clock=lambda _: pinned
    )


def _without_checkpoints(place: Workplace) -> Threads:
    """The same graph: without a checkpointer it runs to the interrupt and keeps nothing."""
    graph = build_graph(place.stages, place.desk)
    return Threads(graph, place.desk, Checkpoints(None, lambda: None))  # type: ignore[arg-type]


def _drives(
    place: Workplace, ways: Sequence[Threads], ids: Sequence[str], as_of: datetime
) -> list[Callable[[], object]]:
    opened = cases.open_cases(place.desk, [cases.Opening(one) for one in ids], as_of)
    return [
        partial(ways[at % len(ways)].start, case_id, order_id, f"{order_id}.v1", 1, as_of)
        for at, (case_id, order_id) in enumerate(zip(opened, ids, strict=True))
    ]


def main(words: Sequence[str] | None = None) -> int:
    """Measure; 1 where a figure is beyond its goal."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.checkpoints", description=__doc__)
    parser.add_argument("--orders", type=int, default=25, help="cases of each way (25)")
    parser.add_argument("--desk", help="a PostgreSQL URL; a SQLite file without")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        body = measure(Path(folder), asked.orders, asked.desk)
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
