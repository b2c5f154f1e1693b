"""What is wrong with a folder or a file is said in one sentence that names it."""

import tracemalloc
from pathlib import Path

import duckdb
import pytest

from agent.app.loading import load
from tools.errors import BadInput, NotFound


def refusal(folder: Path, home: Path) -> str:
    with pytest.raises(BadInput) as caught:
        load(folder, home)
    said = str(caught.value)
    assert "\n" not in said
    assert not list(home.rglob("*.duckdb"))
    assert not list(home.glob(".load-*"))
    return said


def test_a_missing_folder_is_not_found(tmp_path, home):
    with pytest.raises(NotFound, match=r"no folder .*nowhere"):
        load(tmp_path / "nowhere", home)


def test_a_file_is_no_folder(folder, home):
    assert "is a file; give the folder" in refusal(folder / "orders.csv", home)


def test_an_empty_folder_holds_no_table(tmp_path, home):
    (tmp_path / "empty").mkdir()
    assert "holds no table" in refusal(tmp_path / "empty", home)


def test_a_folder_of_other_files_holds_no_table(tmp_path, home):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("hello")
    assert "holds no table" in refusal(tmp_path / "other", home)


@pytest.mark.parametrize("name", ["prices.xlsx", "Payments.txt", "routes.csv.gz"])
def test_a_table_in_a_format_that_is_not_read_is_a_warning(folder, home, name):
    (folder / name).write_bytes(b"x")
    (warning,) = load(folder, home).warnings
    assert warning.startswith(f"{name} is not read; save it as ")
    assert warning.endswith(".csv (CSV UTF-8)")


def test_files_that_are_no_table_are_left_alone_without_a_word(folder, home):
    (folder / "notes.txt").write_text("hello")
    assert load(folder, home).warnings == []


def test_a_missing_required_table_is_named(folder, home):
    (folder / "products.csv").unlink()
    assert "lacks products" in refusal(folder, home)


@pytest.mark.parametrize(
    ("name", "meant"), [("ordrs", "orders"), ("order-lines", "order_lines"), ("Stocks", "stock")]
)
def test_an_unknown_table_gets_a_suggestion(folder, home, name, meant):
    (folder / f"{name}.csv").write_text("a\n1\n")
    said = refusal(folder, home)
    assert said.startswith(f"{name}.csv: unknown table {name}")
    assert said.endswith(f"did you mean {meant}?")


def test_an_unknown_table_like_no_other_gets_the_list(folder, home):
    (folder / "zzzz.csv").write_text("a\n1\n")
    assert "the tables are customers, credit_accounts" in refusal(folder, home)


def test_one_table_in_two_files_is_refused(folder, home):
    (folder / "orders.parquet").write_bytes(b"")
    assert "orders.csv and orders.parquet are the same table" in refusal(folder, home)


def test_a_folder_in_the_place_of_a_file_is_refused(folder, home):
    (folder / "sites.csv").mkdir()
    assert refusal(folder, home) == "sites.csv is not a file"


def test_other_files_and_hidden_ones_are_left_alone(folder, home):
    (folder / "README.md").write_text("hello")
    (folder / ".~lock.orders.csv").write_text("x")
    assert load(folder, home).quarantined == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "sites.csv is empty; it needs at least its header row"),
        (b"\n\n", "sites.csv is empty; it needs at least its header row"),
        (b"PK\x03\x04\x00\x00", "sites.csv is not a CSV file"),
        (b"site_id\n" + b"x" * 9000 + b"\n\0\n", "row 3 holds a NUL byte"),
        ("site_id\nD01\n".encode("utf-16"), "sites.csv is UTF-16"),
        ("site_id,name\nD01,Köln\n".encode("latin-1"), "sites.csv: line 2 is not UTF-8"),
        (b"site_id,name,NAME\nD01,a,b\n", "the header names NAME twice"),
        (b"site_id,,name\nD01,a,b\n", "sites.csv: column 2 has no name"),
        (b"name\nDepot\n", "sites.csv has no column site_id, which is part of the table's key"),
        (b"sit_id,name\nD01,Depot\n", "sites.csv has no column site_id; is sit_id meant?"),
        (b"site_id;name\nD01;Depot\n", "its cells must be separated by commas"),
        (b"site_id,_row\nD01,1\n", "a column must not begin with an underscore (_row)"),
        (b'site_id,name\nD01,"a"b\n', "sites.csv: row 2 is not valid CSV"),
        (b'site_id,name\nD01,a\nD02,"open\n', "sites.csv: row 3 is not valid CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_row(folder, home, content, said):
    (folder / "sites.csv").write_bytes(content)
    assert said in refusal(folder, home)


def test_a_huge_cell_fails_fast_and_takes_little_memory(folder, home):
    with (folder / "sites.csv").open("wb") as handle:
        handle.write(b"site_id,name\nD01,ok\nD02,")
        for _ in range(100):
            handle.write(b"x" * 1_000_000)
    tracemalloc.start()
    said = refusal(folder, home)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "sites.csv: row 3 is longer than 1,000,000 characters" in said
    assert peak < 20_000_000


def test_a_huge_cell_of_many_lines_fails_as_well(folder, home):
    (folder / "sites.csv").write_text('site_id,name\nD01,"' + "line\n" * 300_000 + '"\n')
    assert "row 2 is longer than 1,000,000 characters; is a quote left open?" in refusal(
        folder, home
    )


def test_a_long_cell_below_the_limit_is_kept(folder, home, rows):
    (folder / "sites.csv").write_text("site_id,name\nD01," + "x" * 999_000 + "\n")
    load(folder, home)
    assert rows("SELECT length(name) AS n FROM sites") == [{"n": 999_000}]


def test_a_broken_parquet_file_is_named(folder, home):
    (folder / "sites.parquet").write_bytes(b"PAR1 no parquet PAR1")
    assert refusal(folder, home) == "sites.parquet cannot be read as Parquet"


def test_a_huge_parquet_cell_is_refused(folder, home):
    query = "SELECT 'D01' AS site_id, repeat('x', 1000001) AS name"
    duckdb.connect().execute(f"COPY ({query}) TO '{folder / 'sites.parquet'}'")
    assert "a cell of name is over 1,000,000 characters" in refusal(folder, home)


def test_an_unknown_profile_is_refused(folder, home):
    with pytest.raises(BadInput, match="no profile sap; known are canonical, wwi"):
        load(folder, home, "sap")


def test_a_folder_that_lacks_files_of_its_profile_is_refused(folder, home):
    with pytest.raises(BadInput, match=r"profile wwi needs Orders\.parquet"):
        load(folder, home, "wwi")


def test_a_home_that_cannot_be_written_is_said_in_a_sentence(folder, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput, match=r"cannot be written .*give another with --home"):
        load(folder, tmp_path / "file" / "home")
