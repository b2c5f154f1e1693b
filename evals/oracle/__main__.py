"""`python -m evals.oracle`: judge random orders twice and name every disagreement."""

import argparse
import json
import sys
from pathlib import Path

from evals.oracle.run import Explainer, run


def main() -> int:
    """Run from the command line; 1 where there is a disagreement."""
    parser = argparse.ArgumentParser(prog="python -m evals.oracle", description=__doc__)
    parser.add_argument("--orders", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=3, help="disagreements to shrink and print")
    parser.add_argument("--only", default="", help="show those with these words only")
    parser.add_argument("--cases", type=Path, help="folder in which to write them as cases")
    given = parser.parse_args()
    result = run(given.orders, given.seed, Explainer(given.show, given.only, given.cases))
    sys.stdout.write(json.dumps(result, indent=1) + "\n")
    return 1 if result["disagreements"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
