"""Exports, replays, erasures and archives by command line, on the demo company."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.agent.app.conftest import HoldDesk

DECIDED = "D-SO-1042.v1.1"


@pytest.fixture
def decided(home: Path, holddesk: HoldDesk) -> Path:
    """A home in which one packet was decided on."""
    said = holddesk("decide", "SO-1042", "reject", "--reason", "stock first", "--as", "u.neumann",
                    "--home", home)  # fmt: skip
    assert said.code == 0, said
    return home


def rows_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_decision_is_performed_again_byte_for_byte(decided: Path, holddesk: HoldDesk):
    said = holddesk("audit", "replay", DECIDED, "--as", "u.schreiber", "--home", decided, "--json")

    assert said.code == 0, said.err
    assert said.json["same"] is True
    assert said.json["fingerprint"] == said.json["fingerprint_again"]
    assert said.json["differences"] == []


def test_a_decision_is_performed_again_after_a_newer_load_and_other_rules(
    decided: Path, tables: Path, holddesk: HoldDesk
):
    assert holddesk("load", tables, "--home", decided).code == 0
    rules = decided / "rules.yaml"
    rules.write_text(rules.read_text() + "\ngeneral: {stale_order_days: 1}\n")

    said = holddesk("audit", "replay", DECIDED, "--home", decided, "--json")

    assert said.code == 0, said.err
    assert said.json["same"] is True
    assert said.json["policy_now"] != said.json["policy_version"]


def test_a_replay_without_its_snapshot_says_which_one_to_restore(decided: Path, holddesk: HoldDesk):
    for file in (decided / "snapshots").iterdir():
        file.unlink()

    holddesk("audit", "replay", DECIDED, "--home", decided).refuses(3, "snap-", "restore")


def test_a_decision_that_is_not_there_is_told_with_the_newest(decided: Path, holddesk: HoldDesk):
    holddesk("audit", "replay", "D-404", "--home", decided).refuses(2, "D-404", DECIDED)


def test_the_audit_is_not_for_everybody_and_the_attempt_is_kept(decided: Path, holddesk: HoldDesk):
    holddesk("audit", "export", "--as", "u.jensen", "--home", decided).refuses(1, "auditor")

    rows = rows_of(holddesk("audit", "export", "--names", "--home", decided).out)
    denied = [row for row in rows[:-1] if row["event"] == "audit.export_denied"]
    assert [(row["actor"], row["verdict"], row["context"]["roles"]) for row in denied] == [
        ("u.jensen", "deny", "warehouse")
    ]


def test_an_export_reconciles_by_sequence(decided: Path, tmp_path: Path, holddesk: HoldDesk):
    file = tmp_path / "trail.jsonl"
    assert holddesk("audit", "export", "--out", file, "--home", decided).code == 0

    *rows, last = rows_of(file.read_text())
    footer = last["footer"]
    assert [row["seq"] for row in rows] == list(range(1, footer["rows"] + 1))
    assert (footer["first_seq"], footer["last_seq"]) == (1, footer["rows"])
    assert rows[-1]["hash"] == footer["last_hash"]
    key = decided / "audit" / "signing.pub"
    said = holddesk("audit", "verify", "--export", file, "--public-key", key)
    assert (said.code, "signed" in said.out) == (0, True)


@pytest.mark.parametrize("line", [0, 40, -2])
def test_an_export_that_was_changed_names_its_line(
    line: int, decided: Path, tmp_path: Path, holddesk: HoldDesk
):
    file = tmp_path / "trail.jsonl"
    holddesk("audit", "export", "--out", file, "--home", decided)
    lines = file.read_text().splitlines(keepends=True)
    at = range(1, len(lines) + 1)[line]
    lines[line] = lines[line].replace('"actor_kind":"', '"actor_kind":"x')
    file.write_text("".join(lines))

    holddesk("audit", "verify", "--export", file).refuses(2, f"line {at}")


def test_an_export_without_its_last_rows_does_not_fit_its_footer(
    decided: Path, tmp_path: Path, holddesk: HoldDesk
):
    file = tmp_path / "trail.jsonl"
    holddesk("audit", "export", "--out", file, "--home", decided)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:-3], lines[-1]]))

    holddesk("audit", "verify", "--export", file).refuses(2, "footer")


def test_a_csv_export_has_every_field_and_a_footer(decided: Path, holddesk: HoldDesk):
    said = holddesk("audit", "export", "--format", "csv", "--home", decided)

    header, *rows, footer = list(csv.reader(io.StringIO(said.out, newline="")))
    assert {"actor", "on_behalf_of", "company_id", "decision_id", "request_id"} <= set(header)
    assert footer[0] == "footer"
    assert json.loads(footer[1])["rows"] == len(rows)
    assert not [c for row in rows for c in row if c.startswith(("=", "+", "-", "@"))]


def test_a_time_that_is_none_is_told(decided: Path, holddesk: HoldDesk):
    for words, found in (
        (("--from", "yesterday"), "2026-03-02"),
        (("--from", "2026-03-02", "--to", "2026-03-01"), "--from is not before --to"),
        (("--format", "xml"), "jsonl, csv"),
    ):
        holddesk("audit", "export", *words, "--home", decided).refuses(2, found)


def test_an_export_of_another_time_has_no_rows_and_still_its_footer(
    decided: Path, holddesk: HoldDesk
):
    (last,) = rows_of(holddesk("audit", "export", "--to", "2020-01-01", "--home", decided).out)

    assert last["footer"]["rows"] == 0


def test_erasing_a_person_takes_two_people_and_leaves_role_and_authority(
    decided: Path, holddesk: HoldDesk
):
    erase = ("audit", "erase", "u.neumann", "--home", decided, "--as")
    holddesk(*erase, "u.jensen").refuses(1, "admin and compliance")
    assert "second person" in holddesk(*erase, "u.keller").out
    assert "second person" in holddesk(*erase, "u.keller").out
    assert "is erased" in holddesk(*erase, "u.solberg").out
    holddesk(*erase, "u.solberg").refuses(2, "nobody named u.neumann")

    assert holddesk("audit", "verify", "--home", decided).code == 0
    said = holddesk("audit", "export", "--names", "--home", decided)
    assert "u.neumann" not in said.out
    (decision,) = [r for r in rows_of(said.out)[:-1] if r["event"] == "decision.reject"]
    assert decision["actor"].startswith("p-")
    assert decision["context"]["roles"] == "credit_control"
    assert int(decision["context"]["authority"]) > 0


def test_outside_a_demo_home_nobody_erases_with_a_name_alone(loaded: Any, holddesk: HoldDesk):
    home = loaded()
    assert holddesk("work", "--home", home).code == 0

    holddesk("audit", "erase", "u.x", "--home", home).refuses(1, "sign in")


def test_what_is_within_the_retention_is_never_cut(decided: Path, holddesk: HoldDesk):
    holddesk("audit", "retain", "--until", "2026-01-01", "--home", decided).refuses(2, "7 years")


def test_a_checkpoint_says_what_to_keep_elsewhere(decided: Path, holddesk: HoldDesk):
    said = holddesk("audit", "checkpoint", "--home", decided, "--json")

    assert said.json["seq"] > 100
    copies = ("--checkpoints", decided / "audit")
    assert holddesk("audit", "verify", *copies, "--home", decided).code == 0
    holddesk("audit", "verify", "--checkpoints", decided, "--home", decided).refuses(2, "copy")


def events_of(home: Path, holddesk: HoldDesk, name: str) -> list[dict[str, Any]]:
    rows = rows_of(holddesk("audit", "export", "--names", "--home", home).out)
    return [row for row in rows[:-1] if row["event"] == name]


def test_who_reads_what_others_may_not_see_is_kept(decided: Path, holddesk: HoldDesk):
    before = len(events_of(decided, holddesk, "read.masked_columns"))
    for command in (("review", "SO-1042"), ("ask", "why is SO-1042 blocked?")):
        assert holddesk(*command, "--as", "u.neumann", "--home", decided).code == 0

    kept = events_of(decided, holddesk, "read.masked_columns")[before:]
    assert [(row["actor"], row["order_id"], row["body"]["command"]) for row in kept] == [
        ("u.neumann", "SO-1042", "review"),
        ("u.neumann", "SO-1042", "ask"),
    ]
    assert "credit" in kept[0]["body"]["groups"]
    assert kept[0]["context"]["auth"] == "demo"


def test_a_review_by_nobody_in_particular_stores_nothing(decided: Path, holddesk: HoldDesk):
    before = events_of(decided, holddesk, "read.masked_columns")
    assert holddesk("review", "SO-1042", "--home", decided).code == 0

    assert events_of(decided, holddesk, "read.masked_columns") == before


def test_what_cannot_be_kept_is_not_shown(decided: Path, holddesk: HoldDesk):
    (decided / "audit.head").unlink()

    holddesk("review", "SO-1042", "--as", "u.neumann", "--home", decided).refuses(1, "audit")
