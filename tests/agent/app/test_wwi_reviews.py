"""Three open orders of Wide World Importers, recomputed by hand from the rows of its tables.

Line values are quantity x UnitPrice x 1.15 (tax 15 %), rounded half up; receivables are the sum of
OutstandingBalance of the bill-to; on hand is QuantityOnHand.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent.app.loading import load
from agent.review import stages
from agent.review.verify import problems
from policies.settings import load_rules
from tools.snapshot import Snapshot, current_snapshot

SHARED = Path(os.environ.get("HOLDDESK_SHARED", Path(__file__).parents[4] / "shared"))
WWI = SHARED / "data" / "wwi"
AS_OF = datetime.fromisoformat("2016-05-31T12:00:00-07:00")

pytestmark = pytest.mark.skipif(
    not WWI.is_dir(), reason="the Wide World Importers data folder is absent (HOLDDESK_SHARED)"
)


@pytest.fixture(scope="module")
def wwi(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    home = tmp_path_factory.mktemp("wwi")
    load(WWI, home, "wwi")
    return current_snapshot(home)


BY_HAND: dict[str, dict[str, Any]] = {
    # 90 x 32.00 x 1.15 = 3,312.00; 3,091.20 owed; SO-73501 of the account is worth 503.13.
    "SO-73592": {
        "limit": "2400", "invoices": "3091.2", "this_order": "3312", "open_orders": "503.13",
        "exposure_after": "6906.33", "alone": "6403.2", "headroom": "-4506.33",
        "stock": {"SKU-204": ("90", "24")}, "price": {"SKU-204": "32"},
    },
    # 108 x 18.00 x 1.15 = 2,235.60 and 72 x 3.70 x 1.15 = 306.36, together 2,541.96.
    "SO-73588": {
        "limit": "1984.5", "invoices": "5511.15", "this_order": "2541.96", "open_orders": "0",
        "exposure_after": "8053.11", "alone": "8053.11", "headroom": "-6068.61",
        "stock": {"SKU-77": ("108", "27"), "SKU-193": ("72", "50")},
        "price": {"SKU-77": "18", "SKU-193": "3.7"},
    },
    # 125 x 3.50 x 1.15 = 503.125, rounded half up to 503.13.
    "SO-73501": {
        "limit": "2400", "invoices": "3091.2", "this_order": "503.13", "open_orders": "3312",
        "exposure_after": "6906.33", "alone": "3594.33", "headroom": "-4506.33",
        "stock": {"SKU-184": ("125", "38")}, "price": {"SKU-184": "3.5"},
    },
}  # fmt: skip


@pytest.mark.parametrize("order_id", sorted(BY_HAND))
def test_a_review_of_real_data_equals_what_the_rows_give_by_hand(
    wwi: Snapshot, order_id: str
) -> None:
    (packet,) = stages.review(wwi, [order_id], AS_OF, load_rules())
    want, credit = BY_HAND[order_id], packet["credit"]
    assert credit["limit"] == want["limit"]
    assert credit["components"]["invoices"] == want["invoices"]
    assert credit["components"]["this_order"] == want["this_order"]
    assert credit["components"]["open_orders"] == want["open_orders"]
    assert credit["exposure_after"] == want["exposure_after"]
    assert credit["exposure_after_without_open_orders"] == want["alone"]
    assert credit["headroom"] == want["headroom"]
    lines = {line["sku"]: (line["needed"], line["usable"]) for line in packet["stock"]}
    assert lines == want["stock"]
    assert {line["sku"]: line["expected"] for line in packet["price"]} == want["price"]
    assert problems(packet) == [] == packet["withheld"]
