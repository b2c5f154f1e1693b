"""Show a packet to a person: the answer first, then what is wrong, options, who decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from agent.app.output import indented, plain_text, table, words
from agent.review.queue import minutes_left, shown_minutes
from agent.review.render import render_value
from tools.view import HIDDEN

Json = Mapping[str, Any]


def _amount(value: object, unit: str) -> str:
    from decimal import Decimal, InvalidOperation

    if value is None:
        return "not known"
    try:
        return render_value(Decimal(str(value)), unit, "en", None)
    except InvalidOperation:
        return str(value)


def _header(packet: Json) -> Text:
    order, customer = packet["order"], packet["customer"]
    currency = order.get("currency") or ""
    parts = [
        packet["order_id"],
        f"PO {order['customer_ref']}" if order.get("customer_ref") else "",
        str(customer.get("name") or customer["customer_id"]),
        f"bill-to {customer['bill_to_id']}" if _is_billed_elsewhere(customer) else "",
        f"net {_amount(order.get('net'), currency)}",
        f"gross {_amount(order.get('gross'), currency)}",
        f"promise {order.get('promise') or 'not known'}",
        _time_left(packet),
        f"risk {packet['risk']['level']}",
        f"decides {words(packet['owner']['role'])} {packet['owner']['user_id'] or ''}".strip(),
    ]
    return plain_text(" · ".join(part for part in parts if part))


def _is_billed_elsewhere(customer: Json) -> bool:
    return customer.get("bill_to_id") not in (None, customer["customer_id"])


def _time_left(packet: Json) -> str:
    """The time left for what still keeps the promise; empty where there is nothing to deliver."""
    if packet["delivery"].get("promise") is None:
        return ""
    left = minutes_left(packet, datetime.fromisoformat(packet["as_of"]))
    known = all(gap["check"] != "route_risk" for gap in packet["not_known"])
    shown = shown_minutes(left, known=known)
    if left is None:
        return shown if known else f"time left {shown}"
    return f"{shown} left" if left >= 0 else "its cutoff is past"


def _findings(packet: Json) -> Iterator[RenderableType]:
    for exception in packet["exceptions"]:
        title = words(exception["class"]) + (" (primary)" if exception["primary"] else "")
        yield Text(f"\n{title}", style="bold")
        for finding in exception["findings"]:
            about = f"{words(finding['code'])}, {finding['severity']}"
            yield indented(f"{finding['statement']} ({about})")
            yield indented(f"to clear: {finding['clears_when']['text']}", 4)
            refs = finding["citations"]
            more = f" and {len(refs) - 6} more" if len(refs) > 6 else ""
            yield indented(f"cites: {', '.join(refs[:6])}{more}", 4)


def _credit(packet: Json) -> Iterator[RenderableType]:
    credit = packet["credit"]
    if credit.get("currency") and credit.get("exposure_after") is not None:
        figures = [(words(name), _amount(credit.get(name), credit["currency"]))
                for name in ("limit", "exposure_before", "exposure_after", "headroom",
                             "exposure_after_without_open_orders", "overdue")]  # fmt: skip
        yield table("\ncredit", ("", ">amount"), figures)
    waiting = credit.get("which_can_go") or []
    if waiting:
        rows = [(w.get("order_id"), _amount(w.get("gross"), credit["currency"]),
                 _amount(w.get("headroom_after"), credit["currency"]),
                 "fits" if w.get("fits") else "does not fit") for w in waiting]  # fmt: skip
        yield table("\nwhich can go", ("order", ">gross", ">headroom after", ""), rows)


def _stock(packet: Json) -> Iterator[RenderableType]:
    rows = [
        (e["line_no"], e.get("sku"),
         *(_amount(e.get(key), e.get("unit") or "") for key in ("needed", "available", "short")),
         e.get("in_full_on") or ("not known" if e.get("available") is None else "no date"),
         "; ".join(f"{o['kind']} {_amount(o.get('quantity'), '')} on {o.get('available_on') or '?'}"
                   for o in e.get("options", [])))
        for e in packet["stock"]
    ]  # fmt: skip
    if any(str(row[4]) != "not known" and not str(row[4]).startswith("0") for row in rows):
        columns = ("line", "sku", ">needed", ">available", ">short", "in full on", "options")
        yield table("\nstock", columns, rows)


def _options(packet: Json) -> RenderableType:
    chosen = packet["recommendation"]["disposition"]
    rows = [
        (("→ " if o["disposition"] == chosen else "  ") + o["disposition"],
         "feasible" if o["feasible"] else "no", o.get("available_on") or "",
         ", ".join(o["blocked_by"]), o["why"])
        for o in packet["recommendation"]["options"]
    ]  # fmt: skip
    return table("\noptions", ("path", "", "on", "locked by", "why"), rows)


def _notes(title: str, lines: Iterable[str]) -> Iterator[RenderableType]:
    found = list(lines)
    if found:
        yield Text(f"\n{title}", style="bold")
        yield from (indented(line) for line in found)


def _is_hidden(withheld: Json) -> bool:
    return str(withheld["text"]) == HIDDEN


def packet_view(packet: Json) -> Group:
    """A packet for a person, in the order in which it is read."""
    locked = ", ".join(action["action"] for action in packet["actions"])
    note = " ".join(s["text"] for s in packet["internal_note"]["sentences"])
    message = " ".join(s["text"] for s in packet["customer_message"]["sentences"])
    shown = "hypothetical, not to be approved · " if packet.get("hypothetical") else ""
    parts: list[RenderableType] = [
        _header(packet),
        Panel(plain_text(packet["answer"]), title="answer", title_align="left"),
        *_findings(packet),
        *_notes(
            "waived",
            (
                f"{w['statement']} ({w['user_id']}, until {w['until']})"
                for w in packet.get("waived", [])
            ),
        ),
        *_notes("not known", (f"{words(g['check'])}: {g['why']}" for g in packet["not_known"])),
        *_notes("holds", (h["note"] for h in packet["hold_check"])),
        *_credit(packet),
        *_stock(packet),
        _options(packet),
        *_notes("hidden from you", (w["reason"] for w in packet["withheld"] if _is_hidden(w))),
        *_notes("about the data", (n["note"] for n in packet["data_notes"])),
        *_notes("internal note", [note]),
        *_notes("customer message (draft, locked)", [message]),
        *_notes("locked for the agent", [locked]),
        Text(),
        plain_text(
            f"{shown}as of {packet['as_of']} · snapshot {packet['snapshot']} · policy "
            f"{packet['policy_version']} · drafted by {packet['drafted_by']}"
        ),
    ]
    return Group(*parts)
