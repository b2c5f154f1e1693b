"""Eight processes write at once, at a quick size, and a witness that sees what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.audit.writers import holds, run
from tests.agent.stores import BOTH

SOUND = {
    "verifies": True, "failed_writers": [], "forks": 0, "gaps": 0, "unlinked": 0, "lost": 0,
    "repeated": 0, "out_of_order": 0, "others": 0, "decisions_without_row": 0,
    "rows_without_decision": 0,
}  # fmt: skip


@pytest.mark.parametrize("database", [BOTH[0], pytest.param("postgresql", marks=BOTH[1].marks)])
def test_eight_processes_leave_one_chain(database: str, tmp_path: Path) -> None:
    body = run(database, 20, tmp_path)
    assert holds(body), body
    assert body["decisions"] == 16


@pytest.mark.parametrize("name", [name for name in SOUND if SOUND[name] == 0])
def test_any_fault_is_a_failure(name: str) -> None:
    assert holds(SOUND)
    assert not holds({**SOUND, name: 1})


def test_a_writer_that_fails_or_a_chain_that_does_not_verify_is_a_failure() -> None:
    assert not holds({**SOUND, "failed_writers": [1]})
    assert not holds({**SOUND, "verifies": False})
