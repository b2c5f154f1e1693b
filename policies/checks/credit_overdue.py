"""C2 `overdue`: what is past due and grace, less cash that is not applied yet."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from policies.findings import Bound, Clearing, DataNote, Finding, Sentence
from policies.settings import Settings
from tools.book import Case
from tools.credit import derived
from tools.credit_facts import CreditFacts
from tools.credit_overdue import Overdue
from tools.money import minor_unit
from tools.rows import Figure, Source
from tools.unknown import NotKnown


def tolerated(facts: CreditFacts, settings: Settings) -> tuple[Decimal, Source | None]:
    """The overdue amount that is tolerated, with its cell where the account names one."""
    account = facts.account
    own = account.number("overdue_amount_limit") if account else None
    if account is None or own is None:
        return settings.credit.overdue_amount_limit, None
    return own, account.cell("overdue_amount_limit")


def _clearing(case: Case, late: Figure, limit: Decimal, cell: Source | None) -> Clearing:
    unit = minor_unit(late.unit)
    amount = ((late.number - limit) / unit).to_integral_value(ROUND_CEILING) * unit
    name = "overdue_amount_limit" if cell else format(limit, "f")
    payment = derived(
        "overdue_payment", late.unit, f"ceil((overdue - {name}) / {unit}) * {unit}", amount,
        late, *([cell] if cell else []),
    )  # fmt: skip
    change = {
        "kind": "payment", "customer_id": case.bill_to_id, "company_id": case.company_id,
        "amount": format(amount, "f"), "currency": late.unit,
    }  # fmt: skip
    return Clearing(
        Sentence("A cleared payment of {payment} clears it.", {"payment": payment}), change
    )


def _statement(found: Overdue, limit: Decimal, cell: Source | None) -> Sentence:
    figures: dict[str, Bound] = {"overdue": found.net}
    text = "{overdue} is overdue"
    if cell is not None and limit > 0:
        text, figures = "{overdue} is overdue, {tolerated} being tolerated", {
            **figures, "tolerated": cell,
        }  # fmt: skip
    if found.oldest is not None:
        text += "; the oldest document {oldest} was due on {due}"
        figures |= {
            "oldest": found.oldest.cell("invoice_id"), "due": found.oldest.cell("due_on"),
        }  # fmt: skip
    return Sentence(text + ".", figures)


def overdue(case: Case, facts: CreditFacts, settings: Settings) -> Finding | None:
    """C2, where it is known; None where nothing beyond the tolerated amount is overdue."""
    found = facts.overdue
    limit, cell = tolerated(facts, settings)
    if isinstance(found, NotKnown) or found.net.number <= limit:
        return None
    values: dict[str, Bound | str | int | None] = {
        "overdue": found.net, "overdue_gross": found.gross, "oldest_days": found.oldest_days,
        "tolerated": cell,
    }  # fmt: skip
    return Finding(
        "credit_hold", "overdue", _statement(found, limit, cell),
        _clearing(case, found.net, limit, cell), values=values,
        citations=(facts.account,) if facts.account else (),
    )  # fmt: skip


def apply_cash(facts: CreditFacts, settings: Settings) -> DataNote | None:
    """The note for finance where cash that is not applied yet explains what is past due."""
    found, (limit, _) = facts.overdue, tolerated(facts, settings)
    if isinstance(found, NotKnown):
        return None
    if found.gross.number <= limit or found.net.number > limit:
        return None
    payments, notes = found.net.inputs[1:]
    text = (
        "{gross} is past due and explained by payments of {payments} and credit notes of {notes} "
        "that are not applied yet; finance is to apply them."
    )
    figures = {"gross": found.gross, "payments": payments, "notes": notes}
    return DataNote("apply_cash", Sentence(text, figures))
