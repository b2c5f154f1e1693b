"""Accounts, invoices, payments and promises: wide limits, and the planted causes of holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from seeds.generator.clock import TODAY, day
from seeds.generator.company import COMPANY_OF
from seeds.generator.customers import CUSTOMERS
from seeds.generator.model import ZERO, Book, Order, dec, money


@dataclass(frozen=True)
class Account:
    """What is planted on one account; `over` is how far all orders together exceed the limit."""

    limit: str = ""
    over: str = ""
    no_limit: bool = False
    valid_to: str = "2026-12-31"
    temporary: tuple[str, str, str] = ("", "", "")
    manual_hold: str = "auto"
    review: str = "2026-09-30"
    dunning: int = 0
    grace: int = 0
    insured: str = ""
    risk: str = "B"


ACCOUNTS = {
    "CU-110": Account("120000", "12400.00", insured="90000", risk="B"),
    "CU-115": Account("150000", "18450.00", insured="120000", risk="B"),
    "CU-113": Account("60000", dunning=2, risk="C", grace=3),
    "CU-116": Account("80000", valid_to="2026-02-28", review="2026-02-15", insured="80000"),
    "CU-117": Account("25000", manual_hold="on", risk="D", dunning=1),
    "CU-118": Account("15000", risk="D", dunning=3),
    "CU-114": Account("40000", "9200.00", manual_hold="off", risk="B"),
    "CU-137": Account("70000", risk="B"),
    "CU-126": Account(no_limit=True, risk="N"),
    "CU-156": Account("18000", "6100.00", dunning=1, risk="D", grace=2),
    "CU-152": Account("60000", "3870.00", temporary=("20000", "2025-11-15", "2026-01-31")),
    "CU-133": Account("60000", "7400.00", insured="40000"),
    "CU-124": Account("0", risk="C"),
}

_DEPOSIT_ORDER = "SO-1368"
_CREDIT_ORDER = "SO-1330"


def company_of(account: str) -> str:
    """The company that keeps the account: the one of the depot that serves the customer."""
    return COMPANY_OF[CUSTOMERS[account].site]


def _orders_of(book: Book, account: str) -> list[Order]:
    return [o for o in book.orders.values()
            if CUSTOMERS[o.customer].account == account and o.confirmed]  # fmt: skip


def _invoice(book: Book, account: str, issued: date, due: date, amount: Decimal,
             open_amount: Decimal, order_id: str = "", kind: str = "invoice",
             posted: bool = True, disputed: Decimal | None = None) -> str:  # fmt: skip
    key = f"{'CN' if kind == 'credit_note' else 'IN'}-{2600100 + len(book.rows['invoices'])}"
    book.add("invoices", invoice_id=key, kind=kind, company_id=company_of(account),
             customer_id=account, order_id=order_id, issued_on=issued, due_on=due, amount=amount,
             open_amount=open_amount, currency=CUSTOMERS[account].currency, posted=posted,
             disputed_amount=disputed)  # fmt: skip
    return key


def _payment(book: Book, account: str, on: date, amount: Decimal, unapplied: Decimal,
             status: str = "cleared", invoice: str = "", order: str = "") -> str:  # fmt: skip
    key = book.next_id("payments", "PAY", 3001)
    book.add("payments", payment_id=key, customer_id=account, company_id=company_of(account),
             order_id=order, invoice_id=invoice, received_on=on, amount=amount,
             unapplied_amount=unapplied, currency=CUSTOMERS[account].currency,
             status=status)  # fmt: skip
    return key


def _invoice_order(book: Book, order: Order) -> None:
    account = CUSTOMERS[order.customer].account
    issued = (order.actual_ship or order.ship or order.promised) + timedelta(days=1)
    issued = min(issued, TODAY - timedelta(days=1))
    due = issued + timedelta(days=CUSTOMERS[order.customer].terms)
    issued = max(issued, order.ordered_at.date())
    amount = sum((money(n.net(n.invoiced) * (1 + n.tax / 100)) for n in order.lines), ZERO)
    paid = order.status == "closed" or due <= TODAY
    key = _invoice(book, account, issued, due, amount, ZERO if paid else amount, order.order_id)
    if paid:
        on = min(due, TODAY - timedelta(days=book.chance.randint(1, 4)))
        _payment(book, account, on, amount, ZERO, invoice=key)


def _is_invoiced(order: Order) -> bool:
    return any(line.invoiced for line in order.lines)


def _open_invoices(book: Book, account: str) -> Decimal:
    sign = {"invoice": 1, "debit_note": 1, "credit_note": -1, "deposit": -1}
    return sum((sign[str(i["kind"])] * dec(str(i["open_amount"])) for i in book.rows["invoices"]
                if i["customer_id"] == account and i["posted"]), ZERO)  # fmt: skip


def exposure(book: Book, account: str) -> Decimal:
    """What all confirmed orders and open items of an account come to, as the book stands."""
    cash = sum((dec(str(p["unapplied_amount"])) for p in book.rows["payments"]
                if p["customer_id"] == account and p["status"] == "cleared"), ZERO)  # fmt: skip
    orders = sum((o.gross() for o in _orders_of(book, account) if o.order_id != _DEPOSIT_ORDER
                  and o.ordered_at.date() >= day("2026-01-09")), ZERO)  # fmt: skip
    return _open_invoices(book, account) + orders - cash


def _fill_limit(book: Book, account: str, planted: Account) -> None:
    """Plants the invoices that fill a limit: three of them, together to the cent."""
    missing = dec(planted.limit) + dec(planted.over) - exposure(book, account)
    if missing <= 0:
        raise ValueError(f"{account} is over its limit before its invoices: {missing}")
    terms = CUSTOMERS[account].terms
    first, second = money(missing * dec("0.46")), money(missing * dec("0.31"))
    for age, amount in ((terms - 4, first), (terms - 7, second), (6, missing - first - second)):
        issued = TODAY - timedelta(days=age)
        _invoice(book, account, issued, issued + timedelta(days=terms), amount, amount)


def _plant_overdue(book: Book) -> None:
    """Plants what is past due: Kastanie and Kestrel by months, Bergahorn only on paper."""
    late = {"CU-113": ((47, "6840.20", "1200.00"), (25, "4155.75", ""), (9, "2310.00", "")),
            "CU-156": ((38, "3120.40", ""), (16, "2245.10", "")),
            "CU-137": ((12, "5480.00", ""),)}  # fmt: skip
    for account, rows in late.items():
        for days, amount, disputed in rows:
            due = TODAY - timedelta(days=days)
            issued = due - timedelta(days=CUSTOMERS[account].terms)
            _invoice(book, account, issued, due, dec(amount), dec(amount),
                     disputed=dec(disputed) if disputed else None)  # fmt: skip
    _payment(book, "CU-137", TODAY - timedelta(days=1), dec("5480.00"), dec("5480.00"))
    _payment(book, "CU-117", day("02-27"), dec("1890.00"), dec("1890.00"), "bounced")


def _plant_cash(book: Book) -> None:
    """Plants Birch's payment of this morning, the prepayment, credit notes and an open draft."""
    _payment(book, "CU-110", TODAY, dec("12400.00"), dec("12400.00"), "received")
    prepaid = book.orders[_DEPOSIT_ORDER]
    _payment(book, "CU-124", day("03-09"), prepaid.gross(), prepaid.gross(),
             order=_DEPOSIT_ORDER)  # fmt: skip
    for account, amount in (("CU-110", "418.60"), ("CU-130", "96.30"), ("CU-150", "212.00")):
        _invoice(book, account, day("03-04"), day("03-04"), dec(amount), dec(amount),
                 kind="credit_note")  # fmt: skip
    _invoice(book, "CU-120", day("03-09"), day("04-08"), dec("1260.00"), dec("1260.00"),
             posted=False)  # fmt: skip
    _invoice(book, "CU-130", day("03-03"), day("04-02"), dec("74.50"), dec("74.50"),
             kind="debit_note")  # fmt: skip


def _add_account(book: Book, account: str) -> None:
    planted = ACCOUNTS.get(account, Account())
    limit = dec(planted.limit) if planted.limit else None
    if limit is None and not planted.no_limit:
        limit = max(dec(20000), (exposure(book, account) * dec("1.6") // 5000 + 1) * 5000)
    extra, start, end = planted.temporary
    book.add(
        "credit_accounts", customer_id=account, company_id=company_of(account),
        credit_limit=limit, currency=CUSTOMERS[account].currency,
        limit_valid_to=day(planted.valid_to), temporary_limit=dec(extra) if extra else None,
        temporary_valid_from=day(start) if start else None,
        temporary_valid_to=day(end) if end else None,
        insured_amount=dec(planted.insured) if planted.insured else None,
        manual_hold=planted.manual_hold, overdue_grace_days=planted.grace,
        overdue_amount_limit=ZERO, include_open_orders=True, risk_class=planted.risk,
        dunning_level=planted.dunning, next_review_on=day(planted.review),
    )  # fmt: skip


def add_receivables(book: Book) -> None:
    """Writes open items first, then fills the limits that a story needs full, then the accounts."""
    for order in book.orders.values():
        if _is_invoiced(order):
            _invoice_order(book, order)
    _plant_overdue(book)
    _plant_cash(book)
    for account, planted in ACCOUNTS.items():
        if planted.over:
            _fill_limit(book, account, planted)
    accounts = sorted({c.account for c in CUSTOMERS.values()})
    for account in accounts:
        _add_account(book, account)
