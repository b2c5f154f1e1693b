"""What users reported as wrong (B..), each with the right answer; see also the peers' cases."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from policies.checks.approval_gap import check as approval_gap
from policies.settings import Rules, for_company
from tests.conformance.reading import Tables, case_of, credit, delivery, price, stock, together
from tests.conformance.scenarios_credit import OVER, head, owed, worth
from tests.conformance.scenarios_stock import asks, held, other, shelf
from tests.credit_rows import account, order, payment
from tests.policies import test_credit_hold_standing as standing
from tests.stock_rows import batch, line, on_hand
from tests.stock_rows import order as columns
from tests.tools import test_stock as cell


def b01_a_delivery_is_not_counted_twice_in_its_own_check(rules: Rules) -> None:
    said = credit(rules, account(credit_limit="100"), worth("60", shipped_qty="1"))
    assert (said["exposure_before"], said["exposure_after"], said.codes) == (0, 60, [])


def b02_a_reopened_order_is_a_new_exposure(rules: Rules) -> None:
    limit = account(credit_limit="1100")
    for status, after, codes in (("closed", 1000, []), ("open", 1200, OVER)):
        said = credit(rules, limit, order(2, status=status))
        assert (said["exposure_after"], said.codes) == (after, codes)
    again = credit(rules, limit, order(2, status="open"), order_id="SO-2")
    assert (again["exposure_after"], again["excess"], again.codes) == (1200, 100, OVER)


def b04_open_orders_are_left_out_whatever_the_document(rules: Rules) -> None:
    limit = account(credit_limit="2000", include_open_orders="false")
    for kind in ("invoice", "debit_note"):
        said = credit(rules, limit, owed("500", kind=kind), order(2, "9900"))
        assert (said["exposure_before"], said["exposure_after"], said.codes) == (500, 1500, [])


def b06_a_call_off_order_is_stated_with_and_without(rules: Rules) -> None:
    call_off = order(2, "30000", promised_on="2026-08-31")
    said = credit(rules, account(credit_limit="50000"), call_off)
    assert (said["exposure_after"], said["exposure_after_without_open_orders"]) == (301000, 1000)
    assert said.codes == OVER
    near = credit(rules, account(credit_limit="50000", horizon_days="30"), call_off)
    assert (near["exposure_after"], near.codes) == (1000, [])


def b07_what_is_unpaid_and_not_what_was_ever_sold(rules: Rules) -> None:
    unpaid = owed("75532.50")
    unpaid["invoices"][0]["amount"] = "170170.88"
    said = credit(rules, account(credit_limit="200000"), unpaid, worth("37766.25"))
    assert said["limit"] - said["exposure_before"] == Decimal("124467.50")
    assert (said["exposure_after"], said.codes) == (Decimal("113298.75"), [])


def b08_a_prepaid_order_is_covered(rules: Rules) -> None:
    limit, mine = account(credit_limit="0"), worth("100")
    for prepaid, after, codes in (("100", 0, []), ("99.99", Decimal("0.01"), OVER)):
        rows = {"payments": [payment(amount=prepaid, unapplied_amount=prepaid, order_id="SO-1")]}
        said = credit(rules, limit, mine, rows)
        assert (said["exposure_after"], said.codes) == (after, codes)


def b09_invoices_need_not_equal_their_order(rules: Rules) -> None:
    whole = credit(rules, worth("100", invoiced_qty="1"), owed("110", order_id="SO-1"))
    assert whole["exposure_after"] == 110
    half = worth("50", ordered_qty="2", invoiced_qty="1")
    assert credit(rules, half, owed("60", order_id="SO-1"))["exposure_after"] == 110


def b11_one_company_in_its_own_currency(rules: Rules) -> None:
    elsewhere = order(2, "100", company_id="C2", currency="USD")
    said = credit(rules, worth("0"), elsewhere)
    assert said["exposure_after"] == 0
    here = credit(rules, worth("0"), order(2, "100", currency="USD"))
    assert here["exposure_after"] == 900


def b14_only_what_is_sold_counts(rules: Rules) -> None:
    inbound: Tables = {"supplies": [{"supply_id": "PO-1", "sku": "SKU-1", "to_site_id": "D01",
                                     "open_qty": "1000", "expected_on": "2026-03-04",
                                     "confirmed": "true"}]}  # fmt: skip
    said = credit(rules, account(credit_limit="250"), owed("246.05"), worth("64.20"), inbound)
    assert (said["exposure_after"], said["excess"]) == (Decimal("310.25"), Decimal("60.25"))
    assert said.codes == OVER


def _batch_expiring(day: str) -> Tables:
    return together(shelf(on_hand(7, batch_id="B1")), {"batches": [batch("B1", day)]})


def b16_a_batch_is_usable_on_its_expiry_day(rules: Rules) -> None:
    today: Tables = {"orders": [columns(promised_on="2026-03-02", ship_on="2026-03-02")]}
    for day, usable, picked in (("2026-03-02", 7, ["B1"]), ("2026-03-01", 0, [])):
        said = stock(rules, _batch_expiring(day), today, asks(7))
        assert (said["usable"], [entry["batch_id"] for entry in said["batches"]]) == (
            usable,
            picked,
        )


def b17_the_earliest_expiry_is_picked_first(rules: Rules) -> None:
    days = {"B1": "2026-09-30", "B2": "2026-06-30", "B3": "2026-12-31"}
    rows = together(
        shelf(*(on_hand(5, batch_id=name) for name in days)),
        {"batches": [batch(name, day) for name, day in days.items()]},
    )
    for demand, expected in ((2, [("B2", 2)]), (7, [("B2", 5), ("B1", 2)])):
        said = stock(rules, rows, asks(demand))
        assert [(e["batch_id"], e["quantity"]) for e in said["batches"]] == expected


def b19_what_is_gone_reserves_nothing(rules: Rules) -> None:
    cell.test_b19_a_reservation_of_a_stale_order_takes_nothing()
    rows = (shelf(on_hand(100)), asks(100), held(2))
    line_gone: Tables = {"orders": other(2)["orders"]}
    for order_now, taken in ((other(2), 2), (other(2, status="cancelled"), 0), (line_gone, 2)):
        said = stock(rules, *rows, order_now)
        assert (said["taken"], said["available"]) == (taken, 100 - taken)
    freed = stock(rules, shelf(on_hand(100)), held(2, status="cancelled"), line_gone)
    assert (freed["taken"], freed["available"]) == (0, 100)


def b21_a_break_counts_in_the_unit_of_the_rule(rules: Rules) -> None:
    boxes: Tables = {
        "uom_conversions": [
            {"sku": "SKU-1", "from_uom": "BOX", "to_uom": "EA", "factor": "10"},
            {"sku": "SKU-1", "from_uom": "BAG", "to_uom": "EA", "factor": "10"},
        ],
        "prices": [{"price_id": "P", "kind": "promotion", "sku": "SKU-1", "currency": "EUR",
                    "uom": "EA", "min_qty": "10", "discount_pct": "5"}],
    }  # fmt: skip
    one_box = asks(1, uom="BOX", price_uom="EA", unit_price="9.50")
    said = price(rules, boxes, one_box)
    assert (said["rule"], said["expected"], said.codes) == ("P", Decimal("9.5"), [])
    bag: Tables = {"prices": [{"price_id": "P", "kind": "promotion", "sku": "SKU-1", "uom": "BAG",
                               "currency": "EUR", "min_qty": "1", "discount_pct": "5"}]}  # fmt: skip
    loose = price(rules, boxes, bag, asks(9, unit_price="10.00"))
    assert (loose["rule"], loose["expected"], loose.codes) == ("PR-1", 10, [])


def b22_a_price_in_another_unit_is_converted_from_it(rules: Rules) -> None:
    kilos: Tables = {
        "uom_conversions": [{"sku": "SKU-1", "from_uom": "EA", "to_uom": "KG", "factor": "20"}],
        "prices": [{"price_id": "PR-1", "unit_price": "0.30", "uom": "KG"}],
    }
    said = price(rules, kilos, asks(100, unit_price="6.00"))
    assert (said["expected"], said["difference_line"]) == (6, 0)


def b23_the_margin_is_in_the_currency_of_the_order(rules: Rules) -> None:
    rows: Tables = {
        "products": [{"sku": "SKU-1", "unit_cost": "10", "cost_currency": "USD"}],
        "fx_rates": [{"from_currency": "USD", "to_currency": "EUR", "valid_on": "2026-02-10",
                      "rate": "0.81"}],
        "orders": [{"order_id": "SO-1", "pricing_on": "2026-02-10"}],
    }  # fmt: skip
    said = price(rules, rows, asks(1, unit_price="50"))
    assert (said["unit_cost"], said["margin_pct"]) == (Decimal("8.10"), Decimal("83.8"))


def b25_the_margin_compares_net_with_net(rules: Rules) -> None:
    cost: Tables = {"products": [{"sku": "SKU-1", "unit_cost": "1980"}]}
    for tax, net, codes in (
        ("0", "2185.00", True),
        ("10", "1986.36", True),
        ("19", "1836.13", True),
    ):
        gross: Tables = {"orders": [{"order_id": "SO-1", "prices_include_tax": "true",
                                     "tax_rate": tax}]}  # fmt: skip
        said = price(rules, cost, gross, asks(1, unit_price="2185"))
        assert round(said["charged"], 2) == Decimal(net)
        margin = (said["charged"] - 1980) / said["charged"] * 100
        assert abs(said["margin_pct"] - margin) < Decimal("1e-9")
        assert ("below_margin_floor" in said.codes) is codes


def b26b_a_promotion_counts_by_the_date_that_it_names(rules: Rules) -> None:
    window = {"valid_from": "2026-03-05", "valid_to": "2026-03-05"}
    used = {"order": (date(2026, 2, 27), "PR-1"), "ship": (date(2026, 3, 5), "P")}
    for basis, (day, rule) in used.items():
        promotion = {"price_id": "P", "kind": "promotion", "sku": "SKU-1", "currency": "EUR",
                     "uom": "EA", "unit_price": "9.00", "date_basis": basis, **window}  # fmt: skip
        said = price(rules, {"prices": [promotion]}, asks(100, unit_price="9.00"))
        assert (said["date_basis"], said["rule"]) == (basis, rule)
        assert str(said["date_used"]) == day.isoformat()


def b27_a_complete_order_with_mixed_dates_is_named(rules: Rules) -> None:
    complete: Tables = {"orders": [columns(ship_complete="true")]}
    lines: Tables = {"order_lines": [line(20, shipped_qty="10"),
                                     line(5, line_no="20", promised_on="2026-03-20")]}  # fmt: skip
    said = stock(rules, complete, lines)
    assert (said["needed"], said.codes) == (10, ["mixed_dates"])
    assert said["options"] == []


def b28_a_change_of_daylight_saving_moves_no_date(rules: Rules) -> None:
    site: Tables = {
        "sites": [{"site_id": "D01", "timezone": "Europe/Paris", "working_weekdays": "1,2,3,4,5,6,7"}],
        "routes": [{"route_id": "R1", "lead_days": "3", "cutoff_time": "16:59:57",
                    "delivery_weekdays": "1,2,3,4,5,6,7"}],
        "route_runs": [{"run_id": "RR-X", "route_id": "R1", "departs_on": "2015-03-28",
                        "status": "open"}],
        "orders": [{"order_id": "SO-1", "promised_on": "2015-03-31", "requested_on": "2015-03-31",
                    "ordered_at": "2015-03-20T10:00:00+01:00"}],
    }  # fmt: skip
    early = datetime.fromisoformat("2015-03-24T09:00:00+01:00")
    said = delivery(rules, site, as_of=early)
    assert said["feasible_on"] == date(2015, 3, 31)
    assert said["latest_action_at"].isoformat() == "2015-03-28T16:59:57+01:00"
    assert stock(rules, site, as_of=early)["ship_date"] == date(2015, 3, 28)


def b29_today_is_the_day_at_the_depot(rules: Rules) -> None:
    moments = [("Etc/GMT+2", "2026-03-03T00:30:00+00:00", date(2026, 3, 2)),
               ("Etc/GMT-2", "2026-03-02T23:30:00+00:00", date(2026, 3, 3))]  # fmt: skip
    for zone, moment, day in moments:
        rows: Tables = {"sites": [{"site_id": "D01", "timezone": zone}],
                        "routes": [{"route_id": "R1", "cutoff_time": "23:00"}]}  # fmt: skip
        as_of = datetime.fromisoformat(moment)
        assert case_of(rules, rows, as_of=as_of).today == day
        assert delivery(rules, rows, as_of=as_of)["run_id"] == f"RR-03{day:%d}"


def b31_delivery_falls_on_a_day_on_which_the_ship_to_receives(rules: Rules) -> None:
    rows: Tables = {
        "sites": [{"site_id": "D01", "timezone": "America/New_York"}],
        "ship_tos": [{"ship_to_id": "ST-1", "customer_id": "CU-1", "timezone": "Europe/Zurich",
                      "receiving_weekdays": "5", "window_from": "10:00", "window_to": "18:00"}],
        "orders": [{"order_id": "SO-1", "ship_to_id": "ST-1", "promised_on": "2026-03-06"}],
    }  # fmt: skip
    late_evening = datetime.fromisoformat("2026-03-05T02:00:00+00:00")
    said = delivery(rules, rows, as_of=late_evening)
    assert said["feasible_on"] == date(2026, 3, 6)
    assert (said["run_id"], said.codes) == ("RR-0305", [])


def b34_nobody_approves_the_own_order(rules: Rules) -> None:
    signed = {"approval_id": "AP-1", "order_id": "SO-1", "order_version": "1", "currency": "USD",
              "action": "release_order", "amount": "66000", "requested_by": "u.sales",
              "approved_by": "u.sales", "decision": "approved",
              "decided_at": "2026-02-28T10:00:00+01:00"}  # fmt: skip
    for signer, codes in (("u.sales", ["self_approved"]), ("u.lead", [])):
        rows: Tables = {"approvals": [{**signed, "approved_by": signer}]}
        case = case_of(rules, rows, asks(6000, unit_price="10.00"))
        found = approval_gap(case, for_company(rules, "C1")).findings
        assert [finding.code for finding in found] == codes


def b35_a_block_counts_at_every_stage(rules: Rules) -> None:
    standing.test_a_customer_is_blocked_for_orders_shipping_or_all("order", True)
    blocked: Tables = {"customers": [{"customer_id": "CU-1", "blocked_scope": "order"}]}
    for status in ("draft", "open", "blocked", "released"):
        assert credit(rules, blocked, head(status=status)).codes == ["customer_blocked"]


def b37_an_order_on_hold_keeps_its_reservation_and_is_told_apart(rules: Rules) -> None:
    cell.test_b37_an_order_on_hold_keeps_its_reservation_and_is_told_apart()
    hold: Tables = {"holds": [{"hold_id": "H-2", "order_id": "SO-2", "code": "CRED",
                               "status": "active"}]}  # fmt: skip
    said = stock(rules, shelf(on_hand(1)), other(1), held(1), hold, asks(1))
    assert (said["taken"], said["taken_held"], said["available"]) == (1, 1, 0)
    assert (said["available"] + said["taken_held"], said["short"]) == (1, 1)


def b39_the_orders_own_word_decides_whether_parts_may_go(rules: Rules) -> None:
    shipping: Tables = {"customers": [{"customer_id": "CU-1", "ship_complete": "false"}]}
    for complete, kinds in (("true", []), ("false", ["partial"])):
        rows: Tables = {"orders": [columns(ship_complete=complete)]}
        said = stock(rules, shelf(on_hand(60)), shipping, rows)
        assert [option["kind"] for option in said["options"]] == kinds
        assert said["short"] == 40
