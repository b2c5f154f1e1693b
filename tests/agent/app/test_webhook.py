"""Signed webhooks: what is sent, what each answer means, and which addresses are refused."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Signer

from agent.app.channels import Letter
from agent.app.handoff_settings import WebhookTo
from agent.app.webhook import Refusal, Webhook, checked_address
from agent.desk.outbox import Claim

SECRET, NEW_SECRET = b"s" * 32, b"n" * 32
LETTER = Letter("O-1", "abc123", {"order_id": "SO-1", "action": "release_order"})


@dataclass
class Receiver:
    """A receiver that answers as it is told and keeps what came."""

    port: int = 0
    code: int = 202
    body: bytes = b'{"reference": "ERP-1"}'
    headers: dict[str, str] = field(default_factory=dict)
    waits: float = 0.0
    drops: bool = False
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told.came.append((self.path, headers, payload))
            time.sleep(told.waits)
            if told.drops:
                self.close_connection = True
                return
            try:
                self.send_response(told.code)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(told.body)))
                self.end_headers()
                self.wfile.write(told.body)
            except OSError:
                self.close_connection = True

        do_GET = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def webhook(receiver: Receiver, *secrets: bytes, **changes: Any) -> Webhook:
    base = f"http://127.0.0.1:{receiver.port}/hooks"
    body = {"channel": "webhook", "url": base, "query_url": base + "/{key}",
            "secrets": ["env:X"], "allow_private": True, "timeout_seconds": 1}  # fmt: skip
    return Webhook(WebhookTo.model_validate(body | changes), secrets or (SECRET,))


def claim(seconds: float = 60) -> Claim:
    return Claim("O-1", 1, "w1", datetime.now(UTC) + timedelta(seconds=seconds))


def sent(receiver: Receiver, **changes: Any) -> Any:
    return webhook(receiver, **changes).send(LETTER, claim(), "t")


def test_the_request_is_signed_and_its_id_is_the_key(receiver: Receiver):
    result = sent(receiver)

    assert (result.kind, result.reference) == ("accepted", "ERP-1")
    ((path, headers, payload),) = receiver.came
    assert path == "/hooks"
    assert headers["webhook-id"] == "abc123"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert Signer(SECRET).verify(payload, headers)["data"]["order_id"] == "SO-1"


def test_an_attempt_repeats_id_and_body(receiver: Receiver):
    for _ in range(2):
        sent(receiver)

    first, second = receiver.came
    assert (first[1]["webhook-id"], first[2]) == (second[1]["webhook-id"], second[2])


def test_while_a_secret_is_replaced_both_sign(receiver: Receiver):
    webhook(receiver, NEW_SECRET, SECRET).send(LETTER, claim(), "t")

    ((_, headers, payload),) = receiver.came
    for secret in (NEW_SECRET, SECRET):
        assert Signer(secret).verify(payload, headers)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (200, "accepted"),
        (204, "accepted"),
        (301, "retry"),
        (307, "retry"),
        (400, "failed"),
        (401, "failed"),
        (404, "failed"),
        (408, "unknown"),
        (410, "gone"),
        (429, "retry"),
        (500, "unknown"),
        (502, "unknown"),
        (503, "unknown"),
        (504, "unknown"),
    ],
)
def test_every_answer_has_its_meaning(code: int, kind: str, receiver: Receiver):
    receiver.code, receiver.body = code, b""
    receiver.headers = {"location": f"http://127.0.0.1:{receiver.port}/elsewhere"}

    assert sent(receiver).kind == kind
    assert len(receiver.came) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30), ("999999999", 86_400), ("soon", None), ("-5", None), ("", None)],
)
def test_the_wait_that_is_asked_for(text: str, seconds: int | None, receiver: Receiver):
    receiver.code, receiver.headers = 429, {"Retry-After": text}

    assert sent(receiver).after == (None if seconds is None else timedelta(seconds=seconds))


def test_the_wait_may_be_a_date(receiver: Receiver):
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    receiver.code, receiver.headers = 429, {"Retry-After": format_datetime(in_an_hour, usegmt=True)}

    assert timedelta(minutes=58) < sent(receiver).after <= timedelta(hours=1)


def test_no_answer_in_time_leaves_it_in_doubt(receiver: Receiver):
    receiver.waits = 1.4

    assert sent(receiver).kind == "unknown"


def test_a_dropped_connection_leaves_it_in_doubt(receiver: Receiver):
    receiver.drops = True

    assert sent(receiver).kind == "unknown"


def test_nobody_listening_took_nothing(receiver: Receiver):
    nowhere = {"url": "http://127.0.0.1:1/hooks", "query_url": "http://127.0.0.1:1/{key}"}

    assert sent(receiver, **nowhere).kind == "retry"
    assert webhook(receiver, **nowhere).ask(LETTER, "t").kind == "unknown"


def test_nothing_is_sent_once_the_claim_nears_its_end(receiver: Receiver):
    assert webhook(receiver).send(LETTER, claim(1), "t").kind == "unknown"
    assert receiver.came == []


@pytest.mark.parametrize(
    ("code", "body", "kind"),
    [
        (200, b'{"status": "done", "reference": "ERP-7"}', "done"),
        (200, b'{"status": "accepted"}', "accepted"),
        (200, b'{"status": "refused"}', "refused"),
        (200, b'{"status": "released"}', "unknown"),
        (200, b"<html>", "unknown"),
        (200, b"[1]", "unknown"),
        (404, b"", "absent"),
        (410, b"", "unknown"),
        (500, b"", "unknown"),
    ],
)
def test_only_a_clear_answer_settles_a_doubt(code: int, body: bytes, kind: str, receiver: Receiver):
    receiver.code, receiver.body = code, body

    assert webhook(receiver).ask(LETTER, "t").kind == kind
    ((path, headers, payload),) = receiver.came
    assert (path, payload) == ("/hooks/abc123", b"")
    assert Signer(SECRET).verify("", headers, json_parse=False) is None


def test_without_a_question_a_person_has_to_settle_it(receiver: Receiver):
    assert webhook(receiver, query_url=None).ask(LETTER, "t").kind == "unknown"
    assert receiver.came == []


def test_a_long_answer_is_not_read_to_its_end(receiver: Receiver):
    receiver.body = b"x" * 5_000_000

    assert sent(receiver).kind == "accepted"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.169.254", "::1", "fe80::1",
     "::ffff:10.0.0.1", "100.64.0.1", "localhost"],
)  # fmt: skip
def test_a_private_address_is_refused_unless_allowed(host: str):
    with pytest.raises(Refusal, match="private"):
        checked_address(host, 443, private=False)
    assert checked_address(host, 443, private=True)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "224.0.0.1", "ff02::1"])  # noqa: S104
def test_what_is_no_address_of_a_receiver_is_refused_always(host: str):
    with pytest.raises(Refusal):
        checked_address(host, 443, private=True)


def test_a_public_address_is_taken_as_it_is():
    assert checked_address("93.184.215.14", 443, private=False) == "93.184.215.14"


def test_a_private_receiver_fails_at_once_and_is_not_connected_to(receiver: Receiver):
    refused = sent(receiver, allow_private=False)

    assert (refused.kind, receiver.came) == ("failed", [])
    assert "https" in refused.detail


def test_the_secret_stands_in_no_header(receiver: Receiver):
    sent(receiver)

    ((_, headers, payload),) = receiver.came
    shown = " ".join(headers.values()).encode() + payload
    assert base64.b64encode(SECRET) not in shown
    assert SECRET not in shown
