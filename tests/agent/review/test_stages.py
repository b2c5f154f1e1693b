"""The stages over a snapshot: which orders are found, and what is said of those that are not."""

from __future__ import annotations

import gc
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pytest

from agent.app.loading import load
from agent.review import stages
from agent.review.stages import Packet
from policies.settings import load_rules
from tests.builders import AS_OF, BASE
from tools.book import Book
from tools.errors import NotFound
from tools.snapshot import Snapshot, current_snapshot


def a_snapshot(folder: Path, **tables: str) -> Snapshot:
    """The clean company, loaded, with the text of some tables replaced."""
    source = folder / "company"
    source.mkdir()
    for name, text in {**BASE, **tables}.items():
        if text:
            (source / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    load(source, folder / "home", None)
    return current_snapshot(folder / "home")


def test_ids_are_found_in_any_case(tmp_path: Path) -> None:
    assert stages.resolve(a_snapshot(tmp_path), ["so-1"], AS_OF) == ["SO-1"]


def test_an_unknown_order_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="did you mean SO-1"):
        stages.resolve(a_snapshot(tmp_path), ["SO-7"], AS_OF)


def test_an_order_that_was_set_aside_says_where_and_why(tmp_path: Path) -> None:
    snapshot = a_snapshot(tmp_path, orders=BASE["orders"].replace("CU-1", "CU-404"))
    with pytest.raises(NotFound, match=r"SO-1 was set aside on loading \(orders.csv, row 2\)"):
        stages.resolve(snapshot, ["SO-1"], AS_OF)


def test_nothing_known_yet_is_said_with_the_moment(tmp_path: Path) -> None:
    snapshot = a_snapshot(tmp_path, orders=BASE["orders"].replace(
        "pricing_on\n", "pricing_on,recorded_at\n")
        + ",2026-02-27T10:00:00+01:00")  # fmt: skip
    early = AS_OF.replace(year=2025)
    with pytest.raises(NotFound, match="none were known at 2025"):
        stages.resolve(snapshot, ["SO-1"], early)


def test_packets_come_in_the_order_given_and_unknown_ids_are_left_out(tmp_path: Path) -> None:
    made = list(stages.review(a_snapshot(tmp_path), ["SO-404", "SO-1"], AS_OF, load_rules()))
    assert [packet["order_id"] for packet in made] == ["SO-1"]


def test_a_company_is_judged_by_its_own_conventions(tmp_path: Path) -> None:
    rules = load_rules()
    own = rules.model_copy(update={"companies": {"C1": {"credit": {"overdue_grace_days": 30}}}})
    snapshot = a_snapshot(
        tmp_path,
        credit_accounts=BASE["credit_accounts"].replace(",auto,0,true", ",auto,,true"),
        invoices="invoice_id,kind,company_id,customer_id,issued_on,due_on,amount,open_amount,currency,"
        "posted\nI-1,invoice,C1,CU-1,2026-01-20,2026-02-20,800,800,EUR,true",
    )
    (common,) = stages.review(snapshot, ["SO-1"], AS_OF, rules)
    (changed,) = stages.review(snapshot, ["SO-1"], AS_OF, own)
    assert common["credit"]["overdue"] == "800"
    assert changed["credit"]["overdue"] == "0"


def test_a_review_that_is_broken_off_leaves_the_collector_on(tmp_path: Path) -> None:
    made = stages.review(a_snapshot(tmp_path), ["SO-1"], AS_OF, load_rules())
    next(made)
    assert not gc.isenabled()
    cast("Generator[Packet, None, None]", made).close()
    assert gc.isenabled()


def test_no_row_or_fact_of_a_review_outlives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Book] = []

    def gathered(*asked: Any) -> Book:
        read.append(gather(*asked))
        return read[-1]

    gather = stages.gather
    monkeypatch.setattr(stages, "gather", gathered)
    made = stages.review(a_snapshot(tmp_path), ["SO-1"], AS_OF, load_rules())
    assert next(made)["order_id"] == "SO-1"
    assert read[0].rows
    assert read[0].memo
    assert not list(made)
    assert [(book.rows, book.memo) for book in read] == [({}, {})]


def test_an_order_without_any_line_is_not_clear(tmp_path: Path) -> None:
    lines = BASE["order_lines"].replace("SO-1,", "SO-0,")
    orders = BASE["orders"] + "\n" + BASE["orders"].splitlines()[1].replace("SO-1,", "SO-0,")
    (packet,) = stages.review(
        a_snapshot(tmp_path, orders=orders, order_lines=lines), ["SO-1"], AS_OF, load_rules()
    )
    checks = {gap["check"] for gap in packet["not_known"] if "order_lines" in gap["missing"]}
    assert checks >= {"stock_shortage", "price_mismatch", "credit_hold", "approval_gap"}
    assert packet["recommendation"]["disposition"] != "ship"
