"""`holddesk worker`: rounds of the relay, with progress, until it is told to stop."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from agent.app.handoff_settings import load_handoff
from agent.app.office import Office, open_office
from agent.app.output import emit_json, say, words
from agent.app.relay import Relay
from agent.app.standing import Standing
from agent.app.taking_back import outcomes_of_load
from tools.errors import BadInput, HolddeskError, NotFound

EVERY_SECONDS = 2.0
NAP = 0.1


def run_worker(where: Path, once: bool, json: bool) -> None:
    """Work off the outbox.

    Raises:
        BadInput: `--json` without `--once`: it would never end.
    """
    if json and not once:
        raise BadInput("--json prints one document: use it with --once")
    office = open_office(where)
    relay = Relay(
        office.desk, office.home.path, office.settings,
        Standing(office.desk, office.guard, office.sources),
    )  # fmt: skip
    with _told_to_stop() as stopped, _progress() as told:
        while True:
            counts, known = _round(office, relay, told, stopped, once)
            if once:
                _say(counts, known, json)
                return
            if _rest(stopped):
                return


def _round(
    office: Office,
    relay: Relay,
    told: Callable[[str, str], None],
    stopped: list[int],
    once: bool,
) -> tuple[dict[str, int], list[str]]:
    """One round; a store that cannot be reached ends only a worker that works once."""
    try:
        relay.settings = load_handoff(office.home.path)
        known = _outcomes(office)
        done = relay.round(told, lambda: bool(stopped))
        return done.counted(), known
    except HolddeskError as error:
        if once:
            raise
        told("", f"waits: {error}")
        return {}, []


def _outcomes(office: Office) -> list[str]:
    try:
        return outcomes_of_load(office)
    except NotFound:  # nothing was loaded yet
        return []


def _say(counts: dict[str, int], known: list[str], json: bool) -> None:
    if json:
        emit_json({"instructions": counts, "outcomes": known})
        return
    parts = [f"{count} {words(status)}" for status, count in counts.items()]
    say(", ".join(parts) if parts else "nothing to hand over")
    if known:
        say(f"outcome recorded of {', '.join(known)}")


@contextmanager
def _progress() -> Iterator[Callable[[str, str], None]]:
    """What the relay does, on stderr."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True,
                  disable=not console.is_terminal) as progress:  # fmt: skip
        task = progress.add_task("the worker waits for instructions", total=None)

        def told(outbox_id: str, status: str) -> None:
            progress.update(task, description=f"{outbox_id} {words(status)}".strip())
            if not console.is_terminal and not outbox_id:
                console.print(f"holddesk: {status}", markup=False, highlight=False)

        yield told


@contextmanager
def _told_to_stop() -> Iterator[list[int]]:
    """Signals that ask to end; the instruction at hand is finished first."""
    asked: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        asked.append(number)

    before = {one: signal.signal(one, note) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        sys.stderr.flush()


def _rest(asked: list[int]) -> bool:
    """Wait for the next round; True where the worker is to end."""
    until = time.monotonic() + EVERY_SECONDS
    while time.monotonic() < until:
        if asked:
            return True
        time.sleep(NAP)
    return bool(asked)
