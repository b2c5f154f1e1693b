"""Choosing: the primary class and the disposition, from what the checks found."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from policies.choose import Recommendation, primary_class, recommend
from policies.findings import Clearing, Finding, Sentence, Severity, Unknown
from policies.settings import ExceptionClass
from tests.policies.proving import SETTINGS
from tools.rows import Figure

NOTHING = Sentence("", {})
OTHER_CLASSES: list[ExceptionClass] = [
    "credit_hold", "price_mismatch", "approval_gap",
]  # fmt: skip
GOODS: list[ExceptionClass] = [
    "stock_shortage", "customer_priority_conflict", "substitution_need", "route_risk",
]  # fmt: skip


def finding(cls: ExceptionClass, severity: Severity = "medium") -> Finding:
    return Finding(cls, "code", NOTHING, Clearing(NOTHING), severity=severity)


def unknown(cls: ExceptionClass) -> Unknown:
    return Unknown(cls, ("table",), "it is not there")


def figure(name: str, value: Any, unit: str = "date") -> Figure:
    return Figure(name, value, unit, "by rule: test")


def short_line(**options: date) -> dict[str, Any]:
    """A short line with options of a kind and a day each."""
    return {
        "short": figure("stock.10.short", 5, "EA"), "needed": figure("stock.10.needed", 9, "EA"),
        "options": [{"kind": kind, "available_on": figure(kind, day)}
                    for kind, day in options.items()],
    }  # fmt: skip


def recommended(
    *findings: Finding, not_known: tuple[Unknown, ...] = (), forced: bool = False,
    stock: tuple[dict[str, Any], ...] = (), **more: Any,
) -> Recommendation:  # fmt: skip
    return recommend(list(findings), list(not_known), list(stock), forced=forced, **more)


# --- the primary class -----------------------------------------------------------------------


def test_law_comes_before_money_and_money_before_goods_and_paperwork():
    order = SETTINGS.general.primary_order
    found = [finding(cls) for cls in reversed(order)]
    for cls in order:
        assert primary_class(found, SETTINGS) == cls
        found.pop()


def test_a_low_finding_of_an_earlier_class_is_not_primary():
    found = [finding("credit_hold", "low"), finding("approval_gap")]

    assert primary_class(found, SETTINGS) == "approval_gap"


def test_only_low_findings_have_a_primary_class_too():
    found = [finding("route_risk", "low"), finding("stock_shortage", "low")]

    assert primary_class(found, SETTINGS) == "stock_shortage"


def test_nothing_found_has_no_primary_class():
    assert primary_class([], SETTINGS) is None


# --- the disposition -------------------------------------------------------------------------


def test_nothing_found_may_ship():
    assert recommended().disposition == "ship"


def test_low_findings_do_not_keep_an_order_from_shipping():
    assert recommended(finding("route_risk", "low")).disposition == "ship"


@pytest.mark.parametrize("severity", ["low", "medium", "high"])
def test_a_compliance_finding_holds_whatever_its_severity(severity: Severity):
    found = recommended(finding("compliance_issue", severity), finding("stock_shortage"))

    assert found.disposition == "hold"
    assert not next(o for o in found.options if o.disposition == "ship").feasible


@pytest.mark.parametrize("cls", ["compliance_issue", "credit_hold"])
def test_compliance_or_credit_that_is_not_known_holds(cls: ExceptionClass):
    assert recommended(not_known=(unknown(cls),)).disposition == "hold"


def test_another_class_that_is_not_known_ships_subject_to_it():
    found = recommended(not_known=(unknown("route_risk"), unknown("price_mismatch")))

    assert found.disposition == "ship"
    assert found.subject_to == ("price_mismatch", "route_risk")


def test_a_forced_hold_is_not_shipped_although_nothing_is_found():
    found = recommended(forced=True)

    assert found.disposition == "hold"
    assert not next(o for o in found.options if o.disposition == "ship").feasible


@pytest.mark.parametrize("cls", OTHER_CLASSES)
def test_money_prices_and_paperwork_are_escalated(cls: ExceptionClass):
    assert recommended(finding(cls)).disposition == "escalate"


@pytest.mark.parametrize("cls", GOODS)
def test_goods_that_nothing_serves_are_escalated(cls: ExceptionClass):
    assert recommended(finding(cls), stock=(short_line(),)).disposition in ("escalate", "wait")


def test_the_earliest_option_in_full_is_recommended():
    early, late = date(2026, 3, 9), date(2026, 3, 12)
    found = finding("stock_shortage")

    by_waiting = recommended(found, stock=(short_line(inbound=early, substitute=late),))
    by_substitute = recommended(found, stock=(short_line(inbound=late, substitute=early),))

    assert by_waiting.disposition == "wait"
    assert by_substitute.disposition == "substitute"


def test_a_part_is_recommended_where_nothing_serves_in_full():
    stock = (short_line(partial=date(2026, 3, 2)),)

    assert recommended(finding("stock_shortage"), stock=stock).disposition == "split"


def test_no_part_is_recommended_where_the_order_takes_none():
    stock = (short_line(partial=date(2026, 3, 2)),)
    found = recommended(finding("stock_shortage"), stock=stock, may_split=False)

    assert found.disposition == "escalate"


def test_an_option_serves_in_full_only_where_it_serves_every_short_line():
    served, not_served = short_line(inbound=date(2026, 3, 9)), short_line()
    found = recommended(finding("stock_shortage"), stock=(served, not_served))

    assert not next(o for o in found.options if o.disposition == "wait").feasible


def test_money_is_decided_before_goods_are_waited_for():
    stock = (short_line(inbound=date(2026, 3, 9)),)
    found = recommended(finding("stock_shortage"), finding("credit_hold"), stock=stock)

    assert found.disposition == "escalate"


# --- the reasons that stand beside the options -----------------------------------------------


def reason(found: Recommendation, disposition: str) -> str:
    """Why an option of a recommendation is feasible or not."""
    return next(o.why.template for o in found.options if o.disposition == disposition)


@pytest.mark.parametrize("path", ["wait", "split", "substitute"])
def test_where_nothing_is_short_no_goods_are_said_to_be_missing(path: str):
    assert reason(recommended(finding("credit_hold")), path) == "No line is short."


@pytest.mark.parametrize("path", ["wait", "split", "substitute"])
def test_where_stock_is_not_known_nothing_is_said_about_it(path: str):
    found = recommended(not_known=(unknown("stock_shortage"),))

    assert reason(found, path) == "Whether a line is short is not known."


def test_where_goods_are_missing_the_options_say_what_is_not_on_file():
    found = recommended(finding("stock_shortage"), stock=(short_line(),))

    assert reason(found, "substitute") == "No usable substitute is on file."
    assert reason(found, "split") == "No part of a line that is short can go now."


def test_an_order_that_takes_no_part_says_so():
    found = recommended(finding("stock_shortage"), stock=(short_line(),), may_split=False)

    assert reason(found, "split") == "Order or customer takes no part delivery."


def test_a_late_run_is_waited_for_as_a_delivery_and_not_as_goods():
    day = figure("delivery.earliest_on", date(2026, 3, 12))
    found = recommended(finding("route_risk"), delivery_on=day)

    assert found.disposition == "wait"
    assert next(o for o in found.options if o.disposition == "wait").available_on == day
    assert reason(found, "wait") == "A later run takes it, after the promise."


def test_nobody_is_told_to_wait_for_a_run_that_is_not_on_file():
    found = recommended(finding("route_risk"))

    assert found.disposition == "escalate"
    assert reason(found, "wait") == "No run on file takes it."


def test_a_run_that_comes_later_brings_no_goods_that_are_short():
    day = figure("delivery.earliest_on", date(2026, 3, 12))
    found = recommended(
        finding("route_risk"), finding("stock_shortage"), stock=(short_line(),), delivery_on=day
    )

    assert found.disposition == "escalate"
    assert reason(found, "wait") == "No dated supply or transfer completes the order."


def test_a_substitute_serves_a_blocked_product_that_is_not_short():
    line = {**short_line(substitute=date(2026, 3, 2)), "short": figure("stock.10.short", 0, "EA")}
    found = recommended(finding("substitution_need"), stock=(line,))

    assert found.disposition == "substitute"


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (recommended(finding("credit_hold")), "Findings stand against shipping."),
        (recommended(finding("compliance_issue", "low")), "Findings stand against shipping."),
        (recommended(forced=True), "A forced hold is active."),
        (recommended(not_known=(unknown("credit_hold"),)),
         "Credit or compliance is not known."),
        (recommended(), "No finding stands against shipping."),
    ],
)  # fmt: skip
def test_shipping_names_what_stands_against_it(found: Recommendation, why: str):
    assert reason(found, "ship") == why
