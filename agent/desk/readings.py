"""What an agent or a person read, as the audit records it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from agent.desk.models import canonical


def tool_calls(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The evidence of a packet by table: how many rows, and the hash of them all."""
    tables: dict[str, dict[str, Any]] = {}
    for ref, row in sorted(body.get("evidence", {}).items()):
        tables.setdefault(ref.partition("/")[0], {})[ref] = row
    return [
        {"table": table, "rows": len(rows), "sha256": hashlib.sha256(canonical(rows)).hexdigest()}
        for table, rows in sorted(tables.items())
    ]
