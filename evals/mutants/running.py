"""Run mutants: one at a time in each copy of the project, its tests in a fresh process."""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from queue import SimpleQueue
from typing import Literal

from evals.mutants import Mutant

Outcome = Literal["caught", "survived", "stale", "unusable"]
PARTS = ("agent", "tools", "policies", "evals", "seeds", "tests")
FILES = ("pyproject.toml", "README.md", "Makefile", "requirements.lock", "CHANGELOG.md")
RED, SECONDS = 1, 600
"""The exit code of pytest when a test fails, and when a run counts as one that hangs: red too."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one mutant ended: `unusable` where its tests could not even be collected."""

    mutant: Mutant
    outcome: Outcome


def copied(root: Path, folder: Path) -> Path:
    """A copy of the project, compiled by content, so that a changed file is never taken as old."""
    for name in PARTS:
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        if (root / name).is_file():
            shutil.copy(root / name, folder / name)
    mode = PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(folder, quiet=2, invalidation_mode=mode)
    return folder


def tested(folder: Path, tests: Sequence[str]) -> int:
    """Run tests of a copy until the first is red; pytest's exit code."""
    around = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, paths from our own list
            command, cwd=folder, env=around, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return RED
    return done.returncode


def tried(folder: Path, mutant: Mutant) -> Outcome:
    """Break one rule in a copy, run its tests, and put the copy right again."""
    text = mutant.applied(folder)
    if text is None:
        return "stale"
    source = folder / mutant.file
    before = source.read_text(encoding="utf-8")
    source.write_text(text, encoding="utf-8")
    try:
        code = tested(folder, mutant.tests)
    finally:
        source.write_text(before, encoding="utf-8")
    return "caught" if code == RED else "survived" if code == 0 else "unusable"


def green(folder: Path, found: Sequence[Mutant]) -> bool:
    """Whether the tests that mutants name are green before anything is broken."""
    return tested(folder, sorted({test for mutant in found for test in mutant.tests})) == 0


def run(root: Path, found: Sequence[Mutant], jobs: int) -> list[Result] | None:
    """Try mutants, several at once in copies of one moment; None where the tests are red."""
    with tempfile.TemporaryDirectory(prefix="holddesk-mutants-") as name:
        first = copied(root, Path(name) / "0")
        if not green(first, found):
            return None
        copies: SimpleQueue[Path] = SimpleQueue()
        copies.put(first)
        for number in range(1, jobs):
            copies.put(copied(first, Path(name) / str(number)))

        def one(mutant: Mutant) -> Result:
            folder = copies.get()
            try:
                return Result(mutant, tried(folder, mutant))
            finally:
                copies.put(folder)

        with ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(one, found))
