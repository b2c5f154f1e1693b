"""A row that cannot be used is set aside with its place and its reason; the others are kept."""

import pytest

LINES = "order_id,line_no,sku,ordered_qty,unit_price\n"


def places(found):
    return [(row["table"], row["row"], row["column"]) for row in found]


@pytest.mark.parametrize(
    ("table", "header", "cells", "column", "reason"),
    [
        ("order_lines", "ordered_qty", "ten", "ordered_qty", "is no decimal number"),
        ("order_lines", "ordered_qty", '"1,000"', "ordered_qty", "is no decimal number"),
        ("order_lines", "ordered_qty", "NaN", "ordered_qty", "is no decimal number"),
        ("order_lines", "ordered_qty", "Infinity", "ordered_qty", "is no decimal number"),
        ("order_lines", "ordered_qty", "1e3", "ordered_qty", "is no decimal number"),
        ("order_lines", "ordered_qty", "9" * 27, "ordered_qty", "is no decimal number"),
        ("order_lines", "ordered_qty", "-1", "ordered_qty", "is impossible: below 0"),
        ("order_lines", "price_per", "0", "price_per", "is impossible: not above 0"),
        ("order_lines", "discount_pct", "100.5", "discount_pct", "is impossible: above 100"),
        ("order_lines", "parent_line_no", "1.5", "parent_line_no", "is no whole number"),
        ("order_lines", "price_source", "guess", "price_source", "is none of: contract, promotion"),
        ("orders", "ordered_at", "2026-03-02T10:00:00", "ordered_at", "timestamp with an offset"),
        ("orders", "ordered_at", "2026-02-30T10:00:00Z", "ordered_at", "timestamp with an offset"),
        ("orders", "promised_on", "2026-02-30", "promised_on", "is no date"),
        ("orders", "promised_on", "2026-03-02T00:00:00+01:00", "promised_on", "is no date"),
        ("orders", "promised_on", "02.03.2026", "promised_on", "is no date"),
        ("orders", "currency", "Euro", "currency", "is no currency code"),
        ("orders", "ship_complete", "maybe", "ship_complete", "neither true nor false"),
        ("orders", "status", "Open", "status", "is none of: draft, open"),
    ],
)
def test_a_cell_that_does_not_parse_or_is_impossible(
    quarantine, table, header, cells, column, reason
):
    start = {
        "order_lines": ("order_id,line_no,sku", "SO-1,10,SKU-1"),
        "orders": ("order_id,customer_id", "SO-1,C-1"),
    }[table]
    found = quarantine(table, f"{start[0]},{header}\n{start[1]},{cells}\n")
    assert (found[0]["table"], found[0]["file"], found[0]["row"]) == (table, f"{table}.csv", 2)
    assert found[0]["column"] == column
    assert found[0]["reason"].startswith(column)
    assert reason in found[0]["reason"]


def test_times_weekdays_and_countries_are_checked(quarantine):
    found = quarantine(
        "ship_tos",
        "ship_to_id,country,receiving_weekdays,window_from\n"
        'S1,Germany,"1,2",08:00\nS2,DE,"1,8",08:00\nS3,DE,"1,2",25:00\nS4,DE,"1, 2",08:00\n',
    )
    assert [row["column"] for row in found] == ["country", "receiving_weekdays", "window_from"]


@pytest.mark.parametrize("column", ["amount", "open_amount", "disputed_amount"])
def test_a_negative_invoice_amount_says_that_the_kind_carries_the_sign(quarantine, column):
    (row,) = quarantine("invoices", f"invoice_id,kind,{column}\nI-1,credit_note,-5\n")
    assert row["column"] == column
    assert "amounts are ≥ 0 for every kind, the kind carries the sign" in row["reason"]


@pytest.mark.parametrize(
    ("table", "text", "reason"),
    [
        (
            "prices",
            "price_id,valid_from,valid_to\nP,2026-03-02,2026-03-01\n",
            "valid_to is before valid_from",
        ),
        ("prices", "price_id,min_qty,max_qty\nP,10,9\n", "max_qty is below min_qty"),
        (
            "staff",
            "user_id,absent_from,absent_to\nu,2026-03-02,2026-03-01\n",
            "absent_to is before absent_from",
        ),
        (
            "sites",
            "site_id,recorded_at,superseded_at\nD01,2026-03-02T00:00Z,2026-03-01T00:00Z\n",
            "superseded_at is before recorded_at",
        ),
    ],
)
def test_an_end_before_its_start_is_impossible(quarantine, table, text, reason):
    (row,) = quarantine(table, text)
    assert row["reason"] == f"is impossible: {reason}"


def test_a_row_without_its_key_is_set_aside_without_a_reference(quarantine):
    (row,) = quarantine("sites", "site_id,name\n,Depot\n")
    assert (row["column"], row["reason"], row["ref"]) == (
        "site_id",
        "site_id is empty, and is part of the key",
        None,
    )


def test_a_key_part_that_may_be_empty_may_be_empty(quarantine):
    assert quarantine("stock", "site_id,sku,batch_id,on_hand_qty\nS-1,SKU-1,,5\n") == []


def test_of_rows_with_the_same_key_the_first_is_kept(quarantine, rows):
    found = quarantine(
        "sites", "site_id,name\nD01,first\nD01,second\nD01,first\n D01 , first \nD02,x\n"
    )
    assert places(found) == [("sites", n, "site_id") for n in (3, 4, 5)]
    assert [row["duplicate_of_kept"] for row in found] == [False, True, True]
    assert {row["ref"] for row in found} == {"sites/D01"}
    assert rows("SELECT name, _row FROM sites ORDER BY site_id") == [
        {"name": "first", "_row": 2},
        {"name": "x", "_row": 6},
    ]


def test_an_unusable_row_does_not_take_the_key_of_a_sound_one(quarantine, rows):
    found = quarantine("sites", "site_id,country\nD01,Germany\nD01,DE\n")
    assert places(found) == [("sites", 2, "country")]
    assert rows("SELECT country FROM sites") == [{"country": "DE"}]


def test_equal_numbers_written_differently_are_exact_duplicates(quarantine):
    text = LINES + "SO-1,10,SKU-1,5,10\nSO-1,010,SKU-1,5.0,10.00\n"
    (row,) = quarantine("order_lines", text)
    assert row["duplicate_of_kept"] is True


VERSIONS = "site_id,name,recorded_at,superseded_at\n"


def test_versions_that_follow_each_other_share_a_key(quarantine):
    text = VERSIONS + "D01,a,,2026-01-01T00:00Z\nD01,b,2026-01-01T00:00Z,\n"
    assert quarantine("sites", text) == []


def test_versions_that_overlap_a_kept_one_are_set_aside(quarantine, rows):
    found = quarantine(
        "sites",
        VERSIONS + "D01,a,2026-01-01T00:00Z,2026-01-10T00:00Z\n"
        "D01,b,2026-01-05T00:00Z,2026-01-15T00:00Z\n"
        "D01,c,2026-01-12T00:00Z,2026-01-20T00:00Z\n"
        "D01,d,2026-01-20T00:00Z,\nD01,e,2026-01-02T00:00Z,2026-01-03T00:00Z\n",
    )
    assert [row["row"] for row in found] == [3, 6]
    assert [r["name"] for r in rows("SELECT name FROM sites ORDER BY name")] == ["a", "c", "d"]


@pytest.mark.parametrize(
    ("line", "column", "target"),
    [("SO-404,10,SKU-1,5,10", "order_id", "orders"), ("SO-1,10,SKU-404,5,10", "sku", "products")],
)
def test_a_line_of_an_unknown_order_or_product_is_set_aside(quarantine, line, column, target):
    (row,) = quarantine("order_lines", f"{LINES}{line}\n")
    assert row["column"] == column
    assert row["reason"].startswith(f"{column} names no row of {target}")


def test_an_order_of_an_unknown_customer_takes_its_lines_along(quarantine):
    found = quarantine("orders", "order_id,customer_id\nSO-1,C-404\n")
    assert places(found) == [("orders", 2, "customer_id"), ("order_lines", 2, "order_id")]


def test_what_is_empty_refers_to_nothing_and_is_kept(quarantine, rows):
    assert quarantine("order_lines", "order_id,line_no,sku,fulfilment\nSO-1,20,,text\n") == []
    assert rows("SELECT sku FROM order_lines") == [{"sku": None}]


def test_other_dangling_references_keep_their_row(quarantine):
    assert quarantine("holds", "hold_id,order_id\nH-1,SO-404\n") == []


def test_a_row_with_more_cells_than_the_header_is_set_aside(quarantine, rows):
    found = quarantine("sites", "site_id,name\nD01,Smith, Inc\nD02,ok\nD03,x,\n")
    assert [(row["row"], row["column"]) for row in found] == [(2, None), (4, None)]
    assert found[0]["reason"] == "the row has more cells than the header"
    assert found[0]["raw"] == {"site_id": "D01", "name": "Smith", "": [" Inc"]}
    assert found[0]["site_id"] == "D01"
    assert rows("SELECT site_id FROM sites") == [{"site_id": "D02"}]


def test_a_row_with_fewer_cells_is_filled_up_with_not_known(quarantine, rows):
    assert quarantine("sites", "site_id,name,country\nD01\n") == []
    assert rows("SELECT name, country FROM sites") == [{"name": None, "country": None}]


def test_empty_lines_are_counted_as_rows_and_left_out(quarantine):
    found = quarantine("sites", "site_id,country\n\nD01,DE\n\nD02,Germany\n,\n")
    assert places(found) == [("sites", 5, "country"), ("sites", 6, "site_id")]


def test_cells_with_line_ends_are_one_row(quarantine, rows):
    found = quarantine("sites", 'site_id,name,country\nD01,"a\r\nb\rc\nd",DE\nD02,x,Germany\n')
    assert places(found) == [("sites", 3, "country")]
    assert rows("SELECT name FROM sites") == [{"name": "a\r\nb\rc\nd"}]


def test_the_quarantine_keeps_the_row_as_it_stood_and_whom_it_concerns(quarantine):
    (row,) = quarantine(
        "orders",
        "order_id,customer_id,bill_to_id,site_id,status,colour\n"
        "SO-1,C-1,C-1,S-1,draft,\nSO-2, C-1 ,C-9,S-1,unheard-of,blue\n",
    )
    assert row["raw"] == {
        "order_id": "SO-2", "customer_id": " C-1 ", "bill_to_id": "C-9", "site_id": "S-1",
        "status": "unheard-of", "colour": "blue",
    }  # fmt: skip
    concerns = ("customer_id", "order_id", "sku", "site_id", "bill_to_id", "ref")
    assert [row[c] for c in concerns] == ["C-1", "SO-2", None, "S-1", "C-9", "orders/SO-2"]


def test_a_slash_in_a_key_is_written_so_that_a_reference_names_one_row(quarantine):
    (row,) = quarantine("sites", "site_id,country\nA/B,Germany\n")
    assert row["ref"] == "sites/A%2FB"


def test_a_load_counts_rows_and_shows_the_first_fifty(folder, loaded):
    bad = "".join(f"D{n},Germany\n" for n in range(60))
    (folder / "sites.csv").write_text(f"site_id,country\n{bad}D99,DE\n")
    report = loaded()
    assert (report.quarantined, len(report.quarantine), report.tables["sites"]) == (60, 50, 1)
    assert report.as_json()["quarantine"][0] == {
        "table": "sites",
        "file": "sites.csv",
        "row": 2,
        "column": "country",
        "reason": "country does not parse: it is no country code (two capitals)",
    }


def test_nothing_is_dropped_silently(folder, loaded, rows):
    text = "site_id,country\n" + "".join(f"D{n % 7},{'DE' if n % 3 else 'x'}\n" for n in range(50))
    (folder / "sites.csv").write_text(text)
    loaded()
    (count,) = rows(
        "SELECT rows + quarantined AS n, rows, quarantined FROM _tables WHERE name = 'sites'"
    )
    assert count["n"] == 50


def test_unknown_columns_are_kept_as_text_and_a_near_miss_is_warned_of(folder, loaded, rows):
    (folder / "orders.csv").write_text(
        "order_id,customer_id,curency,Colour\nSO-1,C-1,EUR, blue \n", encoding="utf-8"
    )
    report = loaded()
    assert report.warnings == [
        "orders.csv: unknown column curency is kept as text; did you mean currency?"
    ]
    assert rows("SELECT curency, Colour, currency FROM orders") == [
        {"curency": "EUR", "Colour": "blue", "currency": None}
    ]
    extra = rows("SELECT extra_columns FROM _tables WHERE name = 'orders'")
    assert extra == [{"extra_columns": ["curency", "Colour"]}]


def test_a_wide_row_is_known_by_its_subjects_whatever_the_spelling_of_the_header(quarantine):
    (row,) = quarantine("holds", "Hold_ID,ORDER_ID\nH-1,SO-1,extra\n")
    assert (row["order_id"], row["raw"]["hold_id"]) == ("SO-1", "H-1")
