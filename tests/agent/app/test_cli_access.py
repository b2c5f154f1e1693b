"""`policy access`: who could do two duties, and who did, as an auditor would ask."""

from __future__ import annotations

from pathlib import Path

from tests.agent.app.conftest import HoldDesk


def test_the_breaches_of_the_demo_are_found_in_its_tables(demo_home: Path, holddesk: HoldDesk):
    report = holddesk("policy", "access", "--home", demo_home, "--json").json

    found = {(one["breach"], one["order_id"], one["person_id"]) for one in report["breaches"]}
    assert ("creator approved", "SO-1366", "P-01") in found
    assert report["read"]["approvals"] > 20
    assert all(one["refs"] and one["says"] for one in report["breaches"])


def test_conflicts_name_person_rule_and_control(demo_home: Path, holddesk: HoldDesk):
    report = holddesk("policy", "access", "--home", demo_home, "--json").json

    vogt = [one for one in report["conflicts"] if one["person_id"] == "P-05"]
    assert {one["rule"] for one in vogt} >= {"override and release"}
    assert {one["control"] for one in report["conflicts"]} <= {
        one["control"] for one in report["rule_set"]
    }
    assert not {one["person_id"] for one in report["conflicts"]} & {"P-23", "P-24", "P-25"}


def test_a_person_reads_breaches_first(demo_home: Path, holddesk: HoldDesk):
    said = holddesk("policy", "access", "--home", demo_home, columns=160).out

    assert said.index("breaches by data") < said.index("conflicts by right")
    assert "entered the order and approved it" in said
    assert "kept apart by the rule" in said


def test_a_company_without_staff_or_approvals_has_neither(tmp_path: Path, holddesk: HoldDesk):
    holddesk("template", tmp_path / "data")
    holddesk("load", tmp_path / "data", "--home", tmp_path / "home")

    said = holddesk("policy", "access", "--home", tmp_path / "home")

    assert (said.code, said.err) == (0, "")
    assert "no breach in the data read" in said.out
