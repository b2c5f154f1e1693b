"""Papers about random orders: approvals, screenings, accounts, invoices and limits."""

from datetime import datetime
from fractions import Fraction

from evals.oracle.maker import CURRENCIES, Maker
from evals.oracle.model import Books, Gap, Row, money

HOURS = ("T09:00:00+00:00", "T16:00:00+00:00", "T23:00:00+00:00")
ACTIONS = ("release_order", "release_order", "change_price", "override_credit")


def staff(make: Maker) -> None:
    """Make people, their roles and how far these go."""
    rng = make.rng
    roles = (
        "sales_operations",
        "finance",
        "compliance",
        "executive",
        "credit_control",
        "warehouse",
        "sales_operations,finance",
        "customer_service",
        "executive",
        "sales_operations",
    )
    for n, role in enumerate(roles):
        make.add(
            "staff",
            user_id=f"u{n + 1}",
            person_id=rng.choice(("", "", f"p{n + 1}", "p1")),
            name=f"User {n + 1}",
            roles=role,
            approval_limit=rng.choice(("", "50000", "60000", "1000000", "1000000", "100")),
            currency=rng.choice(("USD", "USD", "EUR", "")),
        )
    for role in ("sales_operations", "finance", "executive", "credit_control"):
        for action in sorted(set(ACTIONS)):
            for company_id in ("C1", "C2"):
                if rng.random() < 0.85:
                    make.add(
                        "authorities",
                        role=role,
                        action=action,
                        company_id=company_id,
                        max_amount=rng.choice(("1000000", "1000000", "50000", "60000", "500")),
                        currency=rng.choice(("USD", "EUR")),
                    )


def overrides(make: Maker) -> None:
    """Override some prices, with and without an approval."""
    rng = make.rng
    for line in make.all("order_lines"):
        if rng.random() > 0.12:
            continue
        make.add(
            "price_overrides",
            override_id=f"OV-{len(make.all('price_overrides')) + 1}",
            order_id=line["order_id"],
            line_no=line["line_no"],
            old_price=rng.choice(("10.00", "12.00", "")),
            new_price=rng.choice(
                (line["unit_price"], line["unit_price"], line["unit_price"], "9.00")
            ),
            currency="USD",
            requested_by=rng.choice(("u1", "u2")),
            approved_by=rng.choice(("u1", "u7", "u10", "u2", "", "u7")),
            approval_id="",
            at=f"{make.at(-1)}T10:00:00+00:00",
        )
        if rng.random() < 0.7:
            approval(make, line["order_id"], line["line_no"], "change_price")


def approvals(make: Maker) -> None:
    """Approve some orders, in every way that counts or does not."""
    rng = make.rng
    for order in make.all("orders"):
        lines = make.find("order_lines", order_id=order["order_id"])
        large = any(len(r["unit_price"]) > 5 or r["unit_price"] in ("500", "600") for r in lines)
        for _ in range(rng.choice((0, 1, 2, 2, 3, 4)) if large else rng.random() < 0.1):
            approval(make, order["order_id"], "", "release_order")
        for line in lines:
            if line["discount_pct"] in ("15", "20") and rng.random() < 0.7:
                approval(make, order["order_id"], line["line_no"], "change_price")
        if rng.random() < 0.3:
            for version in range(2, int(order["version"]) + 1):
                make.add(
                    "order_changes",
                    order_id=order["order_id"],
                    version=str(version),
                    field=rng.choice(
                        ("remark", "ordered_qty", "unit_price", "promised_on", "remark")
                    ),
                    line_no=rng.choice(("", "10")),
                    old="1",
                    new="2",
                    changed_by=rng.choice(("u1", "u2", "u7", "u10")),
                    changed_at=f"{make.at(rng.choice((-1, -2, -3)))}T09:00:00+00:00",
                )


def approval(make: Maker, order_id: str, line_no: str, action: str) -> Row:
    """Add one approval of an order."""
    rng = make.rng
    order = make.find("orders", order_id=order_id)[0]
    return make.add(
        "approvals",
        approval_id=f"AP-{len(make.all('approvals')) + 1}",
        order_id=order_id,
        line_no=line_no,
        order_version=order["version"] if rng.random() < 0.6 else rng.choice(("1", "2")),
        action=action,
        amount=rng.choice(
            ("1000000", "1000000", "50000", "60000", "250000", "300000", "100", "0.50")
        ),
        currency=rng.choice(("USD", "USD", "USD", "EUR", "")),
        requested_by=rng.choice(("u1", "u2", "u3")),
        approved_by=rng.choice(
            ("u1", "u2", "u7", "u10", "u7", "u10", "u4", "u9", "u4", "u9", "u3", "")
        ),
        role=rng.choice(("sales_operations", "finance", "executive", "")),
        decision=rng.choice(("approved",) * 10 + ("rejected", "pending", "")),
        decided_at=f"{make.at(rng.choice((-2, -1, -1, 1)))}T{rng.choice(('08', '10'))}:00:00+00:00",
        expires_at=make.maybe(
            0.5,
            make.at(rng.choice((-1, 0, 1, 5, 30))) + rng.choice(HOURS),
        ),
    )


def screening(make: Maker) -> None:
    """Screen the parties; license some of them."""
    rng = make.rng
    parties = [c["customer_id"] for c in make.all("customers")] + [
        p["ship_to_id"] for p in make.all("ship_tos")
    ]
    for party in parties:
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3)) if rng.random() < 0.5 else 1):
            check(make, party, "denied_party", "", rng.choice(("OFAC", "OFAC", "EU", "")))
        for kind in ("licence", "licence", "age", "trade_licence", "vat_id"):
            if rng.random() < 0.45:
                check(make, party, kind, rng.choice(("", make.need("products")["sku"])), "")


def check(make: Maker, party: str, kind: str, sku: str, list_name: str) -> None:
    """Add one check of a party."""
    rng = make.rng
    result = rng.choice(("clear",) * 12 + ("possible", "possible", "hit", "pending"))
    make.add(
        "compliance_checks",
        check_id=f"CC-{len(make.all('compliance_checks')) + 1}",
        kind=kind,
        customer_id=party,
        sku=sku,
        list_name=list_name,
        result=result,
        checked_on=make.at(rng.choice((-100, -10, -2, -1, 0, 1))),
        valid_to=make.maybe(0.6, make.at(rng.choice((-1, 0, 1, 2, 3, 6, 60)))),
        licence_no=rng.choice(("", "", "", "L-1")) if kind != "denied_party" else "",
        licence_qty_left=make.maybe(0.5, rng.choice(("0", "10", "20", "100")))
        if kind in ("licence", "trade_licence")
        else "",
        cleared_by=rng.choice(("", "u3", "u3", "u1", "u99"))
        if result in ("possible", "hit")
        else "",
    )


def accounts(make: Maker) -> None:
    """Open credit accounts for most customers."""
    rng = make.rng
    for customer in make.all("customers"):
        for company_id in ("C1", "C2"):
            if rng.random() < 0.05:
                continue
            make.add(
                "credit_accounts",
                customer_id=customer["customer_id"],
                company_id=company_id,
                credit_limit=rng.choice(("1000000", "100000", "10000", "0", "", "2000")),
                currency=rng.choice(CURRENCIES),
                limit_valid_to=make.maybe(0.4, make.at(rng.choice((-1, 0, 1, 90)))),
                temporary_limit=make.maybe(0.2, "5000"),
                temporary_valid_from=make.maybe(0.3, make.at(rng.choice((-1, 0, 1)))),
                temporary_valid_to=make.maybe(0.3, make.at(rng.choice((-1, 0, 1)))),
                manual_hold=rng.choice(("auto",) * 10 + ("", "on", "off")),
                overdue_grace_days=rng.choice(("", "0", "3")),
                overdue_amount_limit=rng.choice(("", "0", "100", "500.00")),
                include_open_orders=rng.choice(("", "true", "true", "false")),
                horizon_days=rng.choice(("", "", "2", "5")),
                next_review_on=make.maybe(0.3, make.at(rng.choice((-1, 0, 1)))),
            )


def promises(make: Maker) -> None:
    """Let some customers promise to pay, and secure some orders."""
    rng = make.rng
    for customer in make.all("customers"):
        if rng.random() < 0.25:
            make.add(
                "payment_promises",
                promise_id=f"PP-{len(make.all('payment_promises')) + 1}",
                customer_id=customer["customer_id"],
                amount="100",
                currency="USD",
                promised_on=make.at(rng.choice((-3, -1, 0, 2))),
                status=rng.choice(("open", "kept", "broken")),
            )
    for order in make.all("orders"):
        if rng.random() < 0.08:
            make.add(
                "securities",
                security_id=f"SE-{len(make.all('securities')) + 1}",
                customer_id=order["bill_to_id"] or order["customer_id"],
                order_id=order["order_id"],
                kind=rng.choice(("prepayment", "letter_of_credit", "guarantee", "insurance")),
                amount=rng.choice(("100", "1000", "100000")),
                currency=rng.choice(CURRENCIES),
                valid_from=make.maybe(0.5, make.at(rng.choice((-1, 0, 1)))),
                valid_to=make.maybe(0.5, make.at(rng.choice((-1, 0, 1, 10)))),
                latest_ship_on=make.maybe(0.2, make.at(rng.choice((0, 2, 10)))),
                status=rng.choice(("", "active", "active")),
            )


def ledger(make: Maker) -> None:
    """Make invoices and payments."""
    rng = make.rng
    for customer in make.all("customers"):
        for _ in range(rng.choice((0, 1, 2, 3))):
            order_id = make.pick_key("orders", "order_id") if rng.random() < 0.3 else ""
            amount = rng.choice(("100.00", "100.01", "500.00", "500.01", "1000.00", "2500.55"))
            invoice = make.add(
                "invoices",
                invoice_id=f"INV-{len(make.all('invoices')) + 1}",
                kind=rng.choice(
                    ("invoice",) * 5 + ("credit_note", "debit_note", "deposit", "deposit")
                ),
                company_id=rng.choice(("C1", "C1", "C2")),
                customer_id=customer["customer_id"],
                order_id=order_id,
                issued_on=make.at(-rng.choice((0, 10, 40, -1))),
                due_on=make.at(rng.choice((-40, -5, -4, -3, -2, -1, 0, 1, 20))),
                amount=amount,
                open_amount=rng.choice((amount, amount, "0", "50.00")),
                currency=rng.choice(CURRENCIES),
                posted=rng.choice(("", "true", "true", "false")),
            )
            if rng.random() < 0.4:
                make.add(
                    "payments",
                    payment_id=f"PAY-{len(make.all('payments')) + 1}",
                    customer_id=customer["customer_id"],
                    company_id=invoice["company_id"],
                    order_id=rng.choice(("", order_id)),
                    invoice_id=invoice["invoice_id"] if rng.random() < 0.5 else "",
                    received_on=make.at(-rng.choice((0, 1, 5, -1))),
                    amount=amount,
                    unapplied_amount=rng.choice((amount, "0", "50.00")),
                    currency=rng.choice((invoice["currency"], "USD")),
                    status=rng.choice(("cleared", "cleared", "received", "bounced")),
                )


def limits(make: Maker) -> None:
    """Set some limits to the very exposure of an order, a cent less, or a cent more."""
    from evals.oracle.credit import judge
    from evals.oracle.model import Verdict

    rng = make.rng
    books = Books(make.tables, datetime.fromisoformat(f"{make.at(0)}T12:00:00+00:00"))
    for order in rng.sample(make.all("orders"), 6):
        payer = order["bill_to_id"] or order["customer_id"]
        accounts = make.find("credit_accounts", customer_id=payer, company_id=order["company_id"])
        if not accounts:
            continue
        accounts[0].update(credit_limit="0", temporary_limit="")
        verdict = Verdict()
        try:
            judge(books, order, verdict)
        except Gap:
            continue
        after = verdict.figures.get("credit", {}).get("exposure_after")
        if after is not None and after > 1:
            step = Fraction(rng.choice(("0", "0", "0.01", "-0.01")))
            share = rng.choice((Fraction(1), Fraction(1), Fraction(4, 5)))
            accounts[0]["credit_limit"] = f"{float(money(after * share + step, 'USD')):.2f}"
