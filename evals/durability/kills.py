"""Processes that are killed: `python -m evals.durability.kills [--kills N] [--quick]`.

Each kill ends a process with SIGKILL on its way from a hold to a closed case: half of them at a
named point (before, inside and after each node, between commit and reply, around each checkpoint),
half at a random moment. A sweep in a new process has to finish the case. Prints JSON; exits 1
where a case is lost, an effect is there twice, or the sweep leaves a case unfinished.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import orjson

from evals.durability.databases import NOT_RUN, database, databases
from evals.durability.kills_case import heal, live, open_place, witness
from evals.durability.kills_points import Point, points, set_trap
from policies.guard import shipped

SOON = 10.0
"""Seconds within which a sweep should finish what was interrupted, on a machine that is free."""
LONGEST_LIFE = 3.0
"""Seconds after which a process that no point ended is killed at the latest."""
SHOWN = 20


def in_child(body: Callable[[], Any], report: Path | None = None) -> int:
    """Run something in a process of its own; returns its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            found = body()
            if report is not None:
                report.write_bytes(orjson.dumps(found))
            code = 0
        except BaseException as error:  # noqa: BLE001 - said by the exit code and on stderr
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at_random(body: Callable[[], Any], after: float) -> int:
    """Run something in a process of its own and kill it after so many seconds."""
    child = os.fork()
    if child == 0:
        try:
            body()
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Kills:
    """The kills on one database, one case each."""

    def __init__(self, home: Path, url: str | None, seed: int) -> None:
        self.home, self.url = home, url
        self.chance = Random(seed)  # noqa: S311 - a schedule, no secret
        self.found: Counter[str] = Counter()
        self.at: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.took: list[float] = []
        self.cases = 0

    def run(self, kills: int) -> dict[str, Any]:
        """Kill, heal, and look at the rows in the end."""
        planned = points(_warmed(self.url))
        self.chance.shuffle(planned)
        in_child(lambda: open_place(self.home, self.url).threads.close())
        usual = self._life()
        for number in range(kills):
            if number % 2 == 0:
                self._at_point(planned[(number // 2) % len(planned)])
            else:
                self._at_random(usual)
            self._heal()
        rows = witness(self.home, self.url, self.cases)
        wrong = [*self.wrong, *rows.pop("violations")]
        return {
            "kills": kills, "at_points": sum(self.at.values()), "points": len(planned),
            "kills_by_point": dict(sorted(self.at.items())),
            "found_after_the_kill": dict(self.found),
            "healed_within_10_s": sum(one <= SOON for one in self.took),
            "slowest_heal_s": round(max(self.took, default=0.0), 2),
            **rows, "violations": wrong[:SHOWN], "violations_count": len(wrong),
        }  # fmt: skip

    def _next(self) -> str:
        self.cases += 1
        return f"SO-{self.cases}"

    def _life(self) -> float:
        """Seconds that a case takes when nothing ends it."""
        order_id = self._next()
        started = time.monotonic()
        if in_child(lambda: live(self.home, self.url, order_id)) != 0:
            self.wrong.append("a case without a kill did not end well")
        return min(time.monotonic() - started, LONGEST_LIFE)

    def _at_point(self, point: Point) -> None:
        order_id = self._next()

        def body() -> None:
            set_trap(point)
            live(self.home, self.url, order_id)

        code = in_child(body)
        if code == -signal.SIGKILL:
            self.at[point.name] += 1
        else:
            self.wrong.append(f"{order_id}: not killed {point.name} (exit code {code})")

    def _at_random(self, usual: float) -> None:
        order_id = self._next()
        moment = self.chance.uniform(0, usual)
        killed_at_random(lambda: live(self.home, self.url, order_id), moment)

    def _heal(self) -> None:
        """In a new process: what the kill left, then a sweep, a decision, and a sweep again."""
        order_id = f"SO-{self.cases}"
        report = self.home / "found.json"
        report.unlink(missing_ok=True)
        started = time.monotonic()
        if in_child(lambda: heal(self.home, self.url, order_id), report) != 0:
            self.wrong.append(f"{order_id}: the sweep did not finish it")
            return
        self.found[orjson.loads(report.read_bytes())] += 1
        self.took.append(time.monotonic() - started)


def _warmed(url: str | None) -> type:
    """Import what every process needs, once for all; returns the class that keeps checkpoints."""
    os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"
    for name in ("langgraph.graph", "langgraph.types", "alembic.command"):
        import_module(name)
    shipped()
    if url is None:
        from langgraph.checkpoint.sqlite import SqliteSaver

        return SqliteSaver
    from langgraph.checkpoint.postgres import PostgresSaver

    import_module("psycopg_pool")
    return PostgresSaver


def main(words: Sequence[str] | None = None) -> int:
    """Kill on each database; 1 where anything is lost or done twice."""
    parser = argparse.ArgumentParser(prog="python -m evals.durability.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=240, help="on each database (240)")
    parser.add_argument("--quick", action="store_true", help="12 kills on each database")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database")
    asked = parser.parse_args(words)
    kills = 12 if asked.quick else asked.kills
    body: dict[str, Any] = {"seed": asked.seed, "sqlite": None, "postgresql": NOT_RUN}
    for name in databases(asked.only):
        with tempfile.TemporaryDirectory() as folder, database(name, Path(folder)) as url:
            body[name] = Kills(Path(folder), url, asked.seed).run(kills)
    done = [part for part in body.values() if isinstance(part, dict)]
    body["holds"] = bool(done) and all(part["violations"] == [] for part in done)
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
