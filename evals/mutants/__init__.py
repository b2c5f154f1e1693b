"""Rules broken on purpose: every mutant has to turn a named test red.

`mutants.yaml` lists them; `python -m evals.mutants` applies one at a time to a copy of the
project. What survives is a rule that no test holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

ROOT = Path(__file__).resolve().parents[2]
"""The project's folder."""


class Mutant(BaseModel):
    """One small change that breaks a rule, and the tests that have to notice it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    area: str = Field(description="the exception class, or the part of the desk")
    rule: str = Field(description="the sentence of rules.md that it breaks")
    file: str
    find: str = Field(description="source text that occurs once in the file")
    replace: str
    tests: tuple[str, ...] = Field(min_length=1)

    def applied(self, root: Path) -> str | None:
        """The file's text with the rule broken; None where the text to find is not there once."""
        source = root / self.file
        text = source.read_text(encoding="utf-8") if source.is_file() else ""
        changed = self.find != self.replace and text.count(self.find) == 1
        return text.replace(self.find, self.replace) if changed else None


def mutants(only: Iterable[str] = ()) -> list[Mutant]:
    """The mutants of `mutants.yaml`, all or those of the given ids."""
    text = (files("evals.mutants") / "mutants.yaml").read_text(encoding="utf-8")
    wanted = set(only)
    found = [Mutant.model_validate(entry) for entry in yaml.safe_load(text)]
    return [mutant for mutant in found if not wanted or mutant.id in wanted]


def stale(root: Path, found: Iterable[Mutant]) -> list[str]:
    """The mutants whose text to find no longer occurs exactly once in their file."""
    return [mutant.id for mutant in found if mutant.applied(root) is None]
