"""What surrounds an event: how the person signed in, the request, on whose behalf.

The service or the command line says it once for a request; every event appended meanwhile has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Of one request."""

    auth: str = ""
    """How the person was known: `demo`, `session`, `session+mfa`, `token`, `shell`."""
    session: str = ""
    """An id of the session or token that is no secret itself."""
    on_behalf_of: str = ""
    """The account that the person acted for."""
    request_id: str = ""


_current: ContextVar[Circumstances | None] = ContextVar("circumstances", default=None)


def current() -> Circumstances:
    """Those of the request at hand."""
    return _current.get() or Circumstances()


def state(**known: str) -> None:
    """State circumstances that become known on the way, until the end of what is around."""
    _current.set(replace(current(), **known))


@contextmanager
def within(**known: str) -> Iterator[None]:
    """State circumstances for what is appended inside; what is not named stays as it was."""
    token = _current.set(replace(current(), **known))
    try:
        yield
    finally:
        _current.reset(token)
