"""Faults are denied, and each is put where the request is allowed without it."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from evals.guard import broken, faults
from evals.guard.asking import Who
from evals.guard.comparing import packet_of, person_of
from policies.guard import shipped


def test_a_quick_run_lets_no_fault_through(capsys: pytest.CaptureFixture[str]) -> None:
    assert faults.main(["--quick"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["faults"] >= 500
    assert body["allowed"] == 0
    assert set(body["by_kind"]) == {"facts", "action", "locks", "engine", "audit"}


@pytest.mark.parametrize("action", faults.BASES)
def test_each_request_is_allowed_without_a_fault(action: str) -> None:
    role, facts = faults.BASES[action]
    person = person_of(Who("u.1", "p.1", frozenset({role}), limit=faults.MONEY))
    assert shipped().may(person, action, packet_of(facts)).allowed


@pytest.mark.parametrize("decision", ["approve", "reject", "edit"])
def test_each_decision_leaves_a_trace_while_the_audit_is_up(decision: str, tmp_path: Path) -> None:
    assert broken.decided(tmp_path, decision, nullcontext())


def test_every_field_of_every_fact_is_made_wrong_and_missing() -> None:
    packet = packet_of(faults.BASES["release_order"][1])
    person: Any = person_of(Who("u.1", "p.1", frozenset({"finance"})))
    tried = {what.split(":")[0] for what, _, _ in faults._cases(packet, person)}
    for value in (packet, packet.order, packet.order.lock, person):
        for name in type(value).__dataclass_fields__:
            assert f"{type(value).__name__}.{name}" in tried


def test_a_guard_that_believes_wrong_facts_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = shipped()
    monkeypatch.setattr(guard, "_wrong", lambda *_: "")
    through = [one for one in faults.fact_faults(guard, ["release_order"]) if one.allowed]
    assert through


def test_a_fault_that_gets_through_fails_the_run() -> None:
    body = faults.report([faults.Outcome("facts", "amount: missing", True)], 0.0)
    assert (body["allowed"], body["holds"]) == (1, False)
    assert body["examples"] == ["facts: amount: missing"]
