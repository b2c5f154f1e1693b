"""Print the benchmarks of this machine: `python -m evals.bench`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from functools import partial
from pathlib import Path

from agent.app.loading import load
from evals.bench.books import Shape, write
from evals.bench.clock import clocked, seconds, shown
from evals.bench.measures import Bench, batch, detection, largest_cell, one_order
from seeds import DEMO_DIR, load_demo
from tools.evidence import look_up
from tools.snapshot import POINTER, Snapshot, pointer

REPEATS = 7
BOOK_AS_OF = datetime.fromisoformat("2026-03-02T09:00:00+01:00")


def distribution(snapshot: Snapshot, held: list[str]) -> str:
    """How many rows the data has, and how many lines its held orders have."""
    _, lines = snapshot.select(
        "SELECT order_id, count(*) FROM main.order_lines WHERE order_id IN (SELECT unnest($ids)) "
        "GROUP BY order_id",
        {"ids": held},
    )
    sizes = Counter(int(str(count)) for _, count in lines)
    rows = {name: info.rows for name, info in snapshot.tables.items() if info.rows}
    largest = sorted(rows.items(), key=lambda item: -item[1])[:6]
    tables = ", ".join(f"{name} {count:,}" for name, count in largest)
    spread = ", ".join(f"{n} lines: {sizes[n]}" for n in sorted(sizes))
    return f"rows: {tables}\nheld orders: {len(held)} ({spread})"


def start_up() -> list[str]:
    """`holddesk queue` on an empty home against `python -c pass`."""
    bare = [sys.executable, "-c", "pass"]
    command = [sys.executable, "-m", "agent.app.cli", "queue", "--help"]
    floor = seconds(lambda: subprocess.run(bare, check=True), REPEATS)
    ours = seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL), REPEATS)
    return [
        shown("python -c pass", floor),
        shown("queue, start-up", ours),
        f"ratio {ours[0] / floor[0]:.1f} x",
    ]


def measure(home: Path, as_of: datetime, asked: argparse.Namespace) -> None:
    """Measure one order, the last and the first held one, and a set of them."""
    clock = time.process_time if asked.cpu else time.perf_counter
    snapshot = clocked(home / pointer(home)["file"], clock)
    held = [str(r["order_id"]) for r in look_up(snapshot, "held_orders", as_of)]
    chosen, bench = held[: asked.set], Bench.of(snapshot, as_of, asked.repeats)
    print(distribution(snapshot, chosen))
    unit = "milliseconds of the processor" if asked.cpu else "milliseconds"
    print(f"{unit:<46}{'least':>10} {'median':>10}")
    for measured in (
        partial(one_order, bench, held[-1]),
        partial(one_order, bench, held[0]),
        partial(largest_cell, bench, held[0]),
        partial(batch, bench, chosen),
        partial(detection, bench, chosen),
    ):
        print("\n".join(measured()), flush=True)
    snapshot.close()


def main() -> None:
    """Measure the start-up, the demo company and a synthetic book of the size asked for."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument(
        "--lines", type=int, default=100_000, help="open lines of the synthetic book"
    )
    parser.add_argument("--set", type=int, default=500, help="orders reviewed as one set")
    parser.add_argument("--hot", type=int, default=0, help="open lines on one hot product")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="of one order; sets: a third")
    parser.add_argument(
        "--cpu", action="store_true", help="count the processor's time, not the wall's"
    )
    parser.add_argument("--home", help="keep the book there, and use it if it is there already")
    parser.add_argument("--book-only", action="store_true", help="only the synthetic book")
    asked = parser.parse_args()
    print("load average of 1, 5 and 15 minutes: " + ", ".join(f"{n:.1f}" for n in os.getloadavg()))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not asked.book_only:
            print("\n".join(start_up()))
            print("\ndemo company")
            load(DEMO_DIR, folder / "demo", None)
            measure(folder / "demo", load_demo().as_of, asked)
        shape = Shape(lines=asked.lines, hot_lines=asked.hot)
        home = Path(asked.home or folder / "home")
        if not (home / POINTER).exists():
            write(shape, folder / "book")
            load(folder / "book", home, None)
        print(f"\nsynthetic: {shape}")
        measure(home, BOOK_AS_OF, asked)


if __name__ == "__main__":
    main()
