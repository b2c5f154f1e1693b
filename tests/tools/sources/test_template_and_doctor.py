"""`template` writes a folder that works as it is; `doctor` says what a home lacks."""

from datetime import date
from pathlib import Path

import pytest

from agent.app.loading import doctor, load, write_template
from tools.errors import BadInput
from tools.snapshot import POINTER, pointer
from tools.sources.template import _example


def test_the_template_loads_without_a_warning(tmp_path, home):
    written = write_template(tmp_path / "new" / "folder")
    assert written[-1].name == "README.txt"
    assert len(written[-1].read_text().splitlines()) == 10
    report = load(tmp_path / "new" / "folder", home)
    assert (report.quarantined, report.warnings) == (0, [])
    assert set(report.tables.values()) == {1}
    assert set(report.tables) == set(_example(date(2026, 3, 2)))


def test_existing_files_are_not_overwritten(tmp_path):
    (tmp_path / "orders.csv").write_text("mine")
    with pytest.raises(BadInput, match=r"already has orders\.csv; give an empty folder"):
        write_template(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["orders.csv"]


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        write_template(tmp_path / "file" / "x")


def test_a_folder_that_may_not_be_looked_into_is_said_in_a_sentence(tmp_path, monkeypatch):
    def closed(self: Path, **_: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", closed)
    with pytest.raises(BadInput, match="cannot be written: Permission denied"):
        write_template(tmp_path / "closed")


def test_the_report_of_a_load_is_plain_json(folder, home):
    report = load(folder, home).as_json()
    assert list(report) == [
        "snapshot", "source", "profile", "tables", "quarantined", "quarantine", "warnings",
        "loaded_at",
    ]  # fmt: skip
    assert report["profile"] == "canonical"
    assert str(report["loaded_at"]).endswith("+00:00")


def test_a_sound_home_with_lists_is_healthy_and_names_what_is_not_known(folder, home):
    load(folder, home)
    report = doctor(home, ["EU-CFSP"])
    assert report.healthy
    assert report.not_known == {
        "route_risk": ["routes", "route_runs"],
        "compliance_issue": ["compliance_checks"],
        "approval_gap": ["staff"],
    }
    assert "route_risk is not known for any order: routes, route_runs missing" in report.warnings
    assert "orders" in report.present
    assert "claims" in report.absent


def test_without_stock_three_checks_are_not_known(folder, home):
    (folder / "stock.csv").unlink()
    load(folder, home)
    lacking = [check for check, tables in doctor(home).not_known.items() if tables == ["stock"]]
    assert lacking == ["stock_shortage", "customer_priority_conflict", "substitution_need"]


def test_no_required_lists_is_red(folder, home):
    load(folder, home)
    report = doctor(home)
    assert not report.healthy
    assert report.as_json()["healthy"] is False
    assert "required_lists is empty" in report.errors[0]


def test_a_home_without_data_is_red(home):
    report = doctor(home, ["EU-CFSP"])
    assert report.errors == [f"no data in {home}; run `holddesk load DIR` or `holddesk demo`"]
    assert report.snapshot is None


def test_a_damaged_snapshot_is_red(folder, home):
    load(folder, home)
    (home / pointer(home)["file"]).write_bytes(b"")
    assert "load DIR` again" in doctor(home, ["EU-CFSP"]).errors[0]
    (home / POINTER).write_text("")
    assert "is damaged" in doctor(home, ["EU-CFSP"]).errors[0]


def test_quarantine_and_freshness_are_shown(folder, home):
    (folder / "sites.csv").write_text("site_id,country\nD01,Germany\n")
    (folder / "source_freshness.csv").write_text(
        "table,source_system,extracted_at,rows\norders,ERP,2026-03-02T10:00:00+01:00,12\n"
    )
    load(folder, home)
    report = doctor(home, ["EU-CFSP"])
    assert report.quarantined == {"sites": 1}
    assert "sites: 1 rows are quarantined" in report.warnings
    assert report.freshness == [
        {
            "table": "orders",
            "source_system": "ERP",
            "extracted_at": "2026-03-02T09:00:00+00:00",
            "rows": 12,
        }
    ]


def shared_case(name: str) -> Path:
    return Path(__file__).parents[4] / "shared" / "cases" / name


@pytest.mark.skipif(
    not shared_case("dirty-rows").is_dir(), reason="the shared case dirty-rows is absent"
)
def test_the_dirty_case_sets_three_rows_aside(home):
    report = load(shared_case("dirty-rows"), home)
    assert report.quarantined == 3
    assert [row["column"] for row in report.quarantine] == ["line_no", "order_id", "ordered_qty"]
