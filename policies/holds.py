"""The ERP's hold codes against the evidence: which class a code means, and whether it is so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policies.findings import Bound, Sentence
from policies.settings import ExceptionClass, Settings
from tools.book import Case
from tools.rows import Figure, Row

GOODS: frozenset[str] = frozenset(
    {"stock_shortage", "customer_priority_conflict", "substitution_need"}
)
"""Classes that a code for goods agrees with."""
NO_CODE = Figure("hold.no_code", "no code", "text", "by rule: the hold has no code")


@dataclass(frozen=True, slots=True)
class HoldCheck:
    """One active hold: the class its code means (None: unknown code), and whether it agrees."""

    hold: Row
    maps_to: ExceptionClass | None
    agrees: bool | None
    note: Sentence


def active_holds(case: Case) -> list[Row]:
    """The order's holds that are active at `as_of`, the oldest first."""

    def is_active(row: Row) -> bool:
        released = row.moment("released_at")
        return row.text("status") != "released" or (
            released is not None and released > case.book.as_of
        )

    rows = [row for row in case.book.by("holds", order_id=case.order_id) if is_active(row)]
    return sorted(rows, key=lambda row: (row.moment("placed_at") or case.book.as_of, row.ref))


def class_of(code: str | None, settings: Settings) -> ExceptionClass | None:
    """The class of a hold code, by its longest known prefix."""
    text = (code or "").upper()
    known = [prefix for prefix in settings.hold_codes if text.startswith(prefix.upper())]
    return settings.hold_codes[max(known, key=len)] if known else None


def _agrees(maps_to: str | None, found: frozenset[str], not_known: frozenset[str]) -> bool | None:
    if maps_to is None:
        return None
    same = GOODS if maps_to == "stock_shortage" else frozenset({maps_to})
    if same & found:
        return True
    return None if maps_to in not_known else False


def _note(hold: Row, maps_to: str | None, agrees: bool | None) -> Sentence:
    code = hold.cell("code") if hold.text("code") else NO_CODE
    cells: dict[str, Bound] = {"hold": hold.cell("hold_id"), "code": code}
    where = ""
    if hold.text("stage"):
        where, cells["stage"] = " at stage {stage}", hold.cell("stage")
    name = (maps_to or "").replace("_", " ")
    if hold.flag("forced"):
        text = f"Hold {{hold}} ({{code}}{where}) is forced: figures never clear it."
    elif maps_to is None:
        text = f"Hold {{hold}}{where} has the code {{code}}, which maps to no class."
    elif agrees is None:
        text = f"Hold {{hold}} ({{code}}{where}) means {name}, which is not known here."
    elif agrees:
        text = f"Hold {{hold}} ({{code}}{where}) means {name}, and the evidence agrees."
    else:
        text = (
            f"Hold {{hold}} ({{code}}{where}) means {name}, but the evidence shows no such finding."
        )
    used = {name: cell for name, cell in cells.items() if f"{{{name}}}" in text}
    return Sentence(text, used)


def check_holds(
    case: Case, settings: Settings, found: Iterable[str], not_known: Iterable[str]
) -> list[HoldCheck]:
    """Compare every active hold with the classes found and those not known."""
    classes, unknown = frozenset(found), frozenset(not_known)
    checks = []
    for hold in active_holds(case):
        maps_to = class_of(hold.text("code"), settings)
        agrees = _agrees(maps_to, classes, unknown)
        checks.append(HoldCheck(hold, maps_to, agrees, _note(hold, maps_to, agrees)))
    return checks
