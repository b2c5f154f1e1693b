"""Approved instructions, a receiver in its own process, and workers that can be killed."""

from __future__ import annotations

import base64
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import func, select

import agent.app.webhook  # noqa: F401 - loaded once, before workers are forked
from agent.app.handoff_settings import HandoffSettings
from agent.app.relay import Relay
from agent.desk.decisions import decide
from agent.desk.outbox_models import Outbox
from agent.desk.store import Desk, open_desk
from evals.durability.world import (
    POLICY,
    draft_packets,
    order_facts,
    pinned,
    request,
    somebody,
)
from evals.handoff.erp import LEDGER, PORT_FILE
from policies.guard import shipped

PATIENCE = 1
"""Seconds that a worker waits for an answer."""
OPEN = ("pending", "claimed", "unknown")
START_SECONDS = 60


def open_at(home: Path, url: str | None) -> Desk:
    """The desk of a check; its clock stands still."""
    return open_desk(url or home / "desk.sqlite", head=home / "audit.head", clock=pinned)


def approve_orders(desk: Desk, count: int) -> list[str]:
    """Draft and approve orders; their ids."""
    orders = [f"SO-{number}" for number in range(count)]
    draft_packets(desk, [order_facts(order_id) for order_id in orders])
    for number, order_id in enumerate(orders):
        who = somebody("sales_operations", number % 7)
        decide(desk, request(order_id, who, "approve"), shipped(), POLICY)
    return orders


def left(desk: Desk) -> int:
    """How many instructions have not come to rest."""
    with desk.read() as session:
        statement = select(func.count()).where(Outbox.status.in_(OPEN))
        return int(session.execute(statement).scalar_one())


def settings(port: int) -> HandoffSettings:
    """Everything goes to the receiver, with short waits."""
    base = f"http://127.0.0.1:{port}/instructions"
    return HandoffSettings.model_validate({
        "default": {"channel": "webhook", "url": base, "query_url": f"{base}/{{key}}",
                    "secrets": ["file:secret"], "allow_private": True,
                    "timeout_seconds": PATIENCE},
        "retry": {"first_seconds": 1, "most_seconds": 1},
    })  # fmt: skip


def new_secret(home: Path) -> Path:
    """A signing secret in a file of the home."""
    file = home / "secret"
    file.write_text(f"whsec_{base64.b64encode(os.urandom(32)).decode()}")
    return file


@contextmanager
def receiver(home: Path, seed: int, rate: float, trusting: bool) -> Iterator[int]:
    """The receiver in its own process; its port."""
    command = [
        sys.executable, "-m", "evals.handoff.erp", str(home), str(home / "secret"),
        "--seed", str(seed), "--rate", str(rate), "--patience", str(PATIENCE),
        *(["--trusting"] if trusting else []),
    ]  # fmt: skip
    process = subprocess.Popen(command)  # noqa: S603 - our own module
    try:
        yield _port(home / PORT_FILE, process)
    finally:
        process.kill()
        process.wait()


def _port(file: Path, process: subprocess.Popen[bytes]) -> int:
    until = time.monotonic() + START_SECONDS
    while not file.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("the receiver did not start")
        time.sleep(0.05)
    return int(file.read_text())


def ledger(home: Path) -> list[dict[str, Any]]:
    """What the receiver wrote, in order."""
    file = home / LEDGER
    return [orjson.loads(line) for line in file.read_bytes().splitlines()] if file.exists() else []


class Blind(Relay):
    """A relay that is broken on purpose: it sends again without asking."""

    def _settle(self, outbox_id: str) -> str:
        from agent.desk import deliveries

        nothing = deliveries.Result("absent", "not asked")
        return deliveries.reconcile(self.desk, outbox_id, nothing, timedelta(0))


def work(home: Path, url: str | None, port: int, name: str, blind: bool) -> None:
    """A worker: rounds until nothing is left, or until it is killed."""
    random.seed(name)
    desk = open_at(home, url)
    kind = Blind if blind else Relay
    relay = kind(desk, home, settings(port), lambda _: "", margin=timedelta(seconds=2), worker=name)
    while left(desk):
        relay.round()
        time.sleep(0.1)


def counted(values: Sequence[str]) -> dict[str, int]:
    """How often each value occurs."""
    return {value: values.count(value) for value in sorted(set(values))}
