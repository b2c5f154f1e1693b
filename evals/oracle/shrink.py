"""The smallest tables that still show a disagreement, written as a case folder."""

import csv
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from evals.oracle.compare import Pair
from evals.oracle.model import Choice, Tables


@dataclass(frozen=True)
class Case:
    """An order of a company at a moment, by some settings."""

    tables: Tables
    as_of: datetime
    choice: Choice
    order_id: str

    def differences(self) -> list[str]:
        """Name the differences about the order; none where the order is not there."""
        if not any(o["order_id"] == self.order_id for o in self.tables["orders"]):
            return []
        return Pair(self.tables, self.as_of, self.choice).differences(self.order_id)

    def shows(self, kind: str) -> bool:
        """Say whether there is a difference of this kind."""
        return any(kind_of(difference) == kind for difference in self.differences())


def kind_of(difference: str) -> str:
    """Give what a difference is about, without its figures."""
    return difference.split(":")[0]


def smallest(case: Case, kind: str) -> Case:
    """Delete rows and empty cells while the difference remains."""
    copied = {name: [dict(row) for row in rows] for name, rows in case.tables.items()}
    small = replace(case, tables=copied)
    for name in sorted(copied, key=lambda n: -len(copied[n])):
        small = without_rows(small, name, kind)
    return without_cells(small, kind)


def without_rows(case: Case, name: str, kind: str) -> Case:
    """Delete rows of a table: halves first, then one by one."""
    step = len(case.tables[name])
    while step:
        at = 0
        while at < len(case.tables[name]):
            rows = case.tables[name]
            fewer = replace(case, tables={**case.tables, name: rows[:at] + rows[at + step :]})
            if fewer.shows(kind):
                case = fewer
            else:
                at += step
        step //= 2
    return case


def without_cells(case: Case, kind: str) -> Case:
    """Empty cells that are no keys."""
    for row in [row for rows in case.tables.values() for row in rows]:
        for column in [c for c, v in row.items() if v and not c.endswith(("_id", "line_no"))]:
            kept, row[column] = row[column], ""
            if not case.shows(kind):
                row[column] = kept
    return case


def write(case: Case, folder: Path) -> None:
    """Write tables as a case folder, with what is disagreed about."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in case.tables.items():
        columns = list(dict.fromkeys(c for row in rows for c in row)) or ["id"]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    about = {
        "order_id": case.order_id,
        "as_of": case.as_of.isoformat(),
        "settings": asdict(case.choice),
        "differences": case.differences(),
    }
    (folder / "disagreement.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
