"""Judge random orders twice, count the finding codes, and explain the first disagreements."""

import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.oracle.books import company
from evals.oracle.compare import Pair, differences
from evals.oracle.shrink import Case, kind_of, smallest, write


@dataclass
class Tally:
    """What a run saw."""

    orders: int = 0
    disagreements: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.perf_counter)

    def report(self) -> dict[str, Any]:
        """Give the figures as JSON."""
        return {
            "orders": self.orders,
            "disagreements": self.disagreements,
            "kinds": dict(self.kinds.most_common()),
            "codes": dict(sorted(self.codes.items())),
            "seconds": round(time.perf_counter() - self.started, 1),
        }


@dataclass
class Explainer:
    """Explains the first disagreements about some words."""

    left: int = 0
    words: str = ""
    folder: Path | None = None

    def __call__(self, case: Case, found: list[str]) -> None:
        """Print the smallest tables that show a disagreement, and write them to the folder."""
        about = [d for d in found if self.words in d]
        if not about or self.left <= 0:
            return
        self.left -= 1
        small = smallest(case, kind_of(about[0]))
        say = sys.stderr.write
        say(f"{case.order_id} as of {case.as_of.isoformat()}, {case.choice}: {'; '.join(found)}\n")
        for name, rows in small.tables.items():
            for row in rows:
                say(f"  {name}: {', '.join(f'{c}={v}' for c, v in row.items() if v)}\n")
        say(f"  now: {'; '.join(small.differences())}\n")
        if self.folder:
            write(small, self.folder / f"{case.as_of:%Y%m%d}-{case.order_id}")


def run(orders: int, seed: int, explain: Explainer | None = None) -> dict[str, Any]:
    """Judge at least so many random orders by the oracle and by the product."""
    tally = Tally()
    while tally.orders < orders:
        tables, as_of, choice = company(seed)
        pair = Pair(tables, as_of, choice)
        for order_id in [o["order_id"] for o in tables["orders"]]:
            found = judge(pair, order_id, tally)
            if found and explain:
                explain(Case(tables, as_of, choice, order_id), found)
        seed += 1
    return tally.report()


def judge(pair: Pair, order_id: str, tally: Tally) -> list[str]:
    """Judge one order twice and count; give the differences."""
    ours, theirs = pair.verdicts(order_id)
    found = differences(ours, theirs)
    tally.orders += 1
    tally.disagreements += bool(found)
    tally.codes.update({f"{kind}.{code}" for kind, code, _ in ours.findings})
    tally.kinds.update({re.sub(r" \d+$|'\d+'", "", kind_of(d)) for d in found})
    return found
