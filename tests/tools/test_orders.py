"""Quantities, rates and values of order lines: what the checks are computed from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.builders import Rows, a_book
from tools.book import Book
from tools.orders import is_stale_day, open_quantity, promise_day, ship_date, uninvoiced_quantity
from tools.rows import Row
from tools.unknown import NotKnown
from tools.values import line_value, order_value, rate

DAY = date(2026, 3, 2)


def a_line(**values: str) -> tuple[Book, Row]:
    book = a_book({"order_lines": [{"order_id": "SO-1", "line_no": "10", **values}]})
    line = book.one("order_lines", order_id="SO-1")
    assert line is not None
    return book, line


def an_order(order: dict[str, str], **line: str) -> tuple[Book, Row]:
    rows: dict[str, Rows] = {
        "orders": [{"order_id": "SO-1", **order}],
        "order_lines": [{"order_id": "SO-1", "line_no": "10", **line}],
    }
    book = a_book(rows)
    found = book.one("order_lines", order_id="SO-1")
    assert found is not None
    return book, found


def value(book: Book, line: Row, *, gross: bool, currency: str = "EUR") -> Decimal:
    quantity = uninvoiced_quantity(book, line)
    return line_value(book, line, quantity, "v", currency=currency, on=DAY, gross=gross).number


# --- quantities ------------------------------------------------------------------------------


def test_what_is_open_is_ordered_less_shipped_less_cancelled():
    assert (
        open_quantity(*a_line(ordered_qty="100", shipped_qty="30", cancelled_qty="20")).number == 50
    )


def test_what_is_not_invoiced_does_not_ask_what_was_shipped():
    found = uninvoiced_quantity(
        *a_line(ordered_qty="100", shipped_qty="90", invoiced_qty="30", cancelled_qty="20")
    )

    assert found.number == 50


def test_no_quantity_is_below_zero():
    book, line = a_line(ordered_qty="10", shipped_qty="12", invoiced_qty="12")

    assert open_quantity(book, line).number == uninvoiced_quantity(book, line).number == 0


# --- dates -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "day"),
    [({"promised_on": "2026-03-09"}, date(2026, 3, 9)), ({}, date(2026, 3, 6))],
)
def test_the_promise_of_a_line_comes_before_that_of_its_order(line: dict[str, str], day: date):
    assert promise_day(*a_line(**line)) == day


def test_a_promise_of_the_order_comes_before_a_request_of_the_line():
    assert promise_day(*a_line(requested_on="2026-03-04")) == date(2026, 3, 6)


def test_without_a_ship_date_it_is_the_promise_less_the_lead_time_in_working_days():
    assert ship_date(*a_line(promised_on="2026-03-09")).value == date(2026, 3, 6)
    assert ship_date(*a_line(ship_on="2026-03-03")).value == date(2026, 3, 3)


def test_an_order_is_stale_after_its_sixtieth_day_and_not_on_it():
    assert not is_stale_day(a_book(), date(2026, 1, 1), DAY)
    assert is_stale_day(a_book(), date(2025, 12, 31), DAY)


# --- rates -----------------------------------------------------------------------------------


def rated(*rows: tuple[str, str, str, str]) -> Book:
    names = ("from_currency", "to_currency", "valid_on", "rate")
    return a_book({"fx_rates": [dict(zip(names, row, strict=True)) for row in rows]})


def test_the_newest_rate_on_or_before_the_day_counts():
    book = rated(("EUR", "CHF", "2026-02-01", "0.9"), ("EUR", "CHF", "2026-03-02", "0.95"),
                 ("EUR", "CHF", "2026-03-03", "0.99"))  # fmt: skip

    assert rate(book, "EUR", "CHF", DAY).apply(Decimal(100)) == 95


def test_without_a_direct_rate_the_opposite_one_divides():
    assert (
        rate(rated(("GBP", "EUR", "2026-03-01", "1.25")), "EUR", "GBP", DAY).apply(Decimal(100))
        == 80
    )


def test_a_direct_rate_comes_before_a_newer_opposite_one():
    book = rated(("EUR", "GBP", "2026-01-01", "0.5"), ("GBP", "EUR", "2026-03-01", "1.25"))

    assert rate(book, "EUR", "GBP", DAY).apply(Decimal(100)) == 50


def test_a_rate_of_tomorrow_is_none():
    with pytest.raises(NotKnown):
        rate(rated(("EUR", "GBP", "2026-03-03", "0.5")), "EUR", "GBP", DAY)


# --- values ----------------------------------------------------------------------------------


def test_a_price_for_several_is_divided_by_them():
    assert value(*a_line(ordered_qty="100", unit_price="25", price_per="10"), gross=False) == 250


def test_a_discount_is_taken_off():
    assert value(*a_line(ordered_qty="100", unit_price="10", discount_pct="5"), gross=False) == 950


def test_a_net_price_grows_by_its_tax_and_a_price_with_tax_shrinks_by_it():
    net = an_order({"tax_rate": "19", "prices_include_tax": "false"}, unit_price="10")
    with_tax = an_order({"tax_rate": "19", "prices_include_tax": "true"}, unit_price="11.90")

    assert (value(*net, gross=False), value(*net, gross=True)) == (1000, 1190)
    assert (value(*with_tax, gross=False), value(*with_tax, gross=True)) == (1000, 1190)


def test_a_value_is_converted_first_and_rounded_once():
    book, line = a_line(ordered_qty="3", unit_price="0.335")  # 1.005 EUR, which alone is 1.01

    assert value(book, line, gross=False) == Decimal("1.01")
    assert value(book, line, gross=False, currency="USD") == Decimal("1.11")  # 1.1055


def test_the_value_of_an_order_is_that_of_its_lines_and_charges():
    charges = [{"order_id": "SO-1", "charge_no": "1", "kind": "freight", "amount": "50"},
               {"order_id": "SO-1", "charge_no": "2", "kind": "surcharge", "amount": "-7.5"}]  # fmt: skip
    book = a_book({"order_charges": charges})
    order = book.one("orders", order_id="SO-1")
    assert order is not None

    assert order_value(book, order, currency="EUR", on=DAY, gross=False).number == Decimal(
        "1042.50"
    )
