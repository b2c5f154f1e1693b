"""The static files: their addresses carry their hash, so that a browser may keep them for long."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files


@cache
def asset(name: str) -> str:
    """The address of a static file, which changes with its content."""
    body = (files("agent.app.console") / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(body).hexdigest()[:12]}"
