"""Row order, strangers, names and whole weeks change nothing in a packet."""

from __future__ import annotations

import csv
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.app.loading import load
from agent.review.stages import gather, review_book
from policies.settings import load_rules
from seeds import DEMO_DIR, load_demo
from tests.builders import a_book
from tests.metamorphic.changes import (
    differences,
    everything,
    moved_back,
    permuted,
    renamed,
    shifted,
    unnamed,
    with_rows,
)
from tests.metamorphic.worlds import DEMO_ORDERS, FEW, TROUBLED, strangers
from tools.book import Book
from tools.snapshot import current_snapshot

Packets = list[dict[str, Any]]
ORDERS = ("SO-1", "SO-2", "SO-3")
quick = settings(max_examples=8, deadline=None, derandomize=True)
thorough = settings(max_examples=60, deadline=None)
lucks = st.randoms(use_true_random=False)
PREFIXES = ("Zz-", "7~", "Ä ö ", "K/", "%2", "{x} ", "$(id) ", "<b>", "'; --")
prefixes = st.sampled_from(PREFIXES)
weeks = st.integers(-60, 60)
aliens = st.builds(
    strangers, st.integers(1, 10**6), st.sampled_from(["draft", "open", "blocked", "cancelled"]),
    st.sampled_from(["", "1", "9"]),
)  # fmt: skip


def troubled() -> Book:
    return a_book(TROUBLED)


def packets(book: Book, orders: tuple[str, ...] = ORDERS) -> Packets:
    return review_book(book, orders, load_rules())


def of(found: Packets, orders: tuple[str, ...]) -> Packets:
    return [packet for packet in found if packet["order_id"] in orders]


PLAIN = packets(troubled())


def test_the_built_company_has_findings_of_money_goods_price_and_delivery():
    classes = {found["class"] for packet in PLAIN for found in packet["exceptions"]}

    assert {"credit_hold", "stock_shortage", "customer_priority_conflict", "price_mismatch",
            "route_risk"} <= classes  # fmt: skip


def test_the_orders_of_the_demo_company_have_findings_of_every_class(demo_packets: Packets):
    assert len({found["class"] for packet in demo_packets for found in packet["exceptions"]}) == 8
    assert any(packet["not_known"] for packet in demo_packets)


@quick
@given(lucks)
def test_the_order_of_the_rows_changes_nothing(luck: random.Random):
    assert differences(everything(packets(permuted(troubled(), luck))), everything(PLAIN)) == []


@quick
@given(aliens, lucks)
def test_strangers_change_nothing(more: Any, luck: random.Random):
    assert (
        differences(everything(packets(with_rows(troubled(), more, luck))), everything(PLAIN)) == []
    )


@quick
@given(prefixes)
def test_other_ids_give_the_same_packet_under_other_ids(prefix: str):
    names = tuple(f"{prefix}{name}" for name in ORDERS)

    assert (
        differences(unnamed(packets(renamed(troubled(), prefix), names), prefix), unnamed(PLAIN))
        == []
    )


@settings(quick, max_examples=15)
@given(weeks)
@example(3)  # promises on both sides of the last Sunday of March
@example(33)  # and of October
def test_whole_weeks_move_every_date_by_them_and_change_nothing_else(by: int):
    assert differences(moved_back(packets(shifted(troubled(), by)), by), moved_back(PLAIN)) == []


# --- the demo company ------------------------------------------------------------------------


def test_the_order_of_the_rows_changes_no_packet_of_the_demo(demo: Book, demo_packets: Packets):
    book = permuted(demo, random.Random(7))  # noqa: S311 - a fixed order

    assert differences(everything(packets(book, DEMO_ORDERS)), everything(demo_packets)) == []


def test_strangers_change_no_packet_of_the_demo(demo: Book, demo_packets: Packets):
    book = with_rows(demo, strangers(500, "open", "1"), random.Random(7))  # noqa: S311

    assert differences(everything(packets(book, FEW)), everything(of(demo_packets, FEW))) == []


def test_other_ids_change_no_packet_of_the_demo(demo: Book, demo_packets: Packets):
    found = packets(renamed(demo, "Zz-"), tuple(f"Zz-{name}" for name in DEMO_ORDERS))

    assert differences(unnamed(found, "Zz-"), unnamed(demo_packets)) == []


def test_whole_weeks_change_no_packet_of_the_demo(demo: Book, demo_packets: Packets):
    assert (
        differences(
            moved_back(packets(shifted(demo, 26), DEMO_ORDERS), 26), moved_back(demo_packets)
        )
        == []
    )


@pytest.mark.long
def test_the_order_of_the_rows_in_the_files_changes_no_packet(
    demo_packets: Packets, tmp_path: Path
):
    luck = random.Random(7)  # noqa: S311 - an order that can be made again
    folder = Path(shutil.copytree(DEMO_DIR, tmp_path / "demo"))
    for file in folder.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as handle:
            head, *rows = list(csv.reader(handle))
        luck.shuffle(rows)
        with file.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows([head, *rows])
    load(folder, tmp_path / "home")
    snapshot = current_snapshot(tmp_path / "home")
    book = gather(snapshot, DEMO_ORDERS, load_demo().as_of, load_rules())

    found = everything(packets(book, DEMO_ORDERS))

    assert [d for d in differences(found, everything(demo_packets)) if "/snapshot:" not in d] == []


@pytest.mark.long
def test_neither_row_order_nor_strangers_ever_change_a_packet(demo: Book, demo_packets: Packets):
    wanted = everything(of(demo_packets, FEW))

    @thorough
    @given(st.integers(0, 2**32), aliens)
    def never(seed: int, more: Any) -> None:
        luck = random.Random(seed)  # noqa: S311 - an order that can be made again
        book = permuted(with_rows(demo, more, luck), luck)
        assert differences(everything(packets(book, FEW)), wanted) == []

    never()


@pytest.mark.long
def test_neither_names_nor_weeks_ever_change_a_packet(demo: Book, demo_packets: Packets):
    wanted = unnamed(moved_back(of(demo_packets, FEW)))

    @thorough
    @given(prefixes, weeks)
    def never(prefix: str, by: int) -> None:
        names = tuple(f"{prefix}{name}" for name in FEW)
        found = moved_back(packets(shifted(renamed(demo, prefix), by), names), by)
        assert differences(unnamed(found, prefix), wanted) == []

    never()
