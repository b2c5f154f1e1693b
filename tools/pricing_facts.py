"""What is known of a line's price, in one place (P1-P4): facts that several checks read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from tools.pricing_candidates import Candidate
from tools.pricing_expected import TiedPrices
from tools.pricing_margin import Margin, margin_left
from tools.pricing_overrides import equals, given_up, is_charged
from tools.pricing_terms import LineTerms
from tools.rows import Figure, Row
from tools.unknown import NotKnown
from tools.values import HUNDRED


@dataclass(frozen=True)
class PriceFacts:
    """What is known of a line's price; all prices net, per price_uom, in the order's currency.

    What is None is not known; `gaps` says why (unit price, quantity, price rows, in that order).
    """

    terms: LineTerms
    quantity: Figure | None
    """Ordered less cancelled, in price_uom."""
    charged: Figure | None
    undiscounted: Figure | None
    """What the line would charge without its discount."""
    expected: Figure | None
    chosen: Candidate | None
    rests_on: tuple[Row, ...]
    """The chosen row and the list rows that its discount is taken off."""
    rows: tuple[Candidate, ...]
    """Every row for product, customer and quantity, in force or not, best first in its kind."""
    tied: TiedPrices | None
    margin: Margin
    override: Row | None
    gaps: tuple[NotKnown, ...]

    @cached_property
    def line(self) -> Row:
        """The line."""
        return self.terms.line

    @cached_property
    def line_no(self) -> int:
        """The line's number."""
        return int(str(self.terms.line["line_no"]))

    @cached_property
    def others(self) -> tuple[Candidate, ...]:
        """The rows in force for the line beside the chosen one."""
        return tuple(row for row in self.rows if row.in_force and row is not self.chosen)

    @cached_property
    def out_of_date(self) -> tuple[Candidate, ...]:
        """The rows for product, customer and quantity that are not valid on their date."""
        return tuple(row for row in self.rows if not row.in_force)

    @cached_property
    def no_candidate(self) -> bool:
        """Whether no row of a delivered prices table matches (P4)."""
        return self.terms.book.present("prices") and not any(row.in_force for row in self.rows)

    @cached_property
    def difference(self) -> Figure | None:
        """Charged less expected, per price_uom: above 0 the customer is overcharged."""
        if self.charged is None or self.expected is None:
            return None
        value = self.charged.number - self.expected.number
        inputs = (self.charged, self.expected)
        return self.terms.price("difference", value, "charged - expected", inputs)

    @cached_property
    def difference_line(self) -> Figure | None:
        """The difference times the quantity, rounded once."""
        return self._for_line("difference_line", "(charged - expected)", 1)

    @cached_property
    def expected_line(self) -> Figure | None:
        """The expected price times the quantity, rounded once."""
        if self.expected is None or self.quantity is None:
            return None
        return self.terms.line_amount(
            "expected_line", self.expected.number, "expected", (self.expected,)
        )

    @cached_property
    def margin_given_up(self) -> Figure | None:
        """What the line gives up against its rule, not below 0 (measure of change_price, A2).

        Without an expected price: by the old price that its override names.
        """
        found = self._for_line("given_up", "max(0, expected - charged)", -1)
        if found is not None or self.override is None or self.quantity is None:
            return found
        try:
            return given_up(self.terms, self.override)
        except NotKnown:
            return None

    @cached_property
    def margin_at_expected(self) -> Figure | None:
        """The margin that the expected price would leave, per cent."""
        if self.expected is None:
            return None
        return margin_left(self.terms, self.expected, self.margin.unit_cost, "margin_pct_expected")

    @cached_property
    def discount_beyond(self) -> Figure | None:
        """The part of the line's discount_pct that goes beyond the chosen rule, in points.

        All of it where no price is expected; None where the line names no discount.
        """
        discount = self.line.number("discount_pct")
        if discount is None:
            return None
        key, cell = f"{self.terms.key}.discount_beyond", self.line.cell("discount_pct")
        full, least = self.undiscounted, self.expected
        if self.charged is None or full is None or least is None or not full.number:
            value = max(discount, Decimal(0))
            return Figure(key, value, "percent", "max(0, discount_pct)", (cell,))
        beyond = (least.number - self.charged.number) / full.number * HUNDRED
        return Figure(
            key, max(Decimal(0), min(discount, beyond)), "percent",
            "max(0, min(discount_pct, (expected - charged) / undiscounted * 100))",
            (cell, least, self.charged, full),
        )  # fmt: skip

    @cached_property
    def override_is_charged(self) -> bool:
        """Whether the override's price is the one that the line charges."""
        return self.override is not None and is_charged(self.terms, self.override)

    @cached_property
    def override_needs_approval(self) -> bool:
        """Whether there is an override whose price is not the expected one."""
        if self.override is None:
            return False
        return self.expected is None or not equals(self.terms, self.override, self.expected)

    @cached_property
    def is_manual_unreferenced(self) -> bool:
        """A manual price of a line that no price row matches (P4, manual_price_unreferenced)."""
        return self.no_candidate and self.line.text("price_source") == "manual"

    def _for_line(self, name: str, formula: str, sign: int) -> Figure | None:
        if self.charged is None or self.expected is None or self.quantity is None:
            return None
        value = sign * (self.charged.number - self.expected.number)
        value = value if sign > 0 else max(value, Decimal(0))
        return self.terms.line_amount(name, value, formula, (self.charged, self.expected))
