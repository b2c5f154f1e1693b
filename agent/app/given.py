"""What a person typed, checked: every complaint says what was found and what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.errors import BadInput


@dataclass(frozen=True, slots=True)
class Typed:
    """A decision as it was typed: nothing of it is checked yet."""

    named: str
    """A packet id, or the order whose packet waits."""
    decision: str
    action: str = ""
    reason_code: str = ""
    reason: str = ""
    key: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


def one_of(given: str, what: str, known: Sequence[str]) -> None:
    """Refuse a word that is none of the known ones.

    Raises:
        BadInput: the sentence lists them.
    """
    if given not in known:
        raise BadInput(f"{given} is no {what}; use one of {', '.join(known)}")


def text_of(text: str, file: Path | None, option: str) -> str:
    """A text that was typed, or that stands in a file.

    Raises:
        BadInput: both were given, or the file cannot be read.
    """
    if file is None:
        return text
    if text:
        raise BadInput(f"give --{option} or --{option}-file, not both")
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read as UTF-8 text; check --{option}-file") from error
