"""The bench on which random companies are made: rows in tables, days about a day, and choices."""

import random
from datetime import date, timedelta

from evals.oracle.model import Row, Tables

CURRENCIES = ("USD", "USD", "EUR", "EUR", "GBP", "JPY")
TABLES = (
    "customers credit_accounts invoices payments claims orders order_lines products uom_conversions"
    " sites calendar_days stock batches reservations supplies transfer_lanes routes route_runs"
    " prices"
    " price_overrides fx_rates substitutes compliance_checks holds approvals customer_notes staff"
    " ship_tos order_charges order_changes securities payment_promises authorities"
).split()


class Maker:
    """Tables in the making."""

    def __init__(self, rng: random.Random, day: date):
        self.rng = rng
        self.day = day
        self.tables: Tables = {name: [] for name in TABLES}

    def add(self, table: str, **cells: str) -> Row:
        """Add a row and give it."""
        self.tables[table].append(cells)
        return cells

    def all(self, table: str) -> list[Row]:
        """Give the rows made so far."""
        return self.tables[table]

    def find(self, table: str, **cells: str) -> list[Row]:
        """Give the rows with these cells."""
        return [r for r in self.tables[table] if all(r.get(k) == v for k, v in cells.items())]

    def pick(self, table: str) -> Row | None:
        """Give any row of a table; none where it has none."""
        rows = self.tables.get(table)
        return self.rng.choice(rows) if rows else None

    def need(self, table: str) -> Row:
        """Give any row of a table that has some."""
        return self.rng.choice(self.tables[table])

    def pick_key(self, table: str, column: str) -> str:
        """Give a cell of any row; empty where there is none."""
        row = self.pick(table)
        return row[column] if row else ""

    def at(self, days: int) -> str:
        """Give the day so many days from the day."""
        return (self.day + timedelta(days=days)).isoformat()

    def some_day(self, share: float, *days: int) -> str:
        """Give one of some days in a share of the cases, else nothing."""
        return self.maybe(share, self.at(self.rng.choice(days)))

    def maybe(self, share: float, value: str) -> str:
        """Give the value in a share of the cases, else nothing."""
        return value if self.rng.random() < share else ""


def near(rng: random.Random, day: str) -> str:
    """Give a moment of a day, often about midnight."""
    return f"{day}T{rng.choice(('00:00', '08:00', '12:30', '22:30', '23:30'))}:00+00:00"
