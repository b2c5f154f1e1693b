"""Break each rule on purpose and see the suite turn red: `python -m evals.mutants [--only ID…]`.

Prints JSON: the number of mutants, how many are caught, which survive, which are stale (their
source text has changed) or unusable (their tests cannot be run). Exits 1 where any is not caught.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import orjson

from evals.mutants import ROOT, mutants
from evals.mutants.running import Result, run


def report(results: Sequence[Result]) -> dict[str, object]:
    """The outcome in numbers and, where one is not caught, in ids."""
    ids = {
        outcome: [r.mutant.id for r in results if r.outcome == outcome]
        for outcome in ("caught", "survived", "stale", "unusable")
    }
    by_area: dict[str, int] = {}
    for result in results:
        by_area[result.mutant.area] = by_area.get(result.mutant.area, 0) + 1
    return {
        "mutants": len(results), "caught": len(ids["caught"]), "survived": ids["survived"],
        "stale": ids["stale"], "unusable": ids["unusable"], "by_area": by_area,
    }  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """Run the mutants; 0 where each is caught, 1 where one is not, 2 for a wrong id."""
    parser = argparse.ArgumentParser(prog="python -m evals.mutants", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="ID", help="try only these")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (2)")
    asked = parser.parse_args(words)
    found = mutants(asked.only)
    if unknown := set(asked.only) - {mutant.id for mutant in found}:
        parser.error(f"there is no mutant {', '.join(sorted(unknown))}")
    if not (ROOT / "tests").is_dir():
        parser.error("the tests are not shipped with the package; run it in the project's folder")
    results = run(ROOT, found, max(1, asked.jobs))
    if results is None:
        sys.stderr.write("the tests are red before any rule is broken; make them green first\n")
        return 1
    body = report(results)
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["caught"] == body["mutants"] else 1


if __name__ == "__main__":
    sys.exit(main())
