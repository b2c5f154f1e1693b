"""The panel to decide: which buttons work for this person, and why the others do not."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from agent.app.output import words
from agent.app.service import acts
from agent.app.service.identity import Who
from agent.app.service.office import Office
from agent.app.service.rights import Right
from agent.desk.claims import holder
from agent.desk.models import OPEN_STATUSES, Decision, Packet
from agent.desk.reasons import REASON_CODES
from policies.guard import LOCKED_ACTIONS, Verdict
from tools.errors import Denied

OF_CLASS: dict[str, tuple[str, ...]] = {
    "credit_hold": ("override_credit", "change_credit_limit"),
    "stock_shortage": ("ship_partial", "transfer_stock", "allocate_stock"),
    "customer_priority_conflict": ("allocate_stock",),
    "substitution_need": ("substitute_item",),
    "price_mismatch": ("change_price",),
    "route_risk": ("change_promise",),
    "compliance_issue": ("waive_finding",),
    "approval_gap": (),
}
"""The actions that answer a class, besides the release."""
HANDLED = (
    ("reject", "Reject", "2"), ("send_back", "Send back", "3"),
    ("request_info", "Ask for information", "I"), ("reassign", "Reassign", "A"),
    ("snooze", "Snooze", "H"),
)  # fmt: skip
SNOOZES = (("1", "1 hour"), ("2", "2 hours"), ("4", "4 hours"), ("24", "until tomorrow"))


def panel(office: Office, who: Who, found: Packet) -> dict[str, Any]:
    """What the panel shows.

    `approve` lists actions with their verdict, those that answer the findings first; `handle` the
    other buttons; `why_not` is one sentence where nothing can be done.
    """
    if found.status not in OPEN_STATUSES:
        return {"open": False, "signatures": _signatures(office, found)}
    try:
        given = acts.verdicts(office, who, found) if who.has(Right.DECIDE) else {}
    except Denied as no:
        return {"open": True, "why_not": str(no), "signatures": _signatures(office, found)}
    if not given:
        why = f"{', '.join(map(words, sorted(who.roles))) or 'nobody'} reads and does not decide"
        return {"open": True, "why_not": why, "signatures": _signatures(office, found)}
    first, others = _ordered(found.body)
    return {
        "open": True,
        "why_not": "",
        "approve": [_action(found, name, given[name]) for name in first],
        "others": [_action(found, name, given[name]) for name in others],
        "handle": [
            {"decision": name, "label": label, "key": key, **_said(given[name])}
            for name, label, key in HANDLED
        ],
        "can_waive": given["waive_finding"].allowed,
        "can_approve": any(given[name].allowed for name in LOCKED_ACTIONS),
        "people": _people(office, found, who),
        "snoozes": SNOOZES,
        "classes": [one["class"] for one in found.body["exceptions"]],
        "signatures": _signatures(office, found),
        "etag": acts.etag_of(found),
        "key": secrets.token_urlsafe(12),
        "codes": REASON_CODES,
        "claimed": _claimed(office, found),
    }


def _ordered(packet: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    named = [a for one in packet["exceptions"] for a in OF_CLASS.get(one["class"], ())]
    first = list(dict.fromkeys([*named, "release_order"]))
    return first, [name for name in LOCKED_ACTIONS if name not in first]


def _action(found: Packet, name: str, verdict: Verdict) -> dict[str, Any]:
    override = acts.needs_reason(found.body, name)
    return {"action": name, **_said(verdict), "override": override}


def _said(verdict: Verdict) -> dict[str, Any]:
    why = verdict.reason.partition(": ")[2] or verdict.reason
    return {
        "allowed": verdict.allowed, "why": why, "rules": verdict.rules, "roles": verdict.roles,
        "count": verdict.count, "change": verdict.would_change,
    }  # fmt: skip


def _claimed(office: Office, found: Packet) -> str:
    """Who holds the packet now, by account; empty where nobody does."""
    with office.desk.read() as session:
        held = holder(found, office.desk.now(session))
    return (found.claimed_by or "") if held else ""


def _people(office: Office, found: Packet, who: Who) -> list[tuple[str, str]]:
    """Colleagues to reassign to: user and name, of the order's company."""
    _, judged = office.judged(found.order_id)
    company = judged.case.company_id
    return [
        (str(row["user_id"]), row.text("name") or str(row["user_id"]))
        for row in judged.case.book.all("staff")
        if row.text("roles") and row.text("company_id") in (None, company)
        and row["user_id"] != who.user_id
    ]  # fmt: skip


def _signatures(office: Office, found: Packet) -> list[Any]:
    """What was signed or decided on any version of the case, the first first."""
    of_case = select(Decision).join(Packet, Packet.packet_id == Decision.packet_id)
    with office.desk.read() as session:
        return list(
            session.scalars(
                of_case.where(Packet.case_id == found.case_id).order_by(Decision.decided_at)
            )
        )


def snoozed_until(office: Office, hours: str) -> str:
    """The end of a snooze as the desk takes it; an unknown length is one hour."""
    known = {value for value, _ in SNOOZES}
    length = timedelta(hours=int(hours) if hours in known else 1)
    return (office.basis().as_of + length).isoformat()
