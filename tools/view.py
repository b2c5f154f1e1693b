"""What one reader of the evidence may see: a parameter, filled by `policies.views`.

A figure is computed over all rows whoever looks, and then hidden from those who may not see what it
rests on. A view therefore narrows what is shown, never what is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.tables import COMMON_COLUMNS, tables

HIDDEN = "hidden"
"""What stands in the place of a cell or a figure that the reader may not see."""
OTHER = "other"
"""The group of a column that no group lists."""


@dataclass(frozen=True, slots=True)
class View:
    """Which columns a reader sees, by column group, and the orders of which companies.

    Attributes:
        who: the account that reads, as refusals name it.
        seen: the column groups that are shown.
        groups: for each table the group of its columns; `OTHER` where none is listed.
        companies: the companies whose orders are shown; None: those of every company.
    """

    who: str
    seen: frozenset[str]
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    companies: frozenset[str] | None = None

    def group(self, table: str, column: str) -> str:
        """The column group of a column."""
        return self.groups.get(table, {}).get(column, OTHER)

    def hides(self, table: str, column: str) -> bool:
        """Whether a column is hidden; the key of a row, which its citation shows, never is."""
        known = tables().get(table)
        if column in COMMON_COLUMNS or (known is not None and column in known.key):
            return False
        return self.group(table, column) not in self.seen

    def hidden_columns(self) -> dict[str, tuple[str, ...]]:
        """The canonical columns that are hidden, by table."""
        found = {
            name: tuple(column for column in table.columns if self.hides(name, column))
            for name, table in tables().items()
        }
        return {name: columns for name, columns in found.items() if columns}

    def covers(self, company_id: str | None) -> bool:
        """Whether orders of the company are shown."""
        return self.companies is None or (company_id or "") in self.companies


def shown_row(view: View, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of evidence as the reader sees it: hidden cells say so, empty ones stay empty."""
    return {
        column: HIDDEN if value is not None and view.hides(table, column) else value
        for column, value in row.items()
    }
