"""Exports: no text of somebody else becomes a formula."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.app.console.spreadsheet import cell, csv_of, safe, xlsx_of

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
BEFORE = ["", " ", "  ", '"', "'", "\u00a0", "\u200b", "\u3000", "\ufeff", "\u2060"]
PAYLOADS = [
    f"{before}{start}{rest}"
    for before in BEFORE
    for start in STARTS
    for rest in ("cmd|' /C calc'!A0", 'HYPERLINK("http://x.example","y")', "1+1")
]


@pytest.mark.parametrize("before", BEFORE)
def test_a_text_that_a_spreadsheet_would_compute_is_quoted(before: str) -> None:
    tried = [text for text in PAYLOADS if text.startswith(before)]
    assert tried
    assert all(safe(text).startswith("'") for text in tried)


def test_all_payloads_together_leave_no_formula_in_a_csv() -> None:
    assert len(PAYLOADS) >= 300
    text = csv_of(["a", "b"], ({"a": p, "b": f"x;{p}"} for p in PAYLOADS)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert len(rows) == len(PAYLOADS)
    assert all(row[0].startswith("'") for row in rows)


def test_plain_text_and_numbers_stay_as_they_are() -> None:
    assert [cell(v) for v in ("Birch & Söhne", 45, None, "SO-1042", "0 h 45 min")] == [
        "Birch & Söhne", 45, "", "SO-1042", "0 h 45 min",
    ]  # fmt: skip


@given(st.text())
def test_whatever_the_text_it_is_kept_behind_the_quote(text: str) -> None:
    assert safe(text) in (text, f"'{text}")


def test_a_workbook_holds_strings_and_numbers_and_no_formula() -> None:
    pytest.importorskip("xlsxwriter", reason="not run: the extra excel is not installed")
    body = xlsx_of(["a", "n"], [{"a": p, "n": 7777} for p in PAYLOADS[:50]])
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count("<v>7777</v>") == 50
