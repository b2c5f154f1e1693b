"""Stage guard: tell the policy guard the facts of an order, and lock every action by its rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from agent.review.classify import Classified
from policies.guard import LockFacts, OrderFacts, actions_json, limit_to_minor, to_minor
from policies.owner import roles_of
from tools.book import Case
from tools.rows import Figure, Row
from tools.unknown import NotKnown
from tools.values import line_value, order_value, rate, wanted


def _converted(case: Case, figure: Figure | None, currency: str) -> Decimal | None:
    """A figure's amount in the policy currency at today's rate; None where it is not known."""
    if figure is None:
        return None
    try:
        return rate(case.book, figure.unit, currency, case.today).apply(figure.number)
    except (NotKnown, TypeError):
        return None


def _gross(case: Case, currency: str) -> Decimal | None:
    try:
        found = order_value(case.book, case.order, currency=currency, on=case.today, gross=True)
    except NotKnown:
        return None
    return found.number


def _largest_line(case: Case, currency: str, today: date) -> Decimal | None:
    values = []
    for line in case.lines:
        try:
            value = line_value(
                case.book, line, wanted(line), "policy", currency=currency, on=today, gross=False
            )
        except NotKnown:
            return None
        values.append(value.number)
    return max(values, default=Decimal(0))


def _credit_measure(judged: Classified, currency: str) -> Decimal | None:
    """What override_credit is measured against: the larger of gross value and excess."""
    gross = _gross(judged.case, currency)
    if gross is None or "excess" not in judged.result.shared:
        return gross
    excess = _converted(judged.case, judged.result.shared["excess"], currency)
    return None if excess is None else max(gross, excess)


def authority(case: Case, staff: Row, currency: str) -> Decimal | None:
    """A person's own approval limit in the policy currency; None is no authority."""
    limit = staff.number("approval_limit")
    if limit is None:
        return None
    try:
        return rate(case.book, staff.text("currency") or currency, currency, case.today).apply(
            limit
        )
    except NotKnown:
        return None


def _credit_authority(case: Case, currency: str) -> int | None:
    holders = [
        row for row in case.book.all("staff")
        if "credit_control" in roles_of(row) and row.text("company_id") in (None, case.company_id)
    ]  # fmt: skip
    limits = [found for row in holders if (found := authority(case, row, currency)) is not None]
    return limit_to_minor(max(limits), currency) if limits else None


def _minor(amount: Decimal | None, currency: str) -> int | None:
    return None if amount is None else to_minor(amount, currency)


def lock_facts(judged: Classified) -> LockFacts:
    """The facts that decide who may approve which action; amounts in minor units."""
    case, settings = judged.case, judged.settings
    currency = settings.approval.policy_currency
    value = judged.policy_value.number if judged.policy_value else None
    margin = judged.result.shared.get("margin_loss")
    given_up = _converted(case, margin, currency) if margin is not None else Decimal(0)
    return LockFacts(
        classes=frozenset(finding.cls for finding in judged.findings),
        not_known=frozenset(gap.check for gap in judged.unknown),
        order_value=_minor(value, currency),
        release_from=to_minor(settings.approval.release_from, currency),
        executive_from=to_minor(settings.approval.executive_from, currency),
        order_status=case.order.text("status") or "",
        hit=any(f.code == "hit" for f in judged.findings),
        below_floor=any(f.code == "below_margin_floor" for f in judged.findings),
        credit_excess=_minor(_credit_measure(judged, currency), currency),
        margin_given_up=_minor(given_up, currency),
        line_value=_minor(_largest_line(case, currency, case.today), currency),
        credit_authority=_credit_authority(case, currency),
    )


def _person(case: Case, user_id: str | None) -> frozenset[str]:
    """The person behind an account, where the staff table knows them; else the account."""
    if user_id is None:
        return frozenset()
    row = case.book.one("staff", user_id=user_id)
    return frozenset({(row.text("person_id") if row else None) or user_id})


def order_facts(judged: Classified) -> OrderFacts:
    """What the packet tells the guard: locks' facts, place, and who touched the order."""
    case = judged.case
    changers = [
        row.text("changed_by") for row in case.book.by("order_changes", order_id=case.order_id)
    ]
    requesters = [
        row.text("requested_by")
        for table in ("price_overrides", "approvals")
        for row in case.book.by(table, order_id=case.order_id)
    ]
    none: frozenset[str] = frozenset()
    return OrderFacts(
        lock=lock_facts(judged),
        order_id=case.order_id,
        company_id=case.company_id or "",
        site_id=case.site_id or "",
        creators=_person(case, case.order.text("created_by")),
        requesters=none.union(*(_person(case, user) for user in requesters)),
        changers=none.union(*(_person(case, user) for user in changers)),
        owner_role=judged.owner.role,
    )


def actions_of(judged: Classified) -> list[dict[str, Any]]:
    """The packet's `actions`: every locked action, by which rules, and who may approve it."""
    return actions_json(lock_facts(judged), judged.case.book.as_of)
