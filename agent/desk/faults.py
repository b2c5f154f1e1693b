"""What a verification of the audit finds wrong."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """One thing that does not hold."""

    seq: int | None
    """The row from which on nothing is proven; None where it is about no row."""
    why: str
