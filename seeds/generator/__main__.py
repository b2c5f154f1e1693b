"""`python -m seeds.generator --out DIR` writes the demo company; without --out into `seeds/`."""

from __future__ import annotations

import argparse
from pathlib import Path

from seeds.generator.build import build
from seeds.generator.writer import write


def main() -> None:
    """Parses the folder and writes the book."""
    parser = argparse.ArgumentParser(prog="seeds.generator", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent)
    write(build(), parser.parse_args().out)


if __name__ == "__main__":
    main()
