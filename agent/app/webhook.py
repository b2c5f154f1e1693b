"""Signed webhooks per the Standard Webhooks specification, and the question after a doubt.

The address is resolved once, checked, and connected to as checked; redirects and proxies are not
followed. Only an answer that surely means "not taken" lets the instruction be sent again without
asking; every other failure after the connection stood leaves it in doubt.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import httpx
import orjson
from standardwebhooks.webhooks import Webhook as Signer

from agent.app.handoff_settings import KEY_MARK, WebhookTo
from agent.desk.deliveries import Kind, Result

if TYPE_CHECKING:
    from agent.app.channels import Letter
    from agent.desk.outbox import Claim

MOST_ANSWER = 64_000
"""Bytes of an answer that are read."""
LONGEST_WAIT = timedelta(hours=24)
"""The longest wait that a receiver may ask for."""
NOT_TAKEN = frozenset({429})
"""Answers that surely mean that nothing was taken."""
IN_DOUBT = frozenset({408})
PORTS = {"http": 80, "https": 443}


class Refusal(Exception):
    """The address may not be connected to."""


def longest(settings: WebhookTo) -> timedelta:
    """The longest that one attempt can take: connecting, writing, waiting, reading."""
    return timedelta(seconds=4 * settings.timeout_seconds)


class Webhook:
    """The receiver of one company."""

    name = "webhook"

    def __init__(self, settings: WebhookTo, secrets: Sequence[bytes]) -> None:
        self._settings = settings
        self._signers = [Signer(one) for one in secrets]
        self.target = settings.url

    def prepare(self, letter: Letter, token: str) -> None:
        """Nothing is done before the claim."""

    def discard(self, letter: Letter, token: str) -> None:
        """Nothing was prepared."""

    def send(self, letter: Letter, claim: Claim, token: str) -> Result:
        """Post it; the id is the idempotency key, the same at every attempt."""
        if datetime.now(UTC) >= claim.until - longest(self._settings):
            return Result("unknown", "the claim ran out before anything was sent")
        return self._call("POST", self._settings.url, letter.key, letter.payload)

    def ask(self, letter: Letter, token: str) -> Result:
        """Ask what became of it, by its key."""
        if self._settings.query_url is None:
            return Result("unknown", "there is no query_url: a person has to settle it")
        url = self._settings.query_url.replace(KEY_MARK, quote(letter.key, safe=""))
        return self._call("GET", url, letter.key, b"")

    def _call(self, method: str, url: str, key: str, payload: bytes) -> Result:
        seconds = self._settings.timeout_seconds
        unsent: Kind = "retry" if method == "POST" else "unknown"
        try:
            address, headers, extensions = self._request(url, key, payload)
        except Refusal as error:
            return Result("failed" if method == "POST" else "unknown", str(error))
        except OSError as error:
            return Result(unsent, f"the address cannot be resolved: {error}")
        try:
            with (
                httpx.Client(timeout=seconds, follow_redirects=False, trust_env=False) as client,
                client.stream(
                    method, address, headers=headers, content=payload or None,
                    extensions=extensions,
                ) as answer,
            ):  # fmt: skip
                text = _read(answer, time.monotonic() + seconds)
                return _posted(answer, text) if method == "POST" else _asked(answer, text)
        except (httpx.ConnectError, httpx.ConnectTimeout, ssl.SSLError) as error:
            return Result(unsent, f"no connection: {type(error).__name__}")
        except (httpx.HTTPError, httpx.StreamError) as error:
            return Result("unknown", f"no answer: {type(error).__name__}")

    def _request(
        self, url: str, key: str, payload: bytes
    ) -> tuple[str, dict[str, str], dict[str, Any]]:
        """The checked address, and headers and host name of a signed request to it."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        if parts.scheme != "https" and not self._settings.allow_private:
            raise Refusal("url: use https; http needs allow_private")
        address = checked_address(host, port, private=self._settings.allow_private)
        shown = f"[{address}]" if ":" in address else address
        bare = parts._replace(netloc=f"{shown}:{port}").geturl()
        at = datetime.now(UTC)
        headers = {
            "host": parts.netloc,
            "content-type": "application/json",
            "user-agent": "holddesk",
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(
                signer.sign(key, at, payload.decode()) for signer in self._signers
            ),
        }
        extensions: dict[str, Any] = {"sni_hostname": host} if parts.scheme == "https" else {}
        return bare, headers, extensions


def checked_address(host: str, port: int, *, private: bool) -> str:
    """The address to connect to.

    Args:
        host: a name or an address.
        port: its port.
        private: whether addresses that are not public are allowed.

    Raises:
        Refusal: one of its addresses is not public.
        OSError: it cannot be resolved.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    for text in addresses:
        address: Any = ipaddress.ip_address(text.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        if address.is_multicast or address.is_unspecified:
            raise Refusal(f"url: {host} is no address of a receiver")
        if not address.is_global and not private:
            raise Refusal(f"url: {host} is a private address; allow_private would allow it")
    return addresses[0]


def _read(answer: httpx.Response, until: float) -> bytes:
    """The beginning of the answer; one that trickles is not waited for."""
    found = b""
    for part in answer.iter_bytes():
        found += part
        if len(found) > MOST_ANSWER or time.monotonic() > until:
            break
    return found[:MOST_ANSWER]


def _posted(answer: httpx.Response, text: bytes) -> Result:
    status = answer.status_code
    said = f"HTTP {status}"
    if answer.is_success:
        return Result("accepted", said, _field(text, "reference"))
    if status == httpx.codes.GONE:
        return Result("gone", f"{said}: the receiver wants nothing any more")
    if status in NOT_TAKEN or answer.is_redirect:
        return Result("retry", said, after=_wait_of(answer))
    if answer.is_server_error or status in IN_DOUBT:
        return Result("unknown", said, after=_wait_of(answer))
    return Result("failed", f"{said}: {_field(text, 'message') or 'the receiver refuses it'}")


def _asked(answer: httpx.Response, text: bytes) -> Result:
    said = f"asked: HTTP {answer.status_code}"
    if answer.status_code == httpx.codes.NOT_FOUND:
        return Result("absent", said)
    status = _field(text, "status")
    if answer.is_success and status in ("accepted", "done", "refused"):
        kinds: dict[str, Any] = {"accepted": "accepted", "done": "done", "refused": "refused"}
        return Result(kinds[status], f"{said} {status}", _field(text, "reference"))
    return Result("unknown", said, after=_wait_of(answer))


def _field(text: bytes, name: str) -> str:
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return ""
    found = body.get(name) if isinstance(body, dict) else None
    return found[:200] if isinstance(found, str) else ""


def _wait_of(answer: httpx.Response) -> timedelta | None:
    """Retry-After, in seconds or as a date."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdecimal():
        return min(timedelta(seconds=min(int(text), 10**6)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return min(max(until - datetime.now(UTC), timedelta(0)), LONGEST_WAIT)
