"""Date cases of peers' suites (D..): lead days, cutoffs, calendars and windows."""

from __future__ import annotations

from datetime import date, datetime

from policies.settings import Rules
from tests.conformance.reading import Tables, delivery, stock

EVERY_DAY = "1,2,3,4,5,6,7"


def site(**columns: str) -> Tables:
    """The depot."""
    return {"sites": [{"site_id": "D01", **columns}]}


def route(**columns: str) -> Tables:
    """The route of the order."""
    return {"routes": [{"route_id": "R1", **columns}]}


def runs(*days: str) -> Tables:
    """Runs of the route on these days, with room for the order."""
    return {"route_runs": [{"run_id": f"RR-{day}", "route_id": "R1", "departs_on": day,
                            "status": "open"} for day in days]}  # fmt: skip


def promised(day: str, ordered: str = "2026-02-27", **columns: str) -> Tables:
    """The order with a promise for a day."""
    row = {"order_id": "SO-1", "promised_on": day, "requested_on": day, **columns}
    return {"orders": [{**row, "ordered_at": f"{ordered}T09:00:00+01:00"}]}


def _ships(rules: Rules, *parts: Tables, as_of: str) -> date:
    found: date = stock(rules, *parts, as_of=datetime.fromisoformat(as_of))["ship_date"]
    return found


def d01_the_ship_date_is_the_promise_less_the_lead(rules: Rules) -> None:
    """Ordered on Monday 2 March: promised in 5 days, 3 of them on the way."""
    rows = (site(working_weekdays=EVERY_DAY), route(lead_days="3"), promised("2026-03-07"))
    assert _ships(rules, *rows, as_of="2026-03-02T09:00:00+01:00") == date(2026, 3, 4)


def d03_each_stage_of_five_days_and_a_date_moved(rules: Rules) -> None:
    day, days = "2018-12-18T09:00:00+01:00", site(working_weekdays=EVERY_DAY)
    order = promised("2019-01-17", "2018-12-18")
    for lead, left in (
        ("5", date(2019, 1, 12)),
        ("10", date(2019, 1, 7)),
        ("15", date(2019, 1, 2)),
    ):
        assert _ships(rules, days, route(lead_days=lead), order, as_of=day) == left
    moved = promised("2019-01-22", "2018-12-18")
    follows = (days, route(lead_days="15"), moved)
    assert _ships(rules, *follows, as_of=day) == date(2019, 1, 7)
    own: Tables = {"order_lines": [{"order_id": "SO-1", "line_no": "10", "ship_on": "2019-01-02"}]}
    assert _ships(rules, *follows, own, as_of=day) == date(2019, 1, 2)


def d04_before_and_after_the_cutoff(rules: Rules) -> None:
    days = runs("2021-10-04", "2021-10-05")
    for cutoff in ("09:00", "10:00"):
        before = datetime.fromisoformat(f"2021-10-04T{cutoff}:00+02:00")
        times = [(before, "RR-2021-10-04", date(2021, 10, 5)),
                 (before.replace(second=1), "RR-2021-10-05", date(2021, 10, 6))]  # fmt: skip
        for moment, run, delivered in times:
            said = delivery(
                rules, days, route(cutoff_time=cutoff), promised("2021-10-08", "2021-10-04"),
                as_of=moment,
            )  # fmt: skip
            assert (said["run_id"], said["feasible_on"]) == (run, delivered)


def d06_the_latest_action_is_the_cutoff_on_the_clock_of_the_site(rules: Rules) -> None:
    paris = (site(timezone="Europe/Paris"), route(cutoff_time="09:00"))
    wanted = promised("2021-10-07", "2021-10-04")
    said = delivery(rules, *paris, wanted, runs("2021-10-05", "2021-10-06"),
                    as_of=datetime.fromisoformat("2021-10-04T09:00:00+02:00"))  # fmt: skip
    moment = said["latest_action_at"]
    assert moment.isoformat() == "2021-10-06T09:00:00+02:00"
    assert moment == datetime.fromisoformat("2021-10-06T07:00:00+00:00")


def d07_cutoff_calendar_and_delivery_days(rules: Rules) -> None:
    """Lead, then cutoff, then the calendar, then the windows of Monday and Friday."""
    moments = [
        ("0", "2020-03-26T18:00:00+01:00", date(2020, 3, 27)),
        ("0", "2020-03-27T08:00:00+01:00", date(2020, 3, 27)),
        ("0", "2020-03-27T18:00:00+01:00", date(2020, 3, 30)),
        ("0", "2020-03-28T08:00:00+01:00", date(2020, 3, 30)),
        ("4", "2020-03-23T08:00:00+01:00", date(2020, 3, 27)),
        ("4", "2020-03-23T18:00:00+01:00", date(2020, 3, 30)),
        ("4", "2020-03-24T08:00:00+01:00", date(2020, 3, 30)),
    ]
    march = runs(*(f"2020-03-{day}" for day in range(23, 32)))
    for lead, moment, delivered in moments:
        for cutoff in ("09:00", "10:00"):
            windows = route(cutoff_time=cutoff, lead_days=lead, delivery_weekdays="1,5")
            said = delivery(
                rules, march, windows, promised("2020-04-30", "2020-03-20"),
                as_of=datetime.fromisoformat(moment),
            )  # fmt: skip
            assert said["feasible_on"] == delivered, (lead, moment)
