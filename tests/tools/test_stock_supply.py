"""Which confirmed supplies a line can count on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.builders import a_book, a_case
from tests.stock_rows import Tables, on_hand, supply
from tools.conventions import Conventions
from tools.stock import known_stock
from tools.stock_supply import inbounds
from tools.unknown import NotKnown

TODAY = date(2026, 3, 2)


def supplied(changes: Tables, **options: object) -> Decimal:
    """The supply of SO-1 (ships on 5 March) with nothing on hand."""
    case = a_case({"stock": [on_hand(0)], **changes}, **options)  # type: ignore[arg-type]
    (found,) = known_stock(case)
    return found.standing.supply(found.standing.ask.ship)


@pytest.mark.parametrize(
    ("day", "quantity"),
    [("2026-03-01", 0), ("2026-03-02", 9), ("2026-03-05", 9), ("2026-03-06", 0)],
)
def test_a_supply_counts_from_today_to_the_ship_date(day: str, quantity: int) -> None:
    assert supplied({"supplies": [supply(9, day)]}) == quantity


@pytest.mark.parametrize("confirmed", ["false", ""])
def test_an_unconfirmed_supply_covers_nothing(confirmed: str) -> None:
    assert supplied({"supplies": [supply(9, "2026-03-04", confirmed=confirmed)]}) == 0


def test_a_supply_without_a_date_covers_nothing() -> None:
    assert supplied({"supplies": [supply(9, "")]}) == 0


def test_a_supply_to_another_site_covers_nothing() -> None:
    assert supplied({"supplies": [supply(9, "2026-03-04", to_site_id="D02")]}) == 0


@pytest.mark.parametrize(("day", "quantity"), [("2026-03-04", 9), ("2026-03-05", 0)])
def test_receiving_takes_working_days_of_the_site(day: str, quantity: int) -> None:
    slow = Conventions(receiving_days=1)
    assert supplied({"supplies": [supply(9, day)]}, conventions=slow) == quantity


@pytest.mark.parametrize(("expires", "quantity"), [("2026-03-06", 9), ("2026-03-05", 0), ("", 9)])
def test_supplied_goods_must_be_fresh_at_delivery(expires: str, quantity: int) -> None:
    assert supplied({"supplies": [supply(9, "2026-03-04", expires_on=expires)]}) == quantity


def test_the_customers_shelf_life_holds_for_supplies() -> None:
    customer = {"customer_id": "CU-1", "min_shelf_life_days": "10"}
    goods = supply(9, "2026-03-04", expires_on="2026-03-15")
    assert supplied({"customers": [customer], "supplies": [goods]}) == 0


def test_without_a_customers_shelf_life_the_convention_holds() -> None:
    goods = supply(9, "2026-03-04", expires_on="2026-03-15")
    assert supplied({"supplies": [goods]}, conventions=Conventions(min_shelf_life_days=10)) == 0


def test_a_late_supply_is_kept_apart() -> None:
    found = inbounds(a_book({"supplies": [supply(9, "2026-03-01")]}), "D01", "SKU-1", TODAY)
    assert [row["supply_id"] for row in found.late] == ["PO-1"]
    assert found.coming == ()


def test_a_supply_that_has_arrived_in_full_is_not_late() -> None:
    found = inbounds(a_book({"supplies": [supply(0, "2026-03-01")]}), "D01", "SKU-1", TODAY)
    assert found.late == ()


def test_a_supply_to_come_without_quantity_is_not_known() -> None:
    with pytest.raises(NotKnown) as gap:
        inbounds(a_book({"supplies": [supply("", "2026-03-04")]}), "D01", "SKU-1", TODAY)
    assert gap.value.missing == ("supplies.open_qty",)


def test_a_site_that_never_works_cannot_receive() -> None:
    closed = [
        {"site_id": "D01", "day": f"2026-03-{n:02}", "working": "false"} for n in range(1, 32)
    ]
    sites = [{"site_id": "D01", "working_weekdays": "1"}]
    book = a_book(
        {"supplies": [supply(9, "2026-03-04")], "sites": sites, "calendar_days": closed},
        conventions=Conventions(receiving_days=2),
    )
    assert inbounds(book, "D01", "SKU-1", TODAY).coming[0].available_on == date(2026, 4, 13)
