"""The head of the audit chain: how far it went, signed, in a file outside the database.

A chain shows that a row was changed, and cannot show that its newest rows were cut off or that it
was rewritten as a whole. The head does, and with it the checkpoints that it is laid down in every
`ROWS` rows or `AGE`. Both stand in the folder of the audit: `HOLDDESK_AUDIT_DIR`, or `audit`
beside the head; the key that signs them at `HOLDDESK_AUDIT_KEY`, or in that folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from agent.desk import checkpoints
from agent.desk.checkpoints import DIGITS
from agent.desk.signing_key import PRIVATE_FILE, PUBLIC_FILE, SIGNATURE, SigningKey, is_signed
from tools.errors import Unavailable

ROWS = 100
"""Rows after which a checkpoint is written, unless the desk is opened with another number."""
AGE = timedelta(minutes=5)
"""The age of the oldest row without a checkpoint at which the next write makes one."""
LONGEST = 1000
"""Rows of one checkpoint at most."""
FOLDER_VARIABLE = "HOLDDESK_AUDIT_DIR"
KEY_VARIABLE = "HOLDDESK_AUDIT_KEY"


class Link(NamedTuple):
    """The newest link that was written."""

    seq: int
    hash: str


class Head:
    """The head file with its checkpoints and key; without a path nothing is kept."""

    def __init__(
        self,
        path: Path | None,
        *,
        rows: int = ROWS,
        age: timedelta = AGE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        elsewhere = os.environ.get(FOLDER_VARIABLE)
        self.path = Path(elsewhere) / path.name if path is not None and elsewhere else path
        self.folder = Path(elsewhere) if elsewhere else (path or Path()).parent / "audit"
        private = os.environ.get(KEY_VARIABLE)
        self.key = SigningKey(
            Path(private) if private else self.folder / PRIVATE_FILE, self.folder / PUBLIC_FILE
        )
        self._rows, self._age, self._clock = rows, age, clock
        self._trusted = b""

    def start(self) -> None:
        """Write the head of an empty chain, before the first row exists."""
        if self.path is not None and not self.path.exists():
            self._write({"seq": 0, "hash": ""})

    def read(self) -> dict[str, Any] | None:
        """The head as it stands, or None where no file is kept or it is missing.

        Raises:
            Unavailable: the file is there and cannot be read.
        """
        if self.path is None or not self.path.exists():
            return None
        try:
            raw = self.path.read_bytes()
            body: dict[str, Any] = orjson.loads(raw)
            Link(int(body["seq"]), str(body["hash"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unavailable(f"{self.path}: the head of the audit cannot be read") from error
        return body

    def sound(self, body: dict[str, Any]) -> bool:
        """Whether a head was written by the desk: signed, or of before there was any key."""
        if SIGNATURE not in body:
            return not self.key.public_file.exists() and checkpoints.newest(self.folder) is None
        raw = orjson.dumps(body)
        if raw == self._trusted:
            return True
        if is_signed(body, self.key.public()):
            self._trusted = raw
            return True
        return False

    def follow(self, session: Session) -> None:
        """Bring the head to the newest row, and lay down checkpoints that are due.

        The caller's transaction holds the lock of the chain: one writer at a time, never backwards.

        Raises:
            Unavailable: a file cannot be written; what was recorded stays recorded.
        """
        try:
            known = self.read()
            if self.path is not None and known is not None:
                self._follow(session, known)
        except OSError as error:
            raise Unavailable(
                "what was asked is recorded, but the head of the audit could not be written "
                f"({error.strerror}: {error.filename}); make room or mend the folder"
            ) from error

    def checkpoint(self, session: Session) -> int:
        """Lay down a checkpoint of every row up to now; the number of checkpoints then."""
        known = self.read()
        if self.path is None or known is None:
            return 0
        body = self._follow(session, known)
        if body["witness"]:
            body = self._lay_down(body, 1)
        return int(body["checkpoint"])

    def _follow(self, session: Session, known: dict[str, Any]) -> dict[str, Any]:
        newest = session.execute(
            text("SELECT seq, hash, chain_id FROM chain WHERE name = 'audit'")
        ).one()
        self.key.make()
        body = self._settled(known, newest.chain_id)
        if newest.seq <= body["seq"]:
            return body
        added = session.execute(
            text("SELECT hash FROM audit WHERE seq > :seq ORDER BY seq"), {"seq": body["seq"]}
        ).scalars()
        body["witness"] += "".join(found[:DIGITS] for found in added)
        body |= {"seq": newest.seq, "hash": newest.hash, "since": body["since"] or self._now()}
        body = self._write(self.key.sign(body))
        oldest = datetime.fromisoformat(body["since"])
        if oldest + self._age <= self._clock():
            return self._lay_down(body, 1)
        return self._lay_down(body, self._rows)

    def _settled(self, known: dict[str, Any], chain_id: str) -> dict[str, Any]:
        """The head with its witness; a checkpoint laid down before a crash is taken in."""
        body: dict[str, Any] = {
            "chain": chain_id, "seq": 0, "hash": "", "checkpoint": 0, "first": 1, "since": "",
            "witness": "",
        }  # fmt: skip
        if SIGNATURE in known:  # else of before there were checkpoints: all rows are taken in
            body |= known
        last = checkpoints.newest(self.folder)
        if last is None or last.body is None or last.body["n"] != body["checkpoint"] + 1:
            return body
        if last.body["seq"] > body["seq"]:  # the head was lost with the power, the checkpoint not
            body |= {"seq": last.body["seq"], "hash": last.body["hash"]}
        return _after(body, last.body, body["since"])

    def _lay_down(self, body: dict[str, Any], due: int) -> dict[str, Any]:
        laid = False
        while len(body["witness"]) >= due * DIGITS:
            last = checkpoints.newest(self.folder)
            witness = body["witness"][: LONGEST * DIGITS]
            until = body["first"] + len(witness) // DIGITS - 1
            made = self.key.sign(
                {"n": body["checkpoint"] + 1, "chain": body["chain"], "first": body["first"],
                 "seq": until, "hash": body["hash"] if until == body["seq"] else "",
                 "at": self._now(), "witness": witness,
                 "before": checkpoints.digest(last.raw) if last else ""}
            )  # fmt: skip
            checkpoints.append(self.folder, made)
            body, laid = _after(body, made, self._now()), True
        return self._write(self.key.sign(body)) if laid else body

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")

    def _write(self, body: dict[str, Any]) -> dict[str, Any]:
        assert self.path is not None  # noqa: S101 - kept by the callers
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        raw = orjson.dumps(body)
        with beside.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        _sync_folder(self.path.parent)  # before any checkpoint that goes as far
        self._trusted = raw if SIGNATURE in body else b""
        return body


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _after(body: dict[str, Any], laid: dict[str, Any], since: str) -> dict[str, Any]:
    """The head after a checkpoint of its first rows."""
    left = body["witness"][len(laid["witness"]) :]
    return {
        **body, "checkpoint": laid["n"], "first": laid["seq"] + 1, "witness": left,
        "since": since if left else "",
    }  # fmt: skip
