"""Unknown is never clear: what a fact lacks, named, so that a packet can say so."""

from __future__ import annotations


class NotKnown(Exception):
    """A fact cannot be computed: `missing` names tables, fields or cells, `why` is a sentence."""

    def __init__(self, why: str, *missing: str) -> None:
        super().__init__(why)
        self.why = why
        self.missing = missing
