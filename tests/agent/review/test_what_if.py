"""What-if: every form of a change moves the figures, says so, and leaves the snapshot alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agent.app.loading import load
from agent.review.stages import review, sound
from agent.review.what_if import hypothetical, parse_change
from policies.settings import load_rules
from tests.builders import AS_OF, BASE
from tools.errors import BadInput
from tools.snapshot import Snapshot, current_snapshot

Packet = dict[str, Any]
Suppose = Callable[..., Packet]
RULES = load_rules()
MORE = {
    "stock": "D02,SKU-1,,70,0",
    "substitutes": "sku,substitute_sku,customer_id,factor,quality_ok\nSKU-1,SKU-2,,1,true",
    "invoices": "invoice_id,kind,company_id,customer_id,issued_on,due_on,amount,open_amount,"
                "currency,posted\n"
                "I-1,invoice,C1,CU-1,2026-02-18,2026-03-20,49500,49500,EUR,true",
}  # fmt: skip
"""500 over the limit of 50,000 with this order of 1,000, and 70 pieces at the other depot."""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    folder = tmp_path_factory.mktemp("what-if")
    (folder / "company").mkdir()
    for table in {*BASE, *MORE}:
        text = "\n".join(part for part in (BASE.get(table), MORE.get(table)) if part)
        if text:
            (folder / "company" / f"{table}.csv").write_text(text + "\n", encoding="utf-8")
    load(folder / "company", folder / "home", None)
    with current_snapshot(folder / "home") as opened:
        yield opened


def judged(snapshot: Snapshot) -> Packet:
    (packet,) = review(snapshot, ["SO-1"], AS_OF, RULES)
    return packet


@pytest.fixture(scope="module")
def actual(snapshot: Snapshot) -> Packet:
    return judged(snapshot)


@pytest.fixture(scope="module")
def supposed(snapshot: Snapshot) -> Suppose:
    """The packet as if some changes held, made once for each set of changes."""

    @cache
    def packet(*texts: str) -> Packet:
        (made,) = hypothetical(snapshot, ["SO-1"], AS_OF, RULES, texts)
        return made

    return packet


def at(packet: Packet, path: str) -> Any:
    """The value at a path such as "stock/0/needed"; a figure gives its number as text."""
    here: Any = packet
    for part in path.split("/"):
        here = here[int(part)] if isinstance(here, list) else here[part]
    return here


def codes(packet: Packet) -> list[str]:
    return [f["code"] for entry in packet["exceptions"] for f in entry["findings"]]


def test_without_a_change_the_order_is_500_over_its_limit(actual: Packet) -> None:
    assert codes(actual) == ["exposure_over_limit"]
    assert (at(actual, "credit/exposure_after"), at(actual, "credit/excess")) == ("50500", "500")
    assert (at(actual, "stock/0/needed"), at(actual, "stock/0/available")) == ("100", "1000")
    assert "hypothetical" not in actual


# --- every form ------------------------------------------------------------------------------

FORMS = [
    ("line 10 qty 60", "stock/0/needed", "60"),
    ("line 10 quantity 60", "credit/exposure_after", "50100"),
    ("line 10 price 9.50", "price/0/charged", "9.5"),
    ("line 10 price 9.50", "credit/exposure_after", "50450"),
    ("line 10 discount 10", "price/0/charged", "9"),
    ("line 10 ship 2026-03-09", "stock/0/ship_date", "2026-03-09"),
    ("line 10 ship_on 2026-03-09", "stock/0/ship_date", "2026-03-09"),
    ("line 10 site D02", "stock/0/available", "70"),
    ("line 10 substitute SKU-2", "stock/0/available", "0"),
    ("line 10 sku SKU-2", "stock/0/sku", "SKU-2"),
    ("ship 2026-03-09", "stock/0/ship_date", "2026-03-09"),
    ("ship_on 2026-03-09", "stock/0/ship_date", "2026-03-09"),
    ("promise 2026-03-03", "delivery/promise", "2026-03-03"),
    ("site D02", "stock/0/available", "70"),
    ("payment 500", "credit/exposure_after", "50000"),
    ("payment 1,000.50", "credit/exposure_after", "49499.5"),
    ("limit 60000", "credit/limit", "60000"),
    ("limit 60,000", "credit/headroom", "9500"),
    ("  LINE 10 Qty 60  ", "stock/0/needed", "60"),
]


@pytest.mark.parametrize(("text", "path", "expected"), FORMS)
def test_a_change_moves_its_figure(
    supposed: Suppose, actual: Packet, text: str, path: str, expected: str
) -> None:
    packet = supposed(text)
    assert at(packet, path) == expected != at(actual, path)


@pytest.mark.parametrize("text", [text for text, *_ in FORMS])
def test_a_hypothetical_packet_says_so_and_cannot_be_named(supposed: Suppose, text: str) -> None:
    packet = supposed(text)
    assert packet["hypothetical"] == [text]
    assert packet["packet_id"] is None
    assert not any(action["allowed"] for action in packet["actions"])


@pytest.mark.parametrize("text", [text for text, *_ in FORMS])
def test_its_figures_hold_like_those_of_any_packet(supposed: Suppose, text: str) -> None:
    packet = supposed(text)
    assert (sound(packet), packet["withheld"]) == ([], [])


def test_an_order_is_put_on_another_run(supposed: Suppose, actual: Packet) -> None:
    """It is taken out of what that run has used: so much more is free there."""
    packet = supposed("run RR-0302")
    before, after = (at(p, "delivery/next_runs/0/free_kg") for p in (actual, packet))
    assert (before, after) == ("900", "1000")
    assert at(packet, "evidence")["orders/SO-1"]["run_id"] == "RR-0302"


@pytest.mark.parametrize(("amount", "found"), [("500", []), ("499.99", ["exposure_over_limit"])])
def test_the_payment_that_clears_and_a_cent_less(
    supposed: Suppose, amount: str, found: list[str]
) -> None:
    assert codes(supposed(f"payment {amount}")) == found


def test_changes_hold_together(supposed: Suppose) -> None:
    packet = supposed("line 10 qty 60", "line 10 price 20.00", "limit 50700")
    assert (at(packet, "credit/exposure_after"), at(packet, "credit/headroom")) == ("50700", "0")
    assert packet["hypothetical"] == ["line 10 qty 60", "line 10 price 20.00", "limit 50700"]


def test_the_last_change_of_a_cell_counts(supposed: Suppose) -> None:
    assert at(supposed("line 10 qty 60", "line 10 qty 70"), "stock/0/needed") == "70"


def test_every_order_of_a_set_is_changed_on_its_own(snapshot: Snapshot) -> None:
    made = list(hypothetical(snapshot, ["SO-1", "SO-1"], AS_OF, RULES, ["payment 500"]))
    assert [at(packet, "credit/exposure_after") for packet in made] == ["50000", "50000"]


# --- the snapshot ----------------------------------------------------------------------------


def _files(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*")) if file.is_file()
    }  # fmt: skip


def test_the_snapshot_and_the_real_packet_stay_as_they_are(
    snapshot: Snapshot, supposed: Suppose, actual: Packet
) -> None:
    home = snapshot.path.parent.parent
    files = _files(home)
    for text, *_ in FORMS:
        list(hypothetical(snapshot, ["SO-1"], AS_OF, RULES, [text]))
    again = judged(snapshot)
    assert _files(home) == files
    assert (again["packet_id"], again["fingerprint"]) == (
        actual["packet_id"],
        actual["fingerprint"],
    )
    assert {**again, "usage": {}} == {**actual, "usage": {}}


def test_a_hypothetical_packet_has_another_fingerprint(supposed: Suppose, actual: Packet) -> None:
    assert supposed("payment 500")["fingerprint"] != actual["fingerprint"]


# --- what is not understood ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("", "what-if '' is not understood; a change reads like "),
        ("line 10", "what-if 'line 10' is not understood; "),
        ("line ten qty 6", "what-if 'line ten qty 6' is not understood; "),
        ("line 10 colour red", "what-if 'line 10 colour red' is not understood; "),
        ("line 10 qty 60 70", "what-if 'line 10 qty 60 70' is not understood; "),
        ("pay 12", "what-if 'pay 12' is not understood; "),
        ("release the order", "what-if 'release the order' is not understood; "),
        ("line 10 qty -5", "-5 is no amount; "),
        ("line 10 qty 1e5", "1e5 is no amount; "),
        ("line 10 qty NaN", "NaN is no amount; "),
        ("payment lots", "lots is no amount; "),
        ("ship tomorrow", "tomorrow is no date; write it as 2026-03-09"),
        ("promise 2026-02-30", "2026-02-30 is no date; "),
        ("line 10 ship 9.3.2026", "9.3.2026 is no date; "),
        ("line 99 qty 5", "SO-1 has no line 99; its lines are 10"),
    ],
)
def test_a_wrong_form_is_answered_in_one_sentence(
    supposed: Suppose, text: str, begins: str
) -> None:
    with pytest.raises(BadInput) as error:
        supposed(text)
    sentence = str(error.value)
    assert sentence.startswith(begins)
    assert "\n" not in sentence
    assert "{" not in sentence


def test_one_wrong_change_of_several_changes_nothing(snapshot: Snapshot, supposed: Suppose) -> None:
    with pytest.raises(BadInput):
        supposed("payment 500", "payment lots")
    assert codes(judged(snapshot)) == ["exposure_over_limit"]


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("line 10 price 1,234.50",
         {"kind": "line", "line_no": 10, "field": "unit_price", "value": "1234.50"}),
        ("run RR-7", {"kind": "order", "field": "run_id", "value": "RR-7"}),
        ("route R2", {"kind": "order", "field": "route_id", "value": "R2"}),
        ("limit 60000", {"kind": "limit", "amount": "60000"}),
    ],
)  # fmt: skip
def test_a_text_means_one_change(text: str, change: Packet) -> None:
    assert parse_change(text) == change
