"""Whatever text a cell holds, it arrives as it is, beside the number of its row."""

import csv
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.sources.stage import stage_csv
from tools.tables import tables

cell = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from("\",'\r\n#;"),
    max_size=12,
)  # fmt: skip


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=6))
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_cells_arrive_as_they_are(tmp_path: Path, quoting, line_end, written):
    file = tmp_path / "sites.csv"
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, quoting=quoting, lineterminator=line_end)
        writer.writerow(["site_id", "name", "extra"])
        for cells in written:  # csv itself leaves a lone carriage return unquoted
            if quoting == csv.QUOTE_MINIMAL:
                cells = [c.replace("\r", "") for c in cells]
            writer.writerow(cells)
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS stage")
        staged = stage_csv(connection, tables()["sites"], file, tmp_path)
        found = connection.execute(f"SELECT * FROM {staged.raw} ORDER BY _row").fetchall()
    strip = "\r" if quoting == csv.QUOTE_MINIMAL else ""
    expected = [
        (n, *(c.replace(strip, "") if strip else c for c in cells))
        for n, cells in enumerate(written, start=2)
    ]
    assert [(row[0], *(c or "" for c in row[1:])) for row in found] == expected
