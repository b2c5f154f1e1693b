"""The relay: it takes what may leave from the outbox, hands it over, and records what came of it.

Several relays may run at once, and each may be killed at any moment: the claim decides who sends,
and what a killed relay leaves in doubt is asked about before anything is sent again.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tenacity import RetryCallState, wait_exponential_jitter

from agent.app.channels import Channel, Letter, TaskList, channel_of
from agent.app.handoff_settings import HandoffSettings, Retry, WebhookTo
from agent.desk import deliveries, outbox, switch
from agent.desk.deliveries import Result
from agent.desk.outbox import Claim
from agent.desk.outbox_models import Outbox
from agent.desk.store import Desk
from tools.errors import HolddeskError, Unavailable

Stands = Callable[[Outbox], str]
"""Reads the sources again and asks the guard again; why the approval stands no more, or nothing.

May raise an error of the desk where that cannot be found out: then nothing is sent, and it is
tried later.
"""
MARGIN = timedelta(seconds=30)
"""By which a claim outlasts every time-out of its attempt."""


@dataclass(slots=True)
class Round:
    """What one round of a relay did, by instruction."""

    results: dict[str, str] = field(default_factory=dict)
    """The status that each instruction came to."""

    def add(self, outbox_id: str, status: str) -> None:
        """Note a status."""
        self.results[outbox_id] = status

    def counted(self) -> dict[str, int]:
        """How many came to each status."""
        found: dict[str, int] = {}
        for status in self.results.values():
            found[status] = found.get(status, 0) + 1
        return dict(sorted(found.items()))


@dataclass
class Relay:
    """One worker over one desk."""

    desk: Desk
    home: Path
    settings: HandoffSettings
    stands: Stands
    margin: timedelta = MARGIN
    worker: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")

    def round(
        self,
        told: Callable[[str, str], None] | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Round:
        """Settle what is in doubt, then hand over what is due.

        Args:
            told: called with the id and the new status of each instruction, for the progress.
            stopped: asked before each instruction, whether to leave the rest to a later round.
        """
        done = Round()
        for outbox_id in deliveries.give_up_silent(self.desk):
            done.add(outbox_id, "unknown")
        for status, act in (("unknown", self._settle), ("pending", self._hand_over)):
            for outbox_id in outbox.due(self.desk, status):
                if stopped():
                    return done
                came_to = act(outbox_id)
                if came_to:
                    done.add(outbox_id, came_to)
                    if told is not None:
                        told(outbox_id, came_to)
        return done

    def _settle(self, outbox_id: str) -> str:
        """Ask what became of an attempt in doubt."""
        row, letter = self._letter(outbox_id)
        try:
            channel = self._channel(row)
            result = channel.ask(letter, row.claimed_by)
        except HolddeskError as error:
            result = Result("unknown", str(error))
        except Exception as error:  # noqa: BLE001 - one broken question never stops the others
            result = Result("unknown", f"cannot be asked: {type(error).__name__}")
        wait = timedelta(0) if result.kind == "absent" else self._wait(row.attempts + 1)
        return deliveries.reconcile(self.desk, outbox_id, result, wait)

    def _hand_over(self, outbox_id: str) -> str:
        row, letter = self._letter(outbox_id)
        if ended := self._voided(row):
            return ended
        try:
            if why := self.stands(row):
                return self._void(row, "stale", why)
            channel = self._channel(row)
        except HolddeskError as error:
            return self._later(row, str(error))
        except Exception as error:  # noqa: BLE001 - one broken order never stops the others
            return self._later(row, f"the order cannot be judged again: {type(error).__name__}")
        return self._send(row, letter, channel)

    def _send(self, row: Outbox, letter: Letter, channel: Channel) -> str:
        token = f"{self.worker}-{secrets.token_hex(4)}"
        try:
            channel.prepare(letter, token)
        except OSError as error:
            return self._later(row, f"cannot be prepared: {error.strerror}")
        lease = self._lease(row)
        claim = outbox.claim(self.desk, row.outbox_id, token, channel.name, channel.target, lease)
        if claim is None:
            channel.discard(letter, token)
            return ""
        result = _sent(channel, letter, claim, token)
        if result.kind == "gone":
            switch.stop_by_receiver(self.desk, row.company_id, result.detail)
        return deliveries.record(self.desk, claim, result, self._wait(claim.attempt))

    def _later(self, row: Outbox, why: str) -> str:
        wait = self._wait(row.attempts + 1)
        return deliveries.postpone(self.desk, row.outbox_id, why, wait)

    def _voided(self, row: Outbox) -> str:
        """End an instruction whose approval has run out."""
        with self.desk.read() as session:
            over = self.desk.now(session) >= row.expires_at
        why = "the approval ran out before it could be handed over; review the order again"
        return self._void(row, "expired", why) if over else ""

    def _void(self, row: Outbox, status: str, why: str) -> str:
        return status if deliveries.void(self.desk, row.outbox_id, status, why) else ""

    def _letter(self, outbox_id: str) -> tuple[Outbox, Letter]:
        with self.desk.read() as session:
            row = outbox.one(session, outbox_id)
        return row, Letter(row.outbox_id, row.idempotency_key, row.body)

    def _channel(self, row: Outbox) -> Channel:
        """The company's channel; an instruction that was sent by another one stays with it."""
        found = channel_of(self.settings, self.home, row.company_id)
        if row.channel == "tasks" and found.name != "tasks":
            return TaskList()
        if row.channel not in ("", found.name):
            raise Unavailable(
                f"it was first sent by {row.channel}, and handoff.yaml says {found.name} now; "
                "set the channel back until it is settled"
            )
        return found

    def _lease(self, row: Outbox) -> timedelta:
        chosen = self.settings.of(row.company_id)
        seconds = chosen.timeout_seconds if isinstance(chosen, WebhookTo) else 0
        return timedelta(seconds=4 * seconds) + self.margin

    def _wait(self, attempt: int) -> timedelta:
        return wait_after(self.settings.retry, attempt)


def _sent(channel: Channel, letter: Letter, claim: Claim, token: str) -> Result:
    """Hand it over; a channel that breaks leaves it in doubt, and stops no other instruction."""
    try:
        return channel.send(letter, claim, token)
    except Exception as error:  # noqa: BLE001 - it may have left
        return Result("unknown", f"the channel broke: {type(error).__name__}")


def wait_after(retry: Retry, attempt: int) -> timedelta:
    """How long to wait after the n-th attempt: doubled each time up to the most, with jitter."""
    strategy = wait_exponential_jitter(
        multiplier=retry.first_seconds, max=retry.most_seconds, jitter=retry.first_seconds
    )
    state = RetryCallState(retry_object=None, fn=None, args=(), kwargs={})  # type: ignore[arg-type]
    state.attempt_number = max(1, attempt)
    return timedelta(seconds=strategy(state))
