"""Stage classify: run the eight checks of every order and choose primary, owner, risk, path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from agent.review.waivers import Waived, Waiver, split
from policies.checks.registry import run_all
from policies.choose import Recommendation, primary_class, recommend
from policies.data_quality import data_notes, doubts
from policies.findings import CheckResult, DataNote, Finding, Unknown
from policies.holds import HoldCheck, check_holds
from policies.owner import Owner, choose_owner
from policies.risk import Risk, assess
from policies.settings import ExceptionClass, Rules, Settings, for_company
from policies.version import policy_version
from tools.book import Book, Case
from tools.rows import Figure
from tools.stock_options import may_ship_part
from tools.unknown import NotKnown
from tools.values import order_value

NO_WAIVERS: Mapping[str, Sequence[Waiver]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Classified:
    """One order, judged: everything that a packet says, before it is put into words."""

    case: Case
    settings: Settings
    result: CheckResult
    unknown: tuple[Unknown, ...]
    notes: tuple[DataNote, ...]
    primary: ExceptionClass | None
    holds: tuple[HoldCheck, ...]
    owner: Owner
    risk: Risk
    recommendation: Recommendation
    policy_version: str
    policy_value: Figure | None
    """The net value in the policy currency; None where it is not known."""
    waived: tuple[Waived, ...] = ()
    """Findings that a decision accepted: shown, and standing against nothing."""

    @property
    def findings(self) -> list[Finding]:
        """The findings of the order that stand."""
        return self.result.findings


def _unknown(case: Case, settings: Settings, result: CheckResult) -> tuple[Unknown, ...]:
    """What is not known, one entry a class; a doubt about rows only without a finding."""
    having = {finding.cls for finding in result.findings}
    goods = {"stock_shortage", "customer_priority_conflict", "substitution_need"}
    doubtful = [
        doubt
        for doubt in doubts(case, settings)
        if doubt.check not in having and not (doubt.check == "stock_shortage" and goods & having)
    ]
    gaps: dict[ExceptionClass, Unknown] = {}
    for gap in [*result.not_known, *doubtful]:
        known = gaps.get(gap.check)
        if known is None:
            gaps[gap.check] = gap
        elif gap.why not in known.why.split("; "):
            missing = tuple(dict.fromkeys((*known.missing, *gap.missing)))
            gaps[gap.check] = Unknown(gap.check, missing, f"{known.why}; {gap.why}")
    return tuple(gaps.values())


def policy_value(case: Case, settings: Settings) -> Figure | None:
    """The order's net value in the policy currency at today's rate, or None where not known."""
    currency = settings.approval.policy_currency
    try:
        return order_value(case.book, case.order, currency=currency, on=case.today, gross=False)
    except NotKnown:
        return None


def judge(
    case: Case, settings: Settings, version: str, waivers: Sequence[Waiver] = ()
) -> Classified:
    """Judge one order by all eight checks; `version` names the policy that judged."""
    result = run_all(case, settings)
    unknown = _unknown(case, settings, result)
    holds = check_holds(
        case, settings, {f.cls for f in result.findings}, {u.check for u in unknown}
    )
    standing, waived = split(result.findings, waivers, case.today)
    result.findings = standing
    primary = primary_class(result.findings, settings)
    value = policy_value(case, settings)
    executive = value is not None and value.number >= settings.approval.executive_from
    return Classified(
        case,
        settings,
        result,
        unknown,
        (*data_notes(case, settings), *result.notes),
        primary,
        tuple(holds),
        choose_owner(case, primary, result.findings, list(unknown), executive=executive),
        assess(
            case,
            settings,
            primary,
            overdue_share=result.shared.get("overdue_share"),
            below_floor=bool(result.shared.get("below_floor")),
        ),
        recommend(
            result.findings,
            list(unknown),
            result.sections.get("stock", []),
            forced=any(check.hold.flag("forced") for check in holds),
            may_split=may_ship_part(case.book, case.order),
            delivery_on=result.sections.get("delivery", {}).get("earliest_on"),
        ),
        version,
        value,
        waived,
    )


def classify(
    book: Book,
    order_ids: Iterable[str],
    rules: Rules,
    waivers: Mapping[str, Sequence[Waiver]] = NO_WAIVERS,
) -> list[Classified]:
    """Judge every order of the set that the book holds, in the order given."""
    judged = []
    version = policy_version(rules)
    for order_id in order_ids:
        order = book.one("orders", order_id=order_id)
        if order is not None:
            settings = for_company(rules, order.text("company_id"))
            judged.append(judge(Case(book, order), settings, version, waivers.get(order_id, ())))
    return judged
