"""R1, R2: the order on a run, weekdays, vehicles, and what is not known."""

from __future__ import annotations

from datetime import date

import pytest

from policies.checks.route_risk import check
from tests.builders import Rows, a_case
from tests.policies.proving import SETTINGS, after, codes, problems, the
from tests.policies.route_runs import (
    RUNS,
    delivery,
    judged,
    promised,
    runs,
    value,
)

# --- the order on a run ----------------------------------------------------------------------


def on_run(run_id: str = "RR-0302", **values: str) -> dict[str, Rows]:
    order = {"order_id": "SO-1", "run_id": run_id, "promised_on": "2026-03-03",
             "requested_on": "2026-03-03"}  # fmt: skip
    return {"orders": [order], "route_runs": runs(run_id, **values)}


def test_an_order_on_the_run_is_first_taken_out_of_what_is_used() -> None:
    assert codes(judged(on_run(used_kg="1000", used_m3="10", used_stops="20"))) == []
    assert codes(judged(on_run(used_kg="1000.5"))) == ["late"]


def test_what_is_free_on_its_own_run_is_free_of_the_order() -> None:
    """200 of the 1,000 kg used are the order's own."""
    case = a_case(on_run(used_kg="1000", used_m3="10", used_stops="20"))
    first = check(case, SETTINGS).sections["delivery"]["next_runs"][0]
    assert [value(first[f"free_{unit}"]) for unit in ("kg", "m3", "stops")] == [200, 1, 1]
    assert problems(case) == []


def test_a_run_that_does_not_count_its_own_order_yet_still_has_to_carry_it() -> None:
    assert codes(judged(on_run(used_kg="0", used_stops="0", capacity_stops="1"))) == []
    small = on_run(used_kg="0", capacity_kg="199")
    assert "late" in codes(judged(small))
    assert "late" in codes(judged(on_run(used_stops="0", capacity_stops="0")))


def test_a_ship_to_that_is_on_the_run_adds_no_stop() -> None:
    other = {"order_id": "SO-2", "customer_id": "CU-1", "status": "open", "run_id": "RR-0302"}
    tables = {**promised("2026-03-03"), "route_runs": runs("RR-0302", used_stops="20")}
    assert codes(judged(tables)) == ["late"]
    orders = [*tables["orders"], other]
    assert codes(judged({**tables, "orders": orders})) == []
    cancelled = [*tables["orders"], {**other, "status": "cancelled"}]
    assert codes(judged({**tables, "orders": cancelled})) == ["late"]
    elsewhere = [*tables["orders"], {**other, "ship_to_id": "CU-2"}]
    assert codes(judged({**tables, "orders": elsewhere})) == ["late"]


# --- weekdays --------------------------------------------------------------------------------


def test_delivery_moves_on_to_a_delivery_weekday_and_a_receiving_weekday() -> None:
    """Run of Monday, lead of a day: Tuesday; the route delivers Wed and Thu, the ship-to on Thu."""
    routes = [{"route_id": "R1", "delivery_weekdays": "3,4"}]
    assert delivery({"routes": routes})["feasible_on"] == date(2026, 3, 4)
    place = {"ship_to_id": "ST-1", "customer_id": "CU-1", "receiving_weekdays": "4,5"}
    tables = {
        "routes": routes, "ship_tos": [place], "orders": [{"order_id": "SO-1", "ship_to_id": "ST-1"}]
    }  # fmt: skip
    assert delivery(tables)["feasible_on"] == date(2026, 3, 5)
    never = {**tables, "ship_tos": [{**place, "receiving_weekdays": "1"}]}
    assert judged(never).not_known[0].check == "route_risk"


# --- vehicles --------------------------------------------------------------------------------


def test_an_order_larger_than_any_vehicle_needs_several_runs() -> None:
    """2,200 kg against 1,000 kg a run: three runs, whatever the volume asks for."""
    lines = [{"order_id": "SO-1", "line_no": "10", "ordered_qty": "1100"}]
    case = a_case({"order_lines": lines})
    finding = the(check(case, SETTINGS), "exceeds_vehicle")
    assert value(finding.values["runs"]) == 3
    change = finding.clears_when.change
    assert change == {"kind": "line", "line_no": 10, "field": "ordered_qty", "value": "500"}
    assert "exceeds_vehicle" not in codes(check(after(case, change), SETTINGS))
    assert "exceeds_vehicle" in codes(check(after(case, change, value="501"), SETTINGS))
    assert problems(case) == []


def test_an_order_that_fills_a_vehicle_does_not_exceed_it() -> None:
    """500 pieces are the 1,000 kg of a run."""
    lines = [{"order_id": "SO-1", "line_no": "10", "ordered_qty": "500"}]
    assert "exceeds_vehicle" not in codes(judged({"order_lines": lines}))
    lines[0]["ordered_qty"] = "501"
    assert "exceeds_vehicle" in codes(judged({"order_lines": lines}))


def test_the_larger_of_weight_and_volume_counts() -> None:
    products = [{"sku": "SKU-1", "volume_m3": "0.2"}]
    finding = the(judged({"products": products}), "exceeds_vehicle")
    assert value(finding.values["runs"]) == 2


def test_the_largest_vehicle_of_the_route_counts() -> None:
    lines = [{"order_id": "SO-1", "line_no": "10", "ordered_qty": "600"}]
    large = {"order_lines": lines, "route_runs": runs("RR-0305", capacity_kg="1200")}
    assert "exceeds_vehicle" not in codes(judged(large))
    larger = {**large, "route_runs": runs("RR-0305", capacity_kg="1199")}
    assert "exceeds_vehicle" in codes(judged(larger))


def test_a_vehicle_without_a_limit_takes_any_weight() -> None:
    lines = [{"order_id": "SO-1", "line_no": "10", "ordered_qty": "700"}]
    tables = {"order_lines": lines, "route_runs": runs("RR-0306", capacity_kg="")}
    assert "exceeds_vehicle" not in codes(judged(tables))


# --- R2 --------------------------------------------------------------------------------------


def test_a_promise_after_the_request_is_said_and_is_low() -> None:
    case = a_case({"orders": [{"order_id": "SO-1", "requested_on": "2026-03-05"}]})
    finding = the(check(case, SETTINGS), "promise_after_request")
    assert (finding.severity, finding.line_no) == ("low", None)
    change = finding.clears_when.change
    assert codes(check(after(case, change), SETTINGS)) == []
    assert codes(check(after(case, change, value="2026-03-06"), SETTINGS)) == [
        "promise_after_request"
    ]
    assert problems(case) == []


def test_a_line_that_was_asked_for_earlier_is_named() -> None:
    lines = [{"order_id": "SO-1", "line_no": "10", "requested_on": "2026-03-05"}]
    assert the(judged({"order_lines": lines}), "promise_after_request").line_no == 10


# --- not known -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tables", "absent", "missing"),
    [
        ({}, ("routes",), "routes"),
        ({}, ("route_runs",), "route_runs"),
        ({"orders": [{"order_id": "SO-1", "route_id": ""}]}, (), "orders.route_id"),
        ({"orders": [{"order_id": "SO-1", "route_id": "R9"}]}, (), "routes"),
        ({"route_runs": runs(*RUNS, departs_on="2026-03-01")}, (), "route_runs"),
        ({"routes": [{"route_id": "R1", "lead_days": ""}]}, (), "routes.lead_days"),
        ({"products": [{"sku": "SKU-1", "weight_kg": ""}]}, (), "products.weight_kg"),
        ({"order_lines": [{"order_id": "SO-1", "line_no": "10", "ordered_qty": ""}]}, (),
         "order_lines.ordered_qty"),
        ({"route_runs": runs(*RUNS, used_kg="")}, (), "route_runs.used_kg"),
        ({"orders": [{"order_id": "SO-1", "promised_on": "", "requested_on": ""}]}, (),
         "orders.promised_on"),
    ],
)  # fmt: skip
def test_what_is_missing_makes_the_route_not_known(
    tables: dict[str, Rows], absent: tuple[str, ...], missing: str
) -> None:
    result = judged(tables, absent=absent)
    assert codes(result) == []
    assert missing in result.not_known[0].missing
    assert "feasible_on" in result.sections["delivery"]


def test_a_run_of_today_alone_is_a_run() -> None:
    """The only run that does not lie behind departs today, before its cutoff."""
    past = runs(*RUNS[1:], departs_on="2026-02-20")
    found = delivery({"route_runs": past})
    assert (found["run_id"], found["feasible_on"]) == ("RR-0302", date(2026, 3, 3))


def test_an_empty_weight_does_not_matter_where_no_run_is_limited() -> None:
    tables = {
        "products": [{"sku": "SKU-1", "weight_kg": ""}], "route_runs": runs(*RUNS, capacity_kg="")
    }  # fmt: skip
    assert judged(tables).not_known == []


def test_an_order_with_nothing_left_to_deliver_is_clear() -> None:
    lines = [{"order_id": "SO-1", "line_no": "10", "shipped_qty": "100"}]
    result = judged({"order_lines": lines, **promised("2026-01-05")})
    assert (codes(result), result.not_known) == ([], [])


def test_an_unknown_time_zone_is_noted() -> None:
    case = a_case({"sites": [{"site_id": "D01", "timezone": "Mars/Olympus"}]})
    assert [note.code for note in check(case, SETTINGS).notes] == ["unknown_timezone"]
    assert problems(case) == []
    assert judged().notes == []


def test_an_order_without_a_promise_is_still_too_large_for_any_vehicle() -> None:
    undated = [{"order_id": "SO-1", "promised_on": "", "requested_on": "", "ship_on": "2026-03-05"}]
    lines = [{"order_id": "SO-1", "line_no": "10", "ordered_qty": "501"}]
    result = judged({"orders": undated, "order_lines": lines})
    assert codes(result) == ["exceeds_vehicle"]
    assert [unknown.missing for unknown in result.not_known] == [("orders.promised_on",)]
