"""Signed checkpoints of the chain: a file outside the database that is only ever appended to.

A checkpoint says how far the chain went, with which hash, and names every row since the one
before it by the first digits of its hash: so a chain that was written anew, even by the desk's
own code, differs at its first forged row. Each checkpoint holds the hash of the one before it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from tools.errors import Unavailable

FILE = "checkpoints.jsonl"
DIGITS = 16
"""Hex digits of a row's hash that a checkpoint keeps: 64 bits, under a signature."""
_TAIL = 1 << 16


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One line of the file, as read: its body is None where the line is no JSON object."""

    line: int
    """From 1."""
    raw: bytes
    body: dict[str, Any] | None


def digest(line: bytes) -> str:
    """What the next checkpoint names this one by."""
    return hashlib.sha256(line).hexdigest()


def read(folder: Path) -> Iterator[Checkpoint]:
    """The checkpoints, oldest first; a last line that a crash cut short is left out.

    Raises:
        Unavailable: the file is there and cannot be read.
    """
    try:
        with (folder / FILE).open("rb") as file:
            for number, raw in enumerate(file, 1):
                if raw.endswith(b"\n"):
                    yield Checkpoint(number, raw[:-1], _body(raw))
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unavailable(f"{folder / FILE}: the checkpoints cannot be read") from error


def newest(folder: Path) -> Checkpoint | None:
    """The last whole checkpoint, without reading the others."""
    file = folder / FILE
    if not file.exists():
        return None
    with file.open("rb") as opened:
        size, window = opened.seek(0, os.SEEK_END), _TAIL
        while True:
            opened.seek(max(0, size - window))
            lines = opened.read().split(b"\n")[:-1]
            if len(lines) > 1 or size <= window:
                return Checkpoint(0, lines[-1], _body(lines[-1])) if lines else None
            window *= 8


def append(folder: Path, body: dict[str, Any]) -> None:
    """Append a signed checkpoint and wait until it is on the disk; the caller holds the lock."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open("ab+") as file:
        _drop_torn_line(file)
        file.write(orjson.dumps(body) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _drop_torn_line(file: Any) -> None:
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - _TAIL)
    file.seek(start)
    tail = file.read()
    if tail and not tail.endswith(b"\n"):
        file.truncate(start + tail.rfind(b"\n") + 1)


def _body(raw: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
