"""Overrides and discounts that need an approval, manual prices without a price row (A1, P4)."""

from __future__ import annotations

from decimal import Decimal

from policies.checks.approval_validity import Verdict, verdict
from policies.checks.approval_words import (
    CLS,
    Wanted,
    able_to_sign,
    gap_findings,
    is_own_requester,
    person_row,
    spoken,
)
from policies.checks.price_findings import breaks_floor, floor_of
from policies.findings import Bound, Clearing, Finding, Sentence
from policies.settings import Settings
from tools.approvals import measured, person_of
from tools.book import Case
from tools.pricing import expected_price
from tools.pricing_facts import PriceFacts
from tools.rows import Figure, Row
from tools.unknown import NotKnown


def manual_gaps(case: Case, line: Row) -> list[Finding]:
    """P4: a manual price that no price row stands behind."""
    facts = expected_price(case, line)
    return [_unreferenced(facts)] if facts.is_manual_unreferenced else []


def price_gaps(case: Case, settings: Settings, line: Row) -> list[Finding]:
    """What the price of a line needs signed and is not.

    Raises:
        NotKnown: what is given up, or the approvals, cannot be judged.
    """
    facts = expected_price(case, line)
    discount = facts.discount_beyond
    is_deep = discount is not None and discount.number >= settings.approval.discount_from_pct
    if _is_overridden(facts) or is_deep:
        return _change_price(case, settings, facts, discount if is_deep else None)
    return []


def _is_overridden(facts: PriceFacts) -> bool:
    """Whether an override changes the price; one that the line does not charge may change none."""
    if not facts.override_needs_approval:
        return False
    difference = facts.difference
    return facts.override_is_charged or difference is None or difference.number != 0


def _is_signed(case: Case, override: Row) -> bool:
    return override.text("approved_by") is not None and not is_own_requester(case, override)


def _change_price(
    case: Case, settings: Settings, facts: PriceFacts, discount: Figure | None
) -> list[Finding]:
    below = breaks_floor(facts, floor_of(facts, settings))
    roles = ("finance",) if below else ()
    given_up = _given_up(facts)
    percent = discount.number if discount is not None else None
    judged = verdict(
        case, settings, "change_price", given_up,
        line_no=facts.line_no, roles=roles, percent=percent,
    )  # fmt: skip
    wanted = _wanted(case, settings, facts, given_up, discount)
    if not judged.valid:
        return gap_findings(wanted, judged)
    if not _is_overridden(facts):
        return []
    return _override_gaps(case, facts, wanted, judged)


def _given_up(facts: PriceFacts) -> Figure:
    """What the price gives up: against the expected price, else against the undiscounted one."""
    found = facts.margin_given_up
    if found is not None:
        return found
    full, charged = facts.undiscounted, facts.charged
    if full is None or charged is None or facts.quantity is None:
        gap = facts.gaps[0] if facts.gaps else None
        missing = gap.missing if gap else ("prices",)
        why = gap.why if gap else f"what {facts.line.ref} gives up is not known"
        raise NotKnown(why, *missing)
    value = max(full.number - charged.number, Decimal(0))
    return facts.terms.line_amount(
        "given_up", value, "max(0, undiscounted - charged)", (full, charged)
    )


def _wanted(
    case: Case, settings: Settings, facts: PriceFacts, given_up: Figure, discount: Figure | None
) -> Wanted:
    line, override = facts.line, facts.override
    figures: dict[str, Bound] = {"line_no": line.cell("line_no"), "sku": line.cell("sku")}
    values: dict[str, Bound | str | int | None] = {
        "charged": facts.charged, "expected": facts.expected, "given_up": given_up,
    }  # fmt: skip
    subject, also = "the price", ""
    cited: tuple[Row, ...] = (line, *facts.rests_on)
    if override is not None and _is_overridden(facts):
        figures["override"] = override.cell("override_id")
        values |= {"override": override.cell("override_id")}
        subject, cited = "override {override}", (override, *cited)
        if not _is_signed(case, override) or not facts.override_is_charged:
            also = ", and an override at the price charged that names its approver"
    elif discount is not None:
        figures["discount"] = discount
        limit = settings.approval.discount_from_pct
        values |= {
            "discount_beyond": discount,
            "discount_from_pct": Figure("approval.discount_from_pct", limit, "percent",
                                        "by rule: approval.discount_from_pct"),
        }  # fmt: skip
        subject = "a discount of {discount} beyond the price rule"
    return Wanted(
        case, "change_price", measured(case, given_up, settings.approval.policy_currency),
        f"Line {{line_no}}, {{sku}}, has {subject}, which gives up {{amount}}",
        figures, values, cited, facts.line_no, discount, also,
    )  # fmt: skip


def _override_gaps(
    case: Case, facts: PriceFacts, wanted: Wanted, judged: Verdict
) -> list[Finding]:  # fmt: skip
    """An override with a valid approval that still does not explain the price."""
    override = facts.override
    if override is None:
        return []
    bound: dict[str, Bound] = dict(wanted.figures)
    if override.text("approved_by") is None:
        code, text = "missing", "nobody is named as its approver"
    elif is_own_requester(case, override):
        code, text = "self_approved", "{approver} approved the own request"
        bound["approver"] = override.cell("approved_by")
    elif not facts.override_is_charged:
        code, text = "missing", "it names {new_price}, which is not the price charged"
        bound["new_price"] = override.cell("new_price")
    else:
        return []
    statement = f"Line {{line_no}}, {{sku}}: the override {{override}} does not count; {text}."
    clears = _override_clears(case, override, wanted, judged)
    if "new_price" in bound:
        clears = Clearing(clears.text)
    return [
        Finding(
            CLS, code, Sentence(statement, bound), clears, facts.line_no,
            values={"action": "change_price", "amount": wanted.measure, **wanted.values,
                    "roles": spoken(judged.seats), "owner": judged.seats[0][0]},
            citations=(*wanted.citations, case.order, *judged.rows,
                       *person_row(case, override.text("approved_by"))),
        )
    ]  # fmt: skip


def _override_clears(case: Case, override: Row, wanted: Wanted, judged: Verdict) -> Clearing:
    text = "Clears when somebody other than its requester approves {override} at the price charged."
    asked = person_of(case.book, override.text("requested_by"))
    people = able_to_sign(wanted, judged.seats[0])
    found = [row for row in people if person_of(case.book, row.text("user_id")) != asked]
    change = None
    if found:
        change = {"kind": "row", "ref": override.ref, "field": "approved_by",
                  "value": found[0].text("user_id")}  # fmt: skip
    bound = {"override": override.cell("override_id")}
    return Clearing(Sentence(text, bound), change)


def _unreferenced(facts: PriceFacts) -> Finding:
    line = facts.line
    bound: dict[str, Bound] = {"line_no": line.cell("line_no"), "sku": line.cell("sku")}
    text = "Line {line_no}, {sku}, has a manual price"
    if facts.charged is not None:
        bound["charged"] = facts.charged
        text += " of {charged}"
    change = None
    if facts.charged is not None:
        customer = facts.terms.order.text("customer_id")
        row = {
            "kind": "contract", "sku": line.text("sku"), "customer_id": customer,
            "currency": facts.terms.currency, "uom": facts.terms.price_uom,
            "unit_price": format(facts.charged.number, "f"),
        }  # fmt: skip
        change = {"kind": "document", "table": "prices", "values": row}
    clears = Sentence("Clears with a price on file for {sku}.", {"sku": line.cell("sku")})
    return Finding(
        CLS, "manual_price_unreferenced",
        Sentence(f"{text}, and no price on file stands behind it.", bound),
        Clearing(clears, change),
        facts.line_no,
        values={**bound, "price_source": line.cell("price_source"), "owner": "sales_operations"},
        citations=(line, facts.terms.product, *((facts.override,) if facts.override else ())),
    )  # fmt: skip
