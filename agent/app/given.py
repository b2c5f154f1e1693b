"""What a person typed, checked: every complaint says what was found and what to write instead."""

from __future__ import annotations

from collections.abc import Sequence

from tools.errors import BadInput


def one_of(given: str, what: str, known: Sequence[str]) -> None:
    """Refuse a word that is none of the known ones.

    Raises:
        BadInput: the sentence lists them.
    """
    if given not in known:
        raise BadInput(f"{given} is no {what}; use one of {', '.join(known)}")
