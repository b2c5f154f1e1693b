"""What every request passes first: host, origin, size and rate; and the headers of every answer.

Plain ASGI, before anything is parsed: a body that is too large is never read to its end.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.app.service.problems import TooLarge, TooMany, answer, problem_of
from agent.app.service.telling import Telling
from tools.errors import BadInput, Denied, HolddeskError

LARGEST_BODY = 256 * 1024
LARGEST_HEADERS = 16 * 1024
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSP = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
        "connect-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
        "object-src 'none'",
    )
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}


class Malformed(HolddeskError):
    """A request that no client of good will sends."""

    code = "malformed"
    http_status = 400


@dataclass
class Bucket:
    """Requests that somebody may still send: refilled steadily, up to a burst."""

    rate: float
    burst: float
    kept: int = 10000
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, key: str, now: float) -> bool:
        """Take one; False where none is left."""
        before, at = self._left.pop(key, (self.burst, now))
        left = min(self.burst, before + (now - at) * self.rate)
        self._left[key] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > self.kept:
            self._left.popitem(last=False)
        return left >= 1


@dataclass
class Shield:
    """The middleware. `hosts` are the names under which the service answers."""

    app: ASGIApp
    hosts: frozenset[str]
    origin: str
    telling: Telling
    requests: Bucket
    sign_ins: Bucket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        scope.setdefault("state", {})["request_id"] = asked = secrets.token_hex(8)
        sized = _Sized(receive)
        seen: dict[str, int] = {}

        async def out(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                self._dress(scope, MutableHeaders(scope=message), asked)
            await send(message)

        try:
            try:
                self._check(scope)
                await self.app(scope, sized, out)
            except HolddeskError as error:
                if seen:
                    raise
                await answer(problem_of(Request(scope), error))(scope, receive, out)
        finally:
            self.telling.request(scope, seen.get("status", 500), time.perf_counter() - started)

    def _dress(self, scope: Scope, headers: MutableHeaders, request_id: str) -> None:
        for name, value in HEADERS.items():
            headers[name] = value
        headers["X-Request-ID"] = request_id
        if not scope["path"].startswith("/static/"):
            headers["Cache-Control"] = "no-store"
        if self.origin.startswith("https:"):
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEADERS:
            raise TooLarge("the headers are too long")
        _check_host(headers, self.hosts)
        _check_length(headers)
        peer = (scope.get("client") or ("unknown",))[0]
        now = time.monotonic()
        if not self.requests.take(peer, now):
            raise TooMany("too many requests; wait a moment")
        if scope["method"] not in SAFE:
            _check_origin(headers, self.origin, self.hosts)
            if scope["path"] == "/sign-in" and not self.sign_ins.take(peer, now):
                raise TooMany("too many attempts to sign in; wait a minute")


class _Sized:
    """The body, which may not grow beyond the limit whatever its length claims."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.read = 0

    async def __call__(self) -> Message:
        message = await self.receive()
        self.read += len(message.get("body", b""))
        if self.read > LARGEST_BODY:
            # an HTTP exception, because the parsers of bodies let no other one through
            raise HTTPException(413, f"a body has at most {LARGEST_BODY // 1024} kB")
        return message


def _check_host(headers: Headers, hosts: frozenset[str]) -> None:
    name = headers.get("host", "").lower()
    bare = urlsplit(f"//{name}").hostname if name and "/" not in name and "@" not in name else None
    if bare not in hosts:
        raise Malformed("this host is not served here")


def _check_length(headers: Headers) -> None:
    claimed = headers.get("content-length", "0")
    if not claimed.isascii() or not claimed.isdigit():
        raise BadInput("the content length is no number")
    if int(claimed) > LARGEST_BODY:
        raise TooLarge(f"a body has at most {LARGEST_BODY // 1024} kB")


def _check_origin(headers: Headers, origin: str, hosts: frozenset[str]) -> None:
    """A change that a browser sends comes from a page of this service.

    A program sends neither header, and is known by its token instead of a cookie.
    """
    site, named = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "same-origin", "none") or (site is None and named == "null"):
        raise Denied("this request came from another site", ("same-origin",))
    if named not in (None, "null") and not _own(str(named), origin, hosts):
        raise Denied("this request came from another site", ("same-origin",))


def _own(named: str, origin: str, hosts: frozenset[str]) -> bool:
    if named == origin:
        return True
    parts = urlsplit(named)
    return not origin.startswith("https:") and parts.scheme == "http" and parts.hostname in hosts
