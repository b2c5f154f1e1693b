"""Print the benchmarks of this machine: `python -m evals.bench`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from statistics import median

from agent.app.loading import load
from agent.review import stages
from evals.bench.books import Shape, write
from policies.settings import load_rules
from seeds import DEMO_DIR, load_demo
from tools.evidence import look_up
from tools.snapshot import Snapshot, current_snapshot

REPEATS = 7
BOOK_AS_OF = datetime.fromisoformat("2026-03-02T09:00:00+01:00")


def seconds(run: Callable[[], object], repeats: int = REPEATS) -> list[float]:
    """Wall-clock seconds of every repetition, sorted."""
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return sorted(taken)


def shown(name: str, taken: list[float]) -> str:
    """A line with the least and the median of a measurement, in milliseconds."""
    return f"{name:<46}{taken[0] * 1000:>10.1f} {median(taken) * 1000:>10.1f}"


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
    floor = seconds(lambda: subprocess.run(bare, check=True))
    ours = seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
    return [
        shown("python -c pass", floor),
        shown("queue, start-up", ours),
        f"ratio {ours[0] / floor[0]:.1f} x",
    ]


def one_order(snapshot: Snapshot, held: list[str], as_of: datetime) -> list[str]:
    """One order against the SQL that gathers its evidence."""
    rules, order = load_rules(), held[0]
    sql = seconds(lambda: stages.gather(snapshot, [order], as_of, rules))
    whole = seconds(lambda: list(stages.review(snapshot, [order], as_of, rules)))
    return [
        shown("evidence SQL of one order", sql),
        shown("review of one order", whole),
        f"ratio {whole[0] / sql[0]:.2f} x",
    ]


def batch(snapshot: Snapshot, held: list[str], as_of: datetime) -> list[str]:
    """Many orders in one process, as sets."""
    rules = load_rules()
    sql = seconds(lambda: stages.gather(snapshot, held, as_of, rules), 3)
    whole = seconds(lambda: list(stages.review(snapshot, held, as_of, rules)), 3)
    rate = len(held) / whole[0]
    return [
        shown(f"evidence SQL of {len(held)} orders", sql),
        f"{'evidence SQL an order':<46}{sql[0] * 1000 / len(held):>10.2f}",
        shown(f"review of {len(held)} orders", whole),
        f"ratio {whole[0] / sql[0]:.2f} x; {rate:,.0f} packets a second and process",
    ]


def measure(folder: Path, home: Path, as_of: datetime, most: int) -> None:
    """Load a folder and measure one order and a set of its held orders."""
    load(folder, home, None)
    snapshot = current_snapshot(home)
    held = [str(r["order_id"]) for r in look_up(snapshot, "held_orders", as_of)][:most]
    print(distribution(snapshot, held))
    print(f"{'milliseconds':<46}{'least':>10} {'median':>10}")
    print("\n".join([*one_order(snapshot, held, as_of), *batch(snapshot, held, as_of)]))
    snapshot.close()


def main() -> None:
    """Measure the start-up, the demo company and a synthetic book of the size asked for."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument(
        "--lines", type=int, default=100_000, help="open lines of the synthetic book"
    )
    parser.add_argument("--set", type=int, default=500, help="orders reviewed as one set")
    parser.add_argument("--hot", type=int, default=0, help="open lines on one hot product")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("\n".join(start_up()))
        print("\ndemo company")
        measure(DEMO_DIR, folder / "demo", load_demo().as_of, asked.set)
        shape = Shape(lines=asked.lines, hot_lines=asked.hot)
        print(f"\nsynthetic: {shape}")
        write(shape, folder / "book")
        measure(folder / "book", folder / "home", BOOK_AS_OF, asked.set)


if __name__ == "__main__":
    main()
