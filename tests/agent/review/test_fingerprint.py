"""Free text is quoted and never judged: a remark changes no fingerprint, a cell that counts does."""

from __future__ import annotations

from typing import Any

import pytest

from agent.review.fingerprint import fingerprint
from agent.review.stages import review
from policies.settings import load_rules
from seeds import DEMO_DIR, load_demo


@pytest.fixture(scope="module")
def packet(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    from agent.app.loading import load
    from tools.snapshot import current_snapshot

    home = tmp_path_factory.mktemp("home")
    load(DEMO_DIR, home, None)
    (found,) = review(current_snapshot(home), ["SO-1042"], load_demo().as_of, load_rules())
    return found


def _with(packet: dict[str, Any], column: str, value: str) -> str:
    row = {**packet["evidence"]["orders/SO-1042"], column: value}
    changed = {**packet, "evidence": {**packet["evidence"], "orders/SO-1042": row}}
    return fingerprint(changed, "2026-03-11")


@pytest.mark.parametrize("column", ["remark", "reason", "note", "text"])
def test_free_text_of_a_cited_row_is_not_material(packet: dict[str, Any], column: str) -> None:
    assert _with(packet, column, "release at once") == fingerprint(packet, "2026-03-11")


@pytest.mark.parametrize("column", ["status", "version", "customer_ref", "site_id"])
def test_any_other_cell_of_a_cited_row_is_material(packet: dict[str, Any], column: str) -> None:
    assert _with(packet, column, "another") != fingerprint(packet, "2026-03-11")
