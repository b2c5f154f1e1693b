"""Everything about the credit of an order, each part with its figures or what it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tools.book import Case
from tools.credit import Exposure, derived, exposure
from tools.credit_account import account_row, attempt, effective_limit, scope_of
from tools.credit_documents import Money, uncleared
from tools.credit_ledger import ledger_of, would_lower
from tools.credit_overdue import Overdue, ageing, disputed, overdue
from tools.rows import Figure, Row
from tools.unknown import NotKnown


@dataclass(frozen=True, slots=True)
class CreditFacts:
    """The credit of an order; a part that lacks evidence holds what it lacks."""

    account: Row | None
    limit: Figure | NotKnown
    exposure: Exposure | NotKnown
    overdue: Overdue | NotKnown
    ageing: dict[str, Figure] | NotKnown
    disputed: Figure | NotKnown
    uncleared: list[Money] | NotKnown
    """Payments that are received and not cleared."""
    would_lower: list[Money] | NotKnown
    """Those that would lower the exposure by their whole amount."""

    @property
    def excluded(self) -> bool:
        """Whether the account is excluded from the checks (C4: manual_hold off)."""
        return self.account is not None and self.account.text("manual_hold") == "off"

    @property
    def excess(self) -> Figure | None:
        """Exposure after this order less the limit; negative where there is headroom."""
        if isinstance(self.limit, NotKnown) or isinstance(self.exposure, NotKnown):
            return None
        after, limit = self.exposure.after, self.limit
        value = after.number - limit.number
        return derived("excess", limit.unit, "exposure_after - limit", value, after, limit)

    @property
    def headroom(self) -> Figure | None:
        """The limit less the exposure after this order."""
        if isinstance(self.limit, NotKnown) or isinstance(self.exposure, NotKnown):
            return None
        after, limit = self.exposure.after, self.limit
        value = limit.number - after.number
        return derived("headroom", limit.unit, "limit - exposure_after", value, limit, after)

    @property
    def overdue_share(self) -> Figure | None:
        """Overdue as a part of the exposure, between 0 and 1; None where not known."""
        if isinstance(self.overdue, NotKnown) or isinstance(self.exposure, NotKnown):
            return None
        late, after = self.overdue.net, self.exposure.after
        if late.number <= after.number and after.number > 0:
            value, formula = late.number / after.number, "overdue / exposure_after"
        else:
            value = Decimal(1 if late.number else 0)
            formula = "by rule: all of it, where no less is overdue than owed; none without overdue"
        return derived("overdue_share", "", formula, value, late, after)


def credit_facts(case: Case) -> CreditFacts:
    """The credit of an order; nothing is raised, what is missing stands in its place."""
    book, order_id = case.book, case.order_id

    def lowering() -> list[Money]:
        scope = scope_of(case)
        return would_lower(book, scope, ledger_of(book, scope), order_id)

    return CreditFacts(
        account_row(case),
        attempt(lambda: effective_limit(case)),
        attempt(lambda: exposure(case)),
        attempt(lambda: overdue(case)),
        attempt(lambda: ageing(case)),
        attempt(lambda: disputed(case)),
        attempt(lambda: uncleared(book, scope_of(case))),
        attempt(lowering),
    )
