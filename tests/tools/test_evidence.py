"""Evidence queries: one SELECT each, parameters only, one set of rows whatever the set's size."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from agent.app.loading import load, write_template
from tests.builders import AS_OF, BASE
from tools.conventions import Conventions
from tools.evidence import LOOKUP, gather, look_up, registry, scalar, utc
from tools.snapshot import Snapshot, current_snapshot
from tools.sources.lookups import LOOKUPS
from tools.tables import tables

WRITES = re.compile(
    r"\b(insert|update|delete|create|drop|alter|copy|attach|install|load|set|pragma|call|export|"
    r"read_csv|read_text|read_blob|read_parquet|glob|query|query_table)\b",
    re.IGNORECASE,
)


def a_company(tmp_path: Path, **changed: str) -> Snapshot:
    """The clean company, loaded, with the text of some tables replaced."""
    folder = tmp_path / "company"
    folder.mkdir()
    for table, text in {**BASE, **changed}.items():
        if text:
            (folder / f"{table}.csv").write_text(text + "\n", encoding="utf-8")
    load(folder, tmp_path / "home", None)
    return current_snapshot(tmp_path / "home")


@pytest.fixture
def company(tmp_path: Path) -> Snapshot:
    return a_company(tmp_path)


@pytest.mark.parametrize("name", sorted(registry()))
def test_every_query_is_exactly_one_select(name: str) -> None:
    sql = registry()[name].sql
    statements = duckdb.extract_statements(sql)
    assert [s.type for s in statements] == [duckdb.StatementType.SELECT]
    code = "\n".join(line.split("--")[0] for line in sql.splitlines())
    assert not WRITES.search(code)
    assert "{" not in code


@pytest.mark.parametrize("name", sorted(registry()))
def test_every_query_reads_what_was_visible_at_the_moment(name: str) -> None:
    sql = registry()[name].sql
    read = set(re.findall(r"main\.(\w+)", sql))
    published = {f"{name}_at" for name in (*tables(), *LOOKUPS)}
    assert read <= published | {"_quarantine"}
    assert "$as_of" in sql


def test_the_registry_covers_every_table_that_a_check_reads() -> None:
    evidence = {q.table for q in registry().values() if q.subject != LOOKUP} - {"set_aside"}
    assert evidence == set(tables())


def test_an_order_alone_and_in_a_set_has_the_same_rows(company: Snapshot) -> None:
    alone = gather(company, ["SO-1"], AS_OF)
    among = gather(company, ["SO-404", "SO-1"], AS_OF)
    assert alone.rows == among.rows
    assert [row.ref for row in alone.all("order_lines")] == ["order_lines/SO-1/10"]


def test_the_orders_of_the_group_are_read_where_the_group_is_judged_as_one(tmp_path: Path) -> None:
    rows = ("CU-1,CU-9,One", "CU-2,CU-9,Two", "CU-3,,Three", "CU-9,,Head")
    customers = "\n".join(("customer_id,parent_customer_id,name", *rows))
    head, own = BASE["orders"].splitlines()
    others = [own.replace("SO-1,", f"SO-{n},").replace("CU-1,", f"CU-{n},") for n in (2, 3)]
    orders = "\n".join([head, own, *others])
    snapshot = a_company(tmp_path, customers=customers, orders=orders)
    whole = gather(snapshot, ["SO-1"], AS_OF, Conventions(credit_scope="group"))
    alone = gather(snapshot, ["SO-1"], AS_OF)
    assert [row.ref for row in whole.all("orders")] == ["orders/SO-1", "orders/SO-2"]
    assert [row["customer_id"] for row in whole.all("credit_accounts")] == ["CU-1", "CU-2"]
    assert [row.ref for row in alone.all("orders")] == ["orders/SO-1"]


def test_rows_carry_reference_hash_and_snapshot(company: Snapshot) -> None:
    book = gather(company, ["SO-1"], AS_OF)
    row = book.all("stock")[0]
    assert row.ref == "stock/D01/SKU-1/"
    assert row.hash == gather(company, ["SO-1"], AS_OF).all("stock")[0].hash
    assert book.snapshot_id == company.id


def test_the_template_folder_can_be_gathered(tmp_path: Path) -> None:
    write_template(tmp_path / "t")
    load(tmp_path / "t", tmp_path / "home", None)
    snapshot = current_snapshot(tmp_path / "home")
    found = look_up(snapshot, "orders_between", AS_OF.replace(year=2100), states=["open", "blocked"],
                    first=None, last=utc(AS_OF.replace(year=2100)))  # fmt: skip
    assert found


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        utc(AS_OF.replace(tzinfo=None))


def test_values_are_short_decimals_and_empty_text_is_empty() -> None:
    from decimal import Decimal

    assert str(scalar(Decimal("100.000000000000"))) == "100"
    assert str(scalar(Decimal("0.100000000000"))) == "0.1"
    assert scalar("") is None
