"""Screening of the parties (K1), licences and ages (K2, K3), VAT id (K4): compliance_issue.

Nothing here looks at value or urgency, and nothing overrides a hit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from policies.checks.compliance_licences import licence_findings
from policies.checks.compliance_vat import vat_findings
from policies.checks.compliance_words import (
    CLS,
    NOT_CLEAR,
    a_clear_check,
    clearing,
    gather,
    shown,
    state,
    told,
)
from policies.findings import Bound, CheckResult, Clearing, Finding, Sentence, Unknown
from policies.settings import Settings
from tools.approvals import staff_row
from tools.book import Case
from tools.compliance import Party, is_open, latest_ship_day, parties, party_row, screenings
from tools.rows import Figure, Row


def check(case: Case, settings: Settings) -> CheckResult:
    """Screen every party, every restricted line and the VAT id of one order."""
    result = CheckResult()
    if not case.book.present("compliance_checks"):
        why = "there is no table of compliance checks"
        result.not_known.append(Unknown(CLS, ("compliance_checks",), why))
        return result
    lines = [line for line in case.lines if is_open(case.book, line)]
    units: list[Callable[[], list[Finding]]] = [
        *(partial(_screening, case, settings, party) for party in parties(case)),
        *(partial(licence_findings, case, line) for line in lines),
        partial(vat_findings, case),
    ]
    gather(result, units)
    return result


def _screening(case: Case, settings: Settings, party: Party) -> list[Finding]:
    """K1 for one party: the newest check of each list."""
    found = screenings(case, party.party_id)
    required = settings.compliance.required_lists
    if not found:
        return [_not_screened(case, party, required)]
    ship, dated = latest_ship_day(case)
    max_age = settings.compliance.screening_max_age_days
    states = [(row, state(case, row, ship, dated, max_age)) for row in found.values()]
    findings = [
        _not_clear(case, party, row, code, ship) for row, code in states if code in NOT_CLEAR
    ]
    expired = [row for row, code in states if code == "expired"]
    if required:
        expired = [row for row in expired if row.text("list_name") in required]
        findings += [_list_missing(case, party, x, ship) for x in required if x not in found]
    elif any(code == "clear" for _, code in states):
        expired = []
    return findings + [_expired(case, party, row, ship, max_age) for row in expired]


def _who(party: Party) -> str:
    *rest, last = party.roles
    return f"{', '.join(rest)} and {last}" if rest else last


def _cited(case: Case, party: Party, row: Row | None = None) -> tuple[Row, ...]:
    person = staff_row(case.book, row.text("cleared_by")) if row else None
    rows = (row, case.order, party_row(case.book, party.party_id), person)
    return tuple(item for item in rows if item is not None)


def _values(party: Party, row: Row | None = None) -> dict[str, Bound | str | int | None]:
    return {"party": party.cell, "roles": ", ".join(party.roles), **(shown(row) if row else {})}


def _not_screened(case: Case, party: Party, required: list[str]) -> Finding:
    ship, _ = latest_ship_day(case)
    change = a_clear_check(
        case, ship, kind="denied_party", customer_id=party.party_id,
        list_name=required[0] if required else None,
    )  # fmt: skip
    return Finding(
        CLS, "not_screened",
        Sentence(f"The {_who(party)} {{party}} has no denied-party check on file.",
                 {"party": party.cell}),
        Clearing(
            Sentence("Clears with a clear denied-party check of {party}, valid on {ship_date}.",
                     {"party": party.cell, "ship_date": ship}), change,
        ),
        values={**_values(party), "ship_date": ship}, citations=_cited(case, party),
    )  # fmt: skip


def _list_missing(case: Case, party: Party, name: str, ship: Figure) -> Finding:
    wanted = Figure(
        f"compliance.{party.party_id}.{name}.required_list", name, "text",
        "by rule: a list of compliance.required_lists",
    )  # fmt: skip
    change = a_clear_check(
        case, ship, kind="denied_party", customer_id=party.party_id, list_name=name
    )
    bound: dict[str, Bound] = {"party": party.cell, "list": wanted}
    cited = (*screenings(case, party.party_id).values(), *_cited(case, party))
    return Finding(
        CLS, "list_missing",
        Sentence(f"The {_who(party)} {{party}} has not been checked against {{list}}.", bound),
        Clearing(Sentence("Clears with a clear check of {party} against {list}.", bound), change),
        values={**_values(party), "list": wanted}, citations=cited,
    )  # fmt: skip


def _not_clear(case: Case, party: Party, row: Row, code: str, ship: Figure) -> Finding:
    words = {
        "hit": "is a hit", "possible_match": "is a possible match that compliance has not cleared",
        "pending": "has no result yet",
    }  # fmt: skip
    template = f"The {told(row, 'check')} of the {_who(party)} {{party}} {words[code]}."
    return Finding(
        CLS, code,
        Sentence(template, {"party": party.cell, **shown(row)}),
        clearing(case, code, row, {}),
        severity="high" if code == "hit" else "medium",
        values={**_values(party, row), "ship_date": ship}, citations=_cited(case, party, row),
    )  # fmt: skip


def _expired(case: Case, party: Party, row: Row, ship: Figure, max_age: int | None) -> Finding:
    bound: dict[str, Bound] = {"party": party.cell, "ship_date": ship, **shown(row)}
    end, values = row.day("valid_to"), _values(party, row)
    text = "ended on {valid_to}, before the ship date {ship_date}"
    if end is None or str(end) >= str(ship.value):
        age = Figure("compliance.screening_max_age", max_age, "days",
                     "by rule: compliance.screening_max_age_days")  # fmt: skip
        bound["max_age"] = values["max_age"] = age
        text = "is older than the {max_age} that a check may be"
    change = a_clear_check(
        case, ship, kind="denied_party", customer_id=party.party_id,
        list_name=row.text("list_name"),
    )  # fmt: skip
    return Finding(
        CLS, "screening_expired",
        Sentence(f"The {told(row, 'check')} of the {_who(party)} {{party}} {text}.", bound),
        Clearing(Sentence("Clears with a new clear check of {party}, valid on {ship_date}.",
                          {"party": party.cell, "ship_date": ship}), change),
        values={**values, "ship_date": ship}, citations=_cited(case, party, row),
    )  # fmt: skip
