"""Faults around the guard: an engine that breaks, a policy text that is damaged, an audit down."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from unittest.mock import patch

import cedarpy
from sqlalchemy import func, select

from agent.desk import audit, cases, packets
from agent.desk.decisions import decide
from agent.desk.models import Decision, Packet
from agent.desk.outbox_models import Outbox
from agent.desk.requests import Request
from agent.desk.store import Desk, open_desk
from evals.guard.asking import Facts, Who
from evals.guard.comparing import packet_of, person_of
from policies.guard import Guard, Person, facts_json, shipped

TEXT = (files("policies") / "rights.cedar").read_text(encoding="utf-8")
SCHEMA = (files("policies") / "rights.cedarschema").read_text(encoding="utf-8")
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def _answer(decision: str, errors: list[str]) -> Any:
    return cedarpy.AuthzResult(
        {"decision": decision, "diagnostics": {"reason": [], "errors": errors}}
    )


def _raises(error: BaseException) -> Callable[..., Any]:
    def broken(*_: Any, **__: Any) -> Any:
        raise error

    return broken


ENGINES: dict[str, Callable[..., Any]] = {
    "no decision": lambda *_, **__: _answer("NoDecision", []),
    "allow with an error": lambda *_, **__: _answer("Allow", ["a rule was skipped"]),
    "deny with an error": lambda *_, **__: _answer("Deny", ["a rule was skipped"]),
    "nothing": lambda *_, **__: None,
    "yes": lambda *_, **__: True,
    "a text": lambda *_, **__: "Allow",
    "a runtime error": _raises(RuntimeError("engine")),
    "a value error": _raises(ValueError("engine")),
    "out of memory": _raises(MemoryError()),
    "too deep": _raises(RecursionError()),
    "an overflow": _raises(OverflowError()),
    "a time-out": _raises(TimeoutError()),
}
"""What the engine returns or raises in place of an answer."""

OVERFLOW = "forbid (principal, action, resource is Packet) when {{ {} > 0 }};"
TEXTS: dict[str, tuple[str, str]] = {
    "empty": ("", ""), "no policy text": ("nonsense", SCHEMA), "no schema": (TEXT, "nonsense"),
    "no rule": ("", SCHEMA), "cut": (TEXT[: len(TEXT) // 2], SCHEMA),
    "schema cut": (TEXT, SCHEMA[: len(SCHEMA) // 2]),
    "zero bytes": (TEXT.replace("permit", "\0"), SCHEMA),
    "an attribute misspelt": (TEXT.replace("resource.hit", "resource.hitt"), SCHEMA),
    "a role misspelt": (TEXT.replace('Role::"finance"', 'Role::"finanz"'), SCHEMA),
    "a class misspelt": (TEXT.replace('::"credit_hold"', '::"credit"'), SCHEMA),
    "a rule without a name": (TEXT + "permit (principal, action, resource);", SCHEMA),
    "a name twice": (TEXT + '@id("absent") permit (principal, action, resource);', SCHEMA),
    "signers in words": (TEXT.replace('@signers("2")', '@signers("two")'), SCHEMA),
    "a rule that overflows": (
        TEXT + '@id("x") ' + OVERFLOW.format("context.now + 9223372036854775807"), SCHEMA),
    "a product that overflows": (
        TEXT + '@id("x") ' + OVERFLOW.format("(context.now + 3) * 9223372036854775807"), SCHEMA),
}  # fmt: skip
"""Damaged policy texts, and rules that fail while they are evaluated."""


def engine_faults(who: Who, action: str, facts: Facts) -> Iterator[tuple[str, bool]]:
    """Each way in which the engine may break: what, and whether the request came through."""
    person, packet = person_of(who), packet_of(facts)
    for what, engine in ENGINES.items():
        with patch.object(cedarpy, "is_authorized", engine):
            yield f"engine: {what}", Guard(TEXT, SCHEMA).may(person, action, packet).allowed
    for what, (text, schema) in TEXTS.items():
        yield f"text: {what}", Guard(text, schema).may(person, action, packet).allowed
    with patch.object(cedarpy.Entities, "from_json_str", _raises(ValueError("entities"))):
        yield "engine: entities", Guard(TEXT, SCHEMA).may(person, action, packet).allowed


# ---- The audit ------------------------------------------------------------------------------

AUDITS: dict[str, BaseException] = {
    "disk full": OSError(28, "No space left on device"),
    "read only": PermissionError(13, "Permission denied"),
    "no connection": ConnectionError("lost"),
    "a time-out": TimeoutError("too slow"),
    "a broken row": ValueError("no canonical form"),
    "a key twice": KeyError("seq"),
}


def audit_faults() -> Iterator[tuple[str, bool]]:
    """Decisions while the audit cannot be written: what, and whether anything was left behind."""
    for decision in ("approve", "reject", "edit"):
        for what, error in AUDITS.items():
            with tempfile.TemporaryDirectory() as folder:
                broken = patch.object(audit, "append", _raises(error))
                yield f"{decision}, audit: {what}", decided(Path(folder), decision, broken)


def decided(folder: Path, decision: str, around: AbstractContextManager[Any]) -> bool:
    """Whether the decision left a trace; `around` is what is broken meanwhile."""
    desk = open_desk(folder / "desk.sqlite", clock=lambda _: NOW)
    packet_id = _waiting(desk)
    person = person_of(Who("u.1", "p.1", frozenset({"executive"}), limit=10**9))
    assert isinstance(person, Person)  # noqa: S101 - a Who is a person
    action = "release_order" if decision == "approve" else ""
    request = Request(
        packet_id, person, decision, "f1", action=action, reason="as agreed",
        parameters={"note": "Waits for the payment."} if decision == "edit" else {},
        shown_now=True,
    )  # fmt: skip
    with around, suppress(Exception):  # that it fails is not enough: the rows are read
        decide(desk, request, shipped(), "v1")
    return _left_behind(desk, packet_id)


def _waiting(desk: Desk) -> str:
    facts = packet_of(Facts(order_value=1_000_000)).order
    (case_id,) = cases.open_cases(desk, [cases.Opening("SO-1")], NOW)
    body = {"fingerprint": "f1", "policy_version": "v1", "snapshot": "s1"}
    draft = packets.Draft(body, facts_json(facts), NOW, NOW + timedelta(hours=24), "g1")
    stored = packets.save(desk, case_id, 1, draft)
    if stored is None:
        raise AssertionError("the packet was not stored: nothing is shown")
    return str(stored.packet_id)


def _left_behind(desk: Desk, packet_id: str) -> bool:
    with desk.read() as session:
        rows = sum(session.scalar(select(func.count()).select_from(of)) or 0
                   for of in (Decision, Outbox))  # fmt: skip
        status = session.scalar(select(Packet.status).where(Packet.packet_id == packet_id))
    return bool(rows) or status != "pending"
