"""Writes the book as CSV files, the labels and the description of the demo."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from seeds.generator.clock import AS_OF
from seeds.generator.columns import HEADERS, LABELS
from seeds.generator.company import NAME
from seeds.generator.model import Book, Cell, Row
from seeds.generator.people import PERSONAS, names
from seeds.generator.stories import label_rows

_POLICY_NOTES = (
    "Policy currency is USD; orders are in EUR, USD, GBP and CHF.",
    "A release needs a signature from 50,000 USD on, two from 250,000 USD on.",
    "Every party is screened against two lists: EU-CFSP or UK-OFSI by company, and OFAC-SDN.",
    "Munich is closed for its stocktake on Friday 13 March.",
    "Felixstowe works on London time, one hour behind Hamburg and Munich.",
)


def text_of(cell: Cell) -> str:
    """One cell as text: nothing for not known, lower-case booleans, plain decimals."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, Decimal):
        return _plain(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, time):
        return cell.isoformat(timespec="minutes")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    if "." not in text:
        return text
    whole, cents = text.split(".")
    cents = cents.rstrip("0")
    return f"{whole}.{cents:<02s}".replace(" ", "0") if cents else whole


def _write(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows([text_of(row.get(name)) for name in header] for row in rows)


def _describe() -> str:
    people = names()
    lines = [f"name: {NAME}", f'as_of: "{AS_OF.isoformat()}"', "currency: USD", "policy_notes:"]
    lines += [f'  - "{note}"' for note in _POLICY_NOTES]
    lines.append("personas:")
    for user, role, does in PERSONAS:
        lines += [f"  - user_id: {user}", f"    name: {people[user]}", f"    role: {role}",
                  f'    does: "{does}"']  # fmt: skip
    return "\n".join(lines) + "\n"


def write(book: Book, out: Path) -> None:
    """Writes `demo/*.csv`, `labels.csv` and `demo.yaml` under a folder."""
    folder = out / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    for table, header in HEADERS.items():
        _write(folder / f"{table}.csv", header, book.rows[table])
    _write(out / "labels.csv", LABELS, label_rows())
    (out / "demo.yaml").write_text(_describe(), encoding="utf-8")
