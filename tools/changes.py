"""Change facts: what-if and the proof that a finding's `clears_when.change` clears it.

Changed rows are marked, so that nobody takes them for evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

from tools.book import Book, Case
from tools.errors import BadInput
from tools.orders import conversion
from tools.rows import Row, Scalar, make_row
from tools.tables import tables
from tools.unknown import NotKnown

Change: TypeAlias = dict[str, Any]
Rows: TypeAlias = dict[str, list[Row]]
MARK = "WHAT-IF"


_FLAGS: dict[str, Scalar] = {"true": True, "false": False}


def _number(text: str) -> Scalar:
    """A finite decimal: no infinity and no "not a number" ever gets into arithmetic."""
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number


def typed(table: str, column: str, value: object) -> Scalar:
    """A change's value (text or number) as the column's type.

    Raises:
        BadInput: the table has no such column, or the value is none of its type.
    """
    if table not in tables():
        raise BadInput(f"there is no table {table}")
    spec = tables()[table].columns.get(column)
    if spec is None:
        raise BadInput(f"table {table} has no column {column}")
    if value is None or value == "":
        return None
    readers: dict[str, Callable[[str], Scalar]] = {
        "decimal": _number, "integer": int, "date": date.fromisoformat, "time": time.fromisoformat,
        "timestamp": lambda text: datetime.fromisoformat(text).astimezone(UTC),
        "bool": lambda text: _FLAGS[text.lower()],
    }  # fmt: skip
    try:
        return readers.get(spec.type, str)(str(value))
    except (ValueError, ArithmeticError, KeyError):
        raise BadInput(f"{value} is no {spec.type} for {table}.{column}") from None


def _edit(rows: Rows, table: str, match: Callable[[Row], bool], values: dict[str, object]) -> int:
    edited = 0
    for n, row in enumerate(rows.get(table, [])):
        if match(row):
            new = {name: typed(table, name, value) for name, value in values.items()}
            changed = {**row.values, **new}
            in_order = {c: changed.pop(c) for c in tables()[table].columns if c in changed}
            rows[table][n] = Row(table, row.ref, {**in_order, **changed}, changed=True)
            edited += 1
    return edited


def _add(rows: Rows, table: str, values: dict[str, object]) -> None:
    new = {name: typed(table, name, value) for name, value in values.items()}
    key = tables()[table].key
    count = len(rows.setdefault(table, []))
    for name in key:
        if new.get(name) is None and tables()[table].columns[name].type == "text":
            new.setdefault(
                name, None if name in tables()[table].may_be_empty else f"{MARK}-{count}"
            )
    rows[table].append(replace(make_row(table, key, new), changed=True))


def _line(case: Case, rows: Rows, change: Change) -> int:
    number = typed("order_lines", "line_no", change["line_no"])
    return _edit(
        rows,
        "order_lines",
        lambda row: row["order_id"] == case.order_id and row["line_no"] == number,
        {change["field"]: change["value"]},
    )


def _order(case: Case, rows: Rows, change: Change) -> int:
    return _edit(
        rows, "orders", lambda row: row["order_id"] == case.order_id,
        {change["field"]: change["value"]},
    )  # fmt: skip


def _is_account(case: Case, change: Change) -> Callable[[Row], bool]:
    customer = change.get("customer_id", case.bill_to_id)
    company = change.get("company_id", case.company_id)
    return lambda row: row["customer_id"] == customer and row["company_id"] == company


def _limit(case: Case, rows: Rows, change: Change) -> int:
    return _edit(
        rows, "credit_accounts", _is_account(case, change), {"credit_limit": change["amount"]}
    )


def _limit_valid_to(case: Case, rows: Rows, change: Change) -> int:
    return _edit(
        rows, "credit_accounts", _is_account(case, change), {"limit_valid_to": change["date"]}
    )


def _payment(case: Case, rows: Rows, change: Change) -> int:
    account = next(filter(_is_account(case, change), rows.get("credit_accounts", [])), None)
    currency = change.get("currency") or (account.text("currency") if account else None)
    values: dict[str, object] = {
        "customer_id": change.get("customer_id", case.bill_to_id),
        "company_id": change.get("company_id", case.company_id),
        "received_on": case.today.isoformat(), "amount": change["amount"],
        "unapplied_amount": change["amount"], "currency": currency, "status": "cleared",
    }  # fmt: skip
    _add(rows, "payments", values)
    return 1


def _supply(case: Case, rows: Rows, change: Change) -> int:
    values: dict[str, object] = {
        "kind": "purchase", "sku": change["sku"], "to_site_id": change["site_id"],
        "open_qty": change["quantity"], "expected_on": change["date"], "confirmed": "true",
        "expires_on": change.get("expires_on"),
    }  # fmt: skip
    _add(rows, "supplies", values)
    return 1


def _document(case: Case, rows: Rows, change: Change) -> int:
    _add(rows, change["table"], change["values"])
    return 1


def _row(case: Case, rows: Rows, change: Change) -> int:
    table = str(change["ref"]).split("/", 1)[0]
    values = {change["field"]: change["value"]}
    return _edit(rows, table, lambda row: row.ref == change["ref"], values)


QUANTITIES = ("ordered_qty", "shipped_qty", "invoiced_qty", "cancelled_qty")


def _substitute(case: Case, rows: Rows, change: Change) -> int:
    """The line takes the substitute, as much of it as the rule's factor says, at the same value."""
    number = typed("order_lines", "line_no", change["line_no"])
    line = next((row for row in case.lines if row["line_no"] == number), None)
    if line is None:
        return 0
    values = {"sku": change["sku"], **_restated(case, line, str(change["sku"]))}
    return _edit(rows, "order_lines", lambda row: row.ref == line.ref, values)


def _restated(case: Case, line: Row, substitute: str) -> dict[str, object]:
    """The line's quantities and price in base units of the substitute.

    Nothing where they read alike for both products, or where a unit cannot be converted.
    """
    old, new = (case.book.one("products", sku=sku) for sku in (line["sku"], substitute))
    base, uom = (new.text("base_uom") if new else None), line.text("uom")
    price_uom = line.text("price_uom") or uom
    factor = _factor(case, line["sku"], substitute)
    if old is None or base is None or (factor == 1 and {uom, price_uom} == {base}):
        return {}
    try:
        each, priced = (
            conversion(case.book, line["sku"], unit, old.text("base_uom")).apply(factor)
            for unit in (uom, price_uom)
        )
    except NotKnown:
        return {}
    amounts = {name: line.amount(name) * each for name in QUANTITIES if line[name] is not None}
    per = priced * (line.number("price_per") or 1)
    return {**amounts, "uom": base, "price_uom": base, "price_per": per}


def _factor(case: Case, sku: object, substitute: str) -> Decimal:
    """Base units of the substitute for one of the product; the customer's own rule first."""
    rules = case.book.by("substitutes", sku=sku, substitute_sku=substitute)
    for customer in (case.customer_id, None):
        for rule in rules:
            if rule["customer_id"] == customer and rule.number("factor"):
                return rule.amount("factor")
    return Decimal(1)


KINDS: dict[str, Callable[[Case, Rows, Change], int]] = {
    "line": _line, "order": _order, "limit": _limit, "limit_valid_to": _limit_valid_to,
    "payment": _payment, "supply": _supply, "transfer": _supply, "document": _document,
    "row": _row, "substitute": _substitute,
}  # fmt: skip


def _nothing(case: Case, change: Change) -> str:
    """Why a change finds nothing, in a sentence."""
    if "line_no" in change:
        numbers = ", ".join(str(line["line_no"]) for line in case.lines) or "none"
        return f"{case.order_id} has no line {change['line_no']}; its lines are {numbers}"
    if "ref" in change:
        return f"there is no row {change['ref']} around {case.order_id}"
    customer = change.get("customer_id", case.bill_to_id)
    company = change.get("company_id", case.company_id)
    return f"customer {customer} has no credit account in company {company} to change"


def _apply(case: Case, rows: Rows, change: Change) -> None:
    kind = KINDS.get(str(change.get("kind")))
    if kind is None:
        raise BadInput(f"there is no change of kind {change.get('kind')}")
    try:
        found = kind(case, rows, change)
    except KeyError as missing:
        raise BadInput(f"a change of kind {change['kind']} needs {missing.args[0]}") from None
    if not found:
        raise BadInput(_nothing(case, change))


def apply_changes(case: Case, changes: Sequence[Change]) -> Book:
    """A new book in which the changes hold; the given one stays as it is.

    Raises:
        BadInput: a change is of no known kind, lacks a part, has a value of the wrong type, or
            finds nothing to change.
    """
    book = case.book
    rows = {table: list(found) for table, found in book.rows.items()}
    states = dict(book.states)
    for change in changes:
        _apply(case, rows, change)
    for table in rows:
        if len(rows[table]) != len(book.rows.get(table, [])):
            states[table] = replace(states[table], present=True)
    return Book(book.as_of, book.snapshot_id, book.conventions, rows, states, book.set_aside)
