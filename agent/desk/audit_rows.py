"""A row of the audit: which columns are hashed, and what stands in its context.

Every hashed column goes in with its length before it, so that none can run into the next. Rows of
schema 1 are of stores that were made before the audit had its later columns; their hash holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from agent.desk.models import canonical

GENESIS = ""
"""The previous hash of the first row."""
SCHEMA = 2
"""The schema that rows are written with."""
_FIRST = (
    "seq", "prev", "at", "event", "actor", "actor_kind", "case_id", "packet_id", "order_id",
    "fingerprint", "policy_version", "verdict", "rules", "body",
)  # fmt: skip
_ADDED = ("schema", "chain", "company_id", "decision_id", "reason_code", "context")
COLUMNS = (*_FIRST, *_ADDED)
"""Every column but the hash, in the order in which they are hashed."""
HASHED = {1: _FIRST, 2: COLUMNS}
"""The hashed columns by schema."""
CONTEXT = (
    "auth", "session", "on_behalf_of", "roles", "authority", "packet_version", "snapshot",
    "recommendation", "decision", "reason_hash", "errors", "approvals", "idempotency_key",
    "outbox_id", "erp_reply", "communication", "outcome", "request_id", "app_version",
    "checkpoint", "head", "keeper", "model", "tool_calls",
)  # fmt: skip
"""Keys of the column `context`, each present in every row of schema 2.

`checkpoint` and `head` say how far the witnesses outside went when the row was written, and
`keeper` whose they are: several homes that share a desk each keep their own.
"""
_PREFIX = [length.to_bytes(8, "big") for length in range(4096)]


def digest_of(fields: Iterable[object]) -> str:
    """SHA-256 over fields as text, each with its length in bytes before it."""
    parts = []
    for value in fields:
        part = str(value).encode()
        size = len(part)
        parts.append(_PREFIX[size] if size < len(_PREFIX) else size.to_bytes(8, "big"))
        parts.append(part)
    return hashlib.sha256(b"".join(parts)).hexdigest()


def row_hash(values: Mapping[str, Any]) -> str:
    """The hash of a row by the columns of its schema.

    Raises:
        KeyError: a schema that this release does not know.
    """
    return digest_of(values[name] for name in HASHED[values["schema"]])


def context_of(values: Mapping[str, Any]) -> str:
    """The context as canonical JSON: what is not given is empty, so that each key is there."""
    return canonical({key: values.get(key, "") for key in CONTEXT}).decode()


def listed(words: Sequence[str]) -> str:
    """Ids as one cell."""
    return ",".join(words)


@cache
def app_version() -> str:
    """The version of this release."""
    try:
        return version("holddesk")
    except PackageNotFoundError:
        return "not installed"
