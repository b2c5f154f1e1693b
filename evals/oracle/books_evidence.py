"""Evidence about random orders: credit, stock, prices, screening and approvals."""

from evals.oracle.maker import Maker
from evals.oracle.model import Row
from evals.oracle.papers import (
    accounts,
    approvals,
    ledger,
    limits,
    overrides,
    promises,
    screening,
    staff,
)


def evidence(make: Maker) -> None:
    """Add all evidence about the orders of a company."""
    for part in (
        staff,
        goods,
        reservations,
        substitutes,
        prices,
        overrides,
        approvals,
        screening,
        accounts,
        promises,
        ledger,
        limits,
    ):
        part(make)


def goods(make: Maker) -> None:
    """Make stock, batches and supplies."""
    rng = make.rng
    for product in make.all("products"):
        sku, tracked = product["sku"], product["batch_tracked"] == "true"
        for site in make.all("sites"):
            if tracked:
                for n in range(rng.randint(0, 3)):
                    batch_id = f"{site['site_id']}B{n}"
                    make.add(
                        "batches",
                        sku=sku,
                        batch_id=batch_id,
                        received_on=make.at(-rng.choice((0, 1, 30))),
                        expires_on=make.maybe(
                            0.8, make.at(rng.choice((-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 30)))
                        ),
                        status=rng.choice(("released",) * 5 + ("quarantine", "blocked")),
                    )
                    make.add(
                        "stock",
                        site_id=site["site_id"],
                        sku=sku,
                        batch_id=batch_id,
                        on_hand_qty=rng.choice(("0", "5", "10", "10", "20", "120")),
                        blocked_qty=rng.choice(("", "0", "5")),
                    )
            elif rng.random() < 0.85:
                make.add(
                    "stock",
                    site_id=site["site_id"],
                    sku=sku,
                    batch_id="",
                    on_hand_qty=rng.choice(
                        (
                            "0",
                            "5",
                            "10",
                            "20",
                            "40",
                            "100",
                            "120",
                            "500",
                            "-5" if rng.random() < 0.2 else "20",
                        )
                    ),
                    blocked_qty=rng.choice(("", "0", "0", "5", "30")),
                )
            for _ in range(rng.choice((0, 0, 1, 2))):
                make.add(
                    "supplies",
                    supply_id=f"PO-{len(make.all('supplies')) + 1}",
                    kind="purchase",
                    sku=sku,
                    to_site_id=site["site_id"],
                    open_qty=rng.choice(("5", "10", "20", "100", "1000")),
                    expected_on=make.at(rng.choice((-2, -1, 0, 1, 2, 3, 4, 6, 9))),
                    confirmed=rng.choice(("true", "true", "true", "false", "")),
                    expires_on=make.maybe(0.2, make.at(rng.choice((3, 5, 8)))),
                )


def reservations(make: Maker) -> None:
    """Reserve goods for some of the lines."""
    rng = make.rng
    orders = {o["order_id"]: o for o in make.all("orders")}
    for line in make.all("order_lines"):
        if rng.random() > 0.35:
            continue
        site = line["site_id"] or orders[line["order_id"]]["site_id"]
        if rng.random() < 0.08:
            site = make.need("sites")["site_id"]
        batches = [
            s["batch_id"]
            for s in make.find("stock", sku=line["sku"], site_id=site)
            if s["batch_id"]
        ]
        for _ in range(rng.choice((1, 1, 1, 2))):
            make.add(
                "reservations",
                reservation_id=f"RS-{len(make.all('reservations')) + 1}",
                order_id=line["order_id"],
                line_no=line["line_no"] if rng.random() < 0.93 else "",
                site_id=site,
                sku=line["sku"],
                batch_id=rng.choice([*batches, ""]) if batches else "",
                qty=rng.choice((line["ordered_qty"], line["ordered_qty"], "5", "10")),
                consumed_qty=rng.choice(("", "0", "0", "1", "5")),
                status=rng.choice(("active",) * 8 + ("released", "consumed", "cancelled")),
                reserved_at=f"{make.at(-1)}T10:00:00+00:00",
            )


def substitutes(make: Maker) -> None:
    """Say which products may take another's place."""
    rng = make.rng
    skus = [p["sku"] for p in make.all("products")]
    for sku in skus:
        for other in rng.sample(skus, rng.choice((0, 1, 1, 2, 3))):
            if other == sku:
                continue
            for customer_id in rng.choice((("",), ("",), ("",), ("K1",), ("K2", ""))):
                make.add(
                    "substitutes",
                    sku=sku,
                    substitute_sku=other,
                    customer_id=customer_id,
                    factor=rng.choice(("1", "1", "2", "0.5")),
                    quality_ok=rng.choice(("true",) * 6 + ("false", "")),
                    approval_required=rng.choice(("true", "false")),
                    price_rule="original",
                    valid_from=make.maybe(0.3, make.at(rng.choice((-30, 0, 2)))),
                    valid_to=make.maybe(0.3, make.at(rng.choice((1, 2, 3, 30)))),
                )


def prices(make: Maker) -> None:
    """Make price rows of every kind, with ties and dates on the day."""
    rng = make.rng
    for product in make.all("products"):
        if rng.random() < 0.8:
            make.add(
                "prices",
                price_id=f"PR-{len(make.all('prices')) + 1}",
                kind="price_list",
                sku=product["sku"],
                currency=rng.choice(("USD", "EUR")),
                uom="EA",
                unit_price=rng.choice(("10.00", "10.00", "100.00")),
            )
        if rng.random() < 0.5:
            twins(make, product)
        for _ in range(rng.choice((0, 1, 2, 4))):
            kind = rng.choice(("price_list", "price_list", "price_list", "promotion", "contract"))
            group = rng.random() < 0.2 and bool(product["product_group"])
            only_discount = kind == "promotion" and rng.random() < 0.6
            make.add(
                "prices",
                price_id=f"PR-{len(make.all('prices')) + 1}",
                kind=kind,
                sku="" if group and rng.random() < 0.7 else product["sku"],
                product_group=product["product_group"] if group else "",
                customer_id=rng.choice(("", "K1", "K2", "K3")) if rng.random() < 0.4 else "",
                tier=rng.choice(("", "", "", "A", "B")),
                price_list_id=rng.choice(("", "", "L1", "L2")),
                currency=rng.choice(
                    ("USD", "USD", "EUR", "GBP", "JPY" if rng.random() < 0.3 else "USD")
                ),
                uom=rng.choice(("EA", "EA", "EA", "CS", "PAL" if rng.random() < 0.1 else "EA")),
                price_per=rng.choice(("", "", "1", "10" if rng.random() < 0.2 else "")),
                min_qty=rng.choice(("", "", "1", "10", "12", "100")),
                max_qty=rng.choice(("", "", "", "10", "20", "120")),
                unit_price=""
                if only_discount
                else rng.choice(
                    (
                        "10.00",
                        "10.00",
                        "10.00",
                        "9.00",
                        "100.00",
                        "9.50",
                        "0" if kind == "promotion" else "12.5",
                    )
                ),
                discount_pct=rng.choice(
                    ("10", "5", "15", "20", "100" if rng.random() < 0.3 else "5")
                )
                if only_discount or rng.random() < 0.1
                else "",
                valid_from=make.maybe(0.5, make.at(rng.choice((-100, -7, -2, -1, 0, 1, 3)))),
                valid_to=make.maybe(0.5, make.at(rng.choice((-3, -2, -1, 0, 2, 4, 60)))),
                date_basis=rng.choice(("", "order", "ship")),
                priority=rng.choice(("", "", "1", "5")),
            )


def twins(make: Maker, product: Row) -> None:
    """Make two rows that rank alike, or one after the other, with prices that are charged."""
    rng = make.rng
    kind = rng.choice(("contract", "price_list", "promotion"))
    shared = {
        "kind": kind,
        "sku": product["sku"],
        "currency": rng.choice(("USD", "EUR")),
        "uom": "EA",
    }
    shared |= {"customer_id": rng.choice(("", "", "K1", "K2")), "priority": rng.choice(("", "1"))}
    for price in rng.sample(("10.00", "9.00", "100.00", "10.00", "9.50", "10.00"), 2):
        more = {"priority": "3"} if rng.random() < 0.6 else {}
        make.add(
            "prices",
            price_id=f"PR-{len(make.all('prices')) + 1}",
            unit_price=price,
            **{**shared, **more},
        )
