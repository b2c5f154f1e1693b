"""The policy version: one hash over rules, rights, schema and the code of the checks."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from policies.settings import Rules, rules_hash

CODE = {".py", ".sql", ".yaml", ".cedar", ".cedarschema"}


def _walk(folder: Traversable) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.is_dir():
            found += [(f"{item.name}/{name}", body) for name, body in _walk(item)]
        elif any(item.name.endswith(suffix) for suffix in CODE) and item.name != "rules.yaml":
            found.append((item.name, item.read_bytes()))
    return found


@cache
def code_hash() -> str:
    """SHA-256 over the code that judges: `policies`, and the facts in `tools` that it reads."""
    digest = hashlib.sha256()
    for package in ("policies", "tools"):
        for name, body in _walk(files(package)):
            digest.update(f"{package}/{name}\0{len(body)}\0".encode())
            digest.update(body)
    return digest.hexdigest()


@cache
def _version(rules: str) -> str:
    return hashlib.sha256(f"{rules}\0{code_hash()}".encode()).hexdigest()[:16]


def policy_version(rules: Rules) -> str:
    """Sixteen hex digits that change whenever a number, a right or a check changes."""
    return _version(rules_hash(rules))
