"""The demo company: its tables as CSV, its pinned moment and the people who act in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

ROOT: Path = Path(__file__).parent
DEMO_DIR: Path = ROOT / "demo"
RULES: Path = ROOT / "rules.yaml"
LABELS: Path = ROOT / "labels.csv"


@dataclass(frozen=True, slots=True)
class Persona:
    """A person of the demo: a user of `staff.csv`, the role to act in, and what for."""

    user_id: str
    name: str
    role: str
    does: str


@dataclass(frozen=True, slots=True)
class Demo:
    """What the tables do not say: the company's name, the pinned moment, notes and personas."""

    name: str
    as_of: datetime
    currency: str
    policy_notes: tuple[str, ...]
    personas: tuple[Persona, ...]


def load_demo() -> Demo:
    """Reads `demo.yaml`; `as_of` is a moment with its offset."""
    raw = yaml.safe_load((ROOT / "demo.yaml").read_text(encoding="utf-8"))
    return Demo(
        raw["name"],
        datetime.fromisoformat(raw["as_of"]),
        raw["currency"],
        tuple(raw["policy_notes"]),
        tuple(Persona(**persona) for persona in raw["personas"]),
    )
