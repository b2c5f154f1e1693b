"""A snapshot is read only, answers one SELECT at a time, and says so when it cannot be read."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from agent.app.loading import load
from tools.errors import NotFound, Unavailable
from tools.snapshot import POINTER, Snapshot, current_snapshot, pointer
from tools.sources.template import write_template


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("company")
    write_template(source, date(2026, 3, 2))
    return source


@pytest.fixture(scope="module")
def pristine(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    loaded = tmp_path_factory.mktemp("pristine") / "home"
    load(company, loaded)
    return loaded


@pytest.fixture
def home(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "home"))


@pytest.fixture
def snapshot(home: Path) -> Iterator[Snapshot]:
    with current_snapshot(home) as opened:
        yield opened


def file_of(home: Path) -> Path:
    return home / pointer(home)["file"]


def test_a_query_gives_names_and_rows(snapshot):
    sql = "SELECT order_id, customer_id FROM orders_at($t) WHERE list_contains($ids, order_id)"
    found = snapshot.select(sql, {"t": datetime(2026, 3, 2, 9, tzinfo=UTC), "ids": ["SO-1"]})
    assert found == (["order_id", "customer_id"], [("SO-1", "C-1")])


def test_it_knows_its_id_and_what_the_source_had(snapshot, home):
    assert snapshot.id == pointer(home)["snapshot"]
    orders, claims = snapshot.tables["orders"], snapshot.tables["claims"]
    assert (orders.present, orders.rows, orders.quarantined, orders.dated) == (True, 1, 0, False)
    assert (claims.present, claims.rows) == (False, 0)


def test_an_aware_time_is_compared_in_utc(snapshot):
    sql = "SELECT $t::TIMESTAMP"
    moment = datetime.fromisoformat("2026-03-02T10:00:00+01:00")
    assert snapshot.select(sql, {"t": moment})[1] == [(datetime(2026, 3, 2, 9),)]  # noqa: DTZ001


NOT_ONE_SELECT = [
    "INSERT INTO orders (order_id) VALUES ('x')",
    "UPDATE orders SET status = 'released'",
    "DELETE FROM orders",
    "DROP TABLE orders",
    "CREATE TABLE x (a INTEGER)",
    "CREATE TEMP TABLE orders AS SELECT 1",
    "CREATE TEMP MACRO sum(x) AS 0",
    "ALTER TABLE orders ADD COLUMN x INTEGER",
    "SELECT 1; DROP TABLE orders",
    "SELECT 1; SELECT 2",
    "",
    "COPY orders TO '/tmp/stolen.csv'",
    "EXPORT DATABASE '/tmp/stolen'",
    "ATTACH ':memory:' AS other",
    "DETACH other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA database_list",
    "CALL enable_logging()",
    "CHECKPOINT",
    "BEGIN",
    "USE memory",
    "PREPARE p AS SELECT 1",
    "VACUUM",
    "CREATE SECRET s (TYPE s3)",
    "EXPLAIN SELECT 1",
]


@pytest.mark.parametrize("sql", NOT_ONE_SELECT)
def test_what_is_not_exactly_one_select_is_refused_before_it_runs(snapshot, sql):
    with pytest.raises(ValueError, match="one SELECT at a time"):
        snapshot.select(sql, {})


OUTSIDE = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_parquet('/etc/passwd')",
    "SELECT * FROM read_duckdb('/tmp/other.duckdb')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM 'https://example.com/x.csv'",
    "SELECT * FROM parquet_metadata('/etc/passwd')",
    "SELECT getenv('HOME')",
    "SELECT * FROM company",
    "SELECT * FROM query('DROP TABLE orders')",
    "SELECT * FROM enable_logging(storage = 'file', storage_config = {'path': '/tmp/log'})",
    "SELECT * FROM enable_profiling()",
    "SELECT * FROM force_checkpoint()",
    "SELECT * FROM duckdb_secrets()",
    "WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x",
]


@pytest.mark.parametrize("sql", OUTSIDE)
def test_a_select_reaches_nothing_outside_the_file(snapshot, home, sql):
    company = [(1,)]  # a Python variable that must not be found by its name
    before = file_of(home).read_bytes()
    with pytest.raises(duckdb.Error):
        snapshot.select(sql, {})
    assert company
    assert file_of(home).read_bytes() == before


def test_another_snapshot_beside_it_cannot_be_read(snapshot, home, tmp_path):
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE secret AS SELECT 1 AS x")
    with pytest.raises(duckdb.Error):
        snapshot.select(f"SELECT * FROM read_duckdb('{other}', table_name = 'secret')", {})


def test_no_setting_can_be_changed_even_past_the_gate(snapshot):
    cursor = snapshot._connection.cursor()
    for sql in ("SET enable_external_access = true", "SET lock_configuration = false",
                "SET memory_limit = '10GB'", "RESET ALL"):  # fmt: skip
        with pytest.raises(duckdb.Error):
            cursor.execute(sql)


def test_a_file_opened_again_is_locked_as_well_and_reads_in_utc(snapshot, home):
    with Snapshot.open(file_of(home)) as again:
        sql = "SELECT current_setting('lock_configuration'), current_setting('TimeZone')"
        assert again.select(sql, {})[1] == snapshot.select(sql, {})[1] == [(True, "UTC")]


def test_what_one_query_makes_temporary_no_other_query_sees(snapshot):
    snapshot._connection.cursor().execute("CREATE TEMP TABLE orders AS SELECT 'x' AS order_id")
    assert snapshot.select("SELECT order_id FROM main.orders", {})[1] == [("SO-1",)]


ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE a.range + b.range = 7"


def test_a_query_that_takes_too_long_is_stopped_and_the_next_one_runs(home):
    with Snapshot.open(file_of(home), timeout_s=0.2) as snapshot:
        started = time.monotonic()
        with pytest.raises(Unavailable, match=r"longer than 0\.2 s"):
            snapshot.select(ENDLESS, {})
        assert time.monotonic() - started < 2
        assert snapshot.select("SELECT 1", {})[1] == [(1,)]


def test_only_the_query_that_takes_too_long_is_stopped(home):
    with Snapshot.open(file_of(home), timeout_s=0.3) as snapshot:
        errors: list[BaseException] = []

        def slow() -> None:
            try:
                snapshot.select(ENDLESS, {})
            except Unavailable as error:
                errors.append(error)

        thread = threading.Thread(target=slow)
        thread.start()
        while thread.is_alive():
            assert snapshot.select("SELECT count(*) FROM orders", {})[1] == [(1,)]
        thread.join()
        assert len(errors) == 1


def test_a_query_that_needs_too_much_memory_is_stopped(home):
    with Snapshot.open(file_of(home), memory_limit="64MB") as snapshot:
        with pytest.raises(Unavailable, match="more memory than allowed"):
            snapshot.select("SELECT string_agg(range::VARCHAR) FROM range(100000000)", {})
        assert snapshot.select("SELECT 1", {})[1] == [(1,)]


def test_a_file_may_be_opened_twice_in_one_process(home):
    with (
        Snapshot.open(file_of(home)) as first,
        Snapshot.open(file_of(home), memory_limit="1GB") as b,
    ):
        assert first.select("SELECT 1", {}) == b.select("SELECT 1", {})
    with current_snapshot(home) as again:
        assert again.id == first.id


def test_another_process_may_read_the_same_file(snapshot, home):
    code = (
        "import sys; from pathlib import Path; from tools.snapshot import current_snapshot; "
        "print(current_snapshot(Path(sys.argv[1])).id)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(home)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert ran.stdout.strip() == snapshot.id


def test_a_reader_keeps_its_snapshot_while_a_newer_one_is_published(company, home, tmp_path):
    newer = tmp_path / "newer"
    write_template(newer, date(2026, 3, 3))
    with current_snapshot(home) as old:
        load(newer, home)
        with current_snapshot(home) as new:
            sql = "SELECT ordered_at::DATE FROM orders"
            assert old.select(sql, {})[1] == [(date(2026, 3, 2),)]
            assert new.select(sql, {})[1] == [(date(2026, 3, 3),)]
            assert old.id != new.id


@pytest.mark.parametrize(
    "home_name", ["nothing", "nothing/there"], ids=["missing home", "missing parent"]
)
def test_a_home_without_data_says_how_to_get_some(tmp_path, home_name):
    with pytest.raises(NotFound, match="run `holddesk load DIR` or `holddesk demo`"):
        current_snapshot(tmp_path / home_name)


def test_a_home_that_is_a_file_has_no_data(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotFound, match="no data in"):
        current_snapshot(tmp_path / "file")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"snapshot": "x"}', "null", "\x00"])
def test_a_damaged_pointer_is_said_in_a_sentence(home, content):
    (home / POINTER).write_text(content)
    with pytest.raises(
        Unavailable, match=r"current\.json is damaged; run `holddesk load DIR` again"
    ):
        current_snapshot(home)


def test_a_pointer_out_of_the_home_is_not_followed(home, tmp_path):
    text = (home / POINTER).read_text().replace("snapshots/", "../elsewhere/")
    (home / POINTER).write_text(text)
    with pytest.raises(Unavailable, match="damaged"):
        current_snapshot(home)


def test_a_removed_snapshot_says_to_load_again(home):
    file_of(home).unlink()
    with pytest.raises(Unavailable, match="is missing; run `holddesk load DIR` again"):
        current_snapshot(home)


def test_a_snapshot_of_something_else_says_to_load_again(home):
    file = file_of(home)
    file.unlink()
    duckdb.connect(str(file)).close()
    with pytest.raises(Unavailable, match="is no snapshot of holddesk"):
        current_snapshot(home)


def test_a_snapshot_of_another_version_says_to_load_again(home):
    with duckdb.connect(str(file_of(home))) as connection:
        connection.execute("UPDATE _meta SET value = '999' WHERE key = 'version'")
    with pytest.raises(Unavailable, match="of another version"):
        current_snapshot(home)


@pytest.mark.parametrize("damage", [b"", b"not a database", b"\x00" * 5000])
def test_a_file_that_is_no_database_is_damaged(home, damage):
    file_of(home).write_bytes(damage)
    with pytest.raises(Unavailable, match="load DIR` again"):
        current_snapshot(home)


def test_damage_anywhere_in_the_file_is_unavailable_and_never_wrong_rows(home, tmp_path):
    content = file_of(home).read_bytes()
    sql = "SELECT order_id, status, customer_id FROM orders"
    for n in range(0, len(content), max(1, len(content) // 40)):
        spoiled = tmp_path / f"spoiled-{n}.duckdb"
        spoiled.write_bytes(content[:n] + b"\xa5" * 4096 + content[n + 4096 :])
        try:
            with Snapshot.open(spoiled) as snapshot:
                assert snapshot.select(sql, {})[1] == [("SO-1", "blocked", "C-1")]
        except Unavailable:
            continue
