"""The check of hand-off under faults: it passes, and it sees a relay that is broken on purpose."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evals.handoff import faults


def line(what: str, key: str = "k", fault: str = "") -> dict[str, Any]:
    return {"what": what, "key": key, "fault": fault}


def test_the_quick_size_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert faults.main(["--quick", "--database", "sqlite"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["ok"] is True
    assert body["faults"] > 0


@pytest.mark.long
def test_a_relay_that_sends_again_without_asking_is_caught() -> None:
    found = faults.run("sqlite", 20, 3, trusting=True, blind=True)
    assert found["ok"] is False
    assert found["done_twice"] > 0
    assert found["sent_again_unasked"] > 0


@pytest.mark.parametrize(
    ("lines", "unasked"),
    [
        ([line("post"), line("post")], 1),
        ([line("post", fault="429"), line("post")], 0),
        ([line("post", fault="500 before"), line("post")], 1),
        ([line("post"), line("get"), line("post")], 0),
        ([line("post"), line("get", "other"), line("post")], 1),
        ([line("post"), line("again"), line("effect")], 0),
        ([line("post"), line("post", "other")], 0),
    ],
)
def test_sending_again_without_a_question_is_counted(
    lines: list[dict[str, Any]], unasked: int
) -> None:
    assert faults.sent_again_unasked(lines) == unasked
