"""A receiver that fails on purpose: a process of its own, which writes its own ledger.

    python -m evals.handoff.erp FOLDER SECRET_FILE --seed N --rate 0.6 [--trusting]

It answers `POST /instructions` and `GET /instructions/KEY`. Every request and every effect is a
line of `ledger.jsonl`, synced before the answer leaves: the ledger is the witness. A faithful
receiver carries a key out once, as the specification asks; with `--trusting` it carries out
whatever arrives, so that a sender who repeats himself is seen in the ledger.
"""

from __future__ import annotations

import argparse
import os
import socket
import struct
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import orjson
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

BEFORE = ("500 before", "429", "reset before", "slow")
"""Faults after which nothing was done, and a slow answer."""
AFTER = ("time-out after effect", "500 after", "reset after", "duplicate", "reorder")
"""Faults after which it was done."""
FAULTS = BEFORE + AFTER
OF_A_QUESTION = ("500 before", "500 after", "reset before", "reset after")
"""Faults by which a question stays without an answer."""
NOT_OF_THE_SENDER = ("slow", "duplicate", "reorder")
"""Faults by which a receiver that does not look at keys does it twice, whatever the sender does."""
LEDGER, PORT_FILE = "ledger.jsonl", "port"


class Books:
    """The receiver's own books: what it did by key, and the ledger of all that happened."""

    def __init__(self, folder: Path, trusting: bool) -> None:
        self._lock = threading.Lock()
        self._trusting = trusting
        self._done: dict[str, str] = {}
        self._ledger = (folder / LEDGER).open("ab", buffering=0)

    def write(self, what: str, key: str, **more: Any) -> None:
        """A line of the ledger."""
        line = orjson.dumps({"what": what, "key": key, "at": time.time(), **more})
        with self._lock:
            self._ledger.write(line + b"\n")
            os.fsync(self._ledger.fileno())

    def carry_out(self, key: str, order_id: str, action: str) -> str:
        """Do it, once a key unless trusting; its reference."""
        with self._lock:
            known = self._done.get(key)
            if known is not None and not self._trusting:
                return known
            reference = f"ERP-{len(self._done) + 1}"
            self._done[key] = known or reference
            line = orjson.dumps({"what": "effect", "key": key, "order": order_id,
                                 "action": action, "at": time.time()})  # fmt: skip
            self._ledger.write(line + b"\n")
            os.fsync(self._ledger.fileno())
            return self._done[key]

    def known(self, key: str) -> str | None:
        """The reference of what was done."""
        with self._lock:
            return self._done.get(key)


class Receiver(BaseHTTPRequestHandler):
    """Answers, or fails, by the schedule of its seed."""

    books: Books
    signer: Webhook
    chance: Random
    rate: float
    patience: float
    faults: tuple[str, ...] = FAULTS
    guard = threading.Lock()

    def do_POST(self) -> None:
        """An instruction."""
        payload = self.rfile.read(int(self.headers.get("content-length", "0")))
        if not self._signed(payload):
            self._answer(401, {})
            return
        document = orjson.loads(payload)
        key, data = self.headers["webhook-id"], document["data"]
        fault = self._fault()
        self.books.write("post", key, fault=fault, order=data["order_id"])
        if fault in BEFORE and not self._before(fault):
            return
        reference = self.books.carry_out(key, data["order_id"], data["action"])
        self._after(fault, key, data, reference)

    def do_GET(self) -> None:
        """The question what became of an instruction."""
        key = self.path.rpartition("/")[2]
        fault = self._fault()
        fault = fault if fault in OF_A_QUESTION else ""
        self.books.write("get", key, fault=fault)
        if fault in ("500 before", "500 after"):
            self._answer(500, {})
        elif fault in ("reset before", "reset after"):
            self._reset()
        elif (known := self.books.known(key)) is not None:
            self._answer(200, {"status": "done", "reference": known})
        else:
            self._answer(404, {})

    def log_message(self, format: str, *args: Any) -> None:
        """The ledger is enough."""

    def _signed(self, payload: bytes) -> bool:
        try:
            self.signer.verify(payload, dict(self.headers), json_parse=False)
        except WebhookVerificationError:
            return False
        return True

    def _fault(self) -> str:
        with self.guard:
            failing = self.chance.random() < self.rate
            return self.chance.choice(self.faults) if failing else ""

    def _before(self, fault: str) -> bool:
        """Fail without an effect; True where it only takes its time."""
        if fault == "slow":
            time.sleep(self.patience * 0.5)
            return True
        if fault == "429":
            self._answer(429, {}, {"Retry-After": "0"})
        elif fault == "500 before":
            self._answer(500, {})
        else:
            self._reset()
        return False

    def _after(self, fault: str, key: str, data: dict[str, Any], reference: str) -> None:
        """Answer, or fail, after the effect."""
        if fault == "duplicate":  # something on the way delivers the request a second time
            self._again(key, data, 0.0)
        elif fault == "reorder":  # and here late, after others
            threading.Thread(target=self._again, args=(key, data, self.patience)).start()
        elif fault == "time-out after effect":
            time.sleep(self.patience * 1.5)
        if fault == "500 after":
            self._answer(500, {})
        elif fault == "reset after":
            self._reset()
        else:
            self._answer(202, {"reference": reference})

    def _again(self, key: str, data: dict[str, Any], after: float) -> None:
        time.sleep(after)
        self.books.write("again", key)
        self.books.carry_out(key, data["order_id"], data["action"])

    def _answer(self, code: int, body: dict[str, Any], more: dict[str, str] | None = None) -> None:
        payload = orjson.dumps(body)
        try:
            self.send_response(code)
            for name, value in (more or {}).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)
        except OSError:  # the sender did not wait
            self.close_connection = True

    def _reset(self) -> None:
        """Drop the connection with a reset instead of an end."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()


class Server(ThreadingHTTPServer):
    """One thread a request; a connection that its handler dropped is no accident."""

    daemon_threads = True

    def shutdown_request(self, request: Any) -> None:
        """Close quietly."""
        try:
            super().shutdown_request(request)
        except OSError:
            return

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A dropped connection ends here."""


def main(words: Sequence[str] | None = None) -> int:
    """Serve until killed; the port stands in a file of the folder."""
    parser = argparse.ArgumentParser(prog="python -m evals.handoff.erp", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("secret", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.6)
    parser.add_argument("--patience", type=float, default=1.0)
    parser.add_argument("--trusting", action="store_true")
    asked = parser.parse_args(words)
    Receiver.books = Books(asked.folder, asked.trusting)
    Receiver.signer = Webhook(asked.secret.read_text())
    Receiver.chance = Random(asked.seed)  # noqa: S311 - a schedule, no secret
    Receiver.rate, Receiver.patience = asked.rate, asked.patience
    if asked.trusting:
        Receiver.faults = tuple(one for one in FAULTS if one not in NOT_OF_THE_SENDER)
    with Server(("127.0.0.1", 0), Receiver) as server:
        part = asked.folder / f"{PORT_FILE}.part"
        part.write_text(str(server.server_address[1]))
        part.rename(asked.folder / PORT_FILE)
        server.serve_forever(poll_interval=0.2)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
