"""A replay of a small company's past: as of then, resumable, compared, gated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from evals.commands import app
from evals.replay.gates import failed, load_gates
from tests.evals.replay.history import BASE, a_home, dated
from tools.errors import BadInput, Refused


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company; nothing in it changes."""
    return a_home(tmp_path_factory.mktemp("past"))


def replayed(home: Path, capfdbinary: Any, *options: str) -> dict[str, Any]:
    app(["replay", "--home", str(home), "--json", *options], standalone_mode=False)
    out: dict[str, Any] = orjson.loads(capfdbinary.readouterr().out)
    return out


def test_a_hold_is_judged_as_of_its_placement(home: Path, capfdbinary: Any):
    body = replayed(home, capfdbinary)
    assert body["holds"] == {"placed": 2, "judged": 1, "not_on_file": 1, "failed": {}}
    assert body["scores"]["classes"]["stock_shortage"]["f1"] == 1.0
    assert body["scores"]["guard_violations"] == 0


def test_the_span_is_from_a_day_on_and_before_a_day(home: Path, capfdbinary: Any):
    assert replayed(home, capfdbinary, "--from", "2026-03-01")["holds"]["placed"] == 1
    assert replayed(home, capfdbinary, "--to", "2026-03-02")["holds"]["placed"] == 1


LATER = "2026-03-05T08:00:00+01:00"


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("stock", f"D01,SKU-1,LATE,5000,0,{LATER}"),
        ("orders", BASE["orders"].splitlines()[1].replace("SO-1", "SO-7") + f",{LATER}"),
    ],
)
def test_rows_that_became_known_later_change_nothing(
    home: Path, table: str, row: str, tmp_path: Path, capfdbinary: Any
):
    stock = dated("stock").replace(",1000,0", ",60,0")
    text = stock if table == "stock" else dated(table)
    more = a_home(tmp_path, **{table: f"{text}\n{row}"})
    before, after = replayed(home, capfdbinary), replayed(more, capfdbinary)
    assert before["snapshot"] != after["snapshot"]
    assert before["chain"] == after["chain"]
    assert before["scores"] == after["scores"]


def test_a_row_that_was_known_then_changes_the_packet(home: Path, tmp_path: Path, capfdbinary: Any):
    stock = dated("stock").replace(",1000,0", ",59,0")
    more = a_home(tmp_path, stock=stock)
    assert replayed(home, capfdbinary)["chain"] != replayed(more, capfdbinary)["chain"]


def test_a_run_that_was_stopped_goes_on_where_it_was(home: Path, tmp_path: Path, capfdbinary: Any):
    whole = replayed(home, capfdbinary, "--out", str(tmp_path))
    (file,) = tmp_path.glob("judgements-*.jsonl")
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + lines[1][:40])

    again = replayed(home, capfdbinary, "--out", str(tmp_path))
    assert again["chain"] == whole["chain"]
    assert file.read_bytes().startswith(lines[0])


def test_two_files_of_rules_are_compared_case_by_case(home: Path, tmp_path: Path, capfdbinary: Any):
    shipped = Path("policies/rules.yaml").read_text(encoding="utf-8")
    other = tmp_path / "rules.yaml"
    other.write_text(shipped + "\ncompanies:\n  C1: {approval: {release_from: 1}}\n")

    found = replayed(home, capfdbinary, "--against", str(other))["comparison"]
    (case,) = found["cases"]
    assert (found["n"], found["changed"]) == (1, 1)
    assert "approval_gap" in case["judgement"]["classes"][1]
    assert any(name.startswith("finding missing") for name in case["packet"])
    assert found["right_in_the_first_only"] == 1


def test_a_gate_that_is_not_kept_ends_the_run_and_the_report_is_written(
    home: Path, tmp_path: Path, capfdbinary: Any
):
    gates = tmp_path / "gates.yaml"
    gates.write_text("- {figure: primary.value, bound: at least, value: 1.1, why: a test}\n")
    with pytest.raises(Refused, match="1 gates are not kept"):
        replayed(home, capfdbinary, "--gates", str(gates), "--out", str(tmp_path / "out"))
    for name in ("replay.json", "replay.md", "replay.html"):
        assert "primary.value is 1.0, at least 1.1 (a test)" in (
            (tmp_path / "out" / name).read_text(encoding="utf-8")
        )


def test_a_figure_without_any_case_is_no_kept_gate():
    gates = [gate for gate in load_gates(None) if gate.figure == "classes.route_risk.f1"]
    assert failed(gates, {"classes": {"route_risk": {"f1": None}}}) == [
        "classes.route_risk.f1 is not known in this run (class by class)"
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--from", "March"), "--from March is no date"),
        (("--from", "2027-01-01"), "there is no hold to replay"),
    ],
)
def test_wrong_input_is_one_sentence(
    home: Path, options: tuple[str, ...], says: str, capfdbinary: Any
):
    with pytest.raises(BadInput, match=says):
        replayed(home, capfdbinary, *options)


def test_a_wrong_gate_names_the_file_and_the_key(tmp_path: Path):
    file = tmp_path / "gates.yaml"
    file.write_text("- {figure: a, bound: above, value: 1, why: b}\n")
    with pytest.raises(BadInput, match=r"gates\.yaml: bound: .*; correct the gate"):
        load_gates(file)
