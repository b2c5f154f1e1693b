"""The demo company is what its generator writes, whole, consistent and about all eight classes."""

from __future__ import annotations

import ast
import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import seeds
from seeds import DEMO_DIR, LABELS, load_demo
from seeds.generator.build import build
from seeds.generator.columns import HEADERS
from seeds.generator.model import Book
from seeds.generator.writer import write

CLASSES = (
    "stock_shortage", "credit_hold", "price_mismatch", "route_risk",
    "customer_priority_conflict", "substitution_need", "compliance_issue", "approval_gap",
)  # fmt: skip

KEYS = {
    "customers": "customer_id", "credit_accounts": "customer_id company_id",
    "invoices": "invoice_id", "payments": "payment_id", "claims": "claim_id",
    "orders": "order_id", "order_lines": "order_id line_no", "products": "sku",
    "uom_conversions": "sku from_uom to_uom", "sites": "site_id", "calendar_days": "site_id day",
    "stock": "site_id sku batch_id", "batches": "sku batch_id", "reservations": "reservation_id",
    "supplies": "supply_id", "transfer_lanes": "from_site_id to_site_id", "routes": "route_id",
    "route_runs": "run_id", "prices": "price_id", "price_overrides": "override_id",
    "fx_rates": "from_currency to_currency valid_on",
    "substitutes": "sku substitute_sku customer_id", "compliance_checks": "check_id",
    "holds": "hold_id", "approvals": "approval_id", "customer_notes": "note_id",
    "staff": "user_id", "ship_tos": "ship_to_id", "order_charges": "order_id charge_no",
    "order_changes": "order_id version field line_no", "securities": "security_id",
    "payment_promises": "promise_id", "authorities": "role action company_id",
    "source_freshness": "table source_system", "hold_history": "hold_id",
}  # fmt: skip

BEGINNING, END = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)

REFERENCES = {
    "customers": {"parent_customer_id": "customers", "sales_owner": "staff"},
    "credit_accounts": {"customer_id": "customers"},
    "invoices": {"customer_id": "customers", "order_id": "orders"},
    "payments": {"customer_id": "customers", "order_id": "orders", "invoice_id": "invoices"},
    "claims": {"customer_id": "customers", "order_id": "orders", "owner": "staff"},
    "orders": {"customer_id": "customers", "bill_to_id": "customers", "ship_to_id": "ship_tos",
               "site_id": "sites", "route_id": "routes", "run_id": "route_runs",
               "created_by": "staff"},
    "order_lines": {"order_id": "orders", "sku": "products"},
    "uom_conversions": {"sku": "products"},
    "stock": {"site_id": "sites", "sku": "products"},
    "batches": {"sku": "products"},
    "reservations": {"order_id": "orders", "site_id": "sites", "sku": "products"},
    "supplies": {"sku": "products", "from_site_id": "sites", "to_site_id": "sites"},
    "routes": {"site_id": "sites"},
    "route_runs": {"route_id": "routes"},
    "prices": {"sku": "products", "customer_id": "customers", "approved_by": "staff"},
    "price_overrides": {"order_id": "orders", "requested_by": "staff", "approved_by": "staff",
                        "approval_id": "approvals"},
    "substitutes": {"sku": "products", "substitute_sku": "products", "customer_id": "customers"},
    "holds": {"order_id": "orders", "placed_by": "staff", "released_by": "staff"},
    "approvals": {"order_id": "orders", "requested_by": "staff", "approved_by": "staff"},
    "customer_notes": {"customer_id": "customers", "order_id": "orders"},
    "staff": {"stand_in": "staff", "site_id": "sites"},
    "ship_tos": {"customer_id": "customers"},
    "order_charges": {"order_id": "orders"},
    "order_changes": {"order_id": "orders", "changed_by": "staff"},
    "securities": {"customer_id": "customers", "order_id": "orders"},
    "payment_promises": {"customer_id": "customers", "invoice_id": "invoices"},
    "hold_history": {"customer_id": "customers"},
}  # fmt: skip


@cache
def rows(table: str) -> list[dict[str, str]]:
    with (DEMO_DIR / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def labels() -> dict[str, dict[str, str]]:
    with LABELS.open(encoding="utf-8", newline="") as file:
        return {row["order_id"]: row for row in csv.DictReader(file)}


@cache
def demo_book() -> Book:
    return build()


def visible(row: dict[str, str]) -> tuple[datetime, datetime]:
    """From when to when a row was known."""
    start, end = row.get("recorded_at", ""), row.get("superseded_at", "")
    return (datetime.fromisoformat(start) if start else BEGINNING,
            datetime.fromisoformat(end) if end else END)  # fmt: skip


def seen(row: dict[str, str], moment: datetime) -> bool:
    start, end = visible(row)
    return start <= moment < end


def keys(table: str) -> list[tuple[str, ...]]:
    return [tuple(row[k] for k in KEYS[table].split()) for row in rows(table)]


def test_the_checked_in_files_are_what_the_generator_writes(tmp_path: Path) -> None:
    write(build(), tmp_path)
    written = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    kept = sorted(Path("demo") / p.name for p in DEMO_DIR.glob("*.csv"))
    assert written == sorted([*kept, Path("demo.yaml"), Path("labels.csv")])
    for path in written:
        assert (tmp_path / path).read_bytes() == (seeds.ROOT / path).read_bytes(), path


def test_it_is_small_enough_to_ship() -> None:
    assert sum(p.stat().st_size for p in DEMO_DIR.glob("*.csv")) < 6_000_000


@pytest.mark.parametrize("table", HEADERS)
def test_keys_are_present_and_used_once_at_any_moment(table: str) -> None:
    assert rows(table), f"{table} is empty"
    optional = {"batch_id", "customer_id", "line_no"}
    for name in set(KEYS[table].split()) - optional:
        assert all(row[name] for row in rows(table)), name
    versions: dict[tuple[str, ...], list[tuple[datetime, datetime]]] = {}
    for key, row in zip(keys(table), rows(table), strict=True):
        versions.setdefault(key, []).append(visible(row))
    for key, spans in versions.items():
        ordered = sorted(spans)
        assert all(start < end for start, end in ordered), key
        assert all(a[1] <= b[0] for a, b in pairwise(ordered)), key


@pytest.mark.parametrize("table", REFERENCES)
def test_every_reference_leads_somewhere(table: str) -> None:
    for column, target in REFERENCES[table].items():
        known = {key[0] for key in keys(target)}
        dangling = {row[column] for row in rows(table)} - known - {""}
        assert not dangling, (column, dangling)


def test_batches_lines_and_checked_parties_exist() -> None:
    batches, lines = set(keys("batches")), set(keys("order_lines"))
    for table in ("stock", "reservations"):
        assert {(r["sku"], r["batch_id"]) for r in rows(table) if r["batch_id"]} <= batches
    for table in ("reservations", "price_overrides", "approvals", "holds"):
        assert {(r["order_id"], r["line_no"]) for r in rows(table) if r["line_no"]} <= lines
    parties = {k[0] for k in keys("customers")} | {k[0] for k in keys("ship_tos")}
    assert {r["customer_id"] for r in rows("compliance_checks")} <= parties


def test_there_are_six_hundred_past_holds_and_each_was_released_after_it_was_placed() -> None:
    assert len({row["hold_id"] for row in rows("hold_history")}) == 600
    for row in rows("hold_history"):
        assert datetime.fromisoformat(row["placed_at"]) < datetime.fromisoformat(row["released_at"])


def test_a_past_hold_of_this_year_finds_its_order_blocked_on_its_day() -> None:
    book = demo_book()
    assert len(book.past) > 60
    states: dict[str, list[dict[str, str]]] = {}
    for row in rows("orders"):
        states.setdefault(row["order_id"], []).append(row)
    for hold in book.past:
        then = [r for r in states[hold.order_id] if seen(r, hold.placed)]
        after = [r for r in states[hold.order_id] if seen(r, hold.released)]
        assert [r["status"] for r in then] == ["blocked"], hold
        assert [r["status"] for r in after] == ["released"], hold


def test_labels_cover_the_class_of_every_past_hold_of_this_year() -> None:
    kinds = Counter(hold.kind for hold in demo_book().past)
    known = {row["order_id"]: row["classes"] for row in rows("hold_history")}
    assert all(known[hold.order_id] == hold.kind for hold in demo_book().past)
    assert min(kinds[c] for c in ("price_mismatch", "credit_hold", "approval_gap")) >= 8


def test_sixty_holds_are_active_and_each_held_order_is_labelled() -> None:
    now = load_demo().as_of
    active = [r for r in rows("holds") if r["status"] == "active" and seen(r, now)]
    assert len(active) == 60
    assert {r["order_id"] for r in active} == set(labels())
    assert sum(r["forced"] == "true" for r in active) == 1


@pytest.mark.parametrize("name", CLASSES)
def test_each_class_is_planted_at_least_four_times(name: str) -> None:
    planted = Counter(c for row in labels().values() for c in row["classes"].split(",") if c)
    assert planted[name] >= 4


def test_labels_name_only_known_classes_and_codes_come_with_a_class() -> None:
    for row in labels().values():
        assert {c for c in row["classes"].split(",") if c} <= set(CLASSES)
        assert bool(row["classes"]) == bool(row["codes"]) == bool(row["primary"])


def test_nothing_is_dated_after_the_pinned_moment() -> None:
    as_of = load_demo().as_of
    for table, column in (("orders", "ordered_at"), ("holds", "placed_at"),
                          ("approvals", "decided_at"), ("customer_notes", "written_at"),
                          ("order_changes", "changed_at"), ("reservations", "reserved_at"),
                          ("hold_history", "recorded_at")):  # fmt: skip
        late = [r for r in rows(table) if as_of < as_of.fromisoformat(r[column])]
        assert not late, (table, late[:1])


def test_a_hold_is_placed_after_its_order_was_entered() -> None:
    entered = {r["order_id"]: r["ordered_at"] for r in rows("orders")}
    moment = load_demo().as_of.fromisoformat
    for hold in rows("holds"):
        if hold["status"] == "active":
            gap = moment(hold["placed_at"]) - moment(entered[hold["order_id"]])
            assert gap >= timedelta(0), hold


def test_three_of_birchs_seven_held_orders_fit_and_one_payment_frees_the_rest() -> None:
    book = demo_book()
    held = [o for o in book.orders.values() if o.customer == "CU-110" and o.status == "blocked"]
    values = sorted(order.gross() for order in held)
    room = sum(values) - Decimal("12400.00")
    fitting = [v for n, v in enumerate(values) if sum(values[: n + 1]) <= room]
    assert (len(values), len(fitting)) == (7, 3)


def test_personas_are_staff_who_hold_their_role() -> None:
    staff = {row["user_id"]: row for row in rows("staff")}
    demo = load_demo()
    assert demo.as_of.utcoffset() == timedelta(hours=1)
    for persona in demo.personas:
        row = staff[persona.user_id]
        assert persona.role in row["roles"].split(",")
        assert persona.name == row["name"]
    assert len({p.role for p in demo.personas}) == 11


def test_somebody_is_away_with_a_stand_in_and_somebody_has_two_accounts() -> None:
    today = load_demo().as_of.date().isoformat()
    away = [r for r in rows("staff") if r["absent_from"] <= today <= r["absent_to"]]
    assert [(r["user_id"], r["stand_in"]) for r in away] == [("u.kruse", "u.neumann")]
    accounts = Counter(r["person_id"] for r in rows("staff"))
    assert max(accounts.values()) == 2


def test_the_generator_imports_nothing_of_the_product() -> None:
    for path in (seeds.ROOT / "generator").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            roots = {name.split(".")[0] for name in names}
            assert not roots & {"agent", "tools", "policies", "evals"}, path.name


def test_the_headers_are_those_of_the_canonical_tables() -> None:
    tables = pytest.importorskip("tools.tables").tables()
    assert set(HEADERS) == set(tables)
    for name, header in HEADERS.items():
        assert set(header) - {"customer_id"} <= set(tables[name].columns), name


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("approvals", "decided_at"),
        ("order_changes", "changed_at"),
        ("price_overrides", "at"),
        ("customer_notes", "written_at"),
    ],
)
def test_nothing_happens_to_an_order_before_it_was_entered(table: str, column: str) -> None:
    moment = load_demo().as_of.fromisoformat
    entered = {r["order_id"]: moment(r["ordered_at"]) for r in rows("orders")}
    for row in rows(table):
        if row["order_id"]:
            assert moment(row[column]) >= entered[row["order_id"]], row
