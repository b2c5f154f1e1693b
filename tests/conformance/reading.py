"""What a check says of a case, as plain numbers and words, for scenarios to assert."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.checks.registry import CHECKS
from policies.findings import CheckResult
from policies.settings import ExceptionClass, Rules, for_company
from tests.builders import Rows, a_case
from tools.book import Case
from tools.rows import Cell, Figure

Tables = dict[str, Rows]


def values(item: Any) -> Any:
    """A section with the values of its figures and cells in their place."""
    if isinstance(item, Figure | Cell):
        return item.value
    if isinstance(item, Mapping):
        return {name: values(part) for name, part in item.items()}
    return [values(part) for part in item] if isinstance(item, list | tuple) else item


@dataclass(frozen=True)
class Said:
    """The findings' codes, the classes not known, the notes' codes, and the section by key."""

    result: CheckResult
    section: Any

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in self.result.findings]

    @property
    def notes(self) -> list[str]:
        return [note.code for note in self.result.notes]

    @property
    def not_known(self) -> list[str]:
        return [gap.why for gap in self.result.not_known]

    def __getitem__(self, name: str) -> Any:
        return self.section[name]


def together(*parts: Tables) -> Tables:
    """The rows of several parts, table by table."""
    merged: Tables = {}
    for part in parts:
        for table, rows in part.items():
            merged.setdefault(table, []).extend(rows)
    return merged


def case_of(rules: Rules, *parts: Tables, order_id: str = "SO-1", **options: Any) -> Case:
    """The clean company with these rows, read by the conventions of the rules."""
    conventions = for_company(rules, "C1").conventions()
    return a_case(together(*parts), order_id, conventions=conventions, **options)


def _said(
    name: ExceptionClass, key: str, rules: Rules, parts: tuple[Tables, ...], options: dict[str, Any]
) -> Said:
    result = CHECKS[name](case_of(rules, *parts, **options), for_company(rules, "C1"))
    return Said(result, values(result.sections.get(key)))


def credit(rules: Rules, *parts: Tables, **options: Any) -> Said:
    """What credit_hold says, with the section `credit`."""
    return _said("credit_hold", "credit", rules, parts, options)


def stock(rules: Rules, *parts: Tables, line_no: int = 10, **options: Any) -> Said:
    """What stock_shortage says, with the entry of one line of the section `stock`."""
    said = _said("stock_shortage", "stock", rules, parts, options)
    return Said(said.result, next(e for e in said.section if e["line_no"] == line_no))


def price(rules: Rules, *parts: Tables, **options: Any) -> Said:
    """What price_mismatch says, with the entry of the first line of the section `price`."""
    said = _said("price_mismatch", "price", rules, parts, options)
    return Said(said.result, said.section[0])


def delivery(rules: Rules, *parts: Tables, **options: Any) -> Said:
    """What route_risk says, with the section `delivery`."""
    return _said("route_risk", "delivery", rules, parts, options)
