"""The facts of a packet for each class, in the order in which people at the desk read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agent.app.console.cite import Marks
from agent.app.console.render import amount, day, moment
from agent.app.output import counted, words
from tools.view import HIDDEN

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Fact:
    """One line: what, the figure with its source, and a note."""

    label: str
    text: str
    source: dict[str, Any] | None = None
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """A table among the facts; its first column names the row."""

    title: str
    columns: tuple[str, ...]
    rows: list[list[str]]
    numeric: frozenset[int] = frozenset()


Facts = Sequence[Fact | Grid]


def facts_of(cls: str, packet: Json, marks: Marks) -> Facts:
    """The facts of one class of a packet, those that are hidden from the reader only counted."""
    make = _CLASSES.get(cls)
    found = list(make(packet, marks)) if make else []
    shown = [one for one in found if not _is_hidden(one)]
    if len(shown) == len(found):
        return found
    return [Fact("Hidden from your role", counted(len(found) - len(shown), "fact")), *shown]


def _is_hidden(one: Fact | Grid) -> bool:
    if isinstance(one, Fact):
        return one.text == HIDDEN
    return bool(one.rows) and all(HIDDEN in row for row in one.rows)


def _whether(value: object, yes: str, no: str) -> str:
    """A yes or no of a packet in words; hidden stays hidden."""
    return HIDDEN if value == HIDDEN else yes if value else no


def _credit(packet: Json, marks: Marks) -> Iterator[Fact | Grid]:
    credit = packet["credit"]
    unit = credit.get("currency")

    def money(label: str, key: str, note: str = "") -> Fact:
        return Fact(label, amount(credit.get(key), unit), marks.bound(f"credit/{key}"), note)

    over = credit.get("excess")
    if over is not None:
        share = _share(over, credit.get("limit"))
        yield money("Over the limit by", "excess", share)
    yield money("Limit in force", "limit", _valid(credit))
    yield money("Exposure with this order", "exposure_after")
    days = credit.get("oldest_overdue_days")
    oldest = f"oldest {days} days" if days is not None else "nothing is overdue"
    yield money("Overdue, net of cash and disputes", "overdue", oldest)
    paid = credit.get("last_payment") or {}
    if paid:
        base = "credit/last_payment/amount"
        text = amount(paid.get("amount"), paid.get("currency"))
        note = f"{paid.get('payment_id')} on {day(paid.get('received_on'))}, {paid.get('status')}"
        yield Fact("Last payment", text, marks.bound(base), note)
    for at, one in enumerate(credit.get("uncleared_payments") or ()):
        source = marks.bound(f"credit/uncleared_payments/{at}/amount")
        enough = _whether(one.get("clears"), "enough if it clears", "not enough alone")
        yield Fact("Received, not cleared", amount(one.get("amount"), unit), source,
                   f"{one.get('payment_id')}; {enough}")  # fmt: skip
    yield money("Without other open orders", "exposure_after_without_open_orders")
    yield money("Without blocked orders", "exposure_after_without_blocked_orders")
    yield money("Insured", "insured_amount")
    review = f"next review {day(credit.get('next_review_on'))}"
    level = credit.get("dunning_level")
    yield Fact("Dunning level", amount(level, ""), marks.bound("credit/dunning_level"), review)
    waiting = credit.get("which_can_go") or []
    if waiting:
        rows = [
            [str(w["order_id"]), amount(w.get("gross"), unit),
             amount(w.get("headroom_after"), unit),
             _whether(w.get("fits"), "fits", "does not fit")]
            for w in waiting
        ]  # fmt: skip
        columns = ("Order", "Gross", "Headroom after", "Fits")
        yield Grid("Orders of this payer that wait, in a sequence that fits", columns, rows,
                   frozenset({1, 2}))  # fmt: skip


def _valid(credit: Json) -> str:
    until = credit.get("limit_valid_to")
    return f"valid to {until}" if until else "no end date"


def _share(part: object, whole: object) -> str:
    """A part in per cent of the limit; empty where one of them is not known or hidden."""
    try:
        share = Decimal(str(part)) * 100 / Decimal(str(whole))
    except ArithmeticError:
        return ""
    return f"{share:.1f} % of the limit"


def _stock(packet: Json, marks: Marks) -> Iterator[Fact | Grid]:
    rows = []
    for line in packet["stock"]:
        unit = line.get("unit") or ""
        rows.append(
            [f"{line['line_no']} · {line.get('sku')}", amount(line.get("needed"), unit),
             amount(line.get("available"), unit), amount(line.get("short"), unit),
             day(line["in_full_on"]) if line.get("in_full_on") else "no date known"]
        )  # fmt: skip
    columns = ("Line", "Needed", "Available", "Short", "In full on")
    yield Grid("Lines", columns, rows, frozenset({1, 2, 3}))
    for line in packet["stock"]:
        yield from _line(line)


def _line(line: Json) -> Iterator[Grid]:
    unit = line.get("unit") or ""
    where = f"line {line['line_no']}, {line.get('sku')}"
    options = [
        [words(o["kind"]) + (f" {o['substitute_sku']}" if o.get("substitute_sku") else ""),
         amount(o.get("quantity"), unit), day(o.get("available_on"))]
        for o in line.get("options") or ()
    ]  # fmt: skip
    if options:
        yield Grid(f"What could come, {where}", ("How", "Quantity", "Date"), options,
                   frozenset({1}))  # fmt: skip
    unusable = [
        [str(b["batch_id"]), amount(b.get("quantity"), unit), words(b.get("why")),
         day(b.get("expires_on"))]
        for b in line.get("not_usable") or ()
    ]  # fmt: skip
    if unusable:
        columns = ("Batch", "Quantity", "Why not", "Expires")
        yield Grid(f"In the warehouse but not usable, {where}", columns, unusable, frozenset({1}))


def _contest(packet: Json, marks: Marks) -> Iterator[Fact | Grid]:
    for line in packet["stock"]:
        unit = line.get("unit") or ""
        rows = [
            [f"{c['order_id']} · {c['line_no']}", words(c.get("rank")), str(c.get("rank_why")),
             amount(c.get("priority"), ""), amount(c.get("quantity"), unit), words(c.get("claim")),
             _whether(c.get("held"), "held", "can ship")]
            for c in line.get("competitors") or ()
        ]  # fmt: skip
        if rows:
            columns = ("Order", "Rank", "Why", "Priority", "Quantity", "Claim", "State")
            title = f"Who else wants {line.get('sku')} (line {line['line_no']}), " + (
                f"{amount(line.get('supply'), unit)} to divide"
            )
            yield Grid(title, columns, rows, frozenset({3, 4}))


def _substitution(packet: Json, marks: Marks) -> Iterator[Fact | Grid]:
    rows = [
        [str(line.get("sku")), str(option.get("substitute_sku")),
         amount(option.get("quantity"), line.get("unit") or ""), day(option.get("available_on")),
         amount(option.get("cost"), packet["order"].get("currency")),
         _whether(option.get("needs_customer_acceptance"), "ask the customer", "accepted")]
        for line in packet["stock"]
        for option in line.get("options") or ()
        if option["kind"] == "substitute"
    ]  # fmt: skip
    columns = ("Original", "Substitute", "Quantity", "Date", "Cost", "Customer")
    yield Grid("Substitutes", columns, rows, frozenset({2, 4}))


def _price(packet: Json, marks: Marks) -> Iterator[Fact | Grid]:
    rows = []
    currency = packet["order"].get("currency")
    for line in packet["price"]:
        rows.append(
            [f"{line['line_no']} · {line.get('sku')}", amount(line.get("charged"), currency),
             amount(line.get("expected"), currency), _sign(line.get("difference"), currency),
             amount(line.get("difference_line"), currency),
             f"{line.get('rule_name') or 'no rule'} (by {words(line.get('date_basis'))} date)",
             _percent(line.get("margin_pct")), _percent(line.get("floor_pct"))]
        )  # fmt: skip
    columns = ("Line", "Charged", "Expected", "Per unit", "Line total", "Rule", "Margin", "Floor")
    yield Grid("Prices", columns, rows, frozenset({1, 2, 3, 4, 6, 7}))


def _percent(value: object) -> str:
    return amount(value, "percent")


def _sign(value: object, unit: str | None) -> str:
    text = amount(value, unit)
    if value is None or str(value) == "0":
        return text
    return f"{text} too {'little' if str(value).startswith('-') else 'much'}".lstrip("-")


def _route(packet: Json, marks: Marks) -> Iterator[Fact | Grid]:
    delivery, zone = packet["delivery"], packet["timezone"]
    latest = delivery.get("latest_action_at")
    text = moment(latest, zone) if latest else "no run keeps the promise"
    yield Fact("Act before", text, marks.bound("delivery/latest_action_at"))
    why = words(delivery.get("binding_constraint") or "none")
    load = f"{amount(delivery.get('weight_kg'), 'kg')}, {amount(delivery.get('volume_m3'), 'm3')}"
    yield Fact("What binds", why, None, f"this order: {load}")
    yield Fact("Feasible delivery", day(delivery.get("feasible_on")),
               marks.bound("delivery/feasible_on"),
               f"promised {day(delivery.get('promise'))}")  # fmt: skip
    rows = [
        [str(r["run_id"]), moment(r.get("closes_at"), zone), day(r.get("delivery_on")),
         amount(r.get("free_kg"), "kg"), amount(r.get("free_m3"), "m3"),
         amount(r.get("free_stops"), ""), _whether(r.get("fits"), "fits", words(r.get("why_not")))]
        for r in delivery.get("next_runs") or ()
    ]  # fmt: skip
    columns = ("Run", "Closes", "Delivers", "Free weight", "Free volume", "Stops", "Fits")
    yield Grid("Next runs", columns, rows, frozenset({3, 4, 5}))


def _compliance(packet: Json, marks: Marks) -> Iterator[Fact | Grid]:
    screened = ("party_type", "party_id", "list_name", "checked_at", "result", "score",
                "matched_name", "cleared_by")  # fmt: skip
    rows = [
        [str(row.get(name) if row.get(name) is not None else "") for name in screened]
        for ref, row in sorted(packet["evidence"].items())
        if ref.startswith("compliance_checks/")
    ]
    columns = tuple(words(name).capitalize() for name in screened)
    yield Grid("Screenings", columns, rows)


def _approval(packet: Json, marks: Marks) -> Iterator[Fact | Grid]:
    rows = [
        [words(a["action"]), ", ".join(map(words, a["approval"]["roles"])) or "nobody",
         str(a["approval"]["count"]), moment(a["approval"]["expires_at"], packet["timezone"])]
        for a in packet["actions"]
    ]  # fmt: skip
    columns = ("Action", "Who may sign", "Signatures", "Good until")
    yield Grid("What a person may sign", columns, rows, frozenset({2}))


_CLASSES: dict[str, Callable[[Json, Marks], Iterator[Fact | Grid]]] = {
    "credit_hold": _credit,
    "stock_shortage": _stock,
    "customer_priority_conflict": _contest,
    "substitution_need": _substitution,
    "price_mismatch": _price,
    "route_risk": _route,
    "compliance_issue": _compliance,
    "approval_gap": _approval,
}
