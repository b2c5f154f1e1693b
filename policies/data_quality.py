"""Notes about the evidence itself: rows set aside, sources too old, tables that are not there."""

from __future__ import annotations

from datetime import timedelta

from policies.findings import DataNote, Sentence, Unknown
from policies.settings import ExceptionClass, Settings
from tools.book import Case, SetAside
from tools.rows import Figure, Row

READS: dict[ExceptionClass, tuple[str, ...]] = {
    "credit_hold": tuple(
        "customers orders order_lines order_charges credit_accounts invoices payments securities "
        "payment_promises fx_rates uom_conversions".split()
    ),
    "stock_shortage": tuple(
        "customers orders order_lines products stock batches reservations supplies "
        "transfer_lanes uom_conversions calendar_days sites routes".split()
    ),
    "price_mismatch": tuple(
        "customers order_lines products prices price_overrides fx_rates uom_conversions".split()
    ),
    "route_risk": tuple(
        "orders order_lines products routes route_runs ship_tos calendar_days sites "
        "uom_conversions".split()
    ),
    "compliance_issue": tuple(
        "customers orders order_lines products compliance_checks ship_tos staff sites routes "
        "calendar_days uom_conversions".split()
    ),
    "approval_gap": tuple(
        "customers orders order_lines approvals staff order_changes price_overrides "
        "authorities fx_rates order_charges prices products uom_conversions ship_tos sites "
        "calendar_days".split()
    ),
}
"""Tables that each check reads; the goods classes are judged under stock_shortage."""

CONTRIBUTING = tuple(
    "payments reservations supplies substitutes batches transfer_lanes price_overrides "
    "order_changes securities payment_promises order_charges calendar_days fx_rates "
    "uom_conversions ship_tos authorities sites".split()
)
"""Tables whose absence is named and makes nothing not known."""


def _figure(name: str, value: str | int, unit: str = "text") -> Figure:
    return Figure(f"data.{name}", value, unit, "by rule: load report")


def _quarantined(number: int, row: SetAside) -> DataNote:
    figures = {
        "table": _figure(f"q{number}.table", row.table),
        "file": _figure(f"q{number}.file", row.file),
        "row": _figure(f"q{number}.row", str(row.row)),
        "reason": _figure(f"q{number}.reason", row.reason),
    }
    text = "A row of {table} was set aside on loading ({file}, row {row}): {reason}."
    return DataNote("quarantined_row", Sentence(text, figures))


def _too_old(case: Case, freshness: Row, hours: float) -> bool:
    extracted = freshness.moment("extracted_at")
    return extracted is None or case.book.as_of - extracted > timedelta(hours=hours)


def stale_sources(case: Case, settings: Settings) -> list[Row]:
    """The source_freshness rows that are older than the setting of their table allows."""
    ages = settings.general.table_max_age_hours
    rows = case.book.all("source_freshness")
    return [r for r in rows if (t := r.text("table")) in ages and _too_old(case, r, ages[t or ""])]


def touching(case: Case) -> list[SetAside]:
    """Quarantined rows of the order's own customers, lines, products or site."""
    skus = {line.text("sku") for line in case.lines}
    parties = {case.customer_id, case.bill_to_id, case.ship_to_id}

    def touches(row: SetAside) -> bool:
        keys = row.keys
        if keys.get("order_id") == case.order_id or keys.get("sku") in skus:
            return True
        if {keys.get("customer_id"), keys.get("bill_to_id")} & parties:
            return True
        site = keys.get("site_id")
        return "sku" not in keys and site is not None and site == case.site_id

    return [row for row in case.book.set_aside if touches(row)]


def data_notes(case: Case, settings: Settings) -> list[DataNote]:
    """Notes of quarantined rows, stale sources and absent contributing tables."""
    notes = [_quarantined(n, row) for n, row in enumerate(touching(case), 1)]
    for row in stale_sources(case, settings):
        cells = {"table": row.cell("table")}
        text = "The source of {table} is older than the settings allow."
        if row.moment("extracted_at"):
            text = "The source of {table}, extracted {at}, is older than the settings allow."
            cells["at"] = row.cell("extracted_at")
        notes.append(DataNote("stale_source", Sentence(text, cells), (row,)))
    absent = [table for table in CONTRIBUTING if not case.book.present(table)]
    if absent:
        names = {"tables": _figure("absent", ", ".join(absent))}
        notes.append(DataNote("absent_table", Sentence("Not delivered: {tables}.", names)))
    return notes


ORDER_TABLES = frozenset({"orders", "order_lines", "order_charges"})


def would_read(check: ExceptionClass, case: Case, row: SetAside) -> bool:
    """Whether the check would have read the row: of other orders only goods and exposure do."""
    if row.table not in READS[check]:
        return False
    if row.table not in ORDER_TABLES or row.keys.get("order_id") == case.order_id:
        return True
    if row.keys.get("customer_id") or row.keys.get("bill_to_id"):
        return check in ("credit_hold", "approval_gap", "stock_shortage")
    return check == "stock_shortage"


def doubts(case: Case, settings: Settings) -> list[Unknown]:
    """Classes that read a quarantined row (no exact duplicate), a stale source, or absent lines."""
    found = [
        Unknown(check, ("order_lines",), "the order has no lines on file")
        for check, tables in READS.items()
        if not case.lines and "order_lines" in tables
    ]
    spoiled = [row for row in touching(case) if not row.duplicate]
    stale = {row.text("table") for row in stale_sources(case, settings)}
    for check, tables in READS.items():
        hit = tuple(sorted({row.table for row in spoiled if would_read(check, case, row)}))
        if hit:
            found.append(Unknown(check, hit, "a row that it reads was set aside on loading"))
        old = tuple(table for table in tables if table in stale)
        if old:
            found.append(Unknown(check, old, "a source that it reads is older than allowed"))
    return found
