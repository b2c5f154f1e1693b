"""The head of the audit chain, kept in a file outside the database.

A chain shows that a row was changed, and cannot show that its newest rows were cut off or that it
was rewritten as a whole. The head does: it says how far the chain went, and with which hash.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import orjson

from tools.errors import Unavailable


class Link(NamedTuple):
    """The newest link that was written."""

    seq: int
    hash: str


class Head:
    """The head file; without a path nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def start(self) -> None:
        """Write the head of an empty chain, before the first row exists."""
        if self.path is not None and not self.path.exists():
            self._write(Link(0, ""))

    def read(self) -> Link | None:
        """The newest link, or None where no file is kept or it is missing.

        Raises:
            Unavailable: the file is there and cannot be read.
        """
        if self.path is None or not self.path.exists():
            return None
        try:
            body = orjson.loads(self.path.read_bytes())
            return Link(int(body["seq"]), str(body["hash"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unavailable(f"{self.path}: the head of the audit cannot be read") from error

    def advance(self, seq: int, hash_: str) -> None:
        """Write a newer link; the caller holds the chain's lock."""
        if self.path is None:
            return
        known = self.read()
        if known is not None and known.seq < seq:
            self._write(Link(seq, hash_))

    def _write(self, link: Link) -> None:
        assert self.path is not None  # noqa: S101 - kept by the callers
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        with beside.open("wb") as file:
            file.write(orjson.dumps(link._asdict()))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
