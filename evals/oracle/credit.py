"""credit_hold: exposure against the limit, overdue, and the standing of the account.

Not said by the rules, and taken as the product does:

- an order's charges count with its counted lines while any line of it is left to invoice;
- a deposit or payment of an order covers the lines that count before those that do not (stale,
  beyond the horizon), and a deposit before a payment; one of an order with nothing to invoice
  lowers the account;
- of a deposit document and its payments the larger sum counts;
- cash that covers an order is not there to pay what is overdue;
- a security counts whose status is empty or a word of being in force.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from evals.oracle.account import Account, account_of, members_of, row_of
from evals.oracle.model import (
    ZERO,
    Books,
    Gap,
    Row,
    Verdict,
    day,
    flag,
    money,
    number,
    text,
    total,
)
from evals.oracle.orders import (
    bill_to,
    charge_value,
    is_stale_day,
    line_value,
    lines_of,
    now_of,
    ship_day,
    uninvoiced_quantity,
)

KIND = "credit_hold"
COVERS = ("prepayment", "letter_of_credit", "guarantee")
IN_FORCE = ("", "active", "valid", "open", "issued", "confirmed", "accepted", "received")


@dataclass
class Owed:
    """What an order puts on the account, and what covers it."""

    counted: Fraction = ZERO
    whole: Fraction = ZERO
    deposits: Fraction = ZERO
    payments: Fraction = ZERO
    security: Fraction = ZERO
    uncoverable: bool = False
    """Whether what does not count of it cannot be valued."""
    unknown: bool = False
    """Whether what counts of it cannot be valued."""

    def is_unknown(self) -> bool:
        """Whether what it counts, beside its cover, cannot be told."""
        return self.unknown or (self.uncoverable and bool(self.deposits or self.payments))

    def net(self) -> Fraction:
        """What stays of the counted value, never below 0."""
        return max(ZERO, self.counted - self.security - self.deposits - self.payments)

    def deposit_rest(self) -> Fraction:
        """What deposits hold beyond the order."""
        return max(ZERO, self.deposits - max(ZERO, self.whole - self.security))

    def payment_rest(self) -> Fraction:
        """What payments hold beyond the order and its deposits."""
        return max(ZERO, self.payments - max(ZERO, self.whole - self.security - self.deposits))


def judge(books: Books, order: Row, verdict: Verdict) -> None:
    """Judge the credit of one order."""
    now = now_of(books, order)
    standing(books, order, verdict)
    promises(books, order, now, verdict)
    row = row_of(books, order)
    if text(row or {}, "manual_hold") == "on":
        verdict.find(KIND, "manual_hold")
    excluded = text(row or {}, "manual_hold") == "off"
    unknown: set[str] = set()
    found = Verdict()
    account = account_of(books, order, row, now)
    for part in (dates_and_terms, limit_of, judge_exposure, judge_overdue):
        try:
            part(account, found)
        except Gap as gap:
            unknown.add(str(gap))
    if row is None:
        found.findings = {f for f in found.findings if f[1] in ("overdue", "terms_extended")}
    verdict.figures["credit"] = found.figures.get("credit", {})
    if not excluded:
        verdict.findings |= found.findings
        verdict.unknown |= {KIND} if unknown else set()


def standing(books: Books, order: Row, verdict: Verdict) -> None:
    """C5: the sold-to or the bill-to is blocked or inactive."""
    parties = [
        books.one("customers", customer_id=c) for c in (text(order, "customer_id"), bill_to(order))
    ]
    if parties[1] is None:
        verdict.unknown.add(KIND)
        return
    for party in parties:
        blocked = text(party or {}, "blocked_scope") in ("order", "ship", "all")
        if blocked or text(party or {}, "status") == "inactive":
            verdict.find(KIND, "customer_blocked")


def promises(books: Books, order: Row, now: date, verdict: Verdict) -> None:
    """C8: a payment promise past its date and not kept, of this company where its invoice says."""
    rows = [
        r for m in members_of(books, order) for r in books.rows("payment_promises", customer_id=m)
    ]
    for row in rows:
        due = day(row, "promised_on")
        invoice = books.one("invoices", invoice_id=text(row, "invoice_id")) or {}
        ours = text(invoice, "company_id") in ("", text(order, "company_id"))
        if ours and due is not None and due < now and text(row, "status") != "kept":
            verdict.find(KIND, "broken_promise")


def dates_and_terms(account: Account, verdict: Verdict) -> None:
    """C3, C6, C7."""
    given = text(account.order, "payment_terms_days")
    usual = text(account.order, "baseline_terms_days")
    if given and usual and Fraction(given) > Fraction(usual):
        verdict.find(KIND, "terms_extended")
    valid, review = day(account.row, "limit_valid_to"), day(account.row, "next_review_on")
    if valid and valid < account.now:
        verdict.find(KIND, "limit_expired")
    if review and review < account.now:
        verdict.find(KIND, "review_due")


def limit_of(account: Account, verdict: Verdict) -> None:
    """The limit, and the temporary one on top while it is valid."""
    row, now = account.row, account.now
    limit = number(row, "credit_limit")
    start, end = day(row, "temporary_valid_from"), day(row, "temporary_valid_to")
    if (start is None or start <= now) and (end is None or now <= end):
        replaced = account.books.choice.temporary_limit_mode == "replace"
        if replaced and text(row, "temporary_limit"):
            limit = ZERO
        limit += number(row, "temporary_limit", ZERO)
    if not account.currency:
        raise Gap("credit_accounts.currency")
    verdict.figures.setdefault("credit", {})["limit"] = limit


def judge_exposure(account: Account, verdict: Verdict) -> None:
    """C1: the exposure after this order against the effective limit."""
    owed, loose = everything_owed(account)
    if any(o.is_unknown() for o in owed.values()):
        raise Gap("orders")
    own = owed.pop(account.order["order_id"])
    dropped = total(o.net() for o in owed.values())
    rest = total(o.deposit_rest() + o.payment_rest() for o in (*owed.values(), own))
    before = account.open_amounts("invoice", "debit_note") - account.open_amounts("credit_note")
    before += dropped - rest - loose.deposits - loose.payments
    after = before + own.net()
    figures = verdict.figures.setdefault("credit", {})
    figures["exposure_before"], figures["exposure_after"] = before, after
    figures["exposure_after_without_open_orders"] = after - dropped
    if "limit" in figures:
        figures["headroom"] = figures["limit"] - after
        if is_over(account, after, figures["limit"]):
            verdict.find(KIND, "exposure_over_limit")


def is_over(account: Account, after: Fraction, limit: Fraction) -> bool:
    """Say whether an exposure is over the limit, with the tolerance while nothing has shipped."""
    choice, order = account.books.choice, account.order
    lines = lines_of(account.books, order)
    shipped = any(number(line, "shipped_qty", ZERO) for line in lines)
    if not shipped and text(order, "status") not in ("shipped", "invoiced"):
        limit *= 1 + Fraction(choice.tolerance_pct, 100)
    return after >= limit if choice.limit_comparator == ">=" else after > limit


def everything_owed(account: Account) -> tuple[dict[str, Owed], Owed]:
    """Give what each order of the account counts with its cover, and the cash of no such order."""
    if not account.currency:
        raise Gap("credit_accounts.currency")
    if not account.books.has("invoices"):
        raise Gap("invoices")
    if not text(account.order, "company_id"):
        raise Gap("orders.company_id")
    deposits, payments = cash(account)
    owed: dict[str, Owed] = {}
    for other in account.books.confirmed:
        if same_account(account, other) and other["order_id"] != account.order["order_id"]:
            found = other_order(account, other)
            if found is not None:
                owed[other["order_id"]] = found
    owed[account.order["order_id"]] = own_order(account)
    loose = Owed()
    for order_id, amount in deposits:
        owed.get(order_id, loose).deposits += amount
    for order_id, amount in payments:
        owed.get(order_id, loose).payments += amount
    return owed, loose


def own_order(account: Account) -> Owed:
    """Give what the order under review counts: everything that is left to invoice."""
    try:
        own = uninvoiced_value(account, account.order, open_lines(account.order, account.books))
        return Owed(own, own, security=secured(account))
    except Gap:
        return Owed(unknown=True)


def same_account(account: Account, other: Row) -> bool:
    """Say whether another order is on the account; one of no company may be."""
    if bill_to(other) not in account.members():
        return False
    return text(other, "company_id") in ("", text(account.order, "company_id"))


def open_lines(order: Row, books: Books) -> list[Row]:
    """Give the lines with something left to invoice."""
    return [line for line in lines_of(books, order) if uninvoiced_quantity(line)]


def other_order(account: Account, other: Row) -> Owed | None:
    """Give what another order counts line by line; none where nothing is left to invoice."""
    try:
        return valued(account, other)
    except Gap:
        return Owed(unknown=True)


def valued(account: Account, other: Row) -> Owed | None:
    """Value what another order counts; none where nothing is left to invoice."""
    lines = open_lines(other, account.books)
    if not lines:
        return None
    if not text(other, "company_id"):
        raise Gap("orders.company_id")
    groups: dict[str, list[Row]] = {"counted": [], "beyond": [], "stale": []}
    for line in lines:
        groups[group_of(account, other, line)].append(line)
    charged = next(name for name in groups if groups[name])
    counted = uninvoiced_value(account, other, groups["counted"], charged == "counted")
    try:
        rest = [
            uninvoiced_value(account, other, groups[name], charged == name)
            for name in ("beyond", "stale")
        ]
    except Gap:
        return Owed(counted, counted, uncoverable=True)
    return Owed(counted, counted + total(rest))


def group_of(account: Account, other: Row, line: Row) -> str:
    """Say whether a line counts, lies beyond what the account counts, or is stale."""
    on = ship_day(account.books, other, line)
    if is_stale_day(on, account.now):
        return "stale"
    if not flag(account.row, "include_open_orders", True):
        return "beyond"
    if text(other, "status") == "blocked" and not account.books.choice.count_blocked_orders:
        return "beyond"
    if not text(account.row, "horizon_days"):
        return "counted"
    if on is None:
        raise Gap("orders.promised_on")
    last = account.now + timedelta(days=int(account.row["horizon_days"]))
    return "counted" if on <= last else "beyond"


def uninvoiced_value(
    account: Account, order: Row, lines: list[Row], charges: bool = True
) -> Fraction:
    """Give the gross value left to invoice on lines, with the order's charges or without."""
    if not lines:
        return ZERO
    books = account.books
    rate = books.rate(text(order, "currency"), account.currency, account.rate_day())
    parts = [line_value(books, order, x, uninvoiced_quantity(x), gross=True) for x in lines]
    if charges:
        rows = books.rows("order_charges", order_id=order["order_id"])
        parts += [charge_value(order, charge, gross=True) for charge in rows]
    return total(money(part * rate, account.currency) for part in parts)


Amounts = list[tuple[str, Fraction]]


def cash(account: Account) -> tuple[Amounts, Amounts]:
    """Give deposits and cleared payments with their orders, each unit of money once."""
    deposits: Amounts = []
    payments: Amounts = []
    cleared = [p for p in account.rows("payments") if text(p, "status") == "cleared"]
    left = [(p, account.convert(p, "unapplied_amount")) for p in cleared]
    for document in account.posted("deposit"):
        amount = account.convert(document, "open_amount")
        same = [(p, a) for p, a in left if text(p, "invoice_id") == document["invoice_id"]]
        left = [pair for pair in left if pair not in same]
        orders = [text(document, "order_id"), *(text(p, "order_id") for p, _ in same)]
        order_id = next((o for o in orders if o), "")
        deposits.append((order_id, amount))
        beyond = total(a for _, a in same) - amount
        if beyond > 0:
            payments.append((text(document, "order_id") or text(same[0][0], "order_id"), beyond))
    payments += [(text(p, "order_id"), a) for p, a in left]
    return deposits, payments


def secured(account: Account) -> Fraction:
    """Give the valid securities of this very order."""
    books, order, now = account.books, account.order, account.now
    days = [d for line in lines_of(books, order) if (d := ship_day(books, order, line))]
    ships = max([*days, now])
    value = ZERO
    for row in books.rows("securities", order_id=order["order_id"]):
        start, end, latest = (day(row, c) for c in ("valid_from", "valid_to", "latest_ship_on"))
        if text(row, "kind") not in COVERS or text(row, "status").lower() not in IN_FORCE:
            continue
        if (start and start > now) or (end and end < now) or (latest and latest < ships):
            continue
        value += account.convert(row, "amount")
    return value


def judge_overdue(account: Account, verdict: Verdict) -> None:
    """C2: what is overdue beyond the grace, less cash and credit notes."""
    grace = int(number(account.row, "overdue_grace_days", ZERO))
    gross, cash_left = ZERO, free_cash(account)
    for row in account.posted("invoice", "debit_note"):
        amount, due = account.convert(row, "open_amount"), day(row, "due_on")
        if due is None:
            raise Gap("invoices.due_on")
        gross += amount if (account.now - due).days > grace else ZERO
    overdue = max(ZERO, gross - cash_left - account.open_amounts("credit_note"))
    verdict.figures.setdefault("credit", {})["overdue"] = overdue
    if overdue > number(account.row, "overdue_amount_limit", ZERO):
        verdict.find(KIND, "overdue")


def free_cash(account: Account) -> Fraction:
    """Give the payments that cover no order."""
    owed, loose = everything_owed(account)
    if any(o.is_unknown() and o.payments for o in owed.values()):
        raise Gap("orders")
    return loose.payments + total(o.payment_rest() for o in owed.values())
