"""The VAT id behind an untaxed supply from one EU country to another (K4)."""

from __future__ import annotations

from dataclasses import dataclass

from policies.checks.compliance_words import CLS, a_clear_check, shown, state
from policies.findings import Bound, Clearing, Finding, Sentence
from tools.book import Case
from tools.compliance import checks_of, latest_ship_day, newest, parties, party_row
from tools.orders import site_of
from tools.rows import Cell, Row
from tools.unknown import NotKnown
from tools.values import tax_cell, wanted

EU_COUNTRIES = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)
"""Member states since 2020-02-01, as ISO codes (Greece is GR)."""


@dataclass(frozen=True, slots=True)
class _Supply:
    line: Row
    site: Row
    ship_to: Row


def vat_findings(case: Case) -> list[Finding]:
    """K4: an untaxed line that crosses a border inside the EU, without a valid VAT id check.

    Raises:
        NotKnown: a country or a check's result, which would decide, is empty.
    """
    supply = _untaxed_supply(case)
    if supply is None:
        return []
    ship, dated = latest_ship_day(case)
    rows = [row for party in parties(case) for row in checks_of(case, party.party_id, "vat_id")]
    rows = newest(rows, lambda row: (row["customer_id"], row["country"]))
    if any(state(case, row, ship, dated) == "clear" for row in rows):
        return []
    return [_finding(case, supply, rows)]


def _untaxed_supply(case: Case) -> _Supply | None:
    """The first such line; lines without a site table, or without tax to miss, are none."""
    if not case.book.present("sites"):
        return None
    for line in case.lines:
        if _is_untaxed(case, line) and wanted(line).number > 0:
            supply = _within_eu(case, line)
            if supply is not None:
                return supply
    return None


def _is_untaxed(case: Case, line: Row) -> bool:
    cell = tax_cell(case.book, line)
    return cell is None or not cell.row.amount("tax_rate")


def _within_eu(case: Case, line: Row) -> _Supply | None:
    site = case.book.one("sites", site_id=site_of(case.book, line))
    ship_to = party_row(case.book, case.ship_to_id)
    origin = site.text("country") if site else None
    target = ship_to.text("country") if ship_to else None
    if any(country is not None and country not in EU_COUNTRIES for country in (origin, target)):
        return None
    if site is None or origin is None:
        raise NotKnown(f"the country of the site of {line.ref} is not known", "sites.country")
    if ship_to is None or target is None:
        raise NotKnown(f"the country of ship-to {case.ship_to_id} is not known", "country")
    return _Supply(line, site, ship_to) if origin != target else None


def _finding(case: Case, supply: _Supply, rows: list[Row]) -> Finding:
    ship, _ = latest_ship_day(case)
    origin, target = supply.site.cell("country"), supply.ship_to.cell("country")
    values: dict[str, Bound | str | int | None] = {"from_country": origin, "to_country": target}
    for row in rows[:1]:
        values.update(shown(row))
    tax = tax_cell(case.book, supply.line)
    if tax is not None:
        values["tax_rate"] = tax
    text = (
        "No tax is charged from {from_country} to {to_country}, and no VAT id check of {party} "
        "is clear on {ship_date}."
    )
    party: Cell = case.order.cell("customer_id")
    change = a_clear_check(case, ship, kind="vat_id", customer_id=case.customer_id)
    bound: dict[str, Bound] = {
        "from_country": origin, "to_country": target, "party": party, "ship_date": ship,
    }  # fmt: skip
    return Finding(
        CLS, "vat_id_invalid", Sentence(text, bound),
        Clearing(Sentence("Clears with a clear VAT id check of {party}, or tax on the order.",
                          {"party": party}), change),
        values={**values, "party": party, "ship_date": ship},
        citations=(*rows, supply.line, case.order, supply.site, supply.ship_to),
    )  # fmt: skip
