"""The oracle on the examples of the rules, and the run that compares it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from evals.oracle import credit
from evals.oracle.books import company
from evals.oracle.calendar import local_day, shift
from evals.oracle.choose import review
from evals.oracle.compare import differences
from evals.oracle.model import Books, Gap, Verdict, money
from evals.oracle.run import run
from evals.oracle.shrink import Case, smallest
from tests.builders import AS_OF, BASE, base_records

Rows = list[dict[str, str]]


def tables(**changes: Rows) -> dict[str, Rows]:
    """The clean company, with rows added or replaced by their first two cells."""
    found = {name: base_records(name) for name in BASE}
    for name, rows in changes.items():
        for row in rows:
            keys = list(row.items())[:2] if name == "order_lines" else list(row.items())[:1]
            old = [r for r in found.get(name, []) if all(r.get(k) == v for k, v in keys)]
            if old:
                old[0].update(row)
            else:
                found.setdefault(name, []).append(row)
    return found


def codes(**changes: Rows) -> set[str]:
    return {code for _, code, _ in review(tables(**changes), "SO-1", AS_OF).findings}


def line(**cells: str) -> Rows:
    return [{"order_id": "SO-1", "line_no": "10", **cells}]


def test_the_clean_company_is_clear() -> None:
    verdict = review(tables(), "SO-1", AS_OF)
    assert verdict.findings == set()
    assert verdict.unknown == set()
    assert verdict.owner == "sales_operations"


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("1000", set()), ("999.99", {"exposure_over_limit"}), ("0", {"exposure_over_limit"})],
)
def test_exactly_the_limit_is_allowed_and_a_cent_above_is_not(
    limit: str, expected: set[str]
) -> None:
    assert codes(credit_accounts=[{"customer_id": "CU-1", "credit_limit": limit}]) == expected


def test_without_a_limit_on_file_credit_is_not_known() -> None:
    accounts = [{"customer_id": "CU-1", "credit_limit": ""}]
    verdict = review(tables(credit_accounts=accounts), "SO-1", AS_OF)
    assert (verdict.findings, verdict.unknown) == (set(), {"credit_hold"})
    assert verdict.owner == "credit_control"


@pytest.mark.parametrize(("due", "expected"), [("2026-03-02", set()), ("2026-03-01", {"overdue"})])
def test_due_today_is_not_overdue(due: str, expected: set[str]) -> None:
    invoice = {
        "invoice_id": "I-1", "kind": "invoice", "company_id": "C1", "customer_id": "CU-1",
        "issued_on": "2026-01-01", "due_on": due, "open_amount": "1", "currency": "EUR",
    }  # fmt: skip
    assert codes(invoices=[invoice]) == expected


@pytest.mark.parametrize(("price", "expected"), [("10.05", set()), ("10.06", {"charged_differs"})])
def test_half_a_per_cent_of_the_line_is_tolerated(price: str, expected: set[str]) -> None:
    assert codes(order_lines=line(unit_price=price)) == expected


def test_one_piece_more_than_there_is_is_short() -> None:
    stock = [{"site_id": "D01", "sku": "SKU-1", "on_hand_qty": "99", "blocked_qty": "0"}]
    assert codes(stock=stock) == {"short"}


def test_an_empty_table_is_known_and_an_absent_one_is_not() -> None:
    found = tables()
    found["stock"] = []
    assert review(found, "SO-1", AS_OF).unknown == set()
    del found["stock"]
    assert review(found, "SO-1", AS_OF).unknown == {"stock_shortage"}


def test_an_invoice_and_the_deposit_paid_for_it_count_once() -> None:
    deposit = {
        "invoice_id": "D-1", "kind": "deposit", "company_id": "C1", "customer_id": "CU-1",
        "issued_on": "2026-02-01", "due_on": "2026-02-01", "open_amount": "300", "currency": "EUR",
    }  # fmt: skip
    payment = {
        "payment_id": "P-1", "invoice_id": "D-1", "company_id": "C1", "customer_id": "CU-1",
        "received_on": "2026-02-01", "unapplied_amount": "300", "currency": "EUR",
        "status": "cleared",
    }  # fmt: skip
    verdict = Verdict()
    books = Books(tables(invoices=[deposit], payments=[payment]), AS_OF)
    credit.judge(books, books.need("orders", order_id="SO-1"), verdict)
    assert verdict.figures["credit"]["exposure_after"] == 700


def test_money_is_rounded_half_up() -> None:
    assert money(Fraction("1.005"), "EUR") == Fraction("1.01")
    assert money(Fraction(1, 2), "JPY") == 1


def test_days_are_those_of_the_site() -> None:
    books = Books(tables(), AS_OF)
    assert shift(books, "D01", date(2026, 3, 6), 1) == date(2026, 3, 9)
    assert shift(books, "D01", date(2026, 3, 9), -1) == date(2026, 3, 6)
    assert local_day(books, "D01", datetime(2026, 3, 1, 23, 30, tzinfo=UTC)) == date(2026, 3, 2)


def test_a_missing_key_is_a_gap() -> None:
    with pytest.raises(Gap):
        Books(tables(), AS_OF).need("orders", order_id="SO-9")


# --- the comparison ------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_company() -> None:
    assert company(3) == company(3)
    assert company(3) != company(4)


def test_every_kind_of_difference_is_named() -> None:
    ours = Verdict({("credit_hold", "overdue", None)}, {"route_risk"}, primary="credit_hold")
    theirs = Verdict(figures={"credit": {"limit": Fraction(1)}}, owner="finance")
    assert differences(ours, theirs) == [
        "only the oracle finds ('credit_hold', 'overdue', None)",
        "only to the oracle not known: route_risk",
        "primary: credit_hold or None",
        "owner:  or finance",
        "credit limit: None or 1.000000",
    ]


def test_a_wrong_product_is_caught_and_shrunk_to_what_shows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A product that takes a due day for overdue disagrees; few rows are left to show it."""
    honest = credit.judge_overdue

    def wrong(account: credit.Account, verdict: Verdict) -> None:
        honest(account, verdict)
        verdict.find("credit_hold", "overdue")

    monkeypatch.setattr(credit, "judge_overdue", wrong)
    result = run(orders=1, seed=1)
    assert result["disagreements"] > 0
    found, as_of, choice = company(1)
    kind = "only the oracle finds ('credit_hold', 'overdue', None)"
    cases = (Case(found, as_of, choice, order["order_id"]) for order in found["orders"])
    small = smallest(next(case for case in cases if case.shows(kind)), kind)
    assert small.shows(kind)
    assert sum(map(len, small.tables.values())) < 10
