"""What is read from a sound cell: the very value, in the type of its column."""

from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.sources.cells import reading, trimmed
from tools.sources.stage import typed_cell
from tools.tables import Column

UNIT = Decimal("1e-12")
WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
CONNECTION = duckdb.connect()
CONNECTION.execute("SET TimeZone = 'Pacific/Auckland'")


def read(kind: str, cell: str) -> object:
    column = Column("x", kind, ("a", "b"))
    sql = f"SELECT {reading(column)} FROM (SELECT {trimmed('x')} AS x FROM (SELECT $cell AS x))"
    return CONNECTION.execute(sql, {"cell": cell}).fetchone()[0]


digits = st.text("0123456789", min_size=1, max_size=20)


@settings(max_examples=200, deadline=None)
@given(whole=digits, part=st.text("0123456789", max_size=30), sign=st.sampled_from(["", "-", "+"]))
def test_a_decimal_comes_back_exactly_or_rounded_half_up_to_twelve_places(whole, part, sign):
    cell = f"{sign}{whole}.{part}"
    assert read("decimal", cell) == Decimal(cell).quantize(UNIT, context=WIDE)


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_a_float_of_a_parquet_file_is_taken_by_its_shortest_digits(number):
    sql = f"SELECT {typed_cell('x', 'DOUBLE', 'decimal')} FROM (SELECT $x::DOUBLE AS x)"
    cell = CONNECTION.execute(sql, {"x": number}).fetchone()[0]
    assert read("decimal", cell) == Decimal(repr(number)).quantize(UNIT, context=WIDE)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e30"])
def test_a_float_that_is_no_amount_does_not_parse(number):
    sql = f"SELECT {typed_cell('x', 'DOUBLE', 'decimal')} FROM (SELECT $x::DOUBLE AS x)"
    cell = CONNECTION.execute(sql, {"x": float(number)}).fetchone()[0]
    assert cell is not None
    assert read("decimal", cell) is None


@settings(max_examples=100, deadline=None)
@given(st.datetimes(datetime(1900, 1, 2), datetime(9999, 12, 30)), st.integers(-840, 840))  # noqa: DTZ001
def test_a_timestamp_is_moved_to_utc_whatever_the_zone_of_the_machine(moment, offset):
    hours, minutes = divmod(abs(offset), 60)
    cell = f"{moment.isoformat()}{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"
    expected = datetime.fromisoformat(cell).timestamp()
    stored = read("timestamp", cell)
    assert datetime.fromisoformat(f"{stored}+00:00").timestamp() == expected


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", "  \u00a0 padded\t", "padded"),
        ("text", "   ", None),
        ("integer", "+07", 7),
        ("integer", "-3", -3),
        ("decimal", ".5", Decimal("0.5")),
        ("decimal", "5.", Decimal(5)),
        ("bool", "TRUE", True),
        ("bool", "No", False),
        ("bool", "0", False),
        ("date", "9999-12-31", date(9999, 12, 31)),
        ("date", "0000-01-01", None),
        ("time", "14:00", time(14)),
        ("time", "24:00", None),
        ("timestamp", "2026-03-02 10:00+05", datetime(2026, 3, 2, 5)),  # noqa: DTZ001
        ("timestamp", "9999-12-31T23:59:59-01:00", None),
        ("weekdays", "1, 2 ,7", "1,2,7"),
        ("enum", "a", "a"),
        ("enum", "A", None),
        ("currency", "EUR", "EUR"),
        ("country", "de", None),
    ],
)
def test_a_cell_reads_as(kind, cell, value):
    assert read(kind, cell) == value


def test_a_key_column_that_may_be_empty_may_be_missing(folder, loaded, rows):
    (folder / "stock.csv").write_text("site_id,sku,on_hand_qty\nS-1,SKU-1,40\n")
    assert loaded().quarantined == 0
    (row,) = rows("SELECT batch_id, on_hand_qty FROM stock")
    assert row["batch_id"] is None


def test_a_byte_order_mark_and_a_capital_header_are_no_matter(folder, loaded, rows):
    (folder / "sites.csv").write_text("Site_ID,NAME\r\nD01,x\r\n", encoding="utf-8-sig")
    loaded()
    assert rows("SELECT site_id, name FROM sites") == [{"site_id": "D01", "name": "x"}]


def test_parquet_types_are_read_as_their_columns_say(folder, loaded, rows):
    query = """SELECT 'H-1' AS hold_id, 'SO-1' AS order_id, 10.0::DOUBLE AS line_no,
      TIMESTAMPTZ '2026-03-02 10:00+01' AS placed_at, TIMESTAMP '2026-03-09' AS review_on,
      true AS forced, 401.0::DOUBLE AS code, 0.1::FLOAT AS extra"""
    (folder / "holds.csv").unlink()
    duckdb.connect().execute(f"COPY ({query}) TO '{folder / 'holds.parquet'}'")
    loaded()
    (row,) = rows("SELECT line_no, placed_at, review_on, forced, code, extra, _row FROM holds")
    assert list(row.values()) == [
        10,
        datetime(2026, 3, 2, 9),  # noqa: DTZ001
        date(2026, 3, 9),
        True,
        "401",
        "0.1",
        1,
    ]


def test_a_parquet_timestamp_needs_a_zone_and_a_date_no_hour(folder, loaded):
    query = """SELECT * FROM (VALUES
      ('H-1', TIMESTAMP '2026-03-02 10:00', NULL), ('H-2', NULL, TIMESTAMP '2026-03-09 10:00')
      ) v(hold_id, placed_at, review_on)"""
    (folder / "holds.csv").unlink()
    duckdb.connect().execute(f"COPY ({query}) TO '{folder / 'holds.parquet'}'")
    found = loaded().quarantine
    assert [(row["file"], row["row"], row["column"]) for row in found] == [
        ("holds.parquet", 1, "placed_at"),
        ("holds.parquet", 2, "review_on"),
    ]
