"""Of what may change between draft and approval, the material stops it, and nothing else does."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent.app.loading import load
from agent.review.changes import differences
from agent.review.staged import ReviewStages
from policies.settings import load_rules
from seeds import DEMO_DIR, RULES, load_demo
from tests.agent.app.tables import rewrite
from tools.snapshot import current_snapshot

ORDER = "SO-1042"
LINE = {"order_id": ORDER, "line_no": "20"}
Change = tuple[str, dict[str, str], dict[str, str]]

MATERIAL: dict[str, Change] = {
    "a lower credit limit": ("credit_accounts", {"customer_id": "CU-110"}, {"credit_limit": "9"}),
    "a higher one that clears it": (
        "credit_accounts", {"customer_id": "CU-110"}, {"credit_limit": "140000"}),
    "an account set on hold": (
        "credit_accounts", {"customer_id": "CU-110"}, {"manual_hold": "on"}),
    "an invoice that was paid": ("invoices", {"invoice_id": "IN-2600272"}, {"open_amount": "5"}),
    "an invoice that became due": ("invoices", {"invoice_id": "IN-2600147"},
                                   {"due_on": "2026-02-01"}),
    "a payment that cleared": ("payments", {"payment_id": "PAY-3073"}, {"status": "cleared"}),
    "goods that were taken": ("stock", {"batch_id": "OD-2541"}, {"on_hand_qty": "0"}),
    "goods that were blocked": ("stock", {"batch_id": "OD-2541"}, {"blocked_qty": "210"}),
    "a supply that is late": ("supplies", {"supply_id": "PU-4401"},
                              {"expected_on": "2026-03-30"}),
    "a line that asks for more": ("order_lines", LINE, {"ordered_qty": "25"}),
    "a line at another price": ("order_lines", LINE, {"unit_price": "12"}),
    "a later promise": ("orders", {"order_id": ORDER}, {"promised_on": "2026-03-19"}),
    "another customer order number": ("orders", {"order_id": ORDER}, {"customer_ref": "X"}),
    "an order that was cancelled": ("orders", {"order_id": ORDER}, {"status": "cancelled"}),
    "a newer order version": ("orders", {"order_id": ORDER}, {"version": "3"}),
    "a hold that was lifted": ("holds", {"hold_id": "H-0707"}, {"status": "released"}),
    "a forced hold": ("holds", {"hold_id": "H-0707"}, {"forced": "true"}),
    "a blocked customer": ("customers", {"customer_id": "CU-110"}, {"blocked_scope": "all"}),
    "a denied-party hit": ("compliance_checks", {"check_id": "CK-0019"}, {"result": "hit"}),
}  # fmt: skip
IMMATERIAL: dict[str, Change] = {
    "a note": ("customer_notes", {"note_id": "N-9001"}, {"text": "Called a third time."}),
    "another customer's invoice": ("invoices", {"customer_id": "CU-120"}, {"open_amount": "1"}),
    "another product's stock": ("stock", {"sku": "10-101"}, {"on_hand_qty": "7"}),
    "another order's remark": ("orders", {"order_id": "SO-1187"}, {"remark": "hurry"}),
    "a name of somebody who does not decide": ("staff", {"user_id": "u.ashdown"},
                                               {"name": "T. Ashdown"}),
    "another customer's limit": ("credit_accounts", {"customer_id": "CU-100"},
                                 {"credit_limit": "1"}),
}  # fmt: skip

pytestmark = pytest.mark.long


def packet_of(folder: Path, home: Path) -> dict[str, Any]:
    load(folder, home, None)
    review = ReviewStages(current_snapshot(home), load_rules(RULES))
    moment: datetime = load_demo().as_of
    return review.judged(ORDER, moment)[0]


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return packet_of(DEMO_DIR, tmp_path_factory.mktemp("drafted"))


def changed(change: Change, tmp_path: Path) -> dict[str, Any]:
    table, where, cells = change
    folder = tmp_path / "tables"
    shutil.copytree(DEMO_DIR, folder)
    before = (folder / f"{table}.csv").read_bytes()
    rewrite(folder / f"{table}.csv", where, **cells)
    assert (folder / f"{table}.csv").read_bytes() != before
    return packet_of(folder, tmp_path / "home")


@pytest.mark.parametrize("kind", MATERIAL)
def test_a_material_change_is_another_fingerprint_and_is_said(
    kind: str, drafted: dict[str, Any], tmp_path: Path
) -> None:
    after = changed(MATERIAL[kind], tmp_path)
    assert after["fingerprint"] != drafted["fingerprint"]
    made = differences(drafted, after)
    assert made["findings"] or made["figures"] or made["rows"]


@pytest.mark.parametrize("kind", IMMATERIAL)
def test_an_immaterial_change_stops_nothing(
    kind: str, drafted: dict[str, Any], tmp_path: Path
) -> None:
    assert changed(IMMATERIAL[kind], tmp_path)["fingerprint"] == drafted["fingerprint"]
