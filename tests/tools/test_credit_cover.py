"""C1: deposits, payments and securities that cover an order before they lower the account."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_case
from tests.credit_rows import Changes, account, invoice, order, payment, together
from tools.conventions import Conventions
from tools.credit import Exposure, exposure
from tools.unknown import NotKnown


def of(*parts: Changes, order_id: str = "SO-1", **options: Any) -> Exposure:
    return exposure(a_case(together(*parts), order_id, **options))


def deposit(number: int = 7, amount: str = "300", **values: Any) -> dict[str, Any]:
    return invoice(number, kind="deposit", open_amount=amount, **values)


def security(**values: str) -> Changes:
    base = {"security_id": "SE-1", "customer_id": "CU-1", "order_id": "SO-1", "amount": "400",
            "kind": "prepayment", "currency": "EUR"}  # fmt: skip
    return {"securities": [{**base, **values}]}


def test_a_prepaid_order_adds_nothing():
    """B08: limit 0, order 100, prepayment 100: net exposure 0."""
    line = {"order_lines": [{"order_id": "SO-1", "line_no": "10", "ordered_qty": "10"}]}
    paid = {"payments": [payment(unapplied_amount="100", order_id="SO-1")]}
    found = of(line, paid)
    assert (found.before.value, found.this_order.value, found.after.value) == (0, 0, 0)


@pytest.mark.parametrize("source", ["deposit", "payment"])
def test_cover_of_the_order_lowers_the_order_and_not_the_account(source):
    rows = (
        {"invoices": [deposit(order_id="SO-1")]}
        if source == "deposit"
        else {"payments": [payment(order_id="SO-1")]}
    )
    found = of(rows)
    assert (found.before.value, found.this_order.value) == (0, 700)
    assert found.components["covered_by_deposits"].value == 300


@pytest.mark.parametrize("source", ["deposit", "payment"])
def test_only_the_rest_beyond_the_order_lowers_the_account(source):
    rows = (
        {"invoices": [deposit(amount="1200", order_id="SO-1")]}
        if source == "deposit"
        else {"payments": [payment(unapplied_amount="1200", order_id="SO-1")]}
    )
    found = of(rows)
    assert (found.before.value, found.this_order.value, found.after.value) == (-200, 0, -200)


def test_cover_of_another_order_lowers_that_order():
    found = of(order(2), {"invoices": [deposit(amount="150", order_id="SO-2")]})
    assert (found.components["open_orders"].value, found.components["deposits"].value) == (50, 0)


def test_cover_of_an_order_that_is_left_out_does_not_lower_the_account():
    """The deposit belongs to the other order, counted or not; it frees no headroom here."""
    paid = {"invoices": [deposit(amount="150", order_id="SO-2")]}
    assert of(order(2), paid, account(include_open_orders="false")).before.value == 0
    later = order(2, ship_on="2026-09-01")
    assert of(later, paid, account(horizon_days="10")).before.value == 0
    blocked = order(2, status="blocked")
    spared = Conventions(count_blocked_orders=False)
    assert of(blocked, paid, conventions=spared).before.value == 0


def test_beyond_an_order_that_is_left_out_the_rest_lowers_the_account():
    paid = {"payments": [payment(unapplied_amount="250", order_id="SO-2")]}
    assert of(order(2), paid, account(include_open_orders="false")).before.value == -50


def test_cover_of_a_cancelled_or_unknown_order_lowers_the_account():
    for number, changes in ((2, order(2, status="cancelled")), (99, {})):
        paid = {"payments": [payment(order_id=f"SO-{number}")]}
        assert of(changes, paid).before.value == -300


def test_cover_of_a_part_invoiced_order_meets_what_is_left_to_invoice():
    paid = {"payments": [payment(order_id="SO-2")]}
    assert of(order(2, invoiced_qty="10"), paid).before.value == -200


def test_an_uncleared_payment_covers_nothing():
    assert of({"payments": [payment(order_id="SO-1", status="received")]}).after.value == 1000


def test_a_draft_under_review_is_covered_as_it_counts():
    draft = {"orders": [{"order_id": "SO-1", "status": "draft"}]}
    found = of(draft, {"payments": [payment(order_id="SO-1")]})
    assert (found.before.value, found.after.value) == (0, 700)


# --- a deposit document and its payment -------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "paid", "lowers"), [("300", "300", 300), ("300", "100", 300), ("300", "450", 450)]
)
def test_a_deposit_document_and_its_payment_count_once(document, paid, lowers):
    rows = {
        "invoices": [deposit(amount=document)],
        "payments": [payment(unapplied_amount=paid, invoice_id="I-7")],
    }
    assert of(rows).before.value == -lowers


def test_several_payments_of_a_deposit_count_once_together():
    rows = {
        "invoices": [deposit(amount="300")],
        "payments": [payment(n, unapplied_amount="200", invoice_id="I-7") for n in (1, 2)],
    }
    assert of(rows).before.value == -400


def test_the_payment_of_a_deposit_names_the_order_that_the_document_does_not():
    rows = {
        "invoices": [deposit()],
        "payments": [payment(invoice_id="I-7", order_id="SO-1")],
    }
    found = of(rows)
    assert (found.before.value, found.this_order.value) == (0, 700)


def test_the_payment_of_an_unposted_deposit_counts_itself():
    rows = {
        "invoices": [deposit(posted="false")],
        "payments": [payment(invoice_id="I-7")],
    }
    assert of(rows).before.value == -300


def test_a_payment_that_names_an_ordinary_invoice_counts_its_unapplied_part():
    rows = {"invoices": [invoice(1)], "payments": [payment(invoice_id="I-1")]}
    assert of(rows).before.value == 200


# --- securities -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["prepayment", "letter_of_credit", "guarantee"])
def test_a_security_of_the_order_covers_it(kind):
    found = of(security(kind=kind))
    assert (found.this_order.value, found.components["covered_by_securities"].value) == (600, 400)


def test_an_insurance_covers_no_order():
    assert of(security(kind="insurance")).after.value == 1000


def test_a_security_beyond_the_order_lowers_nothing_else():
    found = of(security(amount="5000"), {"invoices": [invoice()]})
    assert (found.this_order.value, found.after.value) == (0, 500)


def test_a_security_covers_before_payments_do():
    found = of(security(amount="900"), {"payments": [payment(order_id="SO-1")]})
    assert (found.before.value, found.this_order.value) == (-200, 0)


def test_a_security_without_an_order_or_of_another_covers_nothing():
    assert of(security(order_id="")).after.value == 1000
    assert of(order(2), security(order_id="SO-2")).after.value == 1200


@pytest.mark.parametrize(
    ("values", "after"),
    [
        ({"valid_from": "2026-03-02", "valid_to": "2026-03-02"}, 600),
        ({"valid_from": "2026-03-03"}, 1000),
        ({"valid_to": "2026-03-01"}, 1000),
        ({"latest_ship_on": "2026-03-05"}, 600),
        ({"latest_ship_on": "2026-03-04"}, 1000),
        ({"status": "active"}, 600),
        ({"status": "expired"}, 1000),
        ({"status": "requested"}, 1000),
    ],
)
def test_a_security_covers_only_while_it_stands(values, after):
    """The order's ship date is 5 March: the promise less the route's working day."""
    assert of(security(**values)).after.value == after


def test_a_security_converts_to_the_accounts_currency():
    assert of(security(currency="USD")).after.value == 640


def test_a_security_without_an_amount_is_not_known():
    with pytest.raises(NotKnown, match="amount of securities/SE-1"):
        of(security(amount=""))


# --- every unit of value once -----------------------------------------------------------------

cents = st.integers(0, 200_000).map(lambda n: Decimal(n) / 100)
owner = st.sampled_from(["", "SO-1", "SO-2", "SO-3", "SO-4"])
piece = st.fixed_dictionaries(
    {"order_id": owner, "amount": cents, "kind": st.sampled_from(["payment", "deposit"])}
)


@settings(max_examples=60, deadline=None)
@given(
    quantities=st.tuples(*[st.integers(0, 300)] * 4),
    states=st.tuples(*[st.sampled_from(["open", "blocked", "cancelled", "draft"])] * 3),
    pieces=st.lists(piece, max_size=8),
    owed=st.lists(cents, max_size=4),
    include=st.booleans(),
)
def test_exposure_agrees_with_a_count_order_by_order(quantities, states, pieces, owed, include):
    changes = {
        "order_lines": [{"order_id": "SO-1", "line_no": "10", "ordered_qty": str(quantities[0])}],
        "invoices": [invoice(100 + n, open_amount=str(a)) for n, a in enumerate(owed)]
        + [deposit(n, str(p["amount"]), order_id=p["order_id"])
           for n, p in enumerate(pieces) if p["kind"] == "deposit"],
        "payments": [payment(n, unapplied_amount=str(p["amount"]), order_id=p["order_id"])
                     for n, p in enumerate(pieces) if p["kind"] == "payment"],
    }  # fmt: skip
    others = [
        order(n, str(quantity), status=status)
        for n, (quantity, status) in enumerate(zip(quantities[1:], states, strict=True), 2)
    ]
    found = of(changes, *others, account(include_open_orders=str(include).lower()))

    cover: dict[str, Decimal] = defaultdict(Decimal)
    for p in pieces:
        cover[p["order_id"]] += p["amount"]
    before, own = sum(owed, Decimal(0)) - cover.pop("", Decimal(0)), Decimal(0)
    for n, status in enumerate(("blocked", *states), 1):
        value = Decimal(10 * quantities[n - 1]) if status in ("open", "blocked") else Decimal(0)
        paid = cover[f"SO-{n}"]
        before -= max(Decimal(0), paid - value)
        if n == 1:
            own = max(Decimal(0), value - paid)
        elif include:
            before += max(Decimal(0), value - paid)
    assert (found.before.value, found.after.value) == (before, before + own)
