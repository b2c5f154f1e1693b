"""Random small companies: every table, every finding code, and many cases on the very boundary.

`company(seed)` always gives the same tables and moment. Amounts, quantities and days come from
small sets, so that ties, exact limits and dates on the day are frequent rather than lucky.
"""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from evals.oracle import books_evidence as evidence
from evals.oracle.maker import CURRENCIES, Maker, near
from evals.oracle.model import Choice, Row, Tables
from evals.oracle.world import customers, products, routes, sites

STARTS = (
    date(2026, 3, 2),
    date(2026, 3, 27),
    date(2026, 10, 23),
    date(2026, 7, 1),
    date(2026, 12, 30),
)
OPTIONAL = (
    "payments reservations supplies substitutes transfer_lanes securities payment_promises"
    " order_charges order_changes price_overrides approvals staff authorities ship_tos batches"
    " calendar_days uom_conversions sites credit_accounts invoices stock prices routes route_runs"
    " compliance_checks fx_rates"
).split()
BLANKS = (
    "invoices.open_amount invoices.due_on credit_accounts.credit_limit credit_accounts.currency"
    " order_lines.unit_price order_lines.ordered_qty order_lines.uom order_lines.sku"
    " stock.on_hand_qty"
    " reservations.qty supplies.open_qty supplies.expected_on products.unit_cost products.weight_kg"
    " products.base_uom prices.unit_price prices.currency prices.uom routes.cutoff_time"
    " routes.lead_days"
    " orders.route_id orders.promised_on orders.requested_on orders.ordered_at orders.currency"
    " orders.site_id orders.version batches.status route_runs.used_kg route_runs.departs_on"
    " customers.accepts_substitutes customers.tier approvals.amount approvals.approved_by"
    " approvals.expires_at approvals.order_version staff.approval_limit staff.roles"
    " compliance_checks.valid_to compliance_checks.list_name compliance_checks.result"
    " payments.unapplied_amount uom_conversions.factor transfer_lanes.lead_days substitutes.factor"
    " substitutes.quality_ok price_overrides.new_price order_charges.amount"
).split()


def company(seed: int) -> tuple[Tables, datetime, Choice]:
    """Make one company, the moment at which it is looked at, and its settings."""
    rng = random.Random(seed)  # noqa: S311 - made-up companies, not secrets
    make = Maker(rng, rng.choice(STARTS))
    for part in PARTS:
        part(make)
    evidence.evidence(make)
    as_of = moment_of(make)
    gaps(make)
    return make.tables, as_of, choice(rng)


def choice(rng: random.Random) -> Choice:
    """Give the defaults of the rules in half of the companies, else other settings."""
    if rng.random() < 0.5:
        return Choice()
    return Choice(
        limit_comparator=rng.choice((">", ">=")),
        scope=rng.choice(("bill_to", "bill_to", "group")),
        count_blocked_orders=rng.random() < 0.7,
        temporary_limit_mode=rng.choice(("add", "replace")),
        tolerance_pct=rng.choice((0, 0, 5)),
        exposure_fx=rng.choice(("today", "today", "order_date")),
        required_lists=rng.choice(((), ("OFAC",), ("OFAC", "EU"))),
        screening_max_age_days=rng.choice((None, None, 0, 1, 10)),
    )


def moment_of(make: Maker) -> datetime:
    """Give a moment: the cutoff to the minute, or some hour of the day."""
    rng = make.rng
    route = make.pick("routes") if rng.random() < 0.5 else None
    if route and route["cutoff_time"]:
        site = next((s for s in make.all("sites") if s["site_id"] == route["site_id"]), {})
        name = site.get("timezone", "")
        zone = ZoneInfo(name) if name and name != "Mars/Base" else UTC
        at = datetime.combine(make.day, time.fromisoformat(route["cutoff_time"]), zone)
        return at.astimezone(UTC) + timedelta(minutes=rng.choice((0, 0, 1, -1)))
    hour = rng.choice((0, 4, 9, 13, 16, 22, 23))
    return datetime.combine(make.day, time(hour, rng.choice((0, 30, 59))), UTC)


def gaps(make: Maker) -> None:
    """Take a table away, or empty some cells, in a part of the companies."""
    rng = make.rng
    if rng.random() < 0.2:
        make.tables.pop(rng.choice(OPTIONAL), None)
    if rng.random() < 0.25:
        for _ in range(rng.randint(1, 3)):
            table, column = rng.choice(BLANKS).split(".")
            row = make.pick(table)
            if row:
                row[column] = ""


def orders(make: Maker) -> None:
    """Make orders and their lines."""
    rng = make.rng
    for n in range(rng.randint(20, 34)):
        order = make_order(make, n)
        for line_no in range(1, rng.choice((1, 1, 2, 2, 3)) + 1):
            make_line(make, order, line_no * 10)
        if rng.random() < 0.25:
            on_threshold(make, order)
        if rng.random() < 0.15:
            make.add(
                "order_charges",
                order_id=order["order_id"],
                charge_no="1",
                kind="freight",
                amount=rng.choice(("25.00", "10.005")),
                tax_rate=rng.choice(("", "19", "0")),
            )


def make_order(make: Maker, n: int) -> Row:
    """Make one order."""
    rng = make.rng
    site = make.need("sites") if rng.random() < 0.35 else make.all("sites")[0]
    ordered = rng.choice((-1, -1, -2, -3, -4, -7, -30, 0))
    return make.add(
        "orders",
        order_id=f"SO-{n + 1}",
        company_id=site["company_id"],
        customer_id=rng.choice(make.all("customers"))["customer_id"],
        bill_to_id=rng.choice(("", "", "K1", "K2")),
        ship_to_id=rng.choice(
            ("", "", "K3", "P1", "P2", "P1", "nowhere" if rng.random() < 0.3 else "")
        ),
        customer_ref=rng.choice(("", f"PO-{n}", f"PO-{n}", "PO-7")),
        ordered_at=near(rng, make.at(ordered)),
        requested_on=make.some_day(0.7, -2, 0, 2, 3, 5, 7),
        promised_on=make.some_day(0.85, -1, 0, 1, 2, 3, 3, 4, 5, 6, 7)
        if rng.random() < 0.93
        else make.at(rng.choice((-58, -59, -60, -61, -62, -63, -90))),
        ship_on=make.some_day(0.25, -1, 0, 1, 2, 4, -60, -61),
        status=rng.choice(
            (
                "open",
                "open",
                "blocked",
                "blocked",
                "released",
                "shipped",
                "invoiced",
                "draft",
                "closed",
                "cancelled",
            )
            if rng.random() < 0.4
            else ("open", "blocked")
        ),
        currency=rng.choice(CURRENCIES),
        payment_terms_days=rng.choice(("", "30", "30", "30", "31", "60")),
        baseline_terms_days=rng.choice(("", "30", "30", "60")),
        prices_include_tax=rng.choice(
            ("", "false", "false", "true") if rng.random() < 0.5 else ("false",)
        ),
        tax_rate=rng.choice(("", "0", "19", "20")),
        site_id=site["site_id"],
        route_id=rng.choice(("R1", "R1", "R2", "R3", "R3", "")),
        run_id=make.pick_key("route_runs", "run_id") if rng.random() < 0.2 else "",
        priority=rng.choice(("", "", "", "1", "2", "5")),
        ship_complete=rng.choice(("", "", "true", "false")),
        created_by=rng.choice(("u1", "u2", "u3")),
        version=rng.choice(("1", "2", "3", "4")),
        pricing_on=make.some_day(0.2, 0, -2, -40),
        incomplete_codes="DLV" if rng.random() < 0.04 else "",
    )


def make_line(make: Maker, order: Row, line_no: int) -> Row:
    """Make one line of an order."""
    rng = make.rng
    product = make.need("products") if rng.random() < 0.6 else rng.choice(make.all("products")[:3])
    before = make.find("order_lines", order_id=order["order_id"])
    same = before[-1]["sku"] if before and rng.random() < 0.3 else ""
    uom = rng.choice(("EA", "EA", "EA", "CS", "PAL" if rng.random() < 0.3 else "EA"))
    quantity = rng.choice((1, 2, 5, 10, 10, 12, 20, 100))
    done = rng.choice(
        ((0, 0, 0),) * 6
        + (
            (1, 0, 0),
            (1, 1, 0),
            (quantity, 0, 0),
            (quantity, quantity, 0),
            (0, 0, 1),
            (0, 0, quantity),
        )
    )
    words = [str(n) if n else rng.choice(("", "0")) for n in done]
    price = rng.choice(
        (
            "10.00",
            "10.00",
            "10.00",
            "9.00",
            "10.05",
            "10.06",
            "9.94",
            "10.10",
            "0",
            "8.50",
            "9.50",
            "100.00",
            "100.50",
            "100.51",
            "120.00",
            "12.5",
        )
    )
    return make.add(
        "order_lines",
        order_id=order["order_id"],
        line_no=str(line_no),
        sku=same or (product["sku"] if rng.random() < 0.99 else ""),
        uom=uom,
        ordered_qty=str(quantity),
        shipped_qty=words[0],
        invoiced_qty=words[1],
        cancelled_qty=words[2],
        unit_price=price if rng.random() < 0.99 else "",
        price_uom=rng.choice(("", "", "", "EA", "CS")),
        price_per=rng.choice(("", "", "1", "10" if rng.random() < 0.3 else "")),
        discount_pct=rng.choice(("", "", "0", "5", "10", "15", "20", "14.99"))
        if rng.random() < 0.5
        else "",
        tax_rate=rng.choice(("", "", "", "0", "7")),
        price_source=rng.choice(("", "contract", "manual", "price_list", "free_goods")),
        fulfilment=rng.choice(
            ("",) * 6 + ("stock",) * 4 + ("drop_ship", "service", "free_goods", "back_to_back")
        ),
        requested_on=make.at(rng.choice((0, 2, 4))) if rng.random() < 0.1 else "",
        promised_on=make.at(rng.choice((1, 2, 3, 6))) if rng.random() < 0.15 else "",
        ship_on=make.at(rng.choice((0, 1, 2, 3))) if rng.random() < 0.1 else "",
        site_id=make.need("sites")["site_id"] if rng.random() < 0.08 else "",
    )


def on_threshold(make: Maker, order: Row) -> None:
    """Make the order worth what an approval starts at, or a cent less, or much more."""
    rng = make.rng
    value = rng.choice(
        ("50000", "49999.99", "60000", "250000", "249999.99", "300000", "30000", "25000")
    )
    rows = [r for r in make.all("order_lines") if r["order_id"] == order["order_id"]]
    for row in rows[1:]:
        row["cancelled_qty"] = row["ordered_qty"]
    rows[0].update(
        ordered_qty="100",
        unit_price=str(Decimal(value) / 100),
        price_uom="",
        price_per="",
        discount_pct="",
        cancelled_qty="",
        sku="T1",
    )
    order.update(version="3", currency=rng.choice(("USD", "USD", "EUR")), prices_include_tax="")


PARTS: tuple[Callable[[Maker], None], ...] = (sites, customers, products, routes, orders)
