"""The check of replies: none is accepted that must not be, and a desk that believes all fails."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest

from agent.desk import replies as desk_replies
from evals.handoff import replies


def test_the_quick_size_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert replies.main(["--quick", "--database", "sqlite"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["offered"] >= 26
    assert body["accepted"] == 0


def test_a_desk_that_checks_no_signature_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def believes(
        given: Mapping[str, str], at: datetime, payload: bytes, secrets: Sequence[bytes]
    ) -> bool:
        return True

    monkeypatch.setattr(desk_replies, "_signed", believes)
    found = replies.run("sqlite", 26, 1)
    assert found["ok"] is False
    assert set(found["accepted_by_kind"]) >= {"other secret", "signature changed"}
