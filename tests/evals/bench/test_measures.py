"""The benchmarks measure what they name, on a book small enough for a test."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.app.loading import load
from evals.bench.__main__ import BOOK_AS_OF
from evals.bench.books import Shape, write
from evals.bench.clock import clocked
from evals.bench.measures import Bench, batch, detection, largest_cell, one_order
from tools.evidence import look_up
from tools.snapshot import pointer


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder: Path = tmp_path_factory.mktemp("bench")
    write(Shape(lines=1_000, hot_lines=300), folder / "book")
    load(folder / "book", folder / "home", None)
    home = folder / "home"
    with clocked(home / pointer(home)["file"], time.process_time) as snapshot:
        assert snapshot.tables["order_lines"].rows == 1_000
        yield Bench.of(snapshot, BOOK_AS_OF, 2)


def test_an_order_is_held_against_its_queries_and_its_evidence(bench: Bench) -> None:
    *measured, ratio = one_order(bench, "SO-0")
    assert [line.split(":")[0] for line in measured] == ["SO-0"] * 3
    assert float(re.findall(r"[\d.]+", ratio)[0]) > 1


def test_the_largest_cell_of_a_hot_order_is_the_hot_product(bench: Bench) -> None:
    assert largest_cell(bench, "SO-0")[0].startswith("queue of K0 at D0, 3")


def test_a_set_is_reviewed_and_detected_whole(bench: Bench) -> None:
    held = [str(row["order_id"]) for row in look_up(bench.snapshot, "held_orders", BOOK_AS_OF)]
    assert f"review of {len(held)} orders" in batch(bench, held)[2]
    assert f"detection of {len(held)} orders" in detection(bench, held)[1]
