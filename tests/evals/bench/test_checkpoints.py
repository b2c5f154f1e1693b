"""The bench of checkpoints measures both ways, and its figures hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.bench.checkpoints import MOST_BYTES, measure
from tests.agent.stores import BOTH, postgres_schema


@pytest.mark.parametrize("database", BOTH)
def test_a_few_cases_are_measured_with_and_without_checkpoints(
    tmp_path: Path, database: str
) -> None:
    if database == "sqlite":
        body = measure(tmp_path, 2, None)
    else:
        with postgres_schema() as url:
            body = measure(tmp_path, 2, url)
    assert body["cases"] == 2
    assert 0 < body["checkpoint_bytes_a_case"] <= MOST_BYTES
    assert body["milliseconds_to_the_interrupt"] > 0
    assert body["milliseconds_without_checkpoints"] > 0
