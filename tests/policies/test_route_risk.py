"""R1, R2 and the `delivery` part of a packet, with their fine print."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from policies.checks.route_risk import check
from tests.builders import a_case
from tests.policies.proving import SETTINGS, after, cited, codes, problems, the
from tests.policies.route_runs import (
    FULL_TILL_THE_3RD,
    NOON,
    RUNS,
    delivery,
    judged,
    promised,
    runs,
    value,
)
from tools.conventions import Conventions

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
