"""Signed anchors: where the chain begins after its oldest rows were archived and cut."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson

from agent.desk.head import Link
from agent.desk.signing_key import is_signed

FILE = "anchors.jsonl"


def read(folder: Path) -> list[dict[str, Any]]:
    """The anchors, oldest first; what is no JSON object is left out and so counts for nothing."""
    file = folder / FILE
    found = []
    for line in file.read_bytes().splitlines() if file.exists() else ():
        try:
            body = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(body, dict):
            found.append(body)
    return found


def sound(folder: Path, public: bytes) -> list[Link]:
    """The last row that was cut, of each anchor whose signature holds."""
    return [Link(one["seq"], one["hash"]) for one in read(folder) if is_signed(one, public)]


def append(folder: Path, body: dict[str, Any]) -> None:
    """Append a signed anchor and wait until it is on the disk."""
    with (folder / FILE).open("ab") as file:
        file.write(orjson.dumps(body) + b"\n")
        file.flush()
        os.fsync(file.fileno())
