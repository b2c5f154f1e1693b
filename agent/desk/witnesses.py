"""What stands outside the database about the chain: its checkpoints and its head, checked.

Together they name each row by the first digits of its hash, up to the newest that they know of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.desk import anchors, checkpoints
from agent.desk.checkpoints import DIGITS, Checkpoint
from agent.desk.faults import Fault
from agent.desk.head import Head, Link
from agent.desk.signing_key import SIGNATURE, is_signed, public_key_at
from tools.errors import Unavailable


@dataclass
class Witnesses:
    """The rows that are witnessed, and what is wrong with the witnesses themselves."""

    chain: str = ""
    """The chain that they are of; empty where nothing says so."""
    first: int = 1
    """The first row that is witnessed."""
    digits: str = ""
    """The first digits of the hash of each row from `first` on."""
    end: Link | None = None
    """The newest row by a head of before there were checkpoints."""
    checkpoints: int = 0
    last: str = ""
    """The digest of the newest checkpoint."""
    head: int = 0
    """The row that the head goes to."""
    keeper: str = ""
    """Whose they are."""
    cut: list[Link] = field(default_factory=list)
    """Signed anchors: rows up to here may have been archived."""
    own_fault: Fault | None = None

    @property
    def reach(self) -> int:
        """The newest row that is witnessed; 0 where none is."""
        if self.digits:
            return self.first + len(self.digits) // DIGITS - 1
        return self.end.seq if self.end else 0

    def differs(self, first: int, hashes: Sequence[str]) -> int | None:
        """The first of these rows, from `first` on, whose hash is not the one witnessed."""
        skipped = max(0, self.first - first)
        found = "".join(one[:DIGITS] for one in hashes[skipped:])
        start = (first + skipped - self.first) * DIGITS
        known = self.digits[start : start + len(found)]
        if found.startswith(known):
            return None
        same = next(
            at for at in range(0, len(known), DIGITS)
            if found[at : at + DIGITS] != known[at : at + DIGITS]
        )  # fmt: skip
        return first + skipped + same // DIGITS

    def fault(self, newest: int) -> Fault | None:
        """What is wrong once every row that is there was found to hold."""
        if self.reach > newest:
            return Fault(
                newest + 1, f"rows {newest + 1} to {self.reach} were removed: they were witnessed"
            )
        return self.own_fault


def gather(head: Head, folder: Path | None = None, public_key: Path | None = None) -> Witnesses:
    """Read and check what stands outside the database.

    Args:
        head: the desk's head, with its checkpoints and key.
        folder: a copy of the checkpoints instead of the desk's own; the head is left out then.
        public_key: a copy of the public key instead of the one beside the checkpoints.
    """
    found = Witnesses()
    if head.path is None and folder is None:
        return found
    try:
        public = public_key_at(public_key) if public_key else _public(head, folder)
    except Unavailable as error:
        found.own_fault = Fault(1, str(error))
        return found
    found.keeper = public.hex()[:16]
    for one in checkpoints.read(folder or head.folder):
        if not _take(found, one, public):
            return found
    found.cut = anchors.sound(folder or head.folder, public)
    if folder is None:
        _take_head(found, head, public)
    return found


def _public(head: Head, folder: Path | None) -> bytes:
    signed = checkpoints.newest(folder or head.folder) is not None
    if signed or head.key.public_file.exists():
        return head.key.public()
    return b""


def _take(found: Witnesses, one: Checkpoint, public: bytes) -> bool:
    why = _unsound(found, one, public)
    if why or one.body is None:
        after = found.reach + 1 if found.digits else 1
        found.own_fault = Fault(after, f"checkpoint {one.line} {why}")
        return False
    if not found.digits:
        found.first, found.chain = one.body["first"], one.body["chain"]
    found.digits += one.body["witness"]
    found.checkpoints = one.line
    found.last = checkpoints.digest(one.raw)
    return True


def _unsound(found: Witnesses, one: Checkpoint, public: bytes) -> str:
    body = one.body
    if body is None or not is_signed(body, public):
        return "was changed: its signature does not hold"
    follows = not found.digits or body["first"] == found.reach + 1
    if body["n"] != one.line or body["before"] != found.last or not follows:
        return "does not follow from the one before it: checkpoints were removed or reordered"
    return ""


def _take_head(found: Witnesses, head: Head, public: bytes) -> None:
    after = found.reach + 1
    try:
        body = head.read()
    except Unavailable as error:
        found.own_fault = Fault(after, str(error))
        return
    if body is None:
        found.own_fault = Fault(after, f"the head of the audit is missing: {head.path}")
    elif SIGNATURE not in body and not public:
        found.end, found.head = Link(body["seq"], body["hash"]), body["seq"]
    elif not is_signed(body, public):
        found.own_fault = Fault(after, "the head of the audit was changed: its signature fails")
    else:
        _take_signed_head(found, body)


def _take_signed_head(found: Witnesses, body: dict[str, Any]) -> None:
    found.head = body["seq"]
    if body["checkpoint"] > found.checkpoints:
        found.own_fault = Fault(
            found.reach + 1, f"checkpoints after {found.checkpoints} are missing: the head knows "
            f"{body['checkpoint']}",
        )  # fmt: skip
    elif body["checkpoint"] < found.checkpoints - 1 or body["seq"] < found.reach:
        found.own_fault = Fault(
            body["seq"] + 1, "the head of the audit is older than the newest checkpoint"
        )
    else:
        if not found.digits:
            found.first, found.chain = body["first"], body["chain"]
        known = found.reach - body["first"] + 1 if found.digits else 0
        found.digits += body["witness"][known * DIGITS :]
