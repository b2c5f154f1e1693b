"""R1, R2 and the `delivery` part of a packet, with their fine print."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from policies.checks.route_risk import check
from policies.findings import CheckResult
from tests.builders import Rows, a_case
from tests.policies.proving import SETTINGS, after, cited, codes, problems, the
from tools.conventions import Conventions

NOON = datetime.fromisoformat("2026-03-02T14:00:00+01:00")
RUNS = ("RR-0302", "RR-0303", "RR-0304", "RR-0305", "RR-0306")


def judged(tables: dict[str, Rows] | None = None, **more: Any) -> CheckResult:
    return check(a_case(tables, **more), SETTINGS)


def value(entry: Any) -> Any:
    return getattr(entry, "value", entry)


def delivery(tables: dict[str, Rows] | None = None, **more: Any) -> dict[str, Any]:
    section = judged(tables, **more).sections["delivery"]
    return {key: value(entry) for key, entry in section.items()}


def promised(day: str) -> dict[str, Rows]:
    return {"orders": [{"order_id": "SO-1", "promised_on": day, "requested_on": day}]}


def runs(*ids: str, **values: str) -> Rows:
    return [{"run_id": run_id, **values} for run_id in ids]


FULL_TILL_THE_3RD = {
    **promised("2026-03-04"), "route_runs": runs("RR-0302", "RR-0303", used_kg="950"),
}  # fmt: skip


# --- the section -----------------------------------------------------------------------------


def test_the_next_run_delivers_the_next_working_day() -> None:
    found = delivery()
    assert found["feasible_on"] == date(2026, 3, 3)
    assert found["run_id"] == "RR-0302"
    assert found["binding_constraint"] is None


def test_the_last_cutoff_that_keeps_the_promise_is_the_latest_action() -> None:
    """D06: a promise of Friday closes at the cutoff of Thursday, on the clock of the site."""
    found = delivery()
    assert found["latest_action_at"] == datetime.fromisoformat("2026-03-05T14:00:00+01:00")
    assert found["latest_action_at"].isoformat() == "2026-03-05T14:00:00+01:00"


def test_the_next_two_runs_say_what_is_free_and_why_one_does_not_fit() -> None:
    found = judged(FULL_TILL_THE_3RD).sections["delivery"]
    first = {key: value(entry) for key, entry in found["next_runs"][0].items()}
    assert first["run_id"] == "RR-0302"
    assert (first["free_kg"], first["fits"], first["why_not"]) == (50, False, "capacity_kg")
    assert len(found["next_runs"]) == 2
    assert {key: value(entry) for key, entry in found["fits_now"].items()} == {
        "run_id": "RR-0302", "all": False, "weight_kg": 50, "volume_m3": 1,
    }  # fmt: skip


def test_weight_and_volume_are_those_of_the_open_stocked_lines_in_base_units() -> None:
    lines = [
        {"order_id": "SO-1", "line_no": "10", "uom": "BOX", "ordered_qty": "3", "shipped_qty": "1"},
        {"order_id": "SO-1", "line_no": "20", "sku": "SKU-2", "uom": "EA", "ordered_qty": "5",
         "fulfilment": "drop_ship"},
    ]  # fmt: skip
    found = delivery({"order_lines": lines})
    assert (found["weight_kg"], found["volume_m3"]) == (48, Decimal("0.24"))


def test_delivery_waits_for_the_goods_and_stock_binds() -> None:
    """Goods in full on the 9th: delivery on the 10th, and no route finding."""
    tables = {
        "stock": [{"site_id": "D01", "sku": "SKU-1", "batch_id": "", "on_hand_qty": "60"}],
        "supplies": [{"supply_id": "PO-1", "kind": "purchase", "sku": "SKU-1", "to_site_id": "D01",
                      "open_qty": "100", "expected_on": "2026-03-09", "confirmed": "true"}],
        "route_runs": [{"run_id": "RR-0309", "route_id": "R1", "departs_on": "2026-03-09",
                        "status": "open"}],
    }  # fmt: skip
    result = judged(tables)
    assert codes(result) == []
    found = delivery(tables)
    assert found["feasible_on"] == date(2026, 3, 10)
    assert found["binding_constraint"] == "stock"


def test_goods_that_never_come_leave_the_delivery_empty() -> None:
    tables = {"stock": [{"site_id": "D01", "sku": "SKU-1", "batch_id": "", "on_hand_qty": "60"}]}
    found = delivery(tables)
    assert (found["feasible_on"], found["binding_constraint"]) == (None, "stock")
    assert found["earliest_on"] == date(2026, 3, 3)


def test_unknown_stock_is_not_reported_for_the_route() -> None:
    result = judged(absent=("stock",))
    assert result.not_known == []
    section = result.sections["delivery"]
    assert section["feasible_on"] is None
    assert "not known" in section["why"]
    assert value(section["earliest_on"]) == date(2026, 3, 3)


# --- R1 --------------------------------------------------------------------------------------


def test_runs_without_room_make_the_order_late() -> None:
    case = a_case(FULL_TILL_THE_3RD)
    result = check(case, SETTINGS)
    finding = the(result, "late")
    assert finding.values["binding_constraint"] == "capacity_kg"
    assert {"route_runs/RR-0303", "routes/R1", "orders/SO-1"} <= cited(finding)
    found = {key: value(entry) for key, entry in result.sections["delivery"].items()}
    assert found["feasible_on"] == date(2026, 3, 5)
    assert found["binding_constraint"] == "capacity_kg"
    assert found["latest_action_at"] is None
    assert problems(case) == []


def test_the_room_that_is_lacking_is_the_change_and_a_kilo_less_is_not_enough() -> None:
    case = a_case(FULL_TILL_THE_3RD)
    change = the(check(case, SETTINGS), "late").clears_when.change
    assert change == {
        "kind": "row",
        "ref": "route_runs/RR-0303",
        "field": "used_kg",
        "value": "800",
    }
    assert codes(check(after(case, change), SETTINGS)) == []
    assert codes(check(after(case, change, value="801"), SETTINGS)) == ["late"]


def test_delivery_on_the_very_promise_is_in_time() -> None:
    assert codes(judged(promised("2026-03-03"))) == []
    assert codes(judged(promised("2026-03-02"))) == ["late"]


def test_the_cutoff_is_met_at_the_very_minute_and_missed_a_second_later() -> None:
    assert codes(judged(promised("2026-03-03"), as_of=NOON)) == []
    late = judged(promised("2026-03-03"), as_of=NOON.replace(second=1))
    assert the(late, "late").values["binding_constraint"] == "cutoff"
    case = a_case(promised("2026-03-03"), as_of=NOON.replace(second=1))
    assert problems(case) == []


def test_the_earliest_promise_clears_it_and_a_day_less_does_not() -> None:
    case = a_case(promised("2026-03-03"), as_of=NOON.replace(second=1))
    change = the(check(case, SETTINGS), "late").clears_when.change
    assert change == {"kind": "order", "field": "promised_on", "value": "2026-03-04"}
    assert "late" not in codes(check(after(case, change), SETTINGS))
    assert "late" in codes(check(after(case, change, value="2026-03-03"), SETTINGS))


def test_a_cutoff_days_before_lies_working_days_earlier() -> None:
    """A run of Monday that closes a working day before closes on Friday."""
    tables = {
        **promised("2026-03-03"), "routes": [{"route_id": "R1", "cutoff_days_before": "1"}],
    }  # fmt: skip
    friday = datetime.fromisoformat("2026-02-27T14:00:00+01:00")
    assert codes(judged(tables, as_of=friday)) == []
    assert codes(judged(tables)) == ["late"]


def test_the_convention_says_when_a_run_closes_where_the_route_does_not() -> None:
    tables = promised("2026-03-03")
    assert codes(judged(tables, conventions=Conventions(route_closing_days=1))) == ["late"]


@pytest.mark.parametrize(
    ("values", "binding"),
    [
        ({"used_kg": "800"}, None),
        ({"used_kg": "800.5"}, "capacity_kg"),
        ({"status": "full"}, "capacity_kg"),
        ({"used_m3": "9"}, None),
        ({"used_m3": "9.001"}, "capacity_m3"),
        ({"used_stops": "19"}, None),
        ({"used_stops": "20"}, "capacity_stops"),
        ({"used_stops": "20", "used_m3": "10"}, "capacity_m3"),
        ({"status": "closed"}, "no_run"),
        ({"status": "cancelled"}, "no_run"),
        ({"used_kg": "900", "capacity_kg": ""}, None),
    ],
)
def test_the_first_failing_test_of_the_last_run_binds(
    values: dict[str, str], binding: str | None
) -> None:
    case = a_case({**promised("2026-03-03"), "route_runs": runs("RR-0302", **values)})
    result = check(case, SETTINGS)
    found = [finding.values["binding_constraint"] for finding in result.findings]
    assert found == ([binding] if binding else [])
    assert problems(case) == []


def test_a_run_on_a_day_without_work_is_bound_by_the_calendar() -> None:
    tables = {
        **promised("2026-03-03"),
        "calendar_days": [{"site_id": "D01", "day": "2026-03-02", "working": "false"}],
    }
    case = a_case(tables)
    assert the(check(case, SETTINGS), "late").values["binding_constraint"] == "calendar"
    assert problems(case) == []


def test_of_the_runs_that_would_do_the_last_one_binds() -> None:
    """The run of the 2nd has closed, that of the 3rd is full: full is what binds."""
    tables = {
        **promised("2026-03-04"), "route_runs": runs("RR-0303", used_stops="20"),
    }  # fmt: skip
    late = judged(tables, as_of=NOON.replace(hour=15))
    assert the(late, "late").values["binding_constraint"] == "capacity_stops"


def test_a_run_that_has_departed_is_bound_by_its_cutoff() -> None:
    past = [{"run_id": "RR-0227", "route_id": "R1", "departs_on": "2026-02-27", "status": "open"}]
    case = a_case({**promised("2026-03-02"), "route_runs": past})
    assert the(check(case, SETTINGS), "late").values["binding_constraint"] == "cutoff"
    assert codes(judged(promised("2026-03-02"))) == ["late"]
    finding = the(judged(promised("2026-03-02")), "late")
    assert finding.values["binding_constraint"] == "no_run"
    assert problems(case) == []


def test_open_runs_of_which_none_fits_are_late_without_a_date() -> None:
    case = a_case({"route_runs": runs(*RUNS, used_kg="1000")})
    result = check(case, SETTINGS)
    assert the(result, "late").values["earliest_on"] is None
    assert result.sections["delivery"]["feasible_on"] is None
    assert problems(case) == []


def test_a_promise_that_is_past_is_already_late() -> None:
    case = a_case(promised("2026-02-27"))
    finding = the(check(case, SETTINGS), "already_late")
    assert codes(check(case, SETTINGS)) == ["already_late"]
    assert codes(check(after(case, finding.clears_when.change), SETTINGS)) == [
        "promise_after_request"
    ]
    assert problems(case) == []


def test_the_promise_is_the_earliest_among_the_open_lines() -> None:
    line = {"order_id": "SO-1", "line_no": "20", "sku": "SKU-2", "uom": "EA", "ordered_qty": "1",
            "promised_on": "2026-03-02", "requested_on": "2026-03-02"}  # fmt: skip
    case = a_case({"order_lines": [line]})
    change = the(check(case, SETTINGS), "late").clears_when.change
    assert change == {"kind": "line", "line_no": 20, "field": "promised_on", "value": "2026-03-03"}
    assert "late" not in codes(check(after(case, change), SETTINGS))
    assert codes(judged({"order_lines": [{**line, "shipped_qty": "1"}]})) == []


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
