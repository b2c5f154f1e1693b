"""Laws over whole packets: value counts once, goods are divided by rank and never twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.review.stages import review_book
from policies.settings import load_rules
from tests.builders import Rows, a_book

Packet = dict[str, Any]
quick = settings(max_examples=20, deadline=None, derandomize=True)
OTHER = {
    "order_id": "SO-2", "company_id": "C1", "customer_id": "CU-1", "site_id": "D01",
    "ordered_at": "2026-02-20T08:00:00+01:00", "requested_on": "2026-03-05",
    "promised_on": "2026-03-05", "status": "open", "currency": "EUR", "tax_rate": "19",
    "prices_include_tax": "false", "pricing_on": "2026-02-20",
}  # fmt: skip


def packets(changes: dict[str, Rows], *names: str) -> list[Packet]:
    return review_book(a_book(changes), names or ("SO-1",), load_rules())


# --- exposure: order, shipment, invoice, payment ---------------------------------------------


def exposure(changes: dict[str, Rows]) -> Decimal:
    (packet,) = packets(changes)
    assert not [gap for gap in packet["not_known"] if gap["check"] == "credit_hold"]
    return Decimal(packet["credit"]["exposure_before"])


def line(quantity: int, **counts: int) -> dict[str, str]:
    texts = {name: str(count) for name, count in counts.items()}
    return {"order_id": "SO-2", "line_no": "10", "sku": "SKU-2", "uom": "EA",
            "ordered_qty": str(quantity), "unit_price": "7.50", "price_uom": "EA", **texts}  # fmt: skip


def document(kind: str, name: str, amount: Decimal, **values: str) -> dict[str, str]:
    return {"invoice_id": name, "kind": kind, "company_id": "C1", "customer_id": "CU-1",
            "issued_on": "2026-02-25", "due_on": "2026-03-27", "amount": str(amount),
            "open_amount": str(amount), "currency": "EUR", "posted": "true", **values}  # fmt: skip


def payment(amount: Decimal, **values: str) -> dict[str, str]:
    return {"payment_id": "PAY-1", "customer_id": "CU-1", "company_id": "C1",
            "received_on": "2026-02-27", "amount": str(amount), "unapplied_amount": str(amount),
            "currency": "EUR", "status": "cleared", **values}  # fmt: skip


def gross(quantity: int) -> Decimal:
    return quantity * Decimal("7.50") * Decimal("1.19")


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Ordered, cancelled, shipped and invoiced quantities; multiples of 8 keep cents whole."""
    ordered = draw(st.integers(1, 60))
    cancelled = draw(st.integers(0, ordered - 1))
    shipped = draw(st.integers(0, ordered - cancelled))
    return ordered * 8, cancelled * 8, shipped * 8, draw(st.integers(0, shipped)) * 8


@quick
@given(deliveries())
def test_goods_count_once_from_the_order_to_the_invoice(drawn: tuple[int, int, int, int]):
    ordered, cancelled, shipped, invoiced = drawn
    entered = {"orders": [OTHER], "order_lines": [line(ordered, cancelled_qty=cancelled)]}
    sent = {"orders": [OTHER],
            "order_lines": [line(ordered, cancelled_qty=cancelled, shipped_qty=shipped)]}  # fmt: skip
    billed = {
        "orders": [OTHER],
        "order_lines": [line(ordered, cancelled_qty=cancelled, shipped_qty=shipped,
                             invoiced_qty=invoiced)],
        "invoices": [document("invoice", "IN-1", gross(invoiced), order_id="SO-2")],
    }  # fmt: skip

    assert exposure(entered) == exposure(sent) == exposure(billed) == gross(ordered - cancelled)


@quick
@given(st.integers(1, 200), st.integers(0, 300))
def test_a_payment_lowers_the_exposure_once_whether_applied_or_not(quantity: int, paid: int):
    owed, part = gross(8 * quantity), Decimal(paid)
    applied = owed - part
    loose = [payment(part)] if part else []
    unpaid = {"invoices": [document("invoice", "IN-1", owed)], "payments": loose}
    paid_off = document("invoice", "IN-1", owed) | {"open_amount": str(max(applied, Decimal(0)))}

    assert exposure(unpaid) == applied
    if applied >= 0:
        assert exposure({"invoices": [paid_off]}) == applied


@quick
@given(st.integers(1, 100), st.integers(1, 2000))
def test_a_deposit_and_its_payment_count_once_and_cover_their_order_first(
    quantity: int, asked: int
):
    order = {"orders": [OTHER], "order_lines": [line(8 * quantity)]}
    deposit = document("deposit", "DP-1", Decimal(asked), order_id="SO-2")
    both = [payment(Decimal(asked), order_id="SO-2", invoice_id="DP-1")]

    alone = exposure({**order, "invoices": [deposit]})

    assert alone == gross(8 * quantity) - asked
    assert exposure({**order, "invoices": [deposit], "payments": both}) == alone


@quick
@given(st.sampled_from(["received", "bounced"]), st.integers(1, 5000))
def test_money_that_has_not_cleared_lowers_nothing(status: str, amount: int):
    owed = {"invoices": [document("invoice", "IN-1", Decimal(900))]}

    assert exposure({**owed, "payments": [payment(Decimal(amount), status=status)]}) == 900


# --- goods: never twice, never less to a higher rank -----------------------------------------


@st.composite
def contests(draw: st.DrawFn) -> dict[str, Any]:
    """Up to four orders that ship the same day, stock, and one reservation that fits into it."""
    stock = draw(st.integers(0, 60))
    wants = draw(st.lists(st.integers(1, 30), min_size=2, max_size=4))
    ranks = draw(st.permutations(range(1, len(wants) + 1)))
    own = draw(st.integers(0, min(stock, wants[0])))
    return {"stock": stock, "wants": wants, "ranks": list(ranks), "reserved": own}


def contested(drawn: dict[str, Any]) -> tuple[dict[str, Rows], list[str]]:
    orders, lines, names = [], [], []
    for number, (want, rank) in enumerate(zip(drawn["wants"], drawn["ranks"], strict=True), 2):
        name = f"SO-{number}"
        names.append(name)
        orders.append({**OTHER, "order_id": name, "priority": str(rank), "customer_id": "CU-2"})
        lines.append({**line(want), "order_id": name, "sku": "SKU-1"})
    reserved = {"reservation_id": "RS-1", "order_id": "SO-2", "line_no": "10", "site_id": "D01",
                "sku": "SKU-1", "qty": str(drawn["reserved"]), "status": "active",
                "reserved_at": "2026-02-20T09:00:00+01:00"}  # fmt: skip
    clean = {"order_id": "SO-1", "line_no": "10", "cancelled_qty": "100"}
    return {
        "orders": orders, "order_lines": [clean, *lines],
        "stock": [{"site_id": "D01", "sku": "SKU-1", "on_hand_qty": str(drawn["stock"]),
                   "blocked_qty": "0"}],
        "reservations": [reserved] if drawn["reserved"] else [],
    }, names  # fmt: skip


def shares(drawn: dict[str, Any]) -> dict[str, tuple[Decimal, Decimal]]:
    """What each order gets, and what it needs."""
    changes, names = contested(drawn)
    found = {}
    for packet in packets(changes, *names):
        (entry,) = packet["stock"]
        needed, available = Decimal(entry["needed"]), Decimal(entry["available"])
        found[packet["order_id"]] = (min(needed, available), needed)
    return found


@quick
@given(contests())
def test_what_the_packets_hand_out_together_is_never_more_than_there_is(drawn: dict[str, Any]):
    assert sum(got for got, _ in shares(drawn).values()) <= drawn["stock"]


@quick
@given(contests())
def test_nobody_gets_unreserved_goods_before_a_higher_rank_is_full(drawn: dict[str, Any]):
    found = shares(drawn)
    ranked = sorted(zip(drawn["ranks"], found, strict=True))
    for place, (_, name) in enumerate(ranked):
        reserved = drawn["reserved"] if name == "SO-2" else 0
        if found[name][0] > reserved:
            higher = [found[other] for _, other in ranked[:place]]
            assert all(got == needed for got, needed in higher)


@quick
@given(contests())
def test_an_order_never_gets_less_by_a_higher_rank(drawn: dict[str, Any]):
    raised = {**drawn, "ranks": [0, *drawn["ranks"][1:]]}

    assert shares(raised)["SO-2"][0] >= shares(drawn)["SO-2"][0]
