"""What changed between two versions: findings, figures and rows, before and after."""

from __future__ import annotations

from typing import Any

from agent.review.changes import differences
from agent.review.fingerprint import SECTIONS


def packet(fingerprint: str = "f1", **changes: Any) -> dict[str, Any]:
    row = {"customer_id": "C", "credit_limit": "100"}
    finding = {"code": "exposure_over_limit", "line_no": None, "severity": "medium",
               "values": {"excess": "calc.excess"}, "citations": ["credit_accounts/C"],
               "clears_when": {"text": "Pay.", "change": None}}  # fmt: skip
    body: dict[str, Any] = {name: {} for name in SECTIONS}
    body |= {
        "packet_id": f"SO-1.{fingerprint}", "order_id": "SO-1", "fingerprint": fingerprint,
        "as_of": "2026-03-10T12:00:00+00:00", "timezone": "Europe/Berlin",
        "credit": {"limit": "100", "currency": "EUR"},
        "calculations": {"calc.excess": {"value": "20", "unit": "EUR"}},
        "exceptions": [{"class": "credit_hold", "primary": True, "severity": "medium",
                        "findings": [finding]}],
        "evidence": {"orders/SO-1": {"status": "open"}, "credit_accounts/C": row},
        "stock": [{"line_no": 10, "short": "0"}, {"line_no": 20, "short": "5"}],
    }  # fmt: skip
    return body | changes


def test_versions_of_the_same_evidence_differ_in_nothing() -> None:
    made = differences(packet(), packet())
    assert made == {"since": "SO-1.f1", "findings": [], "figures": [], "rows": []}


def test_a_figure_is_given_before_and_after() -> None:
    after = packet("f2", credit={"limit": "80", "currency": "EUR"})
    assert differences(packet(), after)["figures"] == [
        {"path": "credit/limit", "before": "100", "after": "80"}
    ]


def test_a_line_is_told_apart_by_its_number_and_not_by_its_place() -> None:
    after = packet("f2", stock=[{"line_no": 5, "short": "1"}, *packet()["stock"]])
    paths = [one["path"] for one in differences(packet(), after)["figures"]]
    assert paths == ["stock/5/line_no", "stock/5/short"]


def test_a_finding_that_went_is_one_line() -> None:
    made = differences(packet(), packet("f2", exceptions=[]))
    assert made["findings"] == [{"finding": "credit_hold exposure_over_limit", "change": "gone"}]
    assert made["figures"] == []


def test_the_value_of_a_finding_that_stays_is_given() -> None:
    after = packet("f2", calculations={"calc.excess": {"value": "40", "unit": "EUR"}})
    (one,) = differences(packet(), after)["figures"]
    assert (one["before"], one["after"]) == (["20", "EUR"], ["40", "EUR"])


def test_a_row_shows_the_columns_that_differ() -> None:
    rows = {**packet()["evidence"], "credit_accounts/C": {"customer_id": "C", "credit_limit": "80"}}
    assert differences(packet(), packet("f2", evidence=rows))["rows"] == [
        {"ref": "credit_accounts/C", "before": {"credit_limit": "100"},
         "after": {"credit_limit": "80"}}
    ]  # fmt: skip


def test_a_row_that_only_one_version_rests_on_is_named() -> None:
    (row,) = differences(packet(), packet("f2", evidence={"orders/SO-1": {"status": "open"}}))[
        "rows"
    ]
    assert (row["ref"], row["after"]) == ("credit_accounts/C", None)


def test_a_version_without_evidence_has_nothing_to_compare() -> None:
    assert differences({"packet_id": "SO-1.v1"}, packet())["figures"] == []
