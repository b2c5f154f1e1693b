"""The channels by which an instruction leaves: a signed webhook, a file, or a task for people.

A channel hands over one instruction and says what came of it; whether it may leave was decided
before, and what follows is decided after. It never raises for what the receiver does.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import orjson

from agent.app.handoff_settings import FileDrop, HandoffSettings, WebhookTo, secret
from agent.desk.deliveries import Result
from agent.desk.outbox import Claim

MOST_BYTES = 20_000
"""A payload of the Standard Webhooks specification is smaller."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is handed over: the instruction's key and its body."""

    outbox_id: str
    key: str
    body: dict[str, Any]

    @property
    def payload(self) -> bytes:
        """The bytes that are sent; the same at every attempt."""
        document = {"type": "instruction", "idempotency_key": self.key, "data": self.body}
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


class Channel(Protocol):
    """One way out."""

    @property
    def name(self) -> str:
        """As the settings call it."""

    @property
    def target(self) -> str:
        """Where it leads, as a person may read it."""

    def prepare(self, letter: Letter, token: str) -> None:
        """Do what must be done before the claim and harms nobody where no claim follows."""

    def discard(self, letter: Letter, token: str) -> None:
        """Undo the preparation: the claim went to somebody else."""

    def send(self, letter: Letter, claim: Claim, token: str) -> Result:
        """Hand it over, once."""

    def ask(self, letter: Letter, token: str) -> Result:
        """What became of the attempt that this token made."""


@dataclass(frozen=True, slots=True)
class TaskList:
    """People see it by `holddesk handoff tasks`: nothing leaves the desk but by their hands."""

    name: str = "tasks"
    target: str = "the task list"

    def prepare(self, letter: Letter, token: str) -> None:
        """Nothing."""

    def discard(self, letter: Letter, token: str) -> None:
        """Nothing."""

    def send(self, letter: Letter, claim: Claim, token: str) -> Result:
        """It is on the list as soon as this is recorded."""
        return Result("accepted", "on the task list")

    def ask(self, letter: Letter, token: str) -> Result:
        """A worker that fell silent listed nothing: it is listed again."""
        return Result("absent", "not on the task list yet")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that the other system watches; files appear in it whole, by a rename.

    The part file is written before the claim under a name of this attempt, and its rename is the
    hand-over. So after a kill the part tells: still there, the file was never handed over; gone,
    it was, even where the receiver took it away since.
    """

    folder: Path
    name: str = "file"

    @property
    def target(self) -> str:
        """The folder."""
        return str(self.folder)

    def prepare(self, letter: Letter, token: str) -> None:
        """Write the part file, to the disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._part(letter, token).open("wb") as part:
            part.write(letter.payload)
            part.flush()
            os.fsync(part.fileno())
        self._sync()

    def discard(self, letter: Letter, token: str) -> None:
        """Remove the part file."""
        self._part(letter, token).unlink(missing_ok=True)

    def send(self, letter: Letter, claim: Claim, token: str) -> Result:
        """Rename the part file to its final name."""
        try:
            self._part(letter, token).rename(self.folder / f"{letter.key}.json")
        except OSError as error:
            return Result("retry", f"the file cannot be written: {error.strerror}")
        try:
            self._sync()
        except OSError as error:
            return Result("unknown", f"the folder cannot be synced: {error.strerror}")
        for left in self.folder.glob(f".{letter.key}.*.part"):  # of workers that lost the claim
            left.unlink(missing_ok=True)
        return Result("accepted", f"{letter.key}.json")

    def ask(self, letter: Letter, token: str) -> Result:
        """Whether the attempt's file was handed over."""
        if self._part(letter, token).exists():
            self.discard(letter, token)
            return Result("absent", "the file was not handed over")
        return Result("accepted", f"{letter.key}.json")

    def _part(self, letter: Letter, token: str) -> Path:
        return self.folder / f".{letter.key}.{token}.part"

    def _sync(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def channel_of(settings: HandoffSettings, home: Path, company_id: str) -> Channel:
    """The channel of a company, ready to use.

    Raises:
        BadInput: a secret is missing or wrong.
    """
    chosen = settings.of(company_id)
    if isinstance(chosen, FileDrop):
        return Folder(home / chosen.folder)
    if isinstance(chosen, WebhookTo):
        from agent.app.webhook import Webhook

        key = f"companies.{company_id}.secrets"
        return Webhook(chosen, [secret(name, home, key) for name in chosen.secrets])
    return TaskList()
