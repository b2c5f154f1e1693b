"""Parameters of an approval held against the order: a part, a new limit, a finding to waive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from agent.desk.models import Decision
from agent.desk.requests import NAMES_ACTION, Current, Request
from agent.review.classify import Classified
from agent.review.locks import order_facts
from agent.review.waivers import MEASURES, measured, values_hash
from policies.findings import Finding
from policies.guard import OrderFacts, Person, to_minor
from tools.errors import BadInput
from tools.unknown import NotKnown
from tools.values import rate

Json = Mapping[str, Any]
DEFAULT_ACTION = "release_order"


def completed(
    packet: Json, judged: Classified, signed: Sequence[Decision], request: Request
) -> Request:
    """The request with its parameters held against the order, and completed from it.

    What a second signer leaves out is as the first signer signed it.

    Raises:
        BadInput: the parameters do not fit the order; the sentence says what does.
    """
    if request.decision not in NAMES_ACTION:
        return request
    action, given = request.action, dict(request.parameters)
    if packet["fingerprint"] != request.shown_fingerprint:  # stale, which the desk will say
        return replace(request, action=action or DEFAULT_ACTION)
    if signed and not given and action in ("", signed[0].action):
        first = signed[0]
        return replace(
            request, action=first.action, parameters=first.parameters, typed=request.as_typed()
        )
    action = action or DEFAULT_ACTION
    if action == "change_credit_limit" and "amount" not in given:
        raise BadInput(
            'name the new limit: --amount "132400 EUR" (and --until for a temporary one)'
        )
    if action == "waive_finding":
        made = waiver(judged, given)
    else:
        check_part(packet, action, given)
        made = given
    return replace(request, action=action, parameters=made, typed=request.as_typed())


def current_of(
    packet: Json, judged: Classified, request: Request, staff: Callable[[], Sequence[Person]]
) -> Current:
    """The order as it is now, its credit measured by what the request grants."""
    facts = measured_facts(judged, order_facts(judged), request.action, request.parameters)
    return Current(packet["fingerprint"], facts, staff)


def check_part(packet: Json, action: str, given: Json) -> None:
    """Hold the part that is approved against the order.

    Raises:
        BadInput: a line that is not there, another currency, or more than the order is worth.
    """
    known = {line["line_no"] for line in packet["price"]}
    if strange := [str(one) for one in given.get("lines", []) if one not in known]:
        lines = ", ".join(map(str, sorted(known)))
        raise BadInput(f"{packet['order_id']} has no line {', '.join(strange)}; it has {lines}")
    if "amount" not in given:
        return
    if action == "change_credit_limit":
        _check_limit(packet, given)
        return
    amount, currency = Decimal(given["amount"]["value"]), given["amount"]["currency"]
    order = packet["order"]
    if currency != order["currency"]:
        raise BadInput(f"{packet['order_id']} is in {order['currency']}, not in {currency}")
    if order["gross"] is not None and amount > Decimal(order["gross"]):
        raise BadInput(
            f"{amount} {currency} is more than the order: {order['gross']} {currency} gross"
        )


def _check_limit(packet: Json, given: Json) -> None:
    credit, amount = packet["credit"], given["amount"]
    if credit.get("limit") is None:
        raise BadInput("the credit limit is not known, so no other can be approved")
    if amount["currency"] != credit["currency"]:
        raise BadInput(f"the limit is in {credit['currency']}, not in {amount['currency']}")
    if Decimal(amount["value"]) <= Decimal(credit["limit"]):
        raise BadInput(
            f"{amount['value']} {amount['currency']} is not above the limit of "
            f"{credit['limit']} {credit['currency']}"
        )


def waiver(judged: Classified, given: Json) -> dict[str, Any]:
    """The parameters of a waiver: the finding, the worst value accepted, and the last day.

    Args:
        judged: the order as it is now.
        given: `class`, and where needed `code` and `line_no`; `worst` (a number; the value of
            today without), `until` (a date).

    Raises:
        BadInput: no such finding stands, several do, or the date is missing or past.
    """
    finding = _finding(judged, given)
    found = measured(finding)
    made: dict[str, Any] = {
        "class": finding.cls,
        "code": finding.code,
        "until": _last_day(judged, given).isoformat(),
        "values": values_hash(finding),
    }
    if finding.line_no is not None:
        made["line_no"] = finding.line_no
    if found is not None:
        made |= {"worst": _worst(finding, found[0], given), "unit": found[1]}
    elif given.get("worst"):
        raise BadInput(f"{finding.code} has no value to limit; leave out --up-to")
    return made


def _finding(judged: Classified, given: Json) -> Finding:
    standing = [f"{f.cls}/{f.code}" + (f" line {f.line_no}" if f.line_no else "")
                for f in judged.findings]  # fmt: skip
    fits = [
        f for f in judged.findings
        if f.cls == given.get("class") and given.get("code") in (None, f.code)
        and str(given.get("line_no") or f.line_no) == str(f.line_no)
    ]  # fmt: skip
    if len(fits) == 1:
        return fits[0]
    what = "no such finding stands" if not fits else "several findings fit"
    raise BadInput(
        f"{what}: name one with --class, --code and --line; standing: {', '.join(standing)}"
    )


def _last_day(judged: Classified, given: Json) -> date:
    if not given.get("until"):
        raise BadInput("a waiver ends: name its last day with --until 2026-03-31")
    day = date.fromisoformat(str(given["until"])[:10])
    if day < judged.case.today:
        raise BadInput(f"{day} is past; a waiver holds until a day to come")
    return day


def _worst(finding: Finding, value: Decimal, given: Json) -> str:
    """The worst value accepted; one better than today's would accept nothing."""
    if not given.get("worst"):
        return format(value.normalize(), "f")
    try:
        worst = Decimal(str(given["worst"]).replace(",", ""))
    except ArithmeticError:
        raise BadInput(f"{given['worst']} is no number; write --up-to 15000") from None
    below = MEASURES[finding.code][1] == "below"
    if not worst.is_finite() or (worst > value if below else worst < value):
        raise BadInput(f"the value is {value} today; a waiver up to {worst} would not cover it")
    return format(worst.normalize(), "f")


def measured_facts(judged: Classified, facts: OrderFacts, action: str, given: Json) -> OrderFacts:
    """The facts with credit measured by what is granted, where that is more than the excess.

    A higher limit is measured by the raise, and a waiver of credit by the excess it accepts.
    """
    granted = _granted(judged, action, given)
    if granted is None:
        return facts
    currency = judged.settings.approval.policy_currency
    excess = facts.lock.credit_excess
    amount: int | None = None
    try:
        step = rate(judged.case.book, granted[1], currency, judged.case.today)
        amount = to_minor(step.apply(granted[0]), currency)
    except NotKnown:
        pass
    known = None if amount is None or excess is None else max(amount, excess)
    return replace(facts, lock=replace(facts.lock, credit_excess=known))


def _granted(judged: Classified, action: str, given: Json) -> tuple[Decimal, str] | None:
    if action == "change_credit_limit" and "amount" in given:
        limit = judged.result.sections["credit"]["limit"]
        return Decimal(given["amount"]["value"]) - limit.number, given["amount"]["currency"]
    if action == "waive_finding" and given.get("class") == "credit_hold" and given.get("worst"):
        return Decimal(given["worst"]), str(given["unit"])
    return None
