"""The checks of the audit at a quick size, and that they would notice a verification that sleeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.desk import audit_verify
from agent.desk.audit_verify import Report
from evals.audit import tamper
from evals.audit.books import Book, make
from evals.audit.tampers import TAMPERS, Tamper


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return make(tmp_path_factory.mktemp("book"), 200, 5)


@pytest.mark.parametrize("act", TAMPERS)
def test_each_way_of_tampering_is_found_at_its_row(act: Tamper, book: Book, tmp_path: Path) -> None:
    result = tamper.tampered(book, act, 11, tmp_path)
    assert (result["found"], result["at"]) == (True, result["row"]), result


@pytest.mark.parametrize("act", tamper.LAWFUL)
def test_what_is_lawful_is_no_alarm(act: object, book: Book, tmp_path: Path) -> None:
    alone = Book(book.home)
    monkey = pytest.MonkeyPatch()
    monkey.setattr(tamper, "LAWFUL", (act,))
    result = tamper.lawful(alone, tmp_path, 1)
    monkey.undo()
    assert result == {"tried": 1, "false_alarms": []}


def test_a_verification_that_finds_nothing_is_noticed(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_verify, "verify", lambda *_, **__: Report(True, 1, None, ""))
    result = tamper.tampered(book, TAMPERS[0], 3, tmp_path)
    assert not result["right"]


def test_the_same_seed_tampers_alike(book: Book, tmp_path: Path) -> None:
    one, two = (tamper.tampered(book, TAMPERS[2], 9, tmp_path) for _ in range(2))
    assert one == two
