"""What the generator plans in: orders with lines, stories with holds, and the book of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from seeds.generator.columns import HEADERS

if TYPE_CHECKING:
    from seeds.generator.past import PastHold

Cell = str | int | bool | Decimal | date | datetime | time | None
Row = dict[str, Cell]

CENT = Decimal("0.01")
ZERO = Decimal(0)


def dec(value: str | int | Decimal) -> Decimal:
    """A decimal from text or a whole number; never from a float."""
    return Decimal(value)


def money(value: Decimal) -> Decimal:
    """Rounded half up to the minor unit."""
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass
class Line:
    """One order line; `factor` is how many base units one `uom` holds."""

    no: int
    sku: str
    uom: str
    qty: Decimal
    factor: Decimal
    price: Decimal
    tax: Decimal
    source: str = "price_list"
    discount: Decimal = ZERO
    price_uom: str = ""
    price_per: Decimal | None = None
    fulfilment: str = ""
    shipped: Decimal = ZERO
    invoiced: Decimal = ZERO
    cancelled: Decimal = ZERO
    promised: date | None = None
    ship: date | None = None
    remark: str = ""
    price_factor: Decimal = Decimal(1)

    @property
    def open_base(self) -> Decimal:
        """Open quantity in base units."""
        return max(ZERO, self.qty - self.shipped - self.cancelled) * self.factor

    def net(self, quantity: Decimal) -> Decimal:
        """Net value of a quantity of this line, not rounded."""
        priced = quantity * self.price_factor
        per = self.price_per or Decimal(1)
        return priced * self.price / per * (1 - self.discount / 100)

    def gross_uninvoiced(self) -> Decimal:
        """Gross value still to be invoiced, rounded at the line."""
        left = max(ZERO, self.qty - self.cancelled - self.invoiced)
        return money(self.net(left) * (1 + self.tax / 100))


@dataclass
class Order:
    """One order of the book, before it is written to rows."""

    order_id: str
    customer: str
    ordered_at: datetime
    promised: date
    status: str
    lines: list[Line]
    ship: date | None = None
    requested: date | None = None
    ship_to: str = ""
    site: str = ""
    route: str = ""
    run: str = ""
    ref: str = ""
    channel: str = "edi"
    created_by: str = "svc.edi"
    version: int = 1
    terms: int | None = None
    order_type: str = "standard"
    priority: int | None = None
    ship_complete: bool | None = None
    incomplete: str = ""
    remark: str = ""
    charges: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)
    reserve: bool = False
    actual_ship: date | None = None
    early: dict[str, Cell] = field(default_factory=dict)

    @property
    def confirmed(self) -> bool:
        """Whether the order counts in exposure and competition."""
        return self.status in ("open", "blocked", "released", "shipped", "invoiced")

    def gross(self) -> Decimal:
        """Gross uninvoiced value with its charges, as exposure counts it."""
        extra = sum((money(a * (1 + t / 100)) for _, a, t in self.charges), ZERO)
        return sum((line.gross_uninvoiced() for line in self.lines), ZERO) + extra


@dataclass(frozen=True)
class Hold:
    """A hold as the ERP wrote it; `at` is `MM-DD HH:MM` local."""

    code: str
    reason: str
    at: str
    stage: str = "ship"
    forced: bool = False
    line: int | None = None
    by: str = "erp"


@dataclass(frozen=True)
class Story:
    """A held order and the causes planted for it; `lines` are (sku, quantity, uom, changes)."""

    no: int
    customer: str
    promise: str
    lines: tuple[tuple[Any, ...], ...]
    holds: tuple[Hold, ...]
    classes: str = ""
    codes: str = ""
    story: str = ""
    not_known: str = ""
    order: dict[str, Any] = field(default_factory=dict)


class Book:
    """The rows of every table and the labels, in writing order."""

    def __init__(self) -> None:
        """An empty book with a seeded source of chance."""
        self.rows: dict[str, list[Row]] = {name: [] for name in HEADERS}
        self.orders: dict[str, Order] = {}
        self.past: list[PastHold] = []
        self.new_sites: list[tuple[str, str, str]] = []
        self.chance = Random(20260310)

    def add(self, table: str, /, **cells: Cell) -> None:
        """Adds one row; a column that the table does not have is a mistake."""
        unknown = set(cells) - set(HEADERS[table])
        if unknown:
            raise ValueError(f"{table} has no column {sorted(unknown)}")
        self.rows[table].append(cells)

    def next_id(self, table: str, prefix: str, start: int = 1) -> str:
        """The next running number of a table."""
        return f"{prefix}-{start + len(self.rows[table]):04d}"
