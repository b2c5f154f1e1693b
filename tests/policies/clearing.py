"""The proof that a change clears its finding: apply it, run the checks again; then one unit less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from policies.checks.registry import run_all
from policies.findings import CheckResult, Finding
from policies.settings import Settings, for_company, load_rules, with_settings
from tests.builders import AS_OF, Rows, a_case
from tools.book import Case
from tools.changes import Change, apply_changes
from tools.money import minor_unit

Tables = dict[str, Rows]
RULES = load_rules()

STEPS = {
    "unit_price": "0.01", "discount_pct": "0.01", "amount": "0.01", "used_kg": "0.01",
    "used_m3": "0.01", "ordered_qty": "1", "cancelled_qty": "1", "qty": "1", "quantity": "1",
    "licence_qty_left": "1", "priority": "1", "payment_terms_days": "1",
}  # fmt: skip
"""One unit of what a change moves: a cent, a piece, a day of terms, a hundredth of a kilogram."""
LESS_OF_A_DOCUMENT = {
    "approvals": "amount",
    "reservations": "qty",
    "compliance_checks": "valid_to",
}


@dataclass
class Scenario:
    """A case with a finding, and what its change is to be.

    `kind` and `column` are those of the change. `becomes` is the code that stands after a unit
    less, where it is another one (an approval that is missing becomes one over too little).
    `indivisible` changes have no unit to take away; of a supply `by_quantity_only` the day is no
    unit, since a later one becomes the next supply, until which alone others can be starved.
    """

    code: str
    tables: Tables
    kind: str
    column: str | None = None
    becomes: str = ""
    indivisible: bool = False
    name: str = ""
    rules: tuple[str, ...] = ()
    as_of: datetime = AS_OF
    absent: tuple[str, ...] = ()
    by_quantity_only: bool = False

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip().replace(" ", "-")

    @cached_property
    def settings(self) -> Settings:
        return for_company(with_settings(RULES, self.rules), "C1")

    @cached_property
    def case(self) -> Case:
        conventions = self.settings.conventions()
        return a_case(
            self.tables, conventions=conventions, as_of=self.as_of, absent=self.absent
        )  # fmt: skip

    @cached_property
    def before(self) -> CheckResult:
        """What the checks say of the case as it is."""
        return run_all(self.case, self.settings)

    @property
    def found(self) -> Finding:
        """The first finding of the code."""
        found = [finding for finding in self.before.findings if finding.code == self.code]
        assert found, f"{self.code}: {[f.code for f in self.before.findings]}"
        return found[0]

    @property
    def change(self) -> Change:
        change = self.found.clears_when.change
        assert change is not None
        return change

    def after(self, change: Change) -> CheckResult:
        """What the checks say once the change holds."""
        book = apply_changes(self.case, [change])
        order = book.one("orders", order_id=self.case.order_id)
        assert order is not None
        return run_all(Case(book, order), self.settings)

    def stands(self, change: Change, code: str = "") -> bool:
        """Whether the finding, or one of another code, stands after the change."""
        like = self.found
        return any(
            (f.cls, f.code, f.line_no) == (like.cls, code or self.code, like.line_no)
            for f in self.after(change).findings
        )


def less(scenario: Scenario) -> Iterator[Change]:
    """The change of a scenario, one unit short, in each way in which it can be short."""
    change = scenario.change
    kind = change["kind"]
    if kind == "payment":
        amount = Decimal(change["amount"]) - minor_unit(change["currency"])
        yield {**change, "amount": str(amount)}
    elif kind == "limit_valid_to":
        yield {**change, "date": _days(change["date"], -1)}
    elif kind == "supply":
        yield {**change, "quantity": _minus(change["quantity"], "quantity")}
        if not scenario.by_quantity_only:
            yield {**change, "date": _days(change["date"], 1)}
    elif kind == "document":
        yield from _less_of_document(change)
    elif kind in ("line", "order", "row"):
        short = _towards(_present(scenario.case, change), change["value"], change["field"])
        if short is not None:
            yield {**change, "value": short}


def _less_of_document(change: Change) -> Iterator[Change]:
    column = LESS_OF_A_DOCUMENT.get(change["table"])
    if column is not None:
        value = change["values"][column]
        lower = _days(value, -1) if column == "valid_to" else _minus(value, column)
        yield {**change, "values": {**change["values"], column: lower}}


def _minus(value: str, column: str) -> str:
    return str(Decimal(value) - Decimal(STEPS[column]))


def _days(value: str, days: int) -> str:
    return (date.fromisoformat(value) + timedelta(days=days)).isoformat()


def _present(case: Case, change: Change) -> Any:
    if change["kind"] == "order":
        return case.order[change["field"]]
    if change["kind"] == "line":
        line = next(row for row in case.lines if row["line_no"] == change["line_no"])
        return line[change["field"]]
    table = change["ref"].split("/", 1)[0]
    row = next(row for row in case.book.all(table) if row.ref == change["ref"])
    return row[change["field"]]


def _towards(present: Any, value: Any, column: str) -> Any:
    """The value a unit nearer to what stands there; None where it has no units."""
    if isinstance(present, date):
        return _days(value, 1 if present > date.fromisoformat(value) else -1)
    if column not in STEPS:
        return None
    new, step = Decimal(str(value)), Decimal(STEPS[column])
    return str(new + step if Decimal(str(present or 0)) > new else new - step)
