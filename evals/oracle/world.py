"""The world of a random company: sites, customers, products, rates and routes."""

from decimal import Decimal

from evals.oracle.maker import CURRENCIES, Maker

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Europe/Vienna", "", "Mars/Base")
COUNTRIES = ("DE", "US", "AT", "FR", "JP")


def sites(make: Maker) -> None:
    """Make sites in different zones, with their calendars and the lanes between them."""
    rng = make.rng
    for n in range(rng.randint(2, 3)):
        make.add(
            "sites",
            site_id=f"D{n + 1}",
            name=f"Site {n + 1}",
            company_id="C1" if n < 2 else "C2",
            timezone=rng.choice(ZONES[:4]) if rng.random() < 0.9 else rng.choice(ZONES[4:]),
            country=rng.choice(COUNTRIES),
            working_weekdays=rng.choice(("1,2,3,4,5", "1,2,3,4,5", "1,2,3,4,5,6", "")),
        )
    for site in make.all("sites"):
        for _ in range(rng.randint(0, 3)):
            on = make.at(rng.randint(-3, 6))
            if not make.find("calendar_days", site_id=site["site_id"], day=on):
                make.add(
                    "calendar_days",
                    site_id=site["site_id"],
                    day=on,
                    working=rng.choice(("true", "false", "false")),
                )
        for other in make.all("sites"):
            if other is not site and rng.random() < 0.7:
                lead = rng.choice(("0", "1", "2", "4"))
                make.add(
                    "transfer_lanes",
                    from_site_id=site["site_id"],
                    to_site_id=other["site_id"],
                    lead_days=lead,
                )


def customers(make: Maker) -> None:
    """Make customers, some of which pay for others, and their places of delivery."""
    rng = make.rng
    for n in range(rng.randint(5, 10)):
        make.add(
            "customers",
            customer_id=f"K{n + 1}",
            name=f"Customer {n + 1}",
            parent_customer_id="K1" if rng.random() < 0.2 and n else "",
            tier=rng.choice(("A", "B", "C", "")),
            priority=rng.choice(("1", "2", "3", "", "")),
            country=rng.choice(COUNTRIES),
            currency=rng.choice(CURRENCIES),
            blocked_scope=rng.choice(("none",) * 12 + ("", "order", "ship", "invoice", "all")),
            status=rng.choice(("active",) * 14 + ("inactive", "prospect")),
            price_list_id=rng.choice(("L1", "L2", "")),
            ship_complete=rng.choice(("true", "false", "")),
            max_partial_shipments=rng.choice(("", "0", "1", "2")),
            min_shelf_life_days=rng.choice(("", "0", "1", "5")),
            accepts_substitutes=rng.choice(("always", "ask", "never", "always")),
        )
    for n in range(rng.randint(1, 4)):
        make.add(
            "ship_tos",
            ship_to_id=f"P{n + 1}",
            customer_id=make.need("customers")["customer_id"],
            country=rng.choice(COUNTRIES),
            receiving_weekdays=rng.choice(("", "1,2,3,4,5", "2,4", "6,7")),
        )


def products(make: Maker) -> None:
    """Make products, their units, batches and stock."""
    rng = make.rng
    for n in range(rng.randint(6, 9)):
        make.add(
            "products",
            sku=f"T{n + 1}",
            product_group=rng.choice(("G1", "G2", "")),
            base_uom="EA",
            weight_kg=rng.choice(("1", "0.5", "10", "2.25")),
            volume_m3=rng.choice(("0.01", "0.1", "0.002")),
            unit_cost=rng.choice(("8.00", "9.00", "5.00", "9.01", "90.00")),
            cost_currency=rng.choice(("USD", "EUR", "")),
            stocked=rng.choice(("true", "true", "", "", "false")),
            batch_tracked="true" if n % 3 == 2 else "false",
            pack_qty=rng.choice(("", "1", "6")),
            restricted_class=rng.choice(("", "", "", "ADR")),
            min_age=rng.choice(("", "", "", "18")),
            status=rng.choice(("active",) * 8 + ("run_out", "inactive", "blocked", "blocked")),
        )
        make.add(
            "uom_conversions",
            sku=f"T{n + 1}",
            from_uom="CS",
            to_uom="EA",
            factor=rng.choice(("12", "10", "6")),
        )
        if rng.random() < 0.5:
            make.add(
                "uom_conversions",
                sku=f"T{n + 1}",
                from_uom="EA",
                to_uom="PAL",
                factor=rng.choice(("0.01", "0.02")),
            )
    for currency, usual in (("EUR", "1.10"), ("GBP", "1.25"), ("JPY", "0.0065")):
        for back in (0, 1, 40, 400):
            rate = Decimal(usual) + Decimal(rng.randint(-3, 3)) / 10000
            make.add(
                "fx_rates",
                from_currency=currency,
                to_currency="USD",
                valid_on=make.at(-back),
                rate=str(rate),
            )
        if currency != "EUR" and rng.random() < 0.8:
            make.add(
                "fx_rates",
                from_currency="EUR",
                to_currency=currency,
                valid_on=make.at(-400),
                rate=rng.choice(("0.85", "160")),
            )


def routes(make: Maker) -> None:
    """Make routes and their runs."""
    rng = make.rng
    for n in range(3):
        make.add(
            "routes",
            route_id=f"R{n + 1}",
            site_id=make.need("sites")["site_id"],
            cutoff_time=rng.choice(("10:00", "14:30", "16:00", "02:30")),
            cutoff_days_before=rng.choice(("", "0", "0", "1")),
            lead_days=rng.choice(("0", "1", "1", "2")),
            delivery_weekdays=rng.choice(("", "", "1,2,3,4,5", "1,3,5")),
        )
        for back in sorted(rng.sample(range(-1, 9), rng.randint(0, 6))):
            make.add(
                "route_runs",
                run_id=f"U{n + 1}{back + 2}",
                route_id=f"R{n + 1}",
                departs_on=make.at(back),
                status=rng.choice(("open",) * 8 + ("full", "closed", "cancelled")),
                capacity_kg=rng.choice(("", "10", "100", "1000", "10000")),
                capacity_m3=rng.choice(("", "1", "10", "100")),
                capacity_stops=rng.choice(("", "2", "5", "10")),
                used_kg=rng.choice(("0", "0", "", "5", "90")),
                used_m3=rng.choice(("0", "0", "", "0.5")),
                used_stops=rng.choice(("0", "1", "2", "5")),
            )
